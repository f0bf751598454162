"""Whether outbox and notices say what the facts say: every message and notice has its fact, every fact its row.

Not looked at is what no fact tells, because it only serves the next attempt: lease, number and times of the attempts,
and which of the open states a message is in. It changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, Protocol

from msgspec import Struct, field

from scheduler.journal.chain import Fault, FaultKind, Raw
from scheduler.journal.forming import SEALED, seal
from scheduler.journal.values import OPEN_STATES, OutboxState
from scheduler.planning.model import FactKind, OutcomeKind

TELLING = (FactKind.QUEUED, FactKind.SKIPPED, FactKind.DROPPED, FactKind.SENT, FactKind.FAILED, FactKind.RESTORED)
MERGED, RESTORED = "merged", "restored"  # why a message was dropped of which no notice was

_PAGE = 5000
_OPEN = "open"
_MESSAGE = (*SEALED, "id", "state", "formed_at", "settled_at", "last_error", "response", "queue_id")
_NOTICE = ("key", "name", "task", "outbox_id", "position", "outcome", "reason", "at")


class Queries(Protocol):
    """A database that answers."""

    def query(self, sql: str, /, **values: object) -> Sequence[Sequence[Any]]:
        """The rows."""


class _Message(Struct):
    """What the row of a message must say."""

    id: int
    seq: int
    formed_at: str
    kind: object
    moment: object
    seal: object
    waiting: set[str]
    state: str = _OPEN
    settled_at: str | None = None
    last_error: object = None
    response: object = None
    queue_id: object = None

    def settle(self, state: OutboxState, at: str, error: object = None) -> None:
        self.state, self.settled_at, self.last_error = state.value, at, error


class _Notice(Struct, frozen=True):
    """What the row of a notice must say."""

    seq: int
    message: int | None
    position: int
    outcome: str
    reason: object
    at: str


class _Told(Struct):
    """What all facts together say; filled by `take`."""

    messages: dict[str, _Message] = field(default_factory=dict)
    notices: dict[str, _Notice] = field(default_factory=dict)
    ids: Iterator[int] = field(default_factory=lambda: count(1))

    def take(self, row: Raw) -> None:
        """What one fact says. Raises KeyError where it speaks of a message that no fact put into the outbox."""
        data: dict[str, Any] = json.loads(row.data)
        match row.kind:
            case FactKind.QUEUED:
                self._queued(row, data)
            case FactKind.SKIPPED:
                reason = data.get("reason")
                self.notices[data["notice"]] = _Notice(row.seq, None, 0, OutcomeKind.SKIPPED.value, reason, row.entered)
            case FactKind.DROPPED:
                self._dropped(row, data)
            case FactKind.SENT if not data.get("zombie"):
                self._sent(row, data)
            case FactKind.FAILED if "attempt" in data:
                self._failed(row, data)
            case FactKind.RESTORED:
                self._restored(row)

    def _queued(self, row: Raw, data: Mapping[str, Any]) -> None:
        for key in data.get("merged", ()):
            self.messages[key].settle(OutboxState.DROPPED, row.entered, MERGED)
        number, keys = next(self.ids), data["notices"]
        for position, key in enumerate(keys):
            self.notices[key] = _Notice(row.seq, number, position, OutcomeKind.QUEUED.value, "", row.entered)
        told = data["kind"], data["moment"], data.get("seal")
        self.messages[data["message"]] = _Message(number, row.seq, row.entered, *told, set(keys))

    def _dropped(self, row: Raw, data: Mapping[str, Any]) -> None:
        message = self.messages[data["message"]]
        if "notice" in data:
            self._conclude(row, message, [data["notice"]], OutcomeKind.DROPPED, data["reason"])
        if not message.waiting:
            message.settle(OutboxState.DROPPED, row.entered, data["reason"])

    def _sent(self, row: Raw, data: Mapping[str, Any]) -> None:
        message = self.messages[data["message"]]
        message.settle(OutboxState.SENT, row.entered)
        message.response, message.queue_id = data["response"], data["queue_id"]
        self._conclude(row, message, data["notices"], OutcomeKind.SENT, "")

    def _failed(self, row: Raw, data: Mapping[str, Any]) -> None:
        message = self.messages[data["message"]]
        message.last_error = data["reason"]
        if data["final"]:
            message.settle(OutboxState.DEAD, row.entered, data["reason"])
            self._conclude(row, message, data["notices"], OutcomeKind.DEAD, data["reason"])

    def _restored(self, row: Raw) -> None:
        for message in self.messages.values():
            if message.state == _OPEN:
                message.settle(OutboxState.DROPPED, row.entered, RESTORED)
        waiting = OutcomeKind.QUEUED.value
        self.notices = {key: notice for key, notice in self.notices.items() if notice.outcome != waiting}

    def _conclude(self, row: Raw, message: _Message, keys: Iterable[str], outcome: OutcomeKind, reason: object) -> None:
        for key in keys:
            if key in message.waiting:
                message.waiting.discard(key)
                position = self.notices[key].position
                self.notices[key] = _Notice(row.seq, message.id, position, outcome.value, reason, row.entered)


def disagreement(queries: Queries, facts: Iterable[Raw]) -> Fault | None:
    """The first row that is not what the facts (those of the kinds in `TELLING`, in their order) make of it.

    The facts must have been verified, and all be read as of one moment.
    """
    told = _Told()
    for fact in facts:
        try:
            told.take(fact)
        except KeyError as error:
            return Fault(FaultKind.OUTBOX_MISSING, fact.seq, str(error.args[0]))
    return _messages(queries, told.messages) or _notices(queries, told.notices)


def _messages(queries: Queries, told: dict[str, _Message]) -> Fault | None:
    for row in _paged(queries, "outbox", _MESSAGE):
        message = told.pop(row["key"], None)
        if message is None:
            return Fault(FaultKind.OUTBOX_STRANGE, 0, str(row["key"]))
        if not _fits(row, message):
            return Fault(FaultKind.OUTBOX_EDITED, message.seq, str(row["key"]))
    return _missing(told)


def _fits(row: Mapping[str, Any], told: _Message) -> bool:
    wanted = (told.id, told.kind, told.moment, told.formed_at, told.settled_at)
    found = (row["id"], row["kind"], row["moment"], row["formed_at"], row["settled_at"])
    state = row["state"] in OPEN_STATES if told.state == _OPEN else row["state"] == told.state
    said = (told.last_error, told.response, told.queue_id) == (row["last_error"], row["response"], row["queue_id"])
    return state and said and wanted == found and told.seal in {None, _sealed(row)}


def _sealed(row: Mapping[str, Any]) -> str | None:
    try:
        return seal(row)
    except (TypeError, ValueError):  # bytes, or no text at all
        return ""


def _notices(queries: Queries, told: dict[str, _Notice]) -> Fault | None:
    for row in _paged(queries, "notice", _NOTICE):
        key = str(row["key"])
        notice = told.pop(key, None)
        if notice is None:
            return Fault(FaultKind.OUTBOX_STRANGE, 0, key)
        name = key.partition("@")[0]
        wanted = (name, name.partition("#")[0], notice.message, notice.position, notice.outcome)
        found = (row["name"], row["task"], row["outbox_id"], row["position"], row["outcome"])
        if wanted != found or (notice.reason, notice.at) != (row["reason"], row["at"]):
            return Fault(FaultKind.OUTBOX_EDITED, notice.seq, key)
    return _missing(told)


def _missing(told: Mapping[str, _Message] | Mapping[str, _Notice]) -> Fault | None:
    first = min(((one.seq, key) for key, one in told.items()), default=None)
    return None if first is None else Fault(FaultKind.OUTBOX_MISSING, *first)


def _paged(queries: Queries, table: str, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The rows by their keys, a bounded number in hand."""
    columns = ", ".join("CAST(late AS integer)" if name == "late" else name for name in names)
    sql = f"SELECT {columns} FROM {table}"  # noqa: S608 - names of our own
    page = queries.query(f"{sql} ORDER BY key LIMIT {_PAGE}")
    while page:
        rows = [dict(zip(names, values, strict=True)) for values in page]
        yield from rows
        page = queries.query(f"{sql} WHERE key > :last ORDER BY key LIMIT {_PAGE}", last=rows[-1]["key"])
