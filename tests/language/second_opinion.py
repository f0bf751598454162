"""Working days looked up in the State Council's list alone: a second opinion that shares no code with the calendar."""

from __future__ import annotations

import csv
from calendar import monthrange
from datetime import date, timedelta
from functools import cache
from pathlib import Path

DAY = timedelta(days=1)
_FACTS = Path(__file__).parents[1] / "workdays" / "data" / "workdays.csv"


@cache
def _listed() -> dict[str, bool]:
    with _FACTS.open(encoding="utf-8", newline="") as file:
        return {row["date"]: row["is_workday"] == "1" for row in csv.DictReader(file)}


def works(day: date) -> bool:
    """Whether that day is a working day; KeyError outside 2010 to 2026."""
    return _listed()[day.isoformat()]


def add(day: date, n: int) -> date:
    """The n-th working day after a day, or before it where n is negative."""
    step = DAY if n > 0 else -DAY
    for _ in range(abs(n)):
        day += step
        while not works(day):
            day += step
    return day


def preceding(day: date) -> date:
    """The last working day on or before a day."""
    return day if works(day) else add(day, -1)


def following(day: date) -> date:
    """The first working day on or after a day."""
    return day if works(day) else add(day, 1)


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, monthrange(year, month)[1])
