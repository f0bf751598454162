"""A table that grows and is copied at every step: a copy shares what is old and takes along what is new. No more."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import TypeVar, overload

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
W = TypeVar("W")

_FEW = 64 * 64


class Table(Mapping[K, V]):
    """Like a dict, but a copy costs the root of its size: what was set since the last few copies stands apart.

    A value that was set may be changed in place only before the first copy.
    """

    __slots__ = ("_new", "_old")

    def __init__(self, old: dict[K, V] | None = None, new: dict[K, V] | None = None) -> None:
        self._old: dict[K, V] = {} if old is None else old
        self._new: dict[K, V] = {} if new is None else new

    def copy(self) -> Table[K, V]:
        """Another one with the same content; neither sees what is set in the other later."""
        if len(self._new) ** 2 <= max(len(self._old), _FEW):
            return Table(self._old, dict(self._new))
        merged = {**self._old, **self._new}
        self._old, self._new = merged, {}
        return Table(merged)

    def __setitem__(self, key: K, value: V) -> None:
        self._new[key] = value

    def __getitem__(self, key: K) -> V:
        return self._new[key] if key in self._new else self._old[key]

    @overload
    def get(self, key: K, /) -> V | None: ...

    @overload
    def get(self, key: K, /, default: V | W) -> V | W: ...

    def get(self, key: K, /, default: W | None = None) -> V | W | None:
        """The value of a key, or else the default. The one of `Mapping` raises and catches an error."""
        return self._new[key] if key in self._new else self._old.get(key, default)

    def __contains__(self, key: object) -> bool:
        return key in self._new or key in self._old

    def __iter__(self) -> Iterator[K]:
        yield from self._old
        yield from (key for key in self._new if key not in self._old)

    def __len__(self) -> int:
        return len(self._old) + sum(key not in self._old for key in self._new)
