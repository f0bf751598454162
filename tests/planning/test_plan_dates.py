"""Dates of rows that follow the calendar: once, every period, covers, windows, overrides, outer limits, RRULE."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace
from task_office import Book, office, plan, slots, task

from scheduler.register import Region, Register

FRI_2026_01_30, SAT_2026_01_31 = date(2026, 1, 30), date(2026, 1, 31)


def dates(row: str, period: str, **when: str) -> tuple[str, str, str]:
    """Printed, due and target of one period, as text."""
    found = slots(row, **when)[period].dates
    return str(found.printed), str(found.due), str(found.target)


@pytest.mark.parametrize(
    ("roll", "printed", "due", "target"),
    [
        ("none", "2026-01-31", "2026-01-31", "2026-01-31"),
        ("preceding", "2026-01-31", "2026-01-31", "2026-01-30"),
        ("following", "2026-01-31", "2026-02-02", "2026-02-02"),
        ("modified-following", "2026-01-31", "2026-01-31", "2026-01-30"),  # following would leave January
        ("modified-preceding", "2026-01-31", "2026-01-31", "2026-01-30"),
    ],
)
def test_due_is_the_later_of_printed_and_target(roll: str, printed: str, due: str, target: str) -> None:
    row = f"due: {{every: year, by: end of 01, roll: {roll}}}"
    assert dates(row, "2026") == (printed, due, target)


@pytest.mark.parametrize(
    ("due", "now", "period", "expected"),
    [
        ("{every: year, by: end of 02, roll: preceding}", "2026-01-01", "2026", ("2026-02-28",) * 3),  # Sat, makes up
        ("{by: end of 2018, roll: preceding}", "2018-12-01", "once", ("2018-12-31", "2018-12-31", "2018-12-29")),
        ("{by: end of 2018-07, roll: preceding}", "2018-07-01", "once", ("2018-07-31",) * 3),
        ("{by: 2018年底, roll: preceding}", "2018-12-01", "once", ("2018-12-31", "2018-12-31", "2018-12-29")),
        ("{every: quarter, by: end + 10wd}", "2026-01-01", "2026Q1", ("2026-04-15",) * 3),
        ("{every: month, by: start + 3wd}", "2026-06-01", "2026-06", ("2026-06-03",) * 3),
        ("{every: month, by: start + 1wd}", "2026-06-01", "2026-06", ("2026-06-01",) * 3),
        ("{every: year, by: 02-29, roll: none}", "2026-01-01", "2026", ("2026-02-28",) * 3),
        ("{every: year, by: 02-29, roll: none}", "2024-01-01", "2024", ("2024-02-29",) * 3),
        ("{every: month, by: 31, roll: preceding}", "2026-04-01", "2026-04", ("2026-04-30",) * 3),
        (
            "{every: week, by: sun, roll: preceding}",
            "2026-02-23",
            "2026-W09",
            ("2026-03-01", "2026-03-01", "2026-02-28"),
        ),
        ("{every: half-year, by: end, roll: preceding}", "2026-01-01", "2026H1", ("2026-06-30",) * 3),
    ],
)
def test_a_row_says_its_day(due: str, now: str, period: str, expected: tuple[str, str, str]) -> None:
    year = int(now[:4])
    assert dates(f"due: {due}", period, now=now, until=f"{year}-12-31") == expected


def test_the_last_working_day_of_2018_was_known_only_from_the_notice_of_2019() -> None:
    row = office("due: {by: end of 2018, roll: preceding}", start="2018-01-01")
    before = plan(row, now="2018-11-01", as_of="2018-11-01").slots[0].dates
    after = plan(row, now="2018-12-07", as_of="2018-12-07").slots[0].dates
    assert (str(before.target), before.provisional) == ("2018-12-31", True)
    assert (str(after.target), after.provisional) == ("2018-12-29", False)


def test_the_report_due_in_january_is_about_the_year_before_and_bears_its_label() -> None:
    found = slots("due: {every: year, by: end of 01, covers: previous, roll: preceding}")
    assert found["2025"].dates.target == FRI_2026_01_30
    assert list(found) == ["2025"]


@pytest.mark.parametrize(
    ("every", "by", "now", "labels"),
    [
        ("quarter", "end + 10wd", "2026-04-01", ["2026Q1", "2026Q2"]),
        ("half-year", "start + 5wd", "2026-06-25", ["2026H2", "2027H1"]),
        (
            "month",
            "start - 2wd",
            "2026-02-26",
            ["2026-03", "2026-04"],
        ),  # Thu 26 February is two before the eve, the 28th
        ("week", "mon", "2025-12-27", ["2026-W01", "2026-W02"]),
    ],
)
def test_labels_stay_with_the_period_wherever_the_day_falls(every: str, by: str, now: str, labels: list[str]) -> None:
    roll = ", roll: preceding"
    found = slots(f"due: {{every: {every}, by: {by}{roll}}}", now=now)
    assert list(found)[:2] == labels


def test_a_window_opens_with_its_from_and_not_before() -> None:
    found = slots("due: {every: year, from: 11-01, by: 11-30, roll: preceding}")
    assert found["2026"].dates.opens == date(2026, 11, 1)


def test_a_task_opens_with_its_period_or_with_an_earlier_first_notice() -> None:
    early = slots("due: {every: year, by: 01-05, roll: preceding}", now="2025-12-01")["2026"]
    late = slots("due: {every: year, by: 06-30, roll: preceding}")["2026"]
    assert early.dates.opens == early.steps[0].at.date() == date(2025, 12, 26)  # Sunday 4 January works
    assert late.dates.opens == date(2026, 1, 1)


def test_the_notice_of_a_year_wins_for_its_period_and_rolls_back_by_itself() -> None:
    row = """
