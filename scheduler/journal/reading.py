"""What is asked of the journal: facts, head, kept files, marks, the check of the chain. It writes nothing.

Its SQL is plain, so that a bare SQLite connection answers it as well as SQLAlchemy: a question needs no more, and
importing SQLAlchemy takes longer than all the rest of `duban status`.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import sys
import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from scheduler.journal.chain import EMPTY, Anchor, Audit, Fault, FaultKind, Head, Raw, audit
from scheduler.journal.encoding import maybe, moment, read_data, read_on, read_recipient, read_recipients, stamp
from scheduler.journal.errors import failure, told
from scheduler.planning.model import Fact, FactKind, Recipient
from scheduler.problems import UnreachableError

SCHEMA = "0002"  # the newest version in migrations/versions
WAIT_SECONDS = 5  # for another writer
PAGE = 5000  # rows per read: bounded memory, and no transaction is left open while the caller thinks

_KINDS = {kind.value: kind for kind in FactKind}
_REFERRING = (FactKind.TABLE, FactKind.CALENDAR, FactKind.DRAFT, FactKind.FREEZE)  # `files`: digests of kept ones
_FACTS = 'SELECT seq, kind, entered, "on", "by", task, data, previous, hash FROM fact'  # in the order of Raw
_HEAD_THEN = """\
SELECT seq, hash FROM fact WHERE seq < coalesce((SELECT min(seq) FROM fact WHERE entered > :until), :beyond)
ORDER BY seq DESC LIMIT 1"""


class Asked(Protocol):
    """A database that answers: SQL with `:name` for values, all rows at once. Raises UnreachableError."""

    where: str

    def query(self, sql: str, /, **values: object) -> Sequence[Sequence[Any]]:
        """The rows, as of one moment."""

    def steady(self) -> AbstractContextManager[None]:
        """While it lasts, all answers are as of one moment."""

    def close(self) -> None:
        """Give back all connections."""


class SqliteFile:
    """A SQLite journal that is only asked. Raises sqlite3.Error where it cannot be opened.

    `still`: nobody else uses it, so that it is read without a byte written beside it.
    """

    def __init__(self, path: str, *, still: bool = False) -> None:
        self.where = f"sqlite:///{path}"
        file = f"{Path(path).resolve().as_uri()}?immutable=1" if still else path
        self._connection = sqlite3.connect(file, timeout=WAIT_SECONDS, isolation_level=None, uri=still)
        self._connection.execute("PRAGMA query_only=ON")

    def query(self, sql: str, /, **values: object) -> Sequence[Sequence[Any]]:
        """The rows, as of one moment."""
        with told(self.where):
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def steady(self) -> Iterator[None]:
        """While it lasts, all answers are as of one moment."""
        self.query("BEGIN")
        try:
            yield
        finally:
            self.query("ROLLBACK")

    def close(self) -> None:
        """Give back the connection."""
        self._connection.close()


class Reading:
    """A journal that is asked. Every method may raise UnreachableError."""

    def __init__(self, asked: Asked) -> None:
        """A journal in a database that is open and up to date."""
        self._asked = asked

    def close(self) -> None:
        """Give back all connections."""
        self._asked.close()

    def facts(
        self, after: int = 0, until: datetime | None = None, *, kinds: Collection[FactKind] | None = None
    ) -> Iterator[Fact]:
        """Facts in the order of entry: those after number `after`, entered by `until`, of `kinds` (None: of all)."""
        last = None if until is None else stamp(until)
        for row in self._rows(after, kinds):
            if last is None or row.entered <= last:
                yield self._fact(row)

    def head(self, until: datetime | None = None) -> Head:
        """Number and hash of the last fact; of the last before the first that was entered after `until`."""
        if until is None:
            last = self._asked.query("SELECT seq, hash FROM fact ORDER BY seq DESC LIMIT 1")
        else:
            last = self._asked.query(_HEAD_THEN, until=stamp(until), beyond=sys.maxsize)
        return Head(*last[0]) if last else EMPTY

    def hash_of(self, seq: int) -> str | None:
        """The hash of one fact."""
        found = self._asked.query("SELECT hash FROM fact WHERE seq = :seq", seq=seq)
        return next((str(hash_) for (hash_,) in found), None)

    def export(self) -> Iterator[str]:
        """Every fact as a line of JSON that a second program can verify; the form is described in `chain`."""
        for row in self._rows(0):
            try:
                yield row.line()
            except ValueError as error:
                raise failure("database-damaged", self._asked.where, f"fact {row.seq}") from error

    def verify(self, head: str | None = None) -> Audit:
        """Check the chain, the files that facts refer to and the outbox, also against a head noted earlier.

        The head may be in full or in its short form; UsageError if it is none.
        """
        found = audit(self._rows(None), self._seq_of, None if head is None else Anchor.parse(head))
        return found if found.fault else Audit(found.head, self._kept_fault() or self._outbox_fault())

    def kept(self, digest: str) -> bytes:
        """The content with this digest; one that is gone or was touched counts as a damaged database."""
        found = self._content(digest)
        if found is None or not _is(found, digest):
            raise failure("database-damaged", self._asked.where, f"kept {digest[:12]}")
        return zlib.decompress(found)

    def mark(self, key: str) -> str | None:
        """A small piece of state, such as the moment of the last sweep."""
        found = self._asked.query("SELECT value FROM mark WHERE key = :key", key=key)
        return next((str(value) for (value,) in found), None)

    def untaken(self) -> tuple[str, ...]:
        """Why the messages that wait for another attempt were not taken, the oldest moment first."""
        sql = "SELECT last_error FROM outbox WHERE state = 'retry' AND last_error IS NOT NULL ORDER BY moment, id"
        return tuple(str(why) for (why,) in self._asked.query(sql))

    def recipients(self, key: str) -> tuple[Recipient, ...]:
        """To whom the message with this key goes or went, the copies last; nobody where there is none."""
        found = self._asked.query("SELECT recipient, copies FROM outbox WHERE key = :key", key=key)
        return tuple(who for to, copies in found for who in (read_recipient(to), *read_recipients(copies)))

    def last_accepted(self, address: str, until: datetime) -> datetime | None:
        """When the server last took a message to this address, up to `until`."""
        sql = "SELECT max(settled_at) FROM outbox WHERE address = :address AND state = 'sent' AND settled_at <= :until"
        return maybe(self._asked.query(sql, address=address, until=stamp(until))[0][0])

    # -- rows ----------------------------------------------------------------------------------------------------------

    def _rows(self, after: int | None, kinds: Collection[FactKind] | None = None) -> Iterator[Raw]:
        """From the one after `after`, or from the very first, whatever number somebody gave it."""
        values: dict[str, object] = {f"kind{n}": kind.value for n, kind in enumerate(kinds or ())}
        tests = [f"kind IN ({', '.join(f':{name}' for name in values)})"] if kinds is not None else []
        page: Sequence[Sequence[Any]] = ()
        while not page or len(page) == PAGE:
            known = [] if after is None else ["seq > :after"]
            values |= {} if after is None else {"after": after}
            where = f"WHERE {' AND '.join([*tests, *known])} " if tests or known else ""
            page = self._asked.query(f"{_FACTS} {where}ORDER BY seq LIMIT {PAGE}", **values)
            if not page:
                return
            yield from (Raw(*row) for row in page)
            after = page[-1][0]

    def _fact(self, row: Raw) -> Fact:
        try:
            kind = _KINDS.get(row.kind) or FactKind(row.kind)
            return Fact(row.seq, kind, moment(row.entered), read_on(row.on), row.by, row.task, read_data(row.data))
        except (ValueError, TypeError, AttributeError) as error:
            raise failure("database-damaged", self._asked.where, f"fact {row.seq}") from error

    def _seq_of(self, hash_: str) -> int | None:
        found = self._asked.query("SELECT seq FROM fact WHERE hash = :hash", hash=hash_)
        return next((int(seq) for (seq,) in found), None)

    def _content(self, digest: str) -> bytes | None:
        found = self._asked.query("SELECT content FROM kept WHERE digest = :digest", digest=digest)
        return next((content for (content,) in found), None)

    def _kept_fault(self) -> Fault | None:
        digests: dict[str, int] = {}
        for row in self._rows(None, _REFERRING):
            for digest in json.loads(row.data).get("files", ()):
                digests.setdefault(digest, row.seq)
        for digest, seq in digests.items():
            content = self._content(digest)
            if content is None:
                return Fault(FaultKind.KEPT_MISSING, seq)
            if not _is(content, digest):
                return Fault(FaultKind.KEPT_EDITED, seq)
        return None

    def _outbox_fault(self) -> Fault | None:
        from scheduler.journal.agreement import TELLING, disagreement  # noqa: PLC0415 - only `audit verify` asks

        with self._asked.steady():
            return disagreement(self._asked, self._rows(None, TELLING))


def glance(url: str) -> Reading | None:
    """The journal at a SQLite URL, to be asked; None where it takes more to open it (or to say why it cannot be)."""
    kind, _, path = url.partition(":///")
    if kind != "sqlite" or not os.access(path, os.F_OK):
        return None
    # A full or read-only disk takes no log; where none has anything, all is in the file, and nobody can be writing it.
    for still in (False, True):
        try:
            if still and has_log(path):
                return None
            found = SqliteFile(path, still=still)
        except sqlite3.Error:
            continue
        if _is_current(found):
            return Reading(found)
        found.close()
    return None


def has_log(path: str) -> bool:
    """Whether some of what a SQLite file holds has not reached it yet."""
    log = Path(f"{path}-wal")
    return log.exists() and log.stat().st_size > 0


def _is_current(asked: SqliteFile) -> bool:
    try:
        return [tuple(row) for row in asked.query("SELECT version_num FROM alembic_version")] == [(SCHEMA,)]
    except UnreachableError:
        return False


def _is(content: bytes, digest: str) -> bool:
    try:
        return hashlib.sha256(zlib.decompress(content)).hexdigest() == digest
    except (zlib.error, TypeError):
        return False
