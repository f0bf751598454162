"""What could be read of a table: rows that hold, by their number in the file, and what the rest at least declares. It checks nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.problems import Place, Problem
from scheduler.register.mistakes import Code, problem
from scheduler.register.model import (
    ClosureDays,
    Event,
    Ladder,
    Obligation,
    Office,
    OfficeUnit,
    Person,
    RecordKind,
    SummaryRow,
    Untracked,
)
from scheduler.register.tree import Node, Path, follow
from scheduler.words import Phrase


@dataclass(frozen=True, slots=True)
class Draft:
    """The rows of a table as far as they can be read, for the checks; `doubtful` are the paths already complained of."""

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
    calendar: ClosureDays
    declared: Mapping[str, frozenset[str]]  # ids per section, also of rows that cannot be read
    doubtful: frozenset[Path]

    def place(self, path: Path) -> Place:
        """Where a path stands, or the nearest thing above it that the file has."""
        return follow(self.root, path).place

    def problem(self, code: Code, message: Phrase, hint: Phrase, path: Path) -> Problem | None:
        """A Problem at a path; None where that spot has been complained of already."""
        if any(path[:n] in self.doubtful for n in range(1, len(path) + 1)):
            return None
        return problem(code, message, hint, self.place(path))
