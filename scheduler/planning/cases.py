"""The case of a task: what the verdicts on its notices need to know, gathered from the plan. It judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from functools import partial

from scheduler.planning.byhand import asked_steps
from scheduler.planning.case import SHEET_AHEAD, Case
from scheduler.planning.ladders import Repeats, window
from scheduler.planning.model import Bearer, Moment, OutcomeKind, Recipient, Slot, State, Step, Task
from scheduler.planning.people import Route
from scheduler.planning.plan import Plan
from scheduler.planning.progress import counts_any, has_records
from scheduler.planning.reasons import Reason
from scheduler.planning.standing import has_lapsed, standing
from scheduler.planning.windows import Window
from scheduler.register.values import UNASSIGNED, MailPace, Target
from scheduler.workdays import Region

SILENT = {
    State.DORMANT: Reason.DORMANT,
    State.REPORTED: Reason.REPORTED,
    State.PAUSED: Reason.PAUSED,
    State.DONE: Reason.DONE,
    State.DONE_LATE: Reason.DONE,
    State.WAIVED: Reason.WAIVED,
}
Mark = tuple[tuple[str, OutcomeKind, datetime, str], ...]
_FINISHED = frozenset({State.DORMANT, State.DONE, State.DONE_LATE, State.WAIVED})  # nothing to skip for ever


class Cases:
    """Makes the cases of one plan; what tasks share is looked up once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.directory = plan.directory
        self.lookahead = SHEET_AHEAD if self.directory.has_weekly else timedelta(0)
        self._withdrawn = _by_task(plan.history.withdrawn)
        self._released = _by_task(plan.history.released)
        self._doubted = _by_task(plan.history.doubted)
        self._windows: dict[tuple[str | None, Region | None, object], Window] = {}
        self._sheets: dict[str, Window] = {}

    def of(self, task: Task, now: datetime, *, endless: bool = True) -> Case:
        """The case of a task as it stands at `now`; without the endless chasers if they are not wanted."""
        slot, plan = task.slot, self.plan
        stands = standing(task, plan, now)
        name = task.id
        start = len(name)
        return Case(
            slot=slot,
            window=self.window(slot),
            repeats=self.repeats(slot) if endless and stands.state not in _FINISHED else None,
            route=partial(self.route, task),
            sheet=self.sheet,
            outcomes={key[start:]: found for key, found in plan.history.outcomes(name).items()},
            # A prompt that lapsed owes an answer for each reminder that had no time to go: target-passed.
            silence=None if has_lapsed(stands, now) else SILENT.get(stands.state),
            acknowledged=stands.acknowledged_at is not None,
            progress=stands.progress.done if stands.progress is not None else 0,
            resumed=plan.history.task(name).resumed_at,
            withdrawn=self._withdrawn.get(name, frozenset()),
            released=self._released.get(name, frozenset()),
            doubted=self._doubted.get(name, frozenset()),
            gap=plan.history.gap,
            asked=asked_steps(task, plan.history),
        )

    def marked(self, slot: Slot, bearers: Mapping[str, Bearer]) -> AbstractSet[str]:
        """Of whom something is recorded; the tasks of all others stand alike, and so do their notices."""
        return self.said(slot, bearers) | (self.plan.history.marked(slot.obligation.id, slot.period) & bearers.keys())

    def said(self, slot: Slot, bearers: Mapping[str, Bearer]) -> AbstractSet[str]:
        """Of whom somebody said something, or who is not named yet; the tasks of all others stand alike."""
        plan, row = self.plan, slot.obligation
        found = (plan.history.touched(row.id, slot.period) | {UNASSIGNED}) & bearers.keys()
        if slot.span is None or not counts_any(row, plan.history):
            return found
        return found | {name for name, who in bearers.items() if has_records(who, row, plan.history, plan.roster)}

    def alike(self, task: Task, told: Iterable[tuple[Target | None, Moment]], *, marked: bool = True) -> object | None:
        """A key: tasks of one slot that share it have the same rulings. None for a task that stands alone.

        They depend on what became of its notices, and on the `way` to those who would be `told`; who that is differs.
        So it is as long as no more is recorded about a task. One that is not `marked` has had no notice yet.
        """
        mark = self._mark(task) if marked else ()
        return None if mark is None else (mark, self.way(task.bearer, told))

    def _mark(self, task: Task) -> Mark | None:
        """What is recorded about a task where it is no more than what became of its notices; None where it is."""
        name, plan = task.id, self.plan
        if plan.history.task(name).facts or name in self._withdrawn or name in self._released or name in self._doubted:
            return None
        if task.slot.span is not None and has_records(task.bearer, task.slot.obligation, plan.history, plan.roster):
            return None
        return self.became(task)

    def became(self, task: Task) -> Mark:
        """What became of the notices of a task."""
        found, start = self.plan.history.outcomes(task.id), len(task.id)
        return tuple((key[start:], outcome.kind, outcome.at, outcome.reason) for key, outcome in found.items())

    def way(self, bearer: Bearer, told: Iterable[tuple[Target | None, Moment]]) -> object:
        """What verdicts depend on of those who would be told: whether it is anybody, the pace, the weekly sheet."""
        routes = (self.directory.route(bearer, to, on) for to, on in told)
        return tuple((route.reason, route.pace, self._sheet(route)) for route in routes)

    def _sheet(self, route: Route) -> Window | None:
        return self.sheet(route.recipient) if route.pace is MailPace.WEEKLY and route.recipient is not None else None

    def route(self, task: Task, step: Step, on: Moment) -> Route:
        """Who is told of a step of a task on a day, or at a moment of it."""
        return self.directory.route(task.bearer, step.to, on)

    def window(self, slot: Slot) -> Window:
        """When notices of a slot may go."""
        ladder = self.plan.roster.ladder(slot.obligation)
        key = (slot.obligation.ladder, slot.region, slot.send_at)
        # A row that names no ladder may use either of two.
        if slot.obligation.ladder is None or key not in self._windows:
            self._windows[key] = window(ladder, self.plan.calendars.of(slot.region), slot.send_at)
        return self._windows[key]

    def repeats(self, slot: Slot) -> Repeats | None:
        """The endless chasers of a slot; None where it has none (a soft prompt, a ladder that ends)."""
        ladder = self.plan.roster.ladder(slot.obligation)
        if ladder.chase_every is None or not any(step.repeats for step in slot.steps):
            return None
        return Repeats(ladder, ladder.chase_every, slot.dates.target, self.window(slot))

    def sheet(self, recipient: Recipient) -> Window:
        """When mail goes in the recipient's own unit: the weekly sheet follows it."""
        unit = recipient.unit or self.plan.register.office.unit
        if unit not in self._sheets:
            roster = self.plan.roster
            self._sheets[unit] = Window(self.plan.calendars.of(roster.region(unit)), roster.send_at(unit))
        return self._sheets[unit]


def _by_task(names: Iterable[str]) -> dict[str, frozenset[str]]:
    """Step names by task, from names like TASK#STEP."""
    found: dict[str, frozenset[str]] = {}
    for name in names:
        task, _, step = name.rpartition("#")
        found[task] = found.get(task, frozenset()) | {step}
    return found
