"""A notice in the outbox looked at again before it goes: is it still there, and does anybody still want it? Pure."""

from __future__ import annotations

from datetime import datetime

from scheduler.planning.decide import still_wanted
from scheduler.planning.model import Decision, Notice
from scheduler.planning.notices import recall
from scheduler.planning.plan import Plan
from scheduler.planning.reasons import Reason


def look_again(key: str, plan: Plan, now: datetime) -> tuple[Notice, Decision] | Reason:
    """The notice of a key with the decision on it now; or the reason why there is no such notice any more."""
    notice = recall(key, plan)
    if notice is not None:
        return notice, still_wanted(notice, plan, now)
    task_id, _, rest = key.rpartition("#")
    task = plan.task(task_id)
    target = rest.partition("@")[2].partition(">")[0]
    return Reason.MOVED if task is not None and task.dates.target.isoformat() != target else Reason.GONE
