"""All that the verdicts on the notices of one task depend on, and the verdict where only hour and reader matter."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from scheduler.planning.index import Gap
from scheduler.planning.ladders import NOW, Repeats
from scheduler.planning.model import Moment, NoticeKind, Outcome, OutcomeKind, Recipient, Slot, Step, Verdict, tail
from scheduler.planning.people import Route
from scheduler.planning.reasons import Reason
from scheduler.planning.windows import Window, end_of
from scheduler.register.values import MailPace

LATE = timedelta(minutes=30)  # a mail that goes this long after its moment says that it is late
SHEET_AHEAD = timedelta(days=14)  # a week without a working day has no sheet, so the last one may lie two weeks back
GONE = frozenset({OutcomeKind.QUEUED, OutcomeKind.SENT})
UNFINISHED = frozenset({Reason.REPORTED, Reason.PAUSED})
_WEEK = timedelta(days=7)


class Case(Struct, frozen=True):
    """All that the verdicts on one task depend on, but for the time.

    `outcomes` are by `tail`, `withdrawn` and `released` by step name. `silence` is why the task asks for nothing, None
    while it is open; `progress` is a quota's count; `resumed` when it was last returned, resumed or reopened. `route`
    says who would be told on a day; `sheet` when a person's weekly mail goes; `repeats` are the endless chasers, None
    to leave them out; `asked` the chasers that a person asked for. `gap` is where the journal was put back from a copy,
    `doubted` what had been let go by then.
    """

    slot: Slot
    window: Window
    repeats: Repeats | None
    route: Callable[[Step, Moment], Route]
    sheet: Callable[[Recipient], Window]
    outcomes: Mapping[str, Outcome]
    silence: Reason | None = None
    acknowledged: bool = False
    progress: int = 0
    resumed: datetime | None = None
    withdrawn: Collection[str] = ()
    released: Collection[str] = ()
    doubted: Collection[str] = ()
    gap: Gap | None = None
    asked: tuple[Step, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the slot, and those of this task alone."""
        return (*self.slot.steps, *self.asked)

    def outcome(self, step: Step) -> Outcome | None:
        """What became of a step, for the present target."""
        return self.outcomes.get(tail(step, self.slot.dates.target))

    def has_gone(self, step: Step) -> bool:
        """Whether it is in the outbox or was sent."""
        found = self.outcome(step)
        return found is not None and found.kind in GONE

    def is_held(self, step: Step) -> bool:
        """Whether it may have gone in the gap, of which the journal knows nothing, and nobody has let it go again.

        What goes only when a person lets it, and was not let go by then, waits for that person as ever.
        """
        if self.gap is None or step.name in self.released or (step.ask and step.name not in self.doubted):
            return False
        known = self.slot.known
        return step.at <= self.gap.until or (
            step.name == NOW and known is not None and self.gap.since < known <= self.gap.until
        )

    def due(self, now: datetime) -> list[Step]:
        """The steps whose moment has come and that have no outcome yet, in the order of their moments."""
        found = [s for s in self.steps if self._has_come(s, now) and self.outcome(s) is None]
        return found + list(self._repeated(now))[::-1]

    def sheet_moment(self, step: Step, recipient: Recipient, ready: datetime) -> datetime:
        """The weekly sheet that a step goes with: the next one, or the last before it where the next is too late."""
        window = self.sheet(recipient)
        found = _next_sheet(window, ready)
        in_time = step.kind is not NoticeKind.REMINDER or found < end_of(self.slot.dates.target)
        return found if in_time else _last_sheet(window, ready)

    def window_for(self, route: Route) -> Window:
        """When mail of this task may go to that reader: a weekly sheet follows the reader's own unit."""
        weekly = route.pace is MailPace.WEEKLY and route.recipient is not None and not self.window.anytime
        return self.sheet(route.recipient) if weekly and route.recipient is not None else self.window

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
        number = self.repeats.latest(now) if self.repeats is not None else None
        if self.repeats is None or number is None:
            return
        held = max((ordinal(s.name) for s in self.slot.steps if s.kind is NoticeKind.CHASER), default=0)
        while number > held and self.outcome(step := self.repeats.step(number)) is None:
            yield step
            number -= 1


