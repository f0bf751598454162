"""What a command has at hand: the services of this call, who is at the keyboard, the plan that a task is in."""

from __future__ import annotations

import getpass
import os
import re
from datetime import date, datetime, timedelta

from scheduler.cli.table import chosen
from scheduler.daemon.services import Services
from scheduler.planning import History, Plan

_FIRST, _AHEAD = date(2004, 1, 1), timedelta(days=400)


def services() -> Services:
    """The services of this call; nothing is opened yet."""
    return Services(chosen())


def login() -> str:
    """The login name of whoever is at the keyboard, or the number of the user where there is none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as under DynamicUser
        return f"uid:{os.getuid()}"


def plan_around(desk: Services, history: History, now: datetime, task_id: str | None) -> Plan:
    """The plan at `now`; where a task lies outside its year, one that reaches as far as the task's period."""
    plan = desk.plan(now, history=history)
    if task_id is None or plan.task(task_id) is not None:
        return plan
    since, until = _reach(task_id.rpartition("/")[2], now.date())
    return desk.plan(now, since, until, history=history)


def _reach(period: str, today: date) -> tuple[date, date]:
    """From the year of a period's label to the end of the next; far back where the label names no year."""
    found = re.match(r"(20\d\d)(?!\d)", period)
    if found is None:
        return _FIRST, today + _AHEAD
    year = int(found[1])
    return date(max(year, _FIRST.year), 1, 1), min(date(year + 2, 1, 31), date(2050, 12, 31))
