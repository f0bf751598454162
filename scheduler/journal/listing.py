"""Looking into the outbox: rows with their notices, outcomes, attempts. It changes nothing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, func, select

from scheduler.journal.database import in_chunks
from scheduler.journal.encoding import maybe, moment, read_recipient, read_recipients
from scheduler.journal.errors import readable
from scheduler.journal.tables import STILL_OPEN, attempt, notice, outbox
from scheduler.journal.values import Attempt, Body, OutboxRow, OutboxState
from scheduler.planning.model import MessageKind, Outcome, OutcomeKind

columns = tuple(outbox.c)

_ALL = select(*columns).order_by(outbox.c.moment, outbox.c.id)
_IN_STATES = _ALL.where(outbox.c.state.in_(bindparam("states", expanding=True)))
_NOTICES = (
    select(notice.c.outbox_id, notice.c.key)
    .where(notice.c.outbox_id.in_(bindparam("ids", expanding=True)), notice.c.outcome != OutcomeKind.DROPPED.value)
    .order_by(notice.c.outbox_id, notice.c.position)
)


def listed(connection: Connection, states: Collection[OutboxState]) -> tuple[OutboxRow, ...]:
    """Messages in these states (none given: all), the oldest moment first."""
    found = connection.execute(_IN_STATES if states else _ALL, {"states": [state.value for state in states]})
    return rows_with_notices(connection, found.all())


def by_key(connection: Connection, key: str) -> OutboxRow | None:
    """The message with this key."""
    return _only(connection, outbox.c.key == key)


def has_cause(connection: Connection, kind: MessageKind, cause: str) -> bool:
    """Whether there is a message of this kind and cause."""
    found = select(outbox.c.id).where(outbox.c.kind == kind.value, outbox.c.cause == cause).limit(1)
    return connection.execute(found).first() is not None


def by_message_id(connection: Connection, message_id: str) -> OutboxRow | None:
    """The message with this Message-ID."""
    return _only(connection, outbox.c.message_id == message_id)


def _only(connection: Connection, which: ColumnElement[bool]) -> OutboxRow | None:
    rows = connection.execute(select(*columns).where(which)).all()
    return next(iter(rows_with_notices(connection, rows)), None)


def rows_with_notices(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[OutboxRow, ...]:
    """Values for rows of `columns`, each with the keys of the notices that were not dropped from it."""
    notices: defaultdict[int, list[str]] = defaultdict(list)
    for ids in in_chunks([row.id for row in rows]):
        for id_, key in connection.execute(_NOTICES, {"ids": ids}):
            notices[id_].append(key)
    with readable("outbox"):
        return tuple(_row(row, tuple(notices[row.id])) for row in rows)


def outcomes(connection: Connection, tasks: Collection[str] | None) -> Mapping[str, Outcome]:
    """What became of every notice of these tasks (None: of all), by the notice's key."""
    chunks = [None] if tasks is None else [notice.c.task.in_(ids) for ids in in_chunks(tasks)]
    with readable("notice"):
        return {key: outcome for which in chunks for key, outcome in _outcomes(connection, which)}


def pending(connection: Connection) -> int:
    """How many messages are neither sent, nor refused for good, nor dropped."""
    return connection.execute(select(func.count()).select_from(outbox).where(STILL_OPEN)).scalar_one()


def attempts(connection: Connection, key: str) -> tuple[Attempt, ...]:
    """Every try to deliver the message with this key."""
    query = select(attempt).join(outbox).where(outbox.c.key == key).order_by(attempt.c.number)
    with readable("attempt"):
        return tuple(
            Attempt(key, row.number, row.owner, moment(row.started), maybe(row.ended), row.result, row.response)
            for row in connection.execute(query)
        )


def _outcomes(connection: Connection, which: ColumnElement[bool] | None) -> Iterator[tuple[str, Outcome]]:
    query: Select[Any] = select(
        notice.c.key,
        notice.c.outcome,
        notice.c.reason,
        notice.c.at,
        outbox.c.message_id,
        outbox.c.recipient,
        outbox.c.copies,
    ).outerjoin(outbox)
    for row in connection.execute(query if which is None else query.where(which)):
        to: tuple[str, ...] = ()
        if row.recipient is not None:
            to = tuple(r.who for r in (read_recipient(row.recipient), *read_recipients(row.copies)))
        yield row.key, Outcome(row.key, OutcomeKind(row.outcome), moment(row.at), row.reason, row.message_id, to)


def _row(row: Row[Any], notices: tuple[str, ...]) -> OutboxRow:
    return OutboxRow(
        id=row.id,
        key=row.key,
        message_id=row.message_id,
        kind=MessageKind(row.kind),
        recipient=read_recipient(row.recipient),
        copies=read_recipients(row.copies),
        moment=moment(row.moment),
        not_before=moment(row.not_before),
        state=OutboxState(row.state),
        attempts=row.attempts,
        formed_at=moment(row.formed_at),
        settled_at=maybe(row.settled_at),
        late=row.late,
        cause=row.cause,
        queue_id=row.queue_id,
        response=row.response,
        last_error=row.last_error,
        body=_body(row.body),
        notices=notices,
    )


def _body(text: str | None) -> Body | None:
    """What `written_body` wrote."""
    if text is None:
        return None
    plain = json.loads(text)
    return Body(**plain | {"references": tuple(plain.get("references", ()))})
