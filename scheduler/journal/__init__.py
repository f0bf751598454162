"""The journal: facts in a hash chain, files kept whole, the outbox. The only room that knows the database.

To ask (`glance`) needs no SQLAlchemy and no outbox; what does is imported when it is named.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from scheduler.journal.chain import Anchor, Audit, Fault, FaultKind, Head
from scheduler.journal.reading import Reading, glance
from scheduler.planning.model import Entry

if TYPE_CHECKING:
    from scheduler.journal.delivery import retry_at
    from scheduler.journal.queueing import Queued
    from scheduler.journal.store import Journal
    from scheduler.journal.values import (
        OPEN_STATES,
        Accepted,
        Attempt,
        Body,
        Claim,
        Drawn,
        File,
        OutboxRow,
        OutboxState,
        Permanent,
        Result,
        Temporary,
        Unknown,
    )

__all__ = [
    "OPEN_STATES",
    "Accepted",
    "Anchor",
    "Attempt",
    "Audit",
    "Body",
    "Claim",
    "Drawn",
    "Entry",
    "Fault",
    "FaultKind",
    "File",
    "Head",
    "Journal",
    "OutboxRow",
    "OutboxState",
    "Permanent",
    "Queued",
    "Reading",
    "Result",
    "Temporary",
    "Unknown",
    "glance",
    "retry_at",
]

_HEAVY = {"Journal": "store", "Queued": "queueing", "retry_at": "delivery"}  # the rest of what comes later is `values`


def __getattr__(name: str) -> object:
    """What a question does without, SQLAlchemy above all, a quarter of a second: only who asks for it pays."""
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HEAVY.get(name, 'values')}"), name)
