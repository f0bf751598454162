"""The tables of the journal, one schema for SQLite and PostgreSQL. It describes; it creates nothing."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

NAMING = {"ix": "ix_%(table_name)s_%(column_0_name)s", "uq": "uq_%(table_name)s_%(column_0_name)s"}
metadata = MetaData(naming_convention=NAMING)

# Moments are ISO text in Beijing time with microseconds, of equal length: the order of the text is that of time.
Time = String(32).with_variant(String(32, collation="C"), "postgresql")

fact = Table(
    "fact",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("entered", Time, nullable=False),
    Column("on", Time),
    Column("by", Text, nullable=False),
    Column("task", Text),
    Column("data", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

kept = Table(
    "kept",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),  # zlib
    Column("first_kept", Time, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False, unique=True),
    Column("message_id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("recipient", Text, nullable=False),  # JSON
    Column("copies", Text, nullable=False),  # JSON
    Column("moment", Time, nullable=False),
    Column("not_before", Time, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_owner", Text),
    Column("lease_until", Time),
    Column("last_error", Text),
    Column("response", Text),
    Column("queue_id", Text),
    Column("formed_at", Time, nullable=False),
    Column("settled_at", Time),
    Column("late", Boolean, nullable=False),
    Column("cause", Text),
    Column("body", Text),  # JSON; only of messages without notices
    Column("rank", Integer, nullable=False, server_default="1"),  # 0: about hours, and goes first; 1: all others
)

# In these very words also in queries: with parameters in their place SQLite would not use the index.
STILL_OPEN = text("state IN ('pending', 'leased', 'retry')")
# PostgreSQL has the same, in words of its own; to name the condition here would import its dialect.
_OPEN = Index("ix_outbox_open", outbox.c.rank, outbox.c.moment, outbox.c.id, sqlite_where=STILL_OPEN)
_OPEN.ddl_if(dialect="sqlite")

notice = Table(
    "notice",
    metadata,
    Column("key", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("task", Text, nullable=False, index=True),
    Column("outbox_id", ForeignKey("outbox.id"), index=True),
    Column("position", Integer, nullable=False),  # in the message, most urgent first
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Time, nullable=False),
)

attempt = Table(
    "attempt",
    metadata,
    Column("outbox_id", ForeignKey("outbox.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("owner", Text, nullable=False),
    Column("started", Time, nullable=False),
    Column("ended", Time),
    Column("result", Text),
    Column("response", Text),
)

mark = Table("mark", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

# As alembic makes it, which reads there from where to migrate; it is no table of the journal.
version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
