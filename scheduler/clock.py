"""The only reader of the wall clock. Everything else is told the time; it never sleeps."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment, aware, in Beijing time."""
    return datetime.now(BEIJING)
