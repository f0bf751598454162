"""The commands that add a fact to the record. Each looks at the state, writes it down, says what changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from scheduler import clock
from scheduler.cli.desk import enter, login, plan_around, steady
from scheduler.cli.moments import moment
from scheduler.cli.options import command, option, output_format, tell, written
from scheduler.cli.output import line
from scheduler.planning import statements
from scheduler.planning.entries import Accepted, Clerk
from scheduler.planning.model import Moment
from scheduler.planning.plan import Plan
from scheduler.planning.reliance import relying
from scheduler.planning.tasknames import named
from scheduler.register.mistakes import UnreadableError
from scheduler.register.scalars import duration as read_duration
from scheduler.register.values import Duration
from scheduler.reports.effects import effect
from scheduler.words import Phrase, say

F = TypeVar("F", bound=Callable[..., object])
TODAY = say("发生的日期，不写为今天")


def duration(value: str) -> Duration:
    """A length of time, `20wd` or 20个工作日; raises BadParameter."""
    try:
        return read_duration(value)
    except UnreadableError as error:
        raise click.BadParameter(tell(error.message)) from None


def _actor(function: F) -> F:
    return option("--by-whom", metavar="WHO", words=say("经办人，不写为登录名"))(function)


def about_task(function: F) -> F:
    """The argument TASK."""
    return click.argument("task")(function)


def _on(function: F) -> F:
    return option("--on", type=moment, metavar="DATE", words=TODAY)(function)


def _words(name: str, words: Phrase, *, required: bool = False) -> Callable[[F], F]:
    return option(f"--{name}", type=written, metavar="TEXT", required=required, words=words)


_reason = _words("reason", say("理由"), required=True)
_approved = option("--approved-by", type=written, metavar="WHO", required=True, words=say("批准人"))
_evidence = _words("evidence", say("办结依据：文号、网址、收文登记号"))
_note = _words("note", say("说明"))


def fact(name: str, example: str, more: Phrase | None = None) -> Callable[[Callable[..., object]], click.Command]:
    """Make a command that adds a fact, with `--by-whom`."""

    def wrap(function: Callable[..., object]) -> click.Command:
        return command(name, example=example, more=more, formats=("text", "json"))(_actor(function))

    return wrap


def add(
    by_whom: str | None,
    accept: Callable[[Clerk], Accepted],
    task: str | None = None,
    mailed: Callable[[Plan], tuple[str, ...]] | None = None,
) -> None:
    """Look at the state, write the entry down, say what it changed; `mailed` are notices that are wrong by it.

    The `task` only says how far the plan must reach.
    """
    desk, now = steady(), clock.now()
    history = desk.history()
    before = plan_around(desk, history, now, task)
    accepted = accept(Clerk(before, by_whom or login(), now))
    facts = enter(desk, [accepted.entry], now)
    after = plan_around(desk, history.extended(facts), now, accepted.entry.task or task)
    changed = effect(accepted, before, after, now)
    wrong = mailed(before) if mailed is not None else ()
    if output_format() == "json":
        said: dict[str, object] = {"seq": facts[0].seq, "kind": facts[0].kind.value, "task": facts[0].task}
        click.echo(line(said | {"said": tell(changed)} | ({"mailed": list(wrong)} if mailed is not None else {})))
    else:
        click.echo(tell(changed))
    if wrong:
        hint = say("有邮件据此发出，需要更正的：")
        click.echo("\n".join([tell(hint), *(f"  duban correct {name} --text …" for name in wrong)]), err=True)


def about(task: str, by_whom: str | None, accept: Callable[[Clerk, str], Accepted]) -> None:
    """The same of the one task that is meant, whose id `accept` gets."""
    add(by_whom, lambda clerk: accept(clerk, named(task, clerk.plan).id), task)


def _today(on: Moment | None) -> Moment:
    return on if on is not None else clock.now().date()


@fact(
    "event",
    "duban event normative-document.issued --unit changji-city --ref CJ-2026-017 --at 2026-11-20",
    say(
        "预定的事件再登记一次，即为改期或者已经发生；已经发生的登记错了，先用 duban void 注销。"
        "--planned 表示尚未发生，例如会议预定日期。"
    ),
)
@click.argument("event")
@option("--unit", metavar="ID", words=say("哪个单位的事件"))
@option("--ref", metavar="REF", required=True, words=say("编号，例如文号；不含空格和斜杠"))
@option("--at", type=moment, metavar="TIME", required=True, words=say("发生的日期或时刻"))
@_words("title", say("标题；不会写进邮件，除非台账允许"))
@option("--planned", is_flag=True, words=say("预定，尚未发生"))
@option("--due", type=moment, metavar="DATE", words=say("来文自带的期限"))
@option("--old", is_flag=True, words=say("一年多以前的事件，年份没有写错"))
def event(*, by_whom: str | None, **said: Any) -> None:
    add(by_whom, lambda clerk: statements.event(clerk.plan, clerk.by, clerk.now, **said))


@fact("record", "duban record interpretation --person sun.li --on 2026-11-18 --title 解读优化营商环境措施")
@click.argument("record")
@option("--person", metavar="ID", words=say("谁"))
@option("--unit", metavar="ID", words=say("哪个单位"))
@_on
@_words("value", say("数值：3、85%、52/57"))
@_words("title", say("标题"))
@_words("url", say("网址"))
def record(*, by_whom: str | None, on: Moment | None, **said: Any) -> None:
    add(by_whom, lambda clerk: statements.record(clerk.plan, clerk.by, clerk.now, on=_today(on), **said))


@fact("done", "duban done annual-report.submit/changji-city/2026 --on 2027-01-28 --evidence 昌市政办函〔2027〕3号")
@about_task
@_on
@_evidence
@_note
def done(*, by_whom: str | None, task: str, on: Moment | None, evidence: str | None, note: str | None) -> None:
    about(task, by_whom, lambda clerk, it: clerk.done(it, on=_today(on), evidence=evidence, note=note))


@fact("report", "duban report annual-report.submit/changji-city/2026 --note 已通过公文交换系统报送")
@about_task
@_on
@_evidence
@_note
def report(*, by_whom: str | None, task: str, on: Moment | None, evidence: str | None, note: str | None) -> None:
    about(task, by_whom, lambda clerk, it: clerk.report(it, on=_today(on), evidence=evidence, note=note))


@fact(
    "confirm",
    "duban confirm annual-report.submit/changji-city/2026 --evidence 收文第0128号",
    say("办结日期是报结的日期。"),
)
@about_task
@_on
@_evidence
@_note
def confirm(*, by_whom: str | None, task: str, on: Moment | None, evidence: str | None, note: str | None) -> None:
    about(task, by_whom, lambda clerk, it: clerk.confirm(it, on=_today(on), evidence=evidence, note=note))


@fact("return", "duban return annual-report.submit/changji-city/2026 --reason 统计数据与上年口径不一致")
@about_task
@_on
@_reason
def return_(*, by_whom: str | None, task: str, on: Moment | None, reason: str) -> None:
    about(task, by_whom, lambda clerk, it: clerk.return_(it, on=_today(on), reason=reason))


@fact("ack", "duban ack annual-report.submit/changji-city/2026", say("签收后只发最后一次提醒；逾期仍催办。"))
@about_task
def ack(*, by_whom: str | None, task: str) -> None:
    about(task, by_whom, lambda clerk, it: clerk.ack(it))


@fact(
    "extend",
    "duban extend foi.reply/prefecture-office/2027-006 --by 20wd --reason 需征求第三方意见 --approved-by xu.wen",
    say("从原规定期限起算；次数和长短以台账 extension 为准，办理时限过后不能延期。"),
)
@about_task
@option("--by", type=duration, metavar="DURATION", words=say("延长多久：20wd 或 20个工作日"))
@option("--to", type=moment, metavar="DATE", words=say("延到哪一天"))
@_reason
@_approved
def extend(
    *, by_whom: str | None, task: str, by: Duration | None, to: Moment | None, reason: str, approved_by: str
) -> None:
    if (by is None) == (to is None):
        raise click.UsageError(tell(say("--by 和 --to 写其中一个")), click.get_current_context())
    about(task, by_whom, lambda clerk, it: clerk.extend(it, by=by, to=to, reason=reason, approved_by=approved_by))


@fact("pause", "duban pause foi.reply/prefecture-office/2027-006 --on 2027-03-02 --reason 征求第三方意见")
@about_task
@_on
@_reason
def pause(*, by_whom: str | None, task: str, on: Moment | None, reason: str) -> None:
    about(task, by_whom, lambda clerk, it: clerk.pause(it, on=_today(on), reason=reason))


@fact(
    "resume",
    "duban resume foi.reply/prefecture-office/2027-006 --on 2027-03-15",
    say("暂停日之后、至恢复日（含）的日子不计入期限。"),
)
@about_task
@_on
def resume(*, by_whom: str | None, task: str, on: Moment | None) -> None:
    about(task, by_whom, lambda clerk, it: clerk.resume(it, on=_today(on)))


@fact("waive", "duban waive leader-interpretation/sun.li/2026 --reason 年内到任不足三个月 --approved-by xu.wen")
@about_task
@_reason
@_approved
def waive(*, by_whom: str | None, task: str, reason: str, approved_by: str) -> None:
    about(task, by_whom, lambda clerk, it: clerk.waive(it, reason=reason, approved_by=approved_by))


@fact("reopen", "duban reopen annual-report.submit/changji-city/2026 --reason 报告需补正")
@about_task
@_reason
def reopen(*, by_whom: str | None, task: str, reason: str) -> None:
    about(task, by_whom, lambda clerk, it: clerk.reopen(it, reason=reason))


@fact("assign", "duban assign rectify/unassigned/2026-03 --unit changji-city")
@about_task
@option("--unit", metavar="ID", required=True, words=say("责任单位"))
def assign(*, by_whom: str | None, task: str, unit: str) -> None:
    about(task, by_whom, lambda clerk, it: clerk.assign(it, unit=unit))


@fact(
    "call",
    "duban call annual-report.submit/changji-city/2026 --note 统计数据核对中，预计2月4日报送 --person zhou.min",
    say("通话日期写进以后的督办邮件，内容只在办理记录、台账和网页里。"),
)
@about_task
@_words("note", say("说了什么"), required=True)
@option("--person", metavar="ID", words=say("和谁通的电话"))
@_on
def call(*, by_whom: str | None, task: str, note: str, person: str | None, on: Moment | None) -> None:
    about(task, by_whom, lambda clerk, it: clerk.call(it, on=_today(on), note=note, person=person))


@fact("void", "duban void 42 --reason 日期录错", say("序号见 duban audit log；原记录保留备查。"))
@click.argument("seq", type=int)
@_reason
def void(*, by_whom: str | None, seq: int, reason: str) -> None:
    facts = steady().facts()
    meant = next((fact for fact in facts if fact.seq == seq), None)
    add(
        by_whom,
        lambda clerk: statements.void(facts, clerk.by, seq=seq, reason=reason),
        meant.task if meant is not None else None,
        lambda plan: relying(meant, plan) if meant is not None else (),
    )
