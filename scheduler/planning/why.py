"""Why a task is due when it is: the steps from the row to its dates, in words. It computes no date of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from scheduler.planning.model import Dates, Leg, LegKind, Moment, Slot, Task
from scheduler.planning.periods import Period
from scheduler.planning.plan import Plan
from scheduler.planning.reckoning import looked_at
from scheduler.planning.windows import day_of
from scheduler.register.model import Basis, Obligation, Recurring, Review
from scheduler.register.scalars import duration
from scheduler.register.values import Covers, SetBy, Unit
from scheduler.words import Phrase, say
from scheduler.workdays import Calendar, Convention
from scheduler.workdays.answers import evaluate
from scheduler.workdays.explain import dated, explain
from scheduler.workdays.expr import Anchor, Base, Reckoning, Roll, Shift
from scheduler.workdays.periods import Unit as CountedUnit
from scheduler.workdays.spoken import source_said

_CONVENTIONS = {
    Convention.NONE: say("不动"),
    Convention.PRECEDING: say("提前到前一个工作日"),
    Convention.FOLLOWING: say("顺延到后一个工作日"),
    Convention.MODIFIED_PRECEDING: say("提前到前一个工作日，不跨月"),
    Convention.MODIFIED_FOLLOWING: say("顺延到后一个工作日，不跨月"),
}
_REGULATION = date(2019, 5, 15)  # the revised regulation is in force; in that of 2008 the articles differ
_SET_BY = {
    SetBy.TEXT: say("日期由文件规定"),
    SetBy.LAW: say("日期由法律法规规定"),
    SetBy.OFFICE: say("日期由本单位自定"),
}


def why(task: Task, plan: Plan) -> tuple[Phrase, ...]:
    """The steps to the dates of a task, in order, without their numbers.

    They name the basis, each count and roll with the days skipped and the notices and articles behind them, what
    stopped or lengthened the clock, and what is provisional.
    """
    calendar = plan.calendars.of(task.slot.region)
    row = task.slot.obligation
    return (
        say("事项：{title}", title=row.title),
        *(_basis(b) for b in row.basis),
        _SET_BY[row.set_by],
        *_occasion(task),
        *(step for leg in task.slot.legs for step in _leg(leg, task.slot, calendar)),
        *_recorded(task, plan),
        *_result(task.dates),
        *_unsettled(task, calendar),
        *_asleep(task, plan),
        *_replaced(task, plan),
    )


def calls(task: Task, plan: Plan) -> tuple[Phrase, ...]:
    """Who was telephoned about a task, when, and what was said: no reason of a date, but what an asker wants beside."""
    names = {person.id: person.name for person in plan.register.people}
    found = plan.history.task(task.id).calls
    return tuple(
        say("{on}电话联系{who}：{note}", on=_said(c.on), who=names.get(c.person or "", ""), note=c.note) for c in found
    )


# -- where it comes from ---------------------------------------------------------------------------------------------


def _basis(basis: Basis) -> Phrase:
    document = basis.document if basis.document.startswith("《") else f"《{basis.document}》"
    place = document + (basis.clause or "")
    if basis.quote is None:
        return say("依据：{place}", place=place)
    return say("依据：{place}：“{quote}”", place=place, quote=basis.quote)


def _occasion(task: Task) -> Iterator[Phrase]:
    slot = task.slot
    if slot.event is not None:
        yield say("任务由事件引起，登记编号 {ref}", ref=slot.event)
        return
    period = Period.named(slot.period)
    if period is None:
        return
    schedule = slot.obligation.schedule
    if isinstance(schedule, Recurring) and schedule.covers is Covers.PREVIOUS:
        yield say("所属期间：{label}，在其后一期办理", label=slot.period)
    else:
        first, last = dated(period.first), dated(period.last)
        yield say("所属期间：{label}，{first}至{last}", label=slot.period, first=first, last=last)


# -- the steps -------------------------------------------------------------------------------------------------------


def _leg(leg: Leg, slot: Slot, calendar: Calendar) -> Iterator[Phrase]:
    match leg.kind:
        case LegKind.PRINTED:
            yield say("规则所指的日子：{day}", day=_said(leg.end))
        case LegKind.OVERRIDE:
            yield from _stated(leg, slot)
        case LegKind.EVENT:
            yield from _started(leg)
        case LegKind.RESTART:
            law = _article(slot.obligation, say("政府信息公开条例第三十条"))
            yield say("自{day}重新起算{law}", day=_said(leg.end), law=law)
        case LegKind.STOP:
            yield say(
                "{on}之后至{until}（含）停止计算，不计入期限{law}；剩余的期限自其后续算",
                on=_said(leg.start),
                until=_said(leg.end),
                law=_article(slot.obligation, say("政府信息公开条例第三十三条")),
            )
        case LegKind.EXTEND:
            yield say("延长：自原规定期限{old}起，延长到{new}", old=_said(leg.start), new=_said(leg.end))
            yield from _counted(leg, calendar)
        case LegKind.COUNT | LegKind.LEAD:
            yield from _counted(leg, calendar)
        case LegKind.ROLL:
            yield say("遇休息日：{rule}", rule=_CONVENTIONS[Convention(leg.words)])
            yield from _by_calendar(day_of(leg.start), Roll(Convention(leg.words)), calendar)
        case LegKind.OUTER:
            yield from _outer(leg, slot.obligation)


def _article(row: Obligation, article: Phrase) -> Phrase | str:
    """The article of the regulation of 2019, where the row itself rests on it; else only what the row says is told."""
    until = row.effective.until
    lawful = any(b.document.strip("《》").endswith("政府信息公开条例") for b in row.basis)
    return say("（{article}）", article=article) if lawful and (until is None or until >= _REGULATION) else ""


def _stated(leg: Leg, slot: Slot) -> Iterator[Phrase]:
    found = slot.obligation.dates.get(slot.period)
    if found is None:
        yield say("登记时指定的期限：{day}", day=_said(leg.end))
        return
    yield say("该期另有规定的日子：{day}", day=_said(leg.end))
    yield from (_basis(b) for b in found.basis)


def _started(leg: Leg) -> Iterator[Phrase]:
    if "/" in leg.words:
        yield say("起算：{task} 于{day}办结", task=leg.words, day=_said(leg.end))
    elif leg.words:
        yield say("以事项 {row} 的办理时限{day}为准", row=leg.words, day=_said(leg.end))
    else:
        yield say("起算：事件的时间{day}", day=_said(leg.end))


def _counted(leg: Leg, calendar: Calendar) -> Iterator[Phrase]:
    if not leg.words:
        yield say("到{day}", day=_said(leg.end))
        return
    length = duration(leg.words)
    if length.unit is Unit.HOUR:
        yield say(
            "{length}按钟点连续计算，夜间和休息日不扣除（民法典第二百条）：到{end}",
            length=length.phrase(),
            end=_said(leg.end),
        )
        return
    sign = -1 if leg.kind is LegKind.LEAD else 1
    yield from _by_calendar(day_of(leg.start), Shift(sign * length.n, CountedUnit(length.unit)), calendar)


def _by_calendar(start: date, step: Shift | Roll, calendar: Calendar) -> Sequence[Phrase]:
    """The calendar's own account of one step, without the start before it and the day and its status after it."""
    if start < calendar.first:
        return ()
    return explain(evaluate(Reckoning(Base(Anchor.DAY, start), (step,)), calendar), calendar)[1:-2]


