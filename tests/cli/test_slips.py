"""Slips of the pen in a date or a number: refused with what was meant, and nothing is written down."""

from __future__ import annotations

import json

import pytest

ISSUED = ("event", "document.issued", "--unit", "changji-city", "--ref", "CJ-17", "--at", "2026-11-20")  # a Friday
PUBLISH = "publish/changji-city/CJ-17"
REPORT = "annual-report/changji-city/2026"  # covers the year before the one in which it falls due


@pytest.mark.parametrize("word", ["done", "report"])
@pytest.mark.parametrize(
    ("task", "on", "first"),
    [
        (PUBLISH, "2026-11-19", "2026-11-20"),
        (PUBLISH, "2025-11-20", "2026-11-20"),
        (PUBLISH, "2026-11-20", ""),
        (PUBLISH, "2026-11-20T09:00", ""),
        (REPORT, "2025-12-31", "2026-01-01"),
        (REPORT, "2026-01-01", ""),  # long before it opens, in the year that it tells of
    ],
)
def test_nothing_is_done_before_its_event_or_its_period(office, word, task, on, first):
    office(*ISSUED)
    result = office(word, task, "--on", on, "--evidence", "1号")
    assert result.exit_code == (3 if first else 0)
    assert ("done-too-early" in result.stderr) == bool(first)
    assert first in result.stderr


def test_a_line_of_a_file_that_is_done_too_early_is_named(office):
    office(*ISSUED)
    path = office.folder / "facts.csv"
    path.write_text(f"事实,任务,日期\n办结,{PUBLISH},2026-11-01\n")
    result = office("import", str(path))
    assert result.exit_code == 1
    assert "facts.csv:2:" in result.stderr
    assert "done-too-early" in result.stderr


MORE = """\
  - id: explain
    title: 解读规范性文件
    owed_by: event.unit
    due: {with: document.issued}
  - id: brief
    title: 汇报规范性文件公开情况
    owed_by: {kind: county}
    due: {within: 5wd, after: done publish}
  - id: plan-next
    title: 报送年度要点
    owed_by: {kind: county}
    due: {every: year, by: 01-05, roll: preceding}
not_tracked:"""


@pytest.mark.parametrize(
    ("task", "on", "exit_code"),
    [
        ("explain/changji-city/CJ-17", "2026-11-18", 0),  # along with the event: it may be ready before
        ("brief/changji-city/CJ-17", "2026-11-22", 3),  # the task that it follows was done a day later
        ("brief/changji-city/CJ-17", "2026-11-23", 0),
        ("plan-next/changji-city/2027", "2026-11-22", 0),  # it falls due so early that its time begins the year before
        ("plan-next/changji-city/2027", "2025-11-22", 3),
    ],
)
def test_what_a_task_hangs_on_says_from_when_it_may_be_done(office, task, on, exit_code):
    office.edit("not_tracked:", MORE)
    office(*ISSUED)
    office("done", PUBLISH, "--on", "2026-11-23")
    result = office("done", task, "--on", on)
    assert result.exit_code == exit_code
    assert ("done-too-early" in result.stderr) == bool(exit_code)


def test_an_old_event_shows_its_own_tasks_and_no_period_of_other_rows(office):
    def tasks():
        return [one["task"] for one in json.loads(office("status", "--format", "json").stdout)["tasks"]]

    before = tasks()
    old = office("event", "document.issued", "--unit", "changji-city", "--ref", "OLD", "--at", "2016-11-21", "--old")
    assert old.exit_code == 0
    assert sorted(tasks()) == sorted([*before, "publish/changji-city/OLD"])
    office("done", "publish/changji-city/OLD", "--on", "2016-11-22")
    assert sorted(tasks()) == sorted([*before, "publish/changji-city/OLD"])


@pytest.mark.parametrize(
    ("at", "words", "exit_code"),
    [
        ("2016-11-21", (), 3),
        ("2025-11-22", (), 3),
        ("2025-11-23", (), 0),  # a year ago to the day
        ("2016-11-21", ("--old",), 0),
        ("2016-11-21", ("--planned",), 0),  # it is told of as planned, and may have been put off since
    ],
)
def test_an_event_of_more_than_a_year_ago_is_meant_only_if_one_says_so(office, at, words, exit_code):
    result = office("event", "document.issued", "--unit", "changji-city", "--ref", "OLD", "--at", at, *words)
    assert result.exit_code == exit_code
    assert ("event-long-ago" in result.stderr) == bool(exit_code)
    assert ("--old" in result.stderr) == bool(exit_code)


@pytest.mark.parametrize(("old", "exit_code"), [("", 1), ("是", 0)])
def test_a_file_says_of_an_old_event_that_its_year_is_right(office, old, exit_code):
    path = office.folder / "facts.csv"
    path.write_text(f"事实,事件,编号,单位,日期,往年\n登记事件,document.issued,OLD,changji-city,2016-11-21,{old}\n")
    result = office("import", str(path))
    assert result.exit_code == exit_code
    assert ("facts.csv:2:" in result.stderr) == bool(exit_code)
    assert ("往年" in result.stderr) == bool(exit_code)


def test_what_is_returned_is_returned_for_a_reason(office):
    office(*ISSUED)
    office("report", PUBLISH)
    result = office("return", PUBLISH)
    assert (result.exit_code, "--reason" in result.stderr) == (2, True)
    path = office.folder / "facts.csv"
    path.write_text(f"事实,任务\n退回,{PUBLISH}\n")
    result = office("import", str(path))
    assert (result.exit_code, "理由（reason）" in result.stderr) == (1, True)
    assert office("return", PUBLISH, "--reason", "格式不符").exit_code == 0


STAFF = """\
  - id: staff
    title: 配备网站工作专门人员
    owed_by: {kind: county}
    measure: {of: website-staff, at_least: 2, check: {every: year, by: 03-31}}
not_tracked:"""


def test_a_number_that_must_hold_is_recorded_with_the_number(office):
    office.edit("not_tracked:", STAFF)
    office.edit("records:\n", "records:\n  - {id: website-staff, title: 网站工作人员数}\n")
    said = ("record", "website-staff", "--unit", "changji-city", "--on", "2026-11-20")
    result = office(*said)
    assert (result.exit_code, "指标要写 --value" in result.stderr) == (2, True)
    path = office.folder / "facts.csv"
    path.write_text("事实,记录,单位,日期\n记录,website-staff,changji-city,2026-11-20\n")
    result = office("import", str(path))
    assert (result.exit_code, "facts.csv:2:" in result.stderr, "“数值”" in result.stderr) == (1, True, True)
    assert office(*said, "--value", "0").exit_code == 0
    assert office("record", "interpretation", "--person", "sun.li").exit_code == 0  # what is counted needs none


@pytest.mark.parametrize(("begins", "exit_code"), [("2026-11-21", 3), ("2026-11-20", 0)])
def test_a_unit_has_no_events_before_it_exists(office, begins, exit_code):
    office.edit("- id: changji-city\n", f"- id: changji-city\n    from: {begins}\n")
    result = office(*ISSUED)
    assert (result.exit_code, "unit-not-yet" in result.stderr) == (exit_code, bool(exit_code))
