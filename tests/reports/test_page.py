from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from mailing.story import TABLE, Facts, at, notice, plan_at
from msgspec.structs import asdict, replace
from reports.january import CUT_OFF, plan

from scheduler.mailing.templates import Templates
from scheduler.planning.model import FactKind, Light
from scheduler.planning.spoken import STATES
from scheduler.reports.feed import entries
from scheduler.reports.page import LONGEST, SHAPES, page
from scheduler.reports.status import rows, summary
from scheduler.reports.wall import wall
from scheduler.words import Lang

SHIPPED = Path(__file__).parents[2] / "templates"
VOID = {"meta", "br"}


class Reader(HTMLParser):
    """Reads a page strictly: tags that close in order, and what lies in them."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.words, self.addresses = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.addresses += [value for name, value in attrs if name in {"href", "src", "action", "background"}]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def rendered(view, template="page.html.j2"):
    context = asdict(view)
    return Templates(SHIPPED).page(template, context, LONGEST)


def status(**changes):
    return page(rows(plan(), CUT_OFF), plan(), CUT_OFF, head="58:7c1e", **changes)


def test_it_is_one_file_without_script_or_network():
    html = rendered(status())
    read = Reader(html)
    assert {tag for tag, _ in read.tags} & {"script", "link", "img", "iframe", "form", "object"} == set()
    assert all(address.startswith("#") for address in read.addresses)
    assert "http:" not in html
    assert "url(" not in html
    assert "default-src 'none'" in html


def test_the_parts_of_the_head_make_its_total():
    for plan_, now in ((plan(), CUT_OFF), (plan_at(CUT_OFF, Facts()), CUT_OFF)):
        found = rows(plan_, now)
        total, _, parts = summary(((row.standing, 1) for row in found), now.date()).text().partition("，")
        numbers = [int(n) for n in re.findall(r"\d+", re.sub(r"（[^）]*）", "", parts))]
        assert (total, sum(numbers)) == (f"共{len(found)}项", len(found))
        states = Counter(STATES[row.standing.state].text() for row in found)
        assert {part.rstrip("0123456789") for part in re.sub(r"（[^）]*）", "", parts).split("、")} >= set(states)


def test_every_link_leads_to_a_place_on_the_page():
    read = Reader(rendered(status()))
    anchors = [attrs["id"] for _, attrs in read.tags if "id" in attrs]
    assert len(anchors) == len(set(anchors))
    assert {address[1:] for address in read.addresses} <= set(anchors)
    assert read.addresses


def test_the_lights_of_units_and_categories_are_those_of_the_tasks():
    found, tasks = status(), rows(plan(), CUT_OFF)
    lights = list(SHAPES)
    names = {unit.id: unit.name for unit in plan().register.units}
    for one in found.units:
        own = [row.standing.light for row in tasks if names[row.task.bearer.unit] == one.name]
        assert one.numbers == tuple(own.count(light) for light in lights)
    for parts in (found.units, found.categories):
        assert sum(part.total for part in parts) == found.total.total == len(tasks)
    assert [one.name for one in found.units] == [
        u.name for u in plan().register.units if u.name in {n.name for n in found.units}
    ]


def test_a_light_is_a_shape_and_a_word_and_not_colour_alone():
    found = status()
    assert len({light.shape for light in found.lights}) == len({light.word for light in found.lights}) == len(Light)
    text = Reader(rendered(found)).text
    assert all(f"{light.shape} {light.word}" in text for light in found.lights)


def test_the_timeline_counts_targets_by_month():
    found, tasks = status(), rows(plan(), CUT_OFF)
    for month, cells in enumerate(zip(*(cells for _, cells in found.timeline), strict=True), 1):
        due = [row for row in tasks if row.task.dates.target.isoformat()[:7] == f"2027-{month:02}"]
        assert sum(cell.n for cell in cells) == len(due)


def test_a_task_shows_its_history_and_why_it_is_due_when_it_is():
    found = status()
    slot = next(s for s in found.slots if s.title.startswith("报送上一年度") and any("shidu" in t.id for t in s.tasks))
    task = next(task for task in slot.tasks if "shidu" in task.id)
    assert (task.state, task.done_on, task.evidence) == ("逾期办结", "2027-02-02", "收文2026")
    assert [line.text for line in task.history] == ["办结（何平，2027-02-02）：收文2026"]
    assert any("2027-01-31" in step for step in slot.why)
    reply = next(s for s in found.slots if s.title.startswith("答复"))
    assert any("2027-02-18" in step for step in reply.why)
    assert [line.text for line in reply.tasks[0].history] == ["延期（何平，2027-01-15）：需要"]


def test_mail_that_went_stands_in_the_history():
    told = Facts()
    task = next(t for t in plan_at(CUT_OFF).tasks() if t.id == "annual-report.submit/wanghe-county/2026")
    told.mailed("2026-12-31T10:00", notice(plan_at(CUT_OFF), task.id, "remind-20wd"))
    made = plan_at(CUT_OFF, told)
    found = page(rows(made, CUT_OFF), made, CUT_OFF, head=None)
    (line,) = next(t for s in found.slots for t in s.tasks if t.id == task.id).history
    assert (line.at, line.text) == ("2026-12-31 10:00", "提醒 remind-20wd 已发 → 林岚")


def test_all_text_is_escaped():
    table = TABLE.replace("title: 公布上一年度", "title: <script>alert(1)</script>&公布上一年度")
    now = at("2027-01-05T10:00")
    made = plan_at(now, Facts(), table)
    html = rendered(page(rows(made, now), made, now, head="<b>"))
    assert "<script" not in html
    assert "<script>alert(1)</script>&公布" in Reader(html).text
    sheet = rendered(
        wall(entries(made, at("2027-01-01T00:00").date(), now.date().replace(month=12)), made, 2027, "<i>", now),
        "wall.html.j2",
    )
    assert "<script" not in sheet
    assert "<i>" not in sheet


def test_it_speaks_english_too():
    found = status(lang=Lang.EN)
    assert found.lang == "en"
    assert json.dumps([list(found.total.numbers)]) == json.dumps([list(status().total.numbers)])


@pytest.mark.parametrize(("year", "days"), [(2026, 365), (2028, 366)])
def test_the_sheet_of_a_year_has_a_cell_for_each_of_its_days(year, days):
    made = replace(plan())
    sheet = wall((), made, year, "云岭州", CUT_OFF)
    assert sum(cell is not None for row in sheet.rows for cell in row) == days
    assert sheet.rows[30][1] is None  # no 31 February
    assert len(Reader(rendered(sheet, "wall.html.j2")).tags) > days


def test_what_is_paused_stands_apart_on_the_sheet_and_says_so():
    told, task, now = Facts(), "annual-report.submit/wanghe-county/2026", at("2026-12-30T10:00")
    told.add(FactKind.PAUSE, at("2026-12-29T09:00"), task=task, on=date(2026, 12, 29), reason="机构调整")
    made = plan_at(now, told)
    sheet = wall(entries(made, date(2027, 1, 1), date(2027, 12, 31)), made, 2027, "望河州", now)
    found = [due for row in sheet.rows for cell in row if cell for due in cell.due if due.title.startswith("报送")]
    assert [(due.n, due.paused) for due in found] == [(4, False), (1, True)]
    assert "停 报送上一年度" in Reader(rendered(sheet, "wall.html.j2")).text
    (row,) = (row for row in rows(made, now) if row.task.id == task)
    (shown,) = (one for slot in page([row], made, now, head=None).slots for one in slot.tasks)
    assert (shown.light.name, shown.state, shown.next_notice) == ("grey", "暂停计算", "")


def test_the_sheet_shows_what_falls_due_and_which_days_rest():
    made = plan()
    tasks = entries(made, date(2027, 1, 1), date(2027, 12, 31))
    sheet = wall(tasks, made, 2027, "云岭州", CUT_OFF)
    friday, sunday = sheet.rows[28][0], sheet.rows[30][0]
    report = next(due for due in friday.due if due.title.startswith("报送上一年度"))
    assert (report.n, report.provisional, friday.works, sunday.works) == (5, True, True, False)
    assert (sheet.rows[0][0].sign, sheet.rows[0][0].works) == ("休？", False)  # New Year's Day, not announced yet
