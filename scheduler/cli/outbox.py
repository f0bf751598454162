"""`duban outbox`, `release`, `withdraw`, `preview`: what waits and will go, what a person lets go or takes out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING

import click

from scheduler import clock
from scheduler.cli.desk import login, plan_around, services
from scheduler.cli.options import command, option, output_format, tell
from scheduler.cli.output import print_json
from scheduler.daemon.services import Services
from scheduler.planning import Plan
from scheduler.planning.coming import Coming, coming
from scheduler.planning.statements import notices
from scheduler.planning.statements import release as let_go
from scheduler.planning.statements import withdraw as take_out
from scheduler.reports.forecast import KINDS, notice_data
from scheduler.reports.shapes import iso
from scheduler.reports.text import aligned
from scheduler.words import say

if TYPE_CHECKING:
    from scheduler.journal import OutboxRow


@command(
    "outbox",
    formats=("text", "json"),
    example="duban outbox\nduban outbox --tomorrow",
    more=say("不要发的用 duban withdraw 撤下；等待放行的用 duban release 放行。"),
)
@option("--tomorrow", is_flag=True, words=say("到下一个工作日为止将发的通知"))
def outbox(*, tomorrow: bool) -> None:
    desk, now = services(), clock.now()
    if tomorrow:
        _coming(_until_tomorrow(desk.plan(now), now))
    else:
        _waiting(desk)


@command(
    "release",
    formats=("text", "json"),
    example="duban release annual-report.submit/changji-city/2026#escalate-after-5wd",
)
@click.argument("notice")
@option("--by-whom", metavar="WHO", words=say("经办人，不写为登录名"))
def release(*, notice: str, by_whom: str | None) -> None:
    desk, now = services(), clock.now()
    accepted = let_go(_plan(desk, notice, now), by_whom or login(), name=notice)
    desk.journal.append([accepted.entry], now=now)
    _done(desk, tell(accepted.said), notice)


@command(
    "withdraw",
    formats=("text", "json"),
    example="duban withdraw annual-report.submit/changji-city/2026#chase-1 --reason 已电话联系，当日报送",
)
@click.argument("notice")
@option("--reason", metavar="TEXT", required=True, words=say("理由"))
@option("--by-whom", metavar="WHO", words=say("经办人，不写为登录名"))
def withdraw(*, notice: str, reason: str, by_whom: str | None) -> None:
    desk, now = services(), clock.now()
    plan = _plan(desk, notice, now)
    accepted = take_out(plan, by_whom or login(), name=notice, reason=reason)
    desk.journal.append([accepted.entry], now=now)
    desk.journal.drop_waiting([one.key for one in notices(plan, notice)], "withdrawn", now)
    _done(desk, tell(accepted.said), notice)


def _plan(desk: Services, notice: str, now: datetime) -> Plan:
    return plan_around(desk, desk.history(), now, notice.partition("#")[0])


def _done(desk: Services, said: str, notice: str) -> None:
    if output_format() == "json":
        print_json({"seq": desk.record.head().seq, "notice": notice, "said": said})
    else:
        click.echo(f"{said}。")


def _until_tomorrow(plan: Plan, now: datetime) -> list[Coming]:
    calendar = plan.calendars.of(plan.register.office.region)
    last = datetime.combine(calendar.add(now.date(), 1), time(23, 59, 59), clock.BEIJING)
    return list(coming(plan, now, last, endless=True))


def _coming(found: Sequence[Coming]) -> None:
    if output_format() == "json":
        print_json({"notices": [{"notice": one.notice.name} | notice_data(one) for one in found]})
        return
    if not found:
        click.echo(tell(say("到下一个工作日为止没有要发的通知。")))
    for line in aligned([_going(one) for one in found]):
        click.echo(line)


def _going(one: Coming) -> tuple[str, ...]:
    wait = "" if one.message else tell(say("等待放行"))
    kind = tell(KINDS[one.notice.step.kind])
    return f"{one.at:%m-%d %H:%M}", kind, one.recipient.who, one.notice.name, wait


def _waiting(desk: Services) -> None:
    from scheduler.journal.values import OPEN_STATES  # noqa: PLC0415 - the database is heavy, and this needs it alone

    rows = desk.journal.outbox(*OPEN_STATES) if desk.has_journal else ()
    if output_format() == "json":
        shape = [
            {"message": r.key, "kind": r.kind.value, "to": [r.recipient.who], "cc": [c.who for c in r.copies]}
            | {"at": iso(r.moment), "not_before": iso(r.not_before), "state": r.state.value, "attempts": r.attempts}
            | {"error": r.last_error, "message_id": r.message_id, "notices": list(r.notices)}
            for r in rows
        ]
        print_json({"messages": shape})
        return
    if not rows:
        click.echo(tell(say("没有待发的邮件。")))
    for line in aligned([_queued(row) for row in rows], (0, 0, 0, 0, 40)):
        click.echo(line)


def _queued(row: OutboxRow) -> tuple[str, ...]:
    return f"{row.moment:%m-%d %H:%M}", row.state.value, row.recipient.who, str(len(row.notices)), row.last_error or ""
