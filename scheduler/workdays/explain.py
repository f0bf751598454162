"""How a date was reached, in steps with the article and the notice behind them. It computes no date of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby

from scheduler.words import Phrase, say
from scheduler.workdays.answers import Answer, Leg
from scheduler.workdays.days import Convention, Day, Kind, Status
from scheduler.workdays.expr import Anchor, Reckoning, Roll, Shift, Tally
from scheduler.workdays.periods import Reading, Unit, statute_end
from scheduler.workdays.spoken import name_said, source_said
from scheduler.workdays.table import Calendar

_DAY = timedelta(1)
_LISTED = 40
_AHEAD = frozenset({Convention.PRECEDING, Convention.MODIFIED_PRECEDING})
_WEEKDAYS = (say("周一"), say("周二"), say("周三"), say("周四"), say("周五"), say("周六"), say("周日"))
_KINDS = {
    Kind.WORKDAY: say("工作日"),
    Kind.WEEKEND: say("周末"),
    Kind.HOLIDAY: say("法定节假日"),
    Kind.IN_LIEU: say("调休放假"),
    Kind.MAKE_UP: say("调休上班"),
    Kind.REGIONAL: say("地方规定"),
    Kind.CLOSURE: say("本单位安排"),
}
_LENGTHS = {
    Unit.WORKDAY: "{n}个工作日",
    Unit.DAY: "{n}日",
    Unit.HOUR: "{n}小时",
    Unit.WEEK: "{n}周",
    Unit.MONTH: "{n}个月",
    Unit.YEAR: "{n}年",
}
# The catalogue of translations is gathered from calls with a literal.
_ = (say("{n}个工作日"), say("{n}日"), say("{n}小时"), say("{n}周"), say("{n}个月"), say("{n}年"))


def explain(answer: Answer, table: Calendar) -> tuple[Phrase, ...]:
    """The steps in order, without their numbers; the last one says whether the answer is settled."""
    question = answer.question
    if isinstance(question, Reckoning):
        steps = [_base(question)]
        for leg in answer.legs:
            steps += _leg(leg, table)
        if answer.date is not None:
            steps.append(_about(table.day(answer.date)))
    else:
        steps = [
            say("计{a}之后至{b}（含）的工作日，首日不计", a=dated(question.a), b=dated(question.b)),
            say("共{n}个工作日", n=answer.count),
            *_passed(table, question.a + _DAY, question.b, ()),
        ]
    return (*steps, _settled(answer, table))


def dated(day: date) -> Phrase:
    """A day with its weekday: 2018-02-14（周三）."""
    return say("{date}（{weekday}）", date=day.isoformat(), weekday=_WEEKDAYS[day.weekday()])


def _base(question: Reckoning) -> Phrase:
    base = question.base
    if base.anchor is Anchor.START:
        return say("起点是期间首日的前一日{day}，首日即第一天", day=dated(base.day))
    if base.anchor is Anchor.END:
        return say("期间的最后一日是{day}", day=dated(base.day))
    if base.moment is not None:
        return say("起点是{moment}", moment=base.moment.strftime("%Y-%m-%d %H:%M"))
    return say("起点是{day}", day=dated(base.day))


def _leg(leg: Leg, table: Calendar) -> Iterator[Phrase]:
    if isinstance(leg.step, Roll):
        yield from _rolled(leg, leg.step.convention, table)
    elif leg.step.unit is Unit.WORKDAY:
        yield from _counted(leg, leg.step, table)
    else:
        yield from _moved(leg, leg.step)


def _rolled(leg: Leg, convention: Convention, table: Calendar) -> Iterator[Phrase]:
    if leg.end == leg.start:
        day = dated(leg.start)
        yield say("{day}不需提前", day=day) if convention in _AHEAD else say("{day}不需顺延", day=day)
        return
    yield _about(table.day(leg.start))
    if leg.end < leg.start:
        yield say("提前到此前最后一个工作日{day}，规定的最后一日不变", day=dated(leg.end))
    else:
        yield say("最后一日是休息日的，顺延到其后第一个工作日{day}（民法典第二百零三条）", day=dated(leg.end))
        strict = statute_end(table, leg.start, Reading.STRICT)
        if strict != leg.end:
            yield say("若只把法定节假日当作法定休假日，则为{day}；此处按各类休息日都顺延的通行做法", day=dated(strict))
    yield from _passed(table, leg.first, leg.last, ())


def _counted(leg: Leg, step: Shift, table: Calendar) -> Iterator[Phrase]:
    if step.n == 0:
        yield say("0个工作日：就是当日{day}", day=dated(leg.end))
        return
    if step.n > 0:
        yield say("开始的当日不计入，自下一日起计{n}个工作日（民法典第二百零一条）", n=step.n)
    else:
        yield say("当日不计入，自前一日起往前计{n}个工作日", n=-step.n)
    paused = [(p.first, p.last) for p in step.pauses]
    for first, last in paused:
        yield say("{a}至{b}不计入期限，首尾都不计（政府信息公开条例第三十三条）", a=dated(first), b=dated(last))
    counted = [d for d in _days(leg.first, leg.last) if table.works(d) and not _inside(d, paused)]
    if step.n < 0:
        counted.reverse()
    shown = counted if len(counted) <= _LISTED else [*counted[:10], *counted[-10:]]
    listed = [d.isoformat()[5:] for d in shown]
    if len(counted) > _LISTED:
        listed.insert(10, "…")
    yield say("计入的工作日：{days}", days=" ".join(listed))
    yield from _passed(table, leg.first, leg.last, paused)
    yield say("第{n}个工作日是{day}", n=abs(step.n), day=dated(leg.end))


def _moved(leg: Leg, step: Shift) -> Iterator[Phrase]:
    length = say(_LENGTHS[step.unit], n=abs(step.n))
    if step.unit is Unit.HOUR:
        yield say("{length}按钟点连续计算，夜间和休息日不扣除（民法典第二百条）", length=length)
        return
    if step.unit in {Unit.MONTH, Unit.YEAR}:
        yield say("{length}到相应的对应日，没有对应日的为月末日（民法典第二百零二条）", length=length)
    elif step.n > 0:
        yield say("开始的当日不计入，{length}按自然日连续计算（民法典第二百零一条）", length=length)
    for pause in step.pauses:
        yield say(
            "{a}至{b}不计入期限，首尾都不计（政府信息公开条例第三十三条）", a=dated(pause.first), b=dated(pause.last)
        )
    yield say("到{day}", day=dated(leg.end))


def _passed(table: Calendar, first: date, last: date, paused: list[tuple[date, date]] | tuple[()]) -> Iterator[Phrase]:
    """The rest days in runs, the make-up days one by one, each with its source; plain weekends only as a number."""
    days = [table.day(d) for d in _days(first, last) if not _inside(d, paused)]
    weekends = sum(d.kind is Kind.WEEKEND and not d.name for d in days)
    if weekends:
        yield say("其间跳过普通周末{n}天", n=weekends)
    for (works, name, source, _), numbered in groupby(enumerate(filter(_notable, days)), key=_alike):
        run = [d for _, d in numbered]
        named, said = name_said(name) if name else _KINDS[run[0].kind], source_said(source)
        for day in run if works else ():
            yield say("{day}上班（{name}，{source}），计入", day=dated(day.date), name=named, source=said)
        if not works:
            yield say("跳过{days}（{name}，{source}）", days=_stretch(run), name=named, source=said)


def _alike(numbered: tuple[int, Day]) -> tuple[bool, str, str, int]:
    """Equal for days of one run: what is said of them, and the distance that only a gap changes."""
    n, day = numbered
    return day.works, day.name, day.source, day.date.toordinal() - n


def _stretch(run: list[Day]) -> Phrase:
    if len(run) == 1:
        return dated(run[0].date)
    return say("{a}至{b}", a=dated(run[0].date), b=dated(run[-1].date))


def _notable(day: Day) -> bool:
    return day.kind is not Kind.WORKDAY and (day.kind is not Kind.WEEKEND or bool(day.name))


def _about(day: Day) -> Phrase:
    works = say("上班") if day.works else say("休息")
    kind = say("{kind}，{name}", kind=_KINDS[day.kind], name=name_said(day.name)) if day.name else _KINDS[day.kind]
    source = source_said(day.source)
    return say("{day}{works}：{kind}（{source}）", day=dated(day.date), works=works, kind=kind, source=source)


def _settled(answer: Answer, table: Calendar) -> Phrase:
    if answer.status is Status.ANNOUNCED:
        return say("所依据的日子都已公布")
    open_day = next(d for d in _rested_on(answer) if not table.announced(d))
    source = source_said(table.day(open_day).source)
    return say("暂定：自{day}起所依据的安排尚未公布（{source}），公布后可能变动", day=dated(open_day), source=source)


def _rested_on(answer: Answer) -> Iterator[date]:
    """The days on which the answer rests, in the order in which they were used."""
    for leg in answer.legs:
        yield from _days(leg.first, leg.last)
    if answer.date is not None:
        yield answer.date
    elif isinstance(answer.question, Tally):
        yield from _days(min(answer.question.a + _DAY, answer.question.b), answer.question.b)


def _days(first: date, last: date) -> Iterator[date]:
    return (date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1))


def _inside(day: date, spans: list[tuple[date, date]] | tuple[()]) -> bool:
    return any(a <= day <= b for a, b in spans)
