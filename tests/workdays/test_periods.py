"""Periods as the law counts them: months, hours, pauses, the last day that rests, tax periods."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from scheduler.workdays import (
    CalendarRangeError,
    Pause,
    Reading,
    Unit,
    calendar,
    pausing,
    plus_hours,
    plus_months,
    shift,
    statute_end,
    tax_end,
)

BEIJING = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 1, 15), 0, date(2026, 1, 15)),
    ],
)
def test_a_month_ends_on_the_corresponding_day_or_the_months_last(start, months, expected):
    assert plus_months(start, months) == expected


@pytest.mark.parametrize(
    ("n", "unit", "expected"),
    [
        (5, Unit.WORKDAY, date(2026, 2, 26)),  # Fri 13, Sat 14 (make-up), Tue 24, Wed 25, Thu 26
        (5, Unit.DAY, date(2026, 2, 17)),
        (2, Unit.WEEK, date(2026, 2, 26)),
        (1, Unit.MONTH, date(2026, 3, 12)),
        (1, Unit.YEAR, date(2027, 2, 12)),
        (-1, Unit.YEAR, date(2025, 2, 12)),
    ],
)
def test_each_unit_counts_in_its_own_way(n, unit, expected):
    thu_2026_02_12 = date(2026, 2, 12)
    assert shift(calendar(), thu_2026_02_12, n, unit) == expected


def test_hours_run_through_nights_and_rest_days():
    friday = datetime(2026, 1, 30, 17, 30, tzinfo=BEIJING)
    assert plus_hours(friday, 24) == datetime(2026, 1, 31, 17, 30, tzinfo=BEIJING)
    assert plus_hours(datetime(2026, 1, 30, 9, 30, tzinfo=UTC), 5).hour == 14


def test_hours_need_an_aware_moment_and_days_have_none():
    with pytest.raises(ValueError, match="aware"):
        plus_hours(datetime(2026, 1, 30, 17, 30), 24)  # noqa: DTZ001 - that is the point
    with pytest.raises(ValueError, match="plus_hours"):
        shift(calendar(), date(2026, 1, 30), 24, Unit.HOUR)


def pauses(*ranges):
    return [Pause(date(2025, *first), date(2025, *last)) for first, last in ranges]


@pytest.mark.parametrize(
    ("n", "unit", "paused", "expected"),
    [
        (20, Unit.WORKDAY, pauses(((1, 15), (2, 6))), date(2025, 3, 3)),
        (20, Unit.WORKDAY, pauses(), date(2025, 2, 13)),
        # A pause that begins after the end does not matter; one that the lengthened end reaches does.
        (20, Unit.WORKDAY, pauses(((2, 14), (2, 20))), date(2025, 2, 13)),
        (20, Unit.WORKDAY, pauses(((2, 13), (2, 13)), ((2, 14), (2, 14))), date(2025, 2, 17)),
        # Overlapping pauses count once, in whatever order.
        (10, Unit.DAY, pauses(((1, 14), (1, 16)), ((1, 12), (1, 15))), date(2025, 1, 25)),
        # A pause that began before the start counts from the start on.
        (10, Unit.DAY, pauses(((1, 1), (1, 12))), date(2025, 1, 22)),
        (1, Unit.MONTH, pauses(((1, 15), (1, 16))), date(2025, 2, 12)),
    ],
)
def test_paused_days_are_not_counted(n, unit, paused, expected):
    assert pausing(calendar(), date(2025, 1, 10), n, unit, paused) == expected


def test_a_pause_to_the_end_of_the_calendar_is_an_error():
    with pytest.raises(CalendarRangeError):
        pausing(calendar(), date(2025, 1, 10), 20, Unit.WORKDAY, [Pause(date(2025, 1, 11), date(9000, 1, 1))])


@pytest.mark.parametrize(
    ("last", "practice", "strict"),
    [
        (date(2026, 1, 31), date(2026, 2, 2), date(2026, 1, 31)),  # a plain Saturday is no statutory holiday
        (date(2025, 1, 29), date(2025, 2, 5), date(2025, 2, 1)),  # 初一: the strict reading stops at 初四
        (date(2026, 10, 1), date(2026, 10, 8), date(2026, 10, 4)),
        (date(2026, 1, 4), date(2026, 1, 4), date(2026, 1, 4)),  # a Sunday that works
    ],
)
def test_the_last_day_that_rests_has_two_readings(last, practice, strict):
    assert statute_end(calendar(), last) == practice
    assert statute_end(calendar(), last, Reading.STRICT) == strict


@pytest.mark.parametrize(
    ("start", "last", "reading", "expected"),
    [
        (date(2023, 9, 30), date(2023, 10, 15), Reading.PRACTICE, date(2023, 10, 23)),  # six rest days, then a weekend
        (date(2026, 4, 30), date(2026, 5, 15), Reading.PRACTICE, date(2026, 5, 20)),  # five rest days
        (date(2026, 4, 30), date(2026, 5, 15), Reading.STRICT, date(2026, 5, 15)),  # only two statutory days
        (date(2026, 9, 30), date(2026, 10, 15), Reading.STRICT, date(2026, 10, 18)),  # three statutory days
        (date(2026, 5, 31), date(2026, 6, 15), Reading.PRACTICE, date(2026, 6, 15)),  # plain weekends lengthen nothing
    ],
)
def test_a_tax_period_grows_by_long_rests_inside_it(start, last, reading, expected):
    assert tax_end(calendar(), start, last, reading) == expected
