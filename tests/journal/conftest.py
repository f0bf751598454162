"""One suite over both databases: every test that takes `journal` or `url` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from stationery import tamper

from scheduler.journal import Journal

TABLES = ("attempt", "notice", "outbox", "kept", "fact", "mark")


@pytest.fixture(scope="session")
def used_postgresql(new_postgresql: Callable[[], str]) -> str:
    """A database with our tables in it, used by one test after the other: making one takes longer than most tests."""
    url = new_postgresql()
    Journal.open(url).close()
    return url


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with our tables in it, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "duban.db"
    Journal.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty journal."""
    if request.param == "sqlite":
        empty: Path = request.getfixturevalue("empty_sqlite")
        return f"sqlite:///{shutil.copy(empty, tmp_path / 'duban.db')}"
    used: str = request.getfixturevalue("used_postgresql")
    tamper(used, *(f"DELETE FROM {table}" for table in TABLES))
    return used


@pytest.fixture
def journal(url: str) -> Iterator[Journal]:
    """An empty journal."""
    with Journal.open(url) as opened:
        yield opened
