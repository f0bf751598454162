"""Nothing grows faster than n log n, and what concerns the table alone does not grow with the units.

By counts of calls: seconds differ from machine to machine; how often functions are called does not.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from types import FrameType

import pytest
from sqlalchemy import event

from bench.offices import OPENING, Office, Reach, office_of, office_under, office_with
from scheduler.clock import BEIJING
from scheduler.daemon.service import Daemon
from scheduler.daemon.services import Services
from scheduler.daemon.start import open_daemon
from scheduler.planning import Calendars, History, Plan, compile_plan, statements
from scheduler.planning.coming import load as load_of
from scheduler.planning.decide import owed
from scheduler.planning.messages import messages
from scheduler.register import Register, load, parse
from scheduler.reports.forecast import Forecast, documents
from scheduler.reports.ledger import status_book
from scheduler.reports.status import rows
from scheduler.reports.workbook import Imprint
from scheduler.reports.xlsx import written
from scheduler.settings import settings
from scheduler.words import Lang

MON_2026_03_23 = datetime(2026, 3, 23, 8, tzinfo=BEIJING)
TUE_2026_03_24 = datetime(2026, 3, 24, 9, tzinfo=BEIJING)
SMALL, LARGE = Reach(0, 4, 2, 12, 10), Reach(0, 24, 12, 72, 60)  # six times as many of each kind
FEW, MANY = 15, 60
SLACK = 1.3


class Count:
    """How often Python functions were called, or statements sent to the database."""

    def __init__(self) -> None:
        self.n = 0

    def add(self, *_: object) -> None:
        self.n += 1


def calls(work: Callable[[], object]) -> int:
    count = Count()

    def note(_: FrameType, what: str, __: object) -> None:
        count.n += what in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count.n


def register_of(office: Office) -> Register:
    loaded = parse([(name, text.encode()) for name, text in office.files.items() if name != "events.csv"])
    assert loaded.register is not None
    return loaded.register


def year(register: Register) -> Plan:
    until = OPENING + timedelta(days=364)
    return compile_plan(
        register, Calendars(register), History(), now=MON_2026_03_23, since=OPENING, until=until
    )  # fmt: skip


def log_linear(before: int, after: int) -> float:
    return after * math.log(after) / (before * math.log(before))


# -- the generator -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("office", [office_of(100), office_of(1_000), office_of(10_000), office_with(300, 3_000)])
def test_a_made_up_office_has_a_faultless_table(office: Office, tmp_path: Path) -> None:
    loaded = load(office.write(tmp_path))
    assert loaded.problems == ()
    assert loaded.register is not None
    assert len(loaded.register.obligations) == office.obligations
    assert len(loaded.register.units) == office.units


@pytest.mark.parametrize("size", [100, 1_000, 10_000, 100_000, 1_000_000])
def test_a_made_up_office_has_about_as_many_tasks_a_year_as_asked_for(size: int) -> None:
    assert office_of(size).tasks == pytest.approx(size, rel=0.02)


def test_the_tasks_that_the_generator_counts_are_those_of_the_plan() -> None:
    office = office_of(1_000)
    register = register_of(office)
    now = datetime(2027, 1, 4, 8, tzinfo=BEIJING)
    plan = compile_plan(
        register, Calendars(register), History(), now=now, since=date(2027, 1, 1), until=date(2027, 12, 31)
    )
    recurring = [task for task in plan.tasks() if task.dates.target.year == 2027]
    on_event = sum(3 if told.unit is None else 1 for told in office.told)
    assert len(recurring) == pytest.approx(office.tasks - on_event, rel=0.1)


def test_the_same_seed_makes_the_same_office() -> None:
    assert office_of(1_000) == office_of(1_000)
    assert office_of(1_000).files != office_of(1_000, seed=8).files


# -- what depends on the table alone -----------------------------------------------------------------------------------


def test_the_plan_of_a_year_has_as_many_slots_for_many_units_as_for_few() -> None:
    few, many = (year(register_of(office_under(reach, FEW))) for reach in (SMALL, LARGE))
    assert len(few.slots) == len(many.slots)
    assert sum(1 for _ in many.tasks()) > 5 * sum(1 for _ in few.tasks())


def test_compiling_a_year_hardly_grows_with_the_units() -> None:
    few, many = (register_of(office_under(reach, FEW)) for reach in (SMALL, LARGE))
    assert calls(lambda: year(many)) < 2 * calls(lambda: year(few))


def test_compiling_a_year_grows_with_the_rows_and_no_faster() -> None:
    few, many = (register_of(office_under(SMALL, rows)) for rows in (FEW, MANY))
    slots = log_linear(len(year(few).slots), len(year(many).slots))
    assert calls(lambda: year(many)) < SLACK * slots * calls(lambda: year(few))


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [
        (office_under(SMALL, FEW), office_under(SMALL, MANY)),
        (office_under(SMALL, FEW), office_under(LARGE, FEW)),
    ],
    ids=["more rows", "more units"],
)
def test_reading_a_table_grows_with_its_bytes_and_no_faster(smaller: Office, larger: Office) -> None:
    few, many = (sum(len(text) for text in office.files.values()) for office in (smaller, larger))
    register_of(smaller)  # what is made once is not counted
    assert calls(lambda: register_of(larger)) < SLACK * log_linear(few, many) * calls(lambda: register_of(smaller))


# -- what depends on the tasks -----------------------------------------------------------------------------------------


def decided(plan: Plan) -> object:
    return messages(owed(plan, TUE_2026_03_24), plan, TUE_2026_03_24)


def forecast(plan: Plan) -> object:
    return load_of(plan, MON_2026_03_23, TUE_2026_03_24 + timedelta(days=200))


def standing(plan: Plan) -> object:
    return list(rows(plan, TUE_2026_03_24))


def listed(plan: Plan) -> object:
    return list(documents(Forecast(plan, MON_2026_03_23, TUE_2026_03_24 + timedelta(days=200))))


def in_a_sheet(plan: Plan) -> object:
    imprint = Imprint("", TUE_2026_03_24, None, Lang.ZH)
    return written(status_book(rows(plan, TUE_2026_03_24), plan, imprint))


@pytest.mark.parametrize("work", [decided, forecast, standing, listed, in_a_sheet])
def test_asking_all_tasks_grows_no_faster_than_n_log_n(work: Callable[[Plan], object]) -> None:
    few, many = (year(register_of(office_under(reach, FEW))) for reach in (SMALL, LARGE))
    tasks = log_linear(sum(1 for _ in few.tasks()), sum(1 for _ in many.tasks()))
    assert calls(lambda: work(many)) < SLACK * tasks * calls(lambda: work(few))


# -- the daemon --------------------------------------------------------------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.now = MON_2026_03_23

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(params=[SMALL, LARGE], ids=["small", "large"])
def daemon(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Daemon, Clock]]:
    """A daemon on the quiet morning of its first day, when it has done all there was to do."""
    clock = Clock()
    table = office_under(request.param, FEW).write(tmp_path)
    env = {"DUBAN_STATE": str(tmp_path / "state"), "DUBAN_TABLE": str(table)}
    opened = open_daemon(Services(settings(env), clock), clock, env)
    for _ in range(3):
        opened.beat()
    yield opened, clock
    opened.once()


@contextmanager
def statements_of(found: Daemon) -> Iterator[Count]:
    count, engine = Count(), found.desk.journal._database.engine
    event.listen(engine, "before_cursor_execute", count.add)
    yield count
    event.remove(engine, "before_cursor_execute", count.add)


def test_a_beat_with_nothing_to_do_asks_the_database_a_few_things_at_any_size(daemon: tuple[Daemon, Clock]) -> None:
    opened, clock = daemon
    clock.now += timedelta(seconds=30)
    with statements_of(opened) as count:
        made = calls(opened.beat)
    assert count.n <= 6
    assert made < 3_000


def test_an_event_becomes_a_task_with_a_few_statements_at_any_size(daemon: tuple[Daemon, Clock]) -> None:
    opened, clock = daemon
    clock.now += timedelta(seconds=30)
    plan = opened.desk.plan
    told = statements.event(
        plan, "he.ping", clock.now, event="foi.received", ref="GK-1", at=clock.now, unit="county-0001"
    )
    opened.desk.journal.append([told.entry], now=clock.now)
    with statements_of(opened) as count:
        opened.beat()
    assert len(opened.desk.plan.slots) == len(plan.slots) + 1
    assert count.n <= 40
