"""Drafts, feeds and pages by command: files that are not overwritten, and what the journal knows of them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import docx
import pytest
from icalendar import Calendar

REPORT = "annual-report/changji-city/2026"


@pytest.fixture
def february(office):
    """The office on 3 February 2027: one report came in time, one did not."""
    office.at("2027-01-28T10:00")
    assert office("run", "--once").exit_code == 0
    assert office("done", REPORT, "--evidence", "收文第3号", "--by-whom", "he.ping").exit_code == 0
    return office.at("2027-02-03T18:00")


def drafts(office):
    found = json.loads(office("audit", "log", "--kind", "draft", "--format", "json").stdout)
    return found["facts"]


def test_without_a_file_the_bulletin_is_only_shown(february):
    said = february("bulletin", "--month", "2027-01")
    assert said.exit_code == 0
    assert "2027年1月到期任务2项，涉及2个单位。按时办结1项；逾期办结0项；尚未办结1项。" in said.stdout
    assert drafts(february) == []


def test_the_draft_is_kept_with_the_numbers_behind_it(february):
    file = february.folder / "通报.docx"
    said = february("bulletin", "--month", "2027-01", "-o", str(file), "--by-whom", "he.ping")
    assert said.exit_code == 0
    (fact,) = drafts(february)
    assert (fact["data"]["document"], fact["data"]["label"], fact["by"]) == ("bulletin", "2027-01", "he.ping")
    assert fact["data"]["digest"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert fact["data"]["digest"] in said.stdout
    assert fact["data"]["digest"] in fact["data"]["files"]
    assert len(fact["data"]["files"]) == 2
    assert february("audit", "verify").exit_code == 0
    assert docx.Document(str(file)).tables[0].rows[-1].cells[2].text == "2"


def test_the_code_in_a_bulletin_proves_the_record_to_a_second_program(february):
    """The very program of the docs: the code below the annex holds for the whole record, and not for a cut one."""
    file, facts, verifier = (february.folder / name for name in ("通报.docx", "facts.jsonl", "verify.py"))
    assert february("bulletin", "--month", "2027-01", "-o", str(file)).exit_code == 0
    note = docx.Document(str(file)).paragraphs[-1].text
    code = note.rpartition("数据校验码：")[2].removesuffix("。")
    page = Path(__file__).parents[2] / "docs" / "verify.md"
    verifier.write_text(re.search(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)[1], "utf-8")
    assert february("audit", "export", "-o", str(facts)).exit_code == 0

    def judged() -> tuple[int, str]:
        done = subprocess.run([sys.executable, verifier, facts, code], capture_output=True, check=False, timeout=60)
        return done.returncode, done.stdout.decode().strip()

    assert judged() == (0, "sound")
    assert february("audit", "verify", "--head", code).exit_code == 0
    lines = facts.read_text("utf-8").splitlines(keepends=True)
    facts.write_text("".join(lines[:-2]), "utf-8")
    assert judged() == (1, f"the end is cut off: {len(lines) - 1} was there")


def test_a_draft_that_somebody_may_have_edited_is_not_overwritten(february):
    file = february.folder / "通报.docx"
    file.write_text("改过", encoding="utf-8")
    said = february("bulletin", "--month", "2027-01", "-o", str(file))
    assert (said.exit_code, file.read_text(encoding="utf-8")) == (3, "改过")
    assert "draft-exists" in said.stderr
    assert drafts(february) == []


def test_each_number_is_explained_by_its_tasks(february):
    found = json.loads(february("bulletin", "--month", "2027-01", "--explain", "--format", "json").stdout)
    assert found["total"]["on-time"] == {"n": 1, "tasks": [REPORT]}
    assert found["total"]["open"] == {"n": 1, "tasks": ["annual-report/wanghe-county/2026"]}
    text = february("bulletin", "--month", "2027-01", "--explain").stdout
    assert f"{REPORT}　期限2027-01-31，2027-01-28办结，凭证：收文第3号" in text


def on_time(office, *words):
    said = office("bulletin", "--month", "2027-01", "--format", "json", *words)
    return json.loads(said.stdout)["total"]["on-time"]["n"]


def test_as_of_counts_what_had_been_entered_by_then(february):
    done = february("done", "annual-report/wanghe-county/2026", "--on", "2027-01-29", "--evidence", "收文第4号")
    assert done.exit_code == 0
    assert (on_time(february), on_time(february, "--as-of", "2027-02-02")) == (2, 1)


@pytest.mark.parametrize("month", ["2027-13", "1月", "2027-1"])
def test_a_month_that_nobody_can_read_is_a_mistake(february, month):
    said = february("bulletin", "--month", month)
    assert (said.exit_code, said.stdout) == (2, "")
    assert "bad-period" in said.stderr


def test_an_order_has_the_next_number_of_its_year_and_keeps_it_when_it_is_written_again(february):
    numbers = []
    for name, *words in (("一.docx",), ("二.docx",), ("三.docx", "--new"), ("四.docx",)):
        file = february.folder / name
        assert february("order", "annual-report/wanghe-county/2026", "-o", str(file), *words).exit_code == 0
        texts = [p.text for p in docx.Document(str(file)).paragraphs]
        numbers.append(next(text for text in texts if "督字第" in text))
        form = {row.cells[0].text: row.cells[1].text for row in docx.Document(str(file)).tables[0].rows}
        assert form["责任单位"] == "望河县人民政府"
        assert form["督办事项"] == "报送2026年度政府信息公开工作年度报告"
        assert "规定期限为2027年1月31日（星期日）" in "".join(texts)
        assert "逾期" in "".join(texts)
    assert numbers == [f"〔2027〕督字第{n}号" for n in (1, 1, 2, 2)]
    assert [(f["task"], f["data"]["number"], f["data"]["target"]) for f in drafts(february)] == [
        ("annual-report/wanghe-county/2026", n, "2027-01-29") for n in (1, 1, 2, 2)
    ]


def test_an_order_for_another_day_has_a_number_of_its_own(february):
    def number(name):
        said = february("order", "annual-report/wanghe-county/2026", "-o", str(february.folder / name))
        assert said.exit_code == 0
        return drafts(february)[-1]["data"]["number"]

    assert number("一.docx") == 1
    february.edit("by: end of 01, covers: previous", "by: 01-28, covers: previous")
    assert number("二.docx") == 2


FOREVER = """\
  - id: forever
    title: 迁移旧站
    owed_by: {unit: changji-city}
    due: {by: 2040-12-31, roll: none}
