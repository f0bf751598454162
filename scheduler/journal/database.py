"""How a database is opened and written to: durable, one writer at a time, schema up to date. It knows no facts."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import weakref
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from scheduler.journal.creating import create
from scheduler.journal.errors import explained, failure, told
from scheduler.journal.reading import SCHEMA, WAIT_SECONDS
from scheduler.journal.sharing import mode_in, shared
from scheduler.journal.tables import version
from scheduler.problems import UnreachableError

CHUNK = 500  # keys in one query
_DRIVERS = frozenset({"sqlite", "sqlite+pysqlite", "postgresql+psycopg"})

_WRITERS_LOCK = 0x64756261  # "duba": one advisory lock for all that write facts
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # a committed "sent" survives a power cut
    "PRAGMA foreign_keys=ON",
)


T = TypeVar("T")


class Database:
    """A database whose schema is up to date. All its methods raise UnreachableError, never a driver's error."""

    def __init__(self, url: str) -> None:
        """Open `url` (SQLite or PostgreSQL), creating file and tables where there are none."""
        self.url = _parsed(url)
        self.where = self.url.render_as_string(hide_password=True)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _engine(self.url, self.where)
        # Also at the end of the process, so that SQLite puts its log into the file.
        weakref.finalize(self, self.engine.dispose)
        self._share()
        self._steady: Connection | None = None
        # SQLite's transactions see one state of things by themselves.
        self._readers = self.engine if self.sqlite else self.engine.execution_options(isolation_level="REPEATABLE READ")
        try:
            self._bring_up_to_date()
        except UnreachableError:
            self.close()
            raise

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()
        if self._unshare is not None:
            self._unshare()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads, and sees one state of things."""
        with _told(self.where), self._readers.begin() as connection:
            yield connection

    def query(self, sql: str, /, **values: object) -> Sequence[Sequence[Any]]:
        """The rows of one plain query, all at once."""
        if self._steady is not None:
            with _told(self.where):
                return self._steady.execute(text(sql), values).all()
        with self.reading() as connection:
            return connection.execute(text(sql), values).all()

    @contextmanager
    def steady(self) -> Iterator[None]:
        """While it lasts, all queries see one state of things."""
        with self.reading() as connection:
            self._steady = connection
            try:
                yield
            finally:
                self._steady = None

    @contextmanager
    def claiming(self) -> Iterator[Connection]:
        """A transaction that writes no facts; on PostgreSQL it goes beside others."""
        with _told(self.where), self.engine.connect() as connection:
            connection.execution_options(immediate=True)
            with connection.begin():
                yield connection

    @contextmanager
    def appending(self) -> Iterator[Connection]:
        """A transaction that may write facts: one at a time, also among processes."""
        with self.claiming() as connection:
            if not self.sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _WRITERS_LOCK})
            yield connection

    def _share(self) -> None:
        """While it is open nobody puts another file in its place."""
        file = str(self.url.database or "")
        self._unshare: Callable[[], object] | None = None
        if self.sqlite and file not in {"", ":memory:"} and not file.startswith("file:"):
            try:
                self._unshare = shared(self, Path(file).resolve())
            except TimeoutError as error:
                raise failure("database-locked", self.where) from error

    def _bring_up_to_date(self) -> None:
        with self.reading() as connection:
            found = _version(connection)
        if found > SCHEMA:
            raise failure("database-newer", self.where, found)
        if found < SCHEMA:
            with self.appending() as connection:
                _upgrade(connection)


class Within:
    """A transaction under way, to be asked like a database: it sees what it has written itself."""

    def __init__(self, connection: Connection, where: str) -> None:
        self.where = where
        self._connection = connection

    def query(self, sql: str, /, **values: object) -> Sequence[Sequence[Any]]:
        """The rows of one plain query, all at once."""
        return self._connection.execute(text(sql), values).all()

    @contextmanager
    def steady(self) -> Iterator[None]:
        """A transaction is that already."""
        yield

    def close(self) -> None:
        """Nothing: whoever began the transaction ends it."""


def in_chunks(keys: Collection[T]) -> Iterator[list[T]]:
    """The keys in lists short enough for one query, each once: SQLite bounds the number of parameters."""
    wanted = list(dict.fromkeys(keys))
    return (wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK))


@contextmanager
def _told(where: str) -> Iterator[None]:
    """Turn a driver's error into an UnreachableError."""
    try:
        with told(where):
            yield
    except DBAPIError as error:
        raise explained(error.orig, where) from error


def _version(connection: Connection) -> str:
    if not inspect(connection).has_table(version.name):
        return ""
    return connection.execute(select(version.c.version_num)).scalar() or ""


def _upgrade(connection: Connection) -> None:
    """Bring the schema up to date, unless another process was faster."""
    found = _version(connection)
    if not found:
        create(connection)
    elif found < SCHEMA:
        _migrate(connection)


def _migrate(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 (costs more than the rest, and is needed only by an older database)
    from alembic.config import Config  # noqa: PLC0415 (as above)

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _parsed(text_: str) -> URL:
    try:
        url = make_url(text_)
        if url.drivername in {"postgresql", "postgres"}:
            url = url.set(drivername="postgresql+psycopg")
        url.get_dialect()().create_connect_args(url)
    except (ArgumentError, NoSuchModuleError, ValueError) as error:  # a port or a time-out that is no number
        raise failure("database-url", text_.partition(":")[0]) from error
    if url.drivername not in _DRIVERS:
        raise failure("database-url", url.drivername)
    return url


def _engine(url: URL, where: str) -> Engine:
    try:
        return _sqlite(url, where) if url.get_backend_name() == "sqlite" else _postgresql(url)
    except ImportError as error:
        raise failure("database-driver", where, str(error)) from error


def _postgresql(url: URL) -> Engine:
    settings = (
        f"-c lock_timeout={WAIT_SECONDS}s -c synchronous_commit=on -c default_transaction_isolation=read\\ committed"
    )
    connect_args = {"connect_timeout": WAIT_SECONDS, "options": settings}
    return create_engine(url, connect_args=connect_args, pool_pre_ping=True)


def _sqlite(url: URL, where: str) -> Engine:
    if url.database in {None, "", ":memory:"}:  # one connection, or every one would have a database of its own
        engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        with told(where):
            _prepare_file(str(url.database), where)
        engine = create_engine(url, connect_args={"timeout": WAIT_SECONDS})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _prepare_file(name: str, where: str) -> None:
    """A state directory that is made here is the user's own, 0700, whatever the umask."""
    path = Path(name)
    try:
        if not name.startswith("file:") and not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _create(path)
    except OSError as error:
        raise failure("database-unreachable", where, error.strerror or str(error)) from error


def _create(path: Path) -> None:
    """An empty file in WAL mode, there at once or not at all: of two that change its mode one would fail."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    os.close(handle)
    draft = Path(name)
    try:
        with closing(sqlite3.connect(draft)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        draft.chmod(mode_in(path.parent))
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()


def _on_connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver must not begin transactions: _on_begin does
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _on_begin(connection: Connection) -> None:
    # A writer takes its lock at once: a read lock that is upgraded later fails instead of waiting.
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
