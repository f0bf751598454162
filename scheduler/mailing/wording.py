"""Dates, times and numbers as an office writes them: 2027年1月29日（星期五）. It chooses no word beyond them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

from scheduler.clock import BEIJING

_WEEKDAYS = "一二三四五六日"
_QUARTERS = "一二三四"
_DIGITS = "零一二三四五六七八九"
_VERBS = ("报送", "报备", "上报", "公布", "公开", "发布", "转载", "答复", "印发")
_LAST_YEAR = re.compile(r"上一?年度?")
_THIS_YEAR = re.compile(r"本年度?|当年度?")
_LABEL = re.compile(r"(\d{4})(?:H([12])|Q([1-4])|-W(\d\d)|-(\d\d))?")
_HALF_WIDTH = re.compile(r"(?<=[\u4e00-\u9fff）”》])[,;:?()]|\((?=[\u4e00-\u9fff])|(?<=\([\u4e00-\u9fff])\)")
_FULL_WIDTH = str.maketrans(",;:?()", "，；：？（）")
_ISO_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


def weekday(day: date) -> str:
    """星期五."""
    return f"星期{_WEEKDAYS[day.weekday()]}"


def cn_day(day: date) -> str:
    """2027年1月29日."""
    return f"{day.year}年{day.month}月{day.day}日"


def cn_date(day: date) -> str:
    """2027年1月29日（星期五）: how each deadline is written."""
    return f"{cn_day(day)}（{weekday(day)}）"


def cn_short(day: date) -> str:
    """1月29日: for a second mention, and for subjects."""
    return f"{day.month}月{day.day}日"


def cn_time(moment: datetime) -> str:
    """18:00, in Beijing time."""
    return f"{moment.astimezone(BEIJING):%H:%M}"


def cn_moment(moment: datetime) -> str:
    """2027年2月1日（星期一）10:00."""
    return cn_date(moment.astimezone(BEIJING).date()) + cn_time(moment)


def cn_dates(days: Iterable[date]) -> str:
    """2026年12月31日、2027年1月22日、1月28日: the year at its first mention."""
    said: list[str] = []
    year = None
    for day in days:
        said.append(cn_short(day) if day.year == year else cn_day(day))
        year = day.year
    return "、".join(said)


def cn_days(days: Iterable[date]) -> str:
    """2月1日、3日: the month at its first mention, for the cells of a table."""
    said: list[str] = []
    month = None
    for day in days:
        said.append(f"{day.day}日" if day.month == month else cn_short(day))
        month = day.month
    return "、".join(said)


def cn_number(n: int) -> str:
    """一, 二, … 十, 十一, … 二十一: the number of a paragraph, below a hundred; larger ones in digits."""
    if not 0 < n < 100:
        return str(n)
    tens, ones = divmod(n, 10)
    ten = "" if not tens else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return ten + (_DIGITS[ones] if ones else "")


def period_words(label: str) -> str:
    """A period's label in words: 2026年度, 2026年上半年, 2026年第一季度, 2026年3月, 2026年第9周.

    An event's reference stays as it is; nothing for `once`.
    """
    if day := _ISO_DAY.fullmatch(label):
        return cn_day(date(*map(int, day.groups())))
    if not (found := _LABEL.fullmatch(label)):
        return "" if label == "once" else label
    year, half, quarter, week, month = found.groups()
    part = "年度"
    if half:
        part = "年上半年" if half == "1" else "年下半年"
    elif quarter:
        part = f"年第{_QUARTERS[int(quarter) - 1]}季度"
    elif week or month:
        part = f"年第{int(week)}周" if week else f"年{int(month)}月"
    return f"{year}{part}"


def dated_title(title: str, label: str) -> str:
    """The title of one period: 上一年度 and 本年度 become the year; else the period stands behind in brackets.

    >>> dated_title("报送上一年度政府信息公开工作年度报告", "2026")
    '报送2026年度政府信息公开工作年度报告'
    """
    words = period_words(label)
    if label.isdecimal():
        for relative in (_LAST_YEAR, _THIS_YEAR):
            if relative.search(title):
                return relative.sub(words, title, count=1)
    return f"{title}（{words}）" if words and words not in title else title


def verb_of(title: str) -> str:
    """What is done with the thing: the verb that the title begins with, else 办结."""
    return next((verb for verb in _VERBS if title.startswith(verb)), "办结")


def closed(sentence: str) -> str:
    """The sentence with a full stop at its end."""
    text = sentence.strip()
    return text if text.endswith(("。", "。”", "！", "？")) else f"{text.rstrip('；;，,.')}。"


def full_width(text: str) -> str:
    """The text with half-width punctuation behind Chinese characters made full-width, as an office prints it."""
    return _HALF_WIDTH.sub(lambda found: found[0].translate(_FULL_WIDTH), text)


def with_chinese_days(text: str) -> str:
    """The text with ISO days (2026-12-07) written as 2026年12月7日."""
    return _ISO_DAY.sub(lambda found: cn_day(date(*map(int, found.groups()))), text)
