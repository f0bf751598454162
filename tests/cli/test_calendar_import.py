"""A notice for 2027 in the form of the real ones; what it arranges is invented (31 January, a Sunday, is worked)."""

from __future__ import annotations

import json

import pytest

NOTICE = """\
国务院办公厅关于2027年部分节假日安排的通知
国办发明电〔2026〕99号

一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（周五）至11日（周四）放假调休，共7天。1月31日（周日）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。4月25日（周日）上班。
五、端午节：6月9日（周三）放假，共1天。
六、中秋节：9月15日（周三）放假，共1天。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。

国务院办公厅
2026年11月20日
"""
TASK = "annual-report/changji-city/2026"


@pytest.fixture
def notice(office):
    path = office.folder / "2027.txt"
    path.write_text(NOTICE, encoding="utf-8")
    return str(path)


def target(office, *words):
    tasks = json.loads(office("status", "--format", "json", *words).stdout)["tasks"]
    found = next(t for t in tasks if t["task"] == TASK)
    return found["target"], found["provisional"]


def test_a_dry_run_shows_the_moves_and_changes_nothing(office, notice):
    result = office("calendar", "import", notice, "--dry-run")
    assert result.exit_code == 0
    assert "annual-report/…/2026（changji-city、wanghe-county）\n  办理时限2027-01-29 → 2027-01-31" in result.stdout
    assert target(office) == ("2027-01-29", True)
    assert office.files == {"obligations.yaml", "2027.txt"}


def test_without_a_yes_nothing_is_imported(office, notice):
    result = office("calendar", "import", notice)
    assert (result.exit_code, result.stderr.startswith("error[not-confirmed]")) == (3, True)
    assert target(office) == ("2027-01-29", True)


def test_an_imported_notice_settles_the_year(office, notice):
    assert office("calendar", "import", notice, "--yes", "--by-whom", "he.ping").exit_code == 0
    assert target(office) == ("2027-01-31", False)
    assert office("check", "--strict").exit_code == 0
    assert "31+" in office("calendar", "show", "2027").stdout
    (fact,) = map(json.loads, office("audit", "log", "--format", "jsonl").stdout.splitlines())
    assert (fact["kind"], fact["by"], fact["data"]["number"]) == ("calendar", "he.ping", "国办发明电〔2026〕99号")
    assert office("audit", "verify").exit_code == 0


def test_the_past_does_not_know_a_notice_imported_later(office, notice):
    office("calendar", "import", notice, "--yes")
    assert target(office, "--as-of", "2026-11-22") == ("2027-01-29", True)


def test_an_import_can_be_voided(office, notice):
    office("calendar", "import", notice, "--yes")
    assert office("void", "1", "--reason", "文件不是正式通知").exit_code == 0
    assert target(office) == ("2027-01-29", True)


def test_a_notice_with_an_error_is_not_imported(office, notice):
    (office.folder / "2027.txt").write_text(NOTICE.replace("6月9日（周三）", "6月9日（周四）"), encoding="utf-8")
    result = office("calendar", "import", notice, "--yes", "--format", "json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["imported"]) == (1, False)
    assert found["problems"][0]["line"] == 8
    assert office.files == {"obligations.yaml", "2027.txt"}


def test_against_running_shows_what_the_daemon_has_not_taken_in_yet(office, notice):
    office("run", "--once")
    office("calendar", "import", notice, "--yes")
    compared = json.loads(office("plan", "--against", "running", "--format", "json").stdout)["tasks"]
    (moved,) = [task for task in compared if task["task"] == TASK]
    assert (moved["old"]["target"], moved["new"]["target"]) == ("2027-01-29", "2027-01-31")
    assert (moved["old"]["provisional"], moved["new"]["provisional"]) == (True, False)
    assert moved["reason"] == "国办发明电〔2026〕99号：2027-01-31（周日）改为上班"
    office("run", "--once")
    assert "没有变" in office("plan", "--against", "running").stdout


def test_date_counts_by_an_imported_notice_and_says_what_it_rests_on(office, notice):
    question = ("date", "end of 2027-01 roll preceding")
    assert "2027-01-29（周五） 工作日，暂定" in office(*question).stdout
    office("calendar", "import", notice, "--yes")
    assert office(*question).stdout.strip() == "2027-01-31（周日） 工作日"
    assert "国办发明电〔2026〕99号" in office(*question, "--explain").stdout
    assert "暂定" in office(*question, "--as-of", "2026-11-19").stdout
    asked = json.dumps({"id": 1, "expr": question[1]})
    assert json.loads(office("date", "--batch", stdin=asked).stdout)["date"] == "2027-01-31"


def test_the_same_notice_again_is_no_news(office, notice):
    office("calendar", "import", notice, "--yes")
    again = office("calendar", "import", notice, "--yes", "--format", "json")
    assert (again.exit_code, json.loads(again.stdout)["imported"]) == (0, False)


def test_a_notice_of_tomorrow_is_refused(office, notice):
    result = office("calendar", "import", notice, "--yes", "--published", "2049-01-01")
    assert (result.exit_code, "notice-future" in result.stderr) == (1, True)
