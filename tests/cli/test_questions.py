from __future__ import annotations

import json

import pytest

from scheduler.reports.text import cells


def test_a_sound_table_passes_with_a_warning_for_the_missing_notice(office):
    result = office("check")
    assert result.exit_code == 0
    assert result.stdout.startswith("warning[calendar-next-year]")
    assert office("check", "--strict").exit_code == 1
    assert office.files == {"obligations.yaml"}


def test_before_november_nobody_misses_the_notice(office):
    office.at("2026-10-31T10:00")
    assert (office("check").stdout, office("check", "--strict").exit_code) == ("", 0)


def test_a_problem_has_its_place_its_code_and_a_hint(office):
    office.edit("owed_by: event.unit", "owned_by: event.unit")
    result = office("check", str(office.table))
    lines = result.stdout.splitlines()
    row = 1 + office.table.read_text(encoding="utf-8").split("owned_by: event.unit")[0].count("\n")
    (at,) = [n for n, line in enumerate(lines) if line.startswith(f"{office.table}:{row}:5: error[unknown-key] ")]
    assert result.exit_code == 1
    assert lines[at + 1].startswith("  hint: ")
    assert any("error[owner-missing] 未指定承办人" in line for line in lines)


def test_problems_in_json(office):
    office.edit("owed_by: event.unit", "owned_by: event.unit")
    problem = json.loads(office("check", "--format", "json").stdout)["problems"][0]
    assert list(problem) == ["file", "line", "column", "level", "code", "message", "hint"]
    assert (problem["column"], problem["level"]) == (5, "error")


def test_a_missing_table_is_a_problem(office):
    result = office("check", "nowhere.yaml")
    assert (result.exit_code, "error[file-missing]" in result.stdout) == (1, True)


