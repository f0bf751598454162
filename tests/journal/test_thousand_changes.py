"""A thousand random changes to whatever the journal stores, by somebody with the file in hand: each one is found."""

from __future__ import annotations

import random
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from correspondence import correspond

from scheduler.journal import OPEN_STATES, Journal, OutboxState, Reading
from scheduler.journal.forming import SEALED
from scheduler.journal.tables import metadata

SEED, CHANGES = 20261123, 1000
# What is evidence, and what only serves the next attempt or tells where a file came from. `docs/verify.md` says so too.
COVERED = {
    "fact": ("seq", "kind", "entered", "on", "by", "task", "data", "previous", "hash"),
    "kept": ("digest", "content"),
    "outbox": (*SEALED, "id", "state", "formed_at", "settled_at", "last_error", "response", "queue_id"),
    "notice": ("key", "name", "task", "outbox_id", "position", "outcome", "reason", "at"),
}
UNCOVERED = {
    "kept": ("kind", "name", "first_kept"),
    "outbox": ("not_before", "attempts", "lease_owner", "lease_until"),
    "attempt": ("outbox_id", "number", "owner", "started", "ended", "result", "response"),
    "mark": ("key", "value"),
}


def test_of_each_column_it_is_said_whether_it_is_evidence() -> None:
    for table in metadata.sorted_tables:
        said = (*COVERED.get(table.name, ()), *UNCOVERED.get(table.name, ()))
        assert sorted(said) == sorted(column.name for column in table.columns)


class Held:
    """The database as one connection has it, changed and not committed."""

    where = "memory"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def query(self, sql: str, /, **values: object) -> Sequence[Sequence[Any]]:
        return self.connection.execute(sql, values).fetchall()

    @contextmanager
    def steady(self) -> Iterator[None]:
        yield

    def close(self) -> None: ...


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A copy in memory of a journal in which mail met every fate, without its guards."""
    path = tmp_path / "duban.db"
    with Journal.open(f"sqlite:///{path}") as journal:
        correspond(journal)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        with closing(sqlite3.connect(path)) as file:
            file.backup(copy)
        for table in ("fact", "kept"):
            for verb in ("update", "delete"):
                copy.execute(f"DROP TRIGGER {table}_no_{verb}")
        yield copy


def test_a_thousand_random_changes_are_all_found(connection: sqlite3.Connection) -> None:
    chance, reading = random.Random(SEED), Reading(Held(connection))
    noted = str(reading.head())
    made: Counter[str] = Counter()
    while made.total() < CHANGES:
        connection.execute("BEGIN")
        try:
            done = change(connection, chance)
        except sqlite3.IntegrityError:  # the database itself does not take it
            done = ""
        found = reading.verify(noted).fault if done else None
        connection.execute("ROLLBACK")
        if done:
            assert found, (SEED, done)
            made[done.partition(" ")[0]] += 1
    assert set(made) == {"edit", "delete", "insert", "swap", "truncate"}
    assert reading.verify(noted).sound


def change(connection: sqlite3.Connection, chance: random.Random) -> str:
    """Change something; what it was, or nothing where it would have stayed as it is."""
    table = chance.choice([*COVERED, "fact", "outbox", "notice"])
    rows = [row for (row,) in connection.execute(f"SELECT rowid FROM {table} ORDER BY rowid")]
    row, second = chance.choice(rows), chance.choice(rows)
    match chance.choice(("delete", "insert", "swap", "truncate", *["edit"] * 4)):
        case "delete":
            connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))
            return f"delete {table} {row}"
        case "truncate":
            last = {"fact": "seq", "outbox": "id"}.get(table, "rowid")
            gone = connection.execute(f"DELETE FROM {table} WHERE {last} >= ?", (row,)).rowcount
            return f"truncate {table} {gone}"
        case "insert" if table != "kept":  # a file that no fact names is no evidence
            return insert(connection, table, row)
        case "swap" if row != second:
            key = COVERED[table][0]
            values = [connection.execute(f"SELECT {key} FROM {table} WHERE rowid = ?", (r,)).fetchone()[0]
                      for r in (row, second)]  # fmt: skip
            spare = -1 if key == "seq" else "spare"
            connection.execute(f"UPDATE {table} SET {key} = ? WHERE {key} = ?", (spare, values[0]))
            connection.execute(f"UPDATE {table} SET {key} = ? WHERE {key} = ?", (values[0], values[1]))
            connection.execute(f"UPDATE {table} SET {key} = ? WHERE {key} = ?", (values[1], spare))
            return f"swap {table} {row} {second}"
        case "edit":
            column = chance.choice(COVERED[table])
            return edit(connection, chance, table, column, row)
    return ""


def insert(connection: sqlite3.Connection, table: str, row: int) -> str:
    """A copy of a row under another key."""
    columns = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
    new = {"fact": {"seq": "1000"}, "notice": {"key": "'new' || key"},
           "outbox": {"id": "1000", "key": "'new' || key", "message_id": "'new' || message_id"}}[table]  # fmt: skip
    listed = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(new.get(name, f'"{name}"') for name in columns)
    connection.execute(f"INSERT INTO {table} ({listed}) SELECT {values} FROM {table} WHERE rowid = ?", (row,))
    return f"insert {table} {row}"


def edit(connection: sqlite3.Connection, chance: random.Random, table: str, column: str, row: int) -> str:
    """Another value in one place."""
    (value,) = connection.execute(f'SELECT "{column}" FROM {table} WHERE rowid = ?', (row,)).fetchone()
    changed = other(value, chance)
    if column == "state":
        ends = [state.value for state in OutboxState if state.value != value and state not in OPEN_STATES]
        changed = chance.choice([*ends, changed])
    if column == "content" and unpacked(changed) == unpacked(value):
        return ""  # a bit of the packing that means nothing: the file is as it was
    connection.execute(f'UPDATE {table} SET "{column}" = ? WHERE rowid = ?', (changed, row))
    return f"edit {table}.{column} {row} {value!r} -> {changed!r}"


def unpacked(content: Any) -> bytes | None:
    """A kept file, if it can be unpacked."""
    try:
        return zlib.decompress(content)
    except zlib.error:
        return None


def other(value: object, chance: random.Random) -> object:
    """A value that is not this one."""
    if value is None:
        return chance.choice(["", "x", 0])
    if isinstance(value, int):
        return value + chance.choice([1, -1, 1000])
    if isinstance(value, bytes):
        where = chance.randrange(len(value))
        return value[:where] + bytes([value[where] ^ (1 << chance.randrange(8))]) + value[where + 1 :]
    text = str(value)
    if not text or chance.random() < 0.1:
        return None if text else "x"
    where = chance.randrange(len(text))
    added = chance.choice([c for c in "x0 督\x00e" if c != text[where]])
    return text[: where + chance.randint(0, 1)] + added + text[where + 1 :]
