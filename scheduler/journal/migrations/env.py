"""How alembic runs the migrations: on the connection, and in the transaction, that it is handed. No offline mode."""

from __future__ import annotations

from alembic import context

from scheduler.journal.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite has it too, as our transactions begin explicitly
)
with context.begin_transaction():
    context.run_migrations()
