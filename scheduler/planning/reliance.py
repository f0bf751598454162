"""Which mails went on the strength of an entry: what must be put right where it was wrong. It voids nothing."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.planning.model import Fact, FactKind, OutcomeKind
from scheduler.planning.plan import Plan

# Entries that begin or renew what is asked; the others only silence, and what is silent sends no mail.
_ASKING = frozenset(
    {FactKind.RETURN, FactKind.REOPEN, FactKind.RESUME, FactKind.EXTEND, FactKind.ASSIGN, FactKind.RELEASE}
    | {FactKind.CHASE}
)


def relying(fact: Fact, plan: Plan) -> tuple[str, ...]:
    """The names (TASK#STEP) of the notices that went after an entry about the tasks that it made or let be asked for.

    `plan` is the one in which the entry still counts. In the order in which they went.
    """
    found = [
        (outcome.at, key.partition("@")[0])
        for task in _tasks(fact, plan)
        for key, outcome in plan.history.outcomes(task).items()
        if outcome.kind is OutcomeKind.SENT and outcome.at >= fact.entered
    ]
    return tuple(dict.fromkeys(name for _, name in sorted(found)))


def _tasks(fact: Fact, plan: Plan) -> Iterator[str]:
    if fact.kind is FactKind.EVENT:
        for slot in plan.slots:
            if slot.event == fact.data.get("ref"):
                yield from (task.id for task in plan.tasks_of(slot))
    elif fact.kind in _ASKING and fact.task is not None:
        yield fact.task
