from __future__ import annotations

import io
import json
from fractions import Fraction
from pathlib import Path

import docx
import msgspec
import pytest
from docx.shared import Mm
from mailing.story import at
from msgspec.structs import asdict
from reports.january import CUT_OFF, SCRIPT, expected, plan

from scheduler.mailing.templates import Templates
from scheduler.planning.periods import Period
from scheduler.reports import paper
from scheduler.reports.bulletin import bulletin_of, of_earlier, of_period, traced
from scheduler.reports.figures import Figures, Result, by_unit, percent

SHIPPED = Path(__file__).parents[2] / "templates"
JANUARY = Period.named("2027-01")
LEFT = ("leader-interpretation/sun.li/2026", "staff-training/yunling/2026")  # of last year: nothing is recorded
HEAD = "12-7c1e09d2…a904"


def tasks(now=CUT_OFF):
    return of_period(plan(), JANUARY, now)


def view():
    return bulletin_of(tasks(), plan(), JANUARY, CUT_OFF)


def lines(**changes):
    shown = view()
    context = asdict(shown) | {"head": HEAD} | changes
    return paper.read(Templates(SHIPPED).page("bulletin.txt.j2", context))


def document():
    return docx.Document(io.BytesIO(paper.written(lines(), title="通报", author="办公室", now=CUT_OFF)))


def units():
    return sorted({one.unit for one in SCRIPT})


# -- the figures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", [None, *units()])
def test_every_result_holds_the_tasks_that_the_script_gives_it(unit):
    found = [one for one in tasks() if unit in {None, one.unit}]
    assert {r.value: sorted(t.task.id for t in Figures(tuple(found)).of(r)) for r in Result} == {
        name: sorted(ids) for name, ids in expected(unit).items()
    }


def test_the_rate_leaves_out_what_was_extended_or_waived():
    assert Figures(tasks()).rate == Fraction(4, 10 - 1 - 1)


def test_of_fewer_than_five_tasks_no_rate_is_told():
    assert {unit: held.rate for unit, held in by_unit(tasks(), plan()).items()} == dict.fromkeys(
        ["yunling", "wanghe-county", "shidu-county", "gaoxin", "anquan-city", "xishan-county"]
    )


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (None, "—"),
        (Fraction(52, 57), "91.2%"),
        (Fraction(1, 2), "50%"),
        (Fraction(1), "100%"),
        (Fraction(9999, 10000), "99.9%"),  # not quite all is not all
        (Fraction(1, 9999), "0.1%"),
        (Fraction(0), "0%"),
        (Fraction(1, 16), "6.3%"),
    ],
)
def test_a_rate_has_one_decimal_at_most(rate, text):
    assert percent(rate) == text


def test_what_is_not_due_yet_at_the_cut_off_is_not_counted():
    now = at("2027-01-19T09:00")  # the limit of the 19th has not passed
    assert {one.task.id for one in tasks(now)} == {one.id for one in SCRIPT if one.due.isoformat() < "2027-01-19"}


def test_units_stand_in_the_order_of_the_table_and_not_of_their_results():
    order = [unit.id for unit in plan().register.units]
    assert list(by_unit(tasks(), plan())) == [unit for unit in order if unit in units()]


# -- the words -------------------------------------------------------------------------------------------------------


def test_the_numbers_of_each_line_add_up():
    shown = view()
    for cells in (shown.total, *(row.cells for row in shown.rows), *(unit.cells for unit in shown.units)):
        assert cells.due == cells.on_time + cells.late + cells.open + cells.extended + cells.waived
    for column in ("due", "on_time", "late", "open", "extended", "waived"):
        total = getattr(shown.total, column)
        assert total == sum(getattr(u.cells, column) for u in shown.units)
        assert total == sum(getattr(r.cells, column) for r in shown.rows)


def test_the_text_names_what_is_open_and_by_how_much_the_rest_was_late():
    text = "\n".join(paper.plain(lines()))
    assert "2027年1月到期任务10项，涉及6个单位。按时办结4项，按时率50%；逾期办结2项；尚未办结2项" in text
    assert "望河县人民政府尚未报送2026年度政府信息公开工作年度报告和统计数据。" in text
    assert "云岭高新技术产业开发区管委会已报结，待核实。" in text
    assert "安泉市人民政府于1月20日办结，逾期2个工作日" in text
    assert "公布2026年度政府信息公开工作年度报告（2个单位）规定期限为2027年2月28日（星期日）" in text


def test_it_neither_threatens_nor_ranks_nor_tells_a_title_of_an_event():
    text = "\n".join(paper.plain(lines()))
    for word in (
        "不公开的标题",
        "第一名",
        "排名第",
        "问责",
        "追责",
        "批评",
        "拒不",
        "至今",
        "竟",
        "周敏",
        "林岚",
        "孙立",
    ):
        assert word not in text


