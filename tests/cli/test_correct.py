"""`duban correct` at the keyboard, and `void` that tells which mails went on the strength of a wrong entry."""

from __future__ import annotations

import json
from email import message_from_bytes, policy

import pytest

NOTICE = "annual-report/changji-city/2025#remind-1wd"
TEXT = "规定期限应为2026年2月6日"


@pytest.fixture
def reminded(office):
    """The last reminders of 29 January 2026 have gone, a Thursday."""
    for moment in ("2026-01-05T09:30", "2026-01-29T09:30"):
        office.at(moment)
        assert office("run", "--once").exit_code == 0
    return office.at("2026-01-29T15:00")


def sent(office):
    files = sorted((office.folder / "state" / "mail").iterdir())
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


def test_a_wrong_mail_is_corrected_by_one_that_answers_it(reminded):
    wrong = next(m for m in sent(reminded) if "周敏" in m["to"] and "1月30日前" in m["subject"])
    answer = reminded("correct", NOTICE, "--text", TEXT, "--by-whom", "he.ping")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert answer.stdout == "已登记更正，随即发给周敏。\n"
    assert reminded("run", "--once").exit_code == 0
    (right,) = [m for m in sent(reminded) if m["subject"].startswith("【更正】")]
    assert right["in-reply-to"] == wrong["message-id"]
    assert right["references"].split() == [wrong["references"], wrong["message-id"]]
    assert TEXT in right.get_body(("plain",)).get_content()
    again = reminded("correct", NOTICE, "--text", TEXT)
    assert (again.exit_code, "error[corrected-already]" in again.stderr) == (3, True)


def test_a_dry_run_shows_the_letter_and_leaves_no_trace(reminded):
    entries = reminded("audit", "log", "--format", "jsonl").stdout
    shown = reminded("correct", NOTICE, "--text", TEXT, "--dry-run")
    assert "主　题：【更正】" in shown.stdout
    assert "周敏 <zhoumin@example.gov.cn>" in shown.stdout
    assert reminded("audit", "log", "--format", "jsonl").stdout == entries
    shape = json.loads(reminded("correct", NOTICE, "--text", TEXT, "--dry-run", "--format", "json").stdout)
    assert (shape["sent"], [mail["to"] for mail in shape["mails"]]) == (False, ["zhou.min"])


def test_at_night_it_says_when_it_goes(reminded):
    reminded.at("2026-01-30T02:00")
    assert reminded("correct", NOTICE, "--text", TEXT).stdout == "已登记更正，2026-01-30 09:00发给周敏。\n"


@pytest.mark.parametrize(
    ("words", "code", "status"),
    [
        (("annual-report/changji-city/2025#chase-1", "--text", TEXT), "unknown-mail", 2),
        (("<no.such@example.gov.cn>", "--text", TEXT), "unknown-mail", 2),
        (("9999", "--text", TEXT), "unknown-mail", 2),
    ],
)
def test_a_mail_that_is_not_there_is_answered_with_how_to_name_one(reminded, words, code, status):
    result = reminded("correct", *words)
    assert (result.exit_code, f"error[{code}]" in result.stderr) == (status, True)


def test_where_nothing_was_ever_sent_no_database_is_made(office):
    answer = office("correct", NOTICE, "--text", TEXT)
    assert (answer.exit_code, "error[database-missing]" in answer.stderr) == (4, True)
    assert not list(office.folder.rglob("*.db"))


def test_a_correction_without_words_is_a_wrong_use(reminded):
    assert reminded("correct", NOTICE, "--text", " ").exit_code == 2


def event(office, ref, at):
    said = office("event", "document.issued", "--unit", "changji-city", "--ref", ref, "--at", at, "--format", "json")
    return json.loads(said.stdout)["seq"]


def test_a_void_names_the_mails_that_went_on_the_strength_of_the_entry(reminded):
    seq = event(reminded, "N-1", "2026-01-27")
    reminded.at("2026-01-30T09:30")
    assert reminded("run", "--once").exit_code == 0
    result = reminded("void", str(seq), "--reason", "文件没有印发")
    assert result.exit_code == 0
    assert "duban correct publish/changji-city/N-1#remind-now --text …" in result.stderr


def test_a_void_of_an_entry_that_no_mail_rests_on_suggests_nothing(reminded):
    seq = event(reminded, "N-2", "2026-01-28")
    result = reminded("void", str(seq), "--reason", "文件没有印发", "--format", "json")
    assert (result.stderr, json.loads(result.stdout)["mailed"]) == ("", [])
