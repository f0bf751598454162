"""The journal as one object: what other rooms call. Each method is one transaction; time is always an argument."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from scheduler.journal import copies, delivery, listing, merging, queueing, record, restoring
from scheduler.journal.copies import Copy
from scheduler.journal.database import Database, Within
from scheduler.journal.errors import failure
from scheduler.journal.queueing import Queued
from scheduler.journal.reading import Reading
from scheduler.journal.values import Attempt, Body, Claim, Drawn, OutboxRow, OutboxState, Result
from scheduler.planning.model import Decision, Entry, Fact, FactKind, Message, MessageKind, Outcome


class Journal(Reading):
    """Facts, kept files, outbox and marks in one database. Every method may raise UnreachableError."""

    def __init__(self, database: Database) -> None:
        """A journal in a database that is open."""
        super().__init__(database)
        self._database = database

    @classmethod
    def open(cls, url: str) -> Self:
        """Open (and where needed create or bring up to date) the journal at a SQLite or PostgreSQL URL."""
        return cls(Database(url))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- facts ---------------------------------------------------------------------------------------------------------

    def append(self, entries: Sequence[Entry], *, now: datetime) -> tuple[Fact, ...]:
        """Write entries down, all or none, each hashed with its predecessor."""
        with self._database.appending() as connection:
            return record.append(connection, entries, now)

    def append_once(self, key: str, entry: Entry, *, now: datetime) -> bool:
        """Write an entry down unless one was under this key, whoever wrote it; False if so."""
        with self._database.appending() as connection:
            if Reading(Within(connection, self._database.where)).mark(key) is not None:
                return False
            (fact,) = record.append(connection, [entry], now)
            record.put_mark(connection, key, str(fact.seq))
            return True

    def draw(self, kinds: Collection[FactKind], make: Callable[[Sequence[Fact]], Drawn], *, now: datetime) -> Fact:
        """Write down what `make` makes of the facts of these kinds, with its files; nobody else writes in between.

        So a serial number is taken once, and a year's plan is frozen once. What `make` raises undoes all of it.
        """
        with self._database.appending() as connection:
            drawn = make(tuple(Reading(Within(connection, self._database.where)).facts(kinds=kinds)))
            for file in drawn.files:
                record.keep(connection, file.kind, file.name, file.content, now)
            return record.append(connection, [drawn.entry], now)[0]

    # -- files kept whole, and marks -----------------------------------------------------------------------------------

    def keep(self, kind: str, name: str, content: bytes, now: datetime) -> str:
        """Keep a file whole, once; returns the SHA-256 of its content."""
        with self._database.appending() as connection:
            return record.keep(connection, kind, name, content, now)

    def put_mark(self, key: str, value: str) -> None:
        """Set a small piece of state."""
        with self._database.appending() as connection:
            record.put_mark(connection, key, value)

    # -- outbox --------------------------------------------------------------------------------------------------------

    def enqueue(
        self,
        messages: Sequence[Message],
        skipped: Sequence[Decision],
        *,
        now: datetime,
        domain: str,
        bodies: Mapping[str, Body] | None = None,
    ) -> Queued:
        """Give each notice its one place in the outbox, or its recorded reason not to have one.

        A notice that has either already is left alone and out of its message; a message with none left is not made. A
        message without notices (preview, warning, 时限变更) is made once per kind, recipient and cause. `bodies` go by
        the message's key.
        """
        with self._database.appending() as connection:
            return queueing.enqueue(connection, messages, skipped, now=now, domain=domain, bodies=bodies or {})

    def crowded(self) -> tuple[tuple[OutboxRow, ...], ...]:
        """Messages that wait for one mailbox and may become one, by mailbox; none of them can have arrived.

        Alone stand those with something about hours in them, which may become two.
        """
        with self._database.reading() as connection:
            return merging.crowded(connection)

    def reform(
        self,
        rows: Collection[OutboxRow],
        messages: Sequence[Message],
        unwanted: Mapping[str, Sequence[str]],
        *,
        now: datetime,
        domain: str,
    ) -> tuple[str, ...]:
        """Put messages in the place of others; `unwanted` are keys of notices by the reason why they are dropped.

        Returns their keys. None: one of the others was claimed or changed meanwhile, so all stay as they are.
        """
        with self._database.appending() as connection:
            return merging.reform(connection, rows, messages, unwanted, now=now, domain=domain)

    def claim(self, owner: str, now: datetime, lease: timedelta) -> Claim | None:
        """The right to send what goes next, hours before days; the attempt is on disk when this returns."""
        with self._database.claiming() as connection:
            return delivery.claim(connection, owner, now, lease)

    def settle(self, claim: Claim, result: Result, now: datetime) -> bool:
        """Write down what came of a claim, with its fact. False: the lease had passed to another, who decides now."""
        with self._database.appending() as connection:
            return delivery.settle(connection, claim, result, now)

    def settle_and_claim(self, claim: Claim, result: Result, now: datetime, lease: timedelta) -> Claim | None:
        """Both at once, for the same owner: one wait for the disk instead of two between two letters."""
        with self._database.appending() as connection:
            delivery.settle(connection, claim, result, now)
            return delivery.claim(connection, claim.owner, now, lease)

    def postpone(self, claim: Claim, until: datetime, now: datetime) -> None:
        """Give a claim back unused, because it must not go before `until` (a night, a rest day)."""
        with self._database.claiming() as connection:
            delivery.postpone(connection, claim, until, now)

    def drop(self, claim: Claim, reason: str, now: datetime, keys: Collection[str] | None = None) -> Claim | None:
        """Take notices (None: the whole message) out before sending, with a reason; None if nothing is left to send."""
        with self._database.appending() as connection:
            return delivery.drop(connection, claim, reason, now, keys)

    def drop_waiting(self, keys: Collection[str], reason: str, now: datetime) -> tuple[str, ...]:
        """Take notices out of messages that wait; returns those found. What is being sent just now is left alone."""
        with self._database.appending() as connection:
            return delivery.drop_waiting(connection, keys, reason, now)

    def outbox(self, *states: OutboxState) -> tuple[OutboxRow, ...]:
        """Messages in these states (none given: all), the oldest moment first."""
        with self._database.reading() as connection:
            return listing.listed(connection, states)

    def message(self, key: str) -> OutboxRow | None:
        """The message with this key."""
        with self._database.reading() as connection:
            return listing.by_key(connection, key)

    def has_cause(self, kind: MessageKind, cause: str) -> bool:
        """Whether a message of this kind and cause was ever put into the outbox, whoever got it."""
        with self._database.reading() as connection:
            return listing.has_cause(connection, kind, cause)

    def message_with(self, message_id: str) -> OutboxRow | None:
        """The message with this Message-ID."""
        with self._database.reading() as connection:
            return listing.by_message_id(connection, message_id)

    def attempts(self, key: str) -> tuple[Attempt, ...]:
        """Every try to deliver the message with this key."""
        with self._database.reading() as connection:
            return listing.attempts(connection, key)

    def outcomes(self, tasks: Collection[str] | None = None) -> Mapping[str, Outcome]:
        """What became of every notice of these tasks (None: of all), by notice key."""
        with self._database.reading() as connection:
            return listing.outcomes(connection, tasks)

    def pending_count(self) -> int:
        """How many messages still wait or are being sent."""
        with self._database.reading() as connection:
            return listing.pending(connection)

    # -- copies --------------------------------------------------------------------------------------------------------

    def backup(self, path: Path, *, force: bool = False) -> Copy:
        """Copy a SQLite journal into a file while others use it. Raises UnreachableError where that fails."""
        file = copies.file_of(self._database.url.render_as_string(hide_password=False))
        if file is None:
            raise failure("backup-elsewhere", self._database.where)
        return copies.back_up(file, path, force=force)

    def restored(self, entry: Entry, forgotten: Collection[str], *, now: datetime) -> Fact:
        """Write down that this journal was put back from a copy, and take out what waited when the copy was made.

        Whether that has gone since nobody knows: its messages end, its notices are undecided again. The marks
        `forgotten` go too.
        """
        with self._database.appending() as connection:
            return restoring.restored(connection, entry, forgotten, now)
