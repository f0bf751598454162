"""Whether a row holds on a day: `effective`, `superseded_by`, `starts` and `closes`. It looks at no bearer's task."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import IntEnum
from functools import cached_property

from msgspec import Struct

from scheduler.planning.history import History
from scheduler.planning.index import Happening
from scheduler.planning.occasions import Occasion
from scheduler.planning.windows import day_of
from scheduler.register.model import Obligation, Once


class Sleep(IntEnum):
    """Whether a row asks for anything on a day; the greater, the less."""

    AWAKE = 0
    DORMANT = 1  # the task is there and nothing is asked
    OUT = 2  # there is no task


class _Series(Struct, frozen=True):
    """Between the event that starts a row and the one that closes it."""

    since: date
    until: date | None
    unit: str | None
    entered: datetime


class Force:
    """When one row holds."""

    def __init__(self, row: Obligation, successor: Obligation | None, history: History) -> None:
        self._row = row
        self._successor = successor
        self._history = history

    def on(self, due: date, occasion: Occasion) -> Sleep:
        """Whether the row asks for what is due on that day; tasks of events are judged by the event's day."""
        day = day_of(occasion.day) if occasion.happening is not None else due
        first, last = self._bounds
        if (first is not None and day < first) or (last is not None and day > last):
            return Sleep.OUT
        if self._row.superseded_by is not None and last is None:
            return Sleep.DORMANT
        return self._in_series(due, occasion)

    def known(self, occasion: Occasion) -> datetime | None:
        """When the event that started the row was entered."""
        return max((s.entered for s in self._series if s.unit in {None, occasion.unit}), default=None)

    @cached_property
    def _bounds(self) -> tuple[date | None, date | None]:
        effective = self._row.effective
        until = effective.until
        if until is None and self._successor is not None and self._successor.effective.from_ is not None:
            until = self._successor.effective.from_ - timedelta(days=1)
        return effective.from_, until

    @cached_property
    def _series(self) -> tuple[_Series, ...]:
        starts = self._happened(self._row.starts)
        closes = self._happened(self._row.closes)
        refs = {s.ref for s in starts}
        return tuple(
            _Series(
                day_of(s.at), _closed(s, [c for c in closes if c.ref == s.ref or c.ref not in refs]), s.unit, s.entered
            )
            for s in starts
        )

    def _in_series(self, due: date, occasion: Occasion) -> Sleep:
        if self._row.starts is None:
            ends = [day_of(c.at) for c in self._happened(self._row.closes)]
            return Sleep.OUT if ends and due > min(ends) else Sleep.AWAKE
        series = [s for s in self._series if occasion.unit is None or s.unit in {None, occasion.unit}]
        if not series:
            return Sleep.DORMANT
        once = isinstance(self._row.due, Once)
        if any((once or s.since <= due) and (s.until is None or due <= s.until) for s in series):
            return Sleep.AWAKE
        return Sleep.OUT

    def _happened(self, event: str | None) -> list[Happening]:
        found = self._history.happenings(event) if event is not None else ()
        return sorted((h for h in found if not h.planned), key=lambda h: day_of(h.at))


def _closed(start: Happening, closes: list[Happening]) -> date | None:
    """The day on which a series ends: its own end, else the first closing event after it, best of its reference.

    What closes another series by its reference is not among `closes`.
    """
    if start.closed is not None:
        return day_of(start.closed)
    later = [c for c in closes if day_of(c.at) >= day_of(start.at)]
    own = [c for c in later if c.ref == start.ref]
    return next((day_of(c.at) for c in own or later), None)