def test_a_month_without_tasks_says_so():
    none = bulletin_of((), plan(), JANUARY, CUT_OFF)
    context = asdict(none) | {"head": HEAD, "earlier": 0}
    text = "\n".join(paper.plain(paper.read(Templates(SHIPPED).page("bulletin.txt.j2", context))))
    assert "2027年1月没有到期任务。" in text
    assert "没有逾期办结和尚未办结的任务。" in text


@pytest.mark.parametrize(("label", "words"), [("2027-02", "以前月份到期"), ("2027Q2", "以前到期")])
def test_what_fell_due_before_and_is_open_is_told_in_one_sentence(label, words):
    period = Period.named(label)
    still_open = sorted([*expected(None)["open"], *LEFT])
    earlier = of_earlier(plan(), period, CUT_OFF)
    assert sorted(one.task.id for one in earlier) == still_open
    shown = bulletin_of((), plan(), period, CUT_OFF)
    context = asdict(shown) | {"head": HEAD}
    text = "\n".join(paper.plain(paper.read(Templates(SHIPPED).page("bulletin.txt.j2", context))))
    assert f"此外，{words}、尚未登记办结的{len(still_open)}项。" in text
    assert "没有逾期办结和尚未办结的任务。" not in text
    assert sorted(traced((), plan(), earlier)["earlier"]["tasks"]) == still_open


def test_a_bulletin_with_nothing_left_from_before_says_nothing_of_it():
    assert "此外" not in "\n".join(paper.plain(lines(earlier=0)))


def test_a_stroke_in_a_name_does_not_divide_a_cell():
    assert paper.cells(paper.read("| 1 | 甲｜乙 | |")[0]) == ["1", "甲｜乙", ""]


# -- the document ----------------------------------------------------------------------------------------------------


def test_the_annex_holds_the_numbers_of_the_script():
    table = [[cell.text for cell in row.cells] for row in document().tables[0].rows]
    names = {unit.name: unit.id for unit in plan().register.units}
    for number, row in enumerate(table[1:-1], 1):
        ids = expected(names[row[1]])
        assert row[0] == str(number)
        assert row[2:8] == [str(sum(map(len, ids.values()))), *(str(len(held)) for held in ids.values())]
        assert row[8] == "—"
    assert table[-1][1:9] == ["合计", "10", "4", "2", "2", "1", "1", "50%"]


def test_the_page_and_the_faces_are_those_of_an_official_document():
    made = document()
    section = made.sections[0]
    widths = [section.page_width, section.page_height]
    margins = [section.top_margin, section.bottom_margin, section.left_margin, section.right_margin]
    assert [round(x.mm) for x in widths] == [210, 297]
    assert [round(x.mm) for x in margins] == [37, 35, 28, 26]
    faces = {p.text: p.runs[0]._element.rPr.rFonts.get(docx.oxml.ns.qn("w:eastAsia")) for p in made.paragraphs}
    assert faces["完成情况的通报"] == "方正小标宋简体"
    assert faces["一、总体情况"] == "黑体"
    assert faces["各有关单位："] == "仿宋_GB2312"
    fonts = made.part.part_related_by(docx.opc.constants.RELATIONSHIP_TYPE.FONT_TABLE).blob.decode()
    assert '<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋"/>' in fonts


def test_it_is_a_draft_with_a_check_code_and_an_annex_on_a_page_of_its_own():
    made = document()
    texts = [p.text for p in made.paragraphs]
    assert texts[0].startswith("代拟稿　送：许文副主任　拟稿：政务公开科")
    assert "（此件不公开）" in texts
    assert texts[-1].endswith(f"数据校验码：{HEAD}。")
    annex = next(p for p in made.paragraphs if p.text == "附件")
    assert annex.paragraph_format.page_break_before
    assert made.tables[0].columns[0].cells[0].width == pytest.approx(Mm(11), abs=Mm(1))


# -- the trace -------------------------------------------------------------------------------------------------------


def test_each_cell_is_traced_to_its_tasks():
    found = traced(tasks(), plan())
    for line in found["units"]:
        ids = expected(line["unit"])
        assert {name: sorted(line[name]["tasks"]) for name in ids} == {name: sorted(held) for name, held in ids.items()}
        assert all(line[name]["n"] == len(held) for name, held in ids.items())
    extended = next(one for one in found["tasks"] if one["result"] == "extended")
    assert (extended["due_before_extension"], extended["due"], extended["due_now"][:7]) == (
        *("2027-01-19", "2027-01-19"), "2027-02"
    )  # fmt: skip
    assert json.loads(json.dumps(found)) == found


def test_the_view_holds_no_person_but_those_who_sign():
    names = {person.name for person in plan().register.people}
    said = msgspec.json.encode(view()).decode()
    assert {name for name in names if name in said} == {"何平", "许文"}
