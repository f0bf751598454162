"""Who owes a slot: the units or persons of a row, by region and send time, on a day. It knows no date rule."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta

from msgspec import Struct

from scheduler.planning.model import Bearer, Slot
from scheduler.planning.occasions import hangs_on_event, names_persons
from scheduler.planning.windows import day_of
from scheduler.register import Region, Register, Roster
from scheduler.register.model import Obligation, Quota, Selector
from scheduler.register.roster import Holder
from scheduler.register.values import UNASSIGNED, Follows


class Group(Struct, frozen=True):
    """Bearers that share a calendar and a send time, and so a slot."""

    region: Region | None
    send_at: time


ByGroup = Mapping[Group, Mapping[str, Bearer]]


class Bearers:
    """The bearers of one register's rows; it remembers its answers, for a million tasks share them."""

    def __init__(self, register: Register, roster: Roster) -> None:
        self._office = register.office.unit
        self._roster = roster
        self._turns = _turns(register)
        self._changing = any(unit.from_ or unit.to for unit in register.units)
        self._group_of = {unit.id: Group(roster.region(unit.id), roster.send_at(unit.id)) for unit in register.units}
        self._groups: dict[tuple[Selector, str | None], tuple[Group, ...]] = {}
        self._found: dict[tuple[str, str | None, int], ByGroup] = {}
        self._shared: dict[tuple[Selector, Follows, str | None, int], ByGroup] = {}
        self._known: dict[tuple[Holder, Follows], Bearer] = {}

    def groups(self, obligation: Obligation, event_unit: str | None) -> tuple[Group, ...]:
        """The regions and send times among those who may owe a row."""
        key = (obligation.owed_by, event_unit)
        if key not in self._groups:
            self._groups[key] = self._groups_of(self._roster.units(obligation.owed_by, event_unit))
        if not self._groups[key] and self._is_open(obligation, event_unit):
            return self._groups_of((*self._coordinators(obligation), self._office))
        return self._groups[key]

    def on(self, obligation: Obligation, event_unit: str | None, day: date) -> ByGroup:
        """Who owes a row on a day, by group and then by id."""
        changes = self._changing or names_persons(obligation.owed_by)
        turn = bisect_right(self._turns, day) if changes else 0
        key = (obligation.id, event_unit, turn)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._owing(obligation, event_unit, day, turn)
        return found

    def of(self, slot: Slot) -> Mapping[str, Bearer]:
        """Who owes a slot, by id: those of its group on the target day, or the one whose own it is."""
        if slot.only is not None:
            return {slot.only.id: slot.only}
        by_group = self.on(slot.obligation, slot.event_unit, day_of(slot.dates.target))
        found = by_group.get(Group(slot.region, slot.send_at), {})
        return {k: v for k, v in found.items() if k not in slot.without} if slot.without else found

    def _owing(self, obligation: Obligation, event_unit: str | None, day: date, turn: int) -> ByGroup:
        schedule = obligation.schedule
        follows = schedule.follows if isinstance(schedule, Quota) else Follows.PERSON
        key = (obligation.owed_by, follows, event_unit, turn)
        if key not in self._shared:
            holders = self._roster.bearers(obligation.owed_by, day, event_unit=event_unit, follows=follows)
            self._shared[key] = self._grouped(self._bearer(holder, follows) for holder in holders)
        found = self._shared[key]
        if found or not self._is_open(obligation, event_unit):
            return found
        return self._grouped([self._unassigned(obligation, day)])

    def _groups_of(self, units: Iterable[str]) -> tuple[Group, ...]:
        return tuple(dict.fromkeys(self._group_of[unit] for unit in units))

    def _grouped(self, bearers: Iterable[Bearer]) -> ByGroup:
        found: dict[Group, dict[str, Bearer]] = {}
        for bearer in bearers:
            found.setdefault(self._group_of[bearer.unit], {}).setdefault(bearer.id, bearer)
        return found

    def _bearer(self, holder: Holder, follows: Follows) -> Bearer:
        key = (holder, follows)
        if key not in self._known:
            who = holder.person or holder.unit
            if follows is Follows.POST and holder.role is not None:
                who = f"{holder.unit}:{holder.role}"
            self._known[key] = Bearer(who, holder.unit, holder.person, holder.role)
        return self._known[key]

    def _is_open(self, obligation: Obligation, event_unit: str | None) -> bool:
        """Whether the row waits for somebody to be named."""
        return event_unit is None and hangs_on_event(obligation.owed_by)

    def _unassigned(self, obligation: Obligation, day: date) -> Bearer:
        """Until somebody is named the clock runs, and the coordinator of the day is chased."""
        chased = (unit for unit in self._coordinators(obligation) if self._roster.unit(unit).on(day))
        return Bearer(UNASSIGNED, next(chased, self._office))

    def _coordinators(self, obligation: Obligation) -> tuple[str, ...]:
        return self._roster.units(obligation.coordinator) if obligation.coordinator else ()


def _turns(register: Register) -> tuple[date, ...]:
    """The days on which a unit comes or goes, or anybody a post: between two of them the bearers are the same."""
    terms = [*register.units, *(t for unit in register.units for held in unit.people.values() for t in held)]
    begins = {t.from_ for t in terms if t.from_ is not None}
    return tuple(sorted(begins | {t.to + timedelta(days=1) for t in terms if t.to is not None}))
