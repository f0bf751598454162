"""`duban run` and `duban jobs`: the daemon, and the moments at which it will wake. The work is the daemon's."""

from __future__ import annotations

import logging
import os
import sys
from datetime import timedelta

import click

from scheduler import clock
from scheduler.cli.desk import services
from scheduler.cli.options import command, option, output_format, spoken, tell
from scheduler.cli.output import print_json
from scheduler.planning.alarms import moments
from scheduler.reports.opening import opening
from scheduler.reports.shapes import iso
from scheduler.reports.text import aligned
from scheduler.words import say

_FORMAT = "%(asctime)s %(levelname)s %(message)s"
BEAT = timedelta(seconds=30)


@command(
    "run",
    example="duban run\nduban run --once\nDUBAN_SMTP=smtps://zwgk@mail.example.gov.cn:465 duban run",
    more=say("没有设 DUBAN_SMTP 时，邮件写成文件，放在 DUBAN_STATE 的 mail 文件夹里。按 Ctrl-C 停止。"),
)
@option("--once", is_flag=True, words=say("只发现在应发的，然后停止"))
def run(*, once: bool) -> None:
    from scheduler.daemon.start import open_daemon  # noqa: PLC0415 - the mail and the scheduler are heavy; jobs needs neither

    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=_FORMAT, force=True)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    desk = services()
    daemon = open_daemon(desk, clock.now)
    if once:
        n = daemon.once()
        click.echo(tell(say("已发出{n}封邮件，待发{m}封。", n=n, m=desk.journal.pending_count())))
        return
    for sentence in opening(daemon.desk.plan, desk.settings, clock.now()):
        click.echo(sentence.text(spoken()))
    sys.stdout.flush()
    daemon.run(timedelta(seconds=float(os.environ.get("DUBAN_BEAT") or BEAT.total_seconds())))


@command("jobs", formats=("text", "json"), example="duban jobs\nduban jobs --format json")
def jobs() -> None:
    found = sorted((times[0], name, len(times)) for name, times in moments(services().plan(clock.now())).items())
    if output_format() == "json":
        print_json({"jobs": [{"obligation": name, "next": iso(at), "moments": n} for at, name, n in found]})
        return
    for line in aligned([(f"{at:%Y-%m-%d %H:%M}", name, tell(say("共{n}次", n=n))) for at, name, n in found]):
        click.echo(line)
