"""A question asked without SQLAlchemy has the same answer; what a bare connection cannot answer goes the long way."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from stationery import MINUTE, MON_2026_11_23, entries

from scheduler.journal import Journal, Reading, glance
from scheduler.planning.model import Entry, FactKind


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal with facts, a kept file and a mark."""
    path = tmp_path / "duban.db"
    with Journal.open(f"sqlite:///{path}") as journal:
        journal.append(entries(10), now=MON_2026_11_23)
        digest = journal.keep("table", "obligations.yaml", b"version: 1\n", MON_2026_11_23)
        journal.append([Entry(FactKind.TABLE, "duban", data={"files": (digest,)})], now=MON_2026_11_23 + MINUTE)
        journal.put_mark("told", "1")
    return path


def answers(asked: Reading) -> list[object]:
    (table,) = asked.facts(kinds=[FactKind.TABLE])
    (digest,) = table.data["files"]
    return [
        list(asked.facts()),
        list(asked.facts(after=3, until=MON_2026_11_23)),
        list(asked.facts(kinds=[FactKind.DONE, FactKind.ACK])),
        asked.head(),
        list(asked.export()),
        asked.verify(),
        asked.verify(str(asked.head())),
        asked.kept(digest),
        asked.mark("told"),
        asked.mark("unknown"),
    ]


def test_both_ways_give_the_same_answers(path: Path) -> None:
    asked = glance(f"sqlite:///{path}")
    assert asked is not None
    with Journal.open(f"sqlite:///{path}") as journal:
        assert answers(asked) == answers(journal)
    asked.close()


def test_what_others_write_meanwhile_is_seen(path: Path) -> None:
    asked = glance(f"sqlite:///{path}")
    assert asked is not None
    with Journal.open(f"sqlite:///{path}") as journal:
        journal.append(entries(1), now=MON_2026_11_23 + 2 * MINUTE)
        assert asked.head() == journal.head()
    asked.close()


def test_it_writes_nothing(path: Path) -> None:
    before = path.read_bytes()
    asked = glance(f"sqlite:///{path}")
    assert asked is not None
    answers(asked)
    asked.close()
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "trouble", ["missing", "empty", "no database", "a folder", "older", "newer", "a table is gone"]
)
def test_what_a_bare_connection_cannot_answer_goes_the_long_way(path: Path, trouble: str, tmp_path: Path) -> None:
    if trouble in ("older", "newer", "a table is gone"):
        statement = {
            "older": "UPDATE alembic_version SET version_num = '0000'",
            "newer": "UPDATE alembic_version SET version_num = '9999'",
            "a table is gone": "DROP TABLE alembic_version",
        }[trouble]
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(statement)
            connection.commit()
    elif trouble == "a folder":
        path = tmp_path
    else:
        path.unlink()
        if trouble != "missing":
            path.write_bytes(b"" if trouble == "empty" else b"no database at all" * 300)
    assert glance(f"sqlite:///{path}") is None


@pytest.mark.parametrize("url", ["sqlite://", "postgresql://localhost/duban", "sqlite:///:memory:", "nonsense"])
def test_only_a_file_of_sqlite_is_asked_so(url: str) -> None:
    assert glance(url) is None
