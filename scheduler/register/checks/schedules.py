"""Can every row come due, and is it said completely? Rolls, periods, bounds, references. It needs no calendar."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from scheduler.register.checks.nominal import earliest_and_latest, occurs, printed
from scheduler.register.checks.recurrence import check_rrule
from scheduler.register.checks.references import cycles, ring, unknown
from scheduler.register.draft import Draft, Finding
from scheduler.register.mistakes import Code
from scheduler.register.model import (
    Before,
    Coverage,
    Measure,
    Obligation,
    Once,
    Quota,
    Recurring,
    Review,
    Rrule,
    With,
    Within,
)
from scheduler.register.moments import misfit
from scheduler.register.tree import Path
from scheduler.register.values import Anchor, Every, Moment, Unit
from scheduler.words import Phrase, say
from scheduler.workdays import FIRST, LAST, Convention

_MOST_STEPS = 20  # of preparation before preparation; each is looked at through the next
_LABELS = {
    Every.YEAR: (re.compile(r"[0-9]{4}"), "2026"),
    Every.HALF_YEAR: (re.compile(r"[0-9]{4}H[12]"), "2026H1"),
    Every.QUARTER: (re.compile(r"[0-9]{4}Q[1-4]"), "2026Q1"),
    Every.MONTH: (re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])"), "2026-03"),
    Every.WEEK: (re.compile(r"[0-9]{4}-W(?:0[1-9]|[1-4][0-9]|5[0-3])"), "2026-W09"),
}


def check_schedules(draft: Draft) -> Iterator[Finding]:
    """Every obligation's schedule and what belongs to it, then the chains between them."""
    for number, row in draft.obligations.items():
        base: Path = ("obligations", number)
        yield from _due(draft, row, (*base, "due"))
        yield from _counted(draft, row, base)
        yield from _moments(row, base)
        yield from _bounds(row, base)
        yield from _options(draft, row, base)
    for number, summary in draft.summaries.items():
        yield from _fits(summary.by, summary.every, ("summaries", number, "by"))
    yield from _chains(draft)


# -- due --------------------------------------------------------------------------------------------------------------


def _due(draft: Draft, row: Obligation, path: Path) -> Iterator[Finding]:
    match row.due:
        case Within(after=after, after_done=done):
            yield from _after(draft, after, done, path)
        case With(with_=event):
            yield from unknown(Code.UNKNOWN_EVENT, event, draft.declared["events"], (*path, "with"))
        case Before(before=before):
            known = draft.declared["events"] | draft.declared["obligations"]
            yield from unknown(Code.UNKNOWN_EVENT, before, known, (*path, "before"))
        case Rrule():
            yield from check_rrule(row.due, row.effective, path)
    if _lacks_roll(row):
        hint = say("在 due 里加 roll: preceding（提前到前一工作日）、following（顺延，民法典第二百零三条）或 none")
        yield Finding(Code.ROLL_MISSING, say("期限可能落在休息日，没有写明怎么办"), hint, (*path, "roll"))


def _after(draft: Draft, after: str | None, done: str | None, path: Path) -> Iterator[Finding]:
    if done:
        yield from unknown(Code.UNKNOWN_OBLIGATION, done, draft.declared["obligations"], (*path, "after"))
    elif after is None:
        hint = say("写明从哪个事件起算：after: 事件编号，或 after: done 事项编号")
        yield Finding(Code.MISSING_KEY, say("缺少 after"), hint, (*path, "after"))
    elif after not in draft.declared["events"] and after in draft.declared["obligations"]:
        hint = say("请写 after: done {id}", id=after)
        yield Finding(Code.UNKNOWN_EVENT, say("“{id}”是事项，不是事件", id=after), hint, (*path, "after"))
    else:
        yield from unknown(Code.UNKNOWN_EVENT, after, draft.declared["events"], (*path, "after"))


