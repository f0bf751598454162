"""What a command has at hand: the services of this call, who is at the keyboard, the plan that a task is in."""

from __future__ import annotations

import getpass
import os
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path

import click

from scheduler.cli.errors import shown
from scheduler.cli.options import spoken, tell
from scheduler.cli.table import chosen
from scheduler.daemon.services import Services
from scheduler.planning import History, Plan
from scheduler.planning.model import Entry, Fact
from scheduler.planning.periods import around
from scheduler.planning.tasknames import fitting
from scheduler.problems import Problem, UnreachableError
from scheduler.register import Register
from scheduler.settings import Settings
from scheduler.words import say


def bare() -> Services:
    """The services of this call; nothing is opened yet, and what is opened is closed when the call is over."""
    return _closed_later(Services(chosen()))


class Steady(Services):
    """Services that go by the last good table, as the daemon does, and say so, where somebody has broken this one."""

    @property
    def register(self) -> Register:
        """The table; TableError where none was ever in force."""
        return self._good

    @cached_property
    def _good(self) -> Register:
        found, register = self.in_force
        if found is not self.loaded:
            shown(self.loaded.problems, spoken())
            click.echo(tell(say("台账有问题，以下按上一张正确的台账。")), err=True)
        return register


def services() -> Services:
    """The same, for whoever asks or tells: a mistyped database must not look like an office that has nothing to do."""
    return _found(bare())


def steady() -> Services:
    """The same for facts, which must be entered whatever has become of the table."""
    return _found(_closed_later(Steady(chosen())))


def _closed_later(desk: Services) -> Services:
    click.get_current_context().call_on_close(desk.close)
    return desk


def _found(desk: Services) -> Services:
    """UnreachableError where the database cannot be there; where one was named and is not there yet, say so."""
    path = _file(desk.settings)
    if path is None or desk.has_journal:
        return desk
    named = path != desk.settings.state / "duban.db"
    if not (path.parent if named else _nearest(path.parent)).is_dir():
        hint = say("检查 --database、DUBAN_DATABASE 和 DUBAN_STATE")
        said = say("数据库 {path} 所在的目录不存在，或者不是目录", path=str(path))
        raise UnreachableError(Problem("database-nowhere", said, hint))
    if named:
        click.echo(tell(say("这里还没有数据库，下面不含任何登记：{path}", path=str(path))), err=True)
    return desk


def _file(found: Settings) -> Path | None:
    """The file of a SQLite database; None where it is none of ours to look for."""
    kind, _, name = found.database.partition(":///")
    return Path(name) if kind.startswith("sqlite") and name and not name.startswith((":memory:", "file:")) else None


def _nearest(folder: Path) -> Path:
    """The folder, or the one nearest above it that is there: what is missing can be made in it."""
    return next((one for one in (folder, *folder.parents) if one.exists()), folder)


def existing(desk: Services) -> None:
    """A question makes no database: say that there is none."""
    if not desk.has_journal:
        hint = say("检查 --database 或 DUBAN_DATABASE；第一次运行 duban run 时会建立")
        said = say("还没有数据库：{url}", url=desk.settings.database)
        raise UnreachableError(Problem("database-missing", said, hint))


def enter(desk: Services, entries: Sequence[Entry], now: datetime) -> tuple[Fact, ...]:
    """Write facts down. Where that makes the database, say so: a mistyped folder must not swallow them."""
    path, was_there = _file(desk.settings), desk.has_journal
    facts = desk.journal.append(entries, now=now)
    if path and not was_there:
        click.echo(tell(say("这里原来没有办理记录，新建了数据库：{path}", path=str(path))), err=True)
    return facts


def login() -> str:
    """The login name of whoever is at the keyboard, or the number of the user where there is none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as under DynamicUser
        return f"uid:{os.getuid()}"


def plan_around(desk: Services, history: History, now: datetime, task: str | None) -> Plan:
    """The plan at `now`; where a task (its id, or parts of it) is not in it, one that reaches as far as its period."""
    plan = desk.plan(now, history=history)
    if task is None or fitting(task, plan):
        return plan
    since, until = around((task.replace("/", " ").split() or [""])[-1], now.date())
    return desk.plan(now, since, until, history=history)
