"""A database without tables gets the newest schema at once. What the migrations make of it step by step is the same."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from scheduler.journal.reading import SCHEMA
from scheduler.journal.tables import STILL_OPEN, metadata, version

_IMMUTABLE = ("fact", "kept")
_ON_SQLITE = tuple(
    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
    for table in _IMMUTABLE
    for verb in ("UPDATE", "DELETE")
)
_ON_POSTGRESQL = (
    f"CREATE INDEX ix_outbox_open ON outbox (rank, moment, id) WHERE {STILL_OPEN.text}",
    (
        "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = '23000'; END $$"
    ),
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        for table in _IMMUTABLE
    ),
)


def create(connection: Connection) -> None:
    """Create all tables, with what guards them, as of the newest version; inside a transaction that writes."""
    metadata.create_all(connection, checkfirst=False)  # tables without a version are nobody's to write into
    for statement in _ON_SQLITE if connection.dialect.name == "sqlite" else _ON_POSTGRESQL:
        connection.exec_driver_sql(statement)
    version.create(connection, checkfirst=False)
    connection.execute(insert(version), {"version_num": SCHEMA})
