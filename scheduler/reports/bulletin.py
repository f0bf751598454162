"""The 通报 of a period as plain values for its template: totals, rows, units, what comes next. It signs nothing.

Units stand in the order of the table and are not ranked; persons are told of as their units; titles of events, names of
applicants and wording of documents are in none of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from scheduler.planning.model import Bearer, LegKind, State
from scheduler.planning.periods import Period
from scheduler.planning.plan import Plan
from scheduler.planning.standing import is_soft
from scheduler.planning.windows import day_of, end_of
from scheduler.reports.figures import Counted, Figures, Result, by_unit, counted, grouped, percent
from scheduler.reports.shapes import BEIJING, iso

EARLY = 5  # working days before the target, from which on a unit is named as early
_AHEAD = 5  # rows of the next period that are announced
_ASK = 5  # working days that open tasks are given
MARGIN = timedelta(days=60), timedelta(days=400)  # how far a plan reaches beyond the period, for longer limits

# The columns of the annex, and the results whose tasks stand behind each.
COLUMNS: tuple[tuple[str, tuple[Result, ...]], ...] = (
    ("due", tuple(Result)),
    ("on-time", (Result.ON_TIME,)),
    ("late", (Result.LATE,)),
    ("open", (Result.OPEN,)),
    ("extended", (Result.EXTENDED,)),
    ("waived", (Result.WAIVED,)),
)


class Cells(Struct, frozen=True):
    """The numbers of one line; the first is the sum of the five after it."""

    due: int
    on_time: int
    late: int
    open: int
    extended: int
    waived: int
    rate: str

    @classmethod
    def of(cls, figures: Figures) -> Cells:
        """The numbers of these tasks."""
        on_time, late, open_, extended, waived = (figures.n(result) for result in Result)
        return cls(figures.due, on_time, late, open_, extended, waived, percent(figures.rate))


class Late(Struct, frozen=True):
    """Something done after its limit: by how much, in words of time (2个工作日, 5小时)."""

    unit: str
    on: date
    span: str


class Open(Struct, frozen=True):
    """A unit with something not done; `reported` where all of it is reported and waits for a confirmation."""

    unit: str
    n: int
    reported: bool


class RowPart(Struct, frozen=True):
    """One row of the table in the period; `period` labels its title where all its tasks share one, else `once`."""

    title: str
    period: str
    cells: Cells
    early: tuple[str, ...]
    late: tuple[Late, ...]
    open: tuple[Open, ...]


class Fault(Struct, frozen=True):
    """What stands in the last column of a unit's line: a title and what is the matter."""

    title: str
    period: str
    span: str | None  # by how much it was late; None: it is open
    reported: bool


class UnitLine(Struct, frozen=True):
    """One line of the annex."""

    name: str
    cells: Cells
    faults: tuple[Fault, ...]


class Ahead(Struct, frozen=True):
    """A row that falls due in the next period, with the number of those who owe it."""

    title: str
    period: str
    target: date
    due: date
    units: int
    provisional: bool


class Bulletin(Struct, frozen=True):
    """Everything that the template of the 通报 sees."""

    office: str
    section: str
    admin: str
    phone: str | None
    approver: str | None
    label: str
    now: datetime
    total: Cells
    rows: tuple[RowPart, ...]
    units: tuple[UnitLine, ...]
    paused: int
    earlier: int  # due before the period and still open; in none of the other numbers
    ahead: tuple[Ahead, ...]
    behind: int  # units with something neither done nor reported
    ask: date


def of_period(plan: Plan, period: Period, now: datetime) -> tuple[Counted, ...]:
    """The tasks behind a bulletin, cut off at `now`; `plan` reaches MARGIN beyond the period."""
    return counted(plan, period.first, period.last, now)


def of_earlier(plan: Plan, period: Period, now: datetime) -> tuple[Counted, ...]:
    """The tasks that fell due before the period, however long ago, and are not done at `now`."""
    before = counted(plan, date.min, period.first - timedelta(1), now)
    return tuple(one for one in before if one.result is Result.OPEN)


def bulletin_of(tasks: Sequence[Counted], plan: Plan, period: Period, now: datetime) -> Bulletin:
    """The 通报 of these tasks."""
    office = plan.register.office
    today = now.astimezone(BEIJING).date()
    return Bulletin(
        office=office.name,
        section=office.section or office.name,
        admin=plan.roster.person(office.admin).name,
        phone=office.phone,
        approver=_approver(plan, today),
        label=period.label,
        now=now.astimezone(BEIJING),
        total=Cells.of(Figures(tuple(tasks))),
        rows=tuple(_row(held, plan) for held in grouped(tasks, lambda one: one.row).values()),
        units=tuple(
            UnitLine(_unit(unit, plan), Cells.of(held), tuple(_faults(held, plan)))
            for unit, held in by_unit(tasks, plan).items()
        ),
        paused=_paused(plan, period),
        earlier=len(of_earlier(plan, period, now)),
        ahead=tuple(_ahead(plan, period)),
        behind=len({one.unit for one in tasks if one.result is Result.OPEN and not _is_reported(one)}),
        ask=plan.calendars.of(office.region).add(today, _ASK),
    )


def traced(tasks: Sequence[Counted], plan: Plan, earlier: Sequence[Counted] = ()) -> dict[str, object]:
    """Each cell of the annex with its tasks, as JSON: `total`, `units`, each `{column: {n, tasks}}`, and `earlier`."""
    return {
        "total": _cells(Figures(tuple(tasks))),
        "units": [
            {"unit": unit, "name": plan.roster.unit(unit).name, **_cells(held)}
            for unit, held in by_unit(tasks, plan).items()
        ],
        "earlier": {"n": len(earlier), "tasks": [one.task.id for one in earlier]},
        "tasks": [_task(one) for one in (*tasks, *earlier)],
    }


