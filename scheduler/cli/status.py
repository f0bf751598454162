"""`duban status`: the audit dump, now or as of a moment, from what had been entered by then."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import click

from scheduler import clock
from scheduler.cli.desk import services
from scheduler.cli.errors import shown
from scheduler.cli.moments import end_of, moment
from scheduler.cli.options import command, option, output_format, spoken, tell
from scheduler.cli.output import print_csv, print_streamed
from scheduler.cli.running import running
from scheduler.daemon.services import HORIZON, Services
from scheduler.planning import History, Plan, compile_plan
from scheduler.planning.entries import known
from scheduler.planning.model import Moment, State
from scheduler.planning.windows import day_of
from scheduler.problems import RefusedError, TableError, has_errors
from scheduler.register import Register
from scheduler.reports.shapes import iso
from scheduler.reports.status import COLUMNS, Row, data, lines, record, rows, summary
from scheduler.reports.text import folded
from scheduler.reports.unsettled import missing
from scheduler.words import say

_STATE = click.Choice([state.value for state in State])
_WIDE = 80
_TROUBLE = "mail-trouble"  # the mark in which the daemon keeps what holds the mail back


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
    desk, now, past = services(), end_of(as_of) if as_of else clock.now(), as_of is not None
    register = _in_force(desk)
    if unit is not None:
        known(unit, [u.id for u in register.units], "unknown-unit", say("台账中没有这个单位：{id}", id=unit))
    plan = _plan(desk, register, now, past=past)
    found = [r for r in rows(plan, now) if _wanted(r, unit, state)]
    until = plan.calendars.of(register.office.region).announced_until
    head = _head(desk, now, past=past)
    if output_format() == "json":
        shape = {"as_of": iso(now), "head": head, "calendar": {"announced_until": iso(until)}}
        print_streamed(shape, "tasks", map(data, found), iter(()))
    elif output_format() == "csv":
        print_csv(COLUMNS, map(record, found))
    else:
        _say(found, plan, now)
        _foot(desk, plan, head, now)


def _in_force(desk: Services) -> Register:
    """The table; where somebody has just broken it, the last good one, and the problems on stderr."""
    loaded = desk.loaded
    if loaded.register is not None and not has_errors(loaded.problems):
        return loaded.register
    if not desk.has_journal:
        raise TableError(*loaded.problems)
    try:
        register = running(desk)
    except RefusedError:
        raise TableError(*loaded.problems) from None
    shown(loaded.problems, spoken())
    click.echo(tell(say("台账有问题，以下按上一张正确的台账。")), err=True)
    return register


def _plan(desk: Services, register: Register, now: datetime, *, past: bool) -> Plan:
    history = desk.history(until=now if past else None)
    calendars = desk.calendars(register, then=now if past else None)
    since = min(now.date(), _began(register, history, now.date()))
    return compile_plan(register, calendars, history, now=now, since=since, until=now.date() + HORIZON)


def _began(register: Register, history: History, today: date) -> date:
    """Since when tasks are shown: the office's start (a year back where it names none), or the first event."""
    start = register.office.start or today - timedelta(days=365)
    return min([start, *(day_of(one.at) for same in history.events.values() for one in same)])


def _head(desk: Services, now: datetime, *, past: bool) -> str | None:
    """The head of the journal, at `now` if that is past; None while nothing is written down."""
    if not desk.has_journal:
        return None
    if not past:
        head = desk.journal.head()
        return str(head) if head.seq else None
    found = None
    for fact in map(json.loads, desk.journal.export()):
        if datetime.fromisoformat(fact["entered"]) > now:
            break
        found = f"{fact['seq']}:{fact['hash']}"
    return found


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


def _foot(desk: Services, plan: Plan, head: str | None, now: datetime) -> None:
    """What else an admin must know: a missing notice, mail that cannot leave, the calendar's reach, the head."""
    table = plan.calendars.of(plan.register.office.region)
    for problem in missing(plan, now.date()):
        for line in folded(problem.text(spoken()).splitlines()[0], _WIDE):
            click.echo(line)
    if trouble := desk.journal.mark(_TROUBLE) if desk.has_journal else None:
        click.echo(trouble)
    click.echo(tell(say("放假安排已公布至{day}", day=iso(table.announced_until))))
    click.echo(tell(say("数据校验码：{head}", head=head or "—")))
