"""Dates of rows that hang on events, completions and other rows; what stops, restarts and lengthens a clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from msgspec.structs import replace
from task_office import Book, at, office, on, plan, slots, stands, task

from scheduler.planning.changes import stopped_since
from scheduler.planning.decide import owed
from scheduler.planning.model import FactKind, Moment, State
from scheduler.planning.occasions import Occasion
from scheduler.planning.reckoning import Stop, reckon
from scheduler.workdays import Calendar

NORMATIVE = "due: {within: 5个工作日, after: paper}\nowed_by: event.unit"


@pytest.mark.parametrize(
    ("within", "happened", "target"),
    [
        ("5wd", "2026-09-30", "2026-10-13"),  # over National Day; Saturday the 10th works
        ("20wd", "2026-09-11", "2026-10-15"),
        ("30wd", "2017-05-27", "2017-07-11"),
        ("30wd", "2017-06-16", "2017-07-28"),
        ("15wd", "2020-01-19", "2020-02-17"),  # with the extension published on 27 January
        ("0wd", "2026-10-01", "2026-10-01"),
        ("20d, roll: following", "2026-09-11", "2026-10-08"),  # 1 October → the first working day after the holiday
        ("1m, roll: following", "2020-01-31", "2020-02-29"),  # 民法典 202; a Saturday, so following is 2 March
        ("2w, roll: none", "2026-03-01", "2026-03-15"),
        ("1y, roll: none", "2024-02-29", "2025-02-28"),
        ("24h", "2026-10-01 22:30", "2026-10-02 22:30"),  # holidays do not stop hours
        ("24h", "2026-10-01", "2026-10-02 00:00"),  # a whole day counts from its 00:00: the strictest
    ],
)
def test_a_limit_runs_from_its_event_and_does_not_count_the_day_itself(within: str, happened: str, target: str) -> None:
    table = office(f"due: {{within: {within}, after: paper}}", start="2010-01-01")
    found = plan(table, Book().event(happened), now=happened[:10]).slots
    expected: Moment = on(target)
    if within.startswith("1m"):
        expected = date(2020, 3, 2)
    assert [slot.dates.target for slot in found] == [expected]


def test_the_unit_of_the_event_owes_it_under_the_events_reference() -> None:
    book = Book().event("2026-09-30", "CJ-2026-017").event("2026-09-30", "CJ-2026-018", unit="county")
    found = plan(office(NORMATIVE), book, now="2026-09-30")
    assert [t.id for t in found.tasks()] == ["row/city/CJ-2026-017", "row/county/CJ-2026-018"]
    assert [t.dates.opens for t in found.tasks()] == [date(2026, 9, 30)] * 2


def test_an_event_entered_late_reminds_at_once_instead_of_of_the_past() -> None:
    book = Book().event("2026-03-02", entered="2026-03-06")
    (slot,) = plan(office("due: {within: 7wd, after: paper}"), book, now="2026-03-06").slots
    assert slot.known == at("2026-03-06")
    assert [s.name for s in slot.steps if s.ahead] == ["remind-now"]


def test_nobody_is_reminded_of_what_has_not_happened_whenever_the_plan_is_made() -> None:
    book = Book().loaded("2025-12-01", "row").event("2026-03-02")
    (slot,) = plan(office("due: {within: 3wd, after: paper}"), book, now="2026-01-01", until="2026-12-31").slots
    assert [(s.name, s.at.date()) for s in slot.steps if s.ahead] == [("remind-now", date(2026, 3, 2))]


def test_an_event_told_again_moves_its_tasks_and_keeps_their_names() -> None:
    book = Book().event("2026-03-02", planned=True).event("2026-03-10", entered="2026-03-03", planned=True)
    (slot,) = plan(office("due: {before: paper, lead: 3wd}"), book, now="2026-03-03").slots
    assert (slot.period, slot.dates.target) == ("R-1", date(2026, 3, 5))
    (happening,) = book.history().happenings("paper")
    assert (happening.planned, happening.entered) == (True, at("2026-03-03"))


@pytest.mark.parametrize(
    ("due", "happened", "target"),
    [
        ("{with: paper}", "2026-03-07", "2026-03-07"),  # Saturday: at the same moment means that day
        ("{with: paper, tolerance: 1wd}", "2026-03-07", "2026-03-09"),
        ("{with: paper, tolerance: 2h}", "2026-03-07 10:00", "2026-03-07 12:00"),
        ("{before: paper, lead: 0d}", "2026-03-07", "2026-03-06"),  # a gate on a Saturday: the last working day
        ("{before: paper, lead: 1wd}", "2026-03-09", "2026-03-06"),
        ("{before: paper, lead: 7d}", "2026-03-09", "2026-03-02"),
        ("{before: paper, lead: 24h}", "2026-03-09 09:00", "2026-03-08 09:00"),
    ],
)
def test_tasks_at_and_before_an_event(due: str, happened: str, target: str) -> None:
    (slot,) = plan(office(f"due: {due}"), Book().event(happened, planned=True), now="2026-02-20").slots
    assert slot.dates.target == on(target)


def test_a_limit_given_with_the_event_wins() -> None:
    (slot,) = plan(office(NORMATIVE), Book().event("2026-03-02", due="2026-03-07"), now="2026-03-02").slots
    assert (slot.dates.due, slot.dates.target) == (date(2026, 3, 7), date(2026, 3, 6))


def test_a_step_before_another_row_counts_back_from_its_target() -> None:
    report = "id: report\ndue: {every: year, by: end of 01, covers: previous, roll: preceding}"
    draft = "id: draft\ndue: {before: report, lead: 10wd}"
    found = plan(office(report, draft), until="2026-12-31")
    step = task(found, "draft/city/2025")
    assert task(found, "report/city/2025").dates.target == date(2026, 1, 30)
    assert step.dates.target == date(2026, 1, 16)
    assert step.slot.legs[0].words == "report"


def test_a_step_before_a_row_that_ended_is_not_asked_either() -> None:
    report = "id: report\neffective: {until: 2026-12-31}\ndue: {every: year, by: end of 01, roll: preceding}"
    found = plan(office(report, "id: draft\ndue: {before: report, lead: 10wd}"), until="2027-12-31")
    assert [t.id for t in found.tasks()] == ["report/city/2026", "draft/city/2026"]


def test_what_is_only_planned_starts_no_clock() -> None:
    book = Book().event("2026-03-02", planned=True)
    rows = office("id: after\ndue: {within: 5wd, after: paper}", "id: sync\ndue: {with: paper}")
    assert [t.id for t in plan(rows, book, now="2026-02-20").tasks()] == ["sync/city/R-1"]
    book.event("2026-03-03")
    assert [str(t.dates.due) for t in plan(rows, book, now="2026-03-03").tasks()] == ["2026-03-10", "2026-03-03"]


def test_who_was_granted_an_extension_keeps_his_task_after_he_has_left() -> None:
    row = "owed_by: {role: leader, of: {unit: city}}\ndue: {every: half-year, by: end, roll: preceding}"
    book = Book().add(FactKind.EXTEND, "2026-06-20", "row/lu.he/2026H1", by="10wd")
    found = plan(office(row), book, now="2026-06-20", until="2026-12-31")
    assert [t.id for t in found.tasks()] == ["row/lu.he/2026H1", "row/sun.li/2026H2"]
    assert task(found, "row/lu.he/2026H1").dates.due == date(2026, 7, 14)


def test_a_chain_starts_when_the_task_before_it_is_done_by_the_same_bearer() -> None:
    check = "id: check\nowed_by: {kind: county}\ndue: {every: quarter, by: end, roll: preceding}"
    mend = "id: mend\nowed_by: {kind: county}\ndue: {within: 10wd, after: done check}"
    book = Book().loaded("2026-03-01", "check", "mend")
    book.done("check/city/2026Q1", "2026-03-20", entered="2026-03-24")
    found = plan(office(check, mend), book, now="2026-03-25")
    assert found.task("mend/county/2026Q1") is None
    chained = task(found, "mend/city/2026Q1")
    assert chained.dates.target == date(2026, 4, 3)
    assert chained.slot.known == at("2026-03-24")
    reopened = book.add(FactKind.REOPEN, "2026-03-25", "check/city/2026Q1")
    assert plan(office(check, mend), reopened, now="2026-03-25").task("mend/city/2026Q1") is None


def test_a_chain_to_somebody_else_starts_when_all_are_done() -> None:
    check = "id: check\nowed_by: {kind: county}\ndue: {every: quarter, by: end, roll: preceding}"
    tell = "id: tell\nowed_by: {unit: office}\ndue: {within: 5wd, after: done check}"
    book = Book().done("check/city/2026Q1", "2026-03-20")
    assert plan(office(check, tell), book, now="2026-03-25").task("tell/office/2026Q1") is None
    book.done("check/county/2026Q1", "2026-03-24")
    assert task(plan(office(check, tell), book, now="2026-03-25"), "tell/office/2026Q1").dates.target == date(
        2026, 3, 31
    )


def test_until_somebody_is_named_the_clock_runs_for_the_coordinator() -> None:
    row = f"{NORMATIVE}\ncoordinator: {{unit: county}}"
    book = Book().event("2026-03-02", unit=None)
    open_task = task(plan(office(row), book, now="2026-03-02"), "row/unassigned/R-1")
    assert open_task.bearer.unit == "county"
    book.add(FactKind.ACK, None, "row/unassigned/R-1", entered="2026-03-03")
    book.add(FactKind.ASSIGN, None, "row/unassigned/R-1", entered="2026-03-04", unit="city")
    found = plan(office(row), book, now="2026-03-04")
    assert [t.id for t in found.tasks()] == ["row/city/R-1"]
    assert found.history.task("row/city/R-1").acknowledged_at == at("2026-03-03")  # history follows


def test_a_coordinator_that_has_ended_is_followed_by_the_next_or_by_the_office() -> None:
    table = office(f"{NORMATIVE}\ncoordinator: {{unit: [county, far]}}")
    book = Book().event("2026-03-02", unit=None)
    chased = []
    for gone in ((), ("county",), ("county", "far")):
        term = {"to": date(2026, 2, 1)}
        units = tuple(replace(one, **term) if one.id in gone else one for one in table.units)
        found = plan(replace(table, units=units), book, now="2026-03-02")
        (open_task,) = found.tasks()
        chased.append((open_task.id, open_task.bearer.unit, open_task.slot.region == found.roster.region("far")))
    name = "row/unassigned/R-1"
    assert chased == [(name, "county", False), (name, "far", True), (name, "office", False)]


def test_an_event_of_another_kind_with_the_same_reference_takes_no_history_away() -> None:
    row = f"{NORMATIVE}\ncoordinator: {{unit: county}}"
    book = Book().event("2026-03-02", unit=None).event("2026-03-02", event="ended", unit=None)
    book.add(FactKind.ACK, None, "row/unassigned/R-1", entered="2026-03-03")
    book.event("2026-03-02", entered="2026-03-04").event(
        "2026-03-02", event="ended", entered="2026-03-05", unit="county"
    )
    found = plan(office(row), book, now="2026-03-05")
    assert found.history.task("row/city/R-1").acknowledged_at == at("2026-03-03")


def test_a_row_sleeps_until_its_event_and_ends_with_another() -> None:
    row = "due: {every: month, by: end, roll: preceding}\nstarts: paper\ncloses: ended"
    asleep = slots(row, now="2026-01-01", until="2026-06-30")
    assert len(asleep) == 6
    assert all(slot.dormant and not slot.steps for slot in asleep.values())
    book = Book().event("2026-02-10").event("2026-04-10", event="ended")
    awake = slots(row, book, now="2026-04-10", since="2026-01-01", until="2026-06-30")
    assert [(label, slot.dormant) for label, slot in awake.items()] == [("2026-02", True), ("2026-03", True)]


def test_a_series_that_an_event_starts_is_owed_by_the_unit_of_the_event() -> None:
    row = "due: {every: week, by: fri, roll: preceding}\nowed_by: event.unit\nstarts: paper\ncloses: ended"
    book = Book().event("2026-03-03").event("2026-03-10", "R-2", unit="county").event("2026-03-13", event="ended")
    found = plan(office(row), book, now="2026-03-03", until="2026-03-20")
    assert [t.id for t in found.tasks()] == [
        "row/city/2026-W10",
        "row/city/2026-W11",
        "row/county/2026-W11",
        "row/county/2026-W12",  # what ended is the city's, by its reference
        "row/county/2026-W13",
    ]


@pytest.mark.parametrize("due", ["{by: 2026-03-31, roll: preceding}", "{rrule: FREQ=DAILY, roll: none}"])
def test_a_day_or_a_rule_that_an_event_starts_is_owed_by_the_unit_of_the_event(due: str) -> None:
    row = f"due: {due}\nowed_by: event.unit\nstarts: paper\ncloses: ended"
    book = Book().event("2026-03-02").event("2026-03-03", "R-2", unit="county")
    found = plan(office(row), book, now="2026-03-01", until="2026-03-31")
    assert {task.bearer.id for slot in found.slots for task in found.tasks_of(slot)} == {"city", "county"}
    assert not any(slot.dormant for slot in found.slots)


def test_the_record_that_fills_a_quota_starts_what_comes_after_it() -> None:
    hearing = "id: hearing\nowed_by: {kind: county}\nquota: {of: talk, at_least: 2, every: year}"
    publish = "id: publish\nowed_by: {kind: county}\ndue: {within: 5wd, after: done hearing}"
    book = Book().record("2026-03-02", unit="city").record("2026-03-09", unit="city", entered="2026-03-11")
    book.record("2026-03-09", unit="county")
    found = plan(office(hearing, publish), book, now="2026-03-11", until="2026-12-31")
    (slot,) = found.slots_of("publish")
    assert [t.id for t in found.tasks_of(slot)] == ["publish/city/2026"]
    assert (slot.dates.target, slot.known) == (date(2026, 3, 16), at("2026-03-11"))
    assert not plan(office(hearing, publish), book.facts[:1], now="2026-03-11").slots_of("publish")


# -- pauses, restarts, extensions ------------------------------------------------------------------------------------

REPLY = "due: {within: 20wd, after: paper}\nowed_by: event.unit"


def test_a_pause_keeps_the_remaining_working_days() -> None:
    # muckrock-007: 20 working days from 2010-02-01, paused on the 8th, resumed on the 18th; the 15th rests.
    (row,) = office(REPLY).obligations
    calendar = Calendar.custom({5, 6}, rest=[date(2010, 2, 15)])
    occasion = Occasion("R-1", date(2010, 2, 1))
    pause = Stop(date(2010, 2, 8), date(2010, 2, 18))
    assert reckon(row, occasion, calendar).due == date(2010, 3, 2)
    assert reckon(row, occasion, calendar, [pause]).due == date(2010, 3, 11)


@pytest.mark.parametrize(
    ("within", "stop", "due"),
    [
        ("20d, roll: none", Stop(date(2010, 2, 8), date(2010, 2, 18)), date(2010, 3, 3)),  # 21 February and ten days
        ("20d, roll: none", Stop(date(2010, 2, 21), date(2010, 3, 18)), date(2010, 2, 21)),  # paused on its last day
        ("20d, roll: none", Stop(date(2010, 1, 20), date(2010, 2, 3)), date(2010, 2, 23)),  # paused before it began
        ("48h", Stop(at("2010-02-02 12:00"), at("2010-02-02 18:00")), at("2010-02-03 06:00")),
    ],
)
def test_other_units_are_put_off_by_the_length_of_the_pause(within: str, stop: Stop, due: Moment) -> None:
    (row,) = office(f"due: {{within: {within}, after: paper}}").obligations
    assert reckon(row, Occasion("R-1", date(2010, 2, 1)), Calendar.custom({5, 6}), [stop]).due == due


def test_third_party_consultation_is_not_counted() -> None:
    book = Book().event("2025-01-10")  # H205: +20wd, 2025-01-15 … 2025-02-06 not counted
    book.add(FactKind.PAUSE, "2025-01-14", "row/city/R-1").add(FactKind.RESUME, "2025-02-06", "row/city/R-1")
    table = office(REPLY, start="2025-01-01")
    assert task(plan(table, book, now="2025-02-06"), "row/city/R-1").dates.due == date(2025, 3, 3)


def test_a_paused_task_asks_for_nothing_and_keeps_others_of_its_slot_as_they_were() -> None:
    row = "due: {within: 20wd, after: paper}\nowed_by: {kind: county}"
    book = Book().event("2025-01-10").add(FactKind.PAUSE, "2025-01-14", "row/city/R-1")
    found = plan(office(row, start="2025-01-01"), book, now="2025-01-20")
    paused, other = task(found, "row/city/R-1"), task(found, "row/county/R-1")
    assert paused.slot.steps == ()
    assert stands(found, paused.id, "2025-06-01").state is State.PAUSED
    assert other.slot.steps != ()
    assert sorted(t.id for t in found.tasks()) == ["row/city/R-1", "row/county/R-1"]


def test_an_event_of_the_same_reference_stops_the_clock_until_it_is_closed() -> None:
    row = f"{REPLY}\nstops_for: [asked]\nrestarts_on: [completed]"
    table, book = office(row, start="2025-01-01"), Book().event("2025-01-10").event("2025-01-14", event="asked")
    assert task(plan(table, book, now="2025-01-20"), "row/city/R-1").slot.paused
    book.event("2025-02-06", event="asked", closed="2025-02-06")
    assert task(plan(table, book, now="2025-02-06"), "row/city/R-1").dates.due == date(2025, 3, 3)
    book.event("2025-02-10", "R-2", event="completed")
    assert task(plan(table, book, now="2025-02-10"), "row/city/R-1").dates.due == date(2025, 3, 3)  # another reference
    book.event("2025-02-10", event="completed")
    restarted = task(plan(table, book, now="2025-02-10"), "row/city/R-1")
    assert restarted.dates.due == date(2025, 3, 10)  # 20 working days after 10 February


def test_an_event_that_stopped_the_clock_ends_with_a_resume_too() -> None:
    table = office(f"{REPLY}\nstops_for: [asked]", start="2025-01-01")
    book = Book().event("2025-01-10").event("2025-01-14", event="asked")
    book.add(FactKind.RESUME, "2025-02-06", "row/city/R-1")
    found = task(plan(table, book, now="2025-02-06"), "row/city/R-1")
    assert (found.slot.paused, found.dates.due) == (False, date(2025, 3, 3))


def _stopped_by_hand(book: Book) -> Book:
    return book.add(FactKind.PAUSE, "2025-01-14", "row/city/R-1", reason="等待补正")


@pytest.mark.parametrize(
    "stopped",
    [_stopped_by_hand, lambda book: book.event("2025-01-14", event="asked")],
    ids=["by a pause", "by an event"],
)
def test_what_starts_the_clock_anew_ends_what_stopped_it(stopped: Callable[[Book], Book]) -> None:
    table = office(f"{REPLY}\nstops_for: [asked]\nrestarts_on: [completed]", start="2025-01-01")
    book = stopped(Book().event("2025-01-10"))
    waiting = plan(table, book, now="2025-02-07")
    assert stands(waiting, "row/city/R-1", "2025-06-02").state is State.PAUSED
    assert not owed(waiting, at("2025-06-02"))  # nobody is chased while the office waits
    book.event("2025-02-10", event="completed")
    found = plan(table, book, now="2025-02-10")
    again = task(found, "row/city/R-1")
    assert (again.slot.paused, again.dates.due, again.slot.known) == (False, date(2025, 3, 10), at("2025-02-10"))
    assert stopped_since(again, found.history) is None


def test_a_clock_that_began_anew_can_be_stopped_once_more() -> None:
    table = office(f"{REPLY}\nrestarts_on: [completed]", start="2025-01-01")
    book = _stopped_by_hand(Book().event("2025-01-10")).event("2025-02-10", event="completed")
    book.add(FactKind.PAUSE, "2025-02-13", "row/city/R-1", reason="征求第三方意见")
    found = plan(table, book, now="2025-02-14")
    stopped = task(found, "row/city/R-1")
    assert (stopped.slot.paused, stopped_since(stopped, found.history)) == (True, date(2025, 2, 13))
    book.add(FactKind.RESUME, "2025-02-20", "row/city/R-1")
    resumed = task(plan(table, book, now="2025-02-20"), "row/city/R-1")
    assert (resumed.slot.paused, resumed.dates.due) == (False, date(2025, 3, 17))  # five working days more


def test_two_pauses_on_end_leave_out_no_day_twice() -> None:
    table = office(REPLY, start="2025-01-01")
    once = Book().event("2025-02-10").add(FactKind.PAUSE, "2025-02-13", "row/city/R-1")
    twice = Book().event("2025-02-10").add(FactKind.PAUSE, "2025-02-13", "row/city/R-1")
    twice.add(FactKind.PAUSE, "2025-02-18", "row/city/R-1")
    dues = {
        task(
            plan(table, b.add(FactKind.RESUME, "2025-02-20", "row/city/R-1"), now="2025-02-20"), "row/city/R-1"
        ).dates.due
        for b in (once, twice)
    }
    assert dues == {date(2025, 3, 17)}


@pytest.mark.parametrize(
    ("how", "due"),
    [
        ({"by": "20wd"}, "2026-11-12"),  # from the old due day, 15 October, not from the day it was granted
        ({"by": "10d"}, "2026-10-25"),  # a Sunday; the row says nothing about rolls of counted working days
        ({"to": "2026-10-30"}, "2026-10-30"),
    ],
)
def test_an_extension_counts_from_the_old_due_day(how: dict[str, str], due: str) -> None:
    book = Book().event("2026-09-11")
    book.add(FactKind.EXTEND, "2026-10-09", "row/city/R-1", reason="需要调查", approved_by="he.ping", **how)
    found = task(plan(office(REPLY), book, now="2026-10-09"), "row/city/R-1")
    assert found.dates.due == date.fromisoformat(due)
    assert found.slot.known == at("2026-10-09")


def test_what_is_granted_on_the_day_on_which_the_clock_stops_stands_still_with_it() -> None:
    book = Book().event("2025-02-10")
    book.add(FactKind.PAUSE, "2025-03-10", "row/city/R-1", reason="征求第三方意见")  # the last day, a Monday
    book.add(FactKind.EXTEND, "2025-03-10", "row/city/R-1", by="5wd")
    book.add(FactKind.RESUME, "2025-03-14", "row/city/R-1")
    found = task(plan(office(REPLY), book, now="2025-03-14"), "row/city/R-1")
    assert found.dates.due == date(2025, 3, 21)  # five working days after the Friday on which it went on


def test_a_calendar_rows_extension_rolls_as_the_row_does() -> None:
    book = Book().add(FactKind.EXTEND, "2026-01-20", "row/city/2025", by="7d")
    row = "due: {every: year, by: end of 01, covers: previous, roll: preceding}"
    found = task(plan(office(row), book, now="2026-01-20"), "row/city/2025")
    assert (found.dates.due, found.dates.target) == (date(2026, 2, 7), date(2026, 2, 6))


def test_an_extension_past_a_second_limit_stops_at_it() -> None:
    due = "due: {every: year, by: end of 02, covers: previous, roll: preceding}"
    row = f"{due}\nouter: {{by: 03-31, basis: {{document: 条例}}}}"
    book = Book().add(FactKind.EXTEND, "2026-02-20", "row/city/2025", by="3m")
    assert task(plan(office(row), book, now="2026-02-20"), "row/city/2025").dates.due == date(2026, 3, 31)