def _lacks_roll(row: Obligation) -> bool:
    """Whether the limit may fall on a rest day and nothing says what then; no law settles it, hence no default."""
    match row.due:
        case Once(roll=None) | Rrule(roll=None):
            return True
        case Recurring(roll=None, by=by):
            return not by.is_workday
        case Within(roll=None, within=within):
            return within.unit not in (Unit.WORKDAY, Unit.HOUR)
        case _:
            return False


# -- quota, coverage, measure -----------------------------------------------------------------------------------------


def _counted(draft: Draft, row: Obligation, base: Path) -> Iterator[Finding]:
    for key, schedule in (("quota", row.quota), ("coverage", row.coverage), ("measure", row.measure)):
        if schedule is not None:
            yield from unknown(Code.UNKNOWN_RECORD, schedule.of, draft.declared["records"], (*base, key, "of"))
    if row.quota:
        for place, pace in enumerate(row.quota.pace):
            if pace.at_least > row.quota.at_least:
                message = say("进度要求{pace}次，比全期的{whole}次还多", pace=pace.at_least, whole=row.quota.at_least)
                path = (*base, "quota", "pace", place, "at_least")
                yield Finding(Code.BAD_NUMBER, message, say("请改正其中一个 at_least"), path)
    if row.coverage:
        yield from _coverage(row.coverage, (*base, "coverage"))
    if row.measure and (row.measure.at_least is None) == (row.measure.share is None):
        hint = say("数量写 at_least: 3，比例写 share: 80%")
        yield Finding(Code.MISSING_KEY, say("at_least 和 share 要写一个，只写一个"), hint, (*base, "measure"))


def _coverage(coverage: Coverage, path: Path) -> Iterator[Finding]:
    if coverage.every is None and coverage.by is None:
        hint = say("每期一次写 every: year；一次性的写 by: 2018-12-31")
        yield Finding(Code.MISSING_KEY, say("缺少 every 或 by"), hint, path)
    elif coverage.every is None and isinstance(coverage.by, Moment):
        hint = say("补上 every: year，或写成具体日期")
        yield Finding(Code.BAD_MOMENT, say("没有周期，不知道是哪一年的"), hint, (*path, "by"))
    elif coverage.every is not None and isinstance(coverage.by, date):
        hint = say("去掉 every，或把 by 写成周期里的日子，例如 12-31")
        yield Finding(Code.BAD_MOMENT, say("有周期时 by 不能是某一年的日期"), hint, (*path, "by"))


# -- moments ----------------------------------------------------------------------------------------------------------


def _spots(row: Obligation) -> Iterator[tuple[Moment | date | None, Every, Path]]:
    """Every moment of a row with its period and path."""
    match row.schedule_or_none:
        case Recurring() as due:
            yield due.by, due.every, ("due", "by")
            yield due.from_, due.every, ("due", "from")
        case Quota() as quota:
            yield quota.by, quota.every, ("quota", "by")
            for place, pace in enumerate(quota.pace):
                yield pace.by, quota.every, ("quota", "pace", place, "by")
        case Coverage(every=Every() as every, by=by):
            yield by, every, ("coverage", "by")
        case Measure(check=check):
            yield check.by, check.every, ("measure", "check", "by")
        case Review() as review:
            yield review.by, review.every, ("review", "by")
        case _:
            return
    every_outer = period(row)
    if row.outer and every_outer:
        yield row.outer.by, every_outer, ("outer", "by")


def period(row: Obligation) -> Every | None:
    """The period in which a row repeats; None where it does not."""
    match row.schedule_or_none:
        case Recurring(every=every) | Quota(every=every) | Coverage(every=every) | Review(every=every):
            return every
        case Measure(check=check):
            return check.every
        case _:
            return None


def _moments(row: Obligation, base: Path) -> Iterator[Finding]:
    for moment, every, path in _spots(row):
        if isinstance(moment, Moment):
            yield from _fits(moment, every, (*base, *path))
    if row.outer and isinstance(row.outer.by, Moment) and row.schedule_or_none and period(row) is None:
        hint = say("请写具体日期，例如 2019-03-31")
        yield Finding(Code.BAD_MOMENT, say("没有周期，不知道是哪一年的"), hint, (*base, "outer", "by"))


