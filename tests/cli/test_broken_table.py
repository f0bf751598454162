"""Somebody has broken the table: facts are entered and questions answered by the table that the daemon goes by."""

from __future__ import annotations

import pytest

TASK = "annual-report/changji-city/2026"


@pytest.fixture
def broken(office):
    office("run", "--once")
    office.edit("version: 1", "version: [1")
    (office.folder / "facts.csv").write_text(f"kind,task\nack,{TASK}\n", encoding="utf-8")
    return office


@pytest.mark.parametrize(
    "words",
    [
        ("report", TASK, "--evidence", "收文第7号"),
        ("ack", TASK),
        ("call", TASK, "--note", "预计下周报送"),
        ("event", "document.issued", "--unit", "changji-city", "--ref", "CJ-1", "--at", "2026-11-20"),
        ("import", "{folder}/facts.csv"),
        ("withdraw", f"{TASK}#remind-20wd", "--reason", "已电话联系"),
        ("release", f"{TASK}#escalate-after-5wd"),
        ("outbox",),
        ("plan",),
        ("plan", "--format", "json"),
        ("why", TASK),
        ("jobs",),
        ("feed", "-o", "{folder}/feed.ics"),
        ("order", TASK, "-o", "{folder}/order.docx"),
        ("preview", f"{TASK}#remind-20wd"),
    ],
    ids=lambda words: words[0],
)
def test_it_is_entered_or_answered_by_the_last_good_table_and_said_so_once(broken, words):
    found = broken(*(word.format(folder=broken.folder) for word in words))
    assert found.exit_code == 0, found.stderr
    assert found.stderr.count("台账有问题，以下按上一张正确的台账。") == 1
    assert "error[syntax" in found.stderr


def test_a_correction_looks_for_the_mail_all_the_same(broken):
    found = broken("correct", f"{TASK}#chase-1", "--text", "规定期限应为2027年2月26日")
    assert "台账有问题，以下按上一张正确的台账。" in found.stderr
    assert "没有" in found.stderr.splitlines()[-2], found.stderr


def test_an_answer_is_that_of_the_last_good_table(broken):
    broken.edit("version: [1", "version: 1")
    sound = [broken(*words).stdout for words in (("plan",), ("why", TASK))]
    broken.edit("by: end of 01", "by: end off 01")
    assert [broken(*words).stdout for words in (("plan",), ("why", TASK))] == sound


def test_what_an_edit_would_change_is_not_told_of_a_table_with_errors(broken):
    found = broken("plan", "--against", "running")
    assert (found.exit_code, found.stdout) == (1, "")


def test_where_none_was_ever_in_force_the_tables_errors_are_told(office):
    office.edit("version: 1", "version: [1")
    found = office("ack", TASK)
    assert (found.exit_code, found.stdout) == (1, "")
    assert "台账有问题" not in found.stderr
