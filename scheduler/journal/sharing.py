"""Who uses a database file: all who have it open share its directory, and whoever replaces the file is alone with it.

The lock is the system's (flock): it ends with the process, however that ends, and leaves no file behind.
"""

from __future__ import annotations

import fcntl
import os
import stat
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_PATIENCE, _NAP = 5.0, 0.05  # seconds
_FOR_A_GROUP = stat.S_ISGID | stat.S_IWGRP


def mode_in(directory: Path) -> int:
    """The mode of a database in there: its owner's alone; the group's too where a directory is shared on purpose.

    It is where the group may write and is inherited (setgid). SQLite gives the files beside a database the same mode.
    """
    return 0o660 if directory.stat().st_mode & _FOR_A_GROUP == _FOR_A_GROUP else 0o600


def shared(owner: object, database: Path) -> Callable[[], object] | None:
    """Let nobody replace the database while `owner` lives, or until the result is called; None where that fails.

    A directory that cannot be read cannot be written to either by whoever would replace what is in it.
    """
    try:
        handle = os.open(database.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None
    release = weakref.finalize(owner, os.close, handle)
    end = time.monotonic() + _PATIENCE  # a restore takes a moment
    while not _locked(handle, fcntl.LOCK_SH):
        if time.monotonic() > end:
            release()
            raise TimeoutError(str(database))
        time.sleep(_NAP)
    return release


@contextmanager
def alone(database: Path) -> Iterator[bool]:
    """While it lasts nobody opens the database; False where somebody has it open already."""
    handle = os.open(database.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield _locked(handle, fcntl.LOCK_EX)
    finally:
        os.close(handle)


def _locked(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
