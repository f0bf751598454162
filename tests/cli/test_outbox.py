from __future__ import annotations

import json
import re

import pytest

ASKED = "annual-report/changji-city/2025#escalate-after-5wd"


def notices(office):
    return json.loads(office("outbox", "--tomorrow", "--format", "json").stdout)["notices"]


def test_tomorrow_shows_what_will_go_before_it_goes(office):
    office.at("2026-12-30T10:00")
    found = notices(office)
    assert ("annual-report/changji-city/2026#remind-20wd", "2026-12-31T09:00:00+08:00") in [
        (n["notice"], n["at"]) for n in found
    ]
    assert "  提醒  周敏  annual-report/changji-city/2026#remind-20wd\n" in office("outbox", "--tomorrow").stdout
    assert office.files == {"obligations.yaml"}


def test_a_withdrawn_notice_does_not_go(office):
    office.at("2026-12-30T10:00")
    name = "annual-report/changji-city/2026#remind-20wd"
    assert office("withdraw", name, "--reason", "已电话联系").exit_code == 0
    assert name not in [n["notice"] for n in notices(office)]
    again = office("withdraw", name, "--reason", "x")
    assert (again.exit_code, again.stderr.startswith("error[already-withdrawn]")) == (3, True)


def test_only_a_step_that_asks_is_released(office):
    assert office("release", ASKED).exit_code == 0
    again = office("release", ASKED)
    assert (again.exit_code, again.stderr.startswith("error[already-released]")) == (3, True)
    other = office("release", "annual-report/changji-city/2026#chase-1")
    assert (other.exit_code, other.stderr.startswith("error[needs-no-release]")) == (3, True)


def test_an_unknown_step_is_answered_with_those_there_are(office):
    result = office("withdraw", "annual-report/changji-city/2026#remind-3wd", "--reason", "x")
    assert result.exit_code == 2
    assert "remind-5wd" in result.stderr


def test_a_notice_can_be_looked_at_as_a_mail(office):
    result = office("preview", "annual-report/changji-city/2026#remind-20wd")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "收件人：周敏" in result.stdout
    assert "【提醒】" in result.stdout
    assert office.files == {"obligations.yaml"}


def test_a_sent_notice_can_no_longer_be_withdrawn(office):
    office.at("2026-12-31T09:00")
    office("run", "--once")
    result = office("withdraw", "annual-report/changji-city/2026#remind-20wd", "--reason", "x")
    assert (result.exit_code, result.stderr.startswith("error[notice-settled]")) == (3, True)


def test_the_outbox_is_empty_where_nothing_waits(office):
    assert office("outbox").stdout == "没有待发的邮件。\n"
    assert json.loads(office("outbox", "--format", "json").stdout) == {
        "messages": [],
        "held": [],
        "awaiting_release": [],
    }


def test_run_once_sends_what_is_owed_and_says_how_much(office):
    office.at("2026-12-31T09:00")
    result = office("run", "--once")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("已发出")
    assert office("run", "--once").stdout.startswith("已发出0封")


def test_a_mail_server_that_cannot_be_reached_is_exit_code_4(office):
    office.at("2026-12-31T09:00")
    result = office("run", "--once", DUBAN_SMTP="smtp://127.0.0.1:1")
    assert result.exit_code == 4
    assert "error[mail-waiting]" in result.stderr
    waiting = json.loads(office("outbox", "--format", "json").stdout)["messages"]
    assert waiting
    heads, first, *_ = office("outbox").stdout.splitlines()
    assert heads.split() == ["时间", "状态", "收件人", "通知数", "原因"]
    assert first.startswith("12-31 09:00  待重发  胡波")


def test_a_warning_that_waits_says_of_what_it_is_and_why_it_waits(office):
    office("run", "--once")
    office.edit("version: 1", "version: [1")
    office("run", "--once", DUBAN_SMTP="smtp://127.0.0.1:1")
    (line,) = [line for line in office("outbox").stdout.splitlines() if "待重发" in line]
    error = json.loads(office("outbox", "--format", "json").stdout)["messages"][0]["error"]
    assert "  table " in line
    assert f"table {error}".startswith(line.rpartition("  ")[2].strip().removesuffix("…"))


def test_an_escalation_whose_moment_has_passed_is_shown_for_as_long_as_it_can_be_released(office):
    office.at("2026-01-05T10:00")
    office("run", "--once")
    office.at("2026-02-09T15:00")
    office("run", "--once")
    asked = {"annual-report/changji-city/2025", "annual-report/wanghe-county/2025"}
    asked = [f"{task}#escalate-after-5wd" for task in sorted(asked)]
    assert json.loads(office("outbox", "--format", "json").stdout)["awaiting_release"] == asked
    for words in (("outbox",), ("outbox", "--tomorrow"), ("status",)):
        said = office(*words).stdout
        assert "等待放行2个" in said
        assert all(name in said for name in asked)
    assert "等待放行1个" in office("status", "--tree", "changji-city").stdout
    assert office("release", asked[0]).exit_code == 0
    assert json.loads(office("status", "--format", "json").stdout)["awaiting_release"] == asked[1:]
    done = office("done", "annual-report/wanghe-county/2025", "--evidence", "收文第7号")
    assert done.exit_code == 0, done.stderr + str(done.exception)
    assert "等待放行" not in office("status").stdout + office("outbox").stdout


@pytest.mark.parametrize(("later", "said"), [("2026-12-31T23:00", False), ("2027-01-04T08:00", True)])
def test_a_daemon_that_does_not_run_is_noticed(office, later, said):
    office.at("2026-12-31T09:00")
    office("run", "--once")
    office.at(later)
    for command in ("status", "outbox", "doctor"):
        assert ("督办程序最近一天运行是2026-12-31" in office(command).stdout) is said, command


def test_what_no_server_takes_stands_in_status(office):
    office.at("2026-12-31T09:00")
    office("run", "--once", DUBAN_SMTP="smtp://127.0.0.1:9")
    assert re.search("有[1-9]封邮件没有发出，最近的\n?原因：Connection refused", office("status").stdout)
