"""What officials do with their tasks, one story for each thing that the language promises, told at the keyboard."""

from __future__ import annotations

import json
import re

import pytest
from story_office import TABLE

NEW = "这里原来没有办理记录，新建了数据库"
GROUNDS = ("--reason", "需征求第三方意见", "--approved-by", "xu.wen")


@pytest.fixture
def office(office):  # the same folder, another table
    office.table.write_text(TABLE, encoding="utf-8")
    checked = office("check")
    assert checked.exit_code == 0, checked.output
    return office


def tasks(office, *words):
    found = json.loads(office("status", "--format", "json", *words).stdout)["tasks"]
    return {task["task"]: task for task in found}


def did(office, *words):
    result = office(*words)
    assert (result.exit_code, result.stderr) in {(0, ""), (0, f"{NEW}：{office.folder / 'state' / 'duban.db'}\n")}
    return result.stdout


def event(office, name, ref, at, *more):
    return did(office, "event", name, "--ref", ref, "--at", at, *more)


def letter(office, notice):
    result = office("preview", notice, "--format", "json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


# -- who -------------------------------------------------------------------------------------------------------------


def test_kinds_and_tags_are_a_union_and_except_takes_out(office):
    owing = {task["bearer"] for task in tasks(office).values() if task["obligation"] == "catalogue"}
    assert owing == {"anquan-city", "wanghe-county"}  # anquan-city by kind and by tag is one task; finance is excepted


def test_an_escalation_climbs_the_tree_to_the_units_own_superior(office):
    office.edit("obligations:\n", "ladders:\n  up: {escalate: [{after: 1wd, to: reports_to.officer}]}\nobligations:\n")
    office.edit("    evidence: required\n", "    ladder: up\n")
    assert (
        letter(office, "catalogue/anquan-city/once#escalate-after-1wd")["to"]
        == "何平（州人民政府办公室） <heping@example.gov.cn>"
    )


def test_who_is_away_is_stood_in_for_and_the_mail_says_so(office):
    event(office, "document.issued", "N2", "2026-11-20", "--unit", "anquan-city")
    stood_in = letter(office, "publish/anquan-city/N2#remind-1wd")  # Thursday 26 November
    assert stood_in["to"] == "胡波（安泉市人民政府） <hubo@example.gov.cn>"
    assert "周敏" in stood_in["text"]
    assert "2026年11月25日至2026年11月27日不在岗" in stood_in["text"]
    assert (
        letter(office, "catalogue/anquan-city/once#remind-5wd")["to"]
        == "周敏（安泉市人民政府） <zhoumin@example.gov.cn>"
    )


def test_supporting_and_coordinating_units_and_the_body_owed_for_stand_in_mail_and_ledger(office):
    text = letter(office, "catalogue/wanghe-county/once#remind-5wd")["text"]
    assert "责任单位：望河县人民政府" in text
    assert "配合单位：州司法局" in text
    assert "协调单位：州人民政府办公室" in text
    assert "代州政务公开工作领导小组办理" in text
    ledger = did(office, "ledger", "--format", "csv")
    assert "协调：州人民政府办公室" in ledger
    assert "代州政务公开工作领导小组办理" in ledger


def test_a_unit_that_has_ended_by_then_supports_nothing_any_more(office):
    office.edit("{id: justice, name: 州司法局", "{id: justice, to: 2026-12-30, name: 州司法局")
    text = letter(office, "catalogue/wanghe-county/once#remind-5wd")["text"]
    assert "配合单位" not in text
    assert "协调单位：州人民政府办公室" in text
    assert "州司法局" not in did(office, "ledger", "--format", "csv")


def test_until_an_event_is_given_to_a_unit_its_coordinator_is_chased_and_its_history_follows(office):
    said = event(office, "opinion", "Y1", "2026-11-20")  # a Friday
    assert "责任单位未定，用 duban assign respond/unassigned/Y1 --unit ID 指定" in said
    chased = letter(office, "respond/unassigned/Y1#remind-1wd")
    assert chased["to"] == "石岩（州司法局） <shiyan@example.gov.cn>"
    assert "尚未确定承办单位" in chased["text"]
    did(office, "ack", "respond/unassigned/Y1")
    assert "respond/wanghe-county/Y1" in did(office, "assign", "respond/unassigned/Y1", "--unit", "wanghe-county")
    found = tasks(office)
    assert "respond/unassigned/Y1" not in found
    assert found["respond/wanghe-county/Y1"]["acknowledged_at"]
    assert found["respond/wanghe-county/Y1"]["target"] == "2026-11-27"  # the clock ran from the event
    assert office("assign", "respond/wanghe-county/Y1", "--unit", "justice").stderr.startswith("error[already-assigned")


def test_an_event_that_is_given_its_unit_later_takes_the_history_along_too(office):
    event(office, "opinion", "Y1", "2026-11-20")
    did(office, "ack", "respond/unassigned/Y1")
    event(office, "opinion", "Y1", "2026-11-20", "--unit", "wanghe-county")
    assert tasks(office)["respond/wanghe-county/Y1"]["acknowledged_at"]


def test_a_leader_who_changes_post_takes_his_count_along_or_leaves_it_to_the_post(office):
    did(office, "record", "interpretation", "--person", "sun.li", "--on", "2026-03-02")
    did(office, "record", "training", "--person", "sun.li", "--on", "2026-03-02")
    did(office, "record", "interpretation", "--person", "ma.yu", "--on", "2026-10-12")
    did(office, "record", "training", "--person", "ma.yu", "--on", "2026-10-12")
    found = tasks(office)
    assert found["lead-by-person/ma.yu/2026"]["progress"]["done"] == 1
    assert found["lead-by-post/anquan-city:leader/2026"]["progress"]["done"] == 2
    assert found["lead-by-post/anquan-city:leader/2026"]["state"] == "done"


# -- the limit -------------------------------------------------------------------------------------------------------

REPLY = "reply/prefecture-office/2026-006"


def test_an_extension_counts_from_the_old_due_day_once_and_names_who_approved_it(office):
    event(office, "application.received", "2026-006", "2026-11-02")  # a Monday: 20 working days are 30 November
    assert "规定期限由2026-11-30改为2026-12-28" in did(office, "extend", REPLY, "--by", "20wd", *GROUNDS)
    assert office("extend", REPLY, "--by", "1wd", *GROUNDS).stderr.startswith("error[extension-used]")
    fact = json.loads(office("audit", "log", "--format", "jsonl").stdout.splitlines()[-1])
    assert (fact["data"]["reason"], fact["data"]["approved_by"]) == ("需征求第三方意见", "xu.wen")
    assert "error" in office("extend", REPLY, "--by", "1wd", "--reason", "x").stderr  # nobody approved it


def test_a_pause_keeps_the_working_days_that_were_left(office):
    event(office, "application.received", "2026-006", "2026-11-02")
    did(office, "pause", REPLY, "--on", "2026-11-09", "--reason", "征求第三方意见")  # a Monday: 15 days are left
    assert tasks(office)[REPLY]["state"] == "paused"
    did(office, "resume", REPLY, "--on", "2026-11-20")
    assert tasks(office)[REPLY]["due"] == "2026-12-11"  # 15 working days after Friday 20 November


def test_an_event_may_stop_the_clock_until_the_task_is_resumed(office):
    event(office, "application.received", "2026-006", "2026-11-02")
    event(office, "third-party.asked", "2026-006", "2026-11-09")
    assert tasks(office)[REPLY]["state"] == "paused"
    did(office, "resume", REPLY, "--on", "2026-11-20")
    assert (tasks(office)[REPLY]["state"], tasks(office)[REPLY]["due"]) == ("open", "2026-12-11")


def test_a_completed_application_starts_the_clock_anew(office):
    event(office, "application.received", "2026-006", "2026-11-02")
    event(office, "application.completed", "2026-006", "2026-11-16")
    assert tasks(office)[REPLY]["due"] == "2026-12-14"
    assert "2026-11-16" in office("why", REPLY).stdout


def test_an_event_names_only_the_open_tasks_that_it_made_or_changed(office):
    assert f"任务 {REPLY}，办理时限2026-11-30" in event(office, "application.received", "2026-006", "2026-11-02")
    other = event(office, "finding", "2026-006", "2026-11-03", "--unit", "anquan-city")
    assert "任务 rectify/anquan-city/2026-006" in other
    assert REPLY not in other
    assert f"任务 {REPLY}，办理时限2026-11-30（停止计算）" in event(
        office, "third-party.asked", "2026-006", "2026-11-09"
    )
    assert REPLY not in event(office, "application.received", "2026-006", "2026-11-02", "--title", "申请")
    did(office, "done", REPLY, "--on", "2026-11-20")
    assert "任务" not in event(office, "application.completed", "2026-006", "2026-11-16")


# -- done ------------------------------------------------------------------------------------------------------------

CATALOGUE = "catalogue/anquan-city/once"


def test_evidence_that_the_row_demands_cannot_be_left_out(office):
    assert office("done", CATALOGUE).stderr.startswith("error[evidence-missing]")
    did(office, "done", CATALOGUE, "--evidence", "安政办函〔2026〕9号")
    assert tasks(office)[CATALOGUE]["evidence"] == "安政办函〔2026〕9号"


def test_the_day_it_was_done_is_kept_apart_from_the_day_it_was_entered(office):
    event(office, "document.issued", "N1", "2026-11-09", "--unit", "anquan-city")  # due on Monday the 16th
    task = "publish/anquan-city/N1"
    did(office, "done", task, "--on", "2026-11-13")  # entered ten days later, in time all the same
    assert (tasks(office)[task]["state"], tasks(office)[task]["done_on"]) == ("done", "2026-11-13")
    fact = json.loads(office("audit", "log", "--format", "jsonl").stdout.splitlines()[-1])
    assert (fact["on"], fact["entered"][:10]) == ("2026-11-13", "2026-11-23")
    did(office, "reopen", task, "--reason", "链接失效")
    did(office, "done", task, "--on", "2026-11-20")
    assert tasks(office)[task]["state"] == "done-late"


def test_what_was_reopened_is_owed_again(office):
    event(office, "document.issued", "N1", "2026-11-20", "--unit", "anquan-city")
    task = "publish/anquan-city/N1"
    did(office, "done", task)
    assert tasks(office)[task]["next_notice"] is None
    did(office, "reopen", task, "--reason", "链接失效")
    assert (tasks(office)[task]["state"], tasks(office)[task]["done_on"]) == ("open", None)
    assert tasks(office)[task]["next_notice"] == "2026-11-24T09:00:00+08:00"


def test_a_waiver_asks_for_a_reason_and_an_approval(office):
    assert office("waive", CATALOGUE, "--reason", "不适用").exit_code == 2
    did(office, "waive", CATALOGUE, "--reason", "无目录事项", "--approved-by", "xu.wen")
    assert (tasks(office)[CATALOGUE]["state"], tasks(office)[CATALOGUE]["light"]) == ("waived", "grey")


# -- findings of an inspection ---------------------------------------------------------------------------------------


def test_each_finding_is_a_task_of_its_own_with_its_unit_and_its_day(office):
    event(office, "finding", "J1-1", "2026-11-20", "--unit", "anquan-city", "--due", "2026-12-05")  # a Saturday
    event(office, "finding", "J1-2", "2026-11-20", "--unit", "wanghe-county")
    event(office, "finding", "J1-3", "2026-11-20", "--due", "2026-12-18")
    did(office, "assign", "rectify/unassigned/J1-3", "--unit", "finance")
    found = {name: (t["due"], t["target"]) for name, t in tasks(office).items() if t["obligation"] == "rectify"}
    assert found == {
        "rectify/anquan-city/J1-1": ("2026-12-05", "2026-12-04"),
        "rectify/wanghe-county/J1-2": ("2026-12-20", "2026-12-18"),
        "rectify/finance/J1-3": ("2026-12-18", "2026-12-18"),
    }
    did(office, "done", "rectify/finance/J1-3")
    assert tasks(office)["rectify/wanghe-county/J1-2"]["state"] == "open"


# -- history ---------------------------------------------------------------------------------------------------------


def test_a_renamed_row_keeps_what_was_done_under_its_former_id(office):
    did(office, "done", CATALOGUE, "--evidence", "9号")
    assert office("run", "--once").exit_code == 0
    office.edit("  - id: catalogue\n", "  - id: catalogue.edition\n    formerly: catalogue\n")
    found = tasks(office)
    assert CATALOGUE not in found
    assert found["catalogue.edition/anquan-city/once"]["evidence"] == "9号"
    assert "没有变" in office("plan", "--against", "running").stdout


def test_a_changed_rule_keeps_what_is_finished_and_moves_what_is_open(office):
    did(office, "done", CATALOGUE, "--evidence", "9号")
    assert office("run", "--once").exit_code == 0
    office.edit("due: {by: 2026-12-31, roll: preceding}", "due: {by: 2027-01-31, roll: preceding}")
    listed = office("plan", "--against", "running").stdout
    assert re.search(r"改期 catalogue/wanghe-county/once.*2026-12-31（暂定） → 2027-01-29（暂定）", listed)
    assert not re.search(r"改期 catalogue/anquan-city", listed)
    found = tasks(office)
    assert found[CATALOGUE]["target"] == "2026-12-31"
    assert found["catalogue/wanghe-county/once"]["target"] == "2027-01-29"


def test_a_superseded_row_stands_beside_its_successor_and_says_so(office):
    office.at("2026-11-23T10:00")
    rows = {t["obligation"]: t for t in tasks(office).values() if t["obligation"].startswith("meet")}
    assert (rows["meet-2017"]["period"], rows["meet-2017"]["target"]) == ("2026", "2026-12-31")
    assert (rows["meet-2019"]["period"], rows["meet-2019"]["target"]) == ("2027", "2027-06-30")
    assert "meet-2019" in office("why", "meet-2017/prefecture-office/2026").stdout
    assert "meet-2017" not in {t.partition("/")[0] for t in tasks(office.at("2027-12-01T10:00"), "--state", "open")}


@pytest.mark.parametrize(("at", "said"), [("2026-11-19", "时间是2026-11-20"), ("2026-11-20", "没有新的内容")])
def test_an_event_is_not_told_twice_and_its_clock_not_moved_by_a_slip(office, at, said):
    event(office, "document.issued", "CJ-9", "2026-11-20", "--unit", "wanghe-county")
    again = office("event", "document.issued", "--ref", "CJ-9", "--at", at, "--unit", "wanghe-county")
    assert (again.exit_code, said in again.stderr) == (3, True)
