"""How days are read: dates, ends of months and years, moments of a period, in English and Chinese. It counts no day."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from scheduler.register.mistakes import Code, UnreadableError
from scheduler.register.scalars import duration
from scheduler.register.values import Anchor, Duration, Every, Moment, Unit
from scheduler.words import Phrase, say

FIRST_YEAR, LAST_YEAR = 1990, 2199

_DAY = re.compile(
    r"([0-9]{4})(?P<mark>[-/])([0-9]{1,2})(?P=mark)([0-9]{1,2})|([0-9]{4})\s*年\s*([0-9]{1,2})\s*月\s*([0-9]{1,2})\s*[日号]"
)
_LIKE_DAY = r"([0-9]{4})\s*[./-]\s*([0-9]{1,2})\s*[./-]\s*([0-9]{1,2})|([0-9]{4})([0-9]{2})([0-9]{2})"
_SERIAL = r"[2-6][0-9]{4}"  # 1954 to 2091, as a spreadsheet counts days
_SERIAL_ZERO = date(1899, 12, 30)
_END = re.compile(
    r"end\s+of\s+([0-9]{4})(?:-([0-9]{1,2}))?|([0-9]{4})\s*年\s*(?:([0-9]{1,2})\s*月)?\s*[底末]", re.IGNORECASE
)
_CHINESE = r"[\u4e00-\u9fff]"
_BEGINS_WITH_YEAR = re.compile(r"\s*(?:end\s+of\s+)?[0-9]{4}(?![0-9])", re.IGNORECASE)
_SHIFTED = re.compile(r"(.+)([+-])\s*([^\s+-][^+-]*)", re.DOTALL)
_MONTH_DAY = re.compile(r"([0-9]{1,2})-([0-9]{1,2})|([0-9]{1,2})\s*月\s*([0-9]{1,2})\s*[日号]")
_MONTH_END = re.compile(r"end\s+of\s+([0-9]{1,2})|([0-9]{1,2})\s*月\s*[底末]", re.IGNORECASE)
_MONTH_DAY_ALONE = re.compile(r"([0-9]{1,2})\s*[日号]?")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CHINESE_WEEKDAYS = {c: i % 7 for i, c in enumerate("一二三四五六日")} | {"天": 6}
_SIDES = {"start": Anchor.START, "期初": Anchor.START, "end": Anchor.END, "期末": Anchor.END}

_FITTING = {
    Every.YEAR: (Anchor.DATE, Anchor.MONTH_END),
    Every.MONTH: (Anchor.DAY,),
    Every.WEEK: (Anchor.WEEKDAY,),
}


def day(text: str) -> date:
    """A day: `2018-12-31`, `2018/12/31` or 2018年12月31日. Raises UnreadableError, also for one that does not exist."""
    words = text.strip()
    if found := _DAY.fullmatch(words):
        return _existing(text, *_numbers(found))
    raise UnreadableError(Code.BAD_DATE, say("看不懂日期“{text}”", text=text[:60]), _written(words))


def _written(words: str) -> Phrase:
    """How to write the day that is probably meant."""
    if like := re.fullmatch(_LIKE_DAY, words):
        year, month, number = _numbers(like)
        return say("请写成 {day}", day=f"{year:04}-{month:02}-{number:02}")
    if _MONTH_DAY.fullmatch(words):
        return say("缺少年份；请写成 2018-12-31 或 2018年12月31日")
    if re.fullmatch(_SERIAL, words):
        meant = (_SERIAL_ZERO + timedelta(days=int(words))).isoformat()
        return say("这是表格软件里日期的序号，请写成 {day}", day=meant)
    return say("请写成 2018-12-31 或 2018年12月31日")


def _numbers(found: re.Match[str]) -> tuple[int, int, int]:
    year, month, number = (int(said) for said in found.groups() if said is not None and said.isdigit())
    return year, month, number


def sheet_day(text: str) -> date:
    """A day as a spreadsheet may write it too: `2018/12/31`. Raises UnreadableError."""
    return day(re.sub(r"\s*[./]\s*", "-", text.strip()))


def once(text: str) -> date:
    """A day, or the last day of a month or year: `end of 2018-07`, `end of 2018`, 2018年7月底, 2018年底."""
    found = _END.fullmatch(text.strip())
    if not found:
        return day(text)
    year, month = int(found[1] or found[3]), int(found[2] or found[4] or 12)
    if not 1 <= month <= 12:
        raise _no_day(text, say("月份是 1 到 12"))
    return _existing(text, year, month, monthrange(year, month)[1])


def _existing(text: str, year: int, month: int, number: int) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _no_day(text, say("年份应在{first}至{last}之间", first=FIRST_YEAR, last=LAST_YEAR))
    if not 1 <= month <= 12:
        raise _no_day(text, say("月份是 1 到 12"))
    last = monthrange(year, month)[1]
    if not 1 <= number <= last:
        raise _no_day(text, say("{year}年{month}月只有{last}天", year=year, month=month, last=last))
    return date(year, month, number)


def _no_day(text: str, hint: Phrase) -> UnreadableError:
    return UnreadableError(Code.BAD_DATE, say("没有“{text}”这一天", text=text[:60]), hint)


def day_or_moment(text: str) -> date | Moment:
    """A day of one year where the text begins with a year, else a moment of each period."""
    return once(text) if _BEGINS_WITH_YEAR.match(text) else moment(text)


def moment(text: str) -> Moment:
    """A day of a period: `start`, `end`, `MM-DD`, `DD`, `mon`, `end of MM`, with `+ DURATION` or `- DURATION`.

    In Chinese 期初, 期末, 1月31日, 31日, 周一, 1月底. Whether it fits a period is asked by `misfit`.
    """
    words = text.strip()
    if anchored := _anchor(words):
        return anchored
    found = _SHIFTED.fullmatch(words)
    anchored = _anchor(found[1].strip()) if found else None
    if not anchored or not found:
        raise _no_moment(text)
    offset = duration(found[3])
    if offset.unit is Unit.HOUR:
        raise UnreadableError(Code.BAD_MOMENT, say("期限的日子不以小时加减"), say("请用 d（日）或 wd（工作日）"))
    return _shifted(anchored, offset, 1 if found[2] == "+" else -1)


def _shifted(anchored: Moment, offset: Duration, sign: int) -> Moment:
    return Moment(anchored.anchor, anchored.month, anchored.day, offset, sign)


def _anchor(words: str) -> Moment | None:
    if side := _SIDES.get(words.lower()):
        return Moment(side)
    if found := _MONTH_END.fullmatch(words):
        return Moment(Anchor.MONTH_END, month=_month(words, int(found[1] or found[2])))
    if found := _MONTH_DAY.fullmatch(words):
        month, number = (int(g) for g in found.groups() if g is not None)
        return Moment(Anchor.DATE, month=_month(words, month), day=_number(words, month, number))
    if found := _MONTH_DAY_ALONE.fullmatch(words):
        return Moment(Anchor.DAY, day=_number(words, 1, int(found[1])))
    weekday = _weekday(words)
    return None if weekday is None else Moment(Anchor.WEEKDAY, day=weekday)


def _weekday(words: str) -> int | None:
    if words.lower() in _WEEKDAYS:
        return _WEEKDAYS.index(words.lower())
    for prefix in ("周", "星期"):
        if words.startswith(prefix):
            return _CHINESE_WEEKDAYS.get(words.removeprefix(prefix))
    return None


def _month(text: str, month: int) -> int:
    if 1 <= month <= 12:
        return month
    raise UnreadableError(Code.BAD_MOMENT, say("“{text}”的月份不对", text=text[:60]), say("月份是 01 到 12"))


def _number(text: str, month: int, number: int) -> int:
    last = monthrange(2024, month)[1]  # a leap year: 02-29 is the end of February elsewhere (民法典 第二百零二条)
    if 1 <= number <= last:
        return number
    if re.search(_CHINESE, text):
        hint = say("这个月最多{last}天；月底请写 {month}月底", last=last, month=month)
    else:
        hint = say("这个月最多{last}天；月底请写 end of {month:02}", last=last, month=month)
    raise UnreadableError(Code.BAD_MOMENT, say("没有“{text}”这一天", text=text[:60]), hint)


def _no_moment(text: str) -> UnreadableError:
    hint = _without_year(text.strip())
    if hint is None and re.search(_CHINESE, text):
        hint = say("例如 期末、期初 + 3个工作日、1月31日、1月底、25日、周五、期末 + 10个工作日")
    elif hint is None:
        hint = say("例如 end、start + 3wd、01-31、end of 01（1月底）、25（每月25日）、fri（周五）、end + 10wd")
    return UnreadableError(Code.BAD_MOMENT, say("“{text}”不是周期里的日子", text=text[:60]), hint)


def _without_year(words: str) -> Phrase | None:
    """How to write a day of every year, where one of a single year stands."""
    if found := _DAY.fullmatch(words):
        _, month, number = _numbers(found)
        plain = f"{month}月{number}日" if re.search(_CHINESE, words) else f"{month:02}-{number:02}"
    elif (ends := _END.fullmatch(words)) and (month := int(ends[2] or ends[4] or 12)):
        plain = f"{month}月底" if ends[3] else f"end of {month:02}"
    else:
        return None
    return say("每年的不写年份：{day}", day=plain)


def misfit(found: Moment, every: Every) -> Phrase | None:
    """Why a moment does not fit its period, as the hint that mends it; None where it fits.

    `start` and `end` fit every period; `MM-DD` and `end of MM` only the year, a bare day the month, a weekday the week.
    """
    if found.anchor in (Anchor.START, Anchor.END) or found.anchor in _FITTING.get(every, ()):
        return None
    return _FIT_HINTS[every]


_FIT_HINTS = {
    Every.YEAR: say("every: year 用 01-31（1月31日）、end of 01（1月底）、start（期初）或 end（期末）这样的写法"),
    Every.HALF_YEAR: say("every: half-year 用 start（期初）或 end（期末），可加减时长，例如 end + 15d（期末 + 15日）"),
    Every.QUARTER: say("every: quarter 用 start（期初）或 end（期末），可加减时长，例如 end + 15d（期末 + 15日）"),
    Every.MONTH: say("every: month 用 25（25日）、start（期初）或 end（期末），例如 end + 5wd（期末 + 5个工作日）"),
    Every.WEEK: say("every: week 用 mon 到 sun（周一到周日）、start（期初）或 end（期末）"),
}
