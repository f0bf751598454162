"""From a schedule to days: what the rule prints, what is counted, how it rolls, each step kept. It knows no bearer.

民法典 第二百零一条: the day on which a period starts is not counted; 第二百零二条: a day that a month lacks is the
month's last; 第二百零三条: what `following` does.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from msgspec import Struct
from msgspec.structs import replace

from scheduler.planning.model import BEIJING, Leg, LegKind, Moment
from scheduler.planning.occasions import Occasion, moment_of
from scheduler.planning.periods import Period, base_day, day_in
from scheduler.planning.windows import day_of, end_of, shift
from scheduler.register.model import (
    Before,
    Obligation,
    Once,
    Quota,
    Recurring,
    With,
    Within,
)
from scheduler.register.values import Anchor, Duration, Every, Unit
from scheduler.register.values import Moment as Rule
from scheduler.workdays import Calendar, Convention

_DAY = timedelta(days=1)
_AT_ONCE = Duration(0, Unit.DAY)


class Stop(Struct, frozen=True):
    """Days that are not counted: after `on`, up to and including `until`."""

    on: Moment
    until: Moment


class Restart(Struct, frozen=True):
    """The clock begins anew on that day, which is not counted."""

    on: Moment


class Extend(Struct, frozen=True):
    """A longer limit, counted from the old due day, or a day instead of it."""

    on: Moment
    by: Duration | None
    to: Moment | None


Change = Stop | Restart | Extend


class Reckoning(Struct, frozen=True):
    """The days of a task and the steps that led to them. `outer` is the later of two limits."""

    printed: Moment
    due: Moment
    target: Moment
    outer: date | None
    legs: tuple[Leg, ...]


def reckon(obligation: Obligation, occasion: Occasion, calendar: Calendar, changes: Iterable[Change] = ()) -> Reckoning:
    """The days of an occasion by a region's calendar, after what stopped, restarted or lengthened the clock.

    Raises CalendarRangeError for days that the calendar does not reach.
    """
    legs, convention = _printed(obligation, occasion, calendar)
    ordered = sorted(changes, key=lambda c: end_of(c.on))
    for change in ordered:
        legs, convention = _changed(obligation, legs, convention, change, calendar)
    found = _rolled(legs, convention, calendar)
    return found if obligation.outer is None else _with_outer(obligation, occasion, found, calendar)


def opens_on(obligation: Obligation, occasion: Occasion, calendar: Calendar) -> date | None:
    """The day before which the task is not open, where the row has a `from`."""
    schedule = obligation.due
    if isinstance(schedule, Once):
        return schedule.from_
    if isinstance(schedule, Recurring) and schedule.from_ is not None and occasion.period is not None:
        return day_in(occasion.period, schedule.from_, calendar)
    return None


def pace_days(quota: Quota, period: Period, calendar: Calendar) -> tuple[tuple[date, int], ...]:
    """When a quota is looked at within its period, and how many must be there."""
    rolled = ((calendar.roll(day_in(period, p.by, calendar), quota.roll), p.at_least) for p in quota.pace)
    return tuple(rolled)


def is_settled(legs: Iterable[Leg], calendar: Calendar) -> bool:
    """Whether no day that was looked at on the way is provisional."""
    spans = (looked_at(leg, calendar) for leg in legs)
    return all(span is None or calendar.span_announced(*span) for span in spans)


def looked_at(leg: Leg, calendar: Calendar) -> tuple[date, date] | None:
    """The days on whose status a step rests; None where it asked the calendar nothing."""
    a, b = day_of(leg.start), day_of(leg.end)
    if min(a, b) < calendar.first or max(a, b) > calendar.last:
        return None
    if leg.kind is LegKind.ROLL:
        return min(a, b), max(a, b)
    counts = leg.kind in {LegKind.COUNT, LegKind.LEAD, LegKind.EXTEND} and leg.words.endswith(Unit.WORKDAY)
    if not counts or a == b:
        return None
    return (a + _DAY, b) if a < b else (b, a - _DAY)  # the start is not counted


# -- the printed day -------------------------------------------------------------------------------------------------


def _printed(obligation: Obligation, occasion: Occasion, calendar: Calendar) -> tuple[list[Leg], Convention]:
    stated = obligation.dates.get(occasion.label)
    if stated is not None:
        return [Leg(LegKind.OVERRIDE, stated.by, stated.by)], stated.roll
    convention = obligation.schedule.roll
    happening = occasion.happening
    if happening is not None and happening.due is not None:
        return [Leg(LegKind.OVERRIDE, happening.due, happening.due)], convention or Convention.PRECEDING
    if occasion.lapse:
        return [Leg(LegKind.PRINTED, occasion.day, occasion.day)], Convention.NONE
    return _by_rule(obligation, occasion, calendar), convention or Convention.NONE


def _by_rule(obligation: Obligation, occasion: Occasion, calendar: Calendar) -> list[Leg]:
    schedule, day = obligation.schedule, occasion.day
    match schedule:
        case Within():
            return _counted(Leg(LegKind.EVENT, day, day, occasion.after or ""), schedule.within, calendar)
        case With():
            tolerance = schedule.tolerance or _AT_ONCE
            at = day if tolerance.unit is Unit.HOUR else day_of(day)
            return _counted(Leg(LegKind.EVENT, at, at), tolerance, calendar)
        case Before():
            return _led(occasion, schedule, calendar)
        case _:
            moment = moment_of(schedule)
            return [Leg(LegKind.PRINTED, day, day)] if moment is None else _in_period(occasion, moment, calendar)


def _in_period(occasion: Occasion, moment: Rule, calendar: Calendar) -> list[Leg]:
    period = occasion.period
    if period is None:
        raise ValueError(occasion.label)  # recurring rows have periods
    base = base_day(period, moment)
    printed = Leg(LegKind.PRINTED, base, base)
    if moment.offset is None:
        return [printed]
    kind = LegKind.COUNT if moment.sign > 0 else LegKind.LEAD
    return [printed, Leg(kind, base, shift(base, moment.offset, calendar, moment.sign), str(moment.offset))]


def _counted(start: Leg, length: Duration, calendar: Calendar) -> list[Leg]:
    end = _after(start.end, length, calendar)
    return [start, Leg(LegKind.COUNT, start.end, end, str(length))]


def _led(occasion: Occasion, schedule: Before, calendar: Calendar) -> list[Leg]:
    """The steps of a gate: back from the event's day, or from the target of the other obligation's task."""
    day = occasion.day
    if occasion.base is not None:
        obligation, base = occasion.base
        day = reckon(obligation, base, calendar).target
    start = Leg(LegKind.EVENT, day, day, occasion.base[0].id if occasion.base else "")
    end = _after(day, schedule.lead, calendar, -1)
    return [start, Leg(LegKind.LEAD, day, end, str(schedule.lead))]


def _after(start: Moment, length: Duration, calendar: Calendar, sign: int = 1) -> Moment:
    """So long after a start; hours count from its moment, or from 00:00 of a whole day (the strictest).

    Hours are clock hours: nights, weekends and holidays do not stop them (民法典 第二百条).
    """
    if length.unit is not Unit.HOUR:
        return shift(start, length, calendar, sign)
    moment = start if isinstance(start, datetime) else datetime.combine(start, time(), BEIJING)
    return moment + sign * timedelta(hours=length.n)


# -- what changes it -------------------------------------------------------------------------------------------------


def _changed(
    obligation: Obligation, legs: list[Leg], convention: Convention, change: Change, calendar: Calendar
) -> tuple[list[Leg], Convention]:
    match change:
        case Stop():
            return _stopped(obligation, legs, change, calendar), convention
        case Restart():
            if isinstance(obligation.due, Within):
                return _counted(Leg(LegKind.RESTART, change.on, change.on), obligation.due.within, calendar), convention
            return legs, convention
        case Extend():
            return _extended(legs, convention, change, calendar)


def _stopped(obligation: Obligation, legs: list[Leg], stop: Stop, calendar: Calendar) -> list[Leg]:
    """政府信息公开条例 第三十三条第三款: the time for asking others is not counted; what remains, remains.

    A day that no count led to keeps its remaining working days as well.
    """
    end, began = legs[-1].end, legs[0].start
    since = max(stop.on, began, key=end_of) if legs[0].kind in {LegKind.EVENT, LegKind.RESTART} else stop.on
    if end_of(since) >= end_of(end) or end_of(stop.until) <= end_of(since):
        return legs
    stop_leg = Leg(LegKind.STOP, since, stop.until)
    unit = obligation.due.within.unit if isinstance(obligation.due, Within) else Unit.WORKDAY
    if unit is Unit.WORKDAY:
        left = calendar.count(day_of(since), day_of(end))
        resumed = day_of(stop.until)
        return [*legs, stop_leg, Leg(LegKind.COUNT, resumed, calendar.add(resumed, left), f"{left}{unit}")]
    later = end + (end_of(stop.until) - end_of(since))
    return [*legs, stop_leg, Leg(LegKind.COUNT, stop.until, later)]


def _extended(
    legs: list[Leg], convention: Convention, change: Extend, calendar: Calendar
) -> tuple[list[Leg], Convention]:
    """延长: counted from the old due day, never from the day on which it was granted."""
    old = _rolled(legs, convention, calendar)
    if change.by is not None:
        leg = Leg(LegKind.EXTEND, old.due, _after(old.due, change.by, calendar), str(change.by))
        settled = change.by.unit is Unit.WORKDAY
        return [*legs, leg], Convention.NONE if settled else convention
    to = change.to if change.to is not None else old.due
    return [*legs, Leg(LegKind.EXTEND, old.due, to)], convention


# -- rolls and limits ------------------------------------------------------------------------------------------------


def _rolled(legs: list[Leg], convention: Convention, calendar: Calendar) -> Reckoning:
    """`due` is the later of printed and target: a printed day that moves back leaves the limit where it is printed."""
    printed = legs[-1].end
    # What lies before the first day of the calendar is history, what lies after its last cannot be known.
    known = calendar.first <= day_of(printed) <= calendar.last
    if isinstance(printed, datetime) or convention is Convention.NONE or not known:
        return Reckoning(printed, printed, printed, None, tuple(legs))
    target = calendar.roll(printed, convention)
    rolled = Leg(LegKind.ROLL, printed, target, convention)
    return Reckoning(printed, max(printed, target), target, None, (*legs, rolled))


def _with_outer(obligation: Obligation, occasion: Occasion, found: Reckoning, calendar: Calendar) -> Reckoning:
    """Two limits for one act: the stricter is `due`, the other is shown."""
    outer = obligation.outer
    if outer is None:
        return found
    by = outer.by
    day = by if isinstance(by, date) else day_in(_period_of(by, occasion, found), by, calendar)
    second = _rolled([Leg(LegKind.OUTER, day, day)], outer.roll, calendar)
    if end_of(second.due) < end_of(found.due):
        return replace(second, outer=day_of(found.due), legs=found.legs + second.legs)
    return replace(found, outer=day_of(second.due), legs=found.legs + second.legs)


def _period_of(rule: Rule, occasion: Occasion, found: Reckoning) -> Period:
    """`end + 20d` counts from the same period as the first limit; `03-31` is a day of the year that this falls in."""
    period = occasion.period
    if period is not None and rule.anchor in {Anchor.START, Anchor.END}:
        return period
    return Period.holding(period.every if period else Every.YEAR, day_of(found.printed))