def _fits(moment: Moment, every: Every, path: Path) -> Iterator[Finding]:
    if hint := misfit(moment, every):
        yield Finding(Code.BAD_MOMENT, say("这个日子与周期 {every} 不合", every=every.value), hint, path)


# -- bounds: rules that never fire ------------------------------------------------------------------------------------


def _bounds(row: Obligation, base: Path) -> Iterator[Finding]:
    first, last = row.effective.from_, row.effective.until
    if first and last and first > last:
        hint = say("请对调 from 和 until")
        yield Finding(Code.NEVER_FIRES, say("有效期的起日晚于止日，这条永远不会到期"), hint, (*base, "effective"))
        return
    match row.schedule_or_none:
        case Once(by=by, from_=opens, roll=roll):
            if roll is not Convention.NONE:  # such a day stays where it is, whatever the calendar knows
                yield from _beyond(by, (*base, "due", "by"))
            yield from _once(by, opens, row, base)
        case Coverage(by=date() as by):
            yield from _beyond(by, (*base, "coverage", "by"))
        case Recurring() as due if not any(isinstance(m, Moment) and misfit(m, e) for m, e, _ in _spots(row)):
            yield from _recurring(due, row, base)
        case Quota() as quota if not any(isinstance(m, Moment) and misfit(m, e) for m, e, _ in _spots(row)):
            yield from _pace(quota, base)


def _once(by: date, opens: date | None, row: Obligation, base: Path) -> Iterator[Finding]:
    if opens and opens > by:
        yield Finding(Code.NEVER_FIRES, _LATE_OPENING, _SWAP, (*base, "due", "from"))
    if (row.effective.from_ and by < row.effective.from_) or (row.effective.until and by > row.effective.until):
        message = say("{by}不在有效期之内，这条永远不会到期", by=by.isoformat())
        yield Finding(Code.NEVER_FIRES, message, say("请改正 due 或 effective"), (*base, "effective"))
    if row.outer and isinstance(row.outer.by, date) and row.outer.by < by:
        yield Finding(Code.OUTER_BEFORE_DUE, _OUTER_FIRST, _OUTER_HINT, (*base, "outer", "by"))


def _beyond(day: date, path: Path) -> Iterator[Finding]:
    if not FIRST <= day <= LAST:
        message = say("{day}不在日历之内，这条永远不会到期", day=day.isoformat())
        hint = say("日历从{first}年到{last}年；更早的事项请列入 not_tracked", first=FIRST.year, last=LAST.year)
        yield Finding(Code.NEVER_FIRES, message, hint, path)


def _recurring(due: Recurring, row: Obligation, base: Path) -> Iterator[Finding]:
    if due.from_ and earliest_and_latest(due.from_, due.every)[0] > earliest_and_latest(due.by, due.every)[1]:
        yield Finding(Code.NEVER_FIRES, _LATE_OPENING, _SWAP, (*base, "due", "from"))
    if not occurs(due.by, due.every, row.effective.from_, row.effective.until):
        message = say("有效期里一次也轮不到，这条永远不会到期")
        yield Finding(Code.NEVER_FIRES, message, say("请放宽 effective，或改成一次性的日期"), (*base, "effective"))
    if row.outer and isinstance(row.outer.by, Moment):
        outer, by = printed(row.outer.by, due.every), printed(due.by, due.every)
        if outer < by:
            yield Finding(Code.OUTER_BEFORE_DUE, _OUTER_FIRST, _OUTER_HINT, (*base, "outer", "by"))


def _pace(quota: Quota, base: Path) -> Iterator[Finding]:
    end = earliest_and_latest(quota.by or Moment(Anchor.END), quota.every)[1]
    for place, pace in enumerate(quota.pace):
        if earliest_and_latest(pace.by, quota.every)[0] > end:
            hint = say("进度的日子要早于全期的最后一天")
            path = (*base, "quota", "pace", place, "by")
            yield Finding(Code.NEVER_FIRES, say("进度的日子在全期结束之后，永远不会提醒"), hint, path)


