"""The status of a day and the arithmetic on it, over announced years, at the horizon, and as of past days."""

import csv
from datetime import date
from pathlib import Path

import pytest

from scheduler.workdays import Calendar, CalendarRangeError, Convention, Kind, Status, calendar
from scheduler.workdays.batch import answer

DATA = Path(__file__).parent / "data"

FRI_2026_01_30 = date(2026, 1, 30)
SAT_2026_02_28 = date(2026, 2, 28)  # a make-up working day
SAT_2026_01_31 = date(2026, 1, 31)
SUN_2026_01_04 = date(2026, 1, 4)  # a make-up working day
MON_2026_12_28 = date(2026, 12, 28)


def d(text):
    return date.fromisoformat(text)


def test_every_day_of_seventeen_years_works_or_rests_as_an_independent_source_says():
    table = calendar()
    with (DATA / "workdays.csv").open(encoding="utf-8", newline="") as file:
        wrong = [r["date"] for r in csv.DictReader(file) if table.works(d(r["date"])) != (r["is_workday"] == "1")]
    assert wrong == []


def test_the_make_up_saturday_that_chinese_calendar_leaves_out_works():
    day = calendar().day(date(2005, 12, 31))
    assert (day.works, day.kind, day.source) == (True, Kind.MAKE_UP, "国办发明电〔2005〕35号")


@pytest.mark.parametrize(
    ("n", "expected", "weekday"),
    [(-20, "2026-01-04", "Sun"), (-10, "2026-01-16", "Fri"), (-5, "2026-01-23", "Fri"), (-1, "2026-01-29", "Thu")],
)
def test_the_ladder_before_the_end_of_january_counts_the_make_up_sunday(n, expected, weekday):
    found = calendar().add(FRI_2026_01_30, n)
    assert (found.isoformat(), f"{found:%a}") == (expected, weekday)


@pytest.mark.parametrize(
    ("expr", "expected", "weekday", "status"),
    [
        ("end of 2026-01 roll preceding", "2026-01-30", "Fri", "announced"),
        ("end of 2026-02 roll preceding", "2026-02-28", "Sat", "announced"),
        ("2026-02-28 - 5wd", "2026-02-14", "Sat", "announced"),
        ("2026-02-28 + 1wd", "2026-03-02", "Mon", "announced"),
        ("2026-02-28 + 3wd", "2026-03-04", "Wed", "announced"),
        ("2026-02-28 + 5wd", "2026-03-06", "Fri", "announced"),
        ("2026-09-30 + 5wd", "2026-10-13", "Tue", "announced"),
        ("2026-09-11 + 20wd", "2026-10-15", "Thu", "announced"),
        ("2017-05-27 + 30wd", "2017-07-11", "Tue", "announced"),
        ("2017-06-16 + 30wd", "2017-07-28", "Fri", "announced"),
        ("end of 2018 roll preceding", "2018-12-29", "Sat", "announced"),
        ("2020-01-19 + 15wd", "2020-02-17", "Mon", "announced"),
        ("end of 2027-01 roll preceding", "2027-01-29", "Fri", "provisional"),
    ],
)
def test_the_rows_kept_for_ever(expr, expected, weekday, status):
    found = answer({"expr": expr, "as_of": "2026-11-22"})
    assert (found["date"], found["weekday"], found["status"]) == (expected, weekday, status)


@pytest.mark.parametrize(
    ("day", "works", "kind", "source", "name"),
    [
        ("2026-01-04", True, Kind.MAKE_UP, "国办发明电〔2025〕7号", "元旦"),
        ("2026-01-01", False, Kind.HOLIDAY, "国办发明电〔2025〕7号", "元旦"),
        ("2026-01-02", False, Kind.IN_LIEU, "国办发明电〔2025〕7号", "元旦"),
        ("2026-01-03", False, Kind.WEEKEND, "国办发明电〔2025〕7号", "元旦"),
        ("2026-01-10", False, Kind.WEEKEND, "国办发明电〔2025〕7号", ""),
        ("2026-01-05", True, Kind.WORKDAY, "国办发明电〔2025〕7号", ""),
        ("2018-12-29", True, Kind.MAKE_UP, "国办发明电〔2018〕15号", "元旦"),
        ("2018-12-28", True, Kind.WORKDAY, "国办发明电〔2017〕12号", ""),
        ("2020-01-31", False, Kind.HOLIDAY, "国办发明电〔2020〕1号", "春节"),
        ("2023-01-02", False, Kind.HOLIDAY, "国办发明电〔2022〕16号", "元旦"),  # Sunday's holiday, made up on Monday
        ("2015-09-04", False, Kind.IN_LIEU, "国发明电〔2015〕1号", "抗战胜利70周年"),
    ],
)
def test_a_day_names_its_kind_and_its_notice(day, works, kind, source, name):
    found = calendar().day(d(day))
    assert (found.works, found.kind, found.source, found.name) == (works, kind, source, name)
    assert found.status is Status.ANNOUNCED


def test_a_day_says_since_when_it_is_known():
    table = calendar()
    assert table.day(date(2026, 6, 1)).known_since == date(2025, 11, 4)
    assert table.day(date(2019, 5, 2)).known_since == date(2019, 3, 22)
    assert table.day(date(2008, 6, 2)).known_since is None


def test_a_statutory_day_of_an_unannounced_year_rests_provisionally():
    found = calendar().day(date(2027, 2, 6))
    assert (found.works, found.kind, found.status) == (False, Kind.HOLIDAY, Status.PROVISIONAL)
    assert (found.source, found.name) == ("国务院令第795号", "春节")


