"""The reports that are files: ledger, status, assessment, the plan of a year."""

from __future__ import annotations

import csv
import io
import json

import pytest
from openpyxl import load_workbook


def tasks(office, *words):
    return [t["task"] for t in json.loads(office("status", "--format", "json", *words).stdout)["tasks"]]


def sheet(path, name):
    return load_workbook(path)[name]


# -- which tasks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--tree", "prefecture-office", "--obligation", "interpret"), "interpret/"),
        (("--unit", "changji-city", "--unit", "wanghe-county", "--period", "2025"), "/2025"),
        (("--person", "sun.li"), "interpret/sun.li/"),
        (("--person", "孙立", "--obligation", "主要负责人解读重要政策"), "interpret/sun.li/"),
        (("--unit", "安泉市政府办", "--obligation", "annual-report"), "annual-report/changji-city/"),
        (("--tree", "望河县人民政府", "--obligation", "annual-report"), "annual-report/wanghe-county/"),
        (("--light", "red", "--obligation", "annual-report"), "annual-report/"),
        (("--category", "未分类", "--state", "overdue"), "annual-report/"),
    ],
)
def test_status_keeps_what_was_asked_for(office, words, part):
    office.edit("name: 安泉市人民政府", "name: 安泉市人民政府\n    aliases: [安泉市政府办]")
    kept = tasks(office, *words)
    assert kept
    assert all(part in task for task in kept)
    assert len(kept) < len(tasks(office))


@pytest.mark.parametrize(
    ("word", "english"),
    [
        (("--state", "逾期"), ("--state", "overdue")),
        (("--state", "OVERDUE"), ("--state", "overdue")),
        (("--state", "办理中", "--state", "待核"), ("--state", "open", "--state", "reported")),
        (("--light", "红"), ("--light", "red")),
        (("--light", "Red"), ("--light", "red")),
    ],
)
def test_a_filter_takes_the_words_that_the_output_says(office, word, english):
    kept = tasks(office, *word)
    assert kept == tasks(office, *english)
    assert kept


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_help_lists_the_words_of_a_filter(office, lang):
    said = "".join(office("status", "--help", "--lang", lang).stdout.split())
    assert all(word in said for word in ("overdue", "red"))
    assert lang == "en" or all(word in said for word in ("逾期", "待核", "红", "灰"))


def test_a_filter_that_is_no_state_names_those_there_are(office):
    said = office("status", "--state", "超期").stderr
    assert "--state 只能是 dormant、未启用" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--tree", "wanghe"), "error[unknown-unit] 台账中没有这个单位：wanghe"),
        (("--person", "sunli"), "error[unknown-person] 台账中没有这个人：sunli"),
        (("--obligation", "interprt"), "error[unknown-obligation] 台账中没有这个事项：interprt"),
        (("--category", "解读"), "error[unknown-category] 台账中没有这个类别：解读"),
        (("--period", "2026Q5"), "error[bad-period] 看不懂期间“2026Q5”"),
    ],
)
def test_a_filter_that_means_nothing_is_a_mistake(office, words, said):
    result = office("status", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[0] == said


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["plan", "--year", "2027"],
        ["assess", "2026"],
        ["assess", "2026", "--explain", "changji-city"],
        ["audit", "log"],
        ["audit", "verify"],
        ["where"],
        ["bulletin", "--month", "2026-10", "--explain"],
    ],
)
def test_json_is_the_same_in_both_languages(office, words):
    office("run", "--once")
    office("done", "annual-report/changji-city/2025", "--evidence", "收文第3号")
    zh, en = (office(*words, "--format", "json", "--lang", lang) for lang in ("zh", "en"))
    assert zh.exit_code == 0
    assert zh.stdout == en.stdout


def test_a_name_that_two_have_is_not_guessed(office):
    office.edit("name: 林岚", "name: 周敏")
    result = office("status", "--person", "周敏")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "error[ambiguous-name] 台账中有2个周敏", "  hint: 写编号：zhou.min、lin.lan"
    ]  # fmt: skip


