"""The working-day calendars of a table: one per region, with the office's closures. It holds no fact about any day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from scheduler.register import Register
from scheduler.register.roster import Roster
from scheduler.workdays import Calendar, Closures, Notice, Region, calendar

_NONE: Mapping[Region | None, Calendar] = MappingProxyType({})


class Calendars:
    """The calendar of each region, as known at the end of `as_of` (None: all that is known), with imported notices.

    `known` are calendars that are there already (from the record) and are not asked for again.
    """

    __slots__ = ("_as_of", "_closures", "_imported", "_known")

    def __init__(
        self,
        register: Register,
        *,
        as_of: date | None = None,
        imported: Sequence[Notice] = (),
        known: Mapping[Region | None, Calendar] = _NONE,
    ) -> None:
        closed = register.calendar
        self._closures = Closures(frozenset(closed.rest), frozenset(closed.work))
        self._as_of = as_of
        self._imported = tuple(imported)
        self._known = dict(known)

    @property
    def as_of(self) -> date | None:
        """The day at whose end the calendars were known like this."""
        return self._as_of

    def of(self, region: Region | None) -> Calendar:
        """The calendar of a region, or of the whole country; the same object for the same question."""
        found = self._known.get(region)
        if found is None:
            found = calendar(region, closures=self._closures, as_of=self._as_of, imported=self._imported)
            self._known[region] = found
        return found

    def in_use(self, roster: Roster) -> tuple[Calendar, ...]:
        """The calendars that the units of a table count by, and that of the whole country."""
        regions = {None, roster.register.office.region, *(roster.region(unit.id) for unit in roster.register.units)}
        return tuple(self.of(region) for region in sorted(regions, key=str))
