"""The table that a call is about, for commands that need nothing else. It opens no database."""

from __future__ import annotations

import click

from scheduler.cli.options import DATABASE, TABLE, spoken
from scheduler.problems import TableError, has_errors
from scheduler.register import Loaded, Register, load
from scheduler.settings import Settings, settings


def chosen() -> Settings:
    """The environment, and what this call says otherwise."""
    meta = click.get_current_context().find_root().meta
    return settings(table=meta.get(TABLE), database=meta.get(DATABASE), lang=spoken())


def loaded() -> Loaded:
    """The table as it stands on disk, with its problems."""
    return load(chosen().table)


def register() -> Register:
    """The table, which must be free of errors; TableError with all problems else."""
    found = loaded()
    if found.register is None or has_errors(found.problems):
        raise TableError(*found.problems)
    return found.register
