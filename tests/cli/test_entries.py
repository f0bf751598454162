from __future__ import annotations

import json

import pytest

ISSUED = ("event", "document.issued", "--unit", "changji-city", "--ref", "CJ-17", "--at", "2026-11-20")  # a Friday
PUBLISH = "publish/changji-city/CJ-17"
REPORT = "annual-report/changji-city/2026"


def state(office, task):
    tasks = json.loads(office("status", "--format", "json").stdout)["tasks"]
    return next(t for t in tasks if t["task"] == task)


def test_an_event_says_which_task_it_began_and_when_the_first_mail_goes(office):
    result = office(*ISSUED)
    assert result.exit_code == 0
    assert PUBLISH in result.stdout
    assert "办理时限2026-11-27" in result.stdout
    assert "下一个通知" in result.stdout


def test_a_fact_in_json_names_its_number(office):
    said = json.loads(office(*ISSUED, "--format", "json").stdout)
    assert (said["seq"], said["kind"], said["task"]) == (1, "event", None)


@pytest.mark.parametrize(
    ("story", "state_after", "light"),
    [
        ([], "open", "green"),
        ([("ack",)], "open", "green"),
        ([("report",)], "reported", "green"),
        ([("report",), ("confirm",)], "done", "green"),
        ([("report",), ("return", "--reason", "格式不符")], "open", "green"),
        ([("done",)], "done", "green"),
        ([("done",), ("reopen", "--reason", "需补正")], "open", "green"),
        ([("pause", "--reason", "征求意见")], "paused", "grey"),
        ([("pause", "--reason", "征求意见"), ("resume",)], "open", "green"),
        ([("waive", "--reason", "不适用", "--approved-by", "xu.wen")], "waived", "grey"),
    ],
)
def test_facts_change_the_state_of_a_task(office, story, state_after, light):
    office(*ISSUED)
    for name, *more in story:
        result = office(name, PUBLISH, *more)
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.startswith(f"{PUBLISH}：")
    found = state(office, PUBLISH)
    assert (found["state"], found["light"]) == (state_after, light)


@pytest.mark.parametrize(
    ("before", "call", "code", "exit_code"),
    [
        ([("done", PUBLISH)], ("done", PUBLISH), "already-closed", 3),
        ([("done", PUBLISH)], ("ack", PUBLISH), "already-closed", 3),
        ([("done", PUBLISH)], ("return", PUBLISH, "--reason", "x"), "not-reported", 3),
        ([("ack", PUBLISH)], ("ack", PUBLISH), "already-acknowledged", 3),
        ([("report", PUBLISH)], ("report", PUBLISH), "already-reported", 3),
        ([], ("confirm", PUBLISH), "not-reported", 3),
        ([], ("return", PUBLISH, "--reason", "x"), "not-reported", 3),
        ([], ("reopen", PUBLISH, "--reason", "x"), "not-closed", 3),
        ([], ("resume", PUBLISH), "not-paused", 3),
        ([("pause", PUBLISH, "--reason", "x")], ("pause", PUBLISH, "--reason", "x"), "already-paused", 3),
        ([("pause", PUBLISH, "--reason", "x")], ("resume", PUBLISH, "--on", "2026-11-20"), "resume-before-pause", 3),
        ([], ("done", PUBLISH, "--on", "2026-11-24"), "in-the-future", 3),
        ([], ("done", REPORT), "evidence-missing", 3),
        ([("report", REPORT)], ("confirm", REPORT), "evidence-missing", 3),
        ([], ("extend", PUBLISH, "--by", "5wd", "--reason", "x", "--approved-by", "xu.wen"), "no-extension", 3),
        ([], ("extend", REPORT, "--by", "11wd", "--reason", "x", "--approved-by", "xu.wen"), "extension-too-long", 3),
        ([], ("extend", REPORT, "--to", "2027-01-31", "--reason", "x", "--approved-by", "x"), "extension-not-later", 2),
        ([], ("assign", PUBLISH, "--unit", "wanghe-county"), "already-assigned", 3),
        ([], ("done", "publish/changji-city/CJ-18"), "unknown-task", 2),
        ([], ("done", "publsh/changji-city/CJ-17"), "unknown-task", 2),
        ([], ("event", "document.isued", "--ref", "A", "--at", "2026-11-20"), "unknown-event", 2),
        ([], ("event", "document.issued", "--ref", "A/B", "--at", "2026-11-20"), "bad-ref", 2),
        ([], ("event", "document.issued", "--ref", "A B", "--at", "2026-11-20"), "bad-ref", 2),
        ([], ("event", "document.issued", "--ref", "A", "--at", "2026-11-24"), "in-the-future", 3),
        ([], ("event", "document.issued", "--ref", "A", "--at", "2026-11-20", "--unit", "x"), "unknown-unit", 2),
        ([], ("record", "interpretations", "--person", "sun.li"), "unknown-record", 2),
        ([], ("record", "interpretation", "--person", "sun.lo"), "unknown-person", 2),
        ([], ("record", "interpretation"), "record-whose", 2),
        ([], ("record", "interpretation", "--person", "sun.li", "--value", "many"), "bad-number", 2),
        ([], ("record", "interpretation", "--person", "sun.li", "--on", "2026-11-24"), "in-the-future", 3),
        ([], ("void", "99", "--reason", "x"), "unknown-entry", 2),
        ([("void", "1", "--reason", "x")], ("void", "1", "--reason", "x"), "already-void", 3),
    ],
)
def test_what_the_state_or_the_table_does_not_allow_is_refused_and_not_recorded(office, before, call, code, exit_code):
    office(*ISSUED)
    for earlier in before:
        assert office(*earlier).exit_code == 0
    known = office("audit", "log").stdout
    result = office(*call)
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert result.stderr.startswith(f"error[{code}]")
    assert "\n  hint: " in result.stderr
    assert office("audit", "log").stdout == known


