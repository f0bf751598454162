"""Days and moments as people type them: 2026-11-23, 2026-11-23T09:30, 今天; times are Beijing's. Nothing is guessed."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

import click

from scheduler import clock
from scheduler.cli.options import tell
from scheduler.words import say

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日)")
FIRST_YEAR, LAST_YEAR = 2004, 2050  # what the calendar answers
_RELATIVE = {"today": 0, "今天": 0, "yesterday": -1, "昨天": -1, "tomorrow": 1, "明天": 1}


def moment(value: str) -> date | datetime:
    """A calendar day, or an aware moment in Beijing time where a time of day is given; raises BadParameter."""
    text = value.strip()
    if text in _RELATIVE:
        return clock.now().date() + timedelta(_RELATIVE[text])
    found = _DATE.match(text)
    if not found:
        raise click.BadParameter(tell(say("看不懂日期“{text}”，请写成 2026-11-23，或 2026-11-23T09:30", text=text)))
    year, month, of_month = (int(part) for part in found.groups() if part)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        said = say("日历只有{first}年至{last}年：{text}", first=FIRST_YEAR, last=LAST_YEAR, text=text)
        raise click.BadParameter(tell(said))
    try:
        return _timed(date(year, month, of_month), text[found.end() :])
    except ValueError:
        raise click.BadParameter(tell(say("没有这一天或这个时刻：{text}", text=text))) from None


def day(value: str) -> date:
    """A calendar day; raises BadParameter."""
    found = moment(value)
    if isinstance(found, datetime):
        raise click.BadParameter(tell(say("只写日期，不写时刻：{text}", text=value)))
    return found


def end_of(when: date | datetime) -> datetime:
    """The moment itself, or the last second of the day."""
    return when if isinstance(when, datetime) else datetime.combine(when, time(23, 59, 59), clock.BEIJING)


def start_of(when: date) -> datetime:
    """The first moment of the day, in Beijing."""
    return datetime.combine(when, time(), clock.BEIJING)


def _timed(when: date, rest: str) -> date | datetime:
    if not rest.strip():
        return when
    found = datetime.fromisoformat(f"{when.isoformat()}T{rest.strip(' T').replace('：', ':').zfill(5)}")
    return found.astimezone(clock.BEIJING) if found.tzinfo else found.replace(tzinfo=clock.BEIJING)
