"""The 督办单 of one task as plain values for its template, and its serial number. It signs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from msgspec import Struct

from scheduler.planning.model import Fact, FactKind, Moment, NoticeKind, OutcomeKind, State, Task
from scheduler.planning.plan import Plan
from scheduler.planning.spoken import STATES
from scheduler.planning.standing import is_overdue, standing
from scheduler.planning.windows import day_of
from scheduler.register.model import Basis, Selector
from scheduler.register.values import SetBy
from scheduler.reports.shapes import BEIJING, iso, kind_of

ORDER = "order"  # what a fact of kind draft says of a 督办单
TARGET = "target"  # and of the day or moment that it asks for
_ANSWER = 5  # working days to answer in
_FINISHED = frozenset({State.DONE, State.DONE_LATE, State.WAIVED, State.DORMANT})


class Order(Struct, frozen=True):
    """Everything that the template of the 督办单 sees; days are of the calendar, `late` counts working days."""

    office: str
    section: str
    admin: str
    phone: str | None
    number: int
    now: datetime
    task: str
    title: str
    period: str
    unit: str
    responsible: str | None
    supporting: str | None
    basis: tuple[str, ...]
    by_law: bool
    due: date
    target: date
    overdue: bool
    late: int
    state: str
    reminded: tuple[date, ...]
    chased: tuple[date, ...]
    complete_when: str | None
    answer: date


def can_be_ordered(task: Task, plan: Plan, now: datetime) -> bool:
    """Whether there is anything left to be done."""
    return standing(task, plan, now).state not in _FINISHED


def next_number(facts: Iterable[Fact], year: int) -> int:
    """The serial number of the next 督办单 of a year; one that was voided keeps its number."""
    return max((number for number, _ in _drawn(facts, year)), default=0) + 1


def number_of(facts: Iterable[Fact], task: Task, year: int) -> int | None:
    """The number that the latest 督办单 of a year for this task and this target has; None where there is none."""
    meant = (task.id, iso(task.dates.target))
    same = [number for number, fact in _drawn(facts, year) if (fact.task, fact.data.get(TARGET)) == meant]
    return same[-1] if same else None


def _drawn(facts: Iterable[Fact], year: int) -> Iterator[tuple[int, Fact]]:
    for fact in facts:
        number = fact.data.get("number")
        is_order = fact.kind is FactKind.DRAFT and fact.data.get("document") == ORDER
        if is_order and isinstance(number, int) and fact.entered.astimezone(BEIJING).year == year:
            yield number, fact


def order_of(task: Task, plan: Plan, number: int, now: datetime) -> Order:
    """The 督办单 of a task, as it stands at `now`."""
    row, dates, office, roster = task.slot.obligation, task.dates, plan.register.office, plan.roster
    calendar, today = plan.calendars.of(task.slot.region), now.astimezone(BEIJING).date()
    due = _local(dates.due)
    overdue = is_overdue(dates.due, now)
    return Order(
        office=office.name,
        section=office.section or office.name,
        admin=roster.person(office.admin).name,
        phone=office.phone,
        number=number,
        now=now.astimezone(BEIJING),
        task=task.id,
        title=_plain(row.title),
        period=task.slot.period if task.slot.event is None else "once",
        unit=_plain(roster.unit(task.bearer.unit).name),
        responsible=_responsible(task, plan),
        supporting=_units(row.supporting, task, plan),
        basis=tuple(_cited(one) for one in row.basis),
        by_law=row.set_by is SetBy.LAW,
        due=due,
        target=_local(dates.target),
        overdue=overdue,
        late=calendar.count(due, today) if overdue and today > due else 0,
        state=STATES[standing(task, plan, now).state].text(),
        reminded=_told(task, plan, NoticeKind.REMINDER),
        chased=_told(task, plan, NoticeKind.CHASER),
        complete_when=_plain(row.complete_when) if row.complete_when else None,
        answer=calendar.add(today, _ANSWER),
    )


def _responsible(task: Task, plan: Plan) -> str | None:
    """The post of a person bearer; a 督办单 goes to units and names nobody."""
    who = task.bearer.person
    post = plan.roster.person(who).post if who is not None else task.bearer.role
    return _plain(post) if post else None


def _units(selector: Selector | None, task: Task, plan: Plan) -> str | None:
    if selector is None:
        return None
    found = plan.roster.units_on(selector, day_of(task.dates.target), task.slot.event_unit)
    return "、".join(_plain(plan.roster.unit(unit).name) for unit in found) or None


def _cited(basis: Basis) -> str:
    name = basis.document if basis.document.startswith("《") else f"《{basis.document}》"
    quote = f"：“{basis.quote}”" if basis.quote else ""
    return _plain(f"{name}{basis.clause or ''}{quote}")


def _told(task: Task, plan: Plan, kind: NoticeKind) -> tuple[date, ...]:
    """The days on which such a notice went."""
    sent = [o for o in plan.history.outcomes(task.id).values() if o.kind is OutcomeKind.SENT]
    return tuple(sorted({_local(o.at) for o in sent if kind_of(o.key.partition("#")[2]) is kind}))


def _local(moment: Moment) -> date:
    return day_of(moment.astimezone(BEIJING) if isinstance(moment, datetime) else moment)


def _plain(text: str) -> str:
    """The text on one line, without the stroke that divides the columns of the template's table."""
    return " ".join(text.split()).replace("|", "｜")
