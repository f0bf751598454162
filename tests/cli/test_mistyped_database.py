"""A database that is not where it was said to be is no empty office."""

from __future__ import annotations

import pytest

QUESTIONS = [
    ("status",),
    ("plan",),
    ("why", "annual-report/changji-city/2026"),
    ("audit", "verify"),
    ("ledger",),
    ("outbox",),
    ("done", "annual-report/changji-city/2026"),
]


@pytest.mark.parametrize("words", QUESTIONS, ids=" ".join)
def test_a_database_in_a_folder_that_is_not_there_is_an_error(office, words):
    found = office(*words, DUBAN_DATABASE=f"sqlite:///{office.folder}/nowhere/a.db")
    assert found.exit_code == 4
    assert found.stderr.startswith("error[database-")
    assert (found.stdout, (office.folder / "nowhere").exists()) == ("", False)


@pytest.mark.parametrize("state", ["/dev/null", "{table}", "{table}/below"])
def test_a_state_that_can_be_no_folder_is_an_error(office, state):
    found = office("status", DUBAN_STATE=state.format(table=office.table))
    assert (found.exit_code, found.stderr.startswith("error[database-nowhere]")) == (4, True)


@pytest.mark.parametrize("words", QUESTIONS[:3], ids=" ".join)
def test_a_database_that_was_named_and_is_not_there_yet_is_said_once(office, words):
    path = office.folder / "new.db"
    found = office(*words, "--database", f"sqlite:///{path}")
    assert found.exit_code == 0
    assert found.stderr == f"这里还没有数据库，下面不含任何登记：{path}\n"
    assert not path.exists()


def test_the_first_question_ever_is_answered_quietly(office):
    found = office("status")
    assert (found.exit_code, found.stderr) == (0, "")


def test_a_fact_in_a_folder_without_a_record_says_where_it_went(office):
    path = office.folder / "typo" / "duban.db"
    found = office("done", "annual-report/changji-city/2026", "--evidence", "网址", DUBAN_STATE=str(path.parent))
    assert (found.exit_code, found.stderr) == (0, f"这里原来没有办理记录，新建了数据库：{path}\n")
    again = office("ack", "annual-report/changji-city/2027", DUBAN_STATE=str(path.parent))
    assert again.stderr == ""
