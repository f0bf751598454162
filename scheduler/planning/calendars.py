"""The working-day calendars of a table: one per region, with the office's closures. It holds no fact about any day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from scheduler.register import Register
from scheduler.workdays import Calendar, Closures, Notice, Region, calendar


class Calendars:
    """The calendar of each region, as known at the end of `as_of` (None: all that is known), with imported notices."""

    __slots__ = ("_as_of", "_closures", "_imported")

    def __init__(self, register: Register, *, as_of: date | None = None, imported: Sequence[Notice] = ()) -> None:
        closed = register.calendar
        self._closures = Closures(frozenset(closed.rest), frozenset(closed.work))
        self._as_of = as_of
        self._imported = tuple(imported)

    @property
    def as_of(self) -> date | None:
        """The day at whose end the calendars were known like this."""
        return self._as_of

    def of(self, region: Region | None) -> Calendar:
        """The calendar of a region, or of the whole country; the same object for the same question."""
        return calendar(region, closures=self._closures, as_of=self._as_of, imported=self._imported)
