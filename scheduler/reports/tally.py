"""What became of the tasks that fell due in a period: every figure is a list of tasks, so that it can be traced.

It knows the plan at one moment, ranks nobody and keeps nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from scheduler.planning.model import LegKind, Moment, Standing, State, Task
from scheduler.planning.plan import Plan
from scheduler.planning.standing import is_soft, standing
from scheduler.planning.windows import day_of
from scheduler.words import say

FEWEST = 5  # no rate from fewer due tasks


class Part(StrEnum):
    """What a task of the period counts as; each task is in exactly one part."""

    ON_TIME = "on_time"
    LATE = "late"
    UNFINISHED = "unfinished"
    EXTENDED = "extended"
    WAIVED = "waived"
    EARLY = "early"
    RUNNING = "running"
    NOT_OPEN = "not_open"
    ASIDE = "aside"


PARTS = {
    Part.ON_TIME: say("按时办结"),
    Part.LATE: say("逾期办结"),
    Part.UNFINISHED: say("尚未办结"),
    Part.EXTENDED: say("经批准延期"),
    Part.WAIVED: say("免报"),
    Part.EARLY: say("提前办结"),
    Part.RUNNING: say("办理中"),
    Part.NOT_OPEN: say("未到办理期"),
    Part.ASIDE: say("暂停或不再要求"),
}
DUE = (Part.ON_TIME, Part.LATE, Part.UNFINISHED, Part.EXTENDED, Part.WAIVED)  # 到期任务: the limit has passed
AHEAD = (Part.EARLY, Part.RUNNING, Part.NOT_OPEN, Part.ASIDE)  # the limit is still to come, or the clock stands
_DONE = frozenset({State.DONE, State.DONE_LATE})


@dataclass(frozen=True, slots=True)
class Judged:
    """One task and the part in which it counts."""

    standing: Standing
    part: Part

    @property
    def task(self) -> Task:
        """The task, with the dates as they stood when it was finished."""
        return self.standing.task


@dataclass(frozen=True, slots=True)
class Tally:
    """The tasks of a unit, a category or all, by part."""

    judged: tuple[Judged, ...]

    def of(self, *parts: Part) -> tuple[Judged, ...]:
        """The tasks of these parts, in the order of the table."""
        return tuple(one for one in self.judged if one.part in parts)

    def count(self, *parts: Part) -> int:
        """How many tasks are in these parts."""
        return sum(one.part in parts for one in self.judged)

    @property
    def due(self) -> int:
        """到期任务: how many had their limit in the period and behind them."""
        return self.count(*DUE)

    @property
    def rate(self) -> Decimal | None:
        """按时率＝按时办结÷（到期任务－经批准延期－免报）, in per cent with one decimal; None from fewer than five."""
        asked = self.due - self.count(Part.EXTENDED, Part.WAIVED)
        if self.due < FEWEST or asked == 0:
            return None
        share = Decimal(100 * self.count(Part.ON_TIME)) / asked
        return share.quantize(Decimal("0.1"), ROUND_HALF_UP)


def judged(plan: Plan, since: date, until: date, at: datetime) -> Iterator[Judged]:
    """Every task whose limit lies in [since, until], or lay there before it was extended, as it stands at `at`.

    The plan must reach over these days. Soft prompts and tasks of which nothing was asked (dormant) are in no figure.
    An extended task counts as extended while its longer limit runs, after it was met, and in the period of its old
    limit; past the longer limit it is late or unfinished in the period of that one. So none is judged twice.
    """
    for slot in plan.slots:
        if slot.dormant:
            continue
        for task in plan.tasks_of(slot):
            if is_soft(task):
                continue
            stands = standing(task, plan, at)
            days = {day_of(stands.task.dates.due), day_of(_first_due(stands))}
            if any(since <= day <= until for day in days):
                yield Judged(stands, _part(stands, since, until, at))


def has_passed(due: Moment, at: datetime) -> bool:
    """Whether a limit counts as passed: a moment once it is over, a day already on itself."""
    return due <= at if isinstance(due, datetime) else due <= at.date()


def unit_of(one: Judged) -> str:
    """The unit that answers for a task; of a person's task, the unit of the post."""
    return one.task.bearer.unit


def category_of(one: Judged) -> str:
    """The head of the yearly assessment; an empty text where the row has none."""
    return one.task.slot.obligation.category or ""


def _first_due(stands: Standing) -> Moment:
    """The limit before the first extension."""
    granted = (leg.start for leg in stands.task.slot.legs if leg.kind is LegKind.EXTEND)
    return next(granted, stands.task.dates.due)


def _part(stands: Standing, since: date, until: date, at: datetime) -> Part:
    due, first = stands.task.dates.due, _first_due(stands)
    if stands.state is State.PAUSED:
        return Part.ASIDE
    if stands.state is State.WAIVED:
        return Part.WAIVED if has_passed(due, at) else Part.ASIDE
    missed = has_passed(due, at) and stands.state is not State.DONE
    if stands.extensions and has_passed(first, at) and not (missed and since <= day_of(due) <= until):
        return Part.EXTENDED
    return _plain(stands, passed=has_passed(due, at))


def _plain(stands: Standing, *, passed: bool) -> Part:
    if passed:
        return {State.DONE: Part.ON_TIME, State.DONE_LATE: Part.LATE}.get(stands.state, Part.UNFINISHED)
    if stands.state in _DONE:
        return Part.EARLY
    return Part.NOT_OPEN if stands.state is State.NOT_OPEN else Part.RUNNING
