"""What could be read of a table: rows by their number in the file, and what the others declare. It checks nothing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from msgspec import Struct

from scheduler.problems import Place, Problem
from scheduler.register.ladders import built_in
from scheduler.register.mistakes import Code, problem
from scheduler.register.model import (
    ClosureDays,
    DutyDay,
    Event,
    Ladder,
    Obligation,
    Office,
    OfficeUnit,
    Person,
    RecordKind,
    Register,
    SummaryRow,
    Untracked,
)
from scheduler.register.tree import Node, Path, follow
from scheduler.words import Phrase


class Finding(NamedTuple):
    """What a check found, at a path of the table."""

    code: Code
    message: Phrase
    hint: Phrase
    path: Path


class Draft(Struct, frozen=True):
    """The rows of a table as far as they can be read, for the checks; `doubtful` are paths already complained of."""

    root: Node
    office: Office | None
    units: Mapping[int, OfficeUnit]
    people: Mapping[int, Person]
    events: Mapping[int, Event]
    records: Mapping[int, RecordKind]
    ladders: Mapping[str, Ladder]
    obligations: Mapping[int, Obligation]
    not_tracked: Mapping[int, Untracked]
    summaries: Mapping[int, SummaryRow]
    duty: Mapping[int, DutyDay]
    calendar: ClosureDays
    declared: Mapping[str, frozenset[str]]  # ids per section, also of rows that cannot be read
    doubtful: frozenset[Path]

    def place(self, path: Path) -> Place:
        """Where a path stands, or the nearest thing above it that the file has."""
        return follow(self.root, path).place

    def register(self, digest: str) -> Register:
        """The rows as a Register; a stand-in where there is no office, so that the checks have somebody to ask."""
        return Register(
            version=1,
            office=self.office or Office(name="…", unit="未知", admin="未知"),
            units=tuple(self.units.values()),
            people=tuple(self.people.values()),
            events=tuple(self.events.values()),
            records=tuple(self.records.values()),
            ladders=MappingProxyType({**built_in(), **self.ladders}),
            obligations=tuple(self.obligations.values()),
            not_tracked=tuple(self.not_tracked.values()),
            calendar=self.calendar,
            summaries=tuple(self.summaries.values()),
            duty=tuple(self.duty.values()),
            digest=digest,
        )

    def problem(self, found: Finding) -> Problem | None:
        """What a check found, with its place; None where that spot has been complained of already."""
        if any(found.path[:n] in self.doubtful for n in range(1, len(found.path) + 1)):
            return None
        return problem(found.code, found.message, found.hint, self.place(found.path))
