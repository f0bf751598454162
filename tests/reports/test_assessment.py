from __future__ import annotations

from datetime import date, datetime, time, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from year_office import FATES, FREEZE, Year, plan, rate

from scheduler.planning.model import BEIJING
from scheduler.reports.assessed import MID_YEAR, YEAR_END, View, book, explained, lines
from scheduler.reports.assessment import Assessment, assess, data
from scheduler.reports.text import cells
from scheduler.reports.workbook import Imprint
from scheduler.reports.xlsx import written
from scheduler.words import Lang

MIDNIGHT = datetime.combine(FREEZE + timedelta(1), time(), BEIJING)
HEAD = "88:" + "ab" * 32
UNITS = ("office", "city", "county")
CATEGORIES = ("统计", "年度报告", "公开", "解读", None)


@pytest.fixture(scope="module")
def year() -> Year:
    return Year()


@pytest.fixture(scope="module")
def found(year: Year) -> Assessment:
    return assess(plan(year, MIDNIGHT), 2025, MIDNIGHT)


@pytest.fixture(scope="module")
def sheets(found: Assessment):
    imprint = Imprint("云岭州人民政府办公室", MIDNIGHT, HEAD, Lang.ZH)
    return load_workbook(BytesIO(written(book(View(found, imprint, YEAR_END)))))


def told(figures: dict[str, object]) -> dict[str, set[str]]:
    """The tasks behind the figures of a piece of JSON, each of which must have the number that stands beside it."""
    for name in ("due", *FATES):
        assert figures[name]["n"] == len(figures[name]["tasks"]) == len(set(figures[name]["tasks"]))
    return {name: set(figures[name]["tasks"]) for name in ("due", *FATES)}


def test_the_script_has_every_fate(year):
    assert {t.fate for t in year.told.values()} == set(FATES)
    assert len(year.told) == 34


def test_the_figures_of_the_office_are_those_of_the_script(year, found):
    total = data(found)["total"]
    assert told(total) == year.expected()
    assert f"{total['rate']:g}%" == rate(year.expected()) == "71%"  # 22 of 34 less 1 extended, 2 waived


@pytest.mark.parametrize("unit", UNITS)
def test_the_figures_of_a_unit_are_those_of_the_script(unit, year, found):
    (shape,) = data(found, unit=unit)["units"]
    assert told(shape) == year.expected(unit)
    assert shape["rate"] == (None if rate(year.expected(unit)) == "—" else float(rate(year.expected(unit))[:-1]))


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_figures_of_a_category_are_those_of_the_script(category, year, found):
    (shape,) = [one for one in data(found)["categories"] if one["category"] == category]
    assert told(shape) == year.expected(category=category)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("category", CATEGORIES)
def test_the_figures_of_a_unit_in_a_category_are_those_of_the_script(unit, category, year, found):
    (shape,) = data(found, unit=unit)["units"]
    cells_ = [one for one in shape["categories"] if one["category"] == category]
    expected = year.expected(unit, category)
    assert [told(one) for one in cells_] == ([expected] if expected["due"] else [])


def test_units_and_categories_stand_in_the_order_of_the_table_and_are_not_ranked(found):
    shape = data(found)
    assert [one["unit"] for one in shape["units"]] == list(UNITS)
    assert [one["category"] for one in shape["categories"]] == list(CATEGORIES)


def test_quotas_and_coverages_are_counted_from_what_was_entered_in_time(found):
    counts = {one["task"]: one for one in data(found)["counts"]}
    assert [(t, c["done"], c["required"], c["met"]) for t, c in counts.items()] == [
        ("talks/lu.he/2025", 2, 2, True),
        ("talks/tang.yu/2025", 1, 2, False),  # the second was entered the day after the freeze
        ("trained/office/2025", 2, 2, True),
    ]
    assert counts["trained/office/2025"]["missing"] == ["zhou.min"]
    total = data(found)["total"]
    assert (total["quota"]["n"], total["quota_met"]["tasks"], total["coverage_met"]["n"]) == (
        2,
        ["talks/lu.he/2025"],
        1,
    )


def test_who_reported_and_waits_is_unfinished_and_named_apart(found):
    total = data(found)["total"]
    assert total["reported"]["tasks"] == ["stats/county/2025-02"]
    assert set(total["reported"]["tasks"]) <= set(total["open"]["tasks"])


def test_an_extension_kept_within_the_year_is_judged_by_its_new_limit(found):
    total = data(found)["total"]
    assert set(total["extensions"]["tasks"]) == {"stats/city/2025-07", "stats/county/2025-10"}
    assert "stats/city/2025-07" in total["on_time"]["tasks"]
    assert total["extended"]["tasks"] == ["stats/county/2025-10"]


def test_what_is_entered_after_the_freeze_changes_nothing(year, found):
    """Five days later the plan knows more; at the freeze it is what it was."""
    later = plan(year, MIDNIGHT + timedelta(days=5))
    assert data(assess(later, 2025, MIDNIGHT + timedelta(days=5))) != data(found)
    again = plan(year, MIDNIGHT)
    assert data(assess(again, 2025, MIDNIGHT)) == data(found)


