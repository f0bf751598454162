"""When mail may go, and counting from a target. Spring Festival of 2026 rests from Sun 02-15 to Mon 02-23."""

from __future__ import annotations

from datetime import date, time

import pytest
from notice_office import at

from scheduler.planning.model import Moment
from scheduler.planning.windows import Window, end_of, shift
from scheduler.register.values import Duration, Unit
from scheduler.workdays import calendar

WORKING = Window(calendar(), time(9))
ANY = Window(calendar(), time(9), anytime=True)
SAT_FEB_14, SUN_FEB_15, TUE_FEB_24 = date(2026, 2, 14), date(2026, 2, 15), date(2026, 2, 24)


@pytest.mark.parametrize(
    ("moment", "previous", "following"),
    [
        (date(2026, 1, 30), "2026-01-30 09:00", "2026-01-30 09:00"),
        (date(2026, 1, 31), "2026-01-30 09:00", "2026-02-02 09:00"),  # Saturday
        (date(2026, 1, 4), "2026-01-04 09:00", "2026-01-04 09:00"),  # a Sunday that works
        (SUN_FEB_15, "2026-02-14 09:00", "2026-02-24 09:00"),
        (at("2026-01-30 09:00"), "2026-01-30 09:00", "2026-01-30 09:00"),
        (at("2026-01-30 08:59"), "2026-01-29 09:00", "2026-01-30 09:00"),
        (at("2026-01-30 09:01"), "2026-01-30 09:00", "2026-02-02 09:00"),
        (at("2026-02-18 03:00"), "2026-02-14 09:00", "2026-02-24 09:00"),
    ],
)
def test_send_moments_lie_on_working_days(moment: Moment, previous: str, following: str) -> None:
    assert (WORKING.previous(moment), WORKING.next(moment)) == (at(previous), at(following))


def test_around_the_clock_every_minute_is_a_send_moment() -> None:
    night = at("2026-02-18 03:00")
    assert ANY.previous(night) == ANY.next(night) == night
    assert ANY.is_open(night)


@pytest.mark.parametrize(
    ("now", "is_open"),
    [("2026-01-30 08:59", False), ("2026-01-30 09:00", True), ("2026-01-30 18:00", True), ("2026-01-31 12:00", False)],
)
def test_the_window_opens_at_the_send_time_of_a_working_day(now: str, is_open: bool) -> None:
    assert WORKING.is_open(at(now)) is is_open


@pytest.mark.parametrize(
    ("start", "n", "unit", "sign", "expected"),
    [
        (date(2026, 1, 30), 20, "wd", -1, date(2026, 1, 4)),
        (date(2026, 1, 30), 5, "wd", -1, date(2026, 1, 23)),
        (date(2026, 2, 28), 5, "wd", -1, SAT_FEB_14),
        (date(2026, 2, 28), 3, "wd", 1, date(2026, 3, 4)),
        (date(2026, 1, 30), 0, "wd", 1, date(2026, 1, 30)),
        (date(2026, 1, 30), 10, "d", -1, date(2026, 1, 20)),
        (date(2026, 1, 30), 2, "w", 1, date(2026, 2, 13)),
        (date(2026, 3, 31), 1, "m", -1, date(2026, 2, 28)),  # a month without a 31st
        (date(2028, 2, 29), 1, "y", 1, date(2029, 2, 28)),
        (date(2026, 1, 15), 2, "m", -1, date(2025, 11, 15)),
        (at("2026-01-30 18:00"), 1, "wd", 1, date(2026, 2, 2)),  # from the day of the moment
        (at("2026-01-30 18:00"), 12, "h", -1, at("2026-01-30 06:00")),
        (date(2026, 1, 30), 12, "h", -1, at("2026-01-30 12:00")),  # from the end of the day
    ],
)
def test_steps_are_counted_in_the_unit_of_their_duration(
    start: Moment, n: int, unit: str, sign: int, expected: Moment
) -> None:
    assert shift(start, Duration(n, Unit(unit)), calendar(), sign) == expected


def test_a_day_ends_at_midnight_and_a_moment_at_itself() -> None:
    assert end_of(date(2026, 1, 30)) == at("2026-01-31 00:00")
    assert end_of(at("2026-01-30 18:00")) == at("2026-01-30 18:00")
