"""The journal was put back from a copy: what waited then is waiting no more. It copies no file and decides nothing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, update

from scheduler.journal import record
from scheduler.journal.agreement import RESTORED
from scheduler.journal.encoding import stamp
from scheduler.journal.tables import STILL_OPEN, attempt, mark, notice, outbox
from scheduler.journal.values import OutboxState
from scheduler.planning.model import Entry, Fact, OutcomeKind


def restored(connection: Connection, entry: Entry, forgotten: Collection[str], now: datetime) -> Fact:
    """Close what waits, take its notices out, forget marks; with the fact that says so, inside one transaction.

    The fact alone tells all of it, so that the outbox can be checked against the record.
    """
    unheard = {"ended": stamp(now), "result": RESTORED}
    connection.execute(update(attempt).where(attempt.c.result.is_(None)).values(unheard))
    connection.execute(delete(notice).where(notice.c.outcome == OutcomeKind.QUEUED.value))
    closed = {"state": OutboxState.DROPPED.value, "settled_at": stamp(now), "last_error": RESTORED}
    connection.execute(update(outbox).where(STILL_OPEN).values(closed | {"lease_owner": None, "lease_until": None}))
    connection.execute(delete(mark).where(mark.c.key.in_(forgotten)))
    return record.append(connection, [entry], now)[0]
