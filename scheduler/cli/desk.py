"""What a command has at hand: the services of this call, who is at the keyboard, the plan that a task is in."""

from __future__ import annotations

import getpass
import os
from datetime import datetime

import click

from scheduler.cli.table import chosen
from scheduler.daemon.services import Services
from scheduler.planning import History, Plan
from scheduler.planning.periods import around
from scheduler.problems import Problem, UnreachableError
from scheduler.words import say


def services() -> Services:
    """The services of this call; nothing is opened yet, and what is opened is closed when the call is over."""
    found = Services(chosen())
    click.get_current_context().call_on_close(found.close)
    return found


def existing(desk: Services) -> None:
    """A question makes no database: say that there is none."""
    if not desk.has_journal:
        hint = say("检查 --database 或 DUBAN_DATABASE；第一次运行 duban run 时会建立")
        said = say("还没有数据库：{url}", url=desk.settings.database)
        raise UnreachableError(Problem("database-missing", said, hint))


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
    since, until = around(task_id.rpartition("/")[2], now.date())
    return desk.plan(now, since, until, history=history)
