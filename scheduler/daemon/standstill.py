"""Whether the mail moves: a daemon that does not run, letters that no server took. It mends nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from scheduler.clock import BEIJING
from scheduler.planning.model import FactKind
from scheduler.problems import Level, Problem
from scheduler.words import say

if TYPE_CHECKING:
    from scheduler.journal import Reading

_ALIVE = timedelta(hours=25)  # a daemon that runs enters a heartbeat a day


def standstill(record: Reading, until: datetime) -> tuple[Problem, ...]:
    """What keeps mail from leaving, by what was known at `until`: one warning each."""
    return (*stopped(record, until), *untaken(record))


def stopped(record: Reading, until: datetime) -> tuple[Problem, ...]:
    """That the daemon has not run for a day."""
    beats = [fact.entered for fact in record.facts(until=until, kinds=[FactKind.HEARTBEAT])]
    if not beats or until - beats[-1] < _ALIVE:
        return ()
    message = say(
        "督办程序最近一天运行是{day:%Y-%m-%d}，此后应发的通知没有发出", day=beats[-1].astimezone(BEIJING).date()
    )
    hint = say("请管理员看 systemctl status duban；恢复运行后，应发的合并补发")
    return (Problem("not-running", message, hint, level=Level.WARNING),)


def untaken(record: Reading) -> tuple[Problem, ...]:
    """The letters that wait for another attempt, with the reason of the latest."""
    reasons = record.untaken()
    if not reasons:
        return ()
    message = say("有{n}封邮件没有发出，最近的原因：{why}", n=len(reasons), why=reasons[-1])
    hint = say("程序会再试，不用重发；原因在服务器的，请找邮件管理员")
    return (Problem("mail-waiting", message, hint, level=Level.WARNING),)
