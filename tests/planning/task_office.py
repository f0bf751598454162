"""An invented office for tests of tasks: a table from rows, facts in their order, and plans of both."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from textwrap import indent

from scheduler.planning import Calendars, History, Plan, compile_plan, standing
from scheduler.planning.model import BEIJING, Fact, FactKind, Moment, Scalar, Slot, Standing, Task
from scheduler.problems import has_errors
from scheduler.register import Register, parse

TABLE = """
version: 1
office: {name: 云岭州人民政府办公室, unit: office, admin: he.ping, START}
units:
  - {id: office, name: 州人民政府办公室, kind: office, people: {officer: he.ping}}
  - id: city
    name: 安泉市人民政府
    kind: county
    reports_to: office
    people: {officer: zhou.min, leader: [{person: lu.he, to: 2026-06-30}, {person: sun.li, from: 2026-07-01}]}
  - {id: county, name: 望河县人民政府, kind: county, reports_to: office, people: {officer: lin.lan, leader: tang.yu}}
  - {id: far, name: 西境县人民政府, kind: border, region: xinjiang, reports_to: office, people: {officer: bo.he}}
people:
  - {id: he.ping, name: 何平, email: heping@example.gov.cn}
  - {id: zhou.min, name: 周敏, email: zhoumin@example.gov.cn}
  - {id: lu.he, name: 陆禾, email: luhe@example.gov.cn}
  - {id: sun.li, name: 孙立, email: sunli@example.gov.cn}
  - {id: lin.lan, name: 林岚, email: linlan@example.gov.cn}
  - {id: tang.yu, name: 唐宇, email: tangyu@example.gov.cn}
  - {id: bo.he, name: 柏禾, email: bohe@example.gov.cn}
events:
  - {id: paper, title: 文件印发}
  - {id: asked, title: 征求第三方意见}
  - {id: completed, title: 补正}
  - {id: ended, title: 结束}
records:
  - {id: talk, title: 解读}
  - {id: staff, title: 人数}
ladders:
  plain: {remind: [5wd], chase: [1wd]}
  standard: {remind: [5wd], chase: [1wd]}
obligations:
"""


def office(*rows: str, start: str | None = None) -> Register:
    """A table of these rows, each the body of one obligation; absent `id`, `title` and `owed_by` are filled in."""
    text = TABLE.replace("START", f"start: {start}" if start else "section: 政务公开科")
    for number, row in enumerate(rows):
        lines = row.strip().splitlines()
        for key, value in (("owed_by", "{unit: city}"), ("title", "办理"), ("id", f"row{number or ''}")):
            if not any(line.startswith(f"{key}:") for line in lines):
                lines.insert(0, f"{key}: {value}")
        text += indent("\n".join(lines), "    ").replace("    ", "  - ", 1) + "\n"
    loaded = parse([("obligations.yaml", text.encode())])
    assert loaded.register is not None, [p.text() for p in loaded.problems]
    assert not has_errors(loaded.problems), [p.text() for p in loaded.problems]
    return loaded.register


def at(text: str) -> datetime:
    """A moment in Beijing: a day (then 10:00) or a day and a time."""
    if len(text) == 10:
        return datetime.combine(date.fromisoformat(text), time(10), BEIJING)
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def on(text: str) -> Moment:
    """A day, or a moment in Beijing."""
    return date.fromisoformat(text) if len(text) == 10 else at(text)


class Book:
    """Facts in the order in which they were entered; each at 10:00 of the day it happened unless said otherwise."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def add(
        self,
        kind: FactKind,
        day: str | None = None,
        task: str | None = None,
        entered: str | None = None,
        **data: Scalar,
    ) -> Book:
        """One more fact; returns the book."""
        moment = at(entered or (day or "2025-01-01")[:10])
        happened = on(day) if day else None
        self.facts.append(Fact(len(self.facts) + 1, kind, moment, happened, "he.ping", task, data))
        return self

    def loaded(self, day: str, *rows: str) -> Book:
        """A table with these rows goes into force."""
        self.add(FactKind.TABLE, None, entered=day, digest="0" * 64)
        for row in rows:
            self.add(FactKind.ROW, None, entered=day, obligation=row)
        return self

    def event(
        self, day: str, ref: str = "R-1", event: str = "paper", entered: str | None = None, **data: Scalar
    ) -> Book:
        """An event of the city unless another unit is given."""
        unit = data.pop("unit", "city")
        return self.add(FactKind.EVENT, day, entered=entered, event=event, ref=ref, unit=unit, **data)

    def record(self, day: str, record: str = "talk", **data: Scalar) -> Book:
        """A record."""
        return self.add(FactKind.RECORD, day, record=record, **data)

    def done(self, task: str, day: str, **data: Scalar) -> Book:
        """A completion."""
        return self.add(FactKind.DONE, day, task, **data)

    def history(self) -> History:
        """The history of it all."""
        return History.of(self.facts)


def plan(
    register: Register,
    book: Book | Iterable[Fact] = (),
    *,
    now: str = "2026-01-01",
    since: str | None = None,
    until: str | None = None,
    as_of: str | None = None,
) -> Plan:
    """The plan of a table at a moment, for a year from it unless said otherwise."""
    moment = at(now)
    facts = book.facts if isinstance(book, Book) else tuple(book)
    return compile_plan(
        register,
        Calendars(register, as_of=date.fromisoformat(as_of) if as_of else None),
        History.of(facts),
        now=moment,
        since=date.fromisoformat(since) if since else moment.date(),
        until=date.fromisoformat(until) if until else moment.date() + timedelta(days=365),
    )


def slots(row: str, book: Book | Iterable[Fact] = (), **when: str) -> dict[str, Slot]:
    """The slots of a table of one row, by their period."""
    return {slot.period: slot for slot in plan(office(row), book, **when).slots}


def task(found: Plan, task_id: str) -> Task:
    """A task that must be there."""
    known = found.task(task_id)
    assert known is not None, [t.id for t in found.tasks()]
    return known


def stands(found: Plan, task_id: str, now: str) -> Standing:
    """Where a task stands at a moment."""
    return standing(task(found, task_id), found, at(now))
