"""The working-day calendar: status of a day, arithmetic, regions, notices. It never asks what day it is."""

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
from scheduler.workdays.layers import calendar
from scheduler.workdays.table import Calendar

__all__ = [
    "Calendar",
    "CalendarRangeError",
    "Closures",
    "Convention",
    "Day",
    "Kind",
    "Notice",
    "NoticeDay",
    "Region",
    "Status",
    "calendar",
]
