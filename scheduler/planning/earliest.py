"""Before which day nobody can have done a task: what it hangs on must have happened, its period have begun."""

from __future__ import annotations

from scheduler.planning.model import LegKind, Moment, Slot
from scheduler.planning.periods import Period
from scheduler.planning.windows import day_of, end_of
from scheduler.register.model import Coverage, Measure, Quota, Recurring, Review, Within
from scheduler.words import Phrase, say

_PERIODIC = (Recurring, Quota, Coverage, Review, Measure)


def earliest(slot: Slot) -> tuple[Moment, Phrase] | None:
    """The first day (or moment) on which its tasks can be done, and what that is; None where nothing says so.

    What goes along with an event, or before it, may be done ahead of it; so may what falls due by a day of its own.
    """
    schedule = slot.obligation.schedule
    if isinstance(schedule, Within):
        start = next((leg for leg in slot.legs if leg.kind is LegKind.EVENT), None)
        if start is None:
            return slot.dates.opens, say("任务开始的日期")
        return start.end, say("{task}办结的日期", task=start.words) if start.words else say("事件发生的时间")
    period = Period.named(slot.period) if isinstance(schedule, _PERIODIC) and slot.event is None else None
    if period is None:
        return None
    first = period.first
    if min(slot.dates.opens, day_of(slot.dates.due)) < first:
        first = period.previous().first  # its time begins before its period does
    return first, say("所属期间{label}可以办理的第一天", label=slot.period)


def is_before(on: Moment, first: Moment) -> bool:
    """Whether all of `on` lies before `first`; of a day and a moment the days are compared."""
    return end_of(on) < end_of(first) if type(on) is type(first) else day_of(on) < day_of(first)
