"""Years, half-years, quarters, months and weeks: their days, their labels, and the day that a moment means in them."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import Struct

from scheduler.planning.windows import day_of, shift
from scheduler.register.values import Anchor, Every, Moment
from scheduler.workdays import Calendar

_DAY = timedelta(days=1)
_FIRST_DAY, _LAST_DAY = date(2004, 1, 1), date(2050, 12, 31)  # what the calendar answers
_MONTHS = {Every.YEAR: 12, Every.HALF_YEAR: 6, Every.QUARTER: 3, Every.MONTH: 1}
_LABELS = (
    (Every.YEAR, re.compile(r"(\d{4})")),
    (Every.HALF_YEAR, re.compile(r"(\d{4})H([12])")),
    (Every.QUARTER, re.compile(r"(\d{4})Q([1-4])")),
    (Every.MONTH, re.compile(r"(\d{4})-(0[1-9]|1[0-2])")),
    (Every.WEEK, re.compile(r"(\d{4})-W(0[1-9]|[1-4]\d|5[0-3])")),
)


class Period(Struct, frozen=True):
    """A calendar period, both days included. A week is an ISO week: Monday to Sunday, numbered by its Thursday."""

    every: Every
    first: date
    last: date

    @classmethod
    def holding(cls, every: Every, day: date) -> Period:
        """The period that `day` lies in."""
        if every is Every.WEEK:
            first = day - day.weekday() * _DAY
            return cls(every, first, first + 6 * _DAY)
        months = _MONTHS[every]
        month = (day.month - 1) // months * months + 1
        last = month + months - 1
        return cls(every, date(day.year, month, 1), date(day.year, last, monthrange(day.year, last)[1]))

    @classmethod
    def named(cls, label: str) -> Period | None:
        """The period of a label; None for any other text (`once`, an event's reference)."""
        for every, pattern in _LABELS:
            if found := pattern.fullmatch(label):
                year, *rest = (int(n) for n in found.groups())
                n = rest[0] if rest else 1
                try:
                    day = date.fromisocalendar(year, n, 1) if every is Every.WEEK else _nth(every, year, n)
                except ValueError:
                    return None
                return cls.holding(every, day)
        return None

    @property
    def label(self) -> str:
        """`2026`, `2026H1`, `2026Q1`, `2026-03`, `2026-W09`."""
        year, month = self.first.year, self.first.month
        match self.every:
            case Every.YEAR:
                return f"{year}"
            case Every.HALF_YEAR:
                return f"{year}H{month // 6 + 1}"
            case Every.QUARTER:
                return f"{year}Q{month // 3 + 1}"
            case Every.MONTH:
                return f"{year}-{month:02}"
            case Every.WEEK:
                iso = self.first.isocalendar()
                return f"{iso.year}-W{iso.week:02}"

    def next(self) -> Period:
        """The period after it."""
        return Period.holding(self.every, self.last + _DAY)

    def previous(self) -> Period:
        """The period before it."""
        return Period.holding(self.every, self.first - _DAY)


def periods(every: Every, since: date, until: date) -> Iterator[Period]:
    """All periods that touch [since, until], in order."""
    period = Period.holding(every, since)
    while period.first <= until:
        yield period
        period = period.next()


def base_day(period: Period, moment: Moment) -> date:
    """The day that a moment starts from, without its offset.

    `start` is the eve of the first day, so that `start + 3wd` is the third working day. A day that a month lacks is its
    last day (民法典 第二百零二条); a day of the month in a longer period is a day of its first month.
    """
    first = period.first
    match moment.anchor:
        case Anchor.START:
            return first - _DAY
        case Anchor.END:
            return period.last
        case Anchor.DATE:
            return clamped(first.year, moment.month or 1, moment.day or 1)
        case Anchor.DAY:
            return clamped(first.year, first.month, moment.day or 1)
        case Anchor.WEEKDAY:
            return first + (moment.day or 0) * _DAY
        case Anchor.MONTH_END:
            return clamped(first.year, moment.month or first.month, 31)


def day_in(period: Period, moment: Moment, calendar: Calendar) -> date:
    """The day that a moment means in a period, with its offset, by the working days of `calendar`."""
    base = base_day(period, moment)
    return day_of(shift(base, moment.offset, calendar, moment.sign)) if moment.offset else base


def clamped(year: int, month: int, day: int) -> date:
    """That day of the month, or the month's last day where it has none (民法典 第二百零二条)."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def around(label: str, today: date) -> tuple[date, date]:
    """The days in which a task of that period may fall due: its year and the next; wide where it names no year."""
    found = re.match(r"(20\d\d)(?!\d)", label)
    if found is None:
        return _FIRST_DAY, today + 400 * _DAY
    year = int(found[1])
    return date(max(year, _FIRST_DAY.year), 1, 1), min(date(year + 2, 1, 31), _LAST_DAY)


def _nth(every: Every, year: int, n: int) -> date:
    return date(year, (n - 1) * _MONTHS[every] + 1, 1)
