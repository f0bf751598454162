"""`duban chase` and `duban call` at the keyboard: what is answered, what is recorded, what goes."""

from __future__ import annotations

import json
from email import message_from_bytes, policy

import pytest

CITY = "annual-report/changji-city/2025"


@pytest.fixture
def overdue(office):
    """On Wednesday, 4 February 2026, after the first chaser of Monday; the service has sent what was owed."""
    for moment in ("2026-01-05T09:30", "2026-01-30T09:30", "2026-02-02T09:30", "2026-02-03T09:30"):
        office.at(moment)
        assert office("run", "--once").exit_code == 0
    return office.at("2026-02-03T15:00")


def mails(office):
    files = sorted((office.folder / "state" / "mail").iterdir())
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


def test_a_chaser_by_hand_goes_as_a_mail_of_the_same_thread(overdue):
    before = len(mails(overdue))
    answer = overdue("chase", CITY, "--by-whom", "he.ping")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert "随即发给周敏" in answer.stdout
    overdue.at("2026-02-03T15:01")
    assert overdue("run", "--once").exit_code == 0
    (first, *_, mail) = [m for m in mails(overdue) if "周敏" in m["to"]]
    assert len(mails(overdue)) == before + 1
    assert mail["subject"].startswith("【催办】报送2025年度")
    assert mail["references"] == first["references"]
    text = mail.get_body(("plain",)).get_content()
    assert "催办，经督办程序duban发出" in text
    assert "迟发" not in text


def test_a_second_one_is_refused_with_the_day_on_which_it_is_possible(overdue):
    overdue("chase", CITY)
    again = overdue("chase", CITY)
    assert again.exit_code == 3
    assert "error[chased-already]" in again.stderr
    assert "2026-02-05 09:00以后可以再催" in again.stderr  # on Wednesday the ladder chases


def test_after_one_that_was_voided_before_it_went_another_may_be_asked_for(overdue):
    seq = json.loads(overdue("chase", CITY, "--format", "json").stdout)["seq"]
    overdue("run", "--once", DUBAN_SMTP="smtp://127.0.0.1:1")  # where nobody answers
    assert overdue("void", str(seq), "--reason", "登记错了").exit_code == 0
    overdue.at("2026-02-03T15:05")
    overdue("run", "--once")
    before = len(mails(overdue))
    assert overdue("chase", CITY).exit_code == 0
    overdue("run", "--once")
    assert len(mails(overdue)) == before + 1
    assert overdue("chase", CITY).exit_code == 3


def test_the_answer_as_json_names_the_notice_that_will_go(overdue):
    said = json.loads(overdue("chase", CITY, "--format", "json").stdout)
    assert (said["kind"], said["task"]) == ("chase", CITY)
    steps = [n["notice"] for n in json.loads(overdue("outbox", "--tomorrow", "--format", "json").stdout)["notices"]]
    assert f"{CITY}#chase-by-hand-2026-02-03" in steps


def test_the_line_for_a_chat_has_eighty_characters_at_most_and_leaves_no_trace(overdue):
    entries = len(overdue("audit", "log", "--format", "jsonl").stdout.splitlines())
    result = overdue("chase", CITY, "--text")
    line = result.stdout.strip()
    assert line == (
        "【催办】安泉市人民政府：报送2025年度政府信息公开工作年度报告，规定期限1月31日，逾期2个工作日。"
        "请回复望河州人民政府办公室何平。"
    )
    assert len(line) <= 80
    assert "没有登记" in result.stderr
    assert len(overdue("audit", "log", "--format", "jsonl").stdout.splitlines()) == entries


@pytest.mark.parametrize("longer", ["一", "很长的名称" * 20])
def test_a_long_title_or_unit_is_cut(overdue, longer):
    overdue.edit("  send_at:", '  section: 政务公开科\n  phone: "0000-0000000"\n  send_at:')
    overdue.edit("name: 安泉市人民政府", f"name: 安泉{longer}人民政府")
    overdue.edit("title: 报送上一年度政府信息公开工作年度报告", "title: 报送上一年度" + "政府信息公开工作年度报告" * 6)
    line = overdue("chase", CITY, "--text").stdout.strip()
    assert len(line) <= 80
    assert "…" in line or len(longer) > 40


def test_a_task_that_is_done_is_neither_chased_nor_written_about(overdue):
    overdue("done", CITY, "--on", "2026-02-03", "--evidence", "收文第1号")
    for words in (("chase", CITY), ("chase", CITY, "--text")):
        refused = overdue(*words)
        assert (refused.exit_code, "error[not-to-be-chased]" in refused.stderr) == (3, True)


def test_a_telephone_call_stands_in_the_record_and_its_day_in_the_next_escalation(overdue):
    words = ("call", CITY, "--note", "统计数据核对中，预计2月4日报送", "--person", "zhou.min", "--on", "2026-02-02")
    assert overdue(*words).exit_code == 0
    text = overdue("preview", f"{CITY}#escalate-after-3wd").stdout
    assert "电话联系：2026年2月2日" in text
    assert "统计数据核对中" not in text
    wrong = overdue("call", CITY, "--note", "x", "--person", "zhou.mi")
    assert (wrong.exit_code, "zhou.min" in wrong.stderr) == (2, True)
    later = overdue("call", CITY, "--note", "x", "--on", "2026-02-04")
    assert (later.exit_code, "error[in-the-future]" in later.stderr) == (3, True)


def test_a_telephone_call_stands_wherever_the_history_of_a_task_is_read(overdue):
    note = "统计数据核对中，预计2月4日报送"
    overdue("call", CITY, "--note", note, "--person", "zhou.min", "--on", "2026-02-02", "--by-whom", "he.ping")
    tasks = json.loads(overdue("status", "--format", "json").stdout)["tasks"]
    assert [t["calls"] for t in tasks if t["task"] == CITY] == [
        [{"on": "2026-02-02", "person": "zhou.min", "note": note, "by": "he.ping"}]
    ]
    assert all(t["calls"] == [] for t in tasks if t["task"] != CITY)
    assert f"2026-02-02（周一）电话联系周敏：{note}" in overdue("why", CITY).stdout
    assert overdue("ledger", "-o", str(overdue.folder / "t.csv")).exit_code == 0
    assert f"2026-02-02 周敏：{note}" in (overdue.folder / "t.csv").read_text("utf-8-sig")
    assert overdue("page", "-o", str(overdue.folder / "s.html")).exit_code == 0
    page = (overdue.folder / "s.html").read_text("utf-8")
    assert page.count(note) == 1
    assert "电话联系（何平，2026-02-02）" in page
