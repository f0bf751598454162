"""年末严考核, 年中抓进度: a year's figures per unit and category, each with the tasks behind it. It ranks nobody.

The moment is that of the plan: what was entered later is not in its history, and counts for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from scheduler.planning.model import Standing, State, Task
from scheduler.planning.plan import Plan
from scheduler.planning.standing import is_soft, standing
from scheduler.planning.windows import day_of
from scheduler.register.model import Coverage, Measure, Quota
from scheduler.reports.figures import Counted, Figures, Result, by_unit, counted, grouped, percent
from scheduler.reports.shapes import iso

MARGIN = timedelta(days=60), timedelta(days=400)  # how far a plan reaches beyond the year, for longer limits


class Ahead(StrEnum):
    """Where a task of the year stands whose limit is still to come."""

    EARLY = "early"  # 提前办结
    RUNNING = "running"  # 办理中, reported ones among them
    NOT_OPEN = "not-open"  # 未到办理期
    ASIDE = "aside"  # 暂停, or waived before its limit


class Count(StrEnum):
    """The duties that are counted: how often, how many of a roster, how much."""

    QUOTA = "quota"
    COVERAGE = "coverage"
    MEASURE = "measure"


Places = tuple[tuple[Standing, Ahead], ...]


class Part(Struct, frozen=True):
    """The figures of a unit, a category, both or all."""

    figures: Figures
    ahead: Places

    def tasks(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of the tasks behind each figure; the five results make up `due`, the `ahead-` ones the rest."""
        due, extensions = self.figures.tasks, [one for one in self.figures.tasks if one.standing.extensions]
        reported = [one for one in self.figures.of(Result.OPEN) if one.standing.state is State.REPORTED]
        found = {"due": _ids(due)}
        found |= {result.value: _ids(self.figures.of(result)) for result in Result}
        found |= {"reported": _ids(reported), "extensions": _ids(extensions)}
        for kind in Count:
            asked = self.counts(kind)
            found |= {kind.value: _ids(asked), f"{kind}-met": _ids(one for one in asked if is_met(one))}
        for where in Ahead:
            found[f"ahead-{where}"] = tuple(stands.task.id for stands, at in self.ahead if at is where)
        return found

    def counts(self, kind: Count) -> tuple[Counted, ...]:
        """The quotas, coverages or measures that fell due and were not excused."""
        excused = {Result.WAIVED, Result.EXTENDED}
        return tuple(one for one in self.figures.tasks if count_of(one) is kind and one.result not in excused)


class Assessment(Struct, frozen=True):
    """The tasks of one year at one moment: those whose limit has passed, and those ahead."""

    year: int
    at: datetime
    plan: Plan
    due: tuple[Counted, ...]
    ahead: Places

    @property
    def total(self) -> Part:
        """All units and categories."""
        return Part(Figures(self.due), self.ahead)

    @property
    def units(self) -> Mapping[str, Part]:
        """By unit id, in the order of the table."""
        due, ahead = by_unit(self.due, self.plan), _split(self.ahead, lambda task: task.bearer.unit)
        names = (unit.id for unit in self.plan.register.units)
        return _parts(names, due, ahead)

    def categories(self, part: Part) -> Mapping[str, Part]:
        """A part by category (empty: none, and last), in the order of the table."""
        due = grouped(part.figures.tasks, lambda one: _category(one.task))
        names = dict.fromkeys(row.category or "" for row in self.plan.register.obligations)
        return _parts(sorted(names, key=lambda name: not name), due, _split(part.ahead, _category))


