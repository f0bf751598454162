"""The columns of the ledger: what the documents ask for, task by task. They judge no task and know no sheet.

The documents say “列清受理日期、答复日期、答复部门、答复内容”,
“固定能够证明收到时间、申请内容、答复内容、答复依据、答复时间等证据”.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from scheduler.planning.model import Leg, LegKind, Light, Moment, NoticeKind, OutcomeKind, State, Task
from scheduler.planning.occasions import ONCE
from scheduler.planning.people import OFFICER
from scheduler.planning.plan import Plan
from scheduler.planning.spoken import STATES, when
from scheduler.planning.taskfacts import TaskFacts
from scheduler.planning.windows import day_of
from scheduler.register.model import Basis, Selector
from scheduler.register.values import SetBy
from scheduler.reports.shapes import BEIJING
from scheduler.reports.status import Row, bearer_name
from scheduler.reports.workbook import Cell, Column, Kind, Tone, Toned
from scheduler.words import Lang, Phrase, say

TONES = {Light.RED: Tone.RED, Light.YELLOW: Tone.YELLOW, Light.GREEN: Tone.GREEN, Light.GREY: Tone.GREY}
SIGNS = {Light.RED: "●", Light.YELLOW: "◐", Light.GREEN: "○", Light.GREY: "－"}  # the light without its colour
UNSORTED = say("未分类")
_SET_BY = {SetBy.LAW: say("法定"), SetBy.TEXT: say("文件规定"), SetBy.OFFICE: say("本单位自定")}
_STARTS = frozenset({LegKind.EVENT, LegKind.RESTART})


class Entry(Struct, frozen=True):
    """One task with what was recorded about it and the plan it is in."""

    row: Row
    facts: TaskFacts
    plan: Plan
    lang: Lang

    @property
    def task(self) -> Task:
        """The task itself."""
        return self.row.task

    def say(self, words: Phrase) -> str:
        """Words in the language of the file."""
        return words.text(self.lang)


class Told(Struct, frozen=True):
    """A column and what stands in it; `alike` where that is the same for all of whom nobody said anything."""

    column: Column
    of: Callable[[Entry], Cell]
    alike: bool = True


def cited(basis: Basis) -> str:
    """A document in its brackets, and the clause."""
    name = basis.document if basis.document.startswith("《") else f"《{basis.document}》"
    return f"{name}{basis.clause or ''}"


def _who(entry: Entry) -> Cell:
    """The person who owes it, or the unit's officer."""
    bearer, roster = entry.task.bearer, entry.plan.roster
    on = entry.plan.now.astimezone(BEIJING).date()
    person = bearer.person or roster.holder(bearer.unit, bearer.role or OFFICER, on)
    return roster.person(person).name if person else None


def _unit(entry: Entry) -> Cell:
    return entry.plan.roster.unit(entry.task.bearer.unit).name


def _helping(entry: Entry) -> Cell:
    """配合单位, and who coordinates."""
    row = entry.task.slot.obligation
    supporting, coordinating = _names(entry, row.supporting), _names(entry, row.coordinator)
    owing = _names(entry, row.on_behalf_of)
    lines = [(say("{units}", units=supporting), supporting)]
    lines.append((say("协调：{units}", units=coordinating), coordinating))
    lines.append((say("代{units}办理", units=owing), owing))
    return "\n".join(entry.say(words) for words, units in lines if units)


def _names(entry: Entry, selector: Selector | None) -> tuple[str, ...]:
    if selector is None:
        return ()
    roster, task = entry.plan.roster, entry.task
    units = roster.units_on(selector, day_of(task.dates.target), task.slot.event_unit)
    return tuple(roster.unit(unit).name for unit in units)


def _basis(entry: Entry) -> Cell:
    row = entry.task.slot.obligation
    own = row.dates.get(entry.task.slot.period)
    return "\n".join(map(cited, (*(own.basis if own else ()), *row.basis)))


def _period(entry: Entry) -> Cell:
    slot = entry.task.slot
    if slot.event is not None:
        return None
    return say("一次") if slot.period == ONCE else slot.period


