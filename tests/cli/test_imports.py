"""What a command does not need it does not import: a cold start is mostly imports."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DATABASE = {"sqlalchemy", "alembic", "asyncio"}
MAIL = {"yagmail", "jinja2", "icalendar"}
REPORTS = {"openpyxl", "xlsxwriter", "docx"}
DAEMON = {"apscheduler"}
MODEL = {"yaml", "chinese_calendar"}
LIBRARY = {"email", "importlib.metadata", "shutil", "tempfile"}
PROGRAM = """\
import sys
from scheduler.cli import app
try:
    app.duban.main(sys.argv[2:])
except SystemExit as end:
    assert not end.code, end.code
sys.stderr.write("heavy: " + " ".join(sorted(set(sys.argv[1].split(",")) & set(sys.modules))))
"""


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an office that has begun: the sample table, and a journal."""
    env = {**os.environ, "DUBAN_STATE": str(tmp_path_factory.mktemp("state")), "PYTHONPATH": str(ROOT)}
    env["DUBAN_TABLE"] = str(ROOT / "obligations.yaml")
    subprocess.run([sys.executable, "-m", "scheduler.cli", "run", "--once"], env=env, check=True, capture_output=True)
    return env


@pytest.mark.parametrize(
    ("command", "without"),
    [
        ("--help", DATABASE | MAIL | REPORTS | DAEMON | MODEL | {"email", "tempfile"}),
        ("status", DATABASE | MAIL | REPORTS | DAEMON | LIBRARY),
        ("status --format json", DATABASE | MAIL | REPORTS | DAEMON | LIBRARY),
        ("why catalogue.review/agri-park/2026Q4", DATABASE | MAIL | REPORTS | DAEMON),
        ("jobs", DATABASE | MAIL | REPORTS | DAEMON),
        ("where", DATABASE | MAIL | REPORTS | DAEMON),
        ("check", DATABASE | MAIL | REPORTS | DAEMON | LIBRARY),
        ("date 2026-01-01", DATABASE | MAIL | REPORTS | DAEMON | LIBRARY),
        ("audit verify", DATABASE | MAIL | REPORTS | DAEMON),
        ("plan --from 2027-01-01 --to 2027-01-31", DATABASE | REPORTS | DAEMON | {"yagmail", "icalendar"}),
        ("feed --unit agri-park", DATABASE | REPORTS | DAEMON | {"yagmail"}),
        ("feed --help", DATABASE | REPORTS | DAEMON | {"yagmail", "jinja2"}),
        ("doctor --help", DATABASE | REPORTS | DAEMON | {"yagmail", "icalendar"}),
        ("outbox", MAIL | REPORTS | DAEMON | {"alembic"}),
    ],
)
def test_a_command_imports_nothing_heavy_that_it_does_not_need(
    command: str, without: set[str], begun: dict[str, str]
) -> None:
    words = [sys.executable, "-c", PROGRAM, ",".join(sorted(without)), *command.split()]
    done = subprocess.run(words, env=begun, cwd=begun["DUBAN_STATE"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.rpartition("heavy:")[2].strip()) == (0, ""), done.stderr
