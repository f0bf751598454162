"""Where a task stands at a moment: state, light, progress, the day it was done. Derived and never stored."""

from __future__ import annotations

from datetime import date, datetime

from msgspec.structs import replace

from scheduler.planning.model import BEIJING, Light, Moment, Standing, State, Task
from scheduler.planning.plan import Plan
from scheduler.planning.progress import reached
from scheduler.planning.taskfacts import Closing, TaskFacts
from scheduler.planning.windows import day_of, end_of
from scheduler.register.model import Review

_LIGHTS = {
    State.DORMANT: Light.GREY,
    State.NOT_OPEN: Light.GREY,
    State.PAUSED: Light.GREY,
    State.WAIVED: Light.GREY,
    State.OVERDUE: Light.RED,
    State.REPORTED: Light.GREEN,
    State.DONE: Light.GREEN,
    State.DONE_LATE: Light.GREEN,
}


def standing(task: Task, plan: Plan, now: datetime) -> Standing:
    """Where `task` stands at `now` (aware), by the facts of the plan's history.

    Overdue begins after `due`: at the next midnight in Beijing, for hour-scale tasks at the moment; never at an earlier
    target; a soft prompt lapses then. The day done of a finished task is compared with the due day as it stood when
    that was entered.
    """
    facts = plan.history.task(task.id)
    count = reached(task, plan.history, plan.roster, now.astimezone(BEIJING).date())
    state, done_on = _state(task, facts, count.on if count else None, now)
    if count is not None and facts.done is None and state in {State.DONE, State.DONE_LATE}:
        done_on = count.on
    return Standing(
        task=as_it_stood(task, facts),
        state=state,
        light=_LIGHTS.get(state) or _open_light(task, now),
        progress=count.progress if count else None,
        done_on=done_on,
        evidence=_evidence(facts),
        acknowledged_at=facts.acknowledged_at,
        extensions=len(facts.extensions),
    )


def as_it_stood(task: Task, facts: TaskFacts) -> Task:
    """A finished task with the dates that it had then: a later edit of the table does not rewrite the past."""
    closing = facts.finished
    if closing is None or closing.printed is None or closing.due is None or closing.target is None:
        return task
    stood = (closing.printed, closing.due, closing.target)
    dates = task.dates
    if stood == (dates.printed, dates.due, dates.target):
        return task
    printed, due, target = stood
    then = replace(dates, printed=printed, due=due, target=target, provisional=False)
    return Task(replace(task.slot, dates=then), task.bearer)


def is_late(done: Moment, due: Moment, entered: datetime | None = None) -> bool:
    """Whether it was done after `due`.

    Of a completion that only names a day, an hour-scale limit asks when it was entered, if it was on that day, and else
    whether the whole day lies after it.
    """
    if isinstance(due, datetime) and not isinstance(done, datetime):
        same_day = entered is not None and entered.astimezone(BEIJING).date() == done
        return done > due.astimezone(BEIJING).date() or (same_day and entered is not None and entered > due)
    if isinstance(due, datetime) and isinstance(done, datetime):
        return done > due
    return _local(done) > _local(due)


def _state(task: Task, facts: TaskFacts, counted: date | None, now: datetime) -> tuple[State, Moment | None]:
    if facts.waiver is not None:
        return State.WAIVED, None
    if facts.done is not None:
        done = facts.done
        return _done(task, done.on, done.due or task.dates.due, done), done.on
    if counted is not None:
        return _done(task, counted, task.dates.due, None), counted
    if task.slot.dormant:
        return State.DORMANT, None
    if facts.reported is not None and not task.slot.paused:
        return State.REPORTED, facts.reported.on
    return _running(task, now), None


def _done(task: Task, on: Moment, due: Moment, closing: Closing | None) -> State:
    late = is_late(on, due, closing.entered if closing else None) and not is_soft(task)
    return State.DONE_LATE if late else State.DONE


def _running(task: Task, now: datetime) -> State:
    if task.slot.paused:
        return State.PAUSED
    if is_overdue(task.dates.due, now):
        return State.DORMANT if is_soft(task) else State.OVERDUE
    return State.NOT_OPEN if now.astimezone(BEIJING).date() < task.dates.opens else State.OPEN


def is_soft(task: Task) -> bool:
    """Whether it only prompts (适时): never overdue, never late, never red."""
    schedule = task.slot.obligation.schedule
    return isinstance(schedule, Review) and schedule.soft


def has_lapsed(stands: Standing, now: datetime) -> bool:
    """Whether it is a soft prompt whose day has passed with nothing said: it asks for nothing any more."""
    task = stands.task
    return stands.state is State.DORMANT and not task.slot.dormant and is_soft(task) and is_overdue(task.dates.due, now)


def is_overdue(due: Moment, now: datetime) -> bool:
    """Whether `due` has passed: a day at the next midnight in Beijing, a moment as soon as it is over."""
    return now > due if isinstance(due, datetime) else now >= end_of(due)


def _open_light(task: Task, now: datetime) -> Light:
    """Yellow inside the ladder: once its first notice moment has come."""
    steps = task.slot.steps
    return Light.YELLOW if steps and steps[0].at <= now else Light.GREEN


def _evidence(facts: TaskFacts) -> str | None:
    closing = facts.waiver or facts.done or facts.reported
    return closing.evidence if closing else None


def _local(moment: Moment) -> date:
    return day_of(moment.astimezone(BEIJING) if isinstance(moment, datetime) else moment)
