"""Copies of a SQLite journal: made while others use it, looked through, put in its place. It decides nothing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from scheduler.journal.chain import Audit
from scheduler.journal.errors import explained, failure, told
from scheduler.journal.reading import Reading, SqliteFile
from scheduler.journal.sharing import alone, mode_in
from scheduler.problems import Problem, RefusedError
from scheduler.words import say

BESIDE = ("-wal", "-shm")  # what SQLite keeps beside a database


class Copy(Struct, frozen=True):
    """What a copy holds: its size in bytes, its last entry and whether it is sound, messages waiting, files kept."""

    size: int
    audit: Audit
    waiting: int
    files: int


def file_of(url: str) -> Path | None:
    """The file of a SQLite URL; None where the database is no file of ours to replace."""
    with suppress(ArgumentError, ValueError):
        found = make_url(url)
        name = found.database
        if found.get_backend_name() == "sqlite" and name and name != ":memory:" and not name.startswith("file:"):
            return Path(name).resolve()
    return None


def url_of(path: Path) -> str:
    """The URL of a SQLite file."""
    return URL.create("sqlite", database=str(path)).render_as_string()


def back_up(database: Path, target: Path, *, force: bool = False, still: bool = False) -> Copy:
    """Copy a journal into a file of its own, whole or not at all, as it stands at one moment, while others write.

    `still`: its disk is full or read-only, so that nobody can write, and it is read without a byte beside it.
    Raises UnreachableError; RefusedError without `force` where something is there: nothing is overwritten.
    """
    if target.exists() and (not force or target.samefile(database)):
        raise RefusedError(*failure("backup-exists", str(target)).problems)
    if target.exists() and not target.is_file():  # a device would be gone
        raise failure("backup-failed", str(target), "not a file")
    try:
        with _draft(target) as draft:
            _vacuum(database, draft, target, still=still)
            found = look_through(draft)
            _to_disk(draft)
            _publish(draft, target, force=force)
    except FileExistsError as error:
        raise RefusedError(*failure("backup-exists", str(target)).problems) from error
    except OSError as error:
        raise failure("backup-failed", str(target), error.strerror or "") from error
    return found


def look_through(path: Path) -> Copy:
    """What a journal's file holds, checked from the first entry to the last; nothing is changed."""
    asked = SqliteFile(str(path))
    reading = Reading(asked)
    try:
        ((waiting,),) = asked.query("SELECT count(*) FROM outbox WHERE state IN ('pending', 'leased', 'retry')")
        ((files,),) = asked.query("SELECT count(*) FROM kept")
        return Copy(path.stat().st_size, reading.verify(), int(waiting), int(files))
    finally:
        reading.close()


@contextmanager
def taken_in(copy: Path, database: Path) -> Iterator[Path]:
    """A private draft of `copy` beside the database that it is to replace; gone at the end unless put in its place.

    Raises OSError.
    """
    with _draft(database) as draft:
        shutil.copyfile(copy, draft)
        if (wal := Path(f"{copy}-wal")).exists():  # somebody copied the files of a running daemon
            shutil.copyfile(wal, f"{draft}-wal")
        yield draft


def flaw(path: Path) -> str:
    """Why a file is no whole journal of duban, in SQLite's words; empty where it is one."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            ((said,), *_) = connection.execute("PRAGMA integrity_check(1)").fetchall()
            version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return str(error)
    return "" if said == "ok" and version else str(said)


def put_in_place(draft: Path, database: Path, now: datetime) -> Path | None:
    """Replace the database by the draft in one step; the old one is kept under the name returned, None without one.

    Raises RefusedError while anybody has the database open, and OSError.
    """
    with closing(sqlite3.connect(draft)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    _to_disk(draft)
    with alone(database) as is_alone:
        if not is_alone:
            raise in_use(database)
        aside = _kept_aside(database, now) if database.exists() else None
        _like(draft, database)
        draft.replace(database)
        _to_disk(database.parent)
    return aside


def in_use(database: Path) -> RefusedError:
    """The refusal while a daemon or a command has the database open."""
    message = say("数据库 {file} 正在使用", file=str(database))
    return RefusedError(Problem("database-in-use", message, say("先停止服务（systemctl stop duban），恢复后再启动")))


def _kept_aside(database: Path, now: datetime) -> Path:
    """A second name for the old database, with what of it has not reached the file yet."""
    aside = database.with_name(f"{database.name}.before-{now:%Y%m%dT%H%M%S}")
    with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as connection:  # it may be damaged
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    aside.hardlink_to(database)
    for end in BESIDE:  # a log that stayed behind would be taken for the new database's
        with suppress(FileNotFoundError):
            Path(f"{database}{end}").rename(f"{aside}{end}")
    return aside


def _like(draft: Path, database: Path) -> None:
    """Owner and mode as those of the database: an administrator restores what belongs to the service."""
    known = database.stat() if database.exists() else None
    owner = known or database.parent.stat()
    if os.geteuid() == 0:
        os.chown(draft, owner.st_uid, owner.st_gid)
    draft.chmod(known.st_mode & 0o777 if known else mode_in(database.parent))


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """An empty private file in the directory of `target`."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
    finally:
        for path in (draft, *(Path(f"{draft}{end}") for end in BESIDE)):
            path.unlink(missing_ok=True)


def _vacuum(database: Path, draft: Path, target: Path, *, still: bool) -> None:
    source = f"{database.as_uri()}{'?immutable=1' if still else ''}"
    with told(url_of(database)), closing(sqlite3.connect(source, uri=True)) as connection:
        try:
            connection.execute("VACUUM INTO ?", (str(draft),))
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}:
                raise failure("backup-failed", str(target), str(error)) from error
            raise explained(error, url_of(database)) from error


def _publish(draft: Path, target: Path, *, force: bool) -> None:
    if force:
        draft.replace(target)
    else:
        try:
            target.hardlink_to(draft)
        except FileExistsError:
            raise
        except OSError:  # a stick formatted for Windows knows no links
            draft.rename(target)
    _to_disk(target.parent)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