def test_a_wrong_name_is_answered_with_the_near_ones(office):
    assert "annual-report/changji-city/2026" in office("done", "annual-report/chanji-city/2026").stderr
    assert "publish" in office("done", "publsh/changji-city/CJ-17").stderr


def test_an_extension_moves_the_due_day_once(office):
    extend = ("extend", REPORT, "--by", "10wd", "--reason", "系统故障", "--approved-by", "xu.wen")
    assert "规定期限由2027-01-31改为2027-02-16" in office(*extend).stdout
    found = state(office, REPORT)
    assert (found["due"], found["extensions"]) == ("2027-02-16", 1)
    assert office(*extend).stderr.startswith("error[extension-used]")


def test_after_the_target_nothing_is_extended(office):
    office.at("2027-02-01T10:00")
    result = office("extend", REPORT, "--by", "5wd", "--reason", "x", "--approved-by", "xu.wen")
    assert result.stderr.startswith("error[extension-too-late]")


def test_a_clock_that_stood_still_before_the_target_may_be_extended_after_it(office):
    office("pause", REPORT, "--on", "2026-11-20", "--reason", "征求意见")
    office.at("2027-02-01T10:00")
    assert office("extend", REPORT, "--by", "5wd", "--reason", "x", "--approved-by", "xu.wen").exit_code == 0


def test_the_evidence_of_the_report_is_enough_for_the_confirmation(office):
    assert office("report", REPORT, "--evidence", "收文第0128号").exit_code == 0
    assert office("confirm", REPORT).exit_code == 0
    found = state(office, REPORT)
    assert (found["state"], found["done_on"], found["evidence"]) == ("done", "2026-11-23", "收文第0128号")


def test_done_after_the_due_day_is_done_late(office):
    office(*ISSUED)
    office.at("2026-11-30T10:00")
    office("done", PUBLISH)
    assert state(office, PUBLISH)["state"] == "done-late"


def test_the_confirmed_task_is_done_on_the_day_it_was_reported(office):
    office(*ISSUED)
    office("report", PUBLISH, "--on", "2026-11-23")
    office.at("2026-11-30T10:00")
    office("confirm", PUBLISH)
    found = state(office, PUBLISH)
    assert (found["state"], found["done_on"]) == ("done", "2026-11-23")


def test_a_record_counts_towards_the_quota(office):
    said = office("record", "interpretation", "--person", "sun.li", "--on", "2026-11-18").stdout
    assert "interpret/sun.li/2026 已完成1/2" in said
    assert state(office, "interpret/sun.li/2026")["progress"] == {"done": 1, "required": 2, "missing": []}


def test_a_voided_fact_counts_no_more_and_stays_in_the_record(office):
    office(*ISSUED)
    office("done", PUBLISH)
    assert office("void", "2", "--reason", "录错").exit_code == 0
    assert state(office, PUBLISH)["state"] == "open"
    kinds = [json.loads(row)["kind"] for row in office("audit", "log", "--format", "jsonl").stdout.splitlines()]
    assert kinds == ["event", "done", "void"]


def test_the_actor_is_written_down(office):
    office(*ISSUED, "--by-whom", "he.ping")
    assert json.loads(office("audit", "log", "--format", "jsonl").stdout)["by"] == "he.ping"


def test_an_event_may_be_planned_for_a_day_to_come(office):
    assert office("event", "document.issued", "--ref", "A", "--at", "2026-12-24", "--planned").exit_code == 0


def test_a_fact_of_a_task_of_a_year_long_past_can_be_entered(office):
    result = office("done", "annual-report/changji-city/2023", "--on", "2024-01-30", "--evidence", "收文第7号")
    assert result.exit_code == 0, result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("done", REPORT, "--evidence", "  "),
        ("waive", REPORT, "--reason", "", "--approved-by", "he.ping"),
        ("waive", REPORT, "--reason", "年内撤并", "--approved-by", " "),
        ("call", REPORT, "--note", ""),
        ("withdraw", f"{REPORT}#chase-1", "--reason", " "),
        ("correct", f"{REPORT}#chase-1", "--text", ""),
    ],
)
def test_words_may_not_be_empty(office, words):
    result = office(*words)
    assert (result.exit_code, "内容是空的" in result.stderr) == (2, True)
