"""The working-day calendar: status of a day, arithmetic, regions, notices. It never asks what day it is.

Heavier questions have modules of their own: `expr`, `answers`, `explain` and `batch` for `duban date`; `notice` and
`lint` for a holiday notice before it is applied.
"""

from __future__ import annotations

from scheduler.workdays.days import (
    CalendarRangeError,
    Closures,
    Convention,
    Day,
    Kind,
    Notice,
    NoticeDay,
    Region,
    Status,
)
from scheduler.workdays.layers import FIRST, LAST, calendar
from scheduler.workdays.periods import (
    Pause,
    Reading,
    Unit,
    counted_through,
    pausing,
    plus_hours,
    plus_months,
    rolled_over,
    shift,
    statute_end,
    tax_end,
)
from scheduler.workdays.table import Calendar

__all__ = [
    "FIRST",
    "LAST",
    "Calendar",
    "CalendarRangeError",
    "Closures",
    "Convention",
    "Day",
    "Kind",
    "Notice",
    "NoticeDay",
    "Pause",
    "Reading",
    "Region",
    "Status",
    "Unit",
    "calendar",
    "counted_through",
    "pausing",
    "plus_hours",
    "plus_months",
    "rolled_over",
    "shift",
    "statute_end",
    "tax_end",
]
