"""A year of the calendar on one screen, told apart by signs and not by colour. It counts nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

from scheduler.problems import Level, Problem
from scheduler.reports.text import padded
from scheduler.words import Lang, Phrase, say
from scheduler.workdays import Calendar, Day, Kind, Status
from scheduler.workdays.spoken import name_said, source_said

_DAY = timedelta(1)
_WEEK = ("一", "二", "三", "四", "五", "六", "日")
_WEEK_EN = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_ACROSS = 3


def days_of(table: Calendar, year: int) -> tuple[Day, ...]:
    """Every day of the year; raises CalendarRangeError."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return tuple(table.day(first + timedelta(n)) for n in range((last - first).days + 1))


def data(table: Calendar, year: int) -> dict[str, object]:
    """The year as JSON."""
    return {
        "year": year,
        "region": table.region.value if table.region else None,
        "announced_until": table.announced_until.isoformat(),
        "days": [
            {
                "date": day.date.isoformat(),
                "works": day.works,
                "kind": day.kind.value,
                "status": day.status.value,
                "source": day.source,
                "known_since": day.known_since.isoformat() if day.known_since else None,
                "name": day.name,
            }
            for day in days_of(table, year)
        ],
    }


def sheet(table: Calendar, year: int, lang: Lang) -> Iterator[str]:
    """The months three abreast, the signs, and below them the festivals with their sources."""
    days = days_of(table, year)
    blocks = [_month([day for day in days if day.date.month == month], lang) for month in range(1, 13)]
    for row in range(0, 12, _ACROSS):
        for line in zip(*blocks[row : row + _ACROSS], strict=True):
            yield "   ".join(line).rstrip()
    yield say("* 放假或调休  . 周末  + 调休上班  无记号为工作日").text(lang)
    yield say("暂定：! 放假  : 周末  ? 工作日").text(lang)
    yield ""
    for sentence in _festivals(days):
        yield sentence.text(lang)


def missing_notice(table: Calendar, today: date) -> Problem | None:
    """From 1 November on a warning while next year's arrangement is not known, and on into that year."""
    year = table.announced_until.year + 1
    if year > today.year + (today.month >= 11):
        return None
    return Problem(
        "calendar-next-year",
        say("{year}年放假安排尚未公布或尚未导入，该年的日期均为暂定", year=year),
        say("放假通知公布后，把通知全文存成文件，运行 duban calendar import 文件"),
        level=Level.WARNING,
    )


def _month(days: Sequence[Day], lang: Lang) -> list[str]:
    first = days[0].date
    title = say("{month}月", month=first.month).text(lang)
    week = _WEEK if lang is Lang.ZH else _WEEK_EN
    cells = ["   "] * first.weekday() + [f"{day.date.day:2}{_sign(day)}" for day in days]
    cells += ["   "] * (42 - len(cells))
    lines = ["".join(cells[n : n + 7]) for n in range(0, 42, 7)]
    return [padded(title, 21), "".join(padded(name, 3) for name in week), *lines]


def _sign(day: Day) -> str:
    weekend = day.kind is Kind.WEEKEND
    if day.status is Status.PROVISIONAL:
        return "?" if day.works else ":" if weekend else "!"
    if day.works:
        return "+" if day.date.weekday() > 4 else " "
    return "." if weekend else "*"


def _festivals(days: Sequence[Day]) -> Iterator[Phrase]:
    """One sentence per festival: the runs of rest days, the days worked for them, the source."""
    named = sorted((day for day in days if day.name), key=lambda day: (day.name, day.source, day.date))
    groups = [list(group) for _, group in groupby(named, key=lambda day: (day.name, day.source))]
    for group in sorted(groups, key=lambda group: group[0].date):
        rest = tuple(_runs([day.date for day in group if not day.works]))
        work = tuple(_runs([day.date for day in group if day.works]))
        mark = say("，暂定") if any(day.status is Status.PROVISIONAL for day in group) else ""
        if rest and work:
            said = say("{rest}休息，{work}上班", rest=rest, work=work)
        else:
            said = say("{rest}休息", rest=rest) if rest else say("{work}上班", work=work)
        name, source = name_said(group[0].name), source_said(group[0].source)
        yield say("{name}：{said}（{source}{mark}）", name=name, said=said, source=source, mark=mark)


def _runs(days: Sequence[date]) -> Iterator[str]:
    for _, run in groupby(enumerate(days), key=lambda pair: pair[1] - pair[0] * _DAY):
        span = [day for _, day in run]
        yield f"{span[0]:%m-%d}" if len(span) == 1 else f"{span[0]:%m-%d}..{span[-1]:%m-%d}"
