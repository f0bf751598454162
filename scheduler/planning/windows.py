"""When mail may go: the send moments of working days, and counting from a target. It knows no ladder and no task."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta

from msgspec import Struct

from scheduler.planning.model import BEIJING, Moment
from scheduler.register.values import Duration, Unit
from scheduler.workdays import Calendar

_DAY = timedelta(days=1)


class Window(Struct, frozen=True):
    """The moments at which mail may go: `at` on working days of `calendar`, or with `anytime` any minute of any day."""

    calendar: Calendar
    at: time
    anytime: bool = False

    def on(self, day: date) -> datetime:
        """The send time of `day`, whether it works or not."""
        return datetime.combine(day, self.at, BEIJING)

    def next(self, moment: Moment) -> datetime:
        """The first send moment not before `moment`; of a day, on that day or after it."""
        if not isinstance(moment, datetime):
            works = self.anytime or self.calendar.works(moment)
            return self.on(moment if works else self.calendar.add(moment, 1))
        if self.anytime:
            return moment
        day = moment.date()
        if moment <= self.on(day) and self.calendar.works(day):
            return self.on(day)
        return self.on(self.calendar.add(day, 1))

    def previous(self, moment: Moment) -> datetime:
        """The last send moment not after `moment`; of a day, on that day or before it."""
        if not isinstance(moment, datetime):
            works = self.anytime or self.calendar.works(moment)
            return self.on(moment if works else self.calendar.add(moment, -1))
        if self.anytime:
            return moment
        day = moment.date()
        if moment >= self.on(day) and self.calendar.works(day):
            return self.on(day)
        return self.on(self.calendar.add(day, -1))

    def is_open(self, now: datetime) -> bool:
        """Whether mail that is owed may go at `now`: on a working day, from the send time until midnight."""
        return self.anytime or (now >= self.on(now.date()) and self.calendar.works(now.date()))


def day_of(moment: Moment) -> date:
    """The calendar day of a day or a moment."""
    return moment.date() if isinstance(moment, datetime) else moment


def end_of(moment: Moment) -> datetime:
    """The first instant that is too late: the midnight after a day, the moment itself for an hour-scale one."""
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment + _DAY, time(), BEIJING)


def shift(start: Moment, length: Duration, calendar: Calendar, sign: int = 1) -> Moment:
    """`length` after `start` (`sign` 1) or before it (-1), in the length's own unit.

    Hours count from the moment, or from the end of a day; all other units count days, from the moment's day. A day that
    a month lacks is its last day (民法典 第二百零二条).
    """
    n = sign * length.n
    if length.unit is Unit.HOUR:
        return end_of(start) + timedelta(hours=n)
    day = day_of(start)
    match length.unit:
        case Unit.WORKDAY:
            return calendar.add(day, n)
        case Unit.DAY:
            return day + n * _DAY
        case Unit.WEEK:
            return day + 7 * n * _DAY
        case Unit.MONTH:
            return _months(day, n)
        case Unit.YEAR:
            return _months(day, 12 * n)


def _months(day: date, n: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