@pytest.mark.parametrize("words", [("status",), ("plan",), ("where",), ("jobs",), ("why", "a/b/c"), ("run", "--once")])
def test_every_command_on_a_broken_table_names_its_problems(office, words):
    office.edit("kind: county", "knid: county")
    result = office(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "error[unknown-key]" in result.stderr


def test_where_accounts_for_every_row_of_the_documents(office):
    found = json.loads(office("where", "--format", "json").stdout)
    assert (found["rows"], found["tracked"], found["not_tracked"]) == (6, 4, 2)
    assert found["by"] == {"办文流程": 2}
    assert found["gaps"][:2] == ["000-05", "000-06"]
    by_ref = {row["ref"]: row for row in found["refs"]}
    assert (by_ref["000-18"]["obligations"], by_ref["000-01"]["by"]) == (["annual-report"], "办文流程")


def test_where_for_people_counts_and_lists(office):
    lines = office("where").stdout.splitlines()
    assert lines[0] == "文件事项共6条：自动提醒4条，不列入自动提醒2条。"
    assert "不列入自动提醒，不等于不履行" in lines[1]
    assert [line for line in lines[4:] if cells(line) > 80] == []


def test_why_leads_to_the_date_in_numbered_steps(office):
    lines = office("why", "annual-report/changji-city/2026").stdout.splitlines()
    assert lines[1].startswith("1. ")
    assert any("2027-01-29" in line for line in lines)
    assert office.files == {"obligations.yaml"}


def test_why_reaches_as_far_as_the_period_does(office):
    assert "2029-01-31" in office("why", "annual-report/changji-city/2028").stdout


def test_why_of_an_unknown_task_is_a_mistake(office):
    result = office("why", "annual-report/changji/2026")
    assert (result.exit_code, "annual-report/changji-city/2026" in result.stderr) == (2, True)


def test_a_year_of_the_calendar_fits_on_one_screen(office):
    result = office("calendar", "show", "2026")
    lines = result.stdout.splitlines()
    assert any("14+15." in line for line in lines)  # Saturday 14 February works
    assert any("16*17*18*" in line for line in lines)
    assert any("29?30?31?" in line for line in lines)  # after 28 December
    assert [line for line in lines if cells(line) > 80] == []


def test_a_year_of_the_calendar_in_json(office):
    found = json.loads(office("calendar", "show", "2026", "--format", "json").stdout)
    days = {day["date"]: day for day in found["days"]}
    assert len(days) == 365
    assert (days["2026-02-14"]["works"], days["2026-02-14"]["kind"]) == (True, "make-up")
    assert days["2026-12-29"]["status"] == "provisional"


def test_the_calendar_of_a_region(office):
    found = json.loads(office("calendar", "show", "2026", "--region", "CN-XJ", "--format", "json").stdout)
    assert found["region"] == "xinjiang"
    assert office("calendar", "show", "2026", "--region", "atlantis").exit_code == 2
    assert office("calendar", "show", "1999").exit_code == 2
    assert "2004至2050" in office("calendar", "show", "1999").stderr


def test_audit_alone_says_what_there_is(office):
    said = office("audit")
    assert (said.exit_code, said.stderr) == (0, "")
    assert said.stdout == office("audit", "--help").stdout


def test_the_journal_verifies_and_exports(office):
    office("event", "document.issued", "--unit", "changji-city", "--ref", "A", "--at", "2026-11-20")
    found = json.loads(office("audit", "verify", "--format", "json").stdout)
    assert (found["sound"], found["seq"], found["fault"]) == (True, 1, None)
    assert office("audit", "verify", "--head", found["head"]).exit_code == 0
    cut = office("audit", "verify", "--head", "2:" + "0" * 64)
    assert cut.exit_code == 1
    exported = [json.loads(line) for line in office("audit", "export").stdout.splitlines()]
    assert [(fact["seq"], fact["kind"]) for fact in exported] == [(1, "event")]
    path = office.folder / "facts.jsonl"
    assert office("audit", "export", "-o", str(path)).exit_code == 0
    assert path.read_text(encoding="utf-8") == office("audit", "export").stdout


def test_what_readers_see_fits_into_eighty_columns(office):
    office("event", "document.issued", "--unit", "changji-city", "--ref", "A", "--at", "2026-11-20")
    office("done", "publish/changji-city/A", "--evidence", "https://www.example.gov.cn/zwgk/2026/11/23/" + "0" * 60)
    for words in (["why", "publish/changji-city/A"], ["audit", "log"], ["audit", "verify"], ["status"]):
        for lang in ("zh", "en"):
            assert max(map(cells, office(*words, "--lang", lang).stdout.splitlines())) <= 80, words


@pytest.mark.parametrize("name", ["log", "verify", "export"])
def test_an_audit_without_a_database_makes_none(name, office):
    result = office("audit", name)
    assert (result.exit_code, result.stderr.startswith("error[database-missing]")) == (4, True)
    assert office.files == {"obligations.yaml"}


def test_a_database_that_cannot_be_opened_is_exit_code_4(office):
    (office.folder / "state").mkdir()
    (office.folder / "state" / "duban.db").write_bytes(b"this is no database at all, but long enough" * 40)
    result = office("status")
    assert result.exit_code == 4
    assert result.stderr.startswith("error[database-")


def test_jobs_are_those_of_the_table_next_first(office):
    found = json.loads(office("jobs", "--format", "json").stdout)["jobs"]
    assert {job["obligation"] for job in found} <= {"annual-report", "interpret", "publish"}
    assert [job["next"] for job in found] == sorted(job["next"] for job in found)


def test_doctor_names_what_is_missing_and_passes(office):
    result = office("doctor")
    assert result.exit_code == 0
    assert "数据库：warning[database-missing]" in result.stdout
    assert office.files == {"obligations.yaml"}


def test_doctor_fails_on_a_broken_table(office):
    office.edit("kind: county", "knid: county")
    checks = {c["check"]: c["ok"] for c in json.loads(office("doctor", "--format", "json").stdout)["checks"]}
    assert checks["table"] is False
    assert office("doctor").exit_code == 1


def test_the_schema_is_json(office):
    assert json.loads(office("schema").stdout)["type"] == "object"


def test_the_bare_calendar_is_this_year(office):
    assert office("calendar").stdout == office("calendar", "show", "2026").stdout


def test_a_notice_is_linted_with_its_places(office):
    path = office.folder / "notice.txt"
    text = "国务院办公厅关于2027年部分节假日安排的通知\n元旦：1月1日（周六）至3日（周日）放假。\n"  # a Friday
    path.write_bytes(text.encode("gb18030"))
    result = office("calendar", "lint", str(path))
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{path}:2:")


def test_the_years_on_file_have_no_errors(office):
    problems = json.loads(office("calendar", "lint", "--format", "json").stdout)["problems"]
    assert {problem["level"] for problem in problems} <= {"warning"}
    missing = office("calendar", "lint", "--year", "2027")
    assert (missing.exit_code, missing.stdout.startswith("warning[notice-missing]")) == (0, True)


def test_a_file_that_is_not_there_is_a_problem(office):
    result = office("calendar", "lint", "nowhere.txt")
    assert (result.exit_code, result.stderr.startswith("error[file] 无法读写 nowhere.txt")) == (1, True)