def test_a_task_belongs_to_the_year_of_its_limit(year):
    at = datetime(2026, 3, 1, 10, tzinfo=BEIJING)
    both = [data(assess(plan(year, at), number, at))["total"] for number in (2025, 2026)]
    assert [("publish/city/P-5" in figures["due"]["tasks"]) for figures in both] == [False, True]
    # The extended one is excused in the first year and judged in the second.
    assert [("stats/county/2025-10" in figures["open"]["tasks"]) for figures in both] == [False, True]


def test_in_mid_year_each_task_of_the_year_is_somewhere_once(year):
    at = datetime(2025, 7, 1, tzinfo=BEIJING)
    total = data(assess(plan(year, at), 2025, at))["total"]
    places = ("ahead_early", "ahead_running", "ahead_not_open", "ahead_aside")
    held = [task for name in (*FATES, *places) for task in total[name]["tasks"]]
    known = {t for t in year.told if not t.startswith("publish")} | {f"publish/city/P-{n}" for n in (1, 2, 3)}
    assert sorted(held) == sorted(known)
    assert set(total["due"]["tasks"]) == {t.task for t in year.told.values() if t.due <= date(2025, 6, 30)}
    assert total["ahead_not_open"]["n"] > 0


def test_the_day_of_the_freeze_is_a_whole_day(year):
    """Tasks due on 31 December count in an assessment frozen on that day."""
    at = datetime(2026, 1, 1, tzinfo=BEIJING)
    total = data(assess(plan(year, at), 2025, at))["total"]
    assert {"talks/tang.yu/2025", "stats/city/2025-12"} <= set(total["open"]["tasks"])


# -- what people see -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [YEAR_END, MID_YEAR], ids=["year-end", "mid-year"])
@pytest.mark.parametrize("lang", Lang)
def test_the_screen_is_eighty_columns_wide(lang, columns, found):
    imprint = Imprint("云岭州人民政府办公室", MIDNIGHT, HEAD, lang)
    said = list(lines(View(found, imprint, columns)))
    assert [line for line in said if cells(line) > 80] == []
    total = next(n for n, line in enumerate(said) if line.startswith("合计" if lang is Lang.ZH else "total"))
    assert "71%" in " ".join(said[total : total + 2]).split()  # the figures stand beside the name, or below it


def test_explain_names_the_tasks_behind_each_figure(year, found):
    said = list(explained(found, "city", Lang.ZH))
    expected = year.expected("city")
    assert said[0] == f"安泉市人民政府：到期任务{len(expected['due'])}项"
    for words, fate in (("按时办结", "on_time"), ("逾期办结", "late"), ("尚未办结", "open"), ("免报", "waived")):
        start = said.index(f"{words}：{len(expected[fate])}项")
        named = {line.strip() for line in said[start + 1 : start + 1 + 2 * len(expected[fate]) : 2]}
        assert named == expected[fate]
    assert said[-1].endswith(f"＝{rate(expected)}")


def test_the_file_says_the_same_figures(year, sheets):
    ws = sheets["按单位"]
    head, *rest = [row for row in ws.iter_rows(values_only=True) if row[1] is not None]
    names = {"office": "州人民政府办公室", "city": "安泉市人民政府", "county": "望河县人民政府"}
    assert head[1:6] == ("责任单位", "到期任务", "按时办结", "逾期办结", "尚未办结")
    for line, unit in zip(rest, (*UNITS, None), strict=True):
        figures = dict(zip(head, line, strict=True))
        expected = year.expected(unit)
        assert figures["责任单位"] == names.get(unit, "合计")
        numbers = [figures[name] for name in ("到期任务", "按时办结", "逾期办结", "尚未办结", "经批准延期", "免报")]
        assert numbers == [len(expected[name]) for name in ("due", *FATES)]
        assert figures["按时率"] == rate(expected)


def test_each_figure_of_the_file_can_be_traced_by_filtering_its_last_sheet(year, sheets):
    ws = sheets["任务明细"]
    rows = [row for row in ws.iter_rows(values_only=True) if row[3] in year.told]
    words = {"on_time": "按时办结", "late": "逾期办结", "open": "尚未办结", "extended": "经批准延期", "waived": "免报"}
    assert {(row[3], row[6]) for row in rows} == {(t.task, words[t.fate]) for t in year.told.values()}
    assert ws.auto_filter.ref == f"A3:J{3 + len(rows)}"


def test_every_sheet_prints_on_a4_across_with_its_header_on_each_page(sheets):
    for ws in sheets.worksheets:
        assert (ws.page_setup.orientation, ws.page_setup.paperSize) == ("landscape", 9)
        assert ws.print_title_rows == "$1:$3"
        assert ws.freeze_panes in {"A4", "C4"}
        assert ws.oddFooter.center.text == "第&P页，共&N页"
        assert ws.oddFooter.right.text == "88-abababab…abab"


def test_in_english_too_the_names_stand_beside_the_figures_on_80_columns(found: Assessment) -> None:
    view = View(found, Imprint("云岭州人民政府办公室", MIDNIGHT, HEAD, Lang.EN), YEAR_END)
    shown = list(lines(view))
    assert max(map(cells, shown)) <= 80
    (heads,) = [line for line in shown if line.startswith("the bearer")]
    assert heads.split()[2:] == [
        "due",
        "time",
        "late",
        "done",
        "check",
        "extended",
        "waived",
        "time",
        "quota",
        "cover",
        "goal",
    ]
