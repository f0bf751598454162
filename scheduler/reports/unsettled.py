"""What rests on a year whose arrangement nobody has published yet, and who must hear of it. It computes no date."""

from __future__ import annotations

from datetime import date, datetime

from scheduler.planning.model import Slot
from scheduler.planning.plan import Plan
from scheduler.planning.windows import day_of, end_of
from scheduler.problems import Level, Problem
from scheduler.reports.year import missing_notice
from scheduler.words import say

_LISTED = 3


def missing(plan: Plan, today: date, *, whole: bool = True) -> tuple[Problem, ...]:
    """From 1 November on, while next year's notice is missing: that it is, and which tasks are provisional by it.

    Of a plan that is not `whole` it says so.
    """
    table = plan.calendars.of(plan.register.office.region)
    problem = missing_notice(table, today)
    if problem is None:
        return ()
    slots = [slot for slot in plan.slots if _rests_on(slot, table.announced_until, plan.now)]
    n = sum(len(plan.bearers(slot)) for slot in slots)
    if not n:
        return (problem,)
    named = {slot.obligation.id: slot for slot in sorted(slots, key=_by_target, reverse=True)}
    first = sorted(named.values(), key=_by_target)[:_LISTED]
    tasks = tuple(
        say("{title}（{day}）", title=s.obligation.title, day=day_of(s.dates.target).isoformat()) for s in first
    )
    if whole:
        message = say("因此期限暂定的任务{n}项，最早的是：{tasks}", n=n, tasks=tasks)
    else:
        message = say("因此期限暂定的任务不少于{n}项，例如：{tasks}", n=n, tasks=tasks)
    hint = say("导入通知以后程序重新计算，期限有变的逐一告知责任单位")
    return (problem, Problem("calendar-provisional", message, hint, level=Level.WARNING))


def _rests_on(slot: Slot, announced_until: date, now: datetime) -> bool:
    dates = slot.dates
    return dates.provisional and not slot.dormant and day_of(dates.target) > announced_until and end_of(dates.due) > now


def _by_target(slot: Slot) -> tuple[datetime, str]:
    return end_of(slot.dates.target), slot.obligation.id
