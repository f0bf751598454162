"""What is about hours goes first; the threads, which nobody read, go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('pending', 'leased', 'retry')")


def upgrade() -> None:
    """Change the outbox."""
    op.drop_column("outbox", "thread")
    op.add_column("outbox", sa.Column("rank", sa.Integer, nullable=False, server_default="1"))
    op.drop_index("ix_outbox_open", "outbox")
    op.create_index("ix_outbox_open", "outbox", ["rank", "moment", "id"], sqlite_where=_OPEN, postgresql_where=_OPEN)
