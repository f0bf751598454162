"""年初定计划: a year's plan as it was frozen, and what became of it since. It reckons no date and ranks nobody.

The frozen plan is kept whole in the journal; this reads and writes its form. A task that is in it and in the year still
is kept or moved; one that the year has no more is gone; one that came later (an event, a new row) is added.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from scheduler.planning.model import Fact, FactKind, Moment, Standing, State
from scheduler.planning.plan import Plan
from scheduler.planning.standing import is_late, is_soft
from scheduler.planning.standing import standing as standing_of
from scheduler.planning.windows import day_of
from scheduler.register.model import Quota
from scheduler.reports.assessment import Assessment
from scheduler.reports.shapes import iso

KIND = "year-plan"  # under which the journal keeps it
_DONE = frozenset({State.DONE, State.DONE_LATE})


class Planned(Struct, frozen=True):
    """One task of a frozen plan, as it stood: its limit, whether that was provisional, how often it is to be done."""

    task: str
    title: str
    unit: str
    category: str
    target: Moment
    due: Moment
    provisional: bool
    required: int | None


class Frozen(Struct, frozen=True):
    """A frozen plan and where it stands in the record."""

    year: int
    seq: int
    at: datetime
    digest: str
    tasks: tuple[Planned, ...]


class Since(StrEnum):
    """What became of a planned task's limit, or that a task came later."""

    KEPT = "kept"
    MOVED = "moved"  # another limit, or another number of times
    GONE = "gone"
    ADDED = "added"


class Compared(Struct, frozen=True):
    """A task of the plan or of the year; a side that it is not on is None."""

    task: str
    unit: str
    category: str
    title: str
    planned: Planned | None
    standing: Standing | None
    since: Since

    @property
    def due(self) -> Moment | None:
        """Its limit now."""
        return self.standing.task.dates.due if self.standing else None

    @property
    def required(self) -> int | None:
        """How often it is to be done by now, where the plan says how often."""
        progress = self.standing.progress if self.standing and self.planned else None
        return progress.required if progress and self.planned and self.planned.required is not None else None

    @property
    def done(self) -> bool:
        """Whether it is done, in time or late."""
        return self.standing is not None and self.standing.state in _DONE

    @property
    def as_planned(self) -> bool:
        """Whether it was done by the limit that the plan gave it, wherever that has moved since."""
        on = self.standing.done_on if self.standing and self.done else None
        return on is not None and self.planned is not None and not is_late(on, self.planned.due)


class Comparison(Struct, frozen=True):
    """A year beside its frozen plan."""

    frozen: Frozen
    tasks: tuple[Compared, ...]

    def figures(self, unit: str | None = None) -> Mapping[str, tuple[str, ...]]:
        """The ids of the tasks behind each figure, of a unit or of all; kept, moved and gone make up planned."""
        mine = [one for one in self.tasks if unit in {None, one.unit}]
        of = {since.value: _ids(one for one in mine if one.since is since) for since in Since}
        planned = [one for one in mine if one.planned]
        return {
            "planned": _ids(planned),
            "done": _ids(one for one in planned if one.done),
            "as_planned": _ids(one for one in planned if one.as_planned),
            **of,
        }