due: {every: year, by: end of 01, covers: previous, roll: none}
dates:
  2025: {by: 2026-01-24, basis: {document: 当年工作通知}}
"""
    found = slots(row, until="2027-03-01")
    assert (found["2025"].dates.due, found["2025"].dates.target) == (date(2026, 1, 24), date(2026, 1, 23))
    assert found["2026"].dates.target == date(2027, 1, 31)


def test_of_two_limits_the_stricter_is_due_and_the_other_is_shown() -> None:
    basis = "basis: {document: 条例, clause: 第四十九条}"
    later = slots(f"due: {{every: year, by: end of 02, roll: preceding}}\nouter: {{by: 03-31, {basis}}}")["2026"].dates
    earlier = slots(f"due: {{every: year, by: 03-31, roll: none}}\nouter: {{by: 01-31, {basis}}}")["2026"].dates
    assert (later.due, later.outer) == (date(2026, 2, 28), date(2026, 3, 31))
    assert (earlier.printed, earlier.due, earlier.target, earlier.outer) == (*(SAT_2026_01_31,) * 3, date(2026, 3, 31))


def test_two_limits_after_the_end_of_a_period_count_from_the_same_end() -> None:
    outer = "outer: {by: end + 20d, basis: {document: 条例}}"
    found = slots(f"due: {{every: quarter, by: end + 10d, roll: none}}\n{outer}")["2026Q1"].dates
    assert (found.due, found.outer) == (date(2026, 4, 10), date(2026, 4, 20))


def test_rrule_labels_are_days() -> None:
    row = 'due: {rrule: "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=15", from: 2026-01-15, roll: preceding}'
    found = slots(row)
    assert list(found)[:3] == ["2026-01-15", "2026-03-15", "2026-05-15"]
    assert found["2026-03-15"].dates.target == date(2026, 3, 13)  # the 15th is a Sunday


def test_an_unannounced_day_makes_everything_that_rests_on_it_provisional() -> None:
    found = slots(
        "due: {every: month, by: end, roll: preceding}", now="2026-11-22", until="2027-03-01", as_of="2026-11-22"
    )
    assert {label: slot.dates.provisional for label, slot in found.items()} == {
        "2026-11": False,
        "2026-12": True,  # 31 December: the next year's notice may move it
        "2027-01": True,
        "2027-02": True,
    }
    assert found["2027-01"].dates.target == date(2027, 1, 29)
    unrolled = slots("due: {every: year, by: 06-30, roll: none}", now="2026-11-22")
    assert not unrolled["2027"].dates.provisional  # nothing about the calendar was asked


def test_each_region_has_its_own_slot_and_its_own_days() -> None:
    table = office("owed_by: {kind: [county, border]}\ndue: {every: month, by: 21, roll: preceding}")
    found = plan(table, now="2026-03-02", until="2026-03-31")
    by_region = {slot.region: [b.id for b in found.bearers(slot)] for slot in found.slots}
    assert by_region == {None: ["city", "county"], Region.XINJIANG: ["far"]}
    assert task(found, "row/far/2026-03").dates.target < task(found, "row/city/2026-03").dates.target
    assert [t.id for t in found.tasks()] == ["row/city/2026-03", "row/county/2026-03", "row/far/2026-03"]


def existing(register: Register, unit: str, **term: date) -> Register:
    units = tuple(replace(one, **term) if one.id == unit else one for one in register.units)
    return replace(register, units=units)


@pytest.mark.parametrize("selector", ["{kind: county}", "{role: officer, of: {kind: county}}"])
def test_a_unit_owes_what_falls_due_while_it_exists(selector: str) -> None:
    table = office(f"owed_by: {selector}\ndue: {{every: quarter, by: end + 10d, roll: none}}", start="2026-01-01")
    table = existing(table, "county", from_=date(2026, 5, 1), to=date(2026, 10, 10))
    found = plan(table, until="2027-01-31")
    owing = {slot.period: [bearer.unit for bearer in found.bearers(slot)] for slot in found.slots if not slot.dormant}
    both, one = ["city", "county"], ["city"]
    assert owing == {"2025Q4": one, "2026Q1": one, "2026Q2": both, "2026Q3": both, "2026Q4": one}


def test_an_event_names_its_unit_also_after_it_ceased_to_exist() -> None:
    table = existing(office("owed_by: event.unit\ndue: {within: 5wd, after: paper}"), "city", to=date(2026, 2, 1))
    found = plan(table, Book().event("2026-03-02"))
    assert [t.id for t in found.tasks()] == ["row/city/R-1"]


def test_bounds_in_time_and_a_successor_end_a_row() -> None:
    old = "id: old\nsuperseded_by: new\ndue: {every: year, by: 06-30, roll: none}"
    new = "id: new\neffective: {from: 2026-05-15}\ndue: {every: year, by: 12-31, roll: none}"
    found = plan(office(old, new), now="2024-01-01", until="2027-12-31")
    assert [f"{s.obligation.id} {s.period}" for s in found.slots] == ["old 2024", "old 2025", "new 2026", "new 2027"]


def test_without_an_end_an_overdue_task_stays_in_every_later_plan() -> None:
    table = office("due: {every: year, by: 06-30, roll: none}", start="2024-01-01")
    assert [s.period for s in plan(table, now="2026-01-01", until="2026-02-01").slots] == ["2024", "2025", "2026"]
    done = Book().done("row/city/2024", "2024-06-20").done("row/city/2025", "2025-06-20")
    assert [s.period for s in plan(table, done, now="2026-01-01", until="2026-02-01").slots] == ["2026"]


def test_what_was_due_before_the_start_is_there_and_asleep() -> None:
    once = office("due: {by: 2017-09-30, roll: none}", start="2025-01-01")
    yearly = office("due: {every: year, by: 06-30, roll: none}", start="2025-07-01")
    (old,) = plan(once, now="2026-01-01").slots
    assert old.dormant
    assert old.steps == ()
    assert [s.period for s in plan(yearly, now="2025-08-01").slots] == ["2026"]
    asked = plan(yearly, now="2024-01-01", until="2026-12-31").slots
    assert [(s.period, s.dormant) for s in asked] == [("2024", True), ("2025", True), ("2026", False)]


def test_without_a_start_the_day_of_the_first_load_counts() -> None:
    table = office("due: {every: month, by: 15, roll: none}", start=None)
    found = plan(table, now="2026-03-20", since="2026-03-01", until="2026-04-20").slots
    assert [(s.period, s.dormant) for s in found] == [("2026-03", True), ("2026-04", False)]


def test_what_was_done_outlives_the_bounds_of_its_row() -> None:
    row = "effective: {until: 2025-12-31}\ndue: {every: year, by: 06-30, roll: none}"
    book = Book().done("row/city/2026", "2026-06-20")
    assert plan(office(row), now="2026-07-01", since="2026-01-01").slots == ()
    (slot,) = plan(office(row), book, now="2026-07-01", since="2026-01-01", until="2026-12-31").slots
    assert (slot.period, slot.dormant) == ("2026", True)


@pytest.mark.parametrize("day", ["1998-12-31", "2199-12-31"])
def test_days_beyond_the_calendar_are_left_where_they_are(day: str) -> None:
    (slot,) = plan(office(f"due: {{by: {day}, roll: none}}")).slots
    assert (slot.dates.target, slot.steps) == (date.fromisoformat(day), ())


def test_an_event_in_a_year_without_calendar_stops_nobody_else() -> None:
    row = "due: {within: 5wd, after: paper}"
    book = Book().event("2206-03-02", "R-0", entered="2026-03-02").event("2026-03-02")
    assert [s.period for s in plan(office(row), book, now="2026-03-02").slots] == ["R-1"]
