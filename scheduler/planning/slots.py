"""The slots of one row: its occasions with dates, steps and bearers, where they matter. It keeps nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from scheduler.planning import ladders
from scheduler.planning.alike import Alike, Made
from scheduler.planning.bearers import Bearers, Group
from scheduler.planning.calendars import Calendars
from scheduler.planning.changes import Changes, changes_of
from scheduler.planning.force import Force, Sleep
from scheduler.planning.history import History
from scheduler.planning.model import BEIJING, Bearer, Dates, Moment, Slot, Task
from scheduler.planning.occasions import Completed, Completions, Occasion, Scope, occasions, span_days
from scheduler.planning.progress import counted_days, reached
from scheduler.planning.reckoning import Reckoning, is_settled, opens_on, pace_days, reckon
from scheduler.planning.windows import day_of
from scheduler.register import Register, Roster
from scheduler.register.model import (
    Coverage,
    Ladder,
    Measure,
    Obligation,
    Once,
    Quota,
    Review,
    With,
    Within,
)
from scheduler.workdays import Calendar, CalendarRangeError

_DAY = timedelta(days=1)
_REPEATS = ladders.REPEATS


class _Draft(Struct, frozen=True):
    """A slot on its way: whose, and by what reckoning."""

    group: Group
    only: Bearer | None
    reckoning: Reckoning
    changes: Changes


class Setting(Struct, frozen=True, dict=True):
    """What a plan is compiled from: table, calendars, history, the moment, and the days [since, until] asked for."""

    register: Register
    roster: Roster
    bearers: Bearers
    calendars: Calendars
    history: History
    now: datetime
    since: date
    until: date

    @cached_property
    def today(self) -> date:
        """The day of the moment, in Beijing."""
        return self.now.astimezone(BEIJING).date()

    @cached_property
    def rows(self) -> Mapping[str, Obligation]:
        """The rows of the table by id."""
        return {row.id: row for row in self.register.obligations}

    @cached_property
    def loaded(self) -> datetime:
        """When the first table was loaded; what is loaded later than now counts as loaded now."""
        return min(self.history.loaded or self.now, self.now)

    @cached_property
    def start(self) -> date:
        """Nothing due before this day is chased."""
        return self.register.office.start or self.loaded.astimezone(BEIJING).date()


def slots_of(row: Obligation, setting: Setting, alike: Alike, budget: Iterator[object] | None = None) -> Iterator[Slot]:
    """The slots of one row whose target or a notice lies in the range, or that are still open, by their periods.

    Each occasion that is looked at takes one from the `budget`, and the last one ends it. `alike` is what the rows of
    the plan share.
    """
    maker = _Row(setting, row)
    shared = alike.of(row, maker.seen, maker.occasions)
    if shared is not None:
        yield from shared.slots(row, _within(budget, shared.occasions), setting.history, maker.made)
    else:
        for occasion in _within(budget, maker.occasions()):
            yield from maker.made(occasion).slots


def _within(budget: Iterator[object] | None, found: Iterable[Occasion]) -> Iterable[Occasion]:
    return found if budget is None else (occasion for _, occasion in zip(budget, found, strict=False))


class _Row:
    """The slots of one row, worked out for itself."""

    def __init__(self, setting: Setting, row: Obligation) -> None:
        self._row = row
        self._m = setting
        self.seen = min(setting.history.seen(row.id) or setting.now, setting.now)

    def occasions(self) -> Iterator[Occasion]:
        return occasions(self._row, self._scope)

    @cached_property
    def _ladder(self) -> Ladder:
        return self._m.roster.ladder(self._row)

    @cached_property
    def _reach(self) -> tuple[timedelta, timedelta]:
        return _reach(self._ladder)

    @cached_property
    def _force(self) -> Force:
        return Force(self._row, self._m.rows.get(self._row.superseded_by or ""), self._m.history)

    @property
    def _scope(self) -> Scope:
        m = self._m
        lead, trail = self._reach
        first = min(m.since, m.today, self._first_due) - lead - trail
        last = max(m.until, m.today) + lead
        return Scope(m.rows, m.history, first, last, self._everyone, self._counted)

    @cached_property
    def _first_due(self) -> date:
        """Before this day nothing of a recurring row was due: the start, or the day on which the row came later."""
        m = self._m
        seen, loaded = (at.astimezone(BEIJING).date() for at in (self.seen, m.loaded))
        return max(m.start, seen) if seen > loaded and not isinstance(self._row.due, Once) else m.start

    def _everyone(self, row: Obligation, day: date) -> frozenset[str]:
        found = self._m.bearers.on(row, None, day)
        return frozenset(bearer for group in found.values() for bearer in group)

    def _counted(self, row: Obligation) -> Completions:
        """Who reached the number of a quota, by period: that starts what comes after it, as a completion does."""
        if not isinstance(row.schedule, Quota):
            return {}
        found: dict[str, dict[str, Completed]] = {}
        for occasion in occasions(row, self._scope):
            first, last = counted_days(occasion, row) or (occasion.day, occasion.day)
            dates = Dates(day_of(first), last, last, last, None, provisional=False)
            slot = Slot(row, occasion.label, None, dates, (), span=(day_of(first), day_of(last)))
            groups = self._m.bearers.on(row, None, min(day_of(last), self._m.today)).values()
            for bearer in (b for group in groups for b in group.values()):
                if done := self._reached(Task(slot, bearer)):
                    found.setdefault(occasion.label, {})[bearer.id] = done
        return found

    def _reached(self, task: Task) -> Completed | None:
        m = self._m
        count = reached(task, m.history, m.roster, m.today)
        if count is None or count.on is None:
            return None
        quota = task.slot.obligation.quota
        records = m.history.recorded(quota.of, task.bearer.id) if quota else ()
        began = datetime.combine(count.on, time(), BEIJING)
        return Completed(count.on, max((r.entered for r in records if r.on == count.on), default=began))

    def made(self, occasion: Occasion) -> Made:
        try:
            drafts = list(self._drafts(occasion))
            targets = frozenset(d.reckoning.target.isoformat() for d in drafts)
            return Made(targets, tuple(self._slots(occasion, drafts, targets)))
        except CalendarRangeError:
            return Made()  # beyond the calendar's years: a slip of the pen in one event must not stop all others

    def _slots(self, occasion: Occasion, drafts: list[_Draft], targets: frozenset[str]) -> Iterator[Slot]:
        moved = self._moved(occasion, targets)
        own = frozenset(d.only.id for d in drafts if d.only is not None) if occasion.only is None else frozenset()
        for draft in drafts:
            slot = self._slot(occasion, draft, own if draft.only is None else frozenset())
            if slot is None or not self._m.bearers.of(slot):
                continue
            if self._is_near(slot.dates.target) or self._is_asked(slot):
                slot = self._stepped(slot, occasion, draft, moved)
            if self._in_range(slot) or self._is_asked(slot):
                yield slot

    # -- dates -------------------------------------------------------------------------------------------------------

    def _drafts(self, occasion: Occasion) -> Iterator[_Draft]:
        m, row = self._m, self._row
        groups = m.bearers.groups(row, occasion.unit)
        adjusted = m.history.adjusted(row.id, occasion.label)
        if occasion.only is not None:
            adjusted |= {occasion.only}
        shared = changes_of(row, occasion, m.history, None, m.today)
        for group in groups:
            calendar = m.calendars.of(group.region)
            reckoning = reckon(row, occasion, calendar, shared.made)
            if occasion.only is None:
                yield _Draft(group, None, reckoning, shared)
            present = m.bearers.on(row, occasion.unit, day_of(reckoning.target)).get(group, {}) if adjusted else {}
            for bearer in sorted(adjusted & present.keys()):
                own = changes_of(row, occasion, m.history, f"{row.id}/{bearer}/{occasion.label}", m.today)
                if own != shared or occasion.only is not None:
                    yield _Draft(group, present[bearer], reckon(row, occasion, calendar, own.made), own)

    def _moved(self, occasion: Occasion, targets: frozenset[str]) -> datetime | None:
        """When the target moved after notices had gone for another one: what lies before is made up for once."""
        last = self._m.history.strays(self._row.id, occasion.label, targets)
        return self._m.history.changed_after(last) if last is not None else None

    def _slot(self, occasion: Occasion, draft: _Draft, without: frozenset[str]) -> Slot | None:
        """The slot without its steps; None where it matters neither to the range nor at the moment."""
        m, row, found = self._m, self._row, draft.reckoning
        due = day_of(found.due)
        calendar = m.calendars.of(draft.group.region)
        state = self._force.on(due, occasion)
        if occasion.base is not None:
            state = max(state, self._of_base(*occasion.base, calendar))
        # What was recorded about a task outlives the rule that made it.
        if state is Sleep.OUT and not m.history.touched(row.id, occasion.label):
            return None
        asleep = state is not Sleep.AWAKE or due < self._first_due
        opens = opens_on(row, occasion, calendar) or self._begins(occasion, due)
        if not self._matters(found.target, opens, asleep=asleep):
            return None
        provisional = not is_settled(found.legs, calendar)
        return Slot(
            obligation=row,
            period=occasion.label,
            region=draft.group.region,
            dates=Dates(opens, found.printed, found.due, found.target, found.outer, provisional),
            steps=(),
            event=occasion.happening.ref if occasion.happening else None,
            send_at=draft.group.send_at,
            event_unit=occasion.unit,
            only=draft.only,
            without=without,
            dormant=asleep,
            paused=draft.changes.stopped,
            span=counted_days(occasion, row),
            legs=found.legs,
        )

    def _of_base(self, row: Obligation, occasion: Occasion, calendar: Calendar) -> Sleep:
        """Whether the row that this one leads up to holds."""
        successor = self._m.rows.get(row.superseded_by or "")
        due = day_of(reckon(row, occasion, calendar).due)
        return Force(row, successor, self._m.history).on(due, occasion)

    def _begins(self, occasion: Occasion, due: date) -> date:
        if occasion.base is not None:
            return due
        if occasion.period is not None and not occasion.lapse:
            return occasion.period.first
        return min(day_of(occasion.day), due)

    def _matters(self, target: Moment, opens: date, *, asleep: bool) -> bool:
        """Whether a slot may come of it; nearly all that is looked at in vain is told here, before it is made."""
        if isinstance(self._row.schedule, Once) or self._m.since <= day_of(target) <= self._m.until:
            return True
        return not asleep and (opens <= self._m.today or self._is_near(target))

    def _is_near(self, target: Moment) -> bool:
        """Whether the target or a notice may lie in the range, judged without making the notices."""
        first, last = self._near
        return first <= day_of(target) <= last

    @cached_property
    def _near(self) -> tuple[date, date]:
        m, (lead, trail) = self._m, self._reach
        return min(m.since, m.today) - trail, max(m.until, m.today) + lead

    def _in_range(self, slot: Slot) -> bool:
        m = self._m
        days = (day_of(slot.dates.target), *(step.at.date() for step in slot.steps))
        return isinstance(self._row.schedule, Once) or any(m.since <= day <= m.until for day in days)

    def _is_asked(self, slot: Slot) -> bool:
        """Whether it is still open at the moment of the plan."""
        return not slot.dormant and slot.dates.opens <= self._m.today and self._is_open(slot)

    def _is_open(self, slot: Slot) -> bool:
        """Whether any bearer has not finished; stops at the first one."""
        m, row = self._m, self._row
        bearers = m.bearers.of(slot)
        counts = isinstance(row.schedule, Quota | Coverage | Measure)
        if not counts and len(m.history.touched(row.id, slot.period)) < len(bearers):
            return True
        return any(not self._is_finished(Task(slot, b), counts=counts) for b in bearers.values())

    def _is_finished(self, task: Task, *, counts: bool) -> bool:
        m = self._m
        if m.history.task(task.id).finished is not None:
            return True
        count = reached(task, m.history, m.roster, m.today) if counts else None
        return count is not None and count.on is not None

    # -- steps -------------------------------------------------------------------------------------------------------

    def _stepped(self, slot: Slot, occasion: Occasion, draft: _Draft, moved: datetime | None) -> Slot:
        if slot.dormant or slot.paused:
            return slot
        m, row = self._m, self._row
        reasons = (self.seen, occasion.known, moved, draft.changes.known, self._force.known(occasion))
        known = min(max(k for k in reasons if k is not None), m.now)
        known = max(known, _began(occasion, row) or known)
        calendar = m.calendars.of(slot.region)
        paces: tuple[tuple[date, int], ...] = ()
        if isinstance(row.schedule, Quota) and occasion.period is not None:
            paces = pace_days(row.schedule, occasion.period, calendar)
        soft = isinstance(row.schedule, Review) and row.schedule.soft
        steps = ladders.steps(self._ladder, slot.dates, calendar, slot.send_at, known=known, soft=soft, paces=paces)
        dates = slot.dates
        if steps and opens_on(row, occasion, calendar) is None:
            dates = replace(dates, opens=min(dates.opens, steps[0].at.date()))
        return replace(slot, steps=steps, known=known, dates=dates)


def _began(occasion: Occasion, row: Obligation) -> datetime | None:
    """When what the task hangs on happened; before it nobody could be reminded, whenever the plan is made."""
    happening = occasion.happening
    happened = happening is not None and not happening.planned and isinstance(row.schedule, Within | With)
    if not (happened or occasion.lapse or occasion.after):
        return None
    day = occasion.day
    return day if isinstance(day, datetime) else datetime.combine(day, time(), BEIJING)


def _reach(ladder: Ladder) -> tuple[timedelta, timedelta]:
    """At most so many days before the target, and after it, a ladder has steps."""
    ahead = [*ladder.remind, *(r.before for r in ladder.escalate if r.before)]
    behind = [*ladder.chase, *(r.after for r in ladder.escalate if r.after)]
    every = _REPEATS * span_days(ladder.chase_every)
    lead = max(map(span_days, ahead), default=0)
    trail = max(map(span_days, behind), default=0) + every + 15 + len(ladder.escalate)
    return timedelta(lead + 45), timedelta(trail)
