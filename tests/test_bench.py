"""The benchmark measures what it says: processes with a time limit, a sink for mail, verdicts on growth and targets."""

from __future__ import annotations

import smtplib
import sys
from pathlib import Path

import pytest

from bench.offices import office_of
from bench.process import Measured, repeated, run
from bench.scale import FIRST_MORNING, Work, made, ready, tables
from bench.sink import sink
from bench.targets import Findings, targets


def work_of(size: int, **seconds: float) -> Work:
    found = Work(Path(), office_of(size), 0)
    found.done |= {key: Measured(wall) for key, wall in seconds.items()}
    return found


def test_a_process_that_takes_too_long_is_ended_and_said_to_be() -> None:
    assert run([sys.executable, "-c", "import time; time.sleep(60)"], limit=1).fault == "> 1 s"


def test_a_process_that_fails_is_quoted() -> None:
    assert run([sys.executable, "-c", "raise SystemExit('no table')"]).fault == "failed (1): no table"


def test_the_time_and_memory_of_a_process_are_its_own() -> None:
    ballast = b"x" * 500_000_000  # of the process that measures
    found = run([sys.executable, "-c", "import time; x = b'x' * 300_000_000; time.sleep(0.5)"])
    del ballast
    assert found.fault is None
    assert found.wall - found.cpu > 0.4
    assert 300e6 < found.peak < 400e6


def test_of_several_runs_the_median_counts() -> None:
    walls = iter([3.0, 1.0, 2.0, 9.0, 2.5])
    assert repeated(lambda: Measured(next(walls))).wall == 2.5


def test_the_sink_takes_letters_as_a_server_does() -> None:
    with sink() as port, smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
        for _ in range(2):
            letter = b"Subject: x\r\n\r\n" + b".one\r\n" * 20_000
            assert server.sendmail("a@example.gov.cn", ["b@example.gov.cn", "c@example.gov.cn"], letter) == {}


@pytest.mark.parametrize(("seconds", "flagged"), [(10.0, False), (14.0, False), (40.0, True)])
def test_growth_beyond_n_log_n_is_marked(seconds: float, flagged: bool) -> None:
    works = {1_000: work_of(1_000, asking=1.0), 10_000: work_of(10_000, asking=seconds)}
    line = next(line for line in list(tables(works))[::-1] if "asks the whole plan" in line)
    assert ("!" in line) is flagged


@pytest.mark.parametrize(("peak", "verdict"), [(70e6, "| met |"), (90e6, "| **not met** |")])
def test_a_target_is_met_or_not(peak: float, verdict: str) -> None:
    found = Findings(idle=Measured(60.0, 0.01, int(peak)))
    assert any("idle daemon" in line and line.endswith(verdict) for line in targets(found))


def test_an_office_lives_through_its_nine_o_clock_its_events_and_edits(tmp_path: Path) -> None:
    with sink() as port:
        work = made(tmp_path, 100, port)
        assert ready(work, FIRST_MORNING).fault is None
        nine = work.step("nine")
        assert nine.fault is None
        assert nine.n["letters"] > 0
        assert nine.n["left"] == 0
        assert set(nine.n["parts"]) == {"decide", "form", "enqueue", "send", "rest"}
        assert [work.step(step).fault for step in ("event", "reload")] == [None, None]
