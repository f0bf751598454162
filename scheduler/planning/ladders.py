"""How a ladder becomes the steps of a slot: which notices, when, to whom. It knows no bearer and no fact."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from scheduler.planning.model import Dates, Moment, NoticeKind, Step
from scheduler.planning.windows import Window, day_of, end_of, shift
from scheduler.register.model import Ladder, Rung
from scheduler.register.values import Duration, LadderClock, Unit
from scheduler.workdays import Calendar

NOW = "remind-now"  # the one reminder for all whose moment lay before the task was known
REPEATS = 2  # how many of the endless chasers a slot carries; `Repeats` makes the others
_LONG_REST, _SHORT_WAY = 5, 3  # days of rest; working days between it and the target
_ORDER = (NoticeKind.REMINDER, NoticeKind.CHASER, NoticeKind.ESCALATION)
_SHORTEST = {
    Unit.HOUR: timedelta(hours=1),
    Unit.WEEK: timedelta(7),
    Unit.MONTH: timedelta(28),
    Unit.YEAR: timedelta(365),
}


def window(ladder: Ladder, calendar: Calendar, send_at: time) -> Window:
    """When notices of this ladder may go; the ladder's own send time wins over the unit's."""
    return Window(calendar, ladder.send_at or send_at, ladder.clock is LadderClock.ANY)


def steps(
    ladder: Ladder,
    dates: Dates,
    calendar: Calendar,
    send_at: time,
    *,
    known: datetime | None = None,
    soft: bool = False,
    paces: Sequence[tuple[date, int]] = (),
    chasers: int = REPEATS,
) -> tuple[Step, ...]:
    """The steps of a slot in the order of their moments.

    `send_at` is the unit's (else the office's) send time in Beijing; a ladder that has its own wins. `known` is since
    when the task exists, where it is later than its dates say (an event entered late, a row loaded for the first time):
    reminders before it become one `remind-now`, passed `before` rungs keep their moment (the decision to skip them is
    recorded), passed chasers become one, and passed escalations follow one a working day. `soft` prompts only remind.
    `paces` are the pace days of a quota with the number that should be there. `chasers` is how many of the endless
    `every` chasers are included. Pure; a million tasks share a few thousand results.
    """
    return _steps(_Ladder(ladder, dates, window(ladder, calendar, send_at), known), tuple(paces), chasers, soft=soft)


# A daemon makes its plan anew each day and after each fact, and nearly all of it is what it was.
@lru_cache(4096)
def _steps(found: _Ladder, paces: tuple[tuple[date, int], ...], chasers: int, *, soft: bool) -> tuple[Step, ...]:
    listed = [*found.reminders(), *found.paces(paces)]
    if not soft:
        listed += [*found.chasers(chasers), *found.warnings(), *found.escalations()]
    return tuple(sorted(listed, key=lambda s: (s.at, _ORDER.index(s.kind))))


class Repeats:
    """The endless `every` chasers of a slot, by ordinal: `chase-4`, `chase-5`, … for as long as the task is overdue."""

    __slots__ = ("_base", "_every", "_window", "first")

    def __init__(self, ladder: Ladder, every: Duration, target: Moment, window: Window) -> None:
        last = ladder.chase[-1] if ladder.chase else None
        self._base = shift(target, last, window.calendar) if last else target
        # An interval of nothing would never pass the present.
        self._every = every if every.n else Duration(1, Unit.WORKDAY)
        self._window = window
        self.first = len(ladder.chase) + 1

    def latest(self, now: datetime) -> int | None:
        """The ordinal of the last one whose moment is not after `now`; None if there is none."""
        if now < end_of(self._base):
            return None
        shortest = _SHORTEST.get(self._every.unit, timedelta(1)) * self._every.n
        most = (now - end_of(self._base)) // shortest + 2
        passed = bisect_right(range(1, most + 1), now, key=self._at)
        return self.first + passed - 1 if passed else None

    def following(self, now: datetime) -> Step:
        """The first one after `now`."""
        latest = self.latest(now)
        return self.step(self.first if latest is None else latest + 1)

    def step(self, ordinal: int) -> Step:
        """The chaser of that ordinal."""
        at = self._at(ordinal - self.first + 1)
        return Step(NoticeKind.CHASER, f"chase-{ordinal}", at, None, repeats=True)

    def _at(self, n: int) -> datetime:
        length = Duration(n * self._every.n, self._every.unit)
        return self._window.next(shift(self._base, length, self._window.calendar))


class _Ladder(Struct, frozen=True):
    ladder: Ladder
    dates: Dates
    window: Window
    known: datetime | None

    def reminders(self) -> list[Step]:
        target = self.dates.target
        byday = {(s := self._reminder(f"remind-{d}", self._back(d))).at: s for d in self.ladder.remind}
        rest = self._before_rest()
        if rest is not None and not any(day_of(at) == day_of(rest) for at in byday):
            byday[rest] = self._reminder("remind-before-rest", rest)
        ahead = [byday[at] for at in sorted(byday)]
        useful = [s for s in ahead if self.known is None or s.at >= self.known]
        if self.known is not None and len(useful) < len(ahead):
            # An hour cannot wait for the morning.
            now = self.known if isinstance(target, datetime) else self.window.next(self.known)
            if now < end_of(target) and not (useful and useful[0].at <= now):
                useful.insert(0, self._reminder(NOW, now))
        return [*useful[:-1], *(replace(s, last=True) for s in useful[-1:])]

    def paces(self, paces: Iterable[tuple[date, int]]) -> list[Step]:
        found = [
            replace(self._reminder(f"pace-{day:%m-%d}", self.window.previous(day)), needs=needs) for day, needs in paces
        ]
        return [s for s in found if self.known is None or s.at >= self.known]

    def chasers(self, repeats: int) -> list[Step]:
        chase = enumerate(self.ladder.chase, 1)
        found = [Step(NoticeKind.CHASER, f"chase-{n}", self._forth(after), None) for n, after in chase]
        if self.ladder.chase_every is not None:
            endless = Repeats(self.ladder, self.ladder.chase_every, self.dates.target, self.window)
            passed = endless.latest(self.known) if self.known is not None else None
            start = passed or endless.first
            # One that passed before the task was known stands for all before it and is none of the first two.
            found += [endless.step(n) for n in range(start, start + repeats + (passed is not None))]
        return self._one_chaser_at_birth(found)

    def warnings(self) -> list[Step]:
        rungs = [self._rung(r, r.before, ahead=True) for r in self.ladder.escalate if r.before is not None]
        return self._one_a_day(rungs, forward=False)

    def escalations(self) -> list[Step]:
        rungs = [self._rung(r, r.after, ahead=False) for r in self.ladder.escalate if r.after is not None]
        if self.known is not None:
            born = self.window.next(self.known)
            rungs = [s if s.at >= born else replace(s, at=born) for s in rungs]
        return self._one_a_day(rungs, forward=True)

    def _reminder(self, name: str, at: datetime) -> Step:
        return Step(NoticeKind.REMINDER, name, at, None, ahead=True)

    def _rung(self, rung: Rung, length: Duration, *, ahead: bool) -> Step:
        at = self._back(length) if ahead else self._forth(length)
        name = f"escalate-{'before' if ahead else 'after'}-{length}"
        return Step(NoticeKind.ESCALATION, name, at, rung.to, ask=rung.ask, ahead=ahead)

    def _back(self, length: Duration) -> datetime:
        """The send moment for a step ahead; never after an hour-scale target itself."""
        target = self.dates.target
        at = self.window.previous(shift(target, length, self.window.calendar, -1))
        if isinstance(target, datetime) and at > target:
            return self.window.previous(target)
        return at

    def _forth(self, length: Duration) -> datetime:
        return self.window.next(shift(self.dates.target, length, self.window.calendar))

    def _before_rest(self) -> datetime | None:
        """The last working day before a long rest that leaves little time after it."""
        target, calendar = self.dates.target, self.window.calendar
        if isinstance(target, datetime) or self.window.anytime or not self.ladder.remind:
            return None
        rest = calendar.rest_before(target, _LONG_REST)
        if rest is None or calendar.count(rest[1], target) > _SHORT_WAY:
            return None
        return self.window.on(calendar.add(rest[0], -1))

    def _one_chaser_at_birth(self, found: list[Step]) -> list[Step]:
        if self.known is None:
            return found
        born = self.window.next(self.known)
        passed = [s for s in found if s.at < self.known]
        later = [s for s in found if s.at >= self.known]
        if passed and not (later and later[0].at <= born):
            return [replace(passed[-1], at=born), *later]
        return later

    def _one_a_day(self, rungs: list[Step], *, forward: bool) -> list[Step]:
        """Moves steps apart so that no two of different names share a day; `ask` steps delay nobody."""
        if self.window.anytime:
            return rungs
        groups: dict[str, list[Step]] = {}
        for step in dict.fromkeys(rungs):
            groups.setdefault(step.name, []).append(step)
        placed: list[Step] = []
        taken: date | None = None
        ordered = sorted(groups.values(), key=lambda g: g[0].at)
        for same in ordered if forward else reversed(ordered):
            at = same[0].at
            if taken is not None and (at.date() <= taken if forward else at.date() >= taken):
                at = self.window.on(self.window.calendar.add(taken, 1 if forward else -1))
            placed += same if all(s.at == at for s in same) else [replace(s, at=at) for s in same]
            if not all(s.ask for s in same):
                taken = at.date()
        return placed