def test_days_after_the_28th_of_december_are_open_until_the_next_notice():
    table = calendar(as_of=date(2026, 11, 22))
    assert table.announced_until == MON_2026_12_28
    assert table.announced(MON_2026_12_28)
    assert not table.announced(date(2026, 12, 29))
    assert table.day(date(2026, 12, 31)).source == "2027年放假安排未公布"
    assert table.announced(date(2025, 12, 31))


@pytest.mark.parametrize(
    ("as_of", "day", "works"),
    [
        ("2011-12-05", "2011-12-31", False),
        ("2011-12-06", "2011-12-31", True),
        ("2015-05-12", "2015-09-03", True),
        ("2015-05-13", "2015-09-03", False),
        ("2015-05-12", "2015-09-06", False),
        ("2015-05-13", "2015-09-06", True),
        ("2018-12-05", "2018-12-31", True),
        ("2018-12-06", "2018-12-31", False),
        ("2018-12-05", "2018-12-29", False),
        ("2018-12-06", "2018-12-29", True),
        ("2019-03-21", "2019-05-02", True),
        ("2019-03-22", "2019-05-02", False),
        ("2020-01-26", "2020-01-31", True),
        ("2020-01-27", "2020-01-31", False),
        ("2020-01-26", "2020-02-01", True),
        ("2020-01-27", "2020-02-01", False),
    ],
)
def test_an_amendment_counts_from_the_day_it_was_published(as_of, day, works):
    assert calendar(as_of=d(as_of)).works(d(day)) is works


def test_before_its_amendment_a_day_names_the_notice_of_the_year():
    found = calendar(as_of=date(2020, 1, 26)).day(date(2020, 2, 1))
    assert (found.kind, found.source) == (Kind.MAKE_UP, "国办发明电〔2019〕16号")


def test_every_year_is_announced_on_the_day_its_notice_is_known_and_not_before():
    with (Path(__file__).parents[2] / "scheduler/workdays/data/notices.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            year, known = int(row["year"]), d(row["known_from"])
            assert calendar(as_of=known).announced_until == date(year, 12, 28)
            assert calendar(as_of=date.fromordinal(known.toordinal() - 1)).announced_until == date(year - 1, 12, 28)


def test_the_decree_in_force_rules_an_unannounced_year_as_it_was_known():
    eve_of_2026 = date(2026, 2, 16)  # Monday
    assert calendar(as_of=date(2024, 11, 11)).works(eve_of_2026)
    assert not calendar(as_of=date(2024, 11, 12)).works(eve_of_2026)


@pytest.mark.parametrize(
    ("printed", "convention", "expected"),
    [
        ("2026-01-31", Convention.NONE, "2026-01-31"),
        ("2026-01-31", Convention.PRECEDING, "2026-01-30"),
        ("2026-01-31", Convention.FOLLOWING, "2026-02-02"),
        ("2026-01-31", Convention.MODIFIED_FOLLOWING, "2026-01-30"),
        ("2025-02-01", Convention.MODIFIED_PRECEDING, "2025-02-05"),
        ("2026-01-03", Convention.FOLLOWING, "2026-01-04"),  # a Sunday that works
        ("2026-02-28", Convention.PRECEDING, "2026-02-28"),  # a Saturday that works
    ],
)
def test_a_rest_day_rolls_by_its_convention(printed, convention, expected):
    assert calendar().roll(d(printed), convention) == d(expected)


def test_counting_backwards_gives_the_negative_of_the_way_there():
    table = calendar()
    assert table.count(SAT_2026_01_31, date(2026, 1, 29)) == -2  # Friday and Thursday lie before Saturday
    assert table.count(FRI_2026_01_30, FRI_2026_01_30) == 0


def test_the_long_rest_before_a_day_is_found():
    table = calendar()
    assert table.rest_before(date(2026, 2, 26)) == (date(2026, 2, 15), date(2026, 2, 23))
    assert table.rest_before(date(2026, 1, 23)) is None


def test_the_eve_of_the_first_day_may_start_a_period_and_no_earlier_day():
    table = calendar()
    assert table.add(date(2003, 12, 31), 1) == date(2004, 1, 2)
    for start, n in ((date(2003, 12, 30), 1), (date(2004, 1, 2), -1), (table.last, 1), (date(1, 1, 1), -1)):
        with pytest.raises(CalendarRangeError):
            table.add(start, n)
    with pytest.raises(CalendarRangeError):
        table.day(date(2003, 12, 31))


def test_the_digest_changes_with_a_day_and_only_then():
    assert calendar().digest == calendar(as_of=date(2026, 11, 22)).digest
    assert calendar(as_of=date(2020, 1, 26)).digest != calendar(as_of=date(2020, 1, 27)).digest


def test_a_calendar_of_ones_own_replaces_everything():
    table = Calendar.custom({4, 5}, rest=[date(2026, 1, 4)], work=[SAT_2026_01_31])
    assert not table.works(FRI_2026_01_30)
    assert table.works(SAT_2026_01_31)
    assert not table.works(SUN_2026_01_04)
    assert table.works(date(2026, 1, 1))
    assert table.announced(date(2090, 1, 1))


def test_a_calendar_without_working_days_says_so():
    with pytest.raises(CalendarRangeError, match="没有一个工作日"):
        Calendar.custom(range(7)).add(FRI_2026_01_30, 1)
