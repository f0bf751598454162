"""Which tasks somebody wants to see: by unit, tree, person, state, light, row, category, period. It sorts nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from msgspec import Struct

from scheduler.planning.model import Bearer, Light, Standing, State, Task
from scheduler.planning.periods import Period
from scheduler.planning.windows import day_of
from scheduler.register import Roster
from scheduler.register.values import Every


class Selection(Struct, frozen=True):
    """What was asked for; an empty field asks nothing. `units` already holds a tree with all below its root."""

    units: frozenset[str] | None = None
    people: frozenset[str] = frozenset()
    posts: frozenset[tuple[str, str]] = frozenset()
    states: frozenset[State] = frozenset()
    lights: frozenset[Light] = frozenset()
    obligations: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    periods: frozenset[str] = frozenset()

    def keeps(self, stands: Standing) -> bool:
        """Whether a task is among those asked for."""
        return self.is_owed_by(stands.task.bearer) and self.meets(stands)

    def is_owed_by(self, bearer: Bearer) -> bool:
        """Whether the tasks of a bearer are."""
        return (self.units is None or bearer.unit in self.units) and (not self.people or self._is_his(bearer))

    def meets(self, stands: Standing) -> bool:
        """Whether a task is, whoever owes it."""
        slot = stands.task.slot
        return (
            (not self.states or stands.state in self.states)
            and (not self.lights or stands.light in self.lights)
            and (not self.obligations or slot.obligation.id in self.obligations)
            and (not self.categories or (slot.obligation.category or "") in self.categories)
            and (not self.periods or any(holds(period, stands.task) for period in self.periods))
        )

    def _is_his(self, bearer: Bearer) -> bool:
        """A person's own tasks, and those of the posts he holds: an officer's are the unit's."""
        if bearer.person is not None:
            return bearer.person in self.people
        return (bearer.unit, bearer.role or "officer") in self.posts


ALL = Selection()


def tree(roster: Roster, root: str) -> frozenset[str]:
    """A unit and all below it."""
    found, waiting = {root}, [root]
    while waiting:
        below = [unit for unit in roster.below(waiting.pop()) if unit not in found]
        found.update(below)
        waiting += below
    return frozenset(found)


def holds(asked: str, task: Task) -> bool:
    """Whether a task's period is the one asked for or lies in it: 2026 holds 2026Q1, 2026-03 and 2026-W09.

    A week belongs to where its Thursday lies; a task with no period of its own (of an event, once) to where it is due.
    """
    if asked == task.slot.period:
        return True
    outer, inner = Period.named(asked), Period.named(task.slot.period)
    if outer is None:
        return False
    if inner is None:
        return outer.first <= day_of(task.dates.due) <= outer.last
    if inner.every is Every.WEEK:
        return outer.first <= inner.first + timedelta(days=3) <= outer.last
    return outer.first <= inner.first and inner.last <= outer.last


def named(labels: Iterable[str]) -> frozenset[str]:
    """The categories of an option as a set; 未分类 asks for the rows without one."""
    return frozenset("" if label in {"未分类", "-"} else label for label in labels)
