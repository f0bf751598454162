"""How single words are read: ids, numbers, shares, times, durations, targets. It knows no day and no period."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import time
from typing import TypeVar

from scheduler.register.mistakes import Code, UnreadableError
from scheduler.register.values import Duration, Share, Target, Unit
from scheduler.words import Phrase, say
from scheduler.workdays import Region

T = TypeVar("T")

_ID = re.compile(r"\w[\w.\-]*")
_COUNT = re.compile(r"[0-9]{1,9}")
_SHARE = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,6}))?\s*%")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_DURATION = re.compile(r"([0-9]+)\s*(.*)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u0080-\u009f\u2028\u2029]")

_UNITS = {
    "wd": Unit.WORKDAY, "个工作日": Unit.WORKDAY, "工作日": Unit.WORKDAY,
    "d": Unit.DAY, "日": Unit.DAY, "天": Unit.DAY, "个自然日": Unit.DAY,
    "h": Unit.HOUR, "小时": Unit.HOUR, "个小时": Unit.HOUR,
    "w": Unit.WEEK, "周": Unit.WEEK, "个星期": Unit.WEEK,
    "m": Unit.MONTH, "个月": Unit.MONTH,
    "y": Unit.YEAR, "年": Unit.YEAR,
}  # fmt: skip
_LONGEST = {Unit.WORKDAY: 5000, Unit.DAY: 7300, Unit.HOUR: 17520, Unit.WEEK: 1040, Unit.MONTH: 240, Unit.YEAR: 20}
_YES = frozenset({"true", "yes", "on", "是"})
_NO = frozenset({"false", "no", "off", "否"})


def half_width(parse: Callable[[str], T], text: str) -> T:
    """What `parse` makes of `text`; where only its half-width form can be read, the error says so.

    Raises UnreadableError.
    """
    try:
        return parse(text)
    except UnreadableError:
        _refuse_comma(parse, text)
        plain = unicodedata.normalize("NFKC", text).strip("“”‘’「」")
        if plain == text or not _readable(parse, plain):
            raise
    message = say("“{text}”里有全角的数字、符号或引号", text=text)
    raise UnreadableError(Code.FULL_WIDTH, message, say("请改用半角：{plain}", plain=plain)) from None


def _refuse_comma(parse: Callable[[str], object], text: str) -> None:
    """`[20wd，5wd]` is one word to YAML: say so where each part can be read."""
    parts = [part.strip() for part in re.split("[，、]", text)]
    if len(parts) > 1 and all(_readable(parse, part) for part in parts):
        hint = say("逗号要用半角：{plain}", plain=", ".join(parts))
        raise UnreadableError(Code.FULL_WIDTH, say("“{text}”里的逗号是全角的", text=text[:60]), hint) from None


def _readable(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except UnreadableError:
        return False
    return True


def identifier(text: str) -> str:
    """An id: letters (Chinese too), digits, `.`, `-`, `_`; no slash, space or `#`, since task ids are built from it."""
    word = text.strip()
    if _ID.fullmatch(word) and len(word) <= 100 and unicodedata.is_normalized("NFKC", word):
        return word
    message = say("“{text}”不能作编号", text=text[:60])
    raise UnreadableError(Code.BAD_ID, message, say("编号只用字母、汉字、数字、点、连字符和下划线，不超过100个字"))


def line(text: str) -> str:
    """Words on one line: breaks become spaces; control characters are refused."""
    if text and " " not in text and text.isprintable():
        return text  # a word alone, as most are
    return " ".join(prose(text).split())


def prose(text: str) -> str:
    """Words that may run over several lines; control characters are refused."""
    words = text.strip()
    if not words or _CONTROL.search(words):
        raise UnreadableError(Code.BAD_VALUE, say("文字为空或含有控制字符"), say("请重新输入这段文字，不要从别处粘贴"))
    return words


def count(text: str) -> int:
    """A whole number, not negative."""
    if _COUNT.fullmatch(text.strip()):
        return int(text)
    raise UnreadableError(Code.BAD_NUMBER, say("“{text}”不是整数", text=text[:60]), say("请写阿拉伯数字，例如 2"))


def flag(text: str) -> bool:
    """Yes or no: true, yes, on, 是; false, no, off, 否."""
    word = text.strip().lower()
    if word in _YES or word in _NO:
        return word in _YES
    message = say("“{text}”既不是 true 也不是 false", text=text[:60])
    raise UnreadableError(Code.BAD_VALUE, message, say("请写 true（是）或 false（否）"))


def share(text: str) -> Share:
    """A percentage above 0 and up to 100: `80%`, `99.5%`."""
    found = _SHARE.fullmatch(text.strip())
    if found:
        decimals = found[2] or ""
        value = Share(int(found[1] + decimals), 100 * 10 ** len(decimals))
        if 0 < value.numerator <= value.denominator:
            return value
    message = say("“{text}”不是1%到100%之间的比例", text=text[:60])
    raise UnreadableError(Code.BAD_SHARE, message, say("请写百分数，例如 80%"))


def clock_time(text: str) -> time:
    """A time of day in Beijing: `10:30`."""
    found = _TIME.fullmatch(text.strip())
    if found and int(found[1]) < 24 and int(found[2]) < 60:
        return time(int(found[1]), int(found[2]))
    message = say("“{text}”不是一天中的时刻", text=text[:60])
    raise UnreadableError(Code.BAD_TIME, message, say("请写 00:00 到 23:59 之间的北京时间，例如 10:30"))


def region(text: str) -> Region:
    """A region by its name, ISO code or Chinese name."""
    if found := Region.parse(text):
        return found
    known = tuple(say("{id}（{name}）", id=r.value, name=r.chinese) for r in Region)
    message = say("不认识的地区“{text}”", text=text[:60])
    raise UnreadableError(Code.BAD_VALUE, message, say("可用的地区：{known}", known=known))


def target(text: str) -> Target:
    """To whom a rung goes: a role, or `reports_to.ROLE`."""
    word = text.strip()
    role = word.removeprefix("reports_to.")
    return Target(identifier(role), upward=role != word)


def duration(text: str) -> Duration:
    """A length of time: `5wd`, `20d`, `24h`, `2w`, `1m`, `1y`, or 5个工作日, 20日, 24小时, 2周, 1个月, 1年."""
    found = _DURATION.fullmatch(text.strip())
    if text.split()[:1] == ["every"]:
        raise _no_duration(text, say("every 只能用在 chase 的最后一项，例如 chase: [1wd, 3wd, every 5wd]"))
    if not found:
        raise _no_duration(text, say("例如 5wd（5个工作日）、20d（20日）、24h（24小时）、1m（1个月）"))
    unit = _UNITS.get(found[2].strip()) or _UNITS.get(found[2].strip().lower())
    if unit is None:
        raise _no_duration(text, _unit_hint(found[1], found[2].strip()))
    if len(found[1]) > 6 or int(found[1]) > _LONGEST[unit]:
        raise _no_duration(text, say("最长不超过{n}，请核对", n=Duration(_LONGEST[unit], unit).phrase()))
    return Duration(int(found[1]), unit)


def _no_duration(text: str, hint: Phrase) -> UnreadableError:
    return UnreadableError(Code.BAD_DURATION, say("“{text}”不是一段时间", text=text[:60]), hint)


def _unit_hint(number: str, unit: str) -> Phrase:
    if not unit:
        return say("缺少单位：{n}wd 是{n}个工作日，{n}d 是{n}日，{n}h 是{n}小时", n=number)
    if unit == "月":
        return say("{n}月可能指月份；{n}个月请写 {n}m 或 {n}个月", n=number)
    if unit.startswith("min"):
        return say("不以分钟计；最短的单位是小时，例如 1h")
    return say("单位可以是 wd、d、h、w、m、y，或 个工作日、日、小时、周、个月、年")
