"""What looks wrong in a holiday notice before it goes into force, held against the decree, the week, what is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from msgspec.structs import replace

from scheduler.problems import Level, Place, Problem
from scheduler.words import Phrase, say
from scheduler.workdays.days import Kind, Notice
from scheduler.workdays.facts import governing_year
from scheduler.workdays.layers import FIRST, LAST, calendar, library_notice
from scheduler.workdays.statutory import decree, statutory_days
from scheduler.workdays.table import Calendar

_DAY = timedelta(1)
_LONGEST_RUN = 6
_FARTHEST = timedelta(14)  # of a make-up day from its holiday; since 2004 no more than six days
_NO_PLACES: Mapping[date, Place] = MappingProxyType({})
_Found = tuple[date | None, Problem]  # the day that a problem is about, None where it is the whole year


def lint(
    notice: Notice, known: Calendar | None = None, places: Mapping[date, Place] = _NO_PLACES
) -> tuple[Problem, ...]:
    """The problems of a notice, errors first; `known` is the calendar before it (by default: all that is known).

    Amendments and regional notices settle a few days only: they are not measured against the whole year. A problem of a
    day stands where `places` has that day, or the nearest one to it; one of the whole year on the first line.
    """
    if not notice.days:
        hint = say("空的年度不算已公布；请等通知公布后再导入")
        return (Problem("notice-empty", say("{number}里一天也没有", number=notice.number), hint),)
    if not FIRST.year <= notice.year <= LAST.year:
        years = say("只认{first}年至{last}年的通知；请检查年份", first=FIRST.year, last=LAST.year)
        message = say("{year}年不在日历范围之内", year=notice.year)
        return (Problem("notice-year", message, years, _where(None, places)),)
    before = known or calendar()
    whole = not notice.amends and notice.region is None
    found = [*_outside(notice), *_make_up(notice)]
    if whole:
        found += [*_statutory(notice), *_balance(notice), *_removed(notice, before)]
    elif notice.amends:
        found += _incomplete(notice, before)
    found += _long_runs(notice, before)
    placed = (replace(problem, place=_where(day, places)) for day, problem in found)
    return tuple(sorted(placed, key=lambda p: p.level is Level.WARNING))


def lint_year(year: int) -> tuple[Problem, ...]:
    """The problems of a year on file; a year without a notice has one."""
    notice = library_notice(year)
    if notice is None:
        hint = say("国务院办公厅通知公布后用 duban calendar import 导入")
        return (Problem("notice-missing", say("{year}年的放假安排尚未公布", year=year), hint, None, Level.WARNING),)
    return lint(notice)


def _where(day: date | None, places: Mapping[date, Place]) -> Place | None:
    if not places:
        return None
    if day is None:
        return Place(next(iter(places.values())).file, 1, 1)
    return places[min(places, key=lambda known: abs(known - day))]


def _outside(notice: Notice) -> Iterator[_Found]:
    for day in notice.days:
        if day.date.year != notice.year and governing_year(day.date) != notice.year:
            # The notice of 2007 reached back to 30 December, so the days before the horizon are left to no notice.
            message = say("{date}不在{year}年的安排之内", date=day.date.isoformat(), year=notice.year)
            yield day.date, Problem("notice-day-outside", message, say("请检查年份；上一年只能涉及12月29日至31日"))


def _make_up(notice: Notice) -> Iterator[_Found]:
    """A make-up working day is a Saturday or a Sunday near its holiday; a plain weekday works anyhow."""
    for day in notice.days:
        ways = [abs(day.date - rest.date) for rest in notice.days if rest.name == day.name and not rest.works]
        if day.works and min(ways, default=_DAY) > _FARTHEST:
            message = say("{date}上班，但离{name}放假超过两周", date=day.date.isoformat(), name=day.name)
            yield day.date, Problem("notice-make-up-far", message, say("请对照原文的月份和日期"), None, Level.WARNING)
        if day.works and day.date.weekday() < 5 and not notice.amends:
            message = say("{date}不是周末，却写成上班日", date=day.date.isoformat())
            yield day.date, Problem("notice-make-up-weekday", message, say("调休上班日都在周六、周日；请对照通知原文"))


def _statutory(notice: Notice) -> Iterator[_Found]:
    """全国年节及纪念日放假办法 第二条: 全体公民放假的节日."""
    resting = {d.date for d in notice.days if not d.works}
    working = {d.date for d in notice.days if d.works}
    for day, name in statutory_days(notice.year).items():
        if day in working or (day.weekday() < 5 and day not in resting):
            message = say("{date}是法定节假日（{name}），通知中却不放假", date=day.isoformat(), name=name)
            yield day, Problem("notice-statutory-day", message, say("请检查是否漏了一节，或者日期有误"))


def _balance(notice: Notice) -> Iterator[_Found]:
    """Weekdays off less weekends worked is the number of statutory days: what is moved is given back (第六条)."""
    off = sum(not d.works and d.date.weekday() < 5 for d in notice.days)
    worked = sum(d.works and d.date.weekday() > 4 for d in notice.days)
    expected = decree(notice.year).days
    if off - worked != expected:
        message = say(
            "平日放假{off}天，周末上班{worked}天，相抵为{net}天，应为{expected}天",
            off=off, worked=worked, net=off - worked, expected=expected,
        )  # fmt: skip
        hint = say("通常相等；请对照原文有没有漏掉的放假日或上班日")
        yield None, Problem("notice-balance", message, hint)


def _removed(notice: Notice, known: Calendar) -> Iterator[_Found]:
    """Days already known to depart from the plain week that this notice of the whole year no longer names."""
    named = {d.date for d in notice.days}
    days = [known.day(day) for day in _year_days(notice.year, known)]
    # On whose word the year rests, the plain days say; the days of an amendment stand on another.
    word = next((now.source for now in days if now.kind is Kind.WORKDAY), None)
    for now in days:
        day, departs = now.date, now.works == (now.date.weekday() > 4)
        if departs and now.source == word and day not in named:
            works: Phrase = say("上班") if now.works else say("放假")
            message = say(
                "{date}原定{works}（{name}），新通知中没有提到", date=day.isoformat(), works=works, name=now.name
            )
            hint = say("若确已取消，请写明这一天上班或放假；没有提到的日子仍按原安排")
            yield day, Problem("notice-day-removed", message, hint)


def _year_days(year: int, known: Calendar) -> Iterator[date]:
    day = max(date(year - 1, 12, 29), known.first)
    while day <= min(date(year, 12, 28), known.last):
        yield day
        day += _DAY


def _incomplete(notice: Notice, known: Calendar) -> Iterator[_Found]:
    """A few festivals of a year that nobody has arranged yet: more likely half a notice than an amendment."""
    if not known.announced(date(notice.year, 1, 1)):
        named = "、".join(dict.fromkeys(day.name for day in notice.days if day.name))
        message = say("{year}年的安排尚未公布，这份通知只写了{named}", year=notice.year, named=named)
        hint = say("请检查有没有粘贴全文；只导入这些，全年仍是暂定")
        yield None, Problem("notice-incomplete", message, hint, None, Level.WARNING)


def _long_runs(notice: Notice, known: Calendar) -> Iterator[_Found]:
    """全国年节及纪念日放假办法 第七条: 连续工作一般不超过6天."""
    settled = {d.date: d.works for d in notice.days}

    def works(day: date) -> bool:
        return settled.get(day, known.works(day))

    seen: set[date] = set()
    for day in sorted(d.date for d in notice.days if d.works and d.date not in seen):
        if day in seen or not known.first < day < known.last:
            continue
        first = last = day
        while works(first - _DAY):
            first -= _DAY
        while works(last + _DAY):
            last += _DAY
        length = (last - first).days + 1
        seen |= {first + timedelta(n) for n in range(length)}
        if length > _LONGEST_RUN:
            message = say("{a}至{b}连续上班{n}天", a=first.isoformat(), b=last.isoformat(), n=length)
            yield day, Problem("notice-long-run", message, say("通常不超过6天；请对照原文"), None, Level.WARNING)
