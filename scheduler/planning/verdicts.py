"""What to do at a moment with the notices of one task: SEND, SKIP or HOLD, and why. It looks up nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from scheduler.planning.ladders import Repeats
from scheduler.planning.model import BEIJING, NoticeKind, Outcome, OutcomeKind, Recipient, Slot, Step, Verdict, tail
from scheduler.planning.people import Route
from scheduler.planning.reasons import Reason
from scheduler.planning.windows import Window, end_of
from scheduler.register.values import MailPace

LATE = timedelta(minutes=30)  # a mail that goes this long after its moment says that it is late
_WEEK = timedelta(days=7)
SHEET_AHEAD = timedelta(days=14)  # a week without a working day has no sheet, so the last one may lie two weeks back
_GONE = frozenset({OutcomeKind.QUEUED, OutcomeKind.SENT})
_UNFINISHED = frozenset({Reason.REPORTED, Reason.PAUSED})


@dataclass(frozen=True, slots=True)
class Case:
    """All that the verdicts on one task depend on, but for the time.

    `outcomes` are by `tail`, `withdrawn` and `released` by step name. `silence` is why the task asks for nothing, None
    while it is open; `progress` is a quota's count; `resumed` when it was last returned, resumed or reopened. `route`
    says who would be told on a day; `sheet` when a person's weekly mail goes; `repeats` are the endless chasers, None
    to leave them out.
    """

    slot: Slot
    window: Window
    repeats: Repeats | None
    route: Callable[[Step, date], Route]
    sheet: Callable[[Recipient], Window]
    outcomes: Mapping[str, Outcome]
    silence: Reason | None = None
    acknowledged: bool = False
    progress: int = 0
    resumed: datetime | None = None
    withdrawn: Collection[str] = ()
    released: Collection[str] = ()

    def outcome(self, step: Step) -> Outcome | None:
        """What became of a step, for the present target."""
        return self.outcomes.get(tail(step, self.slot.dates.target))

    def has_gone(self, step: Step) -> bool:
        """Whether it is in the outbox or was sent."""
        found = self.outcome(step)
        return found is not None and found.kind in _GONE

    def due(self, now: datetime) -> list[Step]:
        """The steps whose moment has come and that have no outcome yet, in the order of their moments."""
        found = [s for s in self.slot.steps if self._has_come(s, now) and self.outcome(s) is None]
        return found + list(self._repeated(now))[::-1]

    def sheet_moment(self, step: Step, recipient: Recipient, ready: datetime) -> datetime:
        """The weekly sheet that a step goes with: the next one, or the last before it where the next is too late."""
        window = self.sheet(recipient)
        found = next_sheet(window, ready)
        in_time = step.kind is not NoticeKind.REMINDER or found < end_of(self.slot.dates.target)
        return found if in_time else last_sheet(window, ready)

    def comes(self, step: Step, on: date) -> datetime:
        """When a step comes: at its moment, or with the weekly sheet before it where the next would be too late."""
        if step.kind is not NoticeKind.REMINDER or self.window.anytime:
            return step.at
        route = self.route(step, on)
        if route.recipient is None or route.pace is not MailPace.WEEKLY:
            return step.at
        return min(step.at, self.sheet_moment(step, route.recipient, step.at))

    def _has_come(self, step: Step, now: datetime) -> bool:
        return step.at <= now or (step.at - now <= SHEET_AHEAD and self.comes(step, now.date()) <= now)

    def _repeated(self, now: datetime) -> Iterator[Step]:
        """Endless chasers beyond those of the slot, from the latest back to one with an outcome."""
        ordinal = self.repeats.latest(now) if self.repeats is not None else None
        if self.repeats is None or ordinal is None:
            return
        held = max((_ordinal(s.name) for s in self.slot.steps if s.kind is NoticeKind.CHASER), default=0)
        while ordinal > held and self.outcome(step := self.repeats.step(ordinal)) is None:
            yield step
            ordinal -= 1


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict on one step. `at` is the send moment that it goes with, or at which a HOLD may go; None: unknown."""

    step: Step
    verdict: Verdict
    reason: Reason
    at: datetime | None = None
    route: Route | None = None
    late: bool = False


def _ordinal(name: str) -> int:
    """4 for `chase-4`."""
    return int(name.rpartition("-")[2])


