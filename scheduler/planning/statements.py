"""What a person may record apart from a task: events, records, voids, and what may or may not go out.

They refuse what the state does not allow (RefusedError) and what the table does not know (UsageError); no more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from scheduler.planning import meant
from scheduler.planning.cases import Cases
from scheduler.planning.entries import Accepted, iso, known, not_later, present, refuse, unknown_task
from scheduler.planning.index import Happening
from scheduler.planning.model import BEIJING, Entry, Fact, FactKind, Moment, Notice, OutcomeKind, Scalar
from scheduler.planning.notices import named
from scheduler.planning.plan import Plan
from scheduler.planning.spoken import OUTCOMES, called, when
from scheduler.planning.windows import day_of
from scheduler.problems import Problem, RefusedError, UsageError
from scheduler.register.model import Coverage, Measure, Quota, Within
from scheduler.register.values import Unit
from scheduler.words import say

_REF = re.compile(r"[^\s/#@>]+")
_VALUE = re.compile(r"\d+(\.\d+)?%?|\d+/\d+")
_LONG_AGO = timedelta(days=365)
# What people enter may be voided; what the program wrote about its own mails may not.
_VOIDABLE = frozenset(
    {FactKind.EVENT, FactKind.RECORD, FactKind.DONE, FactKind.REPORT, FactKind.CONFIRM, FactKind.RETURN, FactKind.ACK}
    | {FactKind.EXTEND, FactKind.PAUSE, FactKind.RESUME, FactKind.WAIVE, FactKind.REOPEN, FactKind.ASSIGN}
    | {FactKind.RELEASE, FactKind.WITHDRAW, FactKind.FREEZE, FactKind.CHASE, FactKind.CALL, FactKind.CORRECT}
)
_GONE = frozenset({OutcomeKind.SENT, OutcomeKind.SKIPPED, OutcomeKind.DEAD, OutcomeKind.DROPPED})


def event(
    plan: Plan,
    by: str,
    now: datetime,
    *,
    event: str,
    ref: str,
    at: Moment,
    unit: str | None = None,
    title: str | None = None,
    planned: bool = False,
    due: Moment | None = None,
    old: bool = False,
) -> Accepted:
    """An event happened (or is planned): clocks start. Told again it may only add a unit, a title or a limit."""
    known(event, [e.id for e in plan.register.events], "unknown-event", say("台账中没有这个事件：{id}", id=event))
    unit = meant.unit(unit, plan.register) if unit is not None else None
    if not _REF.fullmatch(ref):
        hint = say("编号里不能有空格和 / # @ > ，例如 CJ-2026-017")
        raise UsageError(Problem("bad-ref", say("编号不能用：{ref}", ref=ref), hint))
    if not planned:
        not_later(at, now)
        _not_long_ago(at, now, old=old)
    _not_before(plan, unit, at)
    if not isinstance(at, datetime) and _counts_hours(plan, event):
        hint = say("写上时刻，例如 --at 2026-11-23T09:30")
        raise UsageError(Problem("event-needs-time", say("{id} 按小时计算，要写明时刻", id=event), hint))
    _is_news(plan.history.happening(event, ref, unit), at, unit, {"title": title, "due": due})
    data: dict[str, Scalar] = {
        "event": event,
        "ref": ref,
        "unit": unit,
        "title": title,
        "planned": planned or None,
        "due": iso(due),
    }
    entry = Entry(FactKind.EVENT, by, at, None, present(data))
    return Accepted(entry, say("已登记事件 {event}（{ref}，{at}）", event=event, ref=ref, at=when(at)))


def _not_before(plan: Plan, unit: str | None, at: Moment) -> None:
    """A unit has no events before it exists; RefusedError."""
    begins = plan.roster.unit(unit).from_ if unit is not None else None
    if begins is not None and day_of(at) < begins:
        message = say("{unit}自{day}起才有", unit=plan.roster.unit(unit or "").name, day=iso(begins))
        refuse("unit-not-yet", message, say("检查单位和时间；设立的日期写错的，改台账里的 from"))


def _not_long_ago(at: Moment, now: datetime, *, old: bool) -> None:
    """A wrong year makes a task that is overdue at once: one says that it is right; RefusedError else."""
    if not old and day_of(at) < day_of(now.astimezone(BEIJING)) - _LONG_AGO:
        message = say("{at}是一年多以前，请检查年份", at=when(at))
        refuse("event-long-ago", message, say("年份没有写错的，加上 --old"))


def _is_news(earlier: Happening | None, at: Moment, unit: str | None, more: Mapping[str, object]) -> None:
    """What has happened does not happen again, and no slip moves a legal clock: the earlier entry is voided first."""
    if earlier is None or earlier.planned:
        return
    names = {"event": earlier.event, "ref": earlier.ref, "at": when(earlier.at), "seq": earlier.seq}
    hint = say("登记错了的，先用 duban void {seq} --reason … 注销，再重新登记", seq=earlier.seq)
    if earlier.at != at:
        raise RefusedError(Problem("event-twice", say("{event}（{ref}）已经登记过，时间是{at}", **names), hint))
    if unit in {None, earlier.unit} and not any(more.values()):
        raise RefusedError(Problem("event-twice", say("{event}（{ref}）已经登记过，没有新的内容", **names), hint))


def record(
    plan: Plan,
    by: str,
    now: datetime,
    *,
    record: str,
    on: Moment,
    person: str | None = None,
    unit: str | None = None,
    value: str | None = None,
    title: str | None = None,
    url: str | None = None,
) -> Accepted:
    """A record of a person or of a unit: it counts towards a quota, a coverage or a measure."""
    known(record, [r.id for r in plan.register.records], "unknown-record", say("台账中没有这类记录：{id}", id=record))
    if (person is None) == (unit is None):
        hint = say("--person 和 --unit 写其中一个")
        raise UsageError(Problem("record-whose", say("要写明是谁的记录"), hint))
    person = meant.person(person, plan.register) if person is not None else None
    unit = meant.unit(unit, plan.register) if unit is not None else None
    if value is not None and not _VALUE.fullmatch(value):
        hint = say("可写 3、85%、52/57")
        raise UsageError(Problem("bad-number", say("看不懂数值：{value}", value=value), hint))
    if value is None and _wants_number(plan, record):
        hint = say("指标要写 --value，例如 3、85%、52/57")
        raise UsageError(Problem("value-missing", say("{id} 是指标，没有写数值", id=record), hint))
    not_later(on, now)
    data: dict[str, Scalar] = {
        "record": record,
        "person": person,
        "unit": unit,
        "value": value,
        "title": title,
        "url": url,
    }
    entry = Entry(FactKind.RECORD, by, on, None, present(data))
    said = say("已登记 {record}：{who}，{on}", record=record, who=person or unit, on=when(on))
    return Accepted(entry, said)


def void(facts: Sequence[Fact], by: str, *, seq: int, reason: str) -> Accepted:
    """注销: a mistyped entry counts no more; it stays in the record."""
    found = next((fact for fact in facts if fact.seq == seq), None)
    if found is None:
        hint = say("序号见 duban audit log")
        raise UsageError(Problem("unknown-entry", say("没有第{seq}号记录", seq=seq), hint))
    imported = found.kind is FactKind.CALENDAR and "number" in found.data  # by a person, who may have erred
    if found.kind not in _VOIDABLE and not imported:
        refuse("not-voidable", say("第{seq}号是程序自己的记录（{kind}），不能注销", seq=seq, kind=called(found.kind)))
    if any(fact.kind is FactKind.VOID and fact.data.get("seq") == seq for fact in facts):
        refuse("already-void", say("第{seq}号记录已经注销", seq=seq))
    entry = Entry(FactKind.VOID, by, None, found.task, {"seq": seq, "reason": reason})
    return Accepted(entry, say("已注销第{seq}号记录（{kind}），原记录保留备查", seq=seq, kind=called(found.kind)))


def notices(plan: Plan, name: str) -> tuple[Notice, ...]:
    """The notices with this name, TASK#STEP, one per role; UsageError with the steps of the task else."""
    found = named(name, plan)
    if found:
        return found
    task_id = name.partition("#")[0]
    task = plan.task(task_id)
    if task is None:
        unknown_task(plan, task_id)
    steps = tuple(dict.fromkeys(step.name for step in task.slot.steps))
    hint = say("这项任务的通知有：{steps}", steps=steps)
    raise UsageError(Problem("unknown-notice", say("没有这个通知：{name}", name=name), hint))


