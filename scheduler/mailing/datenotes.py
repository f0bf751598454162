"""日期说明: why the day to work to is not the day that the document prints, in sentences. It counts nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from scheduler.mailing.wording import cn_date, cn_day, cn_moment, cn_short, weekday
from scheduler.planning import Plan
from scheduler.planning.model import BEIJING, Leg, LegKind, Moment, Task
from scheduler.register.values import Unit
from scheduler.workdays import Calendar, Kind


def date_notes(task: Task, plan: Plan, *, settled: bool) -> tuple[str, ...]:
    """The sentences for one task: where the clock began, what moved the day; unless `settled`, what may move it."""
    calendar = plan.calendars.of(task.slot.region)
    unsettled = None if settled else provisional_note(task, plan)
    return (*_way(task), *_rolled(task, calendar), *_second(task), *([unsettled] if unsettled else []))


def provisional_note(task: Task, plan: Plan) -> str | None:
    """暂定, with its reason. The last days of December are settled by the next year's notice."""
    if not task.dates.provisional:
        return None
    target = task.dates.target
    day = target.astimezone(BEIJING).date() if isinstance(target, datetime) else target
    horizon = plan.calendars.of(task.slot.region).announced_until
    year = day.year if day.year > horizon.year else horizon.year + 1
    return f"{year}年节假日安排尚未公布，上述日期为暂定；如有变动，另行告知。"


def _way(task: Task) -> Iterator[str]:
    """What the legs of the date tell a reader: the event, longer limits, days not counted."""
    legs = task.slot.legs
    start = next((leg for leg in legs if leg.kind in {LegKind.EVENT, LegKind.RESTART}), None)
    count = next((leg for leg in legs if leg.kind is LegKind.COUNT), None)
    if start is not None and count is not None:
        yield _counted(start, count)
    for leg in legs:
        if leg.kind is LegKind.EXTEND:
            yield f"经批准，期限由{_said(leg.start)}延至{_said(leg.end)}。"
        elif leg.kind is LegKind.STOP:
            yield f"因有不计入期限的时间（至{_said(leg.start)}止），期限顺延至{_said(leg.end)}。"


def _counted(start: Leg, count: Leg) -> str:
    amount = _amount(count.words)
    if isinstance(start.end, datetime) and count.words.endswith(Unit.HOUR):
        return f"自{cn_moment(start.end)}起{amount}内。"
    return f"自{cn_day(start.end)}起算{amount}，当日不计入。"


def _amount(words: str) -> str:
    number, unit = words.rstrip("wdhmy"), words.lstrip("0123456789")
    names = {"wd": "个工作日", "d": "日", "h": "小时", "w": "周", "m": "个月", "y": "年"}
    return f"{number}{names.get(unit, unit)}"


def _said(moment: Moment) -> str:
    return cn_moment(moment) if isinstance(moment, datetime) else cn_day(moment)


def _rolled(task: Task, calendar: Calendar) -> Iterator[str]:
    printed, target = task.dates.printed, task.dates.target
    if isinstance(printed, datetime) or isinstance(target, datetime) or printed == target:
        return
    if any(leg.kind in {LegKind.EXTEND, LegKind.STOP, LegKind.RESTART} for leg in task.slot.legs):
        return  # those sentences have said why
    shown = cn_short(target) if target.year == printed.year else cn_day(target)
    why = f"{cn_short(printed)}是{weekday(printed)}{_feast(printed, calendar)}"
    if calendar.works(printed):
        return
    if target < printed:
        yield f"{why}，按此前最后一个工作日{shown}安排。"
    else:
        yield f"{why}，顺延至其后第一个工作日{shown}。"


def _feast(day: date, calendar: Calendar) -> str:
    found = calendar.day(day)
    return f"（{found.name}放假）" if found.name and found.kind not in {Kind.WEEKEND, Kind.WORKDAY} else ""


def _second(task: Task) -> Iterator[str]:
    outer = task.dates.outer
    if outer is None:
        return
    bases = task.slot.obligation.outer.basis if task.slot.obligation.outer else ()
    source = f"（《{bases[0].document}》{bases[0].clause or ''}）" if bases else ""
    yield f"另有最迟期限{cn_date(outer)}{source}，以较早的日期为准。"