def _started(entry: Entry) -> Cell:
    """收到时间: when the event came that started the clock, the last one where it began anew."""
    if entry.task.slot.event is None:
        return None
    return next((leg.end for leg in reversed(entry.task.slot.legs) if leg.kind in _STARTS), None)


def _state(entry: Entry) -> Cell:
    light, state = entry.row.standing.light, entry.row.standing.state
    return Toned(entry.say(say("{sign} {state}", sign=SIGNS[light], state=STATES[state])), TONES[light])


def _progress(entry: Entry) -> Cell:
    found = entry.row.standing.progress
    return f"{found.done}/{found.required}" if found else None


def _done_on(entry: Entry) -> Cell:
    """The day it was done; of a reported one the reported day."""
    return entry.row.standing.done_on


def _late(entry: Entry) -> Cell:
    """By how many working days it is or was late, counted from the target."""
    stands = entry.row.standing
    calendar = entry.plan.calendars.of(entry.task.slot.region)
    target = day_of(entry.task.dates.target)
    if stands.state is State.DONE_LATE and stands.done_on is not None:
        return calendar.count(target, day_of(stands.done_on))
    if stands.state is State.OVERDUE:
        return calendar.count(target, entry.plan.now.astimezone(BEIJING).date())
    return None


def _note(entry: Entry) -> Cell:
    closing = entry.facts.finished or entry.facts.reported
    return closing.note if closing and closing is not entry.facts.waiver else None


def _entered(entry: Entry) -> Cell:
    """Who wrote the end of the task down, and when."""
    closing = entry.facts.finished or entry.facts.reported
    return f"{closing.by}\n{_stamp(closing.entered)}" if closing else None


def _times(kind: NoticeKind) -> Callable[[Entry], Cell]:
    return lambda entry: len(_sent(entry, kind)) or None


def _days(kind: NoticeKind) -> Callable[[Entry], Cell]:
    return lambda entry: "\n".join(_sent(entry, kind))


def _sent(entry: Entry, kind: NoticeKind) -> list[str]:
    """The days on which notices of a kind went; of an escalation also to whom."""
    if not entry.row.notices:
        return []
    gone = [one for one in entry.row.notices if one.kind is kind and one.outcome.kind is OutcomeKind.SENT]
    gone.sort(key=lambda one: one.outcome.at)
    return [
        str(one.outcome.at.astimezone(BEIJING).date())
        + (f" {'、'.join(_person(entry, who) for who in one.outcome.to)}" if kind is NoticeKind.ESCALATION else "")
        for one in gone
    ]


def _calls(entry: Entry) -> Cell:
    """When somebody was telephoned, who, and what was said."""
    said = [
        say("{on} {who}：{note}", on=when(day_of(c.on)), who=_person(entry, c.person), note=c.note)
        for c in entry.facts.calls
    ]
    return "\n".join(map(entry.say, said))


def _extended(entry: Entry) -> Cell:
    legs = [leg for leg in entry.task.slot.legs if leg.kind is LegKind.EXTEND]
    return "\n".join(
        entry.say(
            say(
                "{on}批准{length}：{reason}（批准人：{who}）",
                on=when(day_of(one.on)),
                length=_length(one.by, leg),
                reason=one.reason or "—",
                who=_person(entry, one.approved_by),
            )
        )
        for one, leg in zip(entry.facts.extensions, [*legs, *[None] * len(entry.facts.extensions)], strict=False)
    )


def _length(by: str | None, leg: Leg | None) -> Phrase:
    if leg is None:
        return say("延期{by}", by=by or "")
    return say("由{old}延至{new}", old=when(day_of(leg.start)), new=when(day_of(leg.end)))


def _paused(entry: Entry) -> Cell:
    return "\n".join(
        entry.say(
            say("{on}起，至{until}：{reason}", on=when(p.on), until=when(p.until) or say("今"), reason=p.reason or "—")
        )
        for p in entry.facts.pauses
    )


def _waived(entry: Entry) -> Cell:
    waiver = entry.facts.waiver
    if waiver is None:
        return None
    fact = next(fact for fact in entry.facts.facts if fact.seq == waiver.seq)
    who = _person(entry, str(fact.data.get("approved_by") or "") or None)
    return say("{on}：{reason}（批准人：{who}）", on=when(day_of(waiver.on)), reason=waiver.note or "—", who=who)


