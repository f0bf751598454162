"""Claim, settle, drop: the life of a message in the outbox. It sends nothing; it only says who may, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, insert, or_, select, update

from scheduler.journal import record
from scheduler.journal.encoding import stamp
from scheduler.journal.listing import columns, rows_with_notices
from scheduler.journal.queueing import SYSTEM
from scheduler.journal.tables import attempt, notice, outbox
from scheduler.journal.values import (
    OPEN_STATES,
    Accepted,
    Claim,
    Entry,
    OutboxRow,
    OutboxState,
    Permanent,
    Result,
    Temporary,
    Unknown,
)
from scheduler.planning.model import FactKind, OutcomeKind, Scalar

Data = dict[str, Scalar | tuple[str, ...]]

_PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60))
_USABLE = 0.8  # of a lease: the rest is for the clock and the last commit
_LAPSED = "lapsed"
_NAMES = {Accepted: "accepted", Temporary: "temporary", Permanent: "permanent", Unknown: "unknown"}


def retry_at(attempt_: int, now: datetime) -> datetime:
    """When to try again after attempt number `attempt_` (from 1): in 1, 5, 15, then every 60 minutes."""
    return now + _PAUSES[min(attempt_, len(_PAUSES)) - 1]


def claim(connection: Connection, owner: str, now: datetime, lease: timedelta) -> Claim | None:
    """Take the oldest message that may go, and write down the attempt, inside one transaction."""
    row = connection.execute(_next(stamp(now))).first()
    if row is None:
        return None
    number = row.attempts + 1
    taken = {
        "state": OutboxState.LEASED.value,
        "lease_owner": owner,
        "lease_until": stamp(now + lease),
        "attempts": number,
    }
    if connection.execute(update(outbox).where(_still(row)).values(taken)).rowcount == 0:
        return None
    if row.state == OutboxState.LEASED.value:
        _end(connection, row.id, row.attempts, _LAPSED, None, now)
    started = {"outbox_id": row.id, "number": number, "owner": owner, "started": stamp(now)}
    connection.execute(insert(attempt), started)
    (full,) = rows_with_notices(connection, connection.execute(select(*columns).where(outbox.c.id == row.id)).all())
    return Claim(full, owner, number, now + lease * _USABLE)


def settle(connection: Connection, claim_: Claim, result: Result, now: datetime) -> bool:
    """Write down what came of it. False for a zombie: the lease had gone to another, who now decides about the message."""
    ours = connection.execute(update(outbox).where(_ours(claim_)).values(_settled(result, now))).rowcount == 1
    name = _NAMES[type(result)] if ours else f"zombie-{_NAMES[type(result)]}"
    text = result.response if isinstance(result, Accepted) else result.reason
    _end(connection, claim_.row.id, claim_.attempt, name, text, now)
    if ours and isinstance(result, Accepted | Permanent):
        outcome = OutcomeKind.SENT if isinstance(result, Accepted) else OutcomeKind.DEAD
        _conclude(connection, claim_.row.id, claim_.notices, outcome, "" if isinstance(result, Accepted) else text, now)
    if ours or isinstance(result, Accepted):  # what a zombie got accepted did reach somebody
        record.append(connection, [_fact(claim_, result, zombie=not ours)], now)
    return ours


def drop(
    connection: Connection, claim_: Claim, reason: str, now: datetime, keys: Collection[str] | None
) -> Claim | None:
    """Take notices (None: all) out of a claimed message; without any left the message is dropped. None: nothing to send."""
    if connection.execute(select(outbox.c.id).where(_ours(claim_))).first() is None:
        return None
    gone = claim_.notices if keys is None else tuple(key for key in claim_.notices if key in keys)
    left = claim_.without(gone)
    _drop_notices(connection, claim_.row, gone, reason, now)
    if keys is not None and left.notices:
        return left
    if not claim_.notices:
        record.append(
            connection, [Entry(FactKind.DROPPED, SYSTEM, data={"message": claim_.row.key, "reason": reason})], now
        )
    _close_empty(connection, claim_.row.id, now)
    _end(connection, claim_.row.id, claim_.attempt, OutboxState.DROPPED.value, reason, now)
    return None


def drop_waiting(connection: Connection, keys: Collection[str], reason: str, now: datetime) -> tuple[str, ...]:
    """Take notices out of messages that nobody is sending just now; returns the keys that were found waiting."""
    waiting = outbox.c.state.in_([OutboxState.PENDING.value, OutboxState.RETRY.value])
    query = select(*columns).where(
        waiting, outbox.c.id.in_(select(notice.c.outbox_id).where(notice.c.key.in_(list(keys))))
    )
    found = rows_with_notices(connection, connection.execute(query).all())
    gone: list[str] = []
    for row in found:
        out = [key for key in row.notices if key in keys]
        _drop_notices(connection, row, out, reason, now)
        if len(out) == len(row.notices):
            _close_empty(connection, row.id, now)
        gone += out
    return tuple(gone)


def _next(now: str) -> Select[tuple[int, int, str]]:
    waiting = and_(outbox.c.state.in_([OutboxState.PENDING.value, OutboxState.RETRY.value]), outbox.c.not_before <= now)
    lapsed = and_(outbox.c.state == OutboxState.LEASED.value, outbox.c.lease_until <= now)
    open_ = outbox.c.state.in_([state.value for state in OPEN_STATES])
    query = select(outbox.c.id, outbox.c.attempts, outbox.c.state).where(open_, or_(waiting, lapsed))
    return query.order_by(outbox.c.moment, outbox.c.id).limit(1).with_for_update(skip_locked=True)


def _still(row: Row[tuple[int, int, str]]) -> ColumnElement[bool]:
    return and_(outbox.c.id == row.id, outbox.c.attempts == row.attempts, outbox.c.state == row.state)


def _ours(claim_: Claim) -> ColumnElement[bool]:
    return and_(
        outbox.c.id == claim_.row.id,
        outbox.c.state == OutboxState.LEASED.value,
        outbox.c.lease_owner == claim_.owner,
        outbox.c.attempts == claim_.attempt,
    )


def _settled(result: Result, now: datetime) -> Mapping[str, object]:
    at = stamp(now)
    match result:
        case Accepted(response, queue_id):
            said = {"state": OutboxState.SENT.value, "settled_at": at, "response": response, "queue_id": queue_id}
            return said | {"last_error": None, "lease_owner": None, "lease_until": None}
        case Permanent(reason):
            return {
                "state": OutboxState.DEAD.value,
                "settled_at": at,
                "last_error": reason,
                "lease_owner": None,
                "lease_until": None,
            }
        case Temporary(reason, again) | Unknown(reason, again):
            waits = {"state": OutboxState.RETRY.value, "not_before": stamp(again), "last_error": reason}
            return waits | {"lease_owner": None, "lease_until": None}


def _end(connection: Connection, id_: int, number: int, result: str, response: str | None, now: datetime) -> None:
    which = and_(attempt.c.outbox_id == id_, attempt.c.number == number)
    connection.execute(update(attempt).where(which).values(ended=stamp(now), result=result, response=response))


def _conclude(
    connection: Connection, id_: int, keys: Collection[str], outcome: OutcomeKind, reason: str, now: datetime
) -> None:
    which = and_(notice.c.outbox_id == id_, notice.c.key.in_(list(keys)), notice.c.outcome == OutcomeKind.QUEUED.value)
    connection.execute(update(notice).where(which).values(outcome=outcome.value, reason=reason, at=stamp(now)))


def _drop_notices(connection: Connection, row: OutboxRow, keys: Collection[str], reason: str, now: datetime) -> None:
    if not keys:
        return
    _conclude(connection, row.id, keys, OutcomeKind.DROPPED, reason, now)
    tasks = dict(
        connection.execute(select(notice.c.key, notice.c.task).where(notice.c.key.in_(list(keys)))).tuples().all()
    )
    entries = [
        Entry(FactKind.DROPPED, SYSTEM, task=tasks[key], data={"message": row.key, "notice": key, "reason": reason})
        for key in keys
    ]
    record.append(connection, entries, now)


def _close_empty(connection: Connection, id_: int, now: datetime) -> None:
    gone = {"state": OutboxState.DROPPED.value, "settled_at": stamp(now), "lease_owner": None, "lease_until": None}
    connection.execute(update(outbox).where(outbox.c.id == id_).values(gone))


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
    """The task of all these notices; a notice's key begins with its task (`TASK#STEP@…`)."""
    tasks = {key.partition("#")[0] for key in keys}
    return tasks.pop() if len(tasks) == 1 else None
