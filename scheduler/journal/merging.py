"""Messages that wait for one mailbox become one, or one becomes two: which may, and how. It sends nothing.

Only those may of which it is certain that no server has taken them: after a lapsed lease or a dropped line a message is
tried again as it is, with its Message-ID.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, func, insert, or_, select, update

from scheduler.journal import record
from scheduler.journal.agreement import MERGED
from scheduler.journal.database import in_chunks
from scheduler.journal.delivery import WAITING, close, drop_notices
from scheduler.journal.encoding import stamp
from scheduler.journal.forming import key_of, message_id
from scheduler.journal.listing import columns, rows_with_notices
from scheduler.journal.queueing import Formed, next_id, outbox_row, queued_fact
from scheduler.journal.tables import STILL_OPEN, attempt, notice, outbox
from scheduler.journal.values import OutboxRow
from scheduler.planning.messages import mailbox
from scheduler.planning.model import Message

_CERTAIN = ("temporary", "postponed")  # results of attempts after which nobody has the message
_ADDRESS = func.lower(outbox.c.address)
_CROWDED = select(_ADDRESS).where(STILL_OPEN).group_by(_ADDRESS).having(func.count() > 1)
_DOUBTFUL = exists().where(
    attempt.c.outbox_id == outbox.c.id, or_(attempt.c.result.is_(None), attempt.c.result.not_in(_CERTAIN))
)
_MAY = (outbox.c.state.in_(WAITING), outbox.c.cause.is_(None), ~_DOUBTFUL)
_WHICH = or_(_ADDRESS.in_(_CROWDED), outbox.c.rank == 0)
_FOUND = select(*columns).where(STILL_OPEN, *_MAY, _WHICH).order_by(outbox.c.id)
_MOVE = (
    update(notice)
    .where(notice.c.key == bindparam("the_key"))
    .values(outbox_id=bindparam("the_id"), position=bindparam("the_position"), at=bindparam("the_moment"))
)


def crowded(connection: Connection) -> tuple[tuple[OutboxRow, ...], ...]:
    """The messages that may become one, by mailbox where there are several, or two: each with something about hours."""
    found: defaultdict[tuple[str, str], list[OutboxRow]] = defaultdict(list)
    rows = connection.execute(_FOUND).all()
    urgent = {row.id for row in rows if row.rank == 0}
    for row in rows_with_notices(connection, rows):
        found[mailbox(row.recipient)].append(row)
    return tuple(tuple(same) for same in found.values() if len(same) > 1 or same[0].id in urgent)


def reform(
    connection: Connection,
    rows: Collection[OutboxRow],
    messages: Sequence[Message],
    unwanted: Mapping[str, Sequence[str]],
    *,
    now: datetime,
    domain: str,
) -> tuple[str, ...]:
    """Put `messages` in the place of `rows`: their notices but for the `unwanted`, which are dropped by reason.

    Returns the keys; none where one of the rows is not any more as it was seen, and nothing was changed.
    """
    if not _are_as_seen(connection, rows):
        return ()
    for reason, keys in unwanted.items():
        for row in rows:
            drop_notices(connection, row, [key for key in row.notices if key in keys], reason, now)
    made = tuple(_put(connection, rows, message, now, domain) for message in messages)
    for row in rows:
        close(connection, row, MERGED, now)
    return made


def _put(connection: Connection, rows: Collection[OutboxRow], message: Message, now: datetime, domain: str) -> str:
    like = outbox.c.key.startswith(message.key, autoescape=True)
    taken = connection.execute(select(outbox.c.key).where(like)).scalars()
    key = key_of(message, message.notices, set(taken))
    merged = tuple(row.key for row in rows)
    id_ = message_id(message, key, message.notices, domain)
    formed = Formed(next_id(connection), key, message, message.notices, id_, None, merged)
    new = outbox_row(formed, now)
    tried = {"attempts": max(row.attempts for row in rows), "not_before": stamp(min(row.not_before for row in rows))}
    connection.execute(insert(outbox), new | tried)
    places = [
        {"the_key": one.key, "the_id": formed.id, "the_position": n, "the_moment": stamp(now)}
        for n, one in enumerate(message.notices)
    ]
    connection.execute(_MOVE, places)
    record.append(connection, [queued_fact(formed, new)], now)
    return key


def _are_as_seen(connection: Connection, rows: Collection[OutboxRow]) -> bool:
    """Whether nobody has claimed, settled, withdrawn from or merged any of them since; now nobody can."""
    wanted = {row.id: row for row in rows}
    for chunk in in_chunks(list(wanted)):
        query = select(*columns).where(outbox.c.id.in_(chunk), *_MAY).with_for_update(skip_locked=True)
        for row in rows_with_notices(connection, connection.execute(query).all()):
            seen = wanted.pop(row.id)
            if (row.attempts, row.notices) != (seen.attempts, seen.notices):
                return False
    return not wanted
