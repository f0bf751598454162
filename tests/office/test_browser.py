"""The pages in a real Chromium: what it reads, what it prints, what a window shows."""

from __future__ import annotations

import re

import pytest

PAGES = ("status.html", "wall.html", "yearplan.html")
WINDOW = 1366, 768
PAPER = {"status.html": {(297, 210)}, "wall.html": {(420, 297)}, "yearplan.html": {(297, 210)}}
SAID = {
    "status.html": ("政务公开事项督办情况", "各单位（按台账次序，不排名）", "■", "数据校验码"),
    "wall.html": ("2027年政务公开事项时间表", "放假安排已公布至", "休"),
    "yearplan.html": ("2027年政务公开工作计划", "按个人", "01-25～01-31"),
}
# What a browser of 2013 or a house's old one does not know; without these words the page needs nothing newer.
MODERN = r"display:\s*(flex|grid)|var\(--|@supports|:has\(|:is\(|clamp\(|<script|fetch\(|=>|\bgap:|inset:|aspect-ratio"


@pytest.mark.parametrize("name", PAGES)
def test_the_page_prints_on_its_paper_with_its_words(name, pages, printer):
    paper = pages[name]
    assert paper.sizes == PAPER[name]
    text = "".join(paper.text().split())
    assert [words for words in SAID[name] if "".join(words.split()) not in text] == []
    assert all(embedded for _, embedded in paper.fonts)
    assert printer.lacking(paper.text()) == set()


def test_on_paper_the_overview_stands_side_by_side_and_nothing_waits_for_a_click(pages):
    first = pages["status.html"].text(1, 1)
    assert "各单位" in first
    assert "各类别" in first
    assert "▶" not in pages["status.html"].text()


def test_the_year_is_one_sheet(pages):
    assert pages["wall.html"].count == 1


@pytest.mark.parametrize("name", PAGES)
def test_the_page_asks_for_nothing_new_and_for_no_network(name, files):
    html = files[name].read_text(encoding="utf-8")
    assert re.findall(MODERN, html) == []
    assert re.findall(r"(?:src|href)=\"(?!#)[^\"]*\"", html) == []
    assert "url(" not in html


def test_the_browser_reads_every_task_with_its_history_and_its_reasons(files, printer, sample):
    """Drill-down: from a unit to its row, in the row the task, in the task what was done and sent, and why that day."""
    dom = printer.dom(files["status.html"])
    anchors, targets = set(re.findall(r'href="#(t\d+)"', dom)), set(re.findall(r'id="(t\d+)"', dom))
    assert anchors
    assert anchors <= targets
    task = "annual-report.submit/hutubi-county/2026"
    row = next(part for part in dom.split('<details class="slot"') if task in part)
    assert re.search(r"2027-01-29 \d\d:\d\d 提醒", row)
    assert re.search(r"2027-02-01 \d\d:\d\d 催办", row)
    assert "收文第0131号" in row
    why = sample("2027-02-03T18:00", "why", task).splitlines()
    assert "13. 办理时限：2027-01-29（周五）" in why
    assert "<li>办理时限：2027-01-29（周五）</li>" in row


def test_a_window_of_a_small_screen_shows_the_overview(files, printer, pictures):
    shot = printer.shot(files["status.html"], "status-page.png", WINDOW)
    size = shot.read_bytes()[16:24]
    assert (int.from_bytes(size[:4], "big"), int.from_bytes(size[4:], "big")) == WINDOW
    assert len(shot.read_bytes()) > 20_000  # more than an empty page
    assert (pictures / "status-page.png").exists()


def test_in_a_window_of_1000_most_names_of_units_take_one_line_and_none_takes_three(files, printer, tmp_path):
    """Only the copy has a script, which writes the lines of each name into the page."""
    script = """<script>document.querySelectorAll('.half td.name').forEach(function (cell) {
        var range = document.createRange(); range.selectNodeContents(cell.childNodes[1]);
        var tops = Array.prototype.map.call(range.getClientRects(), function (r) { return Math.round(r.top); });
        cell.setAttribute('data-lines', tops.filter(function (t, i) { return tops.indexOf(t) === i; }).length);
    });</script></body>"""
    html = files["status.html"].read_text(encoding="utf-8")
    copy = tmp_path / "measured.html"
    html = re.sub(r"<meta http-equiv[^>]*>", "", html).replace("</body>", script)
    copy.write_text(html, encoding="utf-8")
    lines = [int(n) for n in re.findall(r'data-lines="(\d)"', printer.dom(copy, (1000, 800)))]
    assert len(lines) > 40
    assert max(lines) <= 2
    assert lines.count(1) > 0.7 * len(lines)


def test_the_year_on_one_sheet_is_pictured(pages, pictures):
    pages["wall.html"].save(1, pictures / "wall.png", 72)
    assert (pictures / "wall.png").stat().st_size > 20_000
