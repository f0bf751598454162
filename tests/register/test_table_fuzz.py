"""Whatever an admin types: an answer within a second, never a traceback."""

from __future__ import annotations

import time

import pytest
from good_table import GOOD
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.register import parse

TRAPS = [
    "- ",
    ": ",
    ",",
    "{",
    "}",
    "[",
    "]",
    "&a ",
    "*a",
    "<<: ",
    "!!x ",
    "'",
    '"',
    ">",
    "#",
    "?",
    "：",
    "５",
    "null",
    "[[[[",
    "{a: ",
    "event.unit",
    "every 0wd",
    "2026-02-30",
    "---",
    "done ",
    "\t",
]
PIECES = st.sampled_from(["", " ", "\n", "|", "\0", "\ufeff", "9" * 5000, *TRAPS, *GOOD.split()[:80]])
CUT = st.tuples(st.integers(0, len(GOOD)), st.integers(0, 30), PIECES)


def answered(content: bytes) -> bool:
    """Whether a table or problems in words came of it, in less than a second."""
    began = time.process_time()
    loaded = parse([("t.yaml", content)])
    quick = time.process_time() - began < 1
    return quick and bool(loaded.register or loaded.problems) and all(problem.text() for problem in loaded.problems)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(CUT, min_size=1, max_size=4))
def test_a_mutated_table_is_answered(cuts: list[tuple[int, int, str]]) -> None:
    text = GOOD
    for at, length, piece in cuts:
        text = text[:at] + piece + text[at + length :]
    assert answered(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([line + "\n" for line in GOOD.splitlines()]), max_size=30))
def test_shuffled_lines_are_answered(lines: list[str]) -> None:
    assert answered("".join(["version: 1\n", *lines]).encode())


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_answered(content: bytes) -> None:
    assert answered(content)
    assert answered(b"version: 1\noffice: {name: x, unit: y, admin: z}\nunits: " + content)


@pytest.mark.parametrize("content", ["x: " + ': "' * 100_000, " " * 40_000 + "\n- : :", "x: " + '"a": ' * 40_000 + '"'])
def test_a_very_long_line_that_is_no_yaml_is_answered(content: str) -> None:
    assert answered(content.encode())
