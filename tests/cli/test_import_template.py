"""An empty spreadsheet for the import: what is filled into it is read."""

from __future__ import annotations

import json
from datetime import date

import pytest
from openpyxl import load_workbook

from scheduler.planning.sheet import HEADS


@pytest.fixture
def path(office):
    path = office.folder / "登记.xlsx"
    assert office("import", "--template", str(path)).exit_code == 0
    return path


def test_what_is_filled_in_is_entered(office, path):
    book = load_workbook(path)
    sheet = book.worksheets[0]
    at = {cell.value: cell.column for cell in sheet[1]}
    for row, said in enumerate(
        (
            {
                "事实": "登记事件",
                "事件": "规范性文件印发",
                "单位": "安泉市人民政府",
                "编号": "CJ-1",
                "日期": date(2026, 11, 20),
            },
            {"事实": "签收", "事项": "规范性文件公开发布", "单位": "安泉市人民政府", "编号": "CJ-1"},
        ),
        2,
    ):
        for head, value in {"单位": "安泉市人民政府", "编号": "CJ-1", **said}.items():
            sheet.cell(row, at[head], value)
    book.save(path)
    said = office("import", str(path))
    assert (said.exit_code, said.stdout) == (0, "已登记2条事实：登记事件1条、签收1条\n"), said.stderr


def test_every_column_has_a_heading_an_explanation_and_perhaps_a_list(path):
    book = load_workbook(path)
    facts, told, lists = book.worksheets
    heads = [words[0] for words in HEADS.values()]
    assert [cell.value for cell in facts[1]] == heads
    assert [row[0].value for row in told.iter_rows(min_row=4)] == heads
    assert all(row[1].value and row[2].value for row in told.iter_rows(min_row=5))
    rules = facts.data_validations.dataValidation
    assert len(rules) == len(heads)
    assert all(len(rule.prompt) <= 255 for rule in rules)  # more than that Excel calls damaged
    listed = {rule.sqref.ranges.pop().min_col: rule.formula1 for rule in rules if rule.type == "list"}
    assert [heads[column - 1] for column in sorted(listed)] == ["事实", "事项", "事件", "记录", "单位", "人员"]
    for column, formula in listed.items():
        name, _, cells = formula.partition("!")
        (above,) = (cell for cell in lists[1] if cell.value == heads[column - 1])
        words = [row[0].value for row in lists[cells.replace("$", "")]]
        assert (name, len(words)) == ("'可选'", len(set(words)))
        assert words == [c.value for c in lists[above.column_letter][1:] if c.value]


def test_a_name_that_two_have_is_listed_by_its_id(office):
    office.edit("name: 林岚", "name: 周敏")
    office("import", "--template", str(office.folder / "a.xlsx"))
    words = {cell.value for cell in load_workbook(office.folder / "a.xlsx").worksheets[2]["F"]}
    assert {"zhou.min", "lin.lan", "何平"} <= words


def test_it_speaks_english_and_is_read_all_the_same(office):
    path = office.folder / "facts.xlsx"
    office("import", "--template", str(path), "--lang", "en")
    book = load_workbook(path)
    assert [cell.value for cell in book.worksheets[0][1]] == list(HEADS)
    book.worksheets[0].append(["ack", "annual-report/changji-city/2026"])
    book.save(path)
    assert json.loads(office("import", str(path), "--dry-run", "--format", "json").stdout)["kinds"] == {"ack": 1}


def test_one_that_is_there_may_be_filled_in_and_stays(office, path):
    path.write_bytes(b"filled in")
    refused = office("import", "--template", str(path))
    assert (refused.exit_code, refused.stderr.startswith("error[draft-exists]")) == (3, True)
    assert path.read_bytes() == b"filled in"


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("facts.csv", "--template", "a.xlsx"),
        ("--template", "a.csv"),
        ("--template", "a.xlsx", "--dry-run"),
        ("--template", "a.xlsx", "--by-whom", "he.ping"),
    ],
)
def test_one_says_what_is_wanted(office, monkeypatch, words):
    monkeypatch.chdir(office.folder)
    assert office("import", *words).exit_code == 2
