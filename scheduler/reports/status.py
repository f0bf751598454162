"""Where every task stands at a moment, what hurts most first. It reads plan and record, and judges nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from scheduler.planning.byhand import asked_steps
from scheduler.planning.cases import SILENT, Cases
from scheduler.planning.model import Light, Notice, NoticeKind, Outcome, OutcomeKind, Slot, Standing, State, Step, Task
from scheduler.planning.plan import Plan
from scheduler.planning.spoken import STATES, when
from scheduler.planning.standing import has_lapsed, standing
from scheduler.planning.taskfacts import Called
from scheduler.planning.windows import day_of, end_of
from scheduler.register.values import SetBy
from scheduler.reports.shapes import days, iso, kind_of
from scheduler.reports.text import cells, clipped, folded
from scheduler.words import Lang, Phrase, say

LIGHTS = {Light.RED: say("红"), Light.YELLOW: say("黄"), Light.GREEN: say("绿"), Light.GREY: say("灰")}
COLUMNS = (
    "task", "obligation", "title", "bearer", "period", "state", "light", "opens", "printed", "due", "target", "outer",
    "provisional", "done", "required", "missing", "done_on", "evidence", "acknowledged_at", "extensions", "next_notice",
)  # fmt: skip
_WIDE = 80
_HOUR = 60  # minutes
_WAITS = {State.REPORTED: 1, State.NOT_OPEN: 1, State.DONE_LATE: 2, State.DONE: 2, State.WAIVED: 2, State.DORMANT: 3}
_EVERY_DAY = frozenset({State.OVERDUE, State.OPEN, State.REPORTED, State.DONE})
_SUMMED = (
    State.OVERDUE, State.OPEN, State.PAUSED, State.REPORTED, State.DONE, State.DONE_LATE, State.WAIVED, State.NOT_OPEN,
    State.DORMANT,
)  # fmt: skip
_HURTS = {light: rank for rank, light in enumerate((Light.RED, Light.YELLOW, Light.GREEN, Light.GREY))}


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one notice of a task; `at` is its planned moment, where the plan still has it."""

    kind: NoticeKind
    step: str
    at: datetime
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Row:
    """One task as an auditor sees it."""

    standing: Standing
    notices: tuple[Sent, ...]
    next_notice: datetime | None
    calls: tuple[Called, ...] = ()

    @property
    def task(self) -> Task:
        """The task itself."""
        return self.standing.task


def rows(plan: Plan, now: datetime) -> list[Row]:
    """Every opened task and the next one of each row, red first, then by the due day."""
    cases = Cases(plan)
    found = [_row(task, cases, now) for slot in _shown(plan, now.date()) for task in plan.tasks_of(slot)]
    return sorted(found, key=_hurt)


def summary(found: Iterable[Row], today: date) -> Phrase:
    """One sentence: how many are in each state, which make the total; of those under way, how many are due this week.

    The states of every day are always there, the others where a task is in them.
    """
    found = tuple(found)
    counted = Counter(row.standing.state for row in found)
    sunday = today + timedelta(6 - today.weekday())
    soon = sum(row.standing.state is State.OPEN and today <= day_of(row.task.dates.target) <= sunday for row in found)
    parts = (
        say("{state}{n}", state=STATES[state], n=counted[state])
        if state is not State.OPEN
        else say("办理中{n}（本周到期{soon}）", n=counted[state], soon=soon)
        for state in _SUMMED
        if counted[state] or state in _EVERY_DAY
    )
    return say("共{n}项，{parts}", n=len(found), parts=tuple(parts))


def data(row: Row) -> dict[str, object]:
    """A task as JSON."""
    stands, task, dates = row.standing, row.task, row.task.dates
    progress = stands.progress
    return {
        "task": task.id,
        "obligation": task.slot.obligation.id,
        "title": task.slot.obligation.title,
        "bearer": task.bearer.id,
        "period": task.slot.period,
        "state": stands.state.value,
        "light": stands.light.value,
        **days(dates),
        "outer": iso(dates.outer),
        "provisional": dates.provisional,
        "progress": progress
        and {"done": progress.done, "required": progress.required, "missing": list(progress.missing)},
        "done_on": iso(stands.done_on),
        "evidence": stands.evidence,
        "acknowledged_at": iso(stands.acknowledged_at),
        "extensions": stands.extensions,
        "notices": [_sent(sent) for sent in row.notices],
        "next_notice": iso(row.next_notice),
        "calls": [{"on": iso(c.on), "person": c.person, "note": c.note, "by": c.by} for c in row.calls],
    }


def record(row: Row) -> list[object]:
    """A task as a row of CSV, in the order of COLUMNS."""
    shape = data(row)
    progress = row.standing.progress
    shape |= {"done": None, "required": None, "missing": None}
    if progress:
        shape |= {"done": progress.done, "required": progress.required, "missing": " ".join(progress.missing)}
    return [shape[column] for column in COLUMNS]


def lines(found: Iterable[Row], plan: Plan, now: datetime, lang: Lang) -> Iterator[str]:
    """The tasks in the order of `rows`, each run of tasks of one row and period under a heading; 80 columns."""
    names = {u.id: u.name for u in plan.register.units} | {p.id: p.name for p in plan.register.people}
    for slot, run in groupby(found, key=lambda row: row.task.slot):
        yield from folded(_heading(slot).text(lang), _WIDE)
        for row in run:
            stands = row.standing
            light, state = LIGHTS[stands.light].text(lang), STATES[stands.state].text(lang)
            yield f"  {light} {state}  {row.task.id}"
            left = "".join(said.text(lang) for said in _left(row, plan, now))
            yield f"     {clipped(bearer_name(row.task, names), 75 - cells(left))}{left}"


