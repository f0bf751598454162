"""A file that is damaged somewhere: each question and each step answers, or says in one Problem that it cannot."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from correspondence import correspond
from stationery import DOMAIN, LEASE, MINUTE, MON_2026_11_23, entries, message, notice, skip

from scheduler.journal import Accepted, Journal, Reading, glance
from scheduler.problems import UnreachableError

SEED, DAMAGES = 20261123, 50
NOW = MON_2026_11_23 + timedelta(days=2)
CODES = {"database-damaged", "database-unreachable"}


def _send(journal: Journal) -> None:
    claim = journal.claim("me", NOW, LEASE)
    if claim is not None:
        journal.settle(claim, Accepted("250 ok"), NOW + MINUTE)


STEPS: tuple[Callable[[Journal], object], ...] = (
    lambda j: list(j.facts()),
    lambda j: j.outbox(),
    lambda j: j.outcomes(),
    lambda j: [j.attempts(key) for key in ("sent", "busy", "lapsed")],
    lambda j: j.crowded(),
    lambda j: j.mark("told"),
    lambda j: j.verify(),
    lambda j: list(j.export()),
    lambda j: j.append(entries(2), now=NOW),
    lambda j: j.enqueue([message(notice("z"), key="z")], [skip(notice("y"))], now=NOW, domain=DOMAIN),
    _send,
    lambda j: j.drop_waiting([notice("z").key], "done", NOW),
    lambda j: j.put_mark("told", "x"),
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a journal in which mail met every fate."""
    path = tmp_path_factory.mktemp("whole") / "duban.db"
    with Journal.open(f"sqlite:///{path}") as journal:
        correspond(journal)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    return path.read_bytes()


def damaged(whole: bytes, chance: random.Random) -> bytes:
    """Overwritten with noise, with zeros or with its own other bytes; or cut off."""
    where, length = chance.randrange(len(whole)), chance.choice((1, 16, 300, 4096, 20_000))
    end = min(where + length, len(whole))
    start = chance.randrange(len(whole) - (end - where))
    match chance.choice(("noise", "zeros", "mixed", "cut")):
        case "noise":
            return whole[:where] + chance.randbytes(end - where) + whole[end:]
        case "zeros":
            return whole[:where] + bytes(end - where) + whole[end:]
        case "mixed":
            return whole[:where] + whole[start : start + end - where] + whole[end:]
        case _:
            return whole[:where]


def test_whatever_is_damaged_is_told_and_never_a_traceback(whole: bytes, tmp_path: Path) -> None:
    chance, said = random.Random(SEED), Counter[str]()
    for number in range(DAMAGES):
        path = tmp_path / f"{number}.db"
        path.write_bytes(damaged(whole, chance))
        said += _walked(f"sqlite:///{path}")
        for file in tmp_path.iterdir():
            file.unlink()
    assert said["well"] > DAMAGES
    assert said["database-damaged"] > DAMAGES
    assert set(said) <= CODES | {"well"}


def _walked(url: str) -> Counter[str]:
    said: Counter[str] = Counter()
    try:
        journal = Journal.open(url)
    except UnreachableError as error:
        return Counter(error.problems[0].code for _ in STEPS)
    with journal:
        for step in STEPS:
            said[_answer(step, journal)] += 1
    reading = glance(url)
    if reading is not None:
        said[_answer(Reading.verify, reading)] += 1
        reading.close()
    return said


def _answer(step: Callable[[Journal], object] | Callable[[Reading], object], journal: Journal | Reading) -> str:
    try:
        step(journal)  # type: ignore[arg-type]  # each step gets what it takes
    except UnreachableError as error:
        return error.problems[0].code
    return "well"
