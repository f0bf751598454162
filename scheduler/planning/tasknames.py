"""Which task somebody means: by its id, or by parts of id, title and names that one task alone has. No guesses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scheduler.planning.entries import unknown_task
from scheduler.planning.model import Task
from scheduler.planning.plan import Plan
from scheduler.planning.spoken import when
from scheduler.planning.windows import end_of
from scheduler.problems import Problem, UsageError
from scheduler.words import say

_LISTED = 8


def named(word: str, plan: Plan) -> Task:
    """The task that is meant; UsageError where there is none, and where there are several, which are then listed."""
    found = fitting(word, plan)
    if not found:
        unknown_task(plan, word)
    if len(found) > 1:
        found.sort(key=lambda task: (end_of(task.dates.target), task.id))
        listed = [f"\n    {task.id}  {when(task.dates.target)}" for task in found[:_LISTED]]
        tasks = "".join([*listed, "\n    …"] if len(found) > _LISTED else listed)
        message = say("符合“{word}”的有{n}项任务", word=word, n=len(found))
        hint = say("写全编号，或者加上事项、单位、期间：{tasks}", tasks=tasks)
        raise UsageError(Problem("ambiguous-task", message, hint))
    return found[0]


def fitting(word: str, plan: Plan) -> list[Task]:
    """The task of that id; else, of words that are no whole id, all that have every part: the opened ones, if any.

    A part lies in the row's id or title, or in the bearer's id or name; or it is the whole period or reference, for the
    beginning of another reference is no name for it. What is dormant has no name but its id.
    """
    exact = plan.task(word)
    if exact is not None or word.count("/") > 1:
        return [exact] if exact is not None else []
    parts = word.replace("/", " ").split()
    slots = (slot for slot in plan.slots if parts and not slot.dormant)
    found = [task for slot in slots for task in plan.tasks_of(slot) if _has(task, parts, plan)]
    return [task for task in found if task.dates.opens <= plan.now.date()] or found


def _has(task: Task, parts: Sequence[str], plan: Plan) -> bool:
    return all(part == task.slot.period or any(part in said for said in _said(task, plan)) for part in parts)


def _said(task: Task, plan: Plan) -> Iterator[str]:
    row, bearer = task.slot.obligation, task.bearer
    yield from (row.id, row.title, bearer.id)
    unit = plan.roster.unit(bearer.unit)
    yield from (unit.id, unit.name, *unit.aliases)
    if bearer.person is not None:
        yield plan.roster.person(bearer.person).name
