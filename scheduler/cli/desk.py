"""What a command has at hand: the services of this call, the clock, who is at the keyboard. It decides nothing."""

from __future__ import annotations

import getpass
import os

import click

from scheduler.cli.options import DATABASE, TABLE, spoken
from scheduler.daemon.services import Services
from scheduler.settings import Settings, settings


def chosen() -> Settings:
    """The environment, and what this call says otherwise."""
    meta = click.get_current_context().find_root().meta
    return settings(table=meta.get(TABLE), database=meta.get(DATABASE), lang=spoken())


def services() -> Services:
    """The services of this call; nothing is opened yet."""
    return Services(chosen())


def login() -> str:
    """The login name of whoever is at the keyboard, or the number of the user where there is none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as under DynamicUser
        return f"uid:{os.getuid()}"
