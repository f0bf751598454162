"""Finds notices again by what they are called: TASK#STEP, or the key that the journal keeps. It decides nothing."""

from __future__ import annotations

from scheduler.planning.byhand import asked_steps
from scheduler.planning.cases import Cases
from scheduler.planning.model import Notice, Step, Task
from scheduler.planning.plan import Plan


def named(name: str, plan: Plan) -> tuple[Notice, ...]:
    """The notices of that name, TASK#STEP: one per role; none where the plan has no such task or step."""
    task_id, _, step_name = name.rpartition("#")
    task = plan.task(task_id)
    if task is None:
        return ()
    steps = (*task.slot.steps, *asked_steps(task, plan.history))
    found = tuple(Notice(task, step) for step in steps if step.name == step_name)
    repeated = _repeated(task, step_name, plan) if not found else None
    return found if repeated is None else (Notice(task, repeated),)


def recall(key: str, plan: Plan) -> Notice | None:
    """The notice of that key; None where its task is gone, its target has moved or its ladder has no such step now."""
    task_id, _, rest = key.rpartition("#")
    return next((notice for notice in named(f"{task_id}#{rest.partition('@')[0]}", plan) if notice.key == key), None)


def _repeated(task: Task, name: str, plan: Plan) -> Step | None:
    """An endless chaser beyond those that the slot carries."""
    ordinal = name.removeprefix("chase-")
    repeats = Cases(plan).repeats(task.slot)
    if repeats is None or ordinal == name or not ordinal.isdecimal() or int(ordinal) < repeats.first:
        return None
    return repeats.step(int(ordinal))
