"""What stopped, restarted or lengthened a task's clock: events, and what people recorded. It counts no day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import zip_longest

from msgspec import Struct

from scheduler.planning.history import History
from scheduler.planning.index import Happening
from scheduler.planning.model import FactKind, Moment, Task
from scheduler.planning.occasions import Occasion
from scheduler.planning.reckoning import Change, Extend, Restart, Stop
from scheduler.planning.taskfacts import NOTHING, TaskFacts, when
from scheduler.planning.windows import day_of, end_of
from scheduler.register.model import Obligation
from scheduler.register.scalars import duration


class Changes(Struct, frozen=True):
    """The changes that are complete, whether the clock stands still now, and when the last was entered."""

    made: tuple[Change, ...] = ()
    stopped: bool = False
    known: datetime | None = None


def changes_of(row: Obligation, occasion: Occasion, history: History, task_id: str | None, today: date) -> Changes:
    """The changes of an occasion: those of its events for everybody, with a `task_id` those of that task as well."""
    facts = history.task(task_id) if task_id is not None else NOTHING
    restarts = list(_restarts(row, occasion, history))
    stops = [*_stops(row, occasion, history, facts), *_pauses(facts)]
    ended = [_ended(stop, entered, restarts) for stop, entered in stops]
    made = [stop for stop, _ in ended if isinstance(stop, Stop)]
    extensions = [
        Extend(e.on, duration(e.by) if e.by is not None else None, e.to) for e in facts.extensions if e.by or e.to
    ]
    entered = [*(at for _, at in (*restarts, *ended)), *(e.entered for e in facts.extensions)]
    stopped = any(not isinstance(stop, Stop) and day_of(stop) <= today for stop, _ in ended)
    # What is granted on the day on which the clock stops was granted before it stood still.
    return Changes((*(restart for restart, _ in restarts), *extensions, *made), stopped, max(entered, default=None))


def stopped_since(task: Task, history: History) -> Moment | None:
    """Since when a task's clock stands still: its pause, else the event that stopped it; None while it runs."""
    paused, slot = history.task(task.id).paused, task.slot
    events = (history.happening(event, slot.event or "", slot.event_unit) for event in slot.obligation.restarts_on)
    restarted = [h.at for h in events if h is not None and not h.planned]
    if paused is not None and not any(end_of(at) >= end_of(paused.on) for at in restarted):
        return paused.on
    if not slot.paused:
        return None
    found = (history.happening(event, slot.event or "", slot.event_unit) for event in slot.obligation.stops_for)
    return max((h.at for h in found if h is not None and not h.planned), key=end_of, default=None)


def _restarts(row: Obligation, occasion: Occasion, history: History) -> Iterator[tuple[Restart, datetime]]:
    """政府信息公开条例 第三十条: the reply clock starts anew on the day on which the completed application arrives."""
    for happening in _same(row.restarts_on, occasion, history):
        if occasion.happening is not None and end_of(happening.at) >= end_of(occasion.happening.at):
            yield Restart(happening.at), happening.entered


def _stops(
    row: Obligation, occasion: Occasion, history: History, facts: TaskFacts
) -> Iterator[tuple[Stop | Moment, datetime]]:
    """An event that stops the clock does so until it is closed, or the task is resumed; else its day alone is given."""
    for happening in _same(row.stops_for, occasion, history):
        resumed = [f for f in facts.facts if f.kind is FactKind.RESUME and end_of(when(f)) >= end_of(happening.at)]
        if happening.closed is not None:
            yield Stop(happening.at, happening.closed), happening.ended or happening.entered
        elif resumed:
            yield Stop(happening.at, when(resumed[0])), resumed[0].entered
        else:
            yield happening.at, happening.entered


def _pauses(facts: TaskFacts) -> Iterator[tuple[Stop | Moment, datetime]]:
    """What people recorded; a pause ends at the latest where the next one begins, so that no day is left out twice."""
    pauses = sorted(facts.pauses, key=lambda pause: end_of(pause.on))
    for pause, following in zip_longest(pauses, pauses[1:]):
        ends = [end for end in (pause.until, following.on if following else None) if end is not None]
        yield (Stop(pause.on, min(ends, key=end_of)) if ends else pause.on), pause.entered


def _ended(
    stop: Stop | Moment, entered: datetime, restarts: Sequence[tuple[Restart, datetime]]
) -> tuple[Stop | Moment, datetime]:
    """A clock that begins anew stands still no more: the first restart after it ends what is open."""
    if isinstance(stop, Stop):
        return stop, entered
    later = [found for found in restarts if end_of(found[0].on) >= end_of(stop)]
    if not later:
        return stop, entered
    restart, told = min(later, key=lambda found: end_of(found[0].on))
    return Stop(stop, restart.on), max(entered, told)


def _same(events: tuple[str, ...], occasion: Occasion, history: History) -> Iterator[Happening]:
    """The events of those ids that share the occasion's reference."""
    if occasion.happening is None:
        return
    for event in events:
        found = history.happening(event, occasion.happening.ref, occasion.unit)
        if found is not None and not found.planned:
            yield found
