"""Claim, settle, drop: the life of a message in the outbox. It sends nothing; it says who may, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, insert, or_, select, update

from scheduler.journal import record
from scheduler.journal.database import in_chunks
from scheduler.journal.encoding import stamp
from scheduler.journal.listing import columns, rows_with_notices
from scheduler.journal.queueing import SYSTEM
from scheduler.journal.tables import STILL_OPEN, attempt, notice, outbox
from scheduler.journal.values import (
    Accepted,
    Claim,
    OutboxRow,
    OutboxState,
    Permanent,
    Result,
    Temporary,
    Unknown,
)
from scheduler.planning.model import Entry, FactKind, OutcomeKind, Scalar

Data = dict[str, Scalar | tuple[str, ...]]

_PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60))
_USABLE = 0.8  # of a lease: the rest is for the clock and the last commit
LEASED = OutboxState.LEASED.value
_WAITING = (OutboxState.PENDING.value, OutboxState.RETRY.value)
_LAPSED = "lapsed"
_NAMES = {Accepted: "accepted", Temporary: "temporary", Permanent: "permanent", Unknown: "unknown"}


def retry_at(attempt_: int, now: datetime) -> datetime:
    """When to try again after attempt number `attempt_` (from 1): in 1, 5, 15, then every 60 minutes."""
    return now + _PAUSES[min(attempt_, len(_PAUSES)) - 1]


def claim(connection: Connection, owner: str, now: datetime, lease: timedelta) -> Claim | None:
    """Take the oldest message that may go, and write down the attempt, inside one transaction."""
    row = connection.execute(waiting_at(stamp(now))).first()
    if row is None:
        return None
    number = row.attempts + 1
    leased = {"state": LEASED, "lease_owner": owner, "lease_until": stamp(now + lease), "attempts": number}
    if connection.execute(update(outbox).where(_still(row)).values(leased)).rowcount == 0:
        return None
    if row.state == LEASED:
        _end(connection, row.id, row.attempts, result=_LAPSED, response=None, now=now)
    started = {"outbox_id": row.id, "number": number, "owner": owner, "started": stamp(now)}
    connection.execute(insert(attempt), started)
    (full,) = rows_with_notices(connection, connection.execute(select(*columns).where(outbox.c.id == row.id)).all())
    return Claim(full, owner, number, now + lease * _USABLE)


def waiting_at(now: str) -> Select[int, int, str]:
    """The query for the one message whose turn it is."""
    waiting = and_(outbox.c.state.in_(_WAITING), outbox.c.not_before <= now)
    lapsed = and_(outbox.c.state == LEASED, outbox.c.lease_until <= now)
    query = select(outbox.c.id, outbox.c.attempts, outbox.c.state).where(STILL_OPEN, or_(waiting, lapsed))
    return query.order_by(outbox.c.moment, outbox.c.id).limit(1).with_for_update(skip_locked=True)


def settle(connection: Connection, claim_: Claim, result: Result, now: datetime) -> bool:
    """Write down what came of it. False for a zombie: the lease had gone to another, who decides about the message."""
    accepted = isinstance(result, Accepted)
    mine = or_(_ours(claim_), _idle(claim_)) if accepted else _ours(claim_)
    settled = connection.execute(update(outbox).where(mine).values(_settled(result, now))).rowcount == 1
    name = _NAMES[type(result)] if settled else f"zombie-{_NAMES[type(result)]}"
    said = _said(result)
    _end(connection, claim_.row.id, claim_.attempt, result=name, response=said, now=now)
    if settled and accepted:
        _conclude(connection, claim_.row.id, claim_.notices, outcome=OutcomeKind.SENT, reason="", now=now)
    elif settled and isinstance(result, Permanent):
        _conclude(connection, claim_.row.id, claim_.notices, outcome=OutcomeKind.DEAD, reason=said, now=now)
    if settled or accepted:  # what a zombie got accepted did reach somebody
        record.append(connection, [_fact(claim_, result, zombie=not settled)], now)
    return settled


def drop(
    connection: Connection, claim_: Claim, reason: str, now: datetime, keys: Collection[str] | None
) -> Claim | None:
    """Take notices (None: all) out of a claimed message; with none left it is dropped. None: nothing is to be sent."""
    if connection.execute(select(outbox.c.id).where(_ours(claim_))).first() is None:
        return None
    gone = [key for key in claim_.notices if keys is None or key in keys]
    left = claim_.without(gone)
    if keys is not None and (left.notices or not gone):
        _drop_notices(connection, claim_.row, gone, reason, now)
        return left
    _drop_notices(connection, claim_.row, gone, reason, now)
    _close_empty(connection, claim_.row, reason, now)
    _end(connection, claim_.row.id, claim_.attempt, result=OutboxState.DROPPED.value, response=reason, now=now)
    return None


def drop_waiting(connection: Connection, keys: Collection[str], reason: str, now: datetime) -> tuple[str, ...]:
    """Take notices out of messages that nobody is sending just now; returns the keys that were found waiting."""
    wanted = set(keys)
    gone: list[str] = []
    for chunk in in_chunks(keys):
        holding = outbox.c.id.in_(select(notice.c.outbox_id).where(notice.c.key.in_(chunk)))
        query = select(*columns).where(outbox.c.state.in_(_WAITING), holding)
        for row in rows_with_notices(connection, connection.execute(query).all()):
            out = [key for key in row.notices if key in wanted]
            _drop_notices(connection, row, out, reason, now)
            if len(out) == len(row.notices):
                _close_empty(connection, row, reason, now)
            gone += out
    return tuple(gone)


def _still(row: Row[int, int, str]) -> ColumnElement[bool]:
    return and_(outbox.c.id == row.id, outbox.c.attempts == row.attempts, outbox.c.state == row.state)


def _ours(claim_: Claim) -> ColumnElement[bool]:
    return and_(
        outbox.c.id == claim_.row.id,
        outbox.c.state == LEASED,
        outbox.c.lease_owner == claim_.owner,
        outbox.c.attempts == claim_.attempt,
    )


def _idle(claim_: Claim) -> ColumnElement[bool]:
    """Another took it over and failed, too, and now it waits: news of its delivery is welcome from anybody."""
    return and_(outbox.c.id == claim_.row.id, outbox.c.state == OutboxState.RETRY.value)


def _settled(result: Result, now: datetime) -> Mapping[str, object]:
    free = {"lease_owner": None, "lease_until": None}
    final = free | {"settled_at": stamp(now)}
    match result:
        case Accepted(response, queue_id):
            said = {"response": response, "queue_id": queue_id, "last_error": None}
            return final | said | {"state": OutboxState.SENT.value}
        case Permanent(reason):
            return final | {"state": OutboxState.DEAD.value, "last_error": reason}
        case Temporary(reason, again) | Unknown(reason, again):
            return free | {"state": OutboxState.RETRY.value, "not_before": stamp(again), "last_error": reason}


def _said(result: Result) -> str:
    return result.response if isinstance(result, Accepted) else result.reason


def _end(connection: Connection, id_: int, number: int, *, result: str, response: str | None, now: datetime) -> None:
    which = and_(attempt.c.outbox_id == id_, attempt.c.number == number)
    connection.execute(update(attempt).where(which).values(ended=stamp(now), result=result, response=response))


def _conclude(
    connection: Connection, id_: int, keys: Collection[str], *, outcome: OutcomeKind, reason: str, now: datetime
) -> None:
    queued = and_(notice.c.outbox_id == id_, notice.c.outcome == OutcomeKind.QUEUED.value)
    for chunk in in_chunks(keys):
        concluded = update(notice).where(queued, notice.c.key.in_(chunk))
        connection.execute(concluded.values(outcome=outcome.value, reason=reason, at=stamp(now)))


def _drop_notices(connection: Connection, row: OutboxRow, keys: Sequence[str], reason: str, now: datetime) -> None:
    _conclude(connection, row.id, keys, outcome=OutcomeKind.DROPPED, reason=reason, now=now)
    dropped: list[Entry] = []
    for key in keys:
        data: Data = {"message": row.key, "notice": key, "reason": reason}
        dropped.append(Entry(FactKind.DROPPED, SYSTEM, task=_task(key), data=data))
    record.append(connection, dropped, now)


def _close_empty(connection: Connection, row: OutboxRow, reason: str, now: datetime) -> None:
    gone = {"state": OutboxState.DROPPED.value, "settled_at": stamp(now), "last_error": reason}
    free = {"lease_owner": None, "lease_until": None}
    connection.execute(update(outbox).where(outbox.c.id == row.id).values(gone | free))
    if not row.notices:
        record.append(connection, [Entry(FactKind.DROPPED, SYSTEM, data={"message": row.key, "reason": reason})], now)


def _fact(claim_: Claim, result: Result, *, zombie: bool) -> Entry:
    row = claim_.row
    data: Data = {"message": row.key, "notices": claim_.notices, "attempt": claim_.attempt}
    if isinstance(result, Accepted):
        data |= {
            "kind": row.kind.value,
            "to": tuple(recipient.who for recipient in (row.recipient, *row.copies)),
            "moment": stamp(row.moment),
            "message_id": row.message_id,
            "response": result.response,
            "queue_id": result.queue_id,
        }
        return Entry(
            FactKind.SENT, SYSTEM, task=_only_task(claim_.notices), data=data | ({"zombie": True} if zombie else {})
        )
    data |= {"reason": result.reason, "final": isinstance(result, Permanent)}
    if isinstance(result, Unknown):
        data["unknown"] = True  # it may have been taken
    return Entry(FactKind.FAILED, SYSTEM, task=_only_task(claim_.notices), data=data)


def _only_task(keys: Collection[str]) -> str | None:
    tasks = {_task(key) for key in keys}
    return tasks.pop() if len(tasks) == 1 else None


def _task(key: str) -> str:
    """A notice's key begins with its task: `TASK#STEP@…`."""
    return key.partition("#")[0]
