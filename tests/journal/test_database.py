"""Opening: from nothing, again, by several at once; and every trouble of a database as one clear line."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, inspect, text
from stationery import LEASE, MON_2026_11_23, entries, queue, tamper

import scheduler.journal.migrations
from scheduler.journal import Accepted, Journal
from scheduler.journal.copies import back_up, put_in_place
from scheduler.journal.reading import SCHEMA
from scheduler.journal.tables import metadata
from scheduler.problems import DubanError, UnreachableError
from scheduler.words import Lang

NOW = MON_2026_11_23


def _code(error: DubanError) -> str:
    """Of its one Problem, which is told in one line and a hint."""
    (problem,) = error.problems
    assert error.exit_code == (3 if problem.code == "backup-exists" else 4)
    assert len(problem.text(Lang.ZH).splitlines()) == 2
    assert "sqlalche.me" not in problem.text()
    return problem.code


def told(act: Callable[..., object], *arguments: object) -> str:
    """The code of the Problem that it ends in."""
    with pytest.raises(DubanError) as error:
        act(*arguments)
    return _code(error.value)


@contextmanager
def refused(code: str) -> Iterator[None]:
    """What happens inside ends in one Problem with this code."""
    with pytest.raises(DubanError) as error:
        yield
    assert _code(error.value) == code


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A SQLite journal with three facts and a message, closed."""
    path = tmp_path / "state" / "duban.db"
    with Journal.open(f"sqlite:///{path}") as journal:
        journal.append(entries(3), now=NOW)
        queue(journal, 1)
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def another(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes databases without any tables, and gives their URLs."""
    if request.param == "sqlite":
        numbers = count()
        return lambda: f"sqlite:///{tmp_path}/state/{next(numbers)}.db"
    make: Callable[[], str] = request.getfixturevalue("new_postgresql")
    return make


@pytest.fixture
def nowhere(another: Callable[[], str]) -> str:
    """The URL of a database without any tables."""
    return another()


@contextmanager
def looked_into(url: str) -> Iterator[Connection]:
    """A connection that goes past the journal."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def migrated(url: str, revision: str = "head") -> str:
    """The database after all migrations up to one, from the first on."""
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(exist_ok=True)
    config = Config()
    config.set_main_option("script_location", str(Path(scheduler.journal.migrations.__file__).parent))
    with looked_into(url) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return url


def schema(url: str) -> list[str]:
    """All that a database knows of its tables, in its own words."""
    with looked_into(url) as connection:
        questions = ON_SQLITE if connection.dialect.name == "sqlite" else ON_POSTGRESQL
        return sorted(str(tuple(row)) for question in questions for row in connection.execute(text(question)))


_TABLES = "sqlite_master AS t JOIN"
ON_SQLITE = (
    f"SELECT t.name, c.* FROM {_TABLES} pragma_table_xinfo(t.name) AS c WHERE t.type = 'table'",
    f"SELECT t.name, f.* FROM {_TABLES} pragma_foreign_key_list(t.name) AS f WHERE t.type = 'table'",
    (
        f'SELECT t.name, i."unique", i.origin, i.partial, x.seqno, x.cid FROM {_TABLES} pragma_index_list(t.name) AS i '
        "JOIN pragma_index_xinfo(i.name) AS x WHERE t.type = 'table'"
    ),
    "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('index', 'trigger')",
    "SELECT version_num FROM alembic_version",
)
ON_POSTGRESQL = (
    (
        "SELECT table_name, rank() OVER (PARTITION BY table_name ORDER BY ordinal_position), column_name, data_type, "
        "character_maximum_length, is_nullable, column_default, collation_name, is_identity "
        "FROM information_schema.columns WHERE table_schema = 'public'"
    ),
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    (
        "SELECT conname, conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace"
    ),
    "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "SELECT relname, relkind::text FROM pg_class WHERE relnamespace = 'public'::regnamespace",
    "SELECT version_num FROM alembic_version",
)


def test_a_new_database_is_what_the_migrations_make_of_it(another: Callable[[], str]) -> None:
    at_once, step_by_step = another(), migrated(another())
    Journal.open(at_once).close()
    assert schema(at_once) == schema(step_by_step)
    with looked_into(step_by_step) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_database_of_the_first_version_is_brought_up_to_date(another: Callable[[], str]) -> None:
    older, newest = migrated(another(), "0001"), another()
    Journal.open(newest).close()
    assert schema(older) != schema(newest)
    Journal.open(older).close()
    assert schema(older) == schema(newest)


def test_tables_that_are_not_ours_are_left_alone(nowhere: str) -> None:
    migrated(nowhere)
    tamper(nowhere, "DROP TABLE alembic_version")
    before = _tables(nowhere)
    with pytest.raises(UnreachableError):
        Journal.open(nowhere)
    assert _tables(nowhere) == before


def _tables(url: str) -> list[str]:
    with looked_into(url) as connection:
        return sorted(inspect(connection).get_table_names())


def test_the_newest_migration_is_the_schema_that_we_expect() -> None:
    folder = Path(scheduler.journal.migrations.__file__).parent
    assert ScriptDirectory(str(folder)).get_heads() == [SCHEMA]


def test_a_journal_that_is_opened_again_still_has_its_facts(url: str) -> None:
    with Journal.open(url) as journal:
        written = journal.append(entries(2), now=NOW)
    with Journal.open(url) as journal:
        assert tuple(journal.facts()) == written


def test_several_may_open_an_empty_database_at_once(nowhere: str) -> None:
    start = threading.Barrier(4)
    heads: list[int] = []

    def begin() -> None:
        start.wait()
        with Journal.open(nowhere) as journal:
            journal.append(entries(1), now=NOW)
            heads.append(journal.head().seq)

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(heads) == 4


@pytest.mark.parametrize("known", [True, False])
def test_only_an_older_database_needs_alembic(file: Path, *, known: bool) -> None:
    path = file if known else file.with_name("new.db")
    program = f"""
import sys
from scheduler.journal import Journal
Journal.open("sqlite:///{path}").close()
sys.exit("alembic" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_state_directory_and_its_files_belong_to_the_service_alone(file: Path) -> None:
    assert file.parent.stat().st_mode & 0o777 == 0o700
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("SELECT * FROM fact").fetchall()
        assert {path.stat().st_mode & 0o777 for path in file.parent.iterdir()} == {0o600}


def test_in_a_directory_that_a_group_shares_the_database_is_the_groups_too(tmp_path: Path) -> None:
    shared = tmp_path / "state"
    shared.mkdir()
    shared.chmod(0o2770)
    with Journal.open(f"sqlite:///{shared / 'duban.db'}"):
        modes = {path.name: path.stat().st_mode & 0o777 for path in shared.iterdir()}
    assert modes == {"duban.db": 0o660, "duban.db-wal": 0o660, "duban.db-shm": 0o660}


def test_a_copy_put_into_a_directory_that_a_group_shares_is_the_groups_too(tmp_path: Path, file: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o2770)
    back_up(file, tmp_path / "copy.db")
    put_in_place(tmp_path / "copy.db", shared / "duban.db", NOW)
    assert (shared / "duban.db").stat().st_mode & 0o777 == 0o660


def test_sqlite_writes_through_to_the_disk(file: Path) -> None:
    with Journal.open(f"sqlite:///{file}") as journal, journal._database.reading() as connection:
        pragma = {p: connection.execute(text(f"PRAGMA {p}")).scalar() for p in ("journal_mode", "synchronous")}
        assert pragma == {"journal_mode": "wal", "synchronous": 2}
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA busy_timeout")).scalar() == 5000


def test_a_journal_in_memory_serves_for_trials() -> None:
    with Journal.open("sqlite://") as journal:
        journal.append(entries(2), now=NOW)
        assert journal.verify().head.seq == 2


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://localhost/duban",
        "oracle+x://h/d",
        "postgresql+psycopg2://h/d",
        "sqlite+aiosqlite:///d",
        "postgresql://duban:geheim@127.0.0.1:port/duban",
        "postgresql://duban:geheim@[::1/duban",
        "sqlite:///duban.db?timeout=abc",
    ],
)
def test_an_address_that_is_none_is_told_without_the_password(url: str) -> None:
    with refused("database-url"):
        Journal.open(url)
    with pytest.raises(UnreachableError) as error:
        Journal.open(url)
    assert "geheim" not in error.value.problems[0].text()


def test_an_address_that_leads_nowhere_is_told() -> None:
    assert told(Journal.open, "sqlite:////proc/no/duban.db") == "database-unreachable"


def test_without_the_package_for_postgresql_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert told(Journal.open, "postgresql://duban:geheim@127.0.0.1:1/duban") == "database-driver"


def test_a_directory_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    assert told(Journal.open, f"sqlite:///{tmp_path}") == "database-unreachable"


def test_a_server_that_does_not_answer_is_told_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError) as error:
        Journal.open(f"postgresql://duban:geheim@/duban?host={tmp_path}")
    assert error.value.problems[0].code == "database-unreachable"
    assert "geheim" not in error.value.problems[0].text()


def test_a_database_that_the_server_does_not_have_is_told(postgresql_server: str) -> None:
    assert told(Journal.open, postgresql_server.format(database="nobody_made_it")) == "database-unreachable"


def test_a_read_only_file_can_be_read_but_not_written(file: Path) -> None:
    with Journal.open(f"sqlite:///file:{file}?mode=ro&uri=true") as journal:
        assert journal.head().seq == 4
        assert journal.verify().sound
        with refused("database-read-only"):
            journal.append(entries(1), now=NOW)
        with refused("database-read-only"):
            journal.claim("one", NOW, LEASE)


def test_a_read_only_server_can_be_read_but_not_written(new_postgresql: Callable[[], str]) -> None:
    url = new_postgresql()
    with Journal.open(url) as journal:
        journal.append(entries(1), now=NOW)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "DO $$ BEGIN EXECUTE format("
            "'ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$"
        )
    with Journal.open(url) as journal:
        assert journal.head().seq == 1
        with refused("database-read-only"):
            journal.append(entries(1), now=NOW)


def test_a_database_that_another_holds_is_told_after_a_while_and_then_goes_on(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.journal.database.WAIT_SECONDS", 1)
    other = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with Journal.open(url) as impatient:
        with other.connect() as connection:
            if url.startswith("sqlite"):
                connection.connection.driver_connection.isolation_level = None  # type: ignore[union-attr]
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.exec_driver_sql("LOCK TABLE fact IN ACCESS EXCLUSIVE MODE")
            with refused("database-locked"):
                impatient.append(entries(1), now=NOW)
            connection.rollback()
        assert impatient.append(entries(1), now=NOW)
    other.dispose()


def test_a_full_disk_is_told_nothing_is_claimed_and_it_goes_on_when_there_is_room(file: Path) -> None:
    with Journal.open(f"sqlite:///{file}") as journal:
        with _no_room(journal), refused("database-full"):
            journal.append(entries(400), now=NOW)
        assert journal.head().seq == 4
        with _no_room(journal), refused("database-full"):
            for n in range(400):
                journal.keep("table", "obligations.yaml", os.urandom(2000) + bytes([n % 256]), NOW)
        claim = journal.claim("one", NOW, LEASE)
        assert claim
        assert journal.settle(claim, Accepted("250 ok"), NOW)
        assert journal.verify().sound


@contextmanager
def _no_room(journal: Journal) -> Iterator[None]:
    """The file may not grow."""

    def narrow(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # that is: as many as it has

    engine = journal._database.engine
    engine.dispose()
    event.listen(engine, "connect", narrow)
    yield
    event.remove(engine, "connect", narrow)
    engine.dispose()


@pytest.mark.parametrize("at", [0, 200, 4096, 9000])
def test_a_damaged_file_is_told(file: Path, at: int) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    content = bytearray(file.read_bytes())
    content[at : at + 8000] = b"\xa5" * 8000
    file.write_bytes(content)
    assert told(_use, file) == "database-damaged"


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "duban.db").write_text("version: 1\n" * 100)
    assert told(_use, tmp_path / "duban.db") == "database-damaged"


def test_a_table_that_somebody_dropped_is_told(nowhere: str) -> None:
    Journal.open(nowhere).close()
    tamper(nowhere, "DROP TABLE fact")
    with Journal.open(nowhere) as journal:
        assert told(journal.head) == "database-damaged"


def test_a_database_of_a_later_version_is_left_alone(nowhere: str) -> None:
    Journal.open(nowhere).close()
    tamper(nowhere, "UPDATE alembic_version SET version_num = '9999'")
    assert told(Journal.open, nowhere) == "database-newer"


def _use(path: Path) -> None:
    with Journal.open(f"sqlite:///{path}") as journal:
        list(journal.facts())
        journal.outbox()
        journal.append(entries(1), now=NOW)


def test_a_backup_is_whole_private_and_made_while_others_write(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with Journal.open(f"sqlite:///{file}") as journal:
        journal.append(entries(1), now=NOW)
        found = journal.backup(copy)
        assert (found.audit.head, found.waiting, found.size) == (journal.head(), 1, copy.stat().st_size)
        journal.append(entries(1), now=NOW)
        with Journal.open(f"sqlite:///{copy}") as saved:
            assert saved.verify().sound
            assert saved.head().seq == 5
            assert [row.key for row in saved.outbox()] == ["m0"]
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_backup_overwrites_nothing(file: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious")
    with Journal.open(f"sqlite:///{file}") as journal:
        with refused("backup-exists"):
            journal.backup(tmp_path / "copy.db")
        with refused("backup-failed"):
            journal.backup(tmp_path / "no" / "copy.db")
        assert (tmp_path / "copy.db").read_text() == "precious"
        with refused("backup-exists"):
            journal.backup(file, force=True)  # the journal itself
        journal.backup(tmp_path / "copy.db", force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "state"]
    with Journal.open(f"sqlite:///{tmp_path / 'copy.db'}") as saved:
        assert saved.verify().sound


def test_a_server_has_its_own_way_of_backups(new_postgresql: Callable[[], str], tmp_path: Path) -> None:
    with Journal.open(new_postgresql()) as journal, refused("backup-elsewhere"):
        journal.backup(tmp_path / "copy.db")
    assert list(tmp_path.iterdir()) == []
