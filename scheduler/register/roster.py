"""Who is meant: units, people, roles and selectors of one register, looked up quickly. It knows no address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, time

from msgspec import Struct

from scheduler.register.ladders import ladder_name
from scheduler.register.model import (
    DutyDay,
    Event,
    Ladder,
    Obligation,
    OfficeUnit,
    Person,
    RecordKind,
    Register,
    Selector,
    Tenure,
)
from scheduler.register.values import Follows
from scheduler.workdays import Region


class Holder(Struct, frozen=True):
    """One bearer that a selector means: a unit, or a person in a role of a unit (None: the role is vacant)."""

    unit: str
    person: str | None = None
    role: str | None = None


class Roster:
    """The people and units of a register by id; indexes are built once, answers to selectors are kept."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self._units = {unit.id: unit for unit in register.units}
        self._people = {person.id: person for person in register.people}
        self._events = {event.id: event for event in register.events}
        self._records = {record.id: record for record in register.records}
        self._obligations = {row.id: row for row in register.obligations}
        self.former = {row.id: row.formerly for row in register.obligations if row.formerly}
        self._duty = {row.date: row for row in register.duty}
        self._tenures = _tenures(register)
        self._roles = _groups(self._tenures)
        self._posts = _posts(self._tenures)
        self._all = frozenset(self._units)
        self._order = {unit.id: n for n, unit in enumerate(register.units)}
        self._kinds = _sets((unit.kind, unit.id) for unit in register.units if unit.kind)
        self._tags = _sets((tag, unit.id) for unit in register.units for tag in unit.tags)
        self._below = _groups((unit.reports_to, unit.id) for unit in register.units if unit.reports_to)
        self._selected: dict[tuple[Selector, str | None], tuple[str, ...]] = {}
        self._bearers: dict[tuple[Selector, date, str | None, Follows], tuple[Holder, ...]] = {}

    # -- rows by id --

    def unit(self, unit_id: str) -> OfficeUnit:
        """The unit of that id; KeyError."""
        return self._units[unit_id]

    def person(self, person_id: str) -> Person:
        """The person of that id; KeyError."""
        return self._people[person_id]

    def event(self, event_id: str) -> Event:
        """The event of that id; KeyError."""
        return self._events[event_id]

    def record(self, record_id: str) -> RecordKind:
        """The record of that id; KeyError."""
        return self._records[record_id]

    def obligation(self, obligation_id: str) -> Obligation:
        """The obligation of that id; KeyError."""
        return self._obligations[obligation_id]

    def has_unit(self, unit_id: str) -> bool:
        """Whether there is such a unit."""
        return unit_id in self._units

    def has_person(self, person_id: str) -> bool:
        """Whether there is such a person."""
        return person_id in self._people

    # -- selectors --

    def units(self, selector: Selector, event_unit: str | None = None) -> tuple[str, ...]:
        """The units a selector means, in the order of the table; of a role selector, those that have the role."""
        key = (selector, event_unit)
        if key not in self._selected:
            meant = self._meant(selector, event_unit)
            self._selected[key] = tuple(sorted(meant, key=self._order.__getitem__))
        return self._selected[key]

    def units_on(self, selector: Selector, on: date, event_unit: str | None = None) -> tuple[str, ...]:
        """Those of the units that exist on a day; an event names its unit as long as it likes."""
        units = self.units(selector, event_unit)
        return tuple(unit for unit in units if unit == event_unit or self._units[unit].on(on))

    def _meant(self, selector: Selector, event_unit: str | None) -> frozenset[str]:
        if selector.any_of:
            found = frozenset[str]().union(*(self._meant(one, event_unit) for one in selector.any_of))
        elif selector.event_unit:
            found = frozenset([event_unit] if event_unit in self._units else [])
        else:
            found = self._narrowed(selector, event_unit)
        return found - self._meant(selector.except_, event_unit) if selector.except_ else found

    def _narrowed(self, selector: Selector, event_unit: str | None) -> frozenset[str]:
        """Keys of one mapping narrow each other; several values of one key are a union."""
        if not (selector.unit or selector.kind or selector.tag or selector.role or selector.of):
            return frozenset()
        narrowing = [self._all]
        if selector.unit:
            narrowing.append(frozenset(selector.unit))
        if selector.kind:
            narrowing.append(_union(self._kinds, selector.kind))
        if selector.tag:
            narrowing.append(_union(self._tags, selector.tag))
        if selector.of:
            narrowing.append(self._meant(selector.of, event_unit))
        found = min(narrowing, key=len).intersection(*narrowing)
        if selector.role:
            found = frozenset(unit for unit in found if (unit, selector.role) in self._tenures)
        return found

    def bearers(
        self, selector: Selector, on: date, *, event_unit: str | None = None, follows: Follows = Follows.PERSON
    ) -> tuple[Holder, ...]:
        """Who owes on a day: units, or for a role the persons who hold it then.

        With `follows` POST a vacant role is a bearer too, and a person with two posts is two bearers.
        """
        key = (selector, on, event_unit, follows)
        if key not in self._bearers:
            self._bearers[key] = _unique(self._holders(selector, on, event_unit, follows), follows)
        return self._bearers[key]

    def _holders(self, selector: Selector, on: date, event_unit: str | None, follows: Follows) -> Iterator[Holder]:
        if selector.any_of:
            dropped = frozenset(self._meant(selector.except_, event_unit)) if selector.except_ else frozenset()
            for one in selector.any_of:
                yield from (h for h in self._holders(one, on, event_unit, follows) if h.unit not in dropped)
            return
        for unit in self.units_on(selector, on, event_unit):
            if selector.role is None:
                yield Holder(unit)
                continue
            people = self.holders(unit, selector.role, on)
            yield from (Holder(unit, person, selector.role) for person in people)
            if not people and follows is Follows.POST:
                yield Holder(unit, None, selector.role)

    def persons(self, selector: Selector, on: date) -> tuple[str, ...]:
        """The persons a selector means on a day: holders of its role; without a role, all who have a post there."""
        found: dict[str, None] = {}
        for holder in self.bearers(selector, on):
            if holder.person:
                found[holder.person] = None
            elif holder.role is None:
                found |= dict.fromkeys(
                    p for role in self.roles(holder.unit) for p in self.holders(holder.unit, role, on)
                )
        return tuple(found)

    # -- roles --

    def roles(self, unit: str) -> tuple[str, ...]:
        """The roles that a unit names."""
        return self._roles.get(unit, ())

    def holder(self, unit: str, role: str, on: date) -> str | None:
        """Who holds a role of a unit on a day; the first named of several."""
        return next(iter(self.holders(unit, role, on)), None)

    def holders(self, unit: str, role: str, on: date) -> tuple[str, ...]:
        """All who hold a role of a unit on a day."""
        return tuple(tenure.person for tenure in self._tenures.get((unit, role), ()) if tenure.on(on))

    def ever(self, unit: str, role: str) -> tuple[str, ...]:
        """All who hold a role of a unit, whenever."""
        return tuple(tenure.person for tenure in self._tenures.get((unit, role), ()))

    def posts(self, person: str, on: date) -> tuple[tuple[str, str], ...]:
        """The units and roles that a person has on a day."""
        return tuple((unit, role) for unit, role, tenure in self._posts.get(person, ()) if tenure.on(on))

    def on_duty(self, day: date) -> DutyDay | None:
        """Who is on duty on a day, by the office's duty roster."""
        return self._duty.get(day)

    # -- the tree --

    def above(self, unit: str) -> Iterator[str]:
        """The units that a unit reports to, nearest first."""
        seen = {unit}
        while (over := self._units[unit].reports_to) and over in self._units and over not in seen:
            yield over
            seen.add(over)
            unit = over

    def below(self, unit: str) -> tuple[str, ...]:
        """The units that report to a unit directly."""
        return self._below.get(unit, ())

    def region(self, unit: str) -> Region | None:
        """The unit's own region, else the nearest of those above it, else the office's."""
        for one in (unit, *self.above(unit)):
            if found := self._units[one].region:
                return found
        return self.register.office.region

    def send_at(self, unit: str) -> time:
        """When mail to a unit goes, Beijing time: its own time, else the office's."""
        return self._units[unit].send_at or self.register.office.send_at

    def ladder(self, obligation: Obligation) -> Ladder:
        """The ladder of a row: the one it names, else `hours` for a limit in hours, else `standard`."""
        return self.register.ladders[ladder_name(obligation)]


