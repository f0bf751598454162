"""A task by a part of its name: where one alone fits it is meant, and said; where several fit they are listed."""

from __future__ import annotations

import json

import pytest

REPORT = "annual-report/changji-city/2026"
CJ = ("event", "document.issued", "--unit", "changji-city", "--at", "2026-11-20", "--ref")


def facts(office):
    lines = office("audit", "export").stdout.splitlines()
    return [(fact["kind"], fact["task"]) for fact in map(json.loads, lines)]


@pytest.fixture
def begun(office):
    """In January: the reports of last year are due, those of this year are in the plan, too."""
    office.edit("start: 2026-01-01", "start: 2026-11-01")
    assert office(*CJ, "CJ-17").exit_code == 0
    assert office("record", "interpretation", "--person", "sun.li", "--on", "2026-11-20").exit_code == 0
    return office.at("2027-01-25T10:00")


@pytest.mark.parametrize(
    ("word", "task"),
    [
        ("publish", "publish/changji-city/CJ-17"),
        ("CJ-17", "publish/changji-city/CJ-17"),
        ("安泉市/CJ-17", "publish/changji-city/CJ-17"),
        ("规范性文件 changji", "publish/changji-city/CJ-17"),
        ("annual-report/changji", REPORT),
        ("年度报告/安泉市", REPORT),
        ("孙立 2026", "interpret/sun.li/2026"),
    ],
)
def test_parts_that_one_task_alone_has_are_its_name(begun, word, task):
    said = begun("ack", word)
    assert (said.exit_code, said.stdout.partition("：")[0]) == (0, task), said.stderr
    assert facts(begun)[-1] == ("ack", task)
    assert begun("why", word).stdout.startswith(f"{task}  ")


@pytest.mark.parametrize("word", ["annual-report", "2026", "安泉市", "changji-city/2026"])
def test_where_several_fit_they_are_listed_with_their_dates_and_nothing_is_entered(begun, word):
    for words in (("ack", word), ("done", word, "--evidence", "x"), ("why", word)):
        refused = begun(*words)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert refused.stderr.startswith(f"error[ambiguous-task] 符合“{word}”的有")
    assert f"    {REPORT}  2027-01-29\n" in refused.stderr
    assert {kind for kind, _ in facts(begun)} == {"event", "record"}


@pytest.mark.parametrize(
    "word",
    [
        "publish/changji-city/CJ-1",  # the beginning of another reference
        "publish/changji/CJ-17",  # three parts are an id
        "CJ-1",
        "annual-report/2031x",
        "/",
        "gibtesnicht",
    ],
)
def test_what_no_task_has_is_no_name(begun, word):
    refused = begun("ack", word)
    assert (refused.exit_code, refused.stderr.startswith("error[unknown-task]")) == (2, True), refused.stderr
    assert {kind for kind, _ in facts(begun)} == {"event", "record"}


def test_a_period_of_another_year_is_found_by_its_parts(begun):
    assert begun("why", "annual-report/changji-city 2030").stdout.startswith("annual-report/changji-city/2030  ")


def test_a_draft_says_of_which_task_it_is(begun):
    said = begun("order", "年度报告/安泉市", "-o", str(begun.folder / "a.docx")).stdout
    assert said.startswith(f"{REPORT}：已写成 ")


def test_a_chaser_in_words_is_of_the_task_that_was_meant(begun):
    said = json.loads(begun("chase", "annual-report/changji", "--text", "--format", "json").stdout)
    assert said["task"] == REPORT
