"""The bearers of a slot in crowds: those whose notices go alike, told apart once for many slots. It judges nothing.

A million tasks have a few thousand slots and a few hundred crowds: what is asked of a crowd costs nothing per task.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime

from msgspec import Struct

from scheduler.planning.case import Case
from scheduler.planning.cases import Cases
from scheduler.planning.model import Bearer, Moment, Slot, Step, Task
from scheduler.planning.people import Route, Turn
from scheduler.register.values import Target

Reader = tuple[str, str]  # an address in small letters, and the id of whoever reads there
_Told = tuple[Target | None, Turn]


class Crowd(Struct, frozen=True, eq=False):
    """Bearers to whom the steps of a slot go for the same reasons and at the same pace."""

    bearers: tuple[Bearer, ...]
    lasts: bool = False  # other slots have the very same one


class Crowds:
    """Makes the crowds of one plan, and knows who reads their mail."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
        self._parted: dict[tuple[int, tuple[_Told, ...]], tuple[Mapping[str, Bearer], tuple[Crowd, ...]]] = {}
        self._routes: dict[tuple[Crowd, Target | None, Turn], tuple[Route, ...]] = {}
        self._read_by: dict[tuple[Crowd, Target | None, Turn], frozenset[Reader]] = {}

    def of(self, slot: Slot, now: datetime, *, endless: bool) -> Iterator[tuple[Case, Crowd]]:
        """The crowds of a slot, each with the case of one of its tasks, which at `now` is that of all."""
        bearers = self._cases.plan.owing.of(slot)
        apart = self._cases.marked(slot, bearers)
        found: dict[object, tuple[Case, list[Bearer]]] = {}
        usual = self._told(slot.steps).values()
        for bearer in (bearer for name, bearer in bearers.items() if name in apart):
            task = Task(slot, bearer)
            alike, case = self._cases.alike(task, usual), None
            if alike is None:
                case = self._cases.of(task, now, endless=endless)
                told = self._told(case.steps).values() if case.asked else usual
                alike = self._cases.became(task), self._cases.way(bearer, told), _said(case)
            if alike not in found:
                found[alike] = case or self._cases.of(task, now, endless=endless), []
            found[alike][1].append(bearer)
        yield from ((case, Crowd(tuple(alike))) for case, alike in found.values())
        for crowd in self._alike(slot, bearers) if len(apart) < len(bearers) else ():
            if (left := _without(crowd, apart)).bearers:
                yield self._cases.of(Task(slot, left.bearers[0]), now, endless=endless), left

    def readers(self, crowd: Crowd, to: Target | None, on: Moment) -> frozenset[Reader]:
        """Who would read a notice to all of a crowd, or to that role of their lines."""
        if not crowd.lasts:
            return _readers(self.routes(crowd, to, on))
        key = (crowd, to, self._cases.directory.turn(to, on))
        found = self._read_by.get(key)
        if found is None:
            found = self._read_by[key] = _readers(self.routes(crowd, to, on))
        return found

    def routes(self, crowd: Crowd, to: Target | None, on: Moment) -> tuple[Route, ...]:
        """The way of a notice to each of a crowd, or to that role of their lines, in the order of the bearers."""
        directory = self._cases.directory
        key = (crowd, to, directory.turn(to, on))
        found = self._routes.get(key) if crowd.lasts else None
        if found is None:
            found = tuple(directory.route(bearer, to, on) for bearer in crowd.bearers)
            if crowd.lasts:
                self._routes[key] = found
        return found

    def _alike(self, slot: Slot, bearers: Mapping[str, Bearer]) -> tuple[Crowd, ...]:
        """All bearers in crowds; slots of one company with the same steps share them."""
        told = self._told(slot.steps)
        key = (id(bearers), tuple(told))
        known = self._parted.get(key)
        if known is not None and known[0] is bearers:
            return known[1]
        parted: dict[object, list[Bearer]] = {}
        for bearer in bearers.values():
            parted.setdefault(self._cases.way(bearer, told.values()), []).append(bearer)
        lasts = slot.only is None and not slot.without
        crowds = tuple(Crowd(tuple(alike), lasts) for alike in parted.values())
        if lasts:
            self._parted[key] = bearers, crowds
        return crowds

    def _told(self, steps: Iterable[Step]) -> dict[_Told, tuple[Target | None, Moment]]:
        """To whom steps go and when, those once that have the same readers."""
        return {(step.to, self._cases.directory.turn(step.to, step.at)): (step.to, step.at) for step in steps}


def _said(case: Case) -> object:
    """What makes a case unlike those of which no more is recorded than what became of their notices."""
    said = (case.acknowledged, case.progress, case.resumed, case.withdrawn, case.released, case.doubted, case.asked)
    return case.silence, *said


def _without(crowd: Crowd, apart: AbstractSet[str]) -> Crowd:
    if apart.isdisjoint(bearer.id for bearer in crowd.bearers):
        return crowd
    return Crowd(tuple(bearer for bearer in crowd.bearers if bearer.id not in apart))


def _readers(routes: Iterable[Route]) -> frozenset[Reader]:
    told = (route.recipient for route in routes)
    return frozenset((one.address.casefold(), one.who) for one in told if one is not None)
