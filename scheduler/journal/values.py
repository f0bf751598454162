"""The words of the journal as frozen values: messages, claims, results. Nothing is stored here."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from scheduler.planning.model import Entry, MessageKind, Recipient


class OutboxState(StrEnum):
    """Where a message stands. Only the last three are final."""

    PENDING = "pending"
    LEASED = "leased"
    RETRY = "retry"
    SENT = "sent"
    DEAD = "dead"  # refused for good
    DROPPED = "dropped"  # no longer wanted


OPEN_STATES = (OutboxState.PENDING, OutboxState.LEASED, OutboxState.RETRY)


class File(Struct, frozen=True):
    """A file to be kept whole."""

    kind: str
    name: str
    content: bytes

    @property
    def digest(self) -> str:
        """The SHA-256 under which it is kept."""
        return hashlib.sha256(self.content).hexdigest()


class Drawn(Struct, frozen=True):
    """What is made of the record as it stands: an entry, and the files that it refers to."""

    entry: Entry
    files: tuple[File, ...]


class Body(Struct, frozen=True):
    """What a message without notices says, rendered when it was formed; `references`: its thread, earlier mails."""

    subject: str
    text: str
    html: str
    references: tuple[str, ...] = ()


class OutboxRow(Struct, frozen=True):
    """One mail in the outbox; `notices` are the keys of those still in it."""

    id: int
    key: str
    message_id: str
    kind: MessageKind
    recipient: Recipient
    copies: tuple[Recipient, ...]
    moment: datetime
    not_before: datetime
    state: OutboxState
    attempts: int
    formed_at: datetime
    settled_at: datetime | None
    late: bool
    cause: str | None
    queue_id: str | None
    response: str | None
    last_error: str | None
    body: Body | None
    notices: tuple[str, ...]


class Claim(Struct, frozen=True):
    """The right to send one message, for a while: after `deadline` (80 % of the lease) it must not be used any more.

    `then` is the message that comes behind it as things stand; nobody has it.
    """

    row: OutboxRow
    owner: str
    attempt: int
    deadline: datetime
    then: OutboxRow | None = None

    @property
    def notices(self) -> tuple[str, ...]:
        """The keys of the notices in the message."""
        return self.row.notices

    def without(self, keys: Collection[str]) -> Claim:
        """The same claim with some notices taken out."""
        return replace(self, row=replace(self.row, notices=tuple(k for k in self.notices if k not in keys)))


class Accepted(Struct, frozen=True):
    """The server took the message; `queue_id` is its own name for it, where it told one."""

    response: str
    queue_id: str | None = None


class Temporary(Struct, frozen=True):
    """It was not taken; to be tried again at `retry_at`."""

    reason: str
    retry_at: datetime


class Permanent(Struct, frozen=True):
    """It was refused for good."""

    reason: str


class Unknown(Struct, frozen=True):
    """The line dropped after the message had gone out: it may have been taken. Tried again, with its Message-ID."""

    reason: str
    retry_at: datetime


Result = Accepted | Temporary | Permanent | Unknown


class Attempt(Struct, frozen=True):
    """One try to deliver, written down before the dialogue with the server; `result` None: never heard of again."""

    message: str
    number: int
    owner: str
    started: datetime
    ended: datetime | None
    result: str | None
    response: str | None
