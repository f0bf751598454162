"""Days and moments as people type them: 2026-11-23, 2026-11-23T09:30, 今天; times are Beijing's. Nothing is guessed."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from scheduler.planning.model import BEIJING, Moment
from scheduler.register.mistakes import Code, UnreadableError
from scheduler.words import Phrase, say

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日)")
FIRST_YEAR, LAST_YEAR = 2004, 2050  # what the calendar answers
_RELATIVE = {"today": 0, "今天": 0, "yesterday": -1, "昨天": -1, "tomorrow": 1, "明天": 1}


def read_moment(said: str, today: date) -> Moment:
    """A calendar day, or an aware moment in Beijing time where a time of day is given; raises UnreadableError."""
    text = said.strip()
    if text in _RELATIVE:
        return today + timedelta(_RELATIVE[text])
    found = _DATE.match(text)
    if not found:
        raise _unreadable(say("看不懂日期“{text}”，请写成 2026-11-23，或 2026-11-23T09:30", text=text[:40]))
    year, month, of_month = (int(part) for part in found.groups() if part)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _unreadable(say("日历只有{first}年至{last}年：{text}", first=FIRST_YEAR, last=LAST_YEAR, text=text[:40]))
    try:
        return _timed(date(year, month, of_month), text[found.end() :])
    except ValueError:
        raise _unreadable(say("没有这一天或这个时刻：{text}", text=text[:40])) from None


def _unreadable(message: Phrase) -> UnreadableError:
    return UnreadableError(Code.BAD_DATE, message, say("例如 2026-11-23"))


def _timed(when: date, rest: str) -> Moment:
    if not rest.strip():
        return when
    found = datetime.fromisoformat(f"{when.isoformat()}T{rest.strip(' T').replace('：', ':').zfill(5)}")
    return found.astimezone(BEIJING) if found.tzinfo else found.replace(tzinfo=BEIJING)
