"""What one line of a sheet says, as values: ids where it names things by title, days, lengths. It judges none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TypeVar

from msgspec import Struct

from scheduler.planning.model import FactKind, Moment
from scheduler.planning.occasions import ONCE
from scheduler.planning.sheet import Line
from scheduler.planning.stated import read_moment
from scheduler.problems import Problem, UsageError
from scheduler.register import Register
from scheduler.register.mistakes import UnreadableError
from scheduler.register.scalars import duration, flag
from scheduler.register.values import UNASSIGNED, Duration

T = TypeVar("T")
Names = Mapping[str, Mapping[str, str]]


def names_of(table: Register) -> Names:
    """Names and titles that mean exactly one row of the table, by column; ids mean themselves."""
    units = ((name, unit.id) for unit in table.units for name in (unit.name, *unit.aliases))
    return {
        "unit": _unique(units),
        "person": _unique((person.name, person.id) for person in table.people),
        "event": _unique((event.title, event.id) for event in table.events),
        "record": _unique((record.title, record.id) for record in table.records),
        "obligation": _unique((row.title, row.id) for row in table.obligations),
    }


class Said(Struct, frozen=True):
    """The cells of one line, read when they are asked for; UsageError with the cell's place where one cannot be."""

    line: Line
    names: Names
    today: date

    def text(self, column: str) -> str | None:
        """The words; None where the cell is empty."""
        return self.line.text(column)

    def words(self, column: str) -> str:
        """The words of a column that the line must have, or nothing."""
        return self.line.text(column) or ""

    def id(self, column: str) -> str | None:
        """The id that is meant; words that name nothing stay as they are."""
        said = self.line.text(column)
        return self.names[column].get(said, said) if said is not None else None

    def moment(self, column: str) -> Moment | None:
        """A day or a moment."""
        return self._read(column, lambda said: read_moment(said, self.today))

    @property
    def on(self) -> Moment:
        """When it happened; today where nothing is said."""
        return self.moment("on") or self.today

    def duration(self, column: str) -> Duration | None:
        """A length of time."""
        return self._read(column, duration)

    def flag(self, column: str) -> bool:
        """Yes or no; no where nothing is said."""
        return self._read(column, flag) or False

    def task(self) -> str | None:
        """The task: by its id, or by obligation, bearer and period. None for events and records."""
        if self.line.kind in {FactKind.EVENT, FactKind.RECORD}:
            return None
        said = self.text("task")
        if said is not None:
            return said
        unit = None if self.line.kind is FactKind.ASSIGN else self.id("unit")  # there it is whom the task is given to
        bearer = self.id("person") or unit or UNASSIGNED
        return f"{self.id('obligation')}/{bearer}/{self.text('period') or self.text('ref') or ONCE}"

    def _read(self, column: str, read: Callable[[str], T]) -> T | None:
        said = self.line.text(column)
        try:
            return read(said) if said is not None else None
        except UnreadableError as error:
            place = self.line.at(column)
            raise UsageError(Problem(error.code.value, error.message, error.hint, place)) from None


def _unique(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    found: dict[str, set[str]] = {}
    for name, row in pairs:
        found.setdefault(name, set()).add(row)
    ids = {row for rows in found.values() for row in rows}
    return {name: next(iter(rows)) for name, rows in found.items() if len(rows) == 1 and name not in ids}