def _tenures(register: Register) -> dict[tuple[str, str], tuple[Tenure, ...]]:
    """Who holds which role when, from `units[].people` and from rosters that name unit and role with the person."""
    found = {(unit.id, role): tenures for unit in register.units for role, tenures in unit.people.items()}
    for person in register.people:
        if person.unit and person.role:
            key = (person.unit, person.role)
            found[key] = (*found.get(key, ()), Tenure(person=person.id))
    return found


def _posts(tenures: dict[tuple[str, str], tuple[Tenure, ...]]) -> dict[str, list[tuple[str, str, Tenure]]]:
    posts: dict[str, list[tuple[str, str, Tenure]]] = {}
    for (unit, role), held in tenures.items():
        for tenure in held:
            posts.setdefault(tenure.person, []).append((unit, role, tenure))
    return posts


def _groups(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, list[str]] = {}
    for name, member in pairs:
        groups.setdefault(name, []).append(member)
    return {name: tuple(members) for name, members in groups.items()}


def _sets(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(members) for name, members in _groups(pairs).items()}


def _union(sets: Mapping[str, frozenset[str]], names: Sequence[str]) -> frozenset[str]:
    found = [sets.get(name, frozenset()) for name in names]
    return found[0] if len(found) == 1 else frozenset[str]().union(*found)


def _unique(holders: Iterable[Holder], follows: Follows) -> tuple[Holder, ...]:
    """Each bearer once: the person, whatever his posts; each post, where the count follows it; else the unit."""
    found: dict[object, Holder] = {}
    for holder in holders:
        by_person = follows is Follows.PERSON and holder.person
        found.setdefault(holder.person if by_person else (holder.unit, holder.role), holder)
    return tuple(found.values())
