"""The plan: the slots of a table at a moment and the tasks in them. It sends nothing and decides no state."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import cached_property

from msgspec import Struct
from msgspec.structs import force_setattr, replace

from scheduler.planning.alike import Alike
from scheduler.planning.bearers import Bearers
from scheduler.planning.calendars import Calendars
from scheduler.planning.history import History
from scheduler.planning.index import parts
from scheduler.planning.model import Bearer, Slot, Task
from scheduler.planning.people import Directory
from scheduler.planning.slots import Setting, slots_of
from scheduler.register import Register, Roster


class _Slots(tuple[Slot, ...]):  # noqa: SLOT001 - it keeps what was looked up
    """Slots that are looked up: plans with later facts share them and what was looked up once."""

    @cached_property
    def by_period(self) -> dict[tuple[str, str], list[Slot]]:
        found: dict[tuple[str, str], list[Slot]] = {}
        for slot in self:
            found.setdefault((slot.obligation.id, slot.period), []).append(slot)
        return found

    @cached_property
    def by_row(self) -> dict[str, list[Slot]]:
        found: dict[str, list[Slot]] = {}
        for slot in self:
            found.setdefault(slot.obligation.id, []).append(slot)
        return found


class Plan(Struct, frozen=True, eq=False, dict=True):
    """What is owed: slots, and for each the tasks of its bearers, which are made when asked for.

    `replace(plan, history=…)` shows the same slots with later facts; facts that move a date need a new plan.
    """

    roster: Roster
    calendars: Calendars
    history: History
    now: datetime
    slots: tuple[Slot, ...]
    owing: Bearers
    directory: Directory

    def __post_init__(self) -> None:
        """Lets the history answer for former ids, and finds slots by their periods."""
        if self.roster.former:
            force_setattr(self, "history", self.history.renamed(self.roster.former))
        if not isinstance(self.slots, _Slots):
            force_setattr(self, "slots", _Slots(self.slots))

    @property
    def register(self) -> Register:
        """The table."""
        return self.roster.register

    def tasks(self) -> Iterator[Task]:
        """All tasks, slot by slot, in the order of the table."""
        for slot in self.slots:
            yield from self.tasks_of(slot)

    def tasks_of(self, slot: Slot) -> Iterator[Task]:
        """The tasks of a slot; those with dates of their own are in slots of their own."""
        return (Task(slot, bearer) for bearer in self.owing.of(slot).values())

    def bearers(self, slot: Slot) -> tuple[Bearer, ...]:
        """Who owes the tasks of a slot."""
        return tuple(self.owing.of(slot).values())

    def task(self, task_id: str) -> Task | None:
        """The task of that id; None where the plan has none."""
        obligation, bearer, period = parts(task_id)
        for slot in self._slots.by_period.get((obligation, period), ()):
            found = self.owing.of(slot).get(bearer)
            if found is not None:
                return Task(slot, found)
        return None

    def slots_of(self, obligation: str) -> tuple[Slot, ...]:
        """The slots of one row."""
        return tuple(self._slots.by_row.get(obligation, ()))

    @property
    def _slots(self) -> _Slots:
        return self.slots if isinstance(self.slots, _Slots) else _Slots(self.slots)


def compile_plan(
    register: Register,
    calendars: Calendars,
    history: History,
    *,
    now: datetime,
    since: date,
    until: date,
    budget: Iterator[object] | None = None,
    like: Plan | None = None,
) -> Plan:
    """The plan at `now`: every slot whose target or a notice lies in [since, until], and every slot still open.

    `now` is aware. Rows that the history does not know count as loaded at `now`; so do those loaded later. With a
    `budget` no more occasions are looked at than it has items: a glance at a table of any size. What a plan `like` this
    one knows of the people of the same register is taken over.
    """
    if like is not None and like.register is register:
        empty = replace(like, calendars=calendars, history=history, now=now, slots=())
    else:
        roster = Roster(register)
        empty = Plan(roster, calendars, history, now, (), Bearers(register, roster), Directory(roster))
    roster, bearers = empty.roster, empty.owing
    setting = Setting(register, roster, bearers, calendars, empty.history, now, since, until)
    alike = Alike()
    found = (slot for row in register.obligations for slot in slots_of(row, setting, alike, budget))
    return replace(empty, slots=tuple(found))


def made_anew(plan: Plan, row_id: str, since: date, until: date) -> Plan:
    """The plan with the slots of one row made anew from its history, for [since, until]; others stay as they are."""
    m = Setting(
        plan.register, plan.roster, plan.owing, plan.calendars, plan.history, plan.now, since=since, until=until
    )
    others = (slot for slot in plan.slots if slot.obligation.id != row_id)
    return replace(plan, slots=(*others, *slots_of(m.rows[row_id], m, Alike())))
