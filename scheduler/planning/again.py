"""A notice in the outbox looked at again before it goes: is it still there, and does anybody still want it? Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from scheduler.planning.cases import Cases
from scheduler.planning.decide import decided_again
from scheduler.planning.model import Decision, Notice, Verdict
from scheduler.planning.notices import recall
from scheduler.planning.plan import Plan
from scheduler.planning.reasons import Reason


def look_again(key: str, cases: Cases, now: datetime) -> tuple[Notice, Decision] | Reason:
    """The notice of a key with the decision on it now; or the reason why there is no such notice any more."""
    notice = recall(key, cases.plan)
    if notice is not None:
        return notice, decided_again(notice, cases, now)
    task_id, _, rest = key.rpartition("#")
    task = cases.plan.task(task_id)
    target = rest.partition("@")[2].partition(">")[0]
    return Reason.MOVED if task is not None and task.dates.target.isoformat() != target else Reason.GONE


def unwanted(keys: Iterable[str], plan: Plan, now: datetime) -> Mapping[str, list[str]]:
    """Which notices that wait in the outbox will never go, by the reason why.

    Those that stand alike are judged once.
    """
    cases, gone = Cases(plan), defaultdict[str, list[str]](list)
    judged: dict[object, str | None] = {}
    for key in keys:
        alike = _alike(key, cases, now)
        if alike not in judged:
            judged[alike] = _unwanted(key, cases, now)
        if (reason := judged[alike]) is not None:
            gone[reason].append(key)
    return gone


def _alike(key: str, cases: Cases, now: datetime) -> object:
    """What the verdict on a notice depends on, where it is shared; else the key."""
    name, _, tail = key.rpartition("#")
    task = cases.plan.task(name)
    if task is None:
        return key
    told = dict.fromkeys(step.to for step in task.slot.steps)
    alike = cases.alike(task, ((to, now) for to in told))
    return key if alike is None else (id(task.slot), tail, alike)


def _unwanted(key: str, cases: Cases, now: datetime) -> str | None:
    found = look_again(key, cases, now)
    if isinstance(found, Reason):
        return found
    return found[1].reason if found[1].verdict is Verdict.SKIP else None
