"""The moments at which the alarm clock rings, by obligation. It decides nothing: a ring only asks what is owed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from scheduler.planning.byhand import asked_moments
from scheduler.planning.cases import Cases
from scheduler.planning.model import Slot
from scheduler.planning.plan import Plan


def moments(plan: Plan) -> Mapping[str, tuple[datetime, ...]]:
    """The moments of each obligation's notices that are not before the plan's, sorted, each once."""
    cases = Cases(plan)
    found: dict[str, set[datetime]] = {}
    for slot in plan.slots:
        if slot.steps or cases.plan.history.asked(slot.obligation.id, slot.period):
            found.setdefault(slot.obligation.id, set()).update(_of(slot, cases, plan.now))
    return MappingProxyType({name: tuple(sorted(times)) for name, times in found.items() if times})


def _of(slot: Slot, cases: Cases, now: datetime) -> set[datetime]:
    found = {step.at for step in slot.steps if step.at >= now}
    repeats = cases.repeats(slot)
    found |= {at for at in asked_moments(slot, cases.plan.history) if at >= now}
    return found | {repeats.following(now).at} if repeats is not None else found
