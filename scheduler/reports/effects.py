"""What an entry changed, in one sentence: the new state, the next notice, the tasks that began. It changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from scheduler.planning.cases import Cases
from scheduler.planning.entries import Accepted
from scheduler.planning.index import parts
from scheduler.planning.model import FactKind, State, Task
from scheduler.planning.plan import Plan
from scheduler.planning.spoken import STATES, when
from scheduler.planning.standing import standing
from scheduler.register.model import Coverage, Measure, Quota
from scheduler.register.values import UNASSIGNED
from scheduler.reports.shapes import target_said
from scheduler.reports.status import next_notice
from scheduler.words import Phrase, say

_LISTED = 3
_MOVING = frozenset({FactKind.EXTEND, FactKind.RESUME})
_OVER = frozenset({State.DONE, State.DONE_LATE, State.WAIVED, State.DORMANT})


def effect(accepted: Accepted, before: Plan, after: Plan, now: datetime) -> Phrase:
    """The sentence of the entry, completed by what the plan says now that it is written down."""
    parts = [accepted.said, *_consequences(accepted, before, after, now)]
    sentence = parts[0]
    for part in parts[1:]:
        sentence = say("{first}；{then}", first=sentence, then=part)
    return say("{sentence}。", sentence=sentence)


def _consequences(accepted: Accepted, before: Plan, after: Plan, now: datetime) -> Iterator[Phrase]:
    entry = accepted.entry
    if entry.kind is FactKind.EVENT:
        yield from _begun(before, after, str(entry.data["ref"]), now)
    elif entry.kind is FactKind.RECORD:
        yield from _counted(after, accepted, now)
    elif entry.kind is FactKind.ASSIGN and entry.task is not None:
        row, _, period = parts(entry.task)
        task = after.task(f"{row}/{entry.data['unit']}/{period}")
        if task is not None:
            yield say("任务改为 {task}", task=task.id)
            yield _stands(task, after, now)
    elif entry.task is not None and (task := after.task(entry.task)) is not None:
        if entry.kind in _MOVING:
            yield say("办理时限{target}", target=target_said(task.dates))
        yield _stands(task, after, now)


def _stands(task: Task, after: Plan, now: datetime) -> Phrase:
    stands = standing(task, after, now)
    at = next_notice(stands, Cases(after), now)
    following = say("下一个通知{at}", at=f"{at:%Y-%m-%d %H:%M}") if at else say("不再有通知")
    return say("现状：{state}，{following}", state=STATES[stands.state], following=following)


def _begun(before: Plan, after: Plan, ref: str, now: datetime) -> Iterator[Phrase]:
    """The open tasks that the event made, or whose days or clock it changed."""
    known = {task.id: (task.dates, task.slot.paused) for task in _of_event(before, ref)}
    changed = (task for task in _of_event(after, ref) if known.get(task.id) != (task.dates, task.slot.paused))
    tasks = [task for task in changed if standing(task, after, now).state not in _OVER]
    for task in tasks[:_LISTED]:
        if task.slot.paused:
            yield say("任务 {task}，办理时限{target}（停止计算）", task=task.id, target=when(task.dates.target))
        else:
            yield say("任务 {task}，办理时限{target}", task=task.id, target=target_said(task.dates))
    if len(tasks) > _LISTED:
        yield say("等{n}项任务", n=len(tasks))
    if len(tasks) == 1:
        yield _stands(tasks[0], after, now)
    nobody = next((task.id for task in tasks if task.bearer.id == UNASSIGNED), None)
    if nobody is not None:
        yield say("责任单位未定，用 duban assign {task} --unit ID 指定", task=nobody)


def _of_event(plan: Plan, ref: str) -> Iterator[Task]:
    return (task for slot in plan.slots if slot.event == ref for task in plan.tasks_of(slot))


def _counted(after: Plan, accepted: Accepted, now: datetime) -> Iterator[Phrase]:
    """The counts that the record moved."""
    data = accepted.entry.data
    whose = {data.get("person"), data.get("unit")} - {None}
    for slot in after.slots:
        schedule = slot.obligation.schedule
        if not isinstance(schedule, Quota | Coverage | Measure) or schedule.of != data["record"]:
            continue
        for task in after.tasks_of(slot) if slot.dates.opens <= now.date() else ():
            if isinstance(schedule, Coverage) or whose & {task.bearer.person, task.bearer.unit}:
                yield from _progress(task, after, now)


def _progress(task: Task, after: Plan, now: datetime) -> Iterator[Phrase]:
    progress = standing(task, after, now).progress
    if progress is not None:
        yield say("{task} 已完成{n}/{m}", task=task.id, n=progress.done, m=progress.required)
