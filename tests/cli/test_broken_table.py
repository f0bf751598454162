"""Somebody has broken the table: facts are entered all the same, by the table that the daemon goes by."""

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
    ],
    ids=lambda words: words[0],
)
def test_it_is_entered_by_the_last_good_table_and_said_so_once(broken, words):
    found = broken(*(word.format(folder=broken.folder) for word in words))
    assert found.exit_code == 0, found.stderr
    assert found.stderr.count("台账有问题，以下按上一张正确的台账。") == 1
    assert "error[syntax" in found.stderr


def test_where_none_was_ever_in_force_the_tables_errors_are_told(office):
    office.edit("version: 1", "version: [1")
    found = office("ack", TASK)
    assert (found.exit_code, found.stdout) == (1, "")
    assert "台账有问题" not in found.stderr
