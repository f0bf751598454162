"""`duban status`: the audit dump, now or as of a moment, from what had been entered by then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from scheduler import clock
from scheduler.cli.files import asked_format, deliver, printed_to, put
from scheduler.cli.filters import filters, selection
from scheduler.cli.moments import moment
from scheduler.cli.options import command, option, spoken, tell
from scheduler.cli.output import print_csv, print_lines, print_streamed, utter
from scheduler.cli.situation import Situation, situation
from scheduler.daemon.services import TROUBLE, Services
from scheduler.daemon.standstill import standstill
from scheduler.daemon.undelivered import undelivered
from scheduler.planning import Plan
from scheduler.planning.decide import awaiting, held
from scheduler.planning.model import Moment
from scheduler.planning.spoken import when
from scheduler.problems import Problem
from scheduler.register import Register
from scheduler.reports.listing import COLUMNS, documents, lines, records
from scheduler.reports.shapes import iso
from scheduler.reports.status import Company, companies, members, summary
from scheduler.reports.text import folded
from scheduler.reports.unsettled import missing
from scheduler.words import say

_WIDE, _SHOWN = 80, 10
_FORMATS = ("text", "json", "csv", "xlsx", "html")


@command(
    "status",
    formats=_FORMATS,
    example="""\
duban status
duban status --tree changji-city --light red --light yellow
duban status --as-of 2027-03-31 --format json
duban status --person 孙立 --category 政策解读
duban status --period 2027Q1 -o 一季度.xlsx
duban status -o 督办情况.html""",
    more=say(
        "列出每一项已进入办理期的任务，和每个事项的下一次；最要紧的在前：先红后黄再绿，红的里法定期限在前，"
        "同一种灯里办理中的在待核的之前、待核的在办结的之前，再按规定期限先后。\n"
        "红：规定期限已过（按日的过了当日24时，按小时的过了那一刻），尚未办结。"
        "黄：第一次提醒的时间已到，规定期限未过，尚未办结。绿：还没有到第一次提醒的时间，或者已报结、已办结。"
        "灰：未到办理期、暂停、免报、未启用。适时开展的不变红。\n"
        "-o 的文件名决定格式：.xlsx .csv .html .json；.csv 带有 Excel 认得的编码标记。"
    ),
)
@option("--as-of", type=moment, metavar="TIME", words=say("当时的情况，只用当时已登记的记录"))
@filters
@option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", words=say("写成文件，格式看文件名"))
def status(*, as_of: Moment | None, output: Path | None, **asked: Any) -> None:
    form = asked_format(output, _FORMATS, "text")
    if as_of is not None and as_of > (clock.now() if isinstance(as_of, datetime) else clock.now().date()):
        click.echo(tell(say("{at}还没有到，以下按现在已登记的记录推算。", at=when(as_of))), err=True)
    found = situation(as_of)
    now, plan = found.now, found.plan
    wanted = selection(found.register, now.date(), tree_of=asked.pop("tree"), **asked)
    kept = companies(plan, now, wanted)
    if form == "xlsx":
        from scheduler.reports.ledger import status_book  # noqa: PLC0415 - what the table on a screen does not need

        deliver(status_book(members(kept, plan, now), plan, found.imprint), output)
        return
    if form == "html":
        from scheduler.cli.rendering import status_page  # noqa: PLC0415 - as above

        put(status_page(found, list(members(kept, plan, now))).encode(), output)
        return
    with printed_to(output, mark=form == "csv"):
        _print(form, found, kept)


def _print(form: str, found: Situation, kept: Sequence[Company]) -> None:
    plan, now = found.plan, found.now
    if form == "json":
        shape = {
            "as_of": iso(now),
            "head": found.head,
            "calendar": {"announced_until": iso(plan.calendars.of(found.register.office.region).announced_until)},
            "awaiting_release": _awaiting(kept, plan, now),
        }
        print_streamed(shape, "tasks", documents(members(kept, plan, now)), iter(()))
    elif form == "csv":
        print_csv(COLUMNS, records(members(kept, plan, now)))
    else:
        _say(kept, plan, now)
        _foot(found.desk, found, now)


def _say(kept: Sequence[Company], plan: Plan, now: datetime) -> None:
    counted = summary(((one.standing, len(one.bearers)) for one in kept), now.date())
    utter(say("截至{now:%Y-%m-%d %H:%M}：{summary}", now=now, summary=counted))
    if names := _awaiting(kept, plan, now):
        utter(say("等待放行{n}个（duban release 名称）：", n=len(names)))
        for name in names[:_SHOWN]:
            click.echo(f"  {name}")
        if len(names) > _SHOWN:
            utter(say("  另有{n}个，见 duban outbox", n=len(names) - _SHOWN))
    click.echo("")
    print_lines(lines(members(kept, plan, now), plan, now, spoken()))
    if kept:
        click.echo("")


def _awaiting(kept: Iterable[Company], plan: Plan, now: datetime) -> list[str]:
    """The names of the escalations of these tasks that have come and wait for a person."""
    waiting = [decision.notice for decision in awaiting(plan, now)]
    rows = {one.task.slot.obligation.id for one in waiting}
    tasks = {task.id for one in kept if one.slot.obligation.id in rows for task in one.tasks}
    return list(dict.fromkeys(one.name for one in waiting if one.task.id in tasks))


def _foot(desk: Services, found: Situation, now: datetime) -> None:
    """What else an admin must know: a missing notice, mail that cannot leave, the calendar's reach, the head."""
    plan = found.plan
    table = plan.calendars.of(plan.register.office.region)
    for problem in missing(plan, now.date()):
        for line in folded(problem.text(spoken()).splitlines()[0], _WIDE):
            click.echo(line)
    for problem in _of_mail(desk, plan.register, now) if desk.has_journal else ():
        for line in folded(problem.text(spoken()).splitlines()[0], _WIDE):
            click.echo(line)
    if waiting := held(plan, now):
        utter(say("恢复备份以前可能已经发出的{n}个通知等待放行，见 duban outbox", n=len(waiting)))
    if trouble := desk.record.mark(TROUBLE) if desk.has_journal else None:
        utter(trouble)
    utter(say("放假安排已公布至{day}", day=iso(table.announced_until)))
    utter(say("数据校验码：{head}", head=found.head or "—"))


def _of_mail(desk: Services, register: Register, now: datetime) -> tuple[Problem, ...]:
    return (*undelivered(desk.record, register, now), *standstill(desk.record, now))
