"""The status page as plain values for its template: lights by unit and category, the year, each task with its history.

Lights are words and shapes as well as colours. The reasons for a date are told once per row and period, for all its
bearers. It renders nothing; the template escapes all text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from msgspec import Struct

from scheduler.planning.model import Fact, FactKind, Light, Slot
from scheduler.planning.plan import Plan
from scheduler.planning.reasons import Reason
from scheduler.planning.spoken import OUTCOMES, STATES, called, when
from scheduler.planning.why import why
from scheduler.planning.windows import day_of, end_of
from scheduler.reports.forecast import KINDS
from scheduler.reports.shapes import BEIJING
from scheduler.reports.status import LIGHTS, Row, Sent, bearer_name, summary
from scheduler.words import Lang, Phrase, say

LONGEST = 60_000_000  # characters; a province of 100,000 tasks stays below
SHAPES = {Light.RED: "■", Light.YELLOW: "▲", Light.GREEN: "●", Light.GREY: "○"}
# What stands in a task's history beside its mails.
_TOLD = frozenset(
    {FactKind.DONE, FactKind.REPORT, FactKind.CONFIRM, FactKind.RETURN, FactKind.ACK, FactKind.EXTEND, FactKind.PAUSE}
    | {FactKind.RESUME, FactKind.WAIVE, FactKind.REOPEN, FactKind.ASSIGN, FactKind.DRAFT, FactKind.RELEASE}
    | {FactKind.WITHDRAW, FactKind.CHASE, FactKind.CALL}
)
_NO_CATEGORY = say("未分类")
WORDS: Mapping[str, Phrase] = {
    "title": say("政务公开事项督办情况"),
    "as_of": say("截至"),
    "overview": say("总览"),
    "units": say("各单位（按台账次序，不排名）"),
    "categories": say("各类别"),
    "unit": say("单位"),
    "category": say("类别"),
    "all": say("合计"),
    "year": say("全年时间表（按办理时限所在月份的任务数）"),
    "tasks": say("各项任务"),
    "target": say("办理时限"),
    "due": say("规定期限"),
    "outer": say("最迟期限"),
    "provisional": say("暂定"),
    "why": say("日期是怎样算出来的"),
    "bearer": say("责任单位或责任人"),
    "state": say("状态"),
    "done": say("办结日期"),
    "evidence": say("凭证"),
    "history": say("办理记录和通知"),
    "next": say("下一个通知"),
    "none": say("无"),
    "announced": say("放假安排已公布至"),
    "check": say("数据校验码"),
    "legend": say("灯：■红，逾期；▲黄，已进入提醒期；●绿，正常或办结；○灰，未到办理期、暂停、免报或未启用"),
    "number": say("事项编号"),
    "count": say("项"),
}


class LightView(Struct, frozen=True):
    """A light as colour (a class name), shape and word."""

    name: str
    shape: str
    word: str


class Lights(Struct, frozen=True):
    """How many tasks of a unit or category have each light, in the order of `page.lights`; `anchor` may be empty."""

    name: str
    numbers: tuple[int, ...]
    total: int
    worst: LightView
    anchors: tuple[tuple[str, str], ...]  # titles and anchors of what is red or yellow


class MonthCell(Struct, frozen=True):
    """The tasks of a category whose target lies in one month."""

    n: int
    worst: LightView | None


class Line(Struct, frozen=True):
    """One entry of a task's history, of people or of mail."""

    at: str
    text: str


class TaskView(Struct, frozen=True):
    """One bearer's task."""

    id: str
    bearer: str
    light: LightView
    state: str
    progress: str
    done_on: str
    evidence: str
    next_notice: str
    history: tuple[Line, ...]


class SlotView(Struct, frozen=True):
    """A row in a period: what all its bearers share, and their tasks."""

    anchor: str
    title: str
    period: str
    target: str
    due: str
    outer: str
    provisional: bool
    worst: LightView
    numbers: tuple[int, ...]
    why: tuple[str, ...]
    tasks: tuple[TaskView, ...]


