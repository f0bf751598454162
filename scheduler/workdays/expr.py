"""The language of `duban date`: text becomes a Question. It counts nothing; a mistake is a Problem with a hint."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

from msgspec import Struct

from scheduler.problems import Problem, UsageError
from scheduler.words import Phrase, say
from scheduler.workdays.days import Convention
from scheduler.workdays.periods import Pause, Unit

BEIJING = timezone(timedelta(hours=8))


class Anchor(StrEnum):
    """What the question starts from."""

    DAY = "day"
    END = "end"
    START = "start"


class Base(Struct, frozen=True):
    """The first day of the question; for `start of` it is the eve. `moment` where the text gives a time of day."""

    anchor: Anchor
    day: date
    moment: datetime | None = None


class Shift(Struct, frozen=True):
    """`+ n unit` (n negative for `-`), with the days that are not counted."""

    n: int
    unit: Unit
    pauses: tuple[Pause, ...] = ()


class Roll(Struct, frozen=True):
    """`roll CONVENTION`."""

    convention: Convention


class Reckoning(Struct, frozen=True):
    """A day reached by steps."""

    base: Base
    steps: tuple[Shift | Roll, ...]


class Tally(Struct, frozen=True):
    """`workdays A..B`: the working days in (a, b]."""

    a: date
    b: date


Question = Reckoning | Tally

_DATE = r"\d{4}(?:-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*[日号])"
_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_RANGE = re.compile(rf"\s*({_DATE})\s*(?:\.\.+|…|至|~|～)\s*({_DATE})\s*")
_DAY = re.compile(rf"\s*({_DATE})({_TIME})\s*")
_PERIOD = re.compile(
    r"\s*(start|end)\s+of\s+(\d{4})(?:-(\d{1,2})|-?[Qq]([1-4])|-?[Hh]([12]))?(?![\d-])\s*", re.IGNORECASE
)
_PERIOD_ZH = re.compile(r"\s*(\d{4})\s*年\s*(?:(\d{1,2})\s*月\s*)?(底|末|初)\s*")
_TALLY = re.compile(r"\s*(?:workdays|工作日数?)\s+", re.IGNORECASE)
_SHIFT = re.compile(r"\s*([+＋\-－−])\s*(\d+)\s*([A-Za-z]+|[\u4e00-\u9fff]+?(?=\s|$|[+＋\-－−]))\s*")
_ROLL = re.compile(r"\s*roll(?:\s+|$)([\w-]*)\s*", re.IGNORECASE)
_PAUSING = re.compile(r"\s*(?:pausing|不计)\s+", re.IGNORECASE)
_COMMA = re.compile(r"\s*[,，、]\s*")

_UNITS = {
    Unit.WORKDAY: ("wd", "workday", "workdays", "个工作日", "工作日"),
    Unit.DAY: ("d", "day", "days", "日", "天", "个自然日", "自然日"),
    Unit.HOUR: ("h", "hour", "hours", "小时", "个小时"),
    Unit.WEEK: ("w", "week", "weeks", "周", "个星期", "星期"),
    Unit.MONTH: ("m", "month", "months", "个月", "月"),
    Unit.YEAR: ("y", "year", "years", "年"),
}
_LONGEST = 100_000


def parse(text: str) -> Question:
    """The question that `text` asks; raises UsageError with one Problem where it cannot be read."""
    if tally := _TALLY.match(text):
        pause, end = _range(text, tally.end())
        _finished(text, end)
        return Tally(pause.first, pause.last)
    base, at = _base(text)
    steps: list[Shift | Roll] = []
    while at < len(text):
        step, at = _step(text, at)
        steps.append(step)
    return Reckoning(base, tuple(steps))


def parse_day(text: str) -> date:
    """A day as `2018-02-14`, `2018/2/14` or `2018年2月14日`; raises UsageError."""
    year, month, day = (int(part) for part in re.findall(r"\d+", text)[:3])
    if not 1 <= month <= 12:
        raise _mistake("date-invalid", say("没有这一天：{text}", text=text), say("月份只有1至12"))
    if year < 1 or not 1 <= day <= monthrange(year, month)[1]:
        days = monthrange(year, month)[1] if year else 0
        hint = say("{year}年{month}月只有{days}天", year=year, month=month, days=days)
        raise _mistake("date-invalid", say("没有这一天：{text}", text=text), hint)
    return date(year, month, day)


def _base(text: str) -> tuple[Base, int]:
    if found := _PERIOD.match(text):
        word, year, month, quarter, half = found.groups()
        months = _months(month, quarter, half)
        return _edge(word.lower() == "start", *_span(text, int(year), *months)), found.end()
    if found := _PERIOD_ZH.match(text):
        year, month, word = found.groups()
        return _edge(word == "初", *_span(text, int(year), *_months(month))), found.end()
    if found := _DAY.match(text):
        day, clock = parse_day(found[1]), found[2]
        if not clock:
            return Base(Anchor.DAY, day), found.end()
        moment = _moment(day, clock)
        return Base(Anchor.DAY, moment.date(), moment), found.end()
    raise _mistake("date-unreadable", say("看不懂：{text}", text=text.strip() or '""'), _hint())


def _months(month: str | None, quarter: str | None = None, half: str | None = None) -> tuple[int, int]:
    """First and last month of the month, quarter or half-year that is named; of the whole year where none is."""
    if month:
        return int(month), int(month)
    if quarter:
        return 3 * int(quarter) - 2, 3 * int(quarter)
    if half:
        return 6 * int(half) - 5, 6 * int(half)
    return 1, 12


def _span(text: str, year: int, first: int, last: int) -> tuple[date, date]:
    """First day of the first month and last day of the last one."""
    if not (year > 1 and 1 <= first <= last <= 12):
        raise _mistake("date-invalid", say("没有这一天：{text}", text=text.strip()), say("月份只有1至12"))
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def _edge(start: bool, first: date, last: date) -> Base:
    return Base(Anchor.START, first - timedelta(1)) if start else Base(Anchor.END, last)


def _moment(day: date, clock: str) -> datetime:
    try:
        moment = datetime.fromisoformat(f"{day.isoformat()}T{clock[1:].zfill(5)}")
    except ValueError:
        raise _mistake("time-invalid", say("没有这个时刻：{text}", text=clock.strip()), _hint()) from None
    return moment.astimezone(BEIJING) if moment.tzinfo else moment.replace(tzinfo=BEIJING)


def _step(text: str, at: int) -> tuple[Shift | Roll, int]:
    if found := _SHIFT.match(text, at):
        n = int(found[2])
        if n > _LONGEST:
            raise _mistake("duration-too-long", say("期限太长：{text}", text=found[0].strip()), _hint())
        shift = Shift(n if found[1] in "+＋" else -n, _unit(found[3]))
        return _paused(text, found.end(), shift)
    if found := _ROLL.match(text, at):
        return Roll(_convention(found[1])), found.end()
    raise _mistake("date-unreadable", say("看不懂：{text}", text=text[at:].strip()), _hint())


def _paused(text: str, at: int, shift: Shift) -> tuple[Shift, int]:
    found = _PAUSING.match(text, at)
    if not found:
        return shift, at
    if shift.n < 0 or shift.unit is Unit.HOUR:
        hint = say("例如：2025-01-10 + 20wd pausing 2025-01-15..2025-02-06")
        raise _mistake("pausing-misplaced", say("pausing 只能跟在向后推算的日、周、月、年或工作日之后"), hint)
    pauses, at = [], found.end()
    while True:
        pause, at = _range(text, at)
        if pause.last < pause.first:
            message = say("起止颠倒：{first}..{last}", first=pause.first.isoformat(), last=pause.last.isoformat())
            raise _mistake("range-reversed", message, say("先写较早的一天"))
        pauses.append(pause)
        comma = _COMMA.match(text, at)
        if not comma:
            return Shift(shift.n, shift.unit, tuple(pauses)), at
        at = comma.end()


def _range(text: str, at: int) -> tuple[Pause, int]:
    found = _RANGE.match(text, at)
    if not found:
        raise _mistake(
            "range-unreadable",
            say("此处应是起止日期：{text}", text=text[at:].strip() or '""'),
            say("例如：2025-01-15..2025-02-06"),
        )
    return Pause(parse_day(found[1]), parse_day(found[2])), found.end()


def _finished(text: str, at: int) -> None:
    if at < len(text):
        raise _mistake("date-unreadable", say("看不懂：{text}", text=text[at:].strip()), _hint())


def _unit(word: str) -> Unit:
    for unit, words in _UNITS.items():
        if word.lower() in words:
            return unit
    raise _mistake(
        "unit-unknown",
        say("没有这个单位：{word}", word=word),
        say("可用：wd、d、w、m、y、h，或个工作日、日、周、个月、年、小时"),
    )


def _convention(word: str) -> Convention:
    try:
        return Convention(word.lower().replace("_", "-"))
    except ValueError:
        message = say("没有这种顺延方式：{word}", word=word or '""')
        raise _mistake("roll-unknown", message, say("可用：{words}", words=tuple(Convention))) from None


def _hint() -> Phrase:
    return say("例如：2018-02-14 + 20wd；end of 2018-02 roll preceding；workdays 2020-01-15..2020-02-15")


def _mistake(code: str, message: Phrase, hint: Phrase) -> UsageError:
    return UsageError(Problem(code, message, hint))
