"""`duban status`: the audit dump, now or as of a moment, from what had been entered by then."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import click

from scheduler import clock
from scheduler.cli.desk import services
from scheduler.cli.moments import end_of, moment
from scheduler.cli.options import command, option, output_format, spoken, tell
from scheduler.cli.output import print_csv, print_streamed
from scheduler.daemon.services import HORIZON, Services
from scheduler.planning import Calendars, History, Plan, compile_plan
from scheduler.planning.entries import known
from scheduler.planning.model import Moment, State
from scheduler.reports.shapes import iso
from scheduler.reports.status import COLUMNS, Row, data, lines, record, rows, summary
from scheduler.reports.year import missing_notice
from scheduler.words import say


@command(
    "status",
    formats=("text", "json", "csv"),
    example="""\
duban status
duban status --unit changji-city --state overdue
duban status --as-of 2027-03-31 --format json""",
    more=say("列出每一项已进入办理期的任务，和每个事项的下一次；最要紧的在前。"),
)
@option("--as-of", type=moment, metavar="TIME", words=say("当时的情况，只用当时已登记的记录"))
@option("--unit", metavar="ID", words=say("只看一个单位"))
@option(
    "--state",
    type=click.Choice([s.value for s in State]),
    multiple=True,
    metavar="STATE",
    words=say("只看这种状态，如 overdue，可写几次"),
)
def status(*, as_of: Moment | None, unit: str | None, state: tuple[str, ...]) -> None:
    desk, now = services(), end_of(as_of) if as_of else clock.now()
    if unit is not None:
        known(unit, [u.id for u in desk.register.units], "unknown-unit", say("台账中没有这个单位：{id}", id=unit))
    plan = _plan(desk, now, past=as_of is not None)
    found = [r for r in rows(plan, now) if _wanted(r, unit, state)]
    table = plan.calendars.of(plan.register.office.region)
    head = str(desk.journal.head()) if desk.has_journal and desk.journal.head().seq else None
    if output_format() == "json":
        until = {"announced_until": iso(table.announced_until)}
        print_streamed({"as_of": iso(now), "head": head, "calendar": until}, "tasks", map(data, found), iter(()))
    elif output_format() == "csv":
        print_csv(COLUMNS, map(record, found))
    else:
        _say(found, plan, now)
        if problem := missing_notice(table, now.date()):
            click.echo(problem.text(spoken()).splitlines()[0])
        click.echo(tell(say("数据校验码：{head}", head=head or "—")))
        click.echo(tell(say("放假安排已公布至{day}", day=iso(table.announced_until))))


def _plan(desk: Services, now: datetime, *, past: bool) -> Plan:
    history = desk.history(until=now if past else None)
    calendars = Calendars(desk.register, as_of=now.date() if past else None)
    since = min(now.date(), _began(desk, history, now.date()))
    return compile_plan(desk.register, calendars, history, now=now, since=since, until=now.date() + HORIZON)


def _began(desk: Services, history: History, today: date) -> date:
    """Since when tasks are shown: the office's start, or the first table; a year back where neither is known."""
    start, first = desk.register.office.start, history.loaded
    return start or (first.date() if first else today - timedelta(days=365))


def _wanted(row: Row, unit: str | None, states: tuple[str, ...]) -> bool:
    whose = unit is None or row.task.bearer.unit == unit
    return whose and (not states or row.standing.state.value in states)


def _say(found: list[Row], plan: Plan, now: datetime) -> None:
    click.echo(tell(say("截至{now:%Y-%m-%d %H:%M}：{summary}", now=now, summary=summary(found, now.date()))))
    click.echo("")
    for line in lines(found, plan, now, spoken()):
        click.echo(line)
    if found:
        click.echo("")
