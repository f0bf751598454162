"""Register + calendar + facts → tasks → notices → messages, and why. Pure: time is an argument, nothing is touched."""

from scheduler.planning.calendars import Calendars
from scheduler.planning.history import History
from scheduler.planning.plan import Plan, compile_plan
from scheduler.planning.standing import standing

__all__ = ["Calendars", "History", "Plan", "compile_plan", "standing"]
