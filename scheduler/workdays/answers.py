"""What the calendar answers to a Question: the day or the number, whether it is settled, and how it was reached."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from msgspec import Struct

from scheduler.problems import Problem, UsageError
from scheduler.words import say
from scheduler.workdays.days import Status
from scheduler.workdays.expr import Anchor, Question, Reckoning, Roll, Shift, Tally
from scheduler.workdays.periods import Unit, counted_through, pausing, plus_hours, rolled_over, shift
from scheduler.workdays.table import Calendar

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = timedelta(1)


class Leg(Struct, frozen=True):
    """One step of a reckoning: from where, to where, and the days (first to last) whose status it rests on."""

    step: Shift | Roll
    start: date
    end: date
    first: date
    last: date
    announced: bool


class Answer(Struct, frozen=True):
    """A day or a number; `works` and `weekday` (Mon … Sun) only for a day, `moment` only where hours were counted."""

    question: Question
    date: date | None
    count: int | None
    works: bool | None
    weekday: str | None
    status: Status
    legs: tuple[Leg, ...] = ()
    moment: datetime | None = None


def evaluate(question: Question, table: Calendar) -> Answer:
    """The answer of `table`; raises CalendarRangeError or UsageError.

    It is announced only if every day that it rests on is: those counted through or rolled over, and the result.
    """
    return _tally(question, table) if isinstance(question, Tally) else _reckon(question, table)


def _tally(question: Tally, table: Calendar) -> Answer:
    a, b = question.a, question.b
    if b <= a:
        settled, count = table.announced(b), 0
    else:
        count, settled = table.count(a, b), table.span_announced(a + _DAY, b)
    return Answer(question, None, count, None, None, _status(settled))


def _reckon(question: Reckoning, table: Calendar) -> Answer:
    day, moment = question.base.day, question.base.moment
    if question.base.anchor is not Anchor.START:
        table.works(day)  # a day that the calendar does not hold starts nothing; the eve of its first period does
    legs = []
    for step in question.steps:
        if isinstance(step, Shift) and step.unit is Unit.HOUR:
            if moment is None:
                hint = say("例如：2018-02-14T16:00 + 24h")
                raise UsageError(Problem("hours-need-time", say("按小时计算要从某个时刻起算，不能只写日期"), hint))
            moment = plus_hours(moment, step.n)
            legs.append(Leg(step, day, moment.date(), moment.date(), moment.date(), announced=True))
        else:
            moment = None
            legs.append(_leg(table, step, day))
        day = legs[-1].end
    status = _status(table.announced(day) and all(leg.announced for leg in legs))
    return Answer(question, day, None, table.works(day), WEEKDAYS[day.weekday()], status, tuple(legs), moment)


def _leg(table: Calendar, step: Shift | Roll, start: date) -> Leg:
    if isinstance(step, Roll):
        end = table.roll(start, step.convention)
        first, last = rolled_over(start, end, step.convention)
    elif step.pauses:
        end = pausing(table, start, step.n, step.unit, step.pauses)
        first, last = (start + _DAY if step.unit is Unit.WORKDAY and end > start else end), end
    else:
        end = shift(table, start, step.n, step.unit)
        first, last = counted_through(start, end) if step.unit is Unit.WORKDAY else (end, end)
    return Leg(step, start, end, first, last, table.span_announced(first, last))


def _status(settled: bool) -> Status:
    return Status.ANNOUNCED if settled else Status.PROVISIONAL