def planned(plan: Plan, year: int) -> tuple[Planned, ...]:
    """What the plan asks of the year: every task whose limit lies in it, by target, but for what only prompts."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    tasks = [
        task
        for task in plan.tasks()
        if first <= day_of(task.dates.due) <= last and not task.slot.dormant and not is_soft(task)
    ]
    found = []
    for task in sorted(tasks, key=lambda task: (day_of(task.dates.target), task.id)):
        row, dates = task.slot.obligation, task.dates
        needs = row.schedule.at_least if isinstance(row.schedule, Quota) else None
        what = (task.id, row.title, task.bearer.unit, row.category or "")
        found.append(Planned(*what, dates.target, dates.due, dates.provisional, needs))
    return tuple(found)


def written(year: int, tasks: Sequence[Planned]) -> bytes:
    """The form in which it is kept: JSON, the same for the same plan."""
    shape = {
        "year": year,
        "tasks": [
            {
                "task": one.task,
                "title": one.title,
                "unit": one.unit,
                "category": one.category or None,
                "target": iso(one.target),
                "due": iso(one.due),
                "provisional": one.provisional,
                "required": one.required,
            }
            for one in tasks
        ],
    }
    return json.dumps(shape, ensure_ascii=False, indent=1).encode()


def read(fact: Fact, content: bytes) -> Frozen:
    """The plan that a fact of kind freeze refers to."""
    shape = json.loads(content)
    tasks = tuple(
        Planned(
            *(one["task"], one["title"], one["unit"], one["category"] or ""),
            *(_moment(one["target"]), _moment(one["due"]), one["provisional"], one["required"]),
        )
        for one in shape["tasks"]
    )
    return Frozen(shape["year"], fact.seq, fact.entered, str(fact.data["digest"]), tasks)


def in_force(facts: Iterable[Fact], year: int) -> Fact | None:
    """The fact that froze a year's plan, of those of kinds freeze and void; None where none did, or it was voided."""
    facts = tuple(facts)
    gone = {fact.data.get("seq") for fact in facts if fact.kind is FactKind.VOID}
    found = [f for f in facts if f.kind is FactKind.FREEZE and f.data.get("year") == year and f.seq not in gone]
    return found[-1] if found else None


def compare(frozen: Frozen, found: Assessment) -> Comparison:
    """The plan beside the assessment of its year, in the order of the plan; then what was added."""
    stands = {one.task.id: one.standing for one in found.due} | {one.task.id: one for one, _ in found.ahead}
    names = {former: row.id for row in found.plan.register.obligations for former in row.formerly}
    planned = [replace(one, task=_renamed(one.task, names)) for one in frozen.tasks]
    known = {one.task for one in planned}
    tasks = [_compared(one, stands.get(one.task), found) for one in planned]
    return Comparison(frozen, (*tasks, *_added(stands, known)))


def data(found: Comparison, unit: str | None = None) -> dict[str, object]:
    """The comparison as JSON: each figure with its number and the ids of its tasks."""
    frozen = found.frozen
    return {
        "seq": frozen.seq,
        "frozen_at": iso(frozen.at),
        "digest": frozen.digest,
        **{name: {"n": len(ids), "tasks": list(ids)} for name, ids in found.figures(unit).items()},
        "moves": [
            {
                "task": one.task,
                "planned": iso(one.planned.due),
                "due": iso(one.due),
                "planned_required": one.planned.required,
                "required": one.required,
            }
            for one in found.tasks
            if one.since is Since.MOVED and one.planned and unit in {None, one.unit}
        ],
    }


def _compared(planned: Planned, stands: Standing | None, found: Assessment) -> Compared:
    if stands is None:  # dormant, or in another year by now: it may still be in the plan
        task = found.plan.task(planned.task)
        stands = standing_of(task, found.plan, found.at) if task else None
    what = (planned.task, planned.unit, planned.category, planned.title, planned, stands)
    if stands is None or stands.task.slot.dormant:
        return Compared(*what, Since.GONE)
    same = Compared(*what, Since.KEPT)
    moved = iso(same.due) != iso(planned.due) or same.required != planned.required
    return Compared(*what, Since.MOVED) if moved else same


def _added(stands: Mapping[str, Standing], known: set[str]) -> Iterator[Compared]:
    for name, stand in stands.items():
        if name not in known:
            row = stand.task.slot.obligation
            yield Compared(name, stand.task.bearer.unit, row.category or "", row.title, None, stand, Since.ADDED)


def _renamed(task: str, names: Mapping[str, str]) -> str:
    row, stroke, rest = task.partition("/")
    return names.get(row, row) + stroke + rest


def _ids(tasks: Iterable[Compared]) -> tuple[str, ...]:
    return tuple(one.task for one in tasks)


def _moment(text: str) -> Moment:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