class Page(Struct, frozen=True):
    """Everything that the template sees; `w` are its fixed words in the reader's language."""

    lang: str
    w: Mapping[str, str]
    office: str
    as_of: str
    summary: str
    head: str
    announced: str
    lights: tuple[LightView, ...]
    total: Lights
    units: tuple[Lights, ...]
    categories: tuple[Lights, ...]
    year: str
    months: tuple[str, ...]
    timeline: tuple[tuple[str, tuple[MonthCell, ...]], ...]
    slots: tuple[SlotView, ...]


def page(rows: Sequence[Row], plan: Plan, now: datetime, *, head: str | None, lang: Lang = Lang.ZH) -> Page:
    """The page of these tasks, as `status` lists them."""
    return _Maker(plan, now, lang).page(rows, head)


class _Maker:
    """Makes the page; what all its parts need is at hand."""

    def __init__(self, plan: Plan, now: datetime, lang: Lang) -> None:
        self._plan = plan
        self._now = now
        self._lang = lang
        self._names = {u.id: u.name for u in plan.register.units} | {p.id: p.name for p in plan.register.people}
        self._lights = {
            light: LightView(light.value, SHAPES[light], LIGHTS[light].text(lang))
            for light in (Light.RED, Light.YELLOW, Light.GREEN, Light.GREY)
        }
        self._anchors: dict[int, str] = {}

    def page(self, rows: Sequence[Row], head: str | None) -> Page:
        plan, lang = self._plan, self._lang
        by_slot = sorted(rows, key=lambda row: (end_of(row.task.slot.dates.target), *_slot_key(row)))
        slots = [(key, list(held)) for key, held in groupby(by_slot, key=_slot_key)]
        self._anchors = {id(row.task.slot): f"t{n}" for n, (_, held) in enumerate(slots) for row in held}
        units = self._grouped(rows, lambda row: row.task.bearer.unit, [u.id for u in plan.register.units])
        heads = dict.fromkeys(row.category or "" for row in plan.register.obligations)
        categories = self._grouped(rows, _category, sorted(heads, key=lambda name: not name))
        return Page(
            lang="zh-CN" if lang is Lang.ZH else "en",
            w={name: phrase.text(lang) for name, phrase in WORDS.items()},
            office=plan.register.office.name,
            as_of=f"{self._now.astimezone(BEIJING):%Y-%m-%d %H:%M}",
            summary=summary(((row.standing, 1) for row in rows), self._now.date()).text(lang),
            head=head or "—",
            announced=when(plan.calendars.of(plan.register.office.region).announced_until),
            lights=tuple(self._lights.values()),
            total=self._counted(WORDS["all"].text(lang), rows),
            units=tuple(self._counted(self._names[unit], held) for unit, held in units),
            categories=tuple(self._counted(self._category(name), held) for name, held in categories),
            year=str(self._now.year),
            months=tuple(say("{month}月", month=month).text(lang) for month in range(1, 13)),
            timeline=tuple((self._category(name), self._year(held)) for name, held in categories),
            slots=tuple(self._slot(f"t{n}", held) for n, (_, held) in enumerate(slots)),
        )

    def _grouped(
        self, rows: Iterable[Row], key: Callable[[Row], str], order: Iterable[str]
    ) -> list[tuple[str, list[Row]]]:
        found: dict[str, list[Row]] = {}
        for row in rows:
            found.setdefault(key(row), []).append(row)
        return [(name, found[name]) for name in order if name in found]

    def _category(self, name: str) -> str:
        return name or _NO_CATEGORY.text(self._lang)

    def _counted(self, name: str, rows: Sequence[Row]) -> Lights:
        pressing = [row for row in rows if row.standing.light in {Light.RED, Light.YELLOW}]
        anchors = dict.fromkeys((row.task.slot.obligation.title, self._anchors[id(row.task.slot)]) for row in pressing)
        return Lights(name, self._numbers(rows), len(rows), self._worst(rows), tuple(anchors))

    def _numbers(self, rows: Iterable[Row]) -> tuple[int, ...]:
        counted = Counter(row.standing.light for row in rows)
        return tuple(counted[light] for light in self._lights)

    def _worst(self, rows: Iterable[Row]) -> LightView:
        found = {row.standing.light for row in rows}
        return next((view for light, view in self._lights.items() if light in found), self._lights[Light.GREY])

    def _year(self, rows: Sequence[Row]) -> tuple[MonthCell, ...]:
        held: dict[int, list[Row]] = {month: [] for month in range(1, 13)}
        for row in rows:
            target = day_of(row.task.dates.target)
            if target.year == self._now.year:
                held[target.month].append(row)
        return tuple(MonthCell(len(same), self._worst(same) if same else None) for same in held.values())

    def _slot(self, anchor: str, rows: Sequence[Row]) -> SlotView:
        first = rows[0].task
        dates = first.slot.dates
        return SlotView(
            anchor=anchor,
            title=first.slot.obligation.title,
            period=first.slot.period,
            target=when(dates.target),
            due=when(dates.due),
            outer=when(dates.outer),
            provisional=dates.provisional,
            worst=self._worst(rows),
            numbers=self._numbers(rows),
            why=tuple(step.text(self._lang) for step in why(first, self._plan)),
            tasks=tuple(self._task(row) for row in rows),
        )

    def _task(self, row: Row) -> TaskView:
        stands = row.standing
        progress = stands.progress
        return TaskView(
            id=row.task.id,
            bearer=bearer_name(row.task, self._names),
            light=self._lights[stands.light],
            state=STATES[stands.state].text(self._lang),
            progress=f"{progress.done}/{progress.required}" if progress else "",
            done_on=when(stands.done_on),
            evidence=stands.evidence or "",
            next_notice=f"{row.next_notice.astimezone(BEIJING):%Y-%m-%d %H:%M}" if row.next_notice else "",
            history=tuple(self._history(row)),
        )

    def _history(self, row: Row) -> Iterator[Line]:
        facts = self._plan.history.task(row.task.id).facts
        said = [(fact.entered, self._fact(fact)) for fact in facts if fact.kind in _TOLD]
        said += [(sent.outcome.at, self._sent(sent)) for sent in row.notices]
        for at, text in sorted(said, key=lambda pair: pair[0]):
            yield Line(f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}", text.text(self._lang))

    def _fact(self, fact: Fact) -> Phrase:
        told = [fact.data.get(key) for key in ("evidence", "note", "reason")]
        words = tuple(str(word) for word in told if word)
        who = self._names.get(fact.by, fact.by)
        on = say("，{on}", on=when(fact.on)) if fact.on else ""
        rest = say("：{words}", words=words) if words else ""
        return say("{what}（{who}{on}）{rest}", what=called(fact.kind), who=who, on=on, rest=rest)

    def _sent(self, sent: Sent) -> Phrase:
        to = tuple(self._names.get(who, who) for who in sent.outcome.to)
        whom = say(" → {to}", to=to) if to else ""
        code = sent.outcome.reason
        reason = Reason(code).phrase if code in set(Reason) else code
        why_not = say("（{reason}）", reason=reason) if reason else ""
        outcome = OUTCOMES[sent.outcome.kind]
        return say(
            "{kind} {step} {outcome}{to}{reason}",
            kind=KINDS[sent.kind], step=sent.step, outcome=outcome, to=whom, reason=why_not,
        )  # fmt: skip


def _slot_key(row: Row) -> tuple[str, str, str, str]:
    """Rows of one key share their dates and the reasons for them."""
    slot: Slot = row.task.slot
    own = slot.only.id if slot.only is not None else ""
    return slot.obligation.id, slot.period, f"{slot.region or ''} {when(slot.dates.target)} {when(slot.dates.due)}", own


def _category(row: Row) -> str:
    return row.task.slot.obligation.category or ""
