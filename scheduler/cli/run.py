"""`duban run`: the daemon, or with --once what is owed now. It says what it has loaded, then works until it is told to stop."""

from __future__ import annotations

import logging
import sys

import click

from scheduler import clock
from scheduler.cli.options import command, option, spoken, tell
from scheduler.cli.table import services
from scheduler.daemon.start import open_daemon
from scheduler.problems import Level
from scheduler.reports.opening import opening
from scheduler.settings import Settings
from scheduler.words import say


@command(
    "run",
    example="duban run\nduban run --once\nDUBAN_SMTP=smtp://127.0.0.1:25 duban run",
    more=say("SIGHUP（systemctl reload）重读台账，SIGTERM 结束；台账改坏了，照旧按上一张运行。"),
)
@option("--once", is_flag=True, words=say("发出现在应发的，然后结束"))
def run(*, once: bool) -> None:
    _log()
    desk = services()
    daemon = open_daemon(desk, clock.now)
    for problem in desk.loaded.problems:
        if problem.level is Level.WARNING:
            click.echo(problem.text(spoken()), err=True)
    if once:
        sent = daemon.once()
        click.echo(tell(say("已发出{n}封，仍在等待{m}封", n=sent, m=desk.journal.pending_count())))
        return
    settings = desk.settings
    where = {"table": str(settings.table), "mail": _mail(settings), "record": _record(settings)}
    for line in opening(daemon.desk.plan, clock.now(), **where, lang=spoken()):
        click.echo(line)
    sys.stdout.flush()
    daemon.run(settings.beat)


def _mail(settings: Settings) -> str:
    folder = settings.smtp.removeprefix("folder:")
    if folder != settings.smtp:
        return tell(say("写成文件，放在 {folder}（设置 DUBAN_SMTP 后经邮件服务器发出）", folder=folder))
    return tell(say("经 {server} 发出", server=settings.smtp))


def _record(settings: Settings) -> str:
    return settings.database.removeprefix("sqlite:///")


def _log() -> None:
    """One line per event on stderr; systemd adds the time."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s")
    logging.getLogger("duban").setLevel(logging.INFO)
