"""`duban run`: starts the daemon, or lets it send once what is owed now. All the work is the daemon's."""

from __future__ import annotations

import gc
import logging
import sys
from functools import partial

import click

from scheduler import clock
from scheduler.cli.desk import bare
from scheduler.cli.errors import shown
from scheduler.cli.options import command, option, spoken, tell
from scheduler.cli.templates import faulty_templates
from scheduler.daemon.service import Daemon
from scheduler.daemon.services import Services
from scheduler.daemon.start import open_daemon
from scheduler.journal import OutboxState
from scheduler.planning.spoken import when
from scheduler.problems import DubanError, Problem, UnreachableError
from scheduler.reports.opening import opening
from scheduler.words import say

_FORMAT = "%(asctime)s %(levelname)s %(message)s"


@command(
    "run",
    example="duban run\nduban run --once\nDUBAN_SMTP=smtps://zwgk@mail.example.gov.cn:465 duban run",
    more=say("没有设 DUBAN_SMTP 时，邮件写成文件，放在 DUBAN_STATE 的 mail 文件夹里。按 Ctrl-C 停止。"),
)
@option("--once", is_flag=True, words=say("只发现在应发的，然后停止"))
def run(*, once: bool) -> int:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=_FORMAT, force=True)
    for quiet in ("apscheduler", "alembic"):
        logging.getLogger(quiet).setLevel(logging.WARNING)
    desk = bare()
    daemon = open_daemon(desk, clock.now)
    gc.enable()  # not while a command starts, which makes next to none
    if once:
        shown(faulty_templates(desk.settings.templates), spoken())
        n = daemon.once()
        click.echo(tell(say("已发出{n}封邮件，待发{m}封。", n=n, m=desk.journal.pending_count())))
        return _held_back(daemon, desk)
    daemon.run(desk.settings.beat, ready=partial(_settle, daemon, desk))
    return 0


def _settle(daemon: Daemon, desk: Services) -> None:
    """What need not be done before the program is ready: a greeting, broken templates, the search for garbage."""
    for sentence in opening(daemon.desk.plan, desk.settings, clock.now()):
        click.echo(sentence.text(spoken()))
    sys.stdout.flush()
    shown(faulty_templates(desk.settings.templates), spoken())  # mail that needs one waits, all other goes
    gc.collect()
    gc.freeze()  # what is left stays: no search looks at it again


def _held_back(daemon: Daemon, desk: Services) -> int:
    """Say which mails could not leave and why; the exit code: 4 for the server, 1 for a template."""
    shown((*([daemon.outage] if daemon.outage else []), *daemon.faults), spoken())
    failed = [row for row in desk.journal.outbox(OutboxState.RETRY) if row.last_error]
    for row in failed:
        message = say("发给{who}的邮件没有发出：{why}", who=row.recipient.who, why=row.last_error)
        hint = say("{at}起再试；改好以后，到时再运行一次，duban doctor 可逐项检查", at=when(row.not_before))
        problem = Problem("mail-waiting", message, hint)
        click.echo(problem.text(spoken()), err=True)
    if failed and daemon.faults and not daemon.outage:
        return DubanError.exit_code
    return UnreachableError.exit_code if failed else 0
