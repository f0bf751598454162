"""The tables in which History looks things up, filled in the order of the journal. They answer nothing themselves."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date, datetime
from sys import intern
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from scheduler.planning.growing import Table
from scheduler.planning.model import Fact, FactKind, Moment, Outcome, OutcomeKind, Scalar
from scheduler.planning.taskfacts import moment, text, when
from scheduler.planning.windows import day_of

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
W = TypeVar("W")

_OUTCOMES = {
    FactKind.QUEUED: OutcomeKind.QUEUED,
    FactKind.SENT: OutcomeKind.SENT,
    FactKind.FAILED: OutcomeKind.DEAD,
    FactKind.SKIPPED: OutcomeKind.SKIPPED,
    FactKind.DROPPED: OutcomeKind.DROPPED,
}


class Happening(Struct, frozen=True):
    """An event, as last stated. `entered` is when its day was last changed; `seq` is its first fact's."""

    event: str
    ref: str
    unit: str | None
    at: Moment
    entered: datetime
    planned: bool
    due: Moment | None
    closed: Moment | None
    ended: datetime | None  # when `closed` was entered
    title: str | None
    seq: int
    by: str


class Recorded(Struct, frozen=True):
    """One record of a person or a unit; `on` is the day it happened."""

    record: str
    person: str | None
    unit: str | None
    on: date
    value: Scalar
    title: str | None
    url: str | None
    entered: datetime
    seq: int


class Gap(Struct, frozen=True):
    """What a journal that was put back from a copy does not know: all between its last entry and that moment."""

    since: datetime
    until: datetime


