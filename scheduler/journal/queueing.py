"""How notices enter the outbox: each once, by its unique key, in the transaction that also writes the facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from msgspec import Struct
from sqlalchemy import Column, Connection, Select, bindparam, func, insert, select

from scheduler.journal import record
from scheduler.journal.database import in_chunks
from scheduler.journal.encoding import stamp, written_body, written_recipient, written_recipients
from scheduler.journal.forming import key_of, message_id, seal
from scheduler.journal.tables import notice as notice_table
from scheduler.journal.tables import outbox
from scheduler.journal.values import Body, OutboxState
from scheduler.planning.messages import is_in_hours
from scheduler.planning.model import Decision, Entry, FactKind, Message, Notice, OutcomeKind, Scalar

SYSTEM = "duban"  # who enters the facts of the machine itself


def _among(column: Column[str]) -> Select[Any]:
    return select(column).where(column.in_(bindparam("the_keys", expanding=True)))


# Built once: building a statement takes longer than running it.
_NOTICES, _MESSAGES = _among(notice_table.c.key), _among(outbox.c.key)
_LAST_ID = select(func.max(outbox.c.id))
_ADD_NOTICES, _ADD_MESSAGES = insert(notice_table), insert(outbox)


class Formed(Struct, frozen=True):
    """A message as it enters the outbox: with its final key and only the notices that no other message holds."""

    id: int
    key: str
    message: Message
    notices: tuple[Notice, ...]
    message_id: str
    body: Body | None
    merged: tuple[str, ...] = ()  # the keys of messages in whose place it goes


class Queued(Struct, frozen=True):
    """What one call of `enqueue` put into the outbox or recorded as skipped; the rest had been there already."""

    messages: tuple[str, ...]
    notices: tuple[str, ...]
    skipped: tuple[str, ...]


def enqueue(
    connection: Connection,
    messages: Sequence[Message],
    skipped: Sequence[Decision],
    *,
    now: datetime,
    domain: str,
    bodies: Mapping[str, Body],
) -> Queued:
    """Put what is new into the outbox, inside a transaction that may append."""
    wanted = chain((n.key for m in messages for n in m.notices), (d.notice.key for d in skipped))
    known = set(_existing(connection, _NOTICES, wanted))
    formed = tuple(_form(connection, messages, known, domain, bodies))
    fresh = tuple(_once(skipped, known))
    outbox_rows = [outbox_row(f, now) for f in formed]
    if formed:
        connection.execute(_ADD_MESSAGES, outbox_rows)
    at = stamp(now)
    rows = [row for f in formed for row in _notice_rows(f, at)] + [_skipped_row(d, at) for d in fresh]
    if rows:
        connection.execute(_ADD_NOTICES, rows)
    entries = [queued_fact(f, row) for f, row in zip(formed, outbox_rows, strict=True)]
    record.append(connection, [*entries, *map(_skipped, fresh)], now)
    return Queued(
        tuple(f.key for f in formed),
        tuple(n.key for f in formed for n in f.notices),
        tuple(d.notice.key for d in fresh),
    )


def _form(
    connection: Connection,
    messages: Sequence[Message],
    known: set[str],
    domain: str,
    bodies: Mapping[str, Body],
) -> Iterator[Formed]:
    keys = (key for m in messages for key in ({m.key} if m.notices else {key_of(m, ())}))
    taken = set(_existing(connection, _MESSAGES, keys))
    id_ = next_id(connection)
    for message in messages:
        notices = tuple(_fresh(message.notices, known))
        key = key_of(message, notices, taken)
        if (message.notices and not notices) or (not message.notices and key in taken):
            continue
        taken.add(key)
        body = bodies.get(message.key)
        yield Formed(id_, key, message, notices, message_id(message, key, notices, domain), body)
        id_ += 1


def next_id(connection: Connection) -> int:
    """The number of the next message: they are counted from 1, and none is ever taken out."""
    return (connection.execute(_LAST_ID).scalar() or 0) + 1


def _fresh(notices: Iterable[Notice], known: set[str]) -> Iterator[Notice]:
    """Those not known yet; from now on they are."""
    for notice in notices:
        if notice.key not in known:
            known.add(notice.key)
            yield notice


def _once(decisions: Iterable[Decision], known: set[str]) -> Iterator[Decision]:
    for decision in decisions:
        if decision.notice.key not in known:
            known.add(decision.notice.key)
            yield decision


def _existing(connection: Connection, among: Select[Any], keys: Iterable[str]) -> Iterator[str]:
    for chunk in in_chunks(list(keys)):
        yield from connection.execute(among, {"the_keys": chunk}).scalars()


def outbox_row(formed: Formed, now: datetime) -> dict[str, object]:
    """The row of a message that enters the outbox."""
    message = formed.message
    return {
        "id": formed.id,
        "key": formed.key,
        "message_id": formed.message_id,
        "kind": message.kind.value,
        "who": message.recipient.who,
        "address": message.recipient.address,
        "recipient": written_recipient(message.recipient),
        "copies": written_recipients(message.copies),
        "moment": stamp(message.moment),
        "not_before": stamp(message.moment),
        "state": OutboxState.PENDING.value,
        "attempts": 0,
        "formed_at": stamp(now),
        "late": message.late,
        "cause": message.cause,
        "body": written_body(formed.body),
        "rank": 0 if any(map(is_in_hours, formed.notices)) else 1,
    }


def _notice_rows(formed: Formed, at: str) -> Iterator[dict[str, object]]:
    for position, notice in enumerate(formed.notices):
        yield _notice_row(notice, OutcomeKind.QUEUED, "", at) | {"outbox_id": formed.id, "position": position}


def _skipped_row(decision: Decision, at: str) -> dict[str, object]:
    return _notice_row(decision.notice, OutcomeKind.SKIPPED, decision.reason, at) | {"outbox_id": None, "position": 0}


def _notice_row(notice: Notice, outcome: OutcomeKind, reason: str, at: str) -> dict[str, object]:
    return {
        "key": notice.key,
        "name": notice.name,
        "task": notice.task.id,
        "outcome": outcome.value,
        "reason": reason,
        "at": at,
    }


def queued_fact(formed: Formed, row: Mapping[str, object]) -> Entry:
    """What the journal says of a message that enters the outbox as `row`."""
    message = formed.message
    data: dict[str, Scalar | tuple[str, ...]] = {
        "message": formed.key,
        "kind": message.kind.value,
        "notices": tuple(notice.key for notice in formed.notices),
        "to": tuple(recipient.who for recipient in (message.recipient, *message.copies)),
        "moment": stamp(message.moment),
        "seal": seal(row),
    }
    if formed.merged:
        data["merged"] = formed.merged
    tasks = {notice.task.id for notice in formed.notices}
    return Entry(FactKind.QUEUED, SYSTEM, task=tasks.pop() if len(tasks) == 1 else None, data=data)


def _skipped(decision: Decision) -> Entry:
    data: dict[str, Scalar | tuple[str, ...]] = {"notice": decision.notice.key, "reason": decision.reason}
    return Entry(FactKind.SKIPPED, SYSTEM, task=decision.notice.task.id, data=data)
