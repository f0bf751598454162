"""Where a task stands: states and lights around midnight, what people recorded, dates as they stood."""

from __future__ import annotations

from datetime import date

import pytest
from task_office import Book, at, office, on, plan, slots, stands, task

from scheduler.planning.model import FactKind, Light, State
from scheduler.planning.standing import is_late

YEARLY = "due: {every: year, by: end of 01, covers: previous, roll: preceding}"  # printed Sat 01-31, target Fri 01-30
WINDOW = "due: {every: year, from: 11-01, by: 11-30, roll: preceding}"
HOURS = "due: {within: 24h, after: paper}"
TASK = "row/city/2025"


@pytest.mark.parametrize(
    ("now", "state", "light"),
    [
        ("2026-01-01 00:00", State.OPEN, Light.GREEN),
        ("2026-01-23 08:59", State.OPEN, Light.GREEN),
        ("2026-01-23 09:00", State.OPEN, Light.YELLOW),  # five working days before: the first notice
        ("2026-01-31 23:59", State.OPEN, Light.YELLOW),  # never overdue at the earlier target
        ("2026-02-01 00:00", State.OVERDUE, Light.RED),
    ],
)
def test_overdue_begins_at_the_midnight_after_the_printed_day(now: str, state: State, light: Light) -> None:
    found = stands(plan(office(YEARLY)), TASK, now)
    assert (found.state, found.light) == (state, light)


@pytest.mark.parametrize(
    ("now", "state"),
    [("2026-10-02 22:30", State.OPEN), ("2026-10-02 22:31", State.OVERDUE)],
)
def test_an_hourly_task_is_overdue_at_the_moment(now: str, state: State) -> None:
    found = plan(office(HOURS), Book().event("2026-10-01 22:30"), now="2026-10-01")
    assert stands(found, "row/city/R-1", now).state is state


def test_a_window_is_not_open_before_its_from() -> None:
    found = plan(office(WINDOW), until="2026-12-31")
    assert stands(found, "row/city/2026", "2026-10-31").state is State.NOT_OPEN
    assert stands(found, "row/city/2026", "2026-11-01").state is State.OPEN


def told(*facts: tuple[FactKind, str]) -> Book:
    book = Book()
    for kind, day in facts:
        book.add(kind, day, TASK, evidence=f"{kind}", reason="理由")
    return book


@pytest.mark.parametrize(
    ("facts", "state", "done_on"),
    [
        ([(FactKind.ACK, "2026-01-20")], State.OVERDUE, None),
        ([(FactKind.DONE, "2026-01-31")], State.DONE, "2026-01-31"),
        ([(FactKind.DONE, "2026-02-01")], State.DONE_LATE, "2026-02-01"),
        ([(FactKind.REPORT, "2026-01-29")], State.REPORTED, "2026-01-29"),
        ([(FactKind.REPORT, "2026-01-29"), (FactKind.CONFIRM, "2026-02-09")], State.DONE, "2026-01-29"),
        ([(FactKind.REPORT, "2026-01-29"), (FactKind.RETURN, "2026-01-30")], State.OVERDUE, None),
        ([(FactKind.DONE, "2026-01-29"), (FactKind.REOPEN, "2026-01-30")], State.OVERDUE, None),
        ([(FactKind.WAIVE, "2026-01-05")], State.WAIVED, None),
        ([(FactKind.WAIVE, "2026-01-05"), (FactKind.REOPEN, "2026-01-06")], State.OVERDUE, None),
        ([(FactKind.PAUSE, "2026-01-05")], State.PAUSED, None),
    ],
)
def test_facts_make_states(facts: list[tuple[FactKind, str]], state: State, done_on: str | None) -> None:
    found = stands(plan(office(YEARLY, start="2025-06-01"), told(*facts), now="2026-02-10"), TASK, "2026-02-10")
    assert (found.state, found.done_on) == (state, on(done_on) if done_on else None)
    if state in {State.DONE, State.DONE_LATE, State.REPORTED}:
        assert found.evidence == facts[-1][0]