class Index:
    """Filled by `take`, afterwards only read; `extended` gives a copy that shares what it does not touch."""

    def __init__(self) -> None:
        self.tasks: Table[str, list[Fact]] = Table()
        self.touched: Table[tuple[str, str], list[str]] = Table()
        self.told: Table[tuple[str, str], list[str]] = Table()  # whose notices were decided, released or withdrawn
        self.labels: Table[str, list[str]] = Table()
        self.named: set[str] = set()  # the obligations of which anything is recorded
        self.adjusted: Table[tuple[str, str], list[str]] = Table()
        self.asked: Table[tuple[str, str], list[str]] = Table()
        self.events: dict[str, dict[str, tuple[Happening, ...]]] = {}
        self.records: dict[str, list[Recorded]] = {}
        self.by_whom: Table[tuple[str, str], list[Recorded]] = Table()
        self.outcomes: Table[str, list[tuple[str, Fact]]] = Table()
        self.targets: Table[tuple[str, str], dict[str, datetime]] = Table()
        self.first_seen: Table[str, datetime] = Table()
        self.assigned: dict[str, str] = {}
        # By reference, which events of several kinds may share: the units that they were given only when corrected.
        self.claimed: dict[str, frozenset[str]] = {}
        self.withdrawn: dict[str, str] = {}
        self.released: set[str] = set()
        self.doubted: set[str] = set()  # let go before a copy was put back: nobody knows whether they went
        self.corrections: dict[int, tuple[str, str]] = {}  # by number: the message that was wrong, what is right
        self.changes: list[datetime] = []
        self.opened: datetime | None = None  # when a table was first loaded
        self.gap: Gap | None = None  # of the last copy that was put back
        self._shared = False
        self._own: set[tuple[int, Hashable]] = set()

    def extended(self, facts: Sequence[Fact]) -> Index:
        """A copy that has taken `facts` too; none of them may be a void."""
        found = Index()
        for name, table in vars(self).items():
            setattr(found, name, table.copy() if hasattr(table, "copy") else table)
        found._shared = True
        found._own = set()
        found.take(facts)
        return found

    def take(self, facts: Iterable[Fact]) -> None:
        """Adds facts in their order; voids among them must have been taken out with what they void."""
        takers: Mapping[FactKind, Callable[[Fact], None]] = {
            FactKind.EVENT: self._event,
            FactKind.RECORD: self._record,
            FactKind.ROW: self._change,
            FactKind.TABLE: self._change,
            FactKind.CALENDAR: self._change,
            FactKind.RELEASE: self._release,
            FactKind.WITHDRAW: self._withdraw,
            FactKind.CORRECT: self._correct,
            FactKind.FAILED: self._failure,
            FactKind.RESTORED: self._restored,
            **dict.fromkeys((FactKind.QUEUED, FactKind.SENT, FactKind.SKIPPED, FactKind.DROPPED), self._outcome),
        }
        for fact in facts:
            takers.get(fact.kind, self._task)(fact)

    def _task(self, fact: Fact) -> None:
        task = fact.task
        if task is None:
            return
        obligation, bearer, period = parts(task)
        said = self._list(self.tasks, task)
        if not said:
            touched = self._list(self.touched, (obligation, period))
            if not touched:
                self._list(self.labels, obligation).append(period)
            touched.append(bearer)
            self.named.add(obligation)
        said.append(fact)
        if fact.kind in {FactKind.EXTEND, FactKind.PAUSE, FactKind.RESUME}:
            self._list(self.adjusted, (obligation, period)).append(bearer)
        if fact.kind is FactKind.CHASE:
            self._list(self.asked, (obligation, period)).append(bearer)
        if fact.kind is FactKind.ASSIGN:
            self.assigned[task] = text(fact.data, "unit") or ""

    def _change(self, fact: Fact) -> None:
        if fact.kind is FactKind.ROW:
            row = text(fact.data, "obligation") or ""
            self.first_seen[row] = self.first_seen.get(row, fact.entered)
        else:
            self.changes.append(fact.entered)
        if self.opened is None and fact.kind is not FactKind.CALENDAR:
            self.opened = fact.entered

    def _release(self, fact: Fact) -> None:
        notice = text(fact.data, "notice") or ""
        self.released.add(notice)
        self._tell(notice.rpartition("#")[0])

    def _withdraw(self, fact: Fact) -> None:
        notice = text(fact.data, "notice") or ""
        self.withdrawn[notice] = text(fact.data, "reason") or ""
        self._tell(notice.rpartition("#")[0])

    def _correct(self, fact: Fact) -> None:
        self.corrections[fact.seq] = text(fact.data, "message") or "", text(fact.data, "text") or ""
        self._task(fact)

    def _tell(self, task: str) -> None:
        obligation, bearer, period = parts(task)
        self.named.add(obligation)
        self._list(self.told, (obligation, period)).append(bearer)

    def _event(self, fact: Fact) -> None:
        event, ref = text(fact.data, "event") or "", text(fact.data, "ref") or ""
        stated = self._dict(self.events, event)
        same = stated.get(ref, ())
        known = matching(same, text(fact.data, "unit"))
        if known is None:
            stated[ref] = (*same, _happening(fact, event, ref))
        else:
            stated[ref] = tuple(_restated(h, fact) if h is known else h for h in same)
            if known.unit is None and (unit := text(fact.data, "unit")):
                self.claimed[ref] = self.claimed.get(ref, frozenset()) | {unit}

    def _record(self, fact: Fact) -> None:
        data = fact.data
        record, value = text(data, "record") or "", data.get("value")
        entry = Recorded(
            record=record,
            person=text(data, "person"),
            unit=text(data, "unit"),
            on=day_of(when(fact)),
            value=None if isinstance(value, tuple) else value,
            title=text(data, "title"),
            url=text(data, "url"),
            entered=fact.entered,
            seq=fact.seq,
        )
        self._list(self.records, record).append(entry)
        for who in (entry.person, entry.unit):
            if who is not None:
                self._list(self.by_whom, (record, who)).append(entry)

    def _outcome(self, fact: Fact) -> None:
        for key in _keys(fact):
            task, _, rest = key.partition("#")
            if task not in self.outcomes:
                self._tell(task)
            self._list(self.outcomes, task).append((key, fact))
            if fact.kind in {FactKind.QUEUED, FactKind.SKIPPED}:
                obligation, _, period = parts(task)
                target = rest.partition("@")[2].partition(">")[0]
                self._dict(self.targets, (obligation, period))[target] = fact.entered

    def _failure(self, fact: Fact) -> None:
        if fact.data.get("final"):  # else it will be tried again
            self._outcome(fact)

    def _restored(self, fact: Fact) -> None:
        """Of what waited in the outbox nobody knows whether it went since: it is undecided again, released or not."""
        since = moment(fact.data, "since")
        self.gap = Gap(since if isinstance(since, datetime) else fact.entered, fact.entered)
        self.doubted |= self.released
        self.released = set()
        for task, said in tuple(self.outcomes.items()):
            for key, outcome in decided(said).items():
                if outcome.kind is OutcomeKind.QUEUED:
                    self._list(self.outcomes, task).append((key, fact))

    def _list(self, table: dict[K, list[V]] | Table[K, list[V]], key: K) -> list[V]:
        """The list to append to; a copy of its own where another Index has it too."""
        found = table.get(key)
        if found is None or (self._shared and not self._is_own(table, key)):
            found = table[key] = list(found or ())
        return found

    def _dict(self, table: dict[K, dict[V, W]] | Table[K, dict[V, W]], key: K) -> dict[V, W]:
        if not self._is_own(table, key):
            table[key] = dict(table.get(key, {}))
        return table[key]

    def _is_own(self, table: Mapping[K, object], key: K) -> bool:
        """Whether a value may be changed in place; if not, the caller makes it one that from now on may."""
        if not self._shared:
            return key in table
        own = (id(table), key) in self._own
        self._own.add((id(table), key))
        return own