def _heading(slot: Slot) -> Phrase:
    dates = slot.dates
    return say(
        "{title}　办理时限{target}{mark}{due}",
        title=slot.obligation.title,
        target=when(dates.target),
        mark=say("（暂定）") if dates.provisional else "",
        due="" if dates.due == dates.target else say("，规定期限{due}", due=when(dates.due)),
    )


def bearer_name(task: Task, names: Mapping[str, str]) -> str:
    """The name of who owes a task; the id where the table has no name for it."""
    bearer = task.bearer
    name = names.get(bearer.person or bearer.unit, bearer.id)
    return f"{name} {bearer.role}" if bearer.role and not bearer.person else name


def _shown(plan: Plan, today: date) -> Iterator[Slot]:
    """The slots that have opened, and of each row those of the next period that has not."""
    ahead: dict[str, list[Slot]] = {}
    for slot in plan.slots:
        if slot.dates.opens <= today:
            yield slot
        else:
            ahead.setdefault(slot.obligation.id, []).append(slot)
    for slots in ahead.values():
        first = min(slots, key=lambda slot: (slot.dates.opens, end_of(slot.dates.target)))
        yield from (slot for slot in slots if slot.period == first.period)


def _row(task: Task, cases: Cases, now: datetime) -> Row:
    outcomes = cases.plan.history.outcomes(task.id)
    stands = standing(task, cases.plan, now)
    steps = {Notice(task, step).key: step.at for step in task.slot.steps} if outcomes else {}
    sent = [_noted(task.id, key, outcome, steps.get(key)) for key, outcome in outcomes.items()]
    sent.sort(key=lambda one: (one.at, one.step))
    return Row(stands, tuple(sent), next_notice(stands, cases, now), cases.plan.history.task(task.id).calls)


def next_notice(stands: Standing, cases: Cases, now: datetime) -> datetime | None:
    """When the next notice of a task would go if nothing more were done; None if none will."""
    task, slot = stands.task, stands.task.slot
    if stands.state in SILENT:
        return None
    outcomes, withdrawn = cases.plan.history.outcomes(task.id), cases.plan.history.withdrawn
    for step in sorted((*slot.steps, *asked_steps(task, cases.plan.history)), key=lambda s: s.at):
        notice = Notice(task, step)
        if step.at > now and notice.key not in outcomes and notice.name not in withdrawn and _asks(step, stands):
            return step.at
    repeats = cases.repeats(slot)
    latest = repeats.latest(now) if repeats is not None else None
    following = repeats.step(latest + 1) if repeats is not None and latest is not None else None
    return following.at if following is not None else None


def _asks(step: Step, stands: Standing) -> bool:
    """Whether a step still has something to ask: neither acknowledged nor on pace."""
    if step.needs is not None:
        return stands.progress is None or stands.progress.done < step.needs
    return step.last or step.kind is not NoticeKind.REMINDER or stands.acknowledged_at is None


def _noted(task_id: str, key: str, outcome: Outcome, at: datetime | None) -> Sent:
    step = key[len(task_id) + 1 :].partition("@")[0]
    return Sent(kind_of(step), step, at or outcome.at, outcome)


def _hurt(row: Row) -> tuple[int, int, bool, datetime, str]:
    """Red before yellow, open before reported before done; of what is overdue a limit set by law first; then by day."""
    stands = row.standing
    lawful = stands.light is Light.RED and row.task.slot.obligation.set_by is SetBy.LAW
    return _HURTS[stands.light], _WAITS.get(stands.state, 0), not lawful, end_of(row.task.dates.due), row.task.id


def _sent(sent: Sent) -> dict[str, object]:
    outcome = sent.outcome
    return {
        "kind": sent.kind.value,
        "step": sent.step,
        "at": iso(sent.at),
        "sent_at": iso(outcome.at) if outcome.kind is OutcomeKind.SENT else None,
        "to": list(outcome.to),
        "message_id": outcome.message_id,
        "outcome": outcome.kind.value,
        "reason": outcome.reason or None,
    }


def _left(row: Row, plan: Plan, now: datetime) -> Iterator[Phrase]:
    """剩N个工作日 or 逾期N个工作日, counted on the bearer's calendar; what a quota still lacks."""
    stands, dates = row.standing, row.task.dates
    if stands.state in {State.DONE, State.DONE_LATE}:
        yield say("，{day}办结", day=when(stands.done_on))
        return
    if stands.progress and stands.state is not State.WAIVED:
        yield say("，已完成{done}/{required}", done=stands.progress.done, required=stands.progress.required)
    if has_lapsed(stands, now):
        yield say("，已过，不再提示")
    elif stands.state in {State.OPEN, State.OVERDUE} and isinstance(dates.due, datetime):
        yield _hours(dates.due, now)
    elif stands.state in {State.OPEN, State.OVERDUE}:
        n = plan.calendars.of(row.task.slot.region).count(now.date(), day_of(dates.target))
        yield say("，剩{n}个工作日", n=n) if stands.state is State.OPEN else say("，逾期{n}个工作日", n=-n)


def _hours(due: datetime, now: datetime) -> Phrase:
    """What is left of a limit in hours, or how long it is over: whole hours, minutes below one."""
    minutes = int(abs(due - now).total_seconds() // 60)
    if minutes >= _HOUR:
        n = minutes // _HOUR
        return say("，逾期{n}小时", n=n) if now > due else say("，剩{n}小时", n=n)
    return say("，逾期{n}分钟", n=minutes) if now > due else say("，剩{n}分钟", n=minutes)
