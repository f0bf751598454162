"""Rows that say the same of when and who: what an occasion comes to is worked out for the first, and copied for others.

So compiling a plan grows with distinct schedules and not with rows. It lasts as long as one plan is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from scheduler.planning.history import History
from scheduler.planning.model import Slot
from scheduler.planning.occasions import Occasion, hangs_on_event
from scheduler.register.model import Obligation, Once, Recurring, Review, Rrule


class Made(Struct, frozen=True):
    """What one occasion of a row comes to: its slots, and its targets (ISO), with or without a slot."""

    targets: frozenset[str] = frozenset()
    slots: tuple[Slot, ...] = ()


class Shared:
    """What rows share that are alike: their occasions, and what each comes to where nothing is recorded of it."""

    def __init__(self, occasions: Iterable[Occasion]) -> None:
        self.occasions = tuple(occasions)
        self._made: dict[str, Made] = {}

    def slots(
        self, row: Obligation, occasions: Iterable[Occasion], history: History, make: Callable[[Occasion], Made]
    ) -> Iterator[Slot]:
        """The slots of `row` for some of the occasions. `make` works one out, the first time or where it is another."""
        is_new = not history.mentions(row.id)
        for occasion in occasions:
            label = occasion.label
            made = self._made.get(label)
            if made is not None and (is_new or history.is_silent(row.id, label, made.targets)):
                yield from [replace(slot, obligation=row) for slot in made.slots]
                continue
            made = make(occasion)
            if is_new or history.is_silent(row.id, label, made.targets):
                self._made[label] = made
            yield from made.slots


class Alike:
    """The rows of one plan, by what makes them alike."""

    def __init__(self) -> None:
        self._shared: dict[Hashable, Shared] = {}

    def of(self, row: Obligation, seen: datetime, occasions: Callable[[], Iterable[Occasion]]) -> Shared | None:
        """What `row`, loaded first at `seen`, shares; None where it hangs on what happened, and so stands alone."""
        plain = isinstance(row.schedule, Once | Recurring | Review | Rrule) and not hangs_on_event(row.owed_by)
        if not plain or row.starts or row.closes or row.superseded_by or row.dates:
            return None
        key = (row.schedule, row.owed_by, row.ladder, row.outer, row.effective, seen)
        found = self._shared.get(key)
        if found is None:
            found = self._shared[key] = Shared(occasions())
        return found
