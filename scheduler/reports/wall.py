"""The year on one sheet (A3): each day with what falls due on it, as plain values for a template. It judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from msgspec import Struct

from scheduler.planning.model import BEIJING, State, Task
from scheduler.planning.plan import Plan
from scheduler.planning.standing import standing
from scheduler.planning.windows import day_of
from scheduler.reports.forecast import WEEKDAYS
from scheduler.words import Lang, say
from scheduler.workdays import Calendar

_DAY = timedelta(days=1)
DOUBT = say("？")  # before what rests on a day that is not announced yet
STOPPED = say("停")  # before what is paused: its day will move when its clock goes on
_MOST = 3  # titles in the cell of a day


class Due(Struct, frozen=True):
    """What falls due on a day: the title of a row, how many owe it, whether the day is provisional, or they paused."""

    title: str
    n: int
    provisional: bool
    paused: bool = False


class DayCell(Struct, frozen=True):
    """One day of the sheet; `sign` says rest or work where the weekday does not."""

    number: int
    weekday: str
    works: bool
    sign: str
    due: tuple[Due, ...]
    more: int


class Wall(Struct, frozen=True):
    """The sheet: for each number of a day the twelve months, None where a month has no such day."""

    lang: str
    title: str
    year: int
    made: str
    legend: str
    announced: str
    doubt: str
    stopped: str
    months: tuple[str, ...]
    rows: tuple[tuple[DayCell | None, ...], ...]


def wall(tasks: Iterable[Task], plan: Plan, year: int, name: str, now: datetime, *, lang: Lang = Lang.ZH) -> Wall:
    """The sheet of a year for these tasks; `name` is whose it is."""
    calendar = plan.calendars.of(plan.register.office.region)
    due = _by_day(tasks, plan, now)
    first = date(year, 1, 1)
    days = [day for n in range(366) if (day := first + n * _DAY).year == year]
    cells = {(day.month, day.day): _cell(day, due.get(day, {}), calendar, lang) for day in days}
    return Wall(
        lang="zh-CN" if lang is Lang.ZH else "en",
        title=say("{name}{year}年政务公开事项时间表", name=name, year=str(year)).text(lang),
        year=year,
        made=f"{now.astimezone(BEIJING):%Y-%m-%d}",
        legend=say("休：放假　班：调休上班　？：安排尚未公布，日期暂定　停：暂停计算　数字：几个责任单位或责任人").text(
            lang
        ),
        announced=say("放假安排已公布至{day}", day=calendar.announced_until.isoformat()).text(lang),
        doubt=DOUBT.text(lang),
        stopped=STOPPED.text(lang),
        months=tuple(say("{month}月", month=month).text(lang) for month in range(1, 13)),
        rows=tuple(tuple(cells.get((month, number)) for month in range(1, 13)) for number in range(1, 32)),
    )


def _by_day(tasks: Iterable[Task], plan: Plan, now: datetime) -> Mapping[date, Mapping[tuple[str, bool], Due]]:
    """The rows due on each day, by their ids, what is paused apart."""
    found: dict[date, dict[tuple[str, bool], Due]] = {}
    for task in tasks:
        target = task.dates.target
        day = day_of(target.astimezone(BEIJING) if isinstance(target, datetime) else target)
        row = task.slot.obligation
        paused = task.slot.paused and standing(task, plan, now).state is State.PAUSED
        known = found.setdefault(day, {}).get((row.id, paused), Due(row.title, 0, False))
        loose = known.provisional or task.dates.provisional
        found[day][row.id, paused] = Due(row.title, known.n + 1, loose, paused)
    return found


def _cell(day: date, due: Mapping[tuple[str, bool], Due], calendar: Calendar, lang: Lang) -> DayCell:
    works, announced = calendar.works(day), calendar.announced(day)
    weekend = day.weekday() > 4
    sign = say("班") if works and weekend else say("休") if not works and not weekend else None
    doubt = "" if announced else DOUBT.text(lang)
    return DayCell(
        number=day.day,
        weekday=WEEKDAYS[day.weekday()].text(lang),
        works=works,
        sign=(sign.text(lang) if sign is not None else "") + (doubt if sign is not None else ""),
        due=tuple(due.values())[:_MOST],
        more=max(0, len(due) - _MOST),
    )