def span_of(one: Counted, plan: Plan) -> str:
    """By how much a task was done late: 2个工作日 by the bearer's calendar, 1日 where none lies between, 5小时."""
    done, due = one.standing.done_on, one.due
    if done is None:
        return ""
    if isinstance(due, datetime):
        late = (done if isinstance(done, datetime) else end_of(done)) - due
        return f"{max(1, int(late.total_seconds() // 3600))}小时"
    n = plan.calendars.of(one.task.slot.region).count(due, _local(done))
    return f"{n}个工作日" if n else f"{(_local(done) - due).days}日"


def _row(figures: Figures, plan: Plan) -> RowPart:
    first = figures.tasks[0].task.slot
    return RowPart(
        title=_plain(first.obligation.title),
        period=_shared_period(figures),
        cells=Cells.of(figures),
        early=tuple(dict.fromkeys(_unit(one.unit, plan) for one in figures.of(Result.ON_TIME) if _is_early(one, plan))),
        late=tuple(_late(one, plan) for one in figures.of(Result.LATE)),
        open=tuple(_open(unit, held, plan) for unit, held in by_unit(figures.of(Result.OPEN), plan).items()),
    )


def _shared_period(figures: Figures) -> str:
    labels = {one.task.slot.period for one in figures.tasks}
    only = next(iter(labels)) if len(labels) == 1 else "once"
    return only if Period.named(only) is not None else "once"


def _is_early(one: Counted, plan: Plan) -> bool:
    done, target = one.standing.done_on, one.task.dates.target
    if done is None or isinstance(target, datetime):
        return False
    return plan.calendars.of(one.task.slot.region).count(_local(done), target) >= EARLY


def _is_reported(one: Counted) -> bool:
    return one.standing.state is State.REPORTED


def _late(one: Counted, plan: Plan) -> Late:
    done = one.standing.done_on
    return Late(_unit(one.unit, plan), _local(done) if done is not None else day_of(one.due), span_of(one, plan))


def _open(unit: str, figures: Figures, plan: Plan) -> Open:
    return Open(_unit(unit, plan), figures.due, all(map(_is_reported, figures.tasks)))


def _faults(figures: Figures, plan: Plan) -> Iterator[Fault]:
    for one in (*figures.of(Result.LATE), *figures.of(Result.OPEN)):
        slot = one.task.slot
        period = slot.period if Period.named(slot.period) is not None else "once"
        span = span_of(one, plan) if one.result is Result.LATE else None
        yield Fault(_plain(slot.obligation.title), period, span, _is_reported(one))


def _paused(plan: Plan, period: Period) -> int:
    slots = [s for s in plan.slots if s.paused and period.first <= day_of(s.dates.due) <= period.last]
    return sum(len(plan.bearers(slot)) for slot in slots)


def _ahead(plan: Plan, period: Period) -> Iterator[Ahead]:
    """The rows with periods of their own that fall due in the next period, the first days first."""
    following = period.next()
    found: dict[tuple[str, str], Ahead] = {}
    for slot in sorted(plan.slots, key=lambda s: end_of(s.dates.target)):
        dates = slot.dates
        if slot.dormant or slot.event or not following.first <= day_of(dates.due) <= following.last:
            continue
        bearers = plan.bearers(slot)
        key = (slot.obligation.id, slot.period)
        named = slot.period if Period.named(slot.period) else "once"
        said = Ahead(_plain(slot.obligation.title), named, day_of(dates.target), day_of(dates.due), 0, False)
        known = found.get(key, said)
        if bearers and not _only_prompts(plan, slot.obligation.id):
            n = known.units + len(_units(bearers))
            tentative = known.provisional or dates.provisional
            found[key] = Ahead(known.title, known.period, known.target, known.due, n, tentative)
    yield from list(found.values())[:_AHEAD]


def _only_prompts(plan: Plan, row: str) -> bool:
    return any(is_soft(task) for slot in plan.slots_of(row)[:1] for task in plan.tasks_of(slot))


def _units(bearers: Sequence[Bearer]) -> set[str]:
    return {bearer.unit for bearer in bearers}


def _approver(plan: Plan, on: date) -> str | None:
    """许文副主任: the deputy of the operating office, to whom the draft goes."""
    who = plan.roster.holder(plan.register.office.unit, "deputy", on)
    person = plan.roster.person(who) if who is not None else None
    return f"{person.name}{person.post or ''}" if person is not None else None


def _cells(figures: Figures) -> dict[str, object]:
    cells: dict[str, object] = {}
    for name, results in COLUMNS:
        held = [one.task.id for one in figures.tasks if one.result in results]
        cells[name] = {"n": len(held), "tasks": held}
    return {**cells, "rate": percent(figures.rate)}


def _task(one: Counted) -> dict[str, object]:
    stands = one.standing
    before = [leg.start for leg in one.task.slot.legs if leg.kind is LegKind.EXTEND]
    return {
        "task": one.task.id,
        "result": one.result.value,
        "state": stands.state.value,
        "due": iso(one.due),
        "due_before_extension": iso(before[0]) if before else None,
        "due_now": iso(one.task.dates.due),
        "done_on": iso(stands.done_on),
        "evidence": stands.evidence,
    }


def _local(moment: date | datetime) -> date:
    return moment.astimezone(BEIJING).date() if isinstance(moment, datetime) else moment


def _unit(unit: str, plan: Plan) -> str:
    return _plain(plan.roster.unit(unit).name)


def _plain(text: str) -> str:
    """The text without the stroke that divides the columns of the template's table."""
    return text.replace("|", "｜")
