"""RFC 5545 rules: are they well formed, do they ever come? Each is bounded; it lists no deadline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache

from scheduler.register.draft import Finding
from scheduler.register.mistakes import Code
from scheduler.register.model import Effective, Rrule
from scheduler.register.tree import Path
from scheduler.words import Phrase, say

_PART = re.compile(r"[A-Z]+=[A-Z0-9,+\-]+")
_PARTS = frozenset(
    {
        "FREQ",
        "INTERVAL",
        "COUNT",
        "UNTIL",
        "BYMONTH",
        "BYMONTHDAY",
        "BYYEARDAY",
        "BYWEEKNO",
        "BYDAY",
        "BYSETPOS",
        "WKST",
    }
)
_FREQUENCIES = frozenset({"YEARLY", "MONTHLY", "WEEKLY", "DAILY"})
_START = date(2024, 1, 1)
_TWIN_OF_2016 = 9960
_YEARS = timedelta(days=366 * 9)  # the longest gap between two leap days


def check_rrule(due: Rrule, effective: Effective, path: Path) -> Iterator[Finding]:
    """A rule that cannot be read, or that never comes between `from` and the end of its effect."""
    where = (*path, "rrule")
    if reason := _malformed(due.rrule):
        yield Finding(Code.BAD_RRULE, say("读不懂这条重复规则"), reason, where)
        return
    try:
        comes = _comes(due, effective)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
        yield Finding(Code.BAD_RRULE, say("读不懂这条重复规则"), _EXAMPLE, where)
        return
    if not comes:
        message = say("这条规则一次也轮不到")
        yield Finding(Code.NEVER_FIRES, message, say("请核对规则里的日子和 effective"), where)


_EXAMPLE = say("例如 FREQ=MONTHLY;BYMONTHDAY=10，或 FREQ=YEARLY;BYMONTH=3;BYDAY=1MO")


def _malformed(rule: str) -> Phrase | None:
    parts = rule.removeprefix("RRULE:").upper().split(";")
    if not all(_PART.fullmatch(part) for part in parts):
        return _EXAMPLE
    values = dict(part.split("=", 1) for part in parts)
    if values.get("FREQ") not in _FREQUENCIES:
        return say("FREQ 可用 YEARLY、MONTHLY、WEEKLY、DAILY")
    if strange := sorted(set(values) - _PARTS):
        return say("不支持 {parts}", parts=tuple(strange))
    if not re.fullmatch(r"[1-9][0-9]{0,2}", values.get("INTERVAL", "1")):
        return say("INTERVAL 是 1 到 999")
    return None


@lru_cache(maxsize=256)
def _comes(due: Rrule, effective: Effective) -> bool:
    """Whether the rule comes within nine years of its beginning.

    dateutil looks for a day until the year 9999, however long that takes. So the question is put to years just before
    it: from 1901 to 2099, and again there, days and weekdays repeat every 28 years.
    """
    from dateutil.rrule import rrulestr  # noqa: PLC0415 - few tables have such a row

    parts = [part for part in due.rrule.removeprefix("RRULE:").upper().split(";") if not part.startswith("UNTIL=")]
    until = [part[6:14] for part in due.rrule.upper().split(";") if part.startswith("UNTIL=")]
    first = max((day for day in (due.from_, effective.from_) if day), default=_START)
    last = min(date.fromisoformat(until[0]) if until else date.max, effective.until or date.max)
    start = due.from_ if due.from_ and first - due.from_ < timedelta(days=700) else first
    away = _TWIN_OF_2016 + (start.year - 2016) % 28 - start.year
    for moment in rrulestr(";".join(parts), dtstart=datetime(start.year + away, start.month, start.day)):  # noqa: DTZ001 - days, no moments
        day = moment.date().replace(year=moment.year - away)
        if first <= day:
            return day <= min(last, first + _YEARS)
    return False