def test_a_hint_says_that_there_are_more(office):
    hint = office("status", "--person", "nobody").stderr.splitlines()[1]
    assert hint == "  hint: 台账中共有10个，例如：he.ping、xu.wen、zhou.min、hu.bo、an.ping、sun.li、lin.lan、tang.yu"


def test_status_is_written_in_the_form_that_the_file_names(office):
    paths = {form: office.folder / f"情况.{form}" for form in ("xlsx", "csv", "html", "json")}
    for path in paths.values():
        assert office("status", "-o", str(path)).exit_code == 0
    assert paths["json"].read_text(encoding="utf-8") == office("status", "--format", "json").stdout
    assert paths["csv"].read_bytes() == b"\xef\xbb\xbf" + office("status", "--format", "csv").stdout_bytes
    assert sheet(paths["xlsx"], "任务")["A1"].value == "政务公开任务办理情况"
    assert paths["html"].read_text(encoding="utf-8") == office("status", "--format", "html").stdout
    assert paths["html"].read_text(encoding="utf-8") == office("page").stdout


def test_the_past_is_read_from_the_journal_alone(office):
    """The table as it was in force then, not the one on disk now."""
    office("run", "--once")
    office.at("2026-12-01T10:00").edit("title: 规范性文件公开发布", "title: 另一个名称")
    office.edit("quota: {of: interpretation, at_least: 2", "quota: {of: interpretation, at_least: 3")
    office("run", "--once")
    then, now = (
        json.loads(office("status", "--format", "json", *words).stdout) for words in (("--as-of", "2026-11-24"), ())
    )
    required = [
        {t["progress"]["required"] for t in dump["tasks"] if t["obligation"] == "interpret"} for dump in (then, now)
    ]
    assert required == [{2}, {3}]


# -- the files -------------------------------------------------------------------------------------------------------


def test_the_ledger_is_an_excel_file(office):
    path = office.folder / "台账.xlsx"
    result = office("ledger", "-o", str(path))
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"已写入 {path}\n"
    ws = sheet(path, "未分类")
    assert (ws.freeze_panes, ws["B4"].value) == ("D5", "事项")
    ids = next(n for n, cell in enumerate(ws[4], start=1) if cell.value == "任务编号")
    assert {ws.cell(row, ids).value for row in range(5, ws.max_row + 1)} >= set(tasks(office))


def test_the_ledger_is_csv_that_excel_reads_as_chinese(office):
    path = office.folder / "台账.csv"
    assert office("ledger", "--unit", "changji-city", "-o", str(path)).exit_code == 0
    text = path.read_bytes().decode("utf-8-sig")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["责任单位"] for row in rows} == {"安泉市人民政府"}
    assert sorted(row["任务编号"] for row in rows) == sorted(tasks(office, "--unit", "changji-city"))


def test_a_file_goes_into_a_pipe(office):
    content = office("status", "--format", "xlsx").stdout_bytes
    assert load_workbook(io.BytesIO(content)).sheetnames == ["任务"]


