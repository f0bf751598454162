"""The journal: facts in a hash chain, files kept whole, the outbox. The only room that knows the database."""

from scheduler.journal.chain import Anchor, Audit, Fault, FaultKind, Head
from scheduler.journal.delivery import retry_at
from scheduler.journal.queueing import Queued
from scheduler.journal.store import Journal
from scheduler.journal.values import (
    OPEN_STATES,
    Accepted,
    Attempt,
    Body,
    Claim,
    OutboxRow,
    OutboxState,
    Permanent,
    Result,
    Temporary,
    Unknown,
)
from scheduler.planning.model import Entry

__all__ = [
    "OPEN_STATES",
    "Accepted",
    "Anchor",
    "Attempt",
    "Audit",
    "Body",
    "Claim",
    "Entry",
    "Fault",
    "FaultKind",
    "Head",
    "Journal",
    "OutboxRow",
    "OutboxState",
    "Permanent",
    "Queued",
    "Result",
    "Temporary",
    "Unknown",
    "retry_at",
]