def release(plan: Plan, by: str, *, name: str) -> Accepted:
    """放行 a step that waits for a person."""
    found = notices(plan, name)
    if not any(one.step.ask or _is_held(plan, one) for one in found):
        refuse("needs-no-release", say("{name} 不需要放行，到时自动发出", name=name))
    _still_to_go(plan, found)
    if name in plan.history.released:
        refuse("already-released", say("{name} 已经放行", name=name))
    said = say("已放行 {name}，{at}起可以发出", name=name, at=when(found[0].step.at))
    return Accepted(Entry(FactKind.RELEASE, by, None, found[0].task.id, {"notice": name}), said)


def withdraw(plan: Plan, by: str, *, name: str, reason: str) -> Accepted:
    """撤下 a notice before it goes."""
    found = notices(plan, name)
    _still_to_go(plan, found)
    entry = Entry(FactKind.WITHDRAW, by, None, found[0].task.id, {"notice": name, "reason": reason})
    return Accepted(entry, say("已撤下 {name}，不会发出", name=name))


def _is_held(plan: Plan, one: Notice) -> bool:
    return Cases(plan).of(one.task, plan.now).is_held(one.step)


def _still_to_go(plan: Plan, found: Sequence[Notice]) -> None:
    name, outcomes = found[0].name, plan.history.outcomes(found[0].task.id)
    settled = [outcomes[one.key] for one in found if one.key in outcomes and outcomes[one.key].kind in _GONE]
    if len(settled) == len(found):
        kind, at = OUTCOMES[settled[0].kind], settled[0].at.astimezone(BEIJING)
        refuse("notice-settled", say("{name} 已有结果：{kind}（{at:%Y-%m-%d %H:%M}）", name=name, kind=kind, at=at))
    if name in plan.history.withdrawn:
        refuse("already-withdrawn", say("{name} 已经撤下", name=name))


def _wants_number(plan: Plan, record: str) -> bool:
    """Whether such a record says a number that must hold, and nowhere counts by being there."""
    schedules = [row.schedule for row in plan.register.obligations]
    uses = [one for one in schedules if isinstance(one, Quota | Coverage | Measure) and one.of == record]
    return bool(uses) and all(isinstance(one, Measure) for one in uses)


def _counts_hours(plan: Plan, event: str) -> bool:
    return any(
        isinstance(row.due, Within) and row.due.after == event and row.due.within.unit is Unit.HOUR
        for row in plan.register.obligations
    )
