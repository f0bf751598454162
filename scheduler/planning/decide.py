"""What is owed at a moment, and whether it is still wanted: the verdict on every notice whose moment has come. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec.structs import replace

from scheduler.planning.case import LATE, Ruling, origin
from scheduler.planning.cases import Cases
from scheduler.planning.ladders import NOW
from scheduler.planning.model import Decision, Notice, Slot, Task, tail
from scheduler.planning.plan import Plan
from scheduler.planning.reasons import Reason
from scheduler.planning.verdicts import rulings, second_look


def owed(plan: Plan, now: datetime) -> list[Decision]:
    """The decision on each notice whose moment is not after `now` and that has no outcome yet.

    SEND and SKIP are to be recorded, once; a HOLD is looked at again, and `at` says when, if it is known.
    """
    cases = Cases(plan)
    found = (pair for slot in plan.slots for pair in _rulings(slot, cases, now))
    return [decision(task, _told(ruling, task, cases, now)) for task, ruling in found]


def decided_again(notice: Notice, cases: Cases, now: datetime) -> Decision:
    """The decision on a notice of this plan that stands in the outbox.

    SKIP: what it asks for has been done, or it was withdrawn or overtaken. HOLD: not at this hour. The endless chasers
    are not looked for: a notice that has its place is judged by what was sent since, not by what could come.
    """
    ruling = second_look(cases.of(notice.task, now, endless=False), notice.step, now)
    return Decision(notice, ruling.verdict, ruling.reason, at=ruling.at)


def late_since(notices: Iterable[Notice], plan: Plan, now: datetime) -> datetime | None:
    """The earliest send moment that a notice missed by more than `LATE`; None where none did."""
    cases = Cases(plan)
    moments = (origin(cases.of(notice.task, now), notice.step, now) for notice in notices)
    return min((at for at in moments if at is not None and now - at > LATE), default=None)


def held(plan: Plan, now: datetime) -> list[Decision]:
    """What waits, or will, for a person because it may have gone before the journal was put back from a copy."""
    gap, cases = plan.history.gap, Cases(plan)
    if gap is None:
        return []
    new = [slot for slot in plan.slots if slot.known is not None and gap.since < slot.known <= gap.until]
    ahead = [(slot, step.at) for slot in new for step in slot.steps if step.name == NOW and step.at > now]
    found = [*owed(plan, now), *(d for slot, at in ahead for task in plan.tasks_of(slot) for d in _of(task, cases, at))]
    return [d for d in found if d.reason is Reason.RESTORED]


def awaiting(plan: Plan, now: datetime) -> list[Decision]:
    """The escalations whose moment has come, that go as soon as a person lets them and not before."""
    cases = Cases(plan)
    asking = (slot for slot in plan.slots if any(step.ask and step.at <= now for step in slot.steps))
    found = (pair for slot in asking for pair in _rulings(slot, cases, now))
    waiting = ((task, ruling) for task, ruling in found if ruling.reason is Reason.NEEDS_RELEASE)
    return [decision(task, _told(ruling, task, cases, now)) for task, ruling in waiting]


def _rulings(slot: Slot, cases: Cases, now: datetime) -> Iterator[tuple[Task, Ruling]]:
    """The rulings on the tasks of a slot that have a notice without an outcome, or a chaser that was asked for.

    Tasks that stand alike, and whose readers are told alike, are judged once: a province has thousands in a slot.
    """
    history = cases.plan.history
    tails, asked = _come(slot, cases, now), history.asked(slot.obligation.id, slot.period)
    bearers = cases.plan.owing.of(slot) if tails or asked else {}
    apart = cases.marked(slot, bearers)
    told = [(to, now) for to in dict.fromkeys(step.to for step in slot.steps)]
    judged: dict[object, list[Ruling]] = {}
    for name, bearer in bearers.items():
        task = Task(slot, bearer)
        if name not in asked and (name in apart or not tails) and history.has_outcomes(task.id, tails):
            continue
        alike = cases.alike(task, told, marked=name in apart) or name
        if alike not in judged:
            judged[alike] = rulings(cases.of(task, now), now)
        yield from ((task, ruling) for ruling in judged[alike])


def _told(ruling: Ruling, task: Task, cases: Cases, now: datetime) -> Ruling:
    """A ruling that was made on a task like this one, with those who are told of this one."""
    return ruling if ruling.route is None else replace(ruling, route=cases.route(task, ruling.step, now))


def _come(slot: Slot, cases: Cases, now: datetime) -> list[str]:
    """The tails of the steps of a slot whose moment has come, of the endless chasers the latest."""
    if not slot.steps or slot.steps[0].at - cases.lookahead > now:
        return []
    target = slot.dates.target
    tails = [tail(s, target) for s in slot.steps if s.at - cases.lookahead <= now]
    if (repeats := cases.repeats(slot)) is not None and (ordinal := repeats.latest(now)) is not None:
        step = repeats.step(ordinal)
        tails += [tail(step, target)] if step.at > slot.steps[-1].at else []
    return tails


def _of(task: Task, cases: Cases, now: datetime) -> Iterator[Decision]:
    for ruling in rulings(cases.of(task, now), now):
        yield decision(task, ruling)


def decision(task: Task, ruling: Ruling) -> Decision:
    """A ruling on a step as the decision on the task's notice."""
    route = ruling.route
    recipient, copies = (route.recipient, route.copies) if route is not None else (None, ())
    return Decision(
        Notice(task, ruling.step), ruling.verdict, ruling.reason, recipient, copies, late=ruling.late, at=ruling.at
    )
