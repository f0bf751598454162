"""What people recorded about one task, folded in the order of the journal. It judges nothing: `standing` does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from scheduler.planning.model import BEIJING, Fact, FactKind, Moment, Scalar
from scheduler.planning.windows import end_of

Data = Mapping[str, Scalar | tuple[str, ...]]


class Closing(Struct, frozen=True):
    """A report, a completion or a waiver; `printed`, `due`, `target` as they stood when it was entered."""

    kind: FactKind
    on: Moment
    entered: datetime
    by: str
    evidence: str | None
    note: str | None
    printed: Moment | None
    due: Moment | None
    target: Moment | None
    seq: int


class Extended(Struct, frozen=True):
    """A longer limit: `by` a duration in its short form, or `to` a day; `on` is when it was granted."""

    by: str | None
    to: Moment | None
    on: Moment
    entered: datetime
    reason: str | None
    approved_by: str | None
    seq: int


class Paused(Struct, frozen=True):
    """Days that are not counted: after `on`, up to and including `until`; None while it lasts."""

    on: Moment
    until: Moment | None
    reason: str | None
    entered: datetime  # of the pause, or of its end
    seq: int


class Asked(Struct, frozen=True):
    """A chaser that a person asked for, `at` that moment, while the task had that `target` (ISO)."""

    step: str
    at: datetime
    target: str
    by: str
    seq: int


class Called(Struct, frozen=True):
    """A telephone call about a task; `person` is who was spoken to, where that was said."""

    on: Moment
    person: str | None
    note: str
    by: str
    seq: int


class TaskFacts(Struct, frozen=True):
    """What the journal says about a task. A voided fact is in none of it."""

    done: Closing | None = None  # done, or reported and confirmed: then `on` is the reported day
    reported: Closing | None = None  # reported and not yet confirmed or returned
    waiver: Closing | None = None
    returned: str | None = None  # the reason of the last return, until it is reported again
    acknowledged_at: datetime | None = None
    extensions: tuple[Extended, ...] = ()
    pauses: tuple[Paused, ...] = ()
    chases: tuple[Asked, ...] = ()
    calls: tuple[Called, ...] = ()
    facts: tuple[Fact, ...] = ()

    @property
    def finished(self) -> Closing | None:
        """What ended the task: the waiver, or the completion."""
        return self.waiver or self.done

    @property
    def paused(self) -> Paused | None:
        """The latest pause that nobody ended; an event that starts the clock anew may have."""
        return next((p for p in reversed(self.pauses) if p.until is None), None)

    @property
    def resumed_at(self) -> datetime | None:
        """When it was last returned, resumed or reopened."""
        again = {FactKind.RETURN, FactKind.RESUME, FactKind.REOPEN}
        return max((f.entered for f in self.facts if f.kind in again), default=None)

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> TaskFacts:
        """The fold of a task's facts, in the order of their numbers."""
        found = cls(facts=tuple(facts))
        for fact in found.facts:
            if (fold := _FOLDS.get(fact.kind)) is not None:
                found = fold(found, fact)
        return found


NOTHING = TaskFacts()


def when(fact: Fact) -> Moment:
    """When it happened: as stated, else the day it was entered."""
    return fact.on if fact.on is not None else fact.entered.astimezone(BEIJING).date()


def text(data: Data, key: str) -> str | None:
    """A value of a fact as text; None where it is absent or empty."""
    value = data.get(key)
    return str(value) if value not in {None, ""} else None


def moment(data: Data, key: str) -> Moment | None:
    """A day or moment of a fact, from its ISO form; moments without an offset are Beijing's."""
    stated = text(data, key)
    if stated is None:
        return None
    if len(stated) == 10:
        return date.fromisoformat(stated)
    found = datetime.fromisoformat(stated)
    return found.replace(tzinfo=BEIJING) if found.tzinfo is None else found.astimezone(BEIJING)


def _reported(found: TaskFacts, fact: Fact) -> TaskFacts:
    return replace(found, reported=_closing(fact), returned=None)


def _returned(found: TaskFacts, fact: Fact) -> TaskFacts:
    back = text(fact.data, "reason") or ""
    return replace(found, reported=None, done=None, returned=back, acknowledged_at=None)


def _reopened(found: TaskFacts, _: Fact) -> TaskFacts:
    return replace(found, done=None, waiver=None, reported=None, acknowledged_at=None)


def _paused(found: TaskFacts, fact: Fact) -> TaskFacts:
    pause = Paused(when(fact), None, text(fact.data, "reason"), fact.entered, fact.seq)
    return replace(found, pauses=(*found.pauses, pause))


def _resumed(found: TaskFacts, fact: Fact) -> TaskFacts:
    def ended(pause: Paused) -> Paused:
        return replace(pause, until=max(when(fact), pause.on, key=end_of), entered=fact.entered)

    return replace(found, pauses=tuple(ended(p) if p.until is None else p for p in found.pauses))


_FOLDS: Mapping[FactKind, Callable[[TaskFacts, Fact], TaskFacts]] = MappingProxyType(
    {
        FactKind.REPORT: _reported,
        FactKind.CONFIRM: lambda t, f: replace(t, done=_confirmed(f, t.reported), reported=None),
        FactKind.RETURN: _returned,
        FactKind.DONE: lambda t, f: replace(t, done=_closing(f), reported=None),
        FactKind.WAIVE: lambda t, f: replace(t, waiver=_closing(f)),
        FactKind.REOPEN: _reopened,
        FactKind.ACK: lambda t, f: replace(t, acknowledged_at=f.entered),
        FactKind.EXTEND: lambda t, f: replace(t, extensions=(*t.extensions, _extended(f))),
        FactKind.PAUSE: _paused,
        FactKind.RESUME: _resumed,
        FactKind.CHASE: lambda t, f: replace(t, chases=(*t.chases, _asked(f))),
        FactKind.CALL: lambda t, f: replace(t, calls=(*t.calls, _called(f))),
    }
)


def _closing(fact: Fact) -> Closing:
    data = fact.data
    printed, due, target = (moment(data, key) for key in ("printed", "due", "target"))
    note = text(data, "note") or text(data, "reason")
    return Closing(
        fact.kind, when(fact), fact.entered, fact.by, text(data, "evidence"), note, printed, due, target, fact.seq
    )


def _confirmed(fact: Fact, reported: Closing | None) -> Closing:
    """确认办结: the day done is the day reported."""
    confirmed = _closing(fact)
    if reported is None:
        return confirmed
    evidence = confirmed.evidence or reported.evidence
    return replace(confirmed, on=reported.on, evidence=evidence, note=confirmed.note or reported.note)


def _extended(fact: Fact) -> Extended:
    data = fact.data
    by, to = text(data, "by"), moment(data, "to")
    return Extended(by, to, when(fact), fact.entered, text(data, "reason"), text(data, "approved_by"), fact.seq)


def _asked(fact: Fact) -> Asked:
    data, at = fact.data, moment(fact.data, "at")
    when_ = at if isinstance(at, datetime) else fact.entered
    return Asked(text(data, "step") or "", when_, text(data, "target") or "", fact.by, fact.seq)


def _called(fact: Fact) -> Called:
    return Called(when(fact), text(fact.data, "person"), text(fact.data, "note") or "", fact.by, fact.seq)
