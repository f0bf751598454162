"""`duban outbox`, `release`, `withdraw`, `preview`: what waits and will go, what a person lets go or takes out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING

import click

from scheduler import clock
from scheduler.cli.desk import login, plan_around, steady
from scheduler.cli.options import command, option, output_format, spoken, tell, written
from scheduler.cli.output import print_json
from scheduler.daemon.services import Services
from scheduler.daemon.standstill import stopped
from scheduler.planning import Plan
from scheduler.planning.coming import Coming, coming
from scheduler.planning.decide import awaiting, held
from scheduler.planning.entries import Accepted
from scheduler.planning.model import Decision
from scheduler.planning.statements import notices
from scheduler.planning.statements import release as let_go
from scheduler.planning.statements import withdraw as take_out
from scheduler.problems import Problem, UsageError
from scheduler.reports.forecast import KINDS, notice_data
from scheduler.reports.shapes import iso
from scheduler.reports.text import aligned, folded
from scheduler.words import say

if TYPE_CHECKING:
    from scheduler.journal import OutboxRow

_STATES = {"pending": say("待发"), "leased": say("正在发"), "retry": say("待重发")}
_WIDE = 80
_HEADS = (say("时间"), say("状态"), say("收件人"), say("通知数"), say("原因"))
_RESTORED = option("--restored", is_flag=True, words=say("恢复备份以前可能已经发出、等待放行的全部通知"))


@command(
    "outbox",
    formats=("text", "json"),
    example="duban outbox\nduban outbox --tomorrow",
    more=say("不要发的用 duban withdraw 撤下；等待放行的用 duban release 放行。"),
)
@option("--tomorrow", is_flag=True, words=say("到下一个工作日为止将发的通知"))
def outbox(*, tomorrow: bool) -> None:
    desk, now = steady(), clock.now()
    if tomorrow:
        plan = desk.plan(now)
        _coming(_until_tomorrow(plan, now), awaiting(plan, now))
    else:
        _waiting(desk, now)


@command(
    "release",
    formats=("text", "json"),
    example="duban release annual-report.submit/changji-city/2026#escalate-after-5wd\nduban release --restored",
)
@click.argument("notice", required=False)
@_RESTORED
@option("--by-whom", metavar="WHO", words=say("经办人，不写为登录名"))
def release(*, notice: str | None, restored: bool, by_whom: str | None) -> None:
    desk, now, by = steady(), clock.now(), by_whom or login()
    _one_of(notice, restored)
    if notice is None:
        plan = desk.plan(now)
        _all(desk, [let_go(plan, by, name=name) for name in _held(plan, now)], now)
        return
    accepted = let_go(_plan(desk, notice, now), by, name=notice)
    desk.journal.append([accepted.entry], now=now)
    _done(desk, tell(accepted.said), notice)


@command(
    "withdraw",
    formats=("text", "json"),
    example="""\