def parts(task_id: str) -> tuple[str, str, str]:
    """Obligation, bearer and period of a task's id."""
    obligation, _, rest = task_id.partition("/")
    bearer, _, period = rest.partition("/")
    return intern(obligation), intern(bearer), intern(period)  # a long record names the same ones a thousand times


def matching(same: Sequence[Happening], unit: str | None) -> Happening | None:
    """The one of several events of one reference that is this unit's; one that named no unit is anybody's."""
    if unit is None:
        return same[0] if same else None
    return next((h for h in same if h.unit in {unit, None}), None)


def effective(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The facts without the voided ones and without the voids; a void that is voided itself does nothing."""
    voided: set[int] = set()
    for fact in reversed(facts):
        if fact.kind is FactKind.VOID and fact.seq not in voided:
            voided.add(int(text(fact.data, "seq") or 0))
    return tuple(f for f in facts if f.kind is not FactKind.VOID and f.seq not in voided)


def _keys(fact: Fact) -> tuple[str, ...]:
    several, one = fact.data.get("notices"), fact.data.get("notice")
    if isinstance(several, tuple | list):
        return tuple(several)
    return (one,) if isinstance(one, str) else ()


def decided(found: Iterable[tuple[str, Fact]]) -> dict[str, Outcome]:
    """What became of notices, from what the journal says of their keys, in its order."""
    known: dict[str, Outcome] = {}
    for key, fact in found:
        if fact.kind is FactKind.RESTORED:
            known.pop(key, None)
            continue
        data, to, before = fact.data, fact.data.get("to"), known.get(key)
        known[key] = Outcome(
            key,
            _OUTCOMES[fact.kind],
            fact.entered,
            text(data, "reason") or (before.reason if before else ""),
            text(data, "message_id") or (before.message_id if before else None),
            tuple(to) if isinstance(to, tuple | list) else (before.to if before else ()),
        )
    return known


def _happening(fact: Fact, event: str, ref: str) -> Happening:
    data = fact.data
    return Happening(
        event=event,
        ref=ref,
        unit=text(data, "unit"),
        at=when(fact),
        entered=fact.entered,
        planned=bool(data.get("planned")),
        due=moment(data, "due"),
        closed=(closed := moment(data, "closed")),
        ended=fact.entered if closed is not None else None,
        title=text(data, "title"),
        seq=fact.seq,
        by=fact.by,
    )


def _restated(known: Happening, fact: Fact) -> Happening:
    """What is said again replaces what was said before; what is left out stays."""
    said = _happening(fact, known.event, known.ref)
    if said.closed is not None:  # its end is told, not its beginning
        return replace(known, closed=said.closed, ended=said.ended)
    moved = (said.at, said.due or known.due) != (known.at, known.due)
    return replace(
        said,
        unit=said.unit or known.unit,
        due=said.due or known.due,
        closed=known.closed,
        ended=known.ended,
        title=said.title or known.title,
        entered=said.entered if moved else known.entered,
        seq=known.seq,
    )