not_tracked:"""


def test_orders_drawn_at_the_same_time_have_numbers_of_their_own(office):
    office.edit("not_tracked:", FOREVER)
    assert (
        office("event", "document.issued", "--unit", "changji-city", "--ref", "A", "--at", "2026-11-20").exit_code == 0
    )
    state = {"DUBAN_TABLE": str(office.table), "DUBAN_STATE": str(office.folder / "state")}
    words = [sys.executable, "-m", "scheduler.cli", "order", "forever/changji-city/once", "--new", "-o"]
    running = [
        subprocess.Popen([*words, str(office.folder / f"{n}.docx")], env=os.environ | state, stdout=subprocess.DEVNULL)
        for n in range(4)
    ]
    assert [one.wait(timeout=120) for one in running] == [0] * 4
    assert sorted(fact["data"]["number"] for fact in drafts(office)) == [1, 2, 3, 4]
    texts = ["".join(p.text for p in docx.Document(str(office.folder / f"{n}.docx")).paragraphs) for n in range(4)]
    assert sorted(text[text.index("督字第") + 3] for text in texts) == list("1234")
    assert office("audit", "verify").exit_code == 0


@pytest.mark.parametrize(("task", "code", "name"), [(REPORT, 3, "nothing-to-order"), ("no/such/task", 3, "")])
def test_what_is_done_or_unknown_is_not_ordered(february, task, code, name):
    file = february.folder / "督办单.docx"
    said = february("order", task, "-o", str(file))
    assert said.exit_code == code or name == ""
    assert said.exit_code > 0
    assert name in said.stderr
    assert not file.exists()


def test_a_feed_is_written_to_a_file_or_shown(february):
    file = february.folder / "安泉.ics"
    assert february("feed", "--unit", "changji-city", "-o", str(file)).exit_code == 0
    events = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    shown = Calendar.from_ical(february("feed", "--unit", "changji-city").stdout_bytes).walk("VEVENT")
    assert {e["uid"] for e in events} == {e["uid"] for e in shown}
    assert events
    assert february("feed", "--unit", "changji-city", "--office").exit_code == 2
    assert february("feed", "--unit", "nowhere").exit_code == 2


def test_a_page_is_a_file_that_can_be_filtered(february):
    file = february.folder / "status.html"
    assert february("page", "--unit", "wanghe-county", "-o", str(file)).exit_code == 0
    html = file.read_text(encoding="utf-8")
    assert "annual-report/wanghe-county/2026" in html
    assert REPORT not in html
    assert "<h1>望河县人民政府2027年" in february("page", "--year", "2027", "--unit", "wanghe-county").stdout


def test_the_record_says_in_words_what_an_edit_of_the_table_changed(february):
    february.edit("title: 规范性文件公开发布", "title: 公开规范性文件")
    assert february("run", "--once").exit_code == 0
    log = february("audit", "log", "--kind", "table")
    assert log.stdout.count("修改事项publish：title") == 1
    (first, second) = json.loads(february("audit", "log", "--kind", "table", "--format", "json").stdout)["facts"]
    assert (first["data"]["changed"], second["data"]["changed"]) == ([], ["修改事项publish：title"])