def assess(plan: Plan, year: int, at: datetime) -> Assessment:
    """The assessment of a year at `at`, by the facts of the plan; the plan reaches MARGIN beyond the year.

    A task belongs to the year in which its limit lies. Soft prompts and tasks of which nothing is asked are in no
    figure.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    due = counted(plan, first, last, at)
    known = {one.task.id for one in due}
    return Assessment(year, at, plan, due, tuple(_ahead(plan, (first, last), at, known)))


def is_met(one: Counted) -> bool:
    """Whether what was counted is enough."""
    progress = one.standing.progress
    return progress is not None and progress.done >= progress.required


def count_of(one: Counted) -> Count | None:
    """Which kind of counted duty a task is; None for one with a day only."""
    match one.task.slot.obligation.schedule:
        case Quota():
            return Count.QUOTA
        case Coverage():
            return Count.COVERAGE
        case Measure():
            return Count.MEASURE
        case _:
            return None


def data(found: Assessment, *, unit: str | None = None) -> dict[str, object]:
    """The assessment as JSON: each figure with its number and the ids of its tasks."""
    names = {one.id: one.name for one in found.plan.register.units}
    shape: dict[str, object] = {"year": found.year, "total": _figures(found.total)} if unit is None else {}
    shape["units"] = [
        {
            "unit": name,
            "name": names[name],
            **_figures(part),
            "categories": _categories(found.categories(part)),
        }
        for name, part in found.units.items()
        if unit in {None, name}
    ]
    if unit is None:
        shape["categories"] = _categories(found.categories(found.total))
    shape["counts"] = [_count(one) for one in found.due if count_of(one) and unit in {None, one.unit}]
    return shape


def _ahead(plan: Plan, span: tuple[date, date], at: datetime, known: set[str]) -> Iterator[tuple[Standing, Ahead]]:
    for task in plan.tasks():
        stands = None if is_soft(task) or task.id in known else standing(task, plan, at)
        if stands is None or stands.state is State.DORMANT:
            continue
        if span[0] <= day_of(stands.task.dates.due) <= span[1]:
            yield stands, _AHEAD.get(stands.state, Ahead.RUNNING)


_AHEAD = {
    State.DONE: Ahead.EARLY,
    State.DONE_LATE: Ahead.EARLY,
    State.NOT_OPEN: Ahead.NOT_OPEN,
    State.PAUSED: Ahead.ASIDE,
    State.WAIVED: Ahead.ASIDE,
}


def _category(task: Task) -> str:
    return task.slot.obligation.category or ""


def _split(ahead: Iterable[tuple[Standing, Ahead]], key: Callable[[Task], str]) -> Mapping[str, Places]:
    found: dict[str, list[tuple[Standing, Ahead]]] = {}
    for one in ahead:
        found.setdefault(key(one[0].task), []).append(one)
    return {name: tuple(held) for name, held in found.items()}


def _parts(names: Iterable[str], due: Mapping[str, Figures], ahead: Mapping[str, Places]) -> Mapping[str, Part]:
    """The names that have any task, each with its own."""
    return {
        name: Part(due.get(name, Figures(())), ahead.get(name, ())) for name in names if name in due or name in ahead
    }


def _ids(tasks: Iterable[Counted]) -> tuple[str, ...]:
    return tuple(one.task.id for one in tasks)


def _figures(part: Part) -> dict[str, object]:
    said = percent(part.figures.rate)
    found: dict[str, object] = {
        name.replace("-", "_"): {"n": len(ids), "tasks": list(ids)} for name, ids in part.tasks().items()
    }
    return found | {"rate": float(said.removesuffix("%")) if said.endswith("%") else None}


def _categories(parts: Mapping[str, Part]) -> Sequence[dict[str, object]]:
    return [{"category": name or None, **_figures(part)} for name, part in parts.items()]


def _count(one: Counted) -> dict[str, object]:
    progress, kind = one.standing.progress, count_of(one)
    return {
        "task": one.task.id,
        "unit": one.unit,
        "kind": kind.value if kind else None,
        "result": one.result.value,
        "done": progress.done if progress else None,
        "required": progress.required if progress else None,
        "missing": list(progress.missing) if progress else [],
        "met": is_met(one),
        "due": iso(one.due),
        "done_on": iso(one.standing.done_on),
    }
