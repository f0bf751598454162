"""The facts themselves: appended, read, checked, exported; and the files kept beside them. It never changes a fact."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from sqlalchemy import Connection, insert, select

from scheduler.journal.chain import COLUMNS, EMPTY, Anchor, Audit, Fault, FaultKind, Head, Raw, audit, link
from scheduler.journal.database import Database
from scheduler.journal.encoding import moment, read_data, read_on, stamp, written_data, written_on
from scheduler.journal.errors import failure
from scheduler.journal.tables import fact, kept, mark
from scheduler.planning.model import Entry, Fact, FactKind
from scheduler.problems import Problem, UsageError
from scheduler.words import say

_REFERRING = (FactKind.TABLE.value, FactKind.CALENDAR.value, FactKind.DRAFT.value)  # `files`: digests of kept ones
_INSERT = insert(fact)
_LAST = select(fact.c.seq, fact.c.hash).order_by(fact.c.seq.desc()).limit(1)
PAGE = 5000  # rows per read: bounded memory, and no transaction is left open while the caller thinks


def head(connection: Connection) -> Head:
    """The number and hash of the last fact."""
    last = connection.execute(_LAST).first()
    return Head(last.seq, last.hash) if last else EMPTY


def append(connection: Connection, entries: Iterable[Entry], now: datetime) -> tuple[Fact, ...]:
    """Add entries after the head, inside a transaction that may append.

    Raises UsageError for bytes that are no text: a terminal hands them on as they were typed.
    """
    seq, previous = (last := head(connection)).seq, last.hash
    entered = stamp(now)
    rows: list[dict[str, object]] = []
    written: list[Fact] = []
    for entry in entries:
        seq += 1
        data = written_data(entry.data)
        row: dict[str, object] = {
            "seq": seq,
            "kind": entry.kind.value,
            "entered": entered,
            "on": written_on(entry.on),
            "by": entry.by,
            "task": entry.task,
            "data": json.loads(data),
        }
        try:
            hash_ = link(previous, row)
        except UnicodeEncodeError as error:
            message, hint = say("这里不是 UTF-8 编码的文字"), say("没有登记，记录未变")
            raise UsageError(Problem("not-utf8", message, hint)) from error
        rows.append(row | {"data": data, "previous": previous, "hash": hash_})
        written.append(Fact(seq, entry.kind, moment(entered), entry.on, entry.by, entry.task, read_data(data)))
        previous = hash_
    if rows:
        connection.execute(_INSERT, rows)
    return tuple(written)


def facts(
    database: Database, after: int, until: datetime | None, kinds: Collection[FactKind] | None = None
) -> Iterator[Fact]:
    """Facts (of these kinds) in the order of entry, from the one after `after`, that had been entered by `until`."""
    last = None if until is None else stamp(until)
    for row in _rows(database, after, kinds):
        if last is None or row.entered <= last:
            yield _fact(row, database.where)


def export(database: Database) -> Iterator[str]:
    """Every fact as one line of canonical JSON with its hashes. A line that is not as written stops it."""
    for row in _rows(database, 0):
        try:
            yield row.line()
        except ValueError as error:
            raise failure("database-damaged", database.where, f"fact {row.seq}") from error


def verify(database: Database, anchor: Anchor | None) -> Audit:
    """Recompute the whole chain, then the digests of the files that facts refer to."""

    def seq_of(hash_: str) -> int | None:
        with database.reading() as connection:
            return connection.execute(select(fact.c.seq).where(fact.c.hash == hash_)).scalar()

    result = audit(_rows(database, None), seq_of, anchor)
    return result if result.fault else Audit(result.head, _kept_fault(database))


def keep(connection: Connection, kind: str, name: str, content: bytes, now: datetime) -> str:
    """Store a file whole, once; returns its digest."""
    digest = hashlib.sha256(content).hexdigest()
    if connection.execute(select(kept.c.digest).where(kept.c.digest == digest)).first() is None:
        row = {
            "digest": digest,
            "kind": kind,
            "name": name.encode(errors="replace").decode(),  # a file's name may be any bytes
            "content": zlib.compress(content),
            "first_kept": stamp(now),
        }
        connection.execute(insert(kept), row)
    return digest


def kept_file(connection: Connection, digest: str) -> bytes | None:
    """The file with this digest; None where it is gone, or is not what was kept."""
    content = connection.execute(select(kept.c.content).where(kept.c.digest == digest)).scalar()
    return zlib.decompress(content) if content is not None and _is(content, digest) else None


def read_mark(connection: Connection, key: str) -> str | None:
    """A small piece of state."""
    return connection.execute(select(mark.c.value).where(mark.c.key == key)).scalar()


def put_mark(connection: Connection, key: str, value: str) -> None:
    """Set a small piece of state."""
    if connection.execute(mark.update().where(mark.c.key == key).values(value=value)).rowcount == 0:
        connection.execute(insert(mark), {"key": key, "value": value})


def _rows(database: Database, after: int | None, kinds: Collection[FactKind] | None = None) -> Iterator[Raw]:
    columns = (fact.c[name] for name in (*COLUMNS, "previous", "hash"))
    query = select(*columns).order_by(fact.c.seq).limit(PAGE)
    if kinds is not None:
        query = query.where(fact.c.kind.in_([kind.value for kind in kinds]))
    page: list[Raw] = []
    while not page or len(page) == PAGE:
        with database.reading() as connection:
            rows = connection.execute(query if after is None else query.where(fact.c.seq > after))
            page = [Raw(*row) for row in rows]
        if not page:
            return
        yield from page
        after = page[-1].seq


def _fact(row: Raw, where: str) -> Fact:
    try:
        kind = FactKind(row.kind)
        return Fact(row.seq, kind, moment(row.entered), read_on(row.on), row.by, row.task, read_data(row.data))
    except (ValueError, TypeError, AttributeError) as error:
        raise failure("database-damaged", where, f"fact {row.seq}") from error


def _kept_fault(database: Database) -> Fault | None:
    referring = select(fact.c.seq, fact.c.data).where(fact.c.kind.in_(_REFERRING)).order_by(fact.c.seq)
    with database.reading() as connection:
        digests: dict[str, int] = {}
        for seq, data in connection.execute(referring):
            for digest in json.loads(data).get("files", ()):
                digests.setdefault(digest, seq)
        for digest, seq in digests.items():
            content = connection.execute(select(kept.c.content).where(kept.c.digest == digest)).scalar()
            if content is None:
                return Fault(FaultKind.KEPT_MISSING, seq)
            if not _is(content, digest):
                return Fault(FaultKind.KEPT_EDITED, seq)
    return None


def _is(content: bytes, digest: str) -> bool:
    try:
        return hashlib.sha256(zlib.decompress(content)).hexdigest() == digest
    except (zlib.error, TypeError):
        return False