def rulings(case: Case, now: datetime) -> list[Ruling]:
    """The verdict on each step that is due and has no outcome yet."""
    due = case.due(now)
    if not due or case.silence is Reason.DORMANT:
        return []
    found, left = [], []
    for step in due:
        reason = _silenced(case, step, now)
        if reason is not None:
            found.append(Ruling(step, Verdict.SKIP, reason))
        else:
            left.append(step)
    reminders = [s for s in left if s.kind is NoticeKind.REMINDER and s.needs is None]
    chasers = [s for s in left if s.kind is NoticeKind.CHASER]
    found += _latest(case, reminders, now)
    found += [_deliver(case, s, now, s.at) for s in left if s.needs is not None]
    found += _latest(case, chasers, now)
    found += _escalations(case, [s for s in left if s.kind is NoticeKind.ESCALATION], now)
    return found


def second_look(case: Case, step: Step, now: datetime) -> Ruling:
    """The verdict on a step that is in the outbox already; its recipient and its week stand."""
    reason = _silenced(case, step, now)
    if case.silence in _UNFINISHED and step.kind is NoticeKind.ESCALATION:
        reason = case.silence  # an outbox cannot wait for a return
    if reason is None and step.kind is not NoticeKind.ESCALATION and step.needs is None and overtaken(case, step):
        reason = Reason.OVERTAKEN
    if reason is not None:
        return Ruling(step, Verdict.SKIP, reason)
    last = _last_sent(case)
    if step.kind is NoticeKind.ESCALATION and not case.window.anytime and last is not None and last[0] != step.name:
        ready = _morning_after(case, last[1].at)
        if now < ready:
            return Ruling(step, Verdict.HOLD, Reason.ONE_A_DAY, ready)
    if not case.window.is_open(now):
        return Ruling(step, Verdict.HOLD, Reason.WINDOW, case.window.next(now))
    return Ruling(step, Verdict.SEND, Reason.DUE, now)


def _silenced(case: Case, step: Step, now: datetime) -> Reason | None:
    """Why a step will never go, whatever the others do.

    An escalation outlives a report and a pause: after a return no rung may be missing.
    """
    if step.name in case.withdrawn:
        return Reason.WITHDRAWN
    if case.silence is not None and not (case.silence in _UNFINISHED and step.kind is NoticeKind.ESCALATION):
        return case.silence
    if step.kind is NoticeKind.ESCALATION:
        known = case.slot.known
        return Reason.BEFORE_KNOWN if step.ahead and known is not None and step.at < known else None
    if step.kind is NoticeKind.REMINDER:
        return _useless(case, step, now)
    return None


def _useless(case: Case, step: Step, now: datetime) -> Reason | None:
    if now >= end_of(case.slot.dates.target):
        return Reason.TARGET_PASSED
    if step.needs is not None:
        return Reason.ON_PACE if case.progress >= step.needs else None
    return Reason.ACKNOWLEDGED if case.acknowledged and not step.last else None


def _latest(case: Case, steps: Sequence[Step], now: datetime) -> Iterator[Ruling]:
    """Of several reminders, or chasers, only the latest is of use, and none that a later one has overtaken."""
    if not steps:
        return
    for step in steps:
        if step is not steps[-1] or overtaken(case, step):
            yield Ruling(step, Verdict.SKIP, Reason.OVERTAKEN)
        else:
            yield _deliver(case, step, now, step.at)


def overtaken(case: Case, step: Step) -> bool:
    """Whether a later reminder, or a later chaser, is in the outbox or was sent."""
    if step.kind is NoticeKind.CHASER:
        mark = f"@{case.slot.dates.target.isoformat()}>"
        gone = (key for key, outcome in case.outcomes.items() if mark in key and outcome.kind in _GONE)
        return any(
            key.startswith("#chase-") and _ordinal(key[1:].partition("@")[0]) > _ordinal(step.name) for key in gone
        )
    later = [s for s in case.slot.steps if s.kind is step.kind and s.needs is None and s.at >= step.at]
    return any(s != step and case.has_gone(s) for s in later)


def _escalations(case: Case, steps: Sequence[Step], now: datetime) -> Iterator[Ruling]:
    """One name after the other, one a working day; a step that waits for a release, or has nobody, delays no other."""
    last = _last_escalation(case)
    going: str | None = None
    for step in steps:
        waits = _waits(case, step, now)
        if waits is not None:
            yield waits
        elif case.window.anytime:
            yield _deliver(case, step, now, step.at)
        elif going not in {None, step.name}:
            yield Ruling(step, Verdict.HOLD, Reason.ONE_A_DAY, _morning_after(case, now))
        else:
            going = step.name
            yield _in_turn(case, step, now, last)


def _in_turn(case: Case, step: Step, now: datetime, last: tuple[str, Outcome] | None) -> Ruling:
    if last is None or last[0] == step.name:
        return _deliver(case, step, now, step.at)
    if last[1].kind is OutcomeKind.QUEUED:
        return Ruling(step, Verdict.HOLD, Reason.IN_ORDER)
    ready = max(step.at, _morning_after(case, last[1].at))
    if now < ready:
        return Ruling(step, Verdict.HOLD, Reason.ONE_A_DAY, ready)
    return _deliver(case, step, now, ready)


