"""The facts themselves, appended; files and marks, put beside them. It never changes a fact."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert, select

from scheduler.journal.chain import EMPTY, Head, link
from scheduler.journal.encoding import moment, read_data, stamp, written_data, written_on
from scheduler.journal.tables import fact, kept, mark
from scheduler.planning.model import Entry, Fact
from scheduler.problems import Problem, UsageError
from scheduler.words import say

_INSERT = insert(fact)
_LAST = select(fact.c.seq, fact.c.hash).order_by(fact.c.seq.desc()).limit(1)


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


def put_mark(connection: Connection, key: str, value: str) -> None:
    """Set a small piece of state."""
    if connection.execute(mark.update().where(mark.c.key == key).values(value=value)).rowcount == 0:
        connection.execute(insert(mark), {"key": key, "value": value})
