"""`duban status`: the audit dump, now or as of a moment, from what had been entered by then."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from scheduler.cli.files import deliver
from scheduler.cli.filters import filters, selection
from scheduler.cli.moments import moment
from scheduler.cli.options import command, option, output_format, spoken, tell
from scheduler.cli.output import print_csv, print_streamed
from scheduler.cli.situation import Situation, situation
from scheduler.daemon.services import Services
from scheduler.daemon.undelivered import undelivered
from scheduler.planning import Plan
from scheduler.planning.model import Moment
from scheduler.problems import Problem, UsageError
from scheduler.reports.shapes import iso
from scheduler.reports.status import COLUMNS, Row, data, lines, record, rows, summary
from scheduler.reports.text import folded
from scheduler.reports.unsettled import missing
from scheduler.words import say

_WIDE = 80
_TROUBLE = "mail-trouble"  # the mark in which the daemon keeps what holds the mail back


@command(
    "status",
    formats=("text", "json", "csv", "xlsx"),
    example="""\
duban status
duban status --tree changji-city --light red --light yellow
duban status --as-of 2027-03-31 --format json
duban status --period 2027Q1 --format xlsx -o 一季度.xlsx""",
    more=say(
        "列出每一项已进入办理期的任务，和每个事项的下一次；最要紧的在前。\n"
        "红：已过规定期限尚未办结。黄：已到提醒时间，尚未办结。绿：未到提醒时间，或者已报结、已办结。"
        "灰：未到办理期、暂停、免报、未启用。"
    ),
)
@option("--as-of", type=moment, metavar="TIME", words=say("当时的情况，只用当时已登记的记录"))
@filters
@option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", words=say("写成文件（xlsx）"))
def status(*, as_of: Moment | None, output: Path | None, **asked: Any) -> None:
    form = output_format()
    if output is not None and form != "xlsx":
        raise UsageError(Problem("output-format", say("-o 只用于 --format xlsx"), say("其他格式请用 > 文件")))
    found = situation(as_of)
    now, plan = found.now, found.plan
    wanted = selection(found.register, now.date(), tree_of=asked.pop("tree"), **asked)
    kept = [row for row in rows(plan, now) if wanted.keeps(row.standing)]
    until = plan.calendars.of(found.register.office.region).announced_until
    if form == "json":
        shape = {"as_of": iso(now), "head": found.head, "calendar": {"announced_until": iso(until)}}
        print_streamed(shape, "tasks", map(data, kept), iter(()))
    elif form == "csv":
        print_csv(COLUMNS, map(record, kept))
    elif form == "xlsx":
        from scheduler.reports.ledger import status_book  # noqa: PLC0415 - what the table on a screen does not need

        deliver(status_book(kept, plan, found.imprint), output)
    else:
        _say(kept, plan, now)
        _foot(found.desk, found, now)


def _say(found: list[Row], plan: Plan, now: datetime) -> None:
    click.echo(tell(say("截至{now:%Y-%m-%d %H:%M}：{summary}", now=now, summary=summary(found, now.date()))))
    click.echo("")
    for line in lines(found, plan, now, spoken()):
        click.echo(line)
    if found:
        click.echo("")


def _foot(desk: Services, found: Situation, now: datetime) -> None:
    """What else an admin must know: a missing notice, mail that cannot leave, the calendar's reach, the head."""
    plan = found.plan
    table = plan.calendars.of(plan.register.office.region)
    for problem in missing(plan, now.date()):
        for line in folded(problem.text(spoken()).splitlines()[0], _WIDE):
            click.echo(line)
    for problem in undelivered(desk.record, plan.register, now) if desk.has_journal else ():
        for line in folded(problem.text(spoken()).splitlines()[0], _WIDE):
            click.echo(line)
    if trouble := desk.record.mark(_TROUBLE) if desk.has_journal else None:
        click.echo(trouble)
    click.echo(tell(say("放假安排已公布至{day}", day=iso(table.announced_until))))
    click.echo(tell(say("数据校验码：{head}", head=found.head or "—")))