@pytest.mark.parametrize(
    "words",
    [("feed",), ("page",), ("status", "--format", "html"), ("ledger",), ("plan", "--year", "2027", "--format", "xlsx")],
)
def test_the_content_of_a_file_floods_no_terminal(office, monkeypatch, words):
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _stream: True)
    result = office(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[0] == "error[output-missing] 这是文件的内容，不显示在屏幕上"


def test_a_file_that_cannot_be_written_is_said_and_leaves_nothing(office):
    result = office("ledger", "-o", str(office.folder / "nowhere" / "a.xlsx"))
    assert result.exit_code == 1
    assert result.stderr.startswith("error[file] 无法读写 ")
    assert office.files == {"obligations.yaml"}


def test_a_device_is_written_to_and_keeps_its_place(office):
    nowhere = office.folder / "nowhere"
    nowhere.symlink_to("/dev/null")
    assert office("ledger", "--format", "csv", "-o", str(nowhere)).exit_code == 0
    assert office("status", "--format", "csv", "-o", str(nowhere)).exit_code == 0
    assert nowhere.is_symlink()


# -- the year --------------------------------------------------------------------------------------------------------


def figures(office, *words):
    return json.loads(office("assess", "2026", "--format", "json", *words).stdout)


def test_an_assessment_knows_nothing_that_was_entered_after_its_freeze(office):
    office.at("2027-01-05T10:00")("record", "interpretation", "--person", "sun.li", "--on", "2026-03-02")
    office("record", "interpretation", "--person", "sun.li", "--on", "2026-05-06")
    before = figures(office, "--freeze", "2027-01-15")
    office.at("2027-01-20T10:00")
    frozen = figures(office, "--freeze", "2027-01-15")
    for day in ("2026-03-03", "2026-06-03"):
        office("record", "interpretation", "--person", "gao.ning", "--on", day)
    assert figures(office, "--freeze", "2027-01-15") == frozen
    assert before["total"] == frozen["total"]
    assert (before["frozen"], frozen["frozen"]) == (False, True)
    assert frozen["total"]["quota_met"]["tasks"] == ["interpret/sun.li/2026"]
    assert figures(office)["total"]["quota_met"]["n"] == 2
    assert (frozen["as_of"], frozen["head"][:2]) == ("2027-01-15T23:59:59+08:00", "2:")


def test_a_freeze_that_is_still_to_come_is_said(office):
    result = office("assess", "2026", "--freeze", "2027-01-15")
    assert result.exit_code == 0
    assert result.stderr.startswith("截止时点2027-01-15还没有到")


def test_an_assessment_can_be_explained_and_written_down(office):
    said = office("assess", "2026", "--explain", "changji-city").stdout.splitlines()
    assert said[0] == "安泉市人民政府：到期任务1项"
    assert "  annual-report/changji-city/2025" in said
    path = office.folder / "考核.xlsx"
    assert office("assess", "2026", "--mid", "-o", str(path)).exit_code == 0
    assert sheet(path, "按单位")["A1"].value == "2026年政务公开任务进度"
    assert office("assess", "2026", "--explain", "changji").exit_code == 2


def test_the_plan_of_a_year_lists_each_week_and_marks_what_is_provisional(office):
    path = office.folder / "计划.xlsx"
    assert office("plan", "--year", "2027", "-o", str(path)).exit_code == 0
    rows = list(sheet(path, "按单位").iter_rows(min_row=4, values_only=True))
    (report,) = [row for row in rows if row[-1] == "annual-report/changji-city/2026"]
    assert report[0:4] == ("安泉市人民政府", "周敏", 4, "01-25～01-31")
    assert (report[4].date().isoformat(), report[5], report[6]) == ("2027-01-29", "周五", "暂定")
    people = [row[1] for row in sheet(path, "按个人").iter_rows(min_row=4, values_only=True) if row[12]]
    assert people == ["周敏", "孙立", "林岚", "高宁"]
    breaks = [b.id for b in sheet(path, "按单位").row_breaks.brk]
    assert breaks == [5]  # the second unit begins on a page of its own
    (hanging,) = list(sheet(path, "随事件").iter_rows(min_row=4, values_only=True))
    assert hanging[:3] == ("规范性文件公开发布", "事件所属的单位", "规范性文件印发后5个工作日内")


def test_a_year_is_planned_once_and_assessed_by_its_plan(office):
    assert "plan" in figures(office)
    assert figures(office)["plan"] is None
    assert "2026年的计划没有冻结" in office("assess", "2026").stdout
    office.at("2027-01-05T10:00")
    said = office("plan", "--year", "2027", "--freeze", "--by-whom", "he.ping")
    assert said.exit_code == 0
    assert said.stdout.startswith("已冻结2027年计划：4项任务，其中暂定4项；第1号记录，摘要")
    again = office("plan", "--year", "2027", "--freeze")
    assert (again.exit_code, "plan-frozen" in again.stderr) == (3, True)
    office("done", "annual-report/changji-city/2026", "--evidence", "收文第3号")
    office.edit("by: end of 01", "by: end of 02")
    found = json.loads(office("assess", "2027", "--format", "json").stdout)["plan"]
    assert (found["seq"], found["planned"]["n"], found["as_planned"]["n"]) == (1, 4, 1)
    assert [(move["planned"], move["due"]) for move in found["moves"]] == [("2027-01-31", "2027-02-28")]
    assert office("assess", "2027", "--format", "json", "--lang", "en").stdout == office(
        "assess", "2027", "--format", "json"
    ).stdout  # fmt: skip
    path = office.folder / "考核.xlsx"
    assert office("assess", "2027", "--mid", "-o", str(path)).exit_code == 0
    assert sheet(path, "计划对照")["A1"].value == "2027年政务公开工作计划完成情况"
    assert office("audit", "verify").exit_code == 0
    assert office("void", "1", "--reason", "漏了一项").exit_code == 0
    assert office("plan", "--year", "2027", "--freeze").exit_code == 0
    assert json.loads(office("assess", "2027", "--format", "json").stdout)["plan"]["seq"] == 4
    assert office("plan", "--freeze").exit_code == 2


def test_the_plan_of_a_year_is_a_page(office):
    office.edit("title: 报送上一年度", "title: <b>报送</b>上一年度")
    path = office.folder / "计划.html"
    assert office("plan", "--year", "2027", "-o", str(path)).exit_code == 0
    page = path.read_text(encoding="utf-8")
    assert "<h3>安泉市人民政府</h3>" in page
    assert "<h3>周敏</h3>" in page
    assert "2027-01-29（周五） <span" in page
    assert "&lt;b&gt;报送&lt;/b&gt;" in page
    assert "http" not in page


def test_the_plan_of_a_year_in_text_is_that_of_its_days(office):
    assert (
        office("plan", "--year", "2027").stdout == office("plan", "--from", "2027-01-01", "--to", "2027-12-31").stdout
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--year", "2027", "--from", "2027-01-01"), "range-twice"),
        (("-o", "a.xlsx"), "year-plan"),
        (("--year", "2027", "-o", "a.pdf"), "output-ending"),
        (("--year", "2027", "--who", "zhou.min", "--format", "html"), "year-plan"),
    ],
)
def test_a_plan_that_cannot_be_meant_is_a_mistake(office, words, code):
    result = office("plan", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"error[{code}]" in result.stderr


# -- the name of a file says what it holds ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        (("ledger", "-o", "a.pdf"), ".xlsx、.csv"),
        (("ledger", "-o", "台账"), ".xlsx、.csv"),
        (("ledger", "--format", "csv", "-o", "a.xlsx"), ".csv"),
        (("status", "-o", "a.pdf"), ".txt、.json、.csv、.xlsx、.html"),
        (("assess", "2026", "-o", "a.txt"), ".xlsx"),
        (("bulletin", "--month", "2026-10", "-o", "a.pdf"), ".docx"),
        (("order", "annual-report/changji-city/2025", "-o", "a.doc"), ".docx"),
        (("feed", "-o", "a.pdf"), ".ics"),
        (("page", "-o", "a.pdf"), ".html"),
        (("audit", "export", "-o", "a.csv"), ".jsonl"),
    ],
)
def test_a_file_is_not_written_under_the_name_of_another_kind(office, monkeypatch, words, allowed):
    monkeypatch.chdir(office.folder)
    before = set(office.folder.iterdir())
    result = office(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "error[output-ending]" in result.stderr
    assert f"文件名要以 {allowed} 结尾" in result.stderr
    assert set(office.folder.iterdir()) == before


def test_a_file_without_an_ending_has_the_format_that_was_asked_for(office):
    path = office.folder / "台账"
    assert office("ledger", "--format", "csv", "-o", str(path)).exit_code == 0
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
