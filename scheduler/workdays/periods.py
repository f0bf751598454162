"""Periods of the law: when a period in days, months, hours or working days ends. It rolls nothing unasked."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from scheduler.workdays.days import Convention, Kind, out_of_range
from scheduler.workdays.table import Calendar

_DAY = timedelta(1)


class Unit(StrEnum):
    """The unit of a length of time; `m` is always months."""

    WORKDAY = "wd"
    DAY = "d"
    HOUR = "h"
    WEEK = "w"
    MONTH = "m"
    YEAR = "y"


class Reading(StrEnum):
    """How 法定休假日 is read in 民法典 第二百零三条: every scheduled rest day, or the statutory festival days only."""

    PRACTICE = "practice"
    STRICT = "strict"


class Pause(Struct, frozen=True, order=True):
    """Days that a period does not count, both ends included."""

    first: date
    last: date


def plus_months(d: date, n: int) -> date:
    """The corresponding day n months later (earlier for negative n), or that month's last day where it has none.

    民法典 第二百零二条: 没有对应日的，月末日为期间的最后一日.
    """
    year, month = divmod(d.year * 12 + d.month - 1 + n, 12)
    if not 1 <= year <= 9999:
        raise out_of_range(date.min, date.max)
    return date(year, month + 1, min(d.day, monthrange(year, month + 1)[1]))


def shift(calendar: Calendar, d: date, n: int, unit: Unit) -> date:
    """The day that lies n units after `d` (before it for negative n); `d` itself is not counted. Hours: `plus_hours`.

    民法典 第二百零一条: 开始的当日不计入，自下一日开始计算.
    """
    match unit:
        case Unit.WORKDAY:
            return calendar.add(d, n)
        case Unit.MONTH:
            return plus_months(d, n)
        case Unit.YEAR:
            return plus_months(d, 12 * n)
        case Unit.DAY | Unit.WEEK:
            return _plus_days(d, n * (7 if unit is Unit.WEEK else 1))
        case Unit.HOUR:
            raise ValueError("a day has no hour to count from; use plus_hours")


def plus_hours(moment: datetime, n: int) -> datetime:
    """The moment n clock hours later; nights and rest days count (民法典 第二百条). `moment` must be aware."""
    if moment.tzinfo is None:
        raise ValueError("hours are counted on aware moments")
    try:
        return moment + timedelta(hours=n)
    except OverflowError:
        raise out_of_range(date.min, date.max) from None


def pausing(calendar: Calendar, start: date, n: int, unit: Unit, pauses: Iterable[Pause]) -> date:
    """The end of a period of n ≥ 0 units after `start` that does not count the days of `pauses`.

    政府信息公开条例 第三十三条第三款: 征求第三方和其他机关意见所需时间不计算在内. After a restart (第三十条) the period
    runs anew from the restart: `shift(calendar, restarted, n, unit)`.
    """
    merged = _merged(start, pauses)
    end = shift(calendar, start, n, unit)
    while True:
        met = [p for p in merged if p.first <= end]
        if unit is Unit.WORKDAY:
            later = calendar.add(start, n + sum(calendar.count(p.first - _DAY, p.last) for p in met))
        else:
            later = _plus_days(shift(calendar, start, n, unit), sum((p.last - p.first).days + 1 for p in met))
        if later == end:
            return end
        end = later


def statute_end(calendar: Calendar, last: date, reading: Reading = Reading.PRACTICE) -> date:
    """The last day of a period that would end on `last`.

    民法典 第二百零三条: 期间的最后一日是法定休假日的，以法定休假日结束的次日为期间的最后一日.
    """
    if reading is Reading.PRACTICE:
        return calendar.roll(last, Convention.FOLLOWING)
    while calendar.day(last).kind is Kind.HOLIDAY:
        last += _DAY
    return last


def tax_end(calendar: Calendar, start: date, last: date, reading: Reading = Reading.PRACTICE) -> date:
    """The last day of a tax period (start, last], lengthened by the rest runs of three days and more inside it.

    税收征管法实施细则 第一百零九条: 在期限内有连续3日以上法定休假日的，按休假日天数顺延.
    """
    run = extra = 0
    for offset in range(1, (last - start).days + 2):
        day = start + timedelta(offset)
        if day <= last and _rests(calendar, day, reading):
            run += 1
        else:
            extra, run = extra + (run if run >= 3 else 0), 0
    return statute_end(calendar, _plus_days(last, extra), reading)


def counted_through(start: date, end: date) -> tuple[date, date]:
    """The days on which `end` rests when it was counted from `start` in working days; `start` is not among them."""
    if end == start:
        return end, end
    return (start + _DAY, end) if end > start else (end, start - _DAY)


def rolled_over(printed: date, end: date, convention: Convention) -> tuple[date, date]:
    """The days on which `end` rests when it was rolled from `printed`, both included.

    A modified convention that turned round has looked at the rest of the month on the other side, too.
    """
    if convention is Convention.MODIFIED_PRECEDING and end > printed:
        return printed.replace(day=1), end
    if convention is Convention.MODIFIED_FOLLOWING and end < printed:
        return end, (printed.replace(day=1) + timedelta(31)).replace(day=1) - _DAY
    return min(printed, end), max(printed, end)


def _rests(calendar: Calendar, day: date, reading: Reading) -> bool:
    return not calendar.works(day) if reading is Reading.PRACTICE else calendar.day(day).kind is Kind.HOLIDAY


def _plus_days(d: date, n: int) -> date:
    try:
        return d + timedelta(n)
    except OverflowError:
        raise out_of_range(date.min, date.max) from None


def _merged(start: date, pauses: Iterable[Pause]) -> Sequence[Pause]:
    """The pauses after `start`, in order and without overlap."""
    merged: list[Pause] = []
    for pause in sorted(pauses):
        first = max(pause.first, (merged[-1].last if merged else start) + _DAY)
        if first <= pause.last:
            merged.append(Pause(first, pause.last))
    return merged
