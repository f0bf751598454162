"""The plan of a year as an Excel file: the year at a glance, by unit, by person, what hangs on events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from msgspec import Struct

from scheduler.planning.model import BEIJING
from scheduler.planning.plan import Plan
from scheduler.register.model import Before, Obligation, With, Within
from scheduler.reports.columns import cited
from scheduler.reports.forecast import WEEKDAYS
from scheduler.reports.workbook import Book, Cell, Column, Imprint, Kind, Sheet, Tone, Toned
from scheduler.reports.yearplan import LOOSE, Item, items, span
from scheduler.words import Phrase, say


def book(plan: Plan, year: int, imprint: Imprint) -> Book:
    """The file: the year at a glance, by unit, by person (each from a new page), and what hangs on events."""
    found = items(plan, year)
    units = {unit.id: n for n, unit in enumerate(plan.register.units)}
    by_unit = sorted(found, key=lambda item: units[item.unit])
    people = {person.id: n for n, person in enumerate(plan.register.people)}
    by_person = sorted((i for i in found if i.person), key=lambda item: people.get(item.person or "", -1))
    made = _Made(plan, year, imprint)
    return Book(
        (
            _glance(found, made),
            _list(say("按单位"), by_unit, [item.unit for item in by_unit], made),
            _list(say("按个人"), by_person, [item.person for item in by_person], made),
            _hanging(made),
        ),
        imprint,
    )


class _Made(Struct, frozen=True):
    """What all sheets of a year's plan share."""

    plan: Plan
    year: int
    imprint: Imprint

    @property
    def title(self) -> Phrase:
        return say("{year}年政务公开工作计划", year=self.year)


def _glance(found: Sequence[Item], made: _Made) -> Sheet:
    """A line per unit, a column per week: how many fall due; with a star where a day is provisional."""
    weeks = _between(date(made.year, 1, 1), date(made.year, 12, 31))
    count = Counter((item.unit, item.week) for item in found)
    loose = {(item.unit, item.week) for item in found if item.task.dates.provisional}

    def cell(unit: str, week: tuple[int, int]) -> Cell:
        n = count[unit, week]
        return Toned(f"{n}*", Tone.GREY) if (unit, week) in loose else n or None

    names = [(unit.id, unit.name) for unit in made.plan.register.units if any(count[unit.id, week] for week in weeks)]
    return Sheet(
        name=say("全年").text(made.imprint.lang),
        title=say("{year}年政务公开工作计划：各单位每周到期任务数", year=made.year),
        columns=(Column(say("责任单位"), 42), *(Column(str(week), 3.4, Kind.NUMBER) for _, week in weeks)),
        rows=[[name, *(cell(unit, week) for week in weeks)] for unit, name in names],
        notes=(made.imprint.note, say("列为第几周（星期一至星期日）；* 为暂定。")),
        after=(LOOSE,),
        repeated=1,
        filtered=False,
    )


def _between(first: date, last: date) -> list[tuple[int, int]]:
    """The ISO weeks of these days, in order."""
    days = (first + timedelta(n) for n in range((last - first).days + 1))
    return list(dict.fromkeys((week.year, week.week) for week in map(date.isocalendar, days)))


def _list(name: Phrase, found: Sequence[Item], owners: Sequence[str | None], made: _Made) -> Sheet:
    """One line per item; a new page begins with each owner."""
    return Sheet(
        name=name.text(made.imprint.lang),
        title=made.title,
        columns=(
            *(Column(say("责任单位"), 24), Column(say("责任人"), 9), Column(say("周"), 5, Kind.NUMBER)),
            *(Column(say("本周"), 12), Column(say("办理时限"), 11, Kind.DAY), Column(say("星期"), 6)),
            *(Column(say("暂定"), 6), Column(say("事项"), 36), Column(say("期间"), 9)),
            *(Column(say("规定期限"), 11, Kind.DAY), Column(say("首次提醒"), 11, Kind.DAY), Column(say("已办"), 6)),
            Column(say("任务编号"), 34),
        ),
        rows=[_line(item, made.plan) for item in found],
        notes=(made.imprint.note,),
        after=(LOOSE,),
        page_rows=[n for n, (a, b) in enumerate(pairwise(owners), start=1) if a != b],
        scale=65,
    )


def _line(item: Item, plan: Plan) -> list[Cell]:
    task, roster = item.task, plan.roster
    first = min((step.at for step in task.slot.steps), default=None)
    mark = Toned(say("暂定"), Tone.GREY) if task.dates.provisional else None
    return [
        roster.unit(item.unit).name,
        roster.person(item.person).name if item.person else None,
        item.day.isocalendar().week,
        span(item.week),
        *(task.dates.target if item.pace is None else item.day, WEEKDAYS[item.day.weekday()], mark, item.title),
        item.period,
        task.dates.due,
        first.astimezone(BEIJING).date() if first and item.pace is None else None,
        say("已办") if item.finished else None,
        task.id,
    ]


def _hanging(made: _Made) -> Sheet:
    """The rows that fall due when something happens: nobody can plan them, everybody should know them."""
    rows = [(row, words) for row in made.plan.register.obligations if (words := _when(row, made.plan)) is not None]
    roster, last = made.plan.roster, date(made.year, 12, 31)
    return Sheet(
        name=say("随事件").text(made.imprint.lang),
        title=say("{year}年随事件发生的任务", year=made.year),
        columns=(
            Column(say("事项"), 40),
            Column(say("责任单位"), 40),
            Column(say("时限"), 44),
            Column(say("依据"), 34),
        ),
        rows=[
            [
                row.title,
                "、".join(roster.unit(unit).name for unit in roster.units_on(row.owed_by, last))
                or say("事件所属的单位"),
                words,
                "\n".join(map(cited, row.basis)),
            ]
            for row, words in rows
        ],
        notes=(made.imprint.note,),
    )


def _when(row: Obligation, plan: Plan) -> Phrase | None:
    """When a row falls due that hangs on an event or on the end of another, in words; None for all others."""
    events = {event.id: event.title for event in plan.register.events}
    others = {other.id: other.title for other in plan.register.obligations}
    match row.schedule:
        case Within(after=str() as event, within=length):
            return say("{event}后{length}内", event=events.get(event, event), length=length.phrase())
        case Within(after_done=str() as other, within=length):
            return say("“{row}”办结后{length}内", row=others.get(other, other), length=length.phrase())
        case With(with_=event):
            return say("与{event}同时", event=events.get(event, event))
        case Before(before=event, lead=lead) if event in events:
            return say("{event}前{length}", event=events[event], length=lead.phrase())
        case _:
            return None