def _missing(entry: Entry) -> Cell:
    found = entry.row.standing.progress
    if found is None or not found.missing:
        return None
    names = {u.id: u.name for u in entry.plan.register.units} | {p.id: p.name for p in entry.plan.register.people}
    return "、".join(names.get(who, who) for who in found.missing)


def _person(entry: Entry, who: str | None) -> str:
    if who is None:
        return "—"
    return entry.plan.roster.person(who).name if entry.plan.roster.has_person(who) else who


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def _bearer(entry: Entry) -> Cell:
    bearer = entry.task.bearer
    return (
        _unit(entry)
        if bearer.person
        else bearer_name(entry.task, {bearer.unit: entry.plan.roster.unit(bearer.unit).name})
    )


def _day(of: Callable[[Task], Moment | None]) -> Callable[[Entry], Cell]:
    return lambda entry: of(entry.task)


COLUMNS = (
    Told(Column(say("序号"), 5, Kind.NUMBER), lambda _: None),
    Told(Column(say("事项"), 24), lambda e: e.task.slot.obligation.title),
    Told(Column(say("责任单位"), 16), _bearer, alike=False),
    # The first page: what is asked.
    Told(Column(say("责任人"), 9), _who, alike=False),
    Told(Column(say("配合单位"), 13), _helping),
    Told(Column(say("依据"), 24), _basis),
    Told(Column(say("期限性质"), 9), lambda e: _SET_BY[e.task.slot.obligation.set_by]),
    Told(Column(say("期间"), 9), _period),
    Told(Column(say("收到时间"), 11, Kind.DAY), _started),
    Told(Column(say("登记编号"), 11), lambda e: e.task.slot.event),
    Told(Column(say("规定期限"), 11, Kind.DAY), _day(lambda task: task.dates.due)),
    Told(Column(say("最迟期限"), 11, Kind.DAY), _day(lambda task: task.dates.outer)),
    Told(Column(say("办理时限"), 11, Kind.DAY), _day(lambda task: task.dates.target)),
    Told(Column(say("暂定"), 6), lambda e: say("暂定") if e.task.dates.provisional else None),
    Told(Column(say("状态"), 12), _state),
    Told(Column(say("进度"), 7), _progress),
    # The second page: what was done, and who was told.
    Told(Column(say("办结日期"), 11, Kind.DAY), _done_on),
    Told(Column(say("逾期工作日"), 7, Kind.NUMBER), _late),
    Told(Column(say("答复、凭证"), 26), lambda e: e.row.standing.evidence),
    Told(Column(say("办理说明"), 20), _note),
    Told(Column(say("登记"), 15), _entered),
    Told(Column(say("签收时间"), 12, Kind.MOMENT), lambda e: e.row.standing.acknowledged_at),
    Told(Column(say("提醒次数"), 6, Kind.NUMBER), _times(NoticeKind.REMINDER), alike=False),
    Told(Column(say("提醒日期"), 11), _days(NoticeKind.REMINDER), alike=False),
    Told(Column(say("催办次数"), 6, Kind.NUMBER), _times(NoticeKind.CHASER), alike=False),
    Told(Column(say("催办日期"), 11), _days(NoticeKind.CHASER), alike=False),
    Told(Column(say("督办次数"), 6, Kind.NUMBER), _times(NoticeKind.ESCALATION), alike=False),
    Told(Column(say("督办日期"), 14), _days(NoticeKind.ESCALATION), alike=False),
    Told(Column(say("电话联系"), 18), _calls),
    # The third page: what changed the limit.
    Told(Column(say("延期"), 28), _extended),
    Told(Column(say("暂停"), 24), _paused),
    Told(Column(say("免报"), 22), _waived),
    Told(Column(say("退回原因"), 18), lambda e: e.facts.returned),
    Told(Column(say("尚缺"), 22), _missing),
    Told(Column(say("任务编号"), 36), lambda e: e.task.id, alike=False),
)
PAGES = (16, 29)  # a printed page begins before these
