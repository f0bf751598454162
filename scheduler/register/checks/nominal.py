"""Moments on the bare calendar, to tell rules that never fire: working days are guessed. It makes no deadline."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from scheduler.register.values import Anchor, Duration, Every, Moment, Unit

_SAMPLE_YEAR = 2025
_SLACK = timedelta(days=12)  # the longest rest so far, and some days more
_MONTHS = {Every.YEAR: 12, Every.HALF_YEAR: 6, Every.QUARTER: 3, Every.MONTH: 1}
_DAYS = {Unit.HOUR: 0.0, Unit.DAY: 1.0, Unit.WORKDAY: 1.45, Unit.WEEK: 7.0, Unit.MONTH: 30.4, Unit.YEAR: 365.2}


def printed(moment: Moment, every: Every) -> date:
    """The day of a moment in the first period of a sample year, working days guessed."""
    return _in_period(moment, *next(_periods(every, _SAMPLE_YEAR)))


def earliest_and_latest(moment: Moment, every: Every) -> tuple[date, date]:
    """Between which days of the sample period a moment can lie, once holidays move its working days."""
    day = printed(moment, every)
    return day - _slack(moment), day + _slack(moment)


def occurs(moment: Moment, every: Every, first: date | None, last: date | None) -> bool:
    """Whether a moment can come between two days; true where the bounds are open or far apart."""
    if first is None or last is None or last - first > timedelta(days=800):
        return True
    slack = _slack(moment)
    for year in range(first.year - 1, last.year + 2):
        for start, end in _periods(every, year):
            if first - slack <= _in_period(moment, start, end) <= last + slack:
                return True
    return False


def _slack(moment: Moment) -> timedelta:
    exact = moment.offset is None or moment.offset.unit in (Unit.DAY, Unit.WEEK)
    return timedelta(0) if exact else _SLACK


def _periods(every: Every, year: int) -> Iterator[tuple[date, date]]:
    """First and last days of the periods that begin in a year."""
    if every is Every.WEEK:
        monday = date.fromisocalendar(year, 1, 1)
        while monday.isocalendar().year == year:
            yield monday, monday + timedelta(days=6)
            monday += timedelta(days=7)
        return
    months = _MONTHS[every]
    for month in range(1, 13, months):
        last = month + months - 1
        yield date(year, month, 1), date(year, last, monthrange(year, last)[1])


def _in_period(moment: Moment, start: date, end: date) -> date:
    day = _anchored(moment, start, end)
    return day + moment.sign * _guess(moment.offset) if moment.offset else day


def _anchored(moment: Moment, start: date, end: date) -> date:
    match moment.anchor:
        case Anchor.START:
            return start - timedelta(days=1)
        case Anchor.END:
            return end
        case Anchor.WEEKDAY:
            return start + timedelta(days=moment.day or 0)
        case Anchor.DAY:
            return start.replace(day=min(moment.day or 1, end.day))
        case _:
            month = moment.month or 1
            last = monthrange(start.year, month)[1]
            return date(start.year, month, min(moment.day or last, last))


def _guess(offset: Duration) -> timedelta:
    return timedelta(days=int(offset.n * _DAYS[offset.unit]))