def _waits(case: Case, step: Step, now: datetime) -> Ruling | None:
    """Why an escalation cannot go yet, or need not any more, whatever the others do."""
    if case.silence is not None:
        return Ruling(step, Verdict.HOLD, case.silence)
    overdue = end_of(case.slot.dates.due)
    if not step.ahead and now < overdue:
        return Ruling(step, Verdict.HOLD, Reason.NOT_OVERDUE, case.window.next(overdue))
    route = case.route(step, now.date())
    if route.recipient is None:
        return Ruling(step, Verdict.SKIP, route.reason or Reason.NO_ADDRESS, route=route)
    if step.ask and step.name not in case.released:
        rungs = [s for s in case.slot.steps if s.kind is NoticeKind.ESCALATION]
        if any(case.has_gone(s) for s in rungs[rungs.index(step) + 1 :]):
            return Ruling(step, Verdict.SKIP, Reason.LAPSED)
        return Ruling(step, Verdict.HOLD, Reason.NEEDS_RELEASE)
    return None


def _last_escalation(case: Case) -> tuple[str, Outcome] | None:
    """The name and outcome of the escalation that went last, for whatever target; one in the outbox is the last."""
    gone = _gone_escalations(case)
    return max(gone, key=lambda g: (g[1].kind is OutcomeKind.QUEUED, g[1].at), default=None)


def _last_sent(case: Case) -> tuple[str, Outcome] | None:
    sent = (g for g in _gone_escalations(case) if g[1].kind is OutcomeKind.SENT)
    return max(sent, key=lambda g: g[1].at, default=None)


def _gone_escalations(case: Case) -> list[tuple[str, Outcome]]:
    return [
        (key[1:].partition("@")[0], outcome)
        for key, outcome in case.outcomes.items()
        if key.startswith("#escalate-") and outcome.kind in _GONE
    ]


def _morning_after(case: Case, moment: datetime) -> datetime:
    return case.window.next(moment.astimezone(BEIJING).date() + timedelta(days=1))


def _deliver(case: Case, step: Step, now: datetime, ready: datetime) -> Ruling:
    """The verdict on a step that nothing but the hour, the season or its recipient can hold back."""
    route = case.route(step, now.date())
    if route.recipient is None:
        return Ruling(step, Verdict.SKIP, route.reason or Reason.NO_ADDRESS, route=route)
    if route.pace is MailPace.URGENT and step.kind is NoticeKind.REMINDER:
        return Ruling(step, Verdict.SKIP, Reason.URGENT_ONLY, route=route)
    opens = case.window.next(case.slot.dates.opens)
    if step.at.date() < case.slot.dates.opens:
        if now < opens:
            return Ruling(step, Verdict.HOLD, Reason.NOT_OPEN, opens, route)
        ready = max(ready, opens)
    ready = max(ready, case.resumed) if case.resumed is not None else ready
    if route.pace is MailPace.WEEKLY and not case.window.anytime:
        sheet = Ruling(step, Verdict.HOLD, Reason.WEEKLY, case.sheet_moment(step, route.recipient, ready), route)
        return _go(sheet, now, case.sheet(route.recipient))
    reason = Reason.RELEASED if step.ask else Reason.DUE
    return _go(Ruling(step, Verdict.HOLD, reason, ready, route), now, case.window)


def _go(held: Ruling, now: datetime, window: Window) -> Ruling:
    """The ruling at `now` on what is ready at `held.at`, once the window is open."""
    if held.at is None or now < held.at:
        return held
    if not window.is_open(now):
        return replace(held, reason=Reason.WINDOW, at=window.next(now))
    late = now - window.next(held.at) > LATE and not held.step.ask
    reason = Reason.LATE if late and held.reason is Reason.DUE else held.reason
    moment = window.on(now.date())
    if window.anytime:
        moment = now.replace(second=0, microsecond=0) if late else held.at
    return replace(held, verdict=Verdict.SEND, reason=reason, at=moment, late=late)


def next_sheet(window: Window, moment: datetime) -> datetime:
    """The first send moment of a week's first working day that is not before `moment`."""
    monday = moment.date() - timedelta(days=moment.weekday())
    while (found := window.next(monday)) < moment:
        monday += _WEEK
    return found


def last_sheet(window: Window, moment: datetime) -> datetime:
    """The last send moment of a week's first working day that is not after `moment`."""
    monday = moment.date() - timedelta(days=moment.weekday())
    while (found := window.next(monday)) > moment:
        monday -= _WEEK
    return found