def test_finished_tasks_keep_the_dates_as_they_stood() -> None:
    book = Book().add(FactKind.DONE, "2026-02-10", TASK, printed="2026-02-15", due="2026-02-15", target="2026-02-13")
    found = stands(plan(office(YEARLY), book, now="2026-03-01", since="2026-01-01"), TASK, "2026-03-01")
    assert found.state is State.DONE  # the table now says 31 January
    assert (found.task.dates.due, found.task.dates.target) == (date(2026, 2, 15), date(2026, 2, 13))


@pytest.mark.parametrize(
    ("done", "due", "entered", "late"),
    [
        ("2026-01-31", "2026-01-31", None, False),
        ("2026-02-01", "2026-01-31", None, True),
        ("2026-01-31 23:59", "2026-01-31", None, False),
        ("2026-01-31 10:00", "2026-01-31 10:00", None, False),
        ("2026-01-31 10:01", "2026-01-31 10:00", None, True),
        ("2026-01-31", "2026-01-31 10:00", "2026-01-31 09:00", False),
        ("2026-01-31", "2026-01-31 10:00", "2026-01-31 11:00", True),  # all that is known is that it was entered late
        ("2026-01-31", "2026-01-31 10:00", "2026-02-01 09:00", False),  # some time of that day
        ("2026-02-01", "2026-01-31 10:00", "2026-02-01 09:00", True),
    ],
)
def test_what_is_late(done: str, due: str, entered: str | None, late: bool) -> None:
    assert is_late(on(done), on(due), at(entered) if entered else None) is late


def test_counts_and_acknowledgements_are_shown() -> None:
    book = Book().add(FactKind.ACK, None, TASK, entered="2026-01-20")
    book.add(FactKind.EXTEND, "2026-01-21", TASK, by="5wd").add(FactKind.EXTEND, "2026-01-22", TASK, by="5wd")
    found = stands(plan(office(YEARLY), book, now="2026-01-22"), TASK, "2026-01-22")
    assert (found.acknowledged_at, found.extensions) == (at("2026-01-20"), 2)
    assert found.task.dates.due == date(2026, 2, 13)  # 31 January, five and five working days; then the Saturday works


def test_before_the_start_a_task_is_dormant_unless_it_is_done() -> None:
    row = "due: {by: 2017-09-30, roll: none}"
    assert stands(plan(office(row)), "row/city/once", "2026-01-01").light is Light.GREY
    done = plan(office(row), Book().done("row/city/once", "2017-09-20"))
    assert stands(done, "row/city/once", "2026-01-01").state is State.DONE


def test_a_row_that_came_later_is_not_asked_about_what_was_due_before_it() -> None:
    book = Book().loaded("2026-01-05", "other").loaded("2026-03-10", "row")
    row = "due: {every: month, by: 10, roll: following}"
    assert list(slots(row, book, now="2026-03-12", until="2026-04-30"))[:2] == ["2026-03", "2026-04"]
    book = Book().loaded("2026-01-05", "other").loaded("2026-03-11", "row")
    assert list(slots(row, book, now="2026-03-12", until="2026-04-30"))[:1] == ["2026-04"]


def test_rows_loaded_after_the_moment_of_the_plan_count_as_loaded_then() -> None:
    book = Book().loaded("2026-11-22", "row")
    found = plan(office(YEARLY), book, now="2026-01-01", until="2026-12-31")
    assert [s.name for s in task(found, TASK).slot.steps if s.ahead] == ["remind-5wd"]
    assert not task(found, TASK).slot.dormant


def test_a_target_that_moves_after_notices_went_is_made_up_for_once() -> None:
    key = f"{TASK}#remind-5wd@2026-01-30>bearer"
    book = Book().loaded("2025-01-05", "row")
    book.facts.append(
        type(book.facts[0])(9, FactKind.QUEUED, at("2026-01-23 09:00"), None, "duban", None, {"notices": (key,)})
    )
    book.add(FactKind.TABLE, None, entered="2026-01-26", digest="1" * 64)
    moved = YEARLY + "\ndates:\n  2025: {by: 2026-01-28, basis: {document: 当年工作通知}}"
    slot = task(plan(office(moved), book, now="2026-01-26"), TASK).slot
    assert slot.known == at("2026-01-26")
    assert [s.name for s in slot.steps if s.ahead] == ["remind-now"]
    same = task(plan(office(YEARLY), book, now="2026-01-26"), TASK).slot
    assert [s.name for s in same.steps if s.ahead] == ["remind-5wd"]