def _outer(leg: Leg, row: Obligation) -> Iterator[Phrase]:
    yield say("另一依据的期限：{day}；两者以较早的为准", day=_said(leg.end))
    if row.outer is not None:
        yield from (_basis(b) for b in row.outer.basis)


# -- what was recorded, and the result -------------------------------------------------------------------------------


def _recorded(task: Task, plan: Plan) -> Iterator[Phrase]:
    facts = plan.history.task(task.id)
    for n, extended in enumerate(facts.extensions, 1):
        yield say(
            "第{n}次延长于{on}登记，理由：{reason}，批准人：{by}",
            n=n,
            on=_said(extended.on),
            reason=extended.reason or "—",
            by=extended.approved_by or "—",
        )
    for pause in facts.pauses:
        yield say("{on}登记停止计算，理由：{reason}", on=_said(pause.on), reason=pause.reason or "—")


def _result(dates: Dates) -> Iterator[Phrase]:
    yield say("字面日期：{day}", day=_said(dates.printed))
    yield say("规定期限：{day}，其后为逾期", day=_said(dates.due))
    yield say("办理时限：{day}", day=_said(dates.target))
    if dates.outer is not None:
        yield say("最迟期限：{day}", day=dated(dates.outer))


def _unsettled(task: Task, calendar: Calendar) -> Iterator[Phrase]:
    if not task.dates.provisional:
        return
    for first, last in filter(None, (looked_at(leg, calendar) for leg in task.slot.legs)):
        days = (date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1))
        open_day = next((d for d in days if not calendar.announced(d)), None)
        if open_day is not None:
            yield say(
                "暂定：自{day}起所依据的安排尚未公布（{source}），公布后可能变动",
                day=dated(open_day),
                source=source_said(calendar.day(open_day).source),
            )
            return


def _asleep(task: Task, plan: Plan) -> Iterator[Phrase]:
    slot, row = task.slot, task.slot.obligation
    if slot.paused:
        yield say("现在停止计算，期间不发提醒；恢复后剩余的期限不变")
    if isinstance(row.schedule, Review) and row.schedule.soft:
        yield say("适时办理：只作提示，当日（当期）过后不再提示，不算逾期")
    if not slot.dormant:
        return
    start = plan.register.office.start
    if row.starts is not None and not plan.history.happenings(row.starts):
        yield say("事件 {event} 登记以前不启动，不提醒", event=row.starts)
    elif row.superseded_by is not None:
        yield say("已由事项 {row} 替代，不提醒", row=row.superseded_by)
    elif start is not None:
        yield say("启用日期{day}以前到期的，不提醒、不催办", day=dated(start))
    else:
        yield say("台账启用以前到期的，不提醒、不催办")


def _replaced(task: Task, plan: Plan) -> Iterator[Phrase]:
    """By what a row is superseded, and from when; old and new stand side by side."""
    row = task.slot.obligation
    if row.superseded_by is None or task.slot.dormant:
        return
    since = plan.roster.obligation(row.superseded_by).effective.from_
    if since is not None:
        yield say("自{day}起由事项 {row} 替代", day=dated(since), row=row.superseded_by)
    else:
        yield say("其后由事项 {row} 替代", row=row.superseded_by)


def _said(moment: Moment) -> Phrase:
    if isinstance(moment, datetime):
        return say("{day}{time}", day=dated(moment.date()), time=moment.strftime("%H:%M"))
    return dated(moment)
