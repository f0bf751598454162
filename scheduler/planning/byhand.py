"""The chasers that a person asked for: steps of one task, made from the record. It judges nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from scheduler.planning.history import History
from scheduler.planning.model import NoticeKind, Slot, Step, Task

BY_HAND = "chase-by-hand-"


def name_of(day: date) -> str:
    """`chase-by-hand-2026-11-23`: at most one a day. One in the place of another that was voided has a `-2` behind."""
    return f"{BY_HAND}{day.isoformat()}"


def asked_steps(task: Task, history: History) -> tuple[Step, ...]:
    """The chasers asked for while the task had its present target, in the order in which they were asked for."""
    if not (found := history.task(task.id).chases):
        return ()
    target = task.dates.target.isoformat()
    return tuple(Step(NoticeKind.CHASER, c.step, c.at, None, by_hand=True) for c in found if c.target == target)


def asked_moments(slot: Slot, history: History) -> Iterator[datetime]:
    """When chasers that were asked for about tasks of a slot go."""
    for bearer in history.asked(slot.obligation.id, slot.period):
        yield from (c.at for c in history.task(f"{slot.obligation.id}/{bearer}/{slot.period}").chases)
