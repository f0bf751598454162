"""What every row of the table is made of: a frozen value whose fields say how they are read. It names no row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from msgspec import Struct

T = TypeVar("T")
Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None

# Fields that the file fills in another way; no key of a file can be spelled so.
INNER = "\0"
ANY_OF, EVENT_UNIT, AFTER_DONE, CHASE_EVERY = "\0any_of", "\0event_unit", "\0after_done", "\0chase_every"


def empty() -> Mapping[str, Any]:
    """A mapping with nothing in it, for good."""
    return MappingProxyType({})


class Row(Struct, frozen=True, kw_only=True):
    """Base of everything in the table. A field has the name of its key; an underscore follows where Python needs it."""

    @classmethod
    def spelled_out(cls, said: object) -> object:
        """What a short form stands for; all else as it is. Raises UnreadableError."""
        return said


class Reads(Struct, frozen=True, eq=False):
    """Beside a type: how a text becomes the value, and what an editor is told about the text."""

    parse: Callable[[str], object]
    form: Mapping[str, Json]


class Least(Struct, frozen=True):
    """Beside a number: the smallest that it may be."""

    n: int


class Chosen(Struct, frozen=True):
    """Beside several rows: which of them a mapping is meant to be. UnreadableError where that is not clear."""

    kind: Callable[[object], type[Row]]


class Inside(Struct, frozen=True):
    """Beside the type of a field that no key of a file fills, but `spelled_out` does."""


Inner = Annotated[T, Inside()]
