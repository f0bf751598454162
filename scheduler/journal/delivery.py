"""Claim, settle, drop: the life of a message in the outbox. It sends nothing; it says who may, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace
from sqlalchemy import Connection, and_, bindparam, exists, insert, or_, select, update

from scheduler.journal import record
from scheduler.journal.database import in_chunks
from scheduler.journal.encoding import stamp
from scheduler.journal.errors import readable
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
_LEASED = OutboxState.LEASED.value
WAITING = (OutboxState.PENDING.value, OutboxState.RETRY.value)
_SKEW = timedelta(hours=1)  # the clocks of two machines on one journal are never so far apart
_LAPSED = "lapsed"
_POSTPONED = "postponed"
_NAMES = {Accepted: "accepted", Temporary: "temporary", Permanent: "permanent", Unknown: "unknown"}

# The statements are built once: building one takes longer than running it. What they set is named when they run.
_TRIED_LAST = exists().where(attempt.c.outbox_id == outbox.c.id, attempt.c.number == outbox.c.attempts)
# At a moment that has not come: the clock was set back, and a pause would last as long as the step.
_AHEAD = _TRIED_LAST.where(attempt.c.started > bindparam("now"))
# Not IN: of a list SQLAlchemy puts the statement together anew each time.
_DUE = and_(or_(*(outbox.c.state == state for state in WAITING)), or_(outbox.c.not_before <= bindparam("now"), _AHEAD))
# So would the lease of somebody who died then; of one who lives the clock is not so far ahead of ours.
_FAR_AHEAD = _TRIED_LAST.where(attempt.c.started > bindparam("too_far"))
_GONE = and_(outbox.c.state == _LEASED, or_(outbox.c.lease_until <= bindparam("now"), _FAR_AHEAD))
_FIRST = (
    select(*columns).where(STILL_OPEN, or_(_DUE, _GONE)).order_by(outbox.c.rank, outbox.c.moment, outbox.c.id).limit(1)
)
NEXT = _FIRST.with_for_update(skip_locked=True)

_THIS = outbox.c.id == bindparam("the_id")
_TAKE = update(outbox).where(
    _THIS, outbox.c.state == bindparam("the_state"), outbox.c.attempts == bindparam("the_attempt")
)
_OURS = and_(
    _THIS,
    outbox.c.state == _LEASED,
    outbox.c.lease_owner == bindparam("the_owner"),
    outbox.c.attempts == bindparam("the_attempt"),
)
_HELD = select(outbox.c.id).where(_OURS).with_for_update()
_SETTLE = update(outbox).where(_OURS)
_SETTLE_WAITING = update(outbox).where(_THIS, outbox.c.state == OutboxState.RETRY.value)
_START = insert(attempt)
_END = update(attempt).where(attempt.c.outbox_id == bindparam("the_id"), attempt.c.number == bindparam("the_number"))
_CONCLUDE = update(notice).where(
    notice.c.outbox_id == bindparam("the_id"),
    notice.c.outcome == OutcomeKind.QUEUED.value,
    notice.c.key.in_(bindparam("the_keys", expanding=True)),
)


def retry_at(attempt_: int, now: datetime) -> datetime:
    """When to try again after attempt number `attempt_` (from 1): in 1, 5, 15, then every 60 minutes."""
    return now + _PAUSES[min(attempt_, len(_PAUSES)) - 1]


def claim(connection: Connection, owner: str, now: datetime, lease: timedelta) -> Claim | None:
    """Take the message that goes next (hours before days, then the oldest), and write down the attempt."""
    today = {"now": stamp(now), "too_far": stamp(now + _SKEW)}
    row = connection.execute(NEXT, today).first()
    if row is None:
        return None
    with readable("outbox"):
        number = int(row.attempts) + 1
    leased = {"state": _LEASED, "lease_owner": owner, "lease_until": stamp(now + lease), "attempts": number}
    as_seen = {"the_id": row.id, "the_state": row.state, "the_attempt": row.attempts}
    if connection.execute(_TAKE, leased | as_seen).rowcount == 0:
        return None
    if row.state == _LEASED:
        _end(connection, row.id, row.attempts, result=_LAPSED, response=None, now=now)
    started = {"outbox_id": row.id, "number": number, "owner": owner, "started": stamp(now)}
    connection.execute(_START, started)
    full, *behind = rows_with_notices(connection, [row, *connection.execute(_FIRST, today)])
    claimed = replace(full, state=OutboxState.LEASED, attempts=number)
    return Claim(claimed, owner, number, now + lease * _USABLE, next(iter(behind), None))


def settle(connection: Connection, claim_: Claim, result: Result, now: datetime) -> bool:
    """Write down what came of it. False for a zombie: the lease had gone to another, who decides about the message."""
    accepted = isinstance(result, Accepted)
    change = _settled(result, now)
    settled = connection.execute(_SETTLE, _ours(claim_) | change).rowcount == 1
    if accepted and not settled:  # another failed, too, and it waits: news of its delivery is welcome from anybody
        settled = connection.execute(_SETTLE_WAITING, change | {"the_id": claim_.row.id}).rowcount == 1
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


def postpone(connection: Connection, claim_: Claim, until: datetime, now: datetime) -> None:
    """Give a claim back unused: nobody gets the message before `until`."""
    waits = {"state": OutboxState.RETRY.value, "not_before": stamp(until), "lease_owner": None, "lease_until": None}
    connection.execute(_SETTLE, _ours(claim_) | waits)
    _end(connection, claim_.row.id, claim_.attempt, result=_POSTPONED, response=None, now=now)


def drop(
    connection: Connection, claim_: Claim, reason: str, now: datetime, keys: Collection[str] | None
) -> Claim | None:
    """Take notices (None: all) out of a claimed message; with none left it is dropped. None: nothing is to be sent."""
    if connection.execute(_HELD, _ours(claim_)).first() is None:
        return None
    gone = [key for key in claim_.notices if keys is None or key in keys]
    left = claim_.without(gone)
    drop_notices(connection, claim_.row, gone, reason, now)
    if keys is not None and (left.notices or not gone):
        return left
    _close_empty(connection, claim_.row, reason, now)
    _end(connection, claim_.row.id, claim_.attempt, result=OutboxState.DROPPED.value, response=reason, now=now)
    return None


def drop_waiting(connection: Connection, keys: Collection[str], reason: str, now: datetime) -> tuple[str, ...]:
    """Take notices out of messages that nobody is sending just now; returns the keys that were found waiting."""
    wanted = set(keys)
    gone: list[str] = []
    for chunk in in_chunks(keys):
        holding = outbox.c.id.in_(select(notice.c.outbox_id).where(notice.c.key.in_(chunk)))
        query = select(*columns).where(outbox.c.state.in_(WAITING), holding).with_for_update(skip_locked=True)
        for row in rows_with_notices(connection, connection.execute(query).all()):
            out = [key for key in row.notices if key in wanted]
            drop_notices(connection, row, out, reason, now)
            if len(out) == len(row.notices):
                _close_empty(connection, row, reason, now)
            gone += out
    return tuple(gone)


def drop_notices(connection: Connection, row: OutboxRow, keys: Sequence[str], reason: str, now: datetime) -> None:
    """Take notices out of a message, each with its fact."""
    _conclude(connection, row.id, keys, outcome=OutcomeKind.DROPPED, reason=reason, now=now)
    dropped: list[Entry] = []
    for key in keys:
        data: Data = {"message": row.key, "notice": key, "reason": reason}
        dropped.append(Entry(FactKind.DROPPED, SYSTEM, task=_task(key), data=data))
    record.append(connection, dropped, now)


def close(connection: Connection, row: OutboxRow, reason: str, now: datetime) -> None:
    """End a message that will not go, for a reason that stands in a fact."""
    gone = {"state": OutboxState.DROPPED.value, "settled_at": stamp(now), "last_error": reason}
    free = {"lease_owner": None, "lease_until": None}
    connection.execute(update(outbox).where(outbox.c.id == row.id).values(gone | free))


def _ours(claim_: Claim) -> dict[str, object]:
    return {"the_id": claim_.row.id, "the_owner": claim_.owner, "the_attempt": claim_.attempt}


def _settled(result: Result, now: datetime) -> dict[str, object]:
    free: dict[str, object] = {"lease_owner": None, "lease_until": None}
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
    ended = {"ended": stamp(now), "result": result, "response": response}
    connection.execute(_END, {"the_id": id_, "the_number": number} | ended)


def _conclude(
    connection: Connection, id_: int, keys: Collection[str], *, outcome: OutcomeKind, reason: str, now: datetime
) -> None:
    concluded = {"outcome": outcome.value, "reason": reason, "at": stamp(now)}
    for chunk in in_chunks(keys):
        connection.execute(_CONCLUDE, {"the_id": id_, "the_keys": chunk} | concluded)


def _close_empty(connection: Connection, row: OutboxRow, reason: str, now: datetime) -> None:
    close(connection, row, reason, now)
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