class Ruling(Struct, frozen=True):
    """A verdict on one step. `at` is the send moment that it goes with, or at which a HOLD may go; None: unknown."""

    step: Step
    verdict: Verdict
    reason: Reason
    at: datetime | None = None
    route: Route | None = None
    late: bool = False


def deliver(case: Case, step: Step, now: datetime, ready: datetime) -> Ruling:
    """The verdict on a step that nothing but the hour, the season or its recipient can hold back."""
    route = case.route(step, now)
    if route.recipient is None:
        return Ruling(step, Verdict.SKIP, route.reason or Reason.NO_ADDRESS, route=route)
    if route.pace is MailPace.URGENT and step.kind is NoticeKind.REMINDER:
        return Ruling(step, Verdict.SKIP, Reason.URGENT_ONLY, route=route)
    early = step.at.date() < case.slot.dates.opens
    if early and now < (opens := case.window.next(case.slot.dates.opens)):
        return Ruling(step, Verdict.HOLD, Reason.NOT_OPEN, opens, route)
    overdue = end_of(case.slot.dates.due)
    if not step.ahead and not step.by_hand and now < overdue:
        return Ruling(step, Verdict.HOLD, Reason.NOT_OVERDUE, case.window.next(overdue), route)
    ready = _ready(case, step, ready)
    if route.pace is MailPace.WEEKLY and not case.window.anytime and not step.by_hand:
        sheet = Ruling(step, Verdict.HOLD, Reason.WEEKLY, case.sheet_moment(step, route.recipient, ready), route)
        return _go(sheet, now, case.window_for(route))
    reason = Reason.RELEASED if step.ask else Reason.DUE
    return _go(Ruling(step, Verdict.HOLD, reason, ready, route), now, case.window)


def origin(case: Case, step: Step, now: datetime) -> datetime | None:
    """The send moment at which a step should have gone; None for one that went when a person let it go."""
    if step.ask:
        return None
    known = case.slot.known
    ready = _ready(case, step, step.at if known is None else max(step.at, known))
    if step.by_hand:
        return ready
    route = case.route(step, now)
    if route.recipient is not None and route.pace is MailPace.WEEKLY and not case.window.anytime:
        ready = case.sheet_moment(step, route.recipient, ready)
    return case.window_for(route).next(ready)


def _ready(case: Case, step: Step, ready: datetime) -> datetime:
    """`ready`, but not before the task opened, was overdue where the step is for that, and was last resumed."""
    if step.at.date() < case.slot.dates.opens:
        ready = max(ready, case.window.next(case.slot.dates.opens))
    if not step.ahead and not step.by_hand:
        ready = max(ready, end_of(case.slot.dates.due))
    return max(ready, case.resumed) if case.resumed is not None else ready


def _go(held: Ruling, now: datetime, window: Window) -> Ruling:
    """The ruling at `now` on what is ready at `held.at`, once the window is open."""
    if held.at is None or now < held.at:
        return held
    if not window.is_open(now):
        return replace(held, reason=Reason.WINDOW, at=window.next(now))
    late = now - window.next(held.at) > LATE and not held.step.ask
    reason = Reason.LATE if late and held.reason is Reason.DUE else held.reason
    moment = window.on(now.date())
    if window.anytime or held.step.by_hand:
        moment = now.replace(second=0, microsecond=0) if late else held.at
    return replace(held, verdict=Verdict.SEND, reason=reason, at=moment, late=late)


def ordinal(name: str) -> int:
    """4 for `chase-4`."""
    return int(name.rpartition("-")[2])


def _next_sheet(window: Window, moment: datetime) -> datetime:
    """The first send moment of a week's first working day that is not before `moment`."""
    monday = moment.date() - timedelta(days=moment.weekday())
    while (found := window.next(monday)) < moment:
        monday += _WEEK
    return found


def _last_sheet(window: Window, moment: datetime) -> datetime:
    """The last send moment of a week's first working day that is not after `moment`."""
    monday = moment.date() - timedelta(days=moment.weekday())
    while (found := window.next(monday)) > moment:
        monday -= _WEEK
    return found
