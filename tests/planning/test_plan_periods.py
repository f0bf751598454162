"""Periods: their days, labels, and what a moment means in them."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from scheduler.planning.periods import Period, day_in, periods
from scheduler.register.moments import moment
from scheduler.register.values import Every
from scheduler.workdays import calendar

NATIONAL = calendar()


@pytest.mark.parametrize(
    ("every", "day", "label", "first", "last"),
    [
        (Every.YEAR, date(2026, 5, 1), "2026", date(2026, 1, 1), date(2026, 12, 31)),
        (Every.HALF_YEAR, date(2026, 6, 30), "2026H1", date(2026, 1, 1), date(2026, 6, 30)),
        (Every.HALF_YEAR, date(2026, 7, 1), "2026H2", date(2026, 7, 1), date(2026, 12, 31)),
        (Every.QUARTER, date(2026, 3, 31), "2026Q1", date(2026, 1, 1), date(2026, 3, 31)),
        (Every.QUARTER, date(2026, 12, 1), "2026Q4", date(2026, 10, 1), date(2026, 12, 31)),
        (Every.MONTH, date(2024, 2, 29), "2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        (Every.WEEK, date(2026, 3, 1), "2026-W09", date(2026, 2, 23), date(2026, 3, 1)),  # a Sunday
        (Every.WEEK, date(2026, 1, 1), "2026-W01", date(2025, 12, 29), date(2026, 1, 4)),  # begins in the year before
        (Every.WEEK, date(2027, 1, 3), "2026-W53", date(2026, 12, 28), date(2027, 1, 3)),  # belongs to the year before
    ],
)
def test_a_period_knows_its_days_and_its_label(every: Every, day: date, label: str, first: date, last: date) -> None:
    period = Period.holding(every, day)
    assert (period.label, period.first, period.last) == (label, first, last)
    assert Period.named(label) == period


@pytest.mark.parametrize(
    "text", ["once", "CJ-2026-017", "2026-13", "2026Q5", "2026-W54", "2025-W53", "2026-03-05", "0000"]
)
def test_other_labels_name_no_period(text: str) -> None:
    assert Period.named(text) is None


def test_periods_follow_each_other_without_a_gap() -> None:
    for every in Every:
        found = list(periods(every, date(2023, 11, 30), date(2026, 2, 1)))
        assert found[0].first <= date(2023, 11, 30)
        assert found[-1].last >= date(2026, 2, 1)
        assert all((b.first - a.last).days == 1 and b.previous() == a for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("every", "within", "text", "expected"),
    [
        (Every.MONTH, date(2026, 6, 1), "start + 1wd", date(2026, 6, 1)),  # start is the eve
        (Every.MONTH, date(2026, 6, 1), "start + 3wd", date(2026, 6, 3)),
        (Every.MONTH, date(2022, 10, 1), "start + 1wd", date(2022, 10, 8)),  # Saturday, makes up
        (Every.YEAR, date(2026, 1, 1), "start", date(2025, 12, 31)),
        (Every.YEAR, date(2026, 1, 1), "end of 02", date(2026, 2, 28)),
        (Every.YEAR, date(2024, 1, 1), "end of 02", date(2024, 2, 29)),
        (Every.YEAR, date(2026, 1, 1), "02-29", date(2026, 2, 28)),  # 民法典 202
        (Every.YEAR, date(2028, 1, 1), "02-29", date(2028, 2, 29)),
        (Every.MONTH, date(2026, 4, 1), "31", date(2026, 4, 30)),
        (Every.QUARTER, date(2026, 1, 1), "end + 10wd", date(2026, 4, 15)),  # Qingming on Monday 6 April
        (Every.QUARTER, date(2026, 1, 1), "end - 1m", date(2026, 2, 28)),
        (Every.WEEK, date(2026, 2, 28), "fri", date(2026, 2, 27)),
        (Every.WEEK, date(2026, 2, 28), "sun", date(2026, 3, 1)),
        (Every.HALF_YEAR, date(2026, 8, 1), "end", date(2026, 12, 31)),
        (Every.YEAR, date(2026, 1, 1), "end of 11 + 2w", date(2026, 12, 14)),
    ],
)
def test_a_moment_is_a_day_of_its_period(every: Every, within: date, text: str, expected: date) -> None:
    assert day_in(Period.holding(every, within), moment(text), NATIONAL) == expected
