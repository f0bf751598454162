"""The duty roster at the keyboard: what is checked, what an editor is told, whom the plan and a mail name."""

from __future__ import annotations

import json

import pytest

ROWS = "日期,带班领导,值班员,电话,邮箱\n2026/11/23,许文,胡波,,\n2026/11/24,许文,马远,,zhiban@example.gov.cn\n"
LADDER = "ladders:\n  hours: {clock: any, remind: [4h], escalate: [{before: 2h, to: duty}]}\nobligations:\n"


@pytest.fixture
def office(office):
    office.edit("units:\n", "include: [duty.csv]\nunits:\n")
    office.edit("obligations:\n", LADDER)
    office.edit("due: {within: 5wd, after: document.issued}", "due: {within: 24h, after: document.issued}")
    (office.folder / "duty.csv").write_bytes(ROWS.encode("gb18030"))
    return office.at("2026-11-23T10:00")


def test_check_and_doctor_tell_of_the_days_without_anybody_and_where_to_write_them(office):
    found = office("check")
    assert found.exit_code == 0
    assert "duty.csv:3:1: warning[duty-gap] 2026-11-25至2026-12-06没有排值班员" in found.stdout
    assert office("check", "--strict").exit_code == 1
    assert "2026-11-25至2026-12-06没有排值班员" in office("doctor").stdout


def test_a_mistake_in_the_roster_is_an_error_of_the_table(office):
    (office.folder / "duty.csv").write_text(ROWS.replace("胡波", "胡博"), encoding="utf-8")
    found = office("check")
    assert (found.exit_code, "duty.csv:2:15: error[unknown-person] 没有人员“胡博”" in found.stdout) == (1, True)


def test_the_plan_and_the_mail_name_who_is_on_duty_at_the_hour(office):
    words = ("--unit", "changji-city", "--ref", "N-1", "--at", "2026-11-23T03:00")
    assert office("event", "document.issued", *words).exit_code == 0
    plan = json.loads(office("plan", "--from", "2026-11-23", "--to", "2026-11-24", "--format", "json").stdout)
    (task,) = [t for t in plan["tasks"] if t["task"] == "publish/changji-city/N-1"]
    (duty,) = [n for n in task["notices"] if n["step"] == "escalate-before-2h"]
    assert (duty["at"], duty["to"]) == ("2026-11-24T01:00:00+08:00", ["duty:2026-11-24"])
    office.edit("  admin: he.ping\n", '  admin: he.ping\n  handover: "08:30"\n')
    mail = json.loads(office("preview", "publish/changji-city/N-1#escalate-before-2h", "--format", "json").stdout)
    assert mail["to"].startswith("胡波")
    assert "本邮件送2026年11月23日值班员，带班领导许文。" in mail["text"]


def test_an_editor_is_told_of_it(office):
    schema = json.loads(office("schema").stdout)
    assert schema["properties"]["duty"]["items"] == {"$ref": "#/$defs/DutyDay"}
    assert set(schema["$defs"]["DutyDay"]["properties"]) == {"date", "person", "lead", "phone", "email"}
    assert "handover" in schema["$defs"]["Office"]["properties"]