duban withdraw annual-report.submit/changji-city/2026#chase-1 --reason 已电话联系，当日报送
duban withdraw --restored --reason 恢复备份以前已经发过""",
)
@click.argument("notice", required=False)
@_RESTORED
@option("--reason", type=written, metavar="TEXT", required=True, words=say("理由"))
@option("--by-whom", metavar="WHO", words=say("经办人，不写为登录名"))
def withdraw(*, notice: str | None, restored: bool, reason: str, by_whom: str | None) -> None:
    desk, now, by = steady(), clock.now(), by_whom or login()
    _one_of(notice, restored)
    if notice is None:
        plan = desk.plan(now)
        _all(desk, [take_out(plan, by, name=name, reason=reason) for name in _held(plan, now)], now)
        return
    plan = _plan(desk, notice, now)
    accepted = take_out(plan, by, name=notice, reason=reason)
    desk.journal.append([accepted.entry], now=now)
    desk.journal.drop_waiting([one.key for one in notices(plan, notice)], "withdrawn", now)
    _done(desk, tell(accepted.said), notice)


def _one_of(notice: str | None, restored: bool) -> None:
    if (notice is None) != restored:
        hint = say("通知的名称写成 任务#步骤，见 duban outbox 和每日拟发清单")
        raise UsageError(Problem("notice-which", say("写明一个通知，或者 --restored，两者选一"), hint))


def _held(plan: Plan, now: datetime) -> list[str]:
    return list(dict.fromkeys(decision.notice.name for decision in held(plan, now)))


def _all(desk: Services, accepted: Sequence[Accepted], now: datetime) -> None:
    """Write all of it down at once."""
    desk.journal.append([one.entry for one in accepted], now=now)
    if output_format() == "json":
        print_json({"seq": desk.record.head().seq, "notices": [one.entry.data["notice"] for one in accepted]})
        return
    for one in accepted:
        click.echo(f"{tell(one.said)}。")
    if not accepted:
        click.echo(tell(say("没有因恢复备份而等待放行的通知。")))


def _plan(desk: Services, notice: str, now: datetime) -> Plan:
    return plan_around(desk, desk.history(), now, notice.partition("#")[0])


def _done(desk: Services, said: str, notice: str) -> None:
    if output_format() == "json":
        print_json({"seq": desk.record.head().seq, "notice": notice, "said": said})
    else:
        click.echo(f"{said}。")


def _until_tomorrow(plan: Plan, now: datetime) -> list[Coming]:
    calendar = plan.calendars.of(plan.register.office.region)
    last = datetime.combine(calendar.add(now.date(), 1), time.max, clock.BEIJING)
    return list(coming(plan, now, last, endless=True))


def _coming(found: Sequence[Coming], waiting: Sequence[Decision]) -> None:
    if output_format() == "json":
        shape = [{"notice": one.notice.name} | notice_data(one) for one in found]
        print_json({"notices": shape, "awaiting_release": _names(waiting)})
        return
    if not found:
        click.echo(tell(say("到下一个工作日为止没有要发的通知。")))
    for line in aligned([_going(one) for one in found]):
        click.echo(line)
    _say_awaiting(waiting)


def _going(one: Coming) -> tuple[str, ...]:
    wait = "" if one.message else tell(say("等待放行"))
    kind = tell(KINDS[one.notice.step.kind])
    return f"{one.at:%m-%d %H:%M}", kind, one.recipient.name, one.notice.name, wait


def _waiting(desk: Services, now: datetime) -> None:
    from scheduler.journal.values import OPEN_STATES  # noqa: PLC0415 - the database is heavy, and this needs it alone

    rows = desk.journal.outbox(*OPEN_STATES) if desk.has_journal else ()
    plan = desk.plan(now)
    waiting, asking = held(plan, now), awaiting(plan, now)
    if output_format() == "json":
        shape = [
            {"message": r.key, "kind": r.kind.value, "to": [r.recipient.who], "cc": [c.who for c in r.copies]}
            | {"at": iso(r.moment), "not_before": iso(r.not_before), "state": r.state.value, "attempts": r.attempts}
            | {"error": r.last_error, "message_id": r.message_id, "notices": list(r.notices)}
            for r in rows
        ]
        names = {"held": [decision.notice.name for decision in waiting], "awaiting_release": _names(asking)}
        print_json({"messages": shape} | names)
        return
    for problem in stopped(desk.record, now) if desk.has_journal else ():
        for line in folded(problem.text(spoken()).splitlines()[0], _WIDE):
            click.echo(line)
    if not rows:
        click.echo(tell(say("没有待发的邮件。")))
    heads = [tuple(map(tell, _HEADS))] if rows else []
    for line in aligned([*heads, *(_queued(row) for row in rows)], (0, 0, 0, 0, 36)):
        click.echo(line)
    if waiting:
        click.echo(tell(say("恢复备份以前可能已经发出的{n}个通知等待放行：", n=len(waiting))))
    for line in aligned([_holding(decision) for decision in waiting]):
        click.echo(line)
    _say_awaiting(asking)


def _say_awaiting(waiting: Sequence[Decision]) -> None:
    """What has come and goes only when somebody lets it."""
    if waiting:
        click.echo(tell(say("等待放行{n}个：", n=len(_names(waiting)))))
    for line in aligned([_holding(decision) for decision in waiting]):
        click.echo(line)


def _names(waiting: Sequence[Decision]) -> list[str]:
    return list(dict.fromkeys(decision.notice.name for decision in waiting))


def _holding(decision: Decision) -> tuple[str, ...]:
    step, to = decision.notice.step, decision.recipient
    return f"  {step.at:%m-%d %H:%M}", tell(KINDS[step.kind]), to.name if to else "", decision.notice.name


def _queued(row: OutboxRow) -> tuple[str, ...]:
    about = (row.cause or "").partition(":")[0]  # two warnings may wait for one reason
    said = " ".join(part for part in (about, row.last_error) if part)
    return f"{row.moment:%m-%d %H:%M}", tell(_STATES[row.state.value]), row.recipient.name, str(len(row.notices)), said
