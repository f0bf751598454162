"""Rows that say the same of when and who are worked out once; each has the slots that it would have by itself."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from task_office import office

from bench.offices import office_of
from scheduler.planning import Calendars, History, Plan, compile_plan, slots
from scheduler.planning.alike import Alike
from scheduler.planning.model import BEIJING, Fact, FactKind
from scheduler.register import Register, load, parse

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 23, 8, tzinfo=BEIJING)
TABLES = [ROOT / "obligations.yaml", *sorted((ROOT / "examples").glob("*.yaml"))]
ALIKE = """
title: 报送
due: {every: quarter, by: end, roll: preceding}
"""


def read(path: Path) -> Register:
    register = load(path).register
    assert register is not None
    return register


def made_up() -> Register:
    files = [(name, text.encode()) for name, text in office_of(1_000).files.items() if name != "events.csv"]
    register = parse(files).register
    assert register is not None
    return register


def plan(register: Register, history: History, now: datetime = NOW) -> Plan:
    year = date(2026, 7, 1), date(2027, 6, 30)
    return compile_plan(register, Calendars(register), history, now=now, since=year[0], until=year[1])


def happened(tasks: list[str], chance: random.Random) -> Iterator[Fact]:
    """What is on record of some of the tasks: closed, lengthened, stopped, and notices gone for another target."""
    yield Fact(1, FactKind.TABLE, NOW - timedelta(300), None, "duban", None, {"digest": "a"})
    yield Fact(2, FactKind.TABLE, NOW - timedelta(20), None, "duban", None, {"digest": "b"})
    for seq, task in enumerate(chance.sample(tasks, min(40, len(tasks))), 3):
        entered = NOW - timedelta(40, -seq)
        kind = chance.choice([FactKind.DONE, FactKind.EXTEND, FactKind.PAUSE, FactKind.QUEUED, FactKind.ROW])
        if kind is FactKind.QUEUED:
            target = (NOW.date() + timedelta(chance.randrange(-30, 60))).isoformat()
            data = {"message": "m", "kind": "reminder", "notices": (f"{task}#remind-5wd@{target}>bearer",)}
            yield Fact(seq, kind, entered, None, "duban", None, data)
        elif kind is FactKind.ROW:
            yield Fact(seq, kind, entered, None, "duban", None, {"obligation": task.partition("/")[0]})
        else:
            data = {"by": "5wd"} if kind is FactKind.EXTEND else {}
            yield Fact(seq, kind, entered, entered.date(), "he.ping", task, data)


@pytest.mark.parametrize("register", [*map(read, TABLES), made_up()], ids=[*(p.stem for p in TABLES), "made up"])
@pytest.mark.parametrize("seed", range(3))
def test_each_row_has_the_slots_that_it_has_alone(register: Register, seed: int, monkeypatch) -> None:
    tasks = [task.id for task in plan(register, History()).tasks()]
    history = History(happened(tasks, random.Random(seed))) if seed else History()
    shared = plan(register, history).slots
    monkeypatch.setattr(Alike, "of", lambda *_: None)
    assert shared == plan(register, history).slots


def test_a_row_that_is_like_a_hundred_others_costs_next_to_nothing(monkeypatch) -> None:
    reckoned = []
    reckon = slots.reckon
    monkeypatch.setattr(slots, "reckon", lambda *args: reckoned.append(args) or reckon(*args))
    counted = []
    for n in (2, 100):
        register = office(*[ALIKE] * n)
        assert len({slot.obligation.id for slot in plan(register, History()).slots}) == n
        counted.append(len(reckoned))
        reckoned.clear()
    assert counted[0] == counted[1] > 0


@pytest.mark.parametrize(
    "other",
    [
        "due: {every: quarter, by: end - 5wd, roll: preceding}",
        "owed_by: {unit: far}",
        "owed_by: {kind: county}",
        "ladder: hours",
        "effective: {until: 2027-01-31}",
        "outer: {by: end + 20d}",
        "dates: {2026Q4: {by: 2026-12-25}}",
        "starts: paper",
    ],
)
def test_rows_that_differ_in_when_or_who_share_nothing(other: str) -> None:
    key = other.partition(":")[0]
    unlike = "\n".join([*(line for line in ALIKE.splitlines() if not line.startswith(f"{key}:")), other])
    together, alone, like = told("row1", ALIKE, unlike), told("row", unlike), told("row", ALIKE)
    assert together == alone != like


def told(row: str, *rows: str) -> list[object]:
    """What the slots of one row of a table say."""
    found = plan(office(*rows), History())
    made = [slot for slot in found.slots if slot.obligation.id == row]
    return [(s.period, s.region, s.dates, s.steps, s.dormant, found.bearers(s)) for s in made]
