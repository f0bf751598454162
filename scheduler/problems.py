"""What is wrong, as a value: place, level, stable code, message, hint. It never prints and never stops a program."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from scheduler.words import Lang, Phrase


class Level(StrEnum):
    """How bad it is: an error keeps the table from going into force, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Place(Struct, frozen=True, order=True):
    """Where something stands: a file's name, line and column, both counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Problem(Struct, frozen=True):
    """One mistake of a user, ready to be shown; `code` is stable, `place` None where no file is concerned."""

    code: str
    message: Phrase
    hint: Phrase
    place: Place | None = None
    level: Level = Level.ERROR

    def text(self, lang: Lang = Lang.ZH) -> str:
        """Two lines: `file:line:column: error[code] message` and `  hint: …`."""
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.level}[{self.code}] {self.message.text(lang)}\n  hint: {self.hint.text(lang)}"


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any of them is an error."""
    return any(p.level is Level.ERROR for p in problems)


class DubanError(Exception):
    """Base of all errors that a command turns into one clear line and an exit code; carries the problems it found."""

    exit_code = 1

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(p.text() for p in problems))
        self.problems = problems


class TableError(DubanError):
    """The table has errors and cannot go into force."""


class UsageError(DubanError):
    """The command was asked something that it cannot read."""

    exit_code = 2


class RefusedError(DubanError):
    """The state of a task does not allow it."""

    exit_code = 3


class UnreachableError(DubanError):
    """A database or a mail server cannot be reached."""

    exit_code = 4
