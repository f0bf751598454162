"""The deadlines that move when the calendar changes: old → new, of tasks that are not finished. It changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scheduler.planning.model import Dates, State
from scheduler.planning.plan import Plan
from scheduler.planning.standing import standing
from scheduler.reports.shapes import days, iso
from scheduler.words import Phrase, say

_CLOSED = frozenset({State.DONE, State.DONE_LATE, State.WAIVED, State.DORMANT})


@dataclass(frozen=True, slots=True)
class Moved:
    """One open task whose printed, due or target day is another than before."""

    task: str
    old: Dates
    new: Dates


def moved(old: Plan, new: Plan) -> list[Moved]:
    """The open tasks of both plans whose days differ, in the order of the table."""
    found = []
    for task in new.tasks():
        before = old.task(task.id)
        if before is None or _days(before.dates) == _days(task.dates):
            continue
        if standing(task, new, new.now).state not in _CLOSED:
            found.append(Moved(task.id, before.dates, task.dates))
    return found


def settled(old: Plan, new: Plan) -> int:
    """How many slots are provisional no more."""
    before = {(s.obligation.id, s.period, s.region, s.event, s.only) for s in old.slots if s.dates.provisional}
    after = [s for s in new.slots if not s.dates.provisional]
    return sum((s.obligation.id, s.period, s.region, s.event, s.only) in before for s in after)


def data(one: Moved) -> dict[str, object]:
    """A moved task as JSON."""
    return {"task": one.task, "old": days(one.old), "new": days(one.new)}


def lines(found: list[Moved], settled_slots: int) -> Iterator[Phrase]:
    """The moves in words."""
    for one in found:
        old, new = iso(one.old.target), iso(one.new.target)
        yield say("{task}：办理时限{old} → {new}", task=one.task, old=old, new=new)
    yield say("期限改变的任务{n}项，不再是暂定的{m}项", n=len(found), m=settled_slots)


def _days(dates: Dates) -> tuple[object, ...]:
    return dates.printed, dates.due, dates.target
