"""How many tasks fell due in a span, and what became of each: the one place where on-time rates come from.

Bulletin, summary mail and yearly assessment count with this, so that their numbers agree. It is pure: a plan, a span
and a moment go in; each number keeps the tasks behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from msgspec import Struct

from scheduler.planning.model import Leg, LegKind, Moment, Standing, State, Task
from scheduler.planning.plan import Plan
from scheduler.planning.standing import is_overdue, is_soft, standing
from scheduler.planning.windows import day_of

FEWEST = 5  # of fewer tasks that fell due no rate is told

K = TypeVar("K", bound=Hashable)


class Result(StrEnum):
    """What became of a task that fell due; each has exactly one."""

    ON_TIME = "on-time"  # 按时办结
    LATE = "late"  # 逾期办结
    OPEN = "open"  # 尚未办结, reported ones that nobody has confirmed yet among them
    EXTENDED = "extended"  # 经批准延期: its limit was moved beyond the span
    WAIVED = "waived"  # 免报


class Counted(Struct, frozen=True):
    """One task that fell due, and why it counts as it does: `due` is the limit by which it is in the span."""

    standing: Standing
    result: Result
    due: Moment

    @property
    def task(self) -> Task:
        """The task, a finished one with the dates that it had when it was finished."""
        return self.standing.task

    @property
    def unit(self) -> str:
        """The unit that owes it, or whose person does."""
        return self.task.bearer.unit

    @property
    def row(self) -> str:
        """The obligation's id."""
        return self.task.slot.obligation.id


class Figures(Struct, frozen=True):
    """The counted tasks of a unit, a row, a category or the whole office."""

    tasks: tuple[Counted, ...]

    def of(self, result: Result) -> tuple[Counted, ...]:
        """The tasks with that result."""
        return tuple(one for one in self.tasks if one.result is result)

    def n(self, result: Result) -> int:
        """How many have that result."""
        return len(self.of(result))

    @property
    def due(self) -> int:
        """到期任务: the sum of all results."""
        return len(self.tasks)

    @property
    def rate(self) -> Fraction | None:
        """按时率＝按时办结÷（到期任务－经批准延期－免报）; None where fewer than five fell due, or all are excused."""
        judged = self.due - self.n(Result.EXTENDED) - self.n(Result.WAIVED)
        return Fraction(self.n(Result.ON_TIME), judged) if self.due >= FEWEST and judged else None


def counted(plan: Plan, first: date, last: date, now: datetime) -> tuple[Counted, ...]:
    """The tasks whose limit lies in [first, last] and has passed at `now`, in the order of the table.

    Left out: what is dormant, stands still, or only prompts (适时). A task whose limit was moved out of the span
    counts in it as extended, and again, by its new limit, where that falls. The plan must reach as far as new limits.
    """
    found = (_counted(standing(task, plan, now), first, last, now) for task in plan.tasks() if not is_soft(task))
    return tuple(one for one in found if one is not None)


def grouped(tasks: Iterable[Counted], key: Callable[[Counted], K]) -> Mapping[K, Figures]:
    """The tasks by what `key` says of each, in the order in which the keys first appear."""
    found: dict[K, list[Counted]] = {}
    for one in tasks:
        found.setdefault(key(one), []).append(one)
    return {name: Figures(tuple(held)) for name, held in found.items()}


def by_unit(tasks: Iterable[Counted], plan: Plan) -> Mapping[str, Figures]:
    """The tasks by unit, in the order of the table: units are not ranked."""
    found = grouped(tasks, lambda one: one.unit)
    return {unit.id: found[unit.id] for unit in plan.register.units if unit.id in found}


def percent(rate: Fraction | None) -> str:
    """91.2%, with one decimal at most; — where there is no rate. Only a whole is 100%, and only nothing is 0%."""
    if rate is None:
        return "—"
    tenths = int(rate * 1000 + Fraction(1, 2))
    if 0 < rate < 1:
        tenths = min(max(tenths, 1), 999)
    return f"{tenths // 10}%" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}%"


def _counted(stands: Standing, first: date, last: date, now: datetime) -> Counted | None:
    if stands.state in {State.DORMANT, State.PAUSED}:
        return None
    task = stands.task
    due = task.dates.due
    if first <= day_of(due) <= last:
        return Counted(stands, _result(stands.state), due) if is_overdue(due, now) else None
    granted = [leg for leg in task.slot.legs if leg.kind is LegKind.EXTEND]
    before = _in_span(granted, first, last)
    if before is not None and day_of(due) > last and is_overdue(before, now):
        waived = stands.state is State.WAIVED
        return Counted(stands, Result.WAIVED if waived else Result.EXTENDED, before)
    return None


def _in_span(granted: Iterable[Leg], first: date, last: date) -> Moment | None:
    """The last limit in the span from which it was extended."""
    return next((leg.start for leg in reversed(list(granted)) if first <= day_of(leg.start) <= last), None)


def _result(state: State) -> Result:
    match state:
        case State.DONE:
            return Result.ON_TIME
        case State.DONE_LATE:
            return Result.LATE
        case State.WAIVED:
            return Result.WAIVED
        case _:
            return Result.OPEN