_LATE_OPENING = say("开始的日子晚于期限，这条永远不会开放")
_SWAP = say("请对调 from 和 by")
_OUTER_FIRST = say("最迟期限早于规定期限")
_OUTER_HINT = say("较早的日子写在 due，较晚的写在 outer")


# -- what belongs to a schedule ---------------------------------------------------------------------------------------


def _options(draft: Draft, row: Obligation, base: Path) -> Iterator[Finding]:
    for key in ("stops_for", "restarts_on"):
        for place, event in enumerate(getattr(row, key)):
            yield from unknown(Code.UNKNOWN_EVENT, event, draft.declared["events"], (*base, key, place))
    for key in ("starts", "closes"):
        if event := getattr(row, key):
            yield from unknown(Code.UNKNOWN_EVENT, event, draft.declared["events"], (*base, key))
    yield from _extension(row, base)
    yield from _dates(row, base)


def _extension(row: Obligation, base: Path) -> Iterator[Finding]:
    if row.extension is None:
        return
    if row.extension.up_to.n == 0:
        hint = say("写明最多延长多久，例如 up_to: 20wd")
        yield Finding(Code.BAD_EXTENSION, say("延期的长度是零"), hint, (*base, "extension", "up_to"))
    elif row.review and row.review.soft:
        hint = say("请删去 extension")
        yield Finding(Code.BAD_EXTENSION, say("soft 的事项没有期限，无从延期"), hint, (*base, "extension"))


def _dates(row: Obligation, base: Path) -> Iterator[Finding]:
    every = period(row)
    for label, fixed in row.dates.items() if row.schedule_or_none else ():
        path = (*base, "dates", label)
        if every is None:
            hint = say("只有按周期的事项才有各期的日期；请直接改 due")
            yield Finding(Code.BAD_PERIOD, say("这个事项没有周期"), hint, path)
            return
        pattern, example = _LABELS[every]
        if not pattern.fullmatch(label):
            hint = say("例如 {example}", example=example)
            yield Finding(Code.BAD_PERIOD, say("“{label}”不是周期的名称", label=label[:40]), hint, path)
        elif abs(int(label[:4]) - fixed.by.year) > 2:
            message = say("{label} 期的日期写成了{day}", label=label, day=fixed.by.isoformat())
            yield Finding(Code.BAD_PERIOD, message, say("请核对年份"), (*path, "by"))
        else:
            yield from _beyond(fixed.by, (*path, "by"))


def _chains(draft: Draft) -> Iterator[Finding]:
    numbers = {row.id: number for number, row in draft.obligations.items()}
    edges: dict[str, str] = {}
    for row in draft.obligations.values():
        match row.due:
            case Within(after_done=str(done)):
                edges[row.id] = done
            case Before(before=before) if before in numbers:
                edges[row.id] = before
    for found in cycles(edges):
        message: Phrase = say("事项互相等待：{ring}", ring=ring(found))
        hint = say("其中一个要有自己的日期")
        yield Finding(Code.OBLIGATION_CYCLE, message, hint, ("obligations", numbers[found[0]], "due"))
    yield from _steps(draft, numbers)


def _steps(draft: Draft, numbers: Mapping[str, int]) -> Iterator[Finding]:
    """Preparation of a preparation of …: told where the chain becomes too long."""
    leads = {row.id: row.due.before for row in draft.obligations.values() if isinstance(row.due, Before)}
    for start in leads:
        node, steps = start, 0
        while node in leads and steps <= _MOST_STEPS:
            node, steps = leads[node], steps + 1
        if steps == _MOST_STEPS + 1 and node not in leads:
            message = say("before 一环接一环，超过{limit}环", limit=_MOST_STEPS)
            hint = say("让各步都以最后的事项为准，lead 写得长一些")
            yield Finding(Code.TOO_DEEP, message, hint, ("obligations", numbers[start], "due"))
