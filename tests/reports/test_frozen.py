from __future__ import annotations

from datetime import date, datetime, time, timedelta
from io import BytesIO

import pytest
import year_office
from msgspec.structs import replace
from openpyxl import load_workbook
from year_office import FREEZE, MONTHS, PAPERS, Year, plan

from scheduler.planning.model import BEIJING, Fact, FactKind
from scheduler.reports import compared
from scheduler.reports.assessed import YEAR_END, View, book
from scheduler.reports.assessment import assess
from scheduler.reports.frozen import Comparison, Frozen, compare, data, in_force, planned, read, written
from scheduler.reports.text import cells
from scheduler.reports.workbook import Imprint
from scheduler.reports.xlsx import written as file_of
from scheduler.words import Lang

MIDNIGHT = datetime.combine(FREEZE + timedelta(1), time(), BEIJING)
IN_JANUARY = datetime(2025, 1, 6, 10, tzinfo=BEIJING)  # a Monday, before anything was written down


@pytest.fixture(scope="module")
def year() -> Year:
    return Year()


@pytest.fixture(scope="module")
def frozen(year: Year) -> Frozen:
    tasks = planned(plan(year, IN_JANUARY), 2025)
    fact = Fact(1, FactKind.FREEZE, IN_JANUARY, None, "he.ping", None, {"year": 2025, "digest": "7c1e" * 16})
    return read(fact, written(2025, tasks))


@pytest.fixture(scope="module")
def found(year: Year, frozen: Frozen) -> Comparison:
    return compare(frozen, assess(plan(year, MIDNIGHT), 2025, MIDNIGHT))


def scripted() -> dict[str, date]:
    """What the table asks of 2025 without any event, with the limits that nobody has moved yet: counted by hand."""
    stats = {f"stats/{unit}/{due:%Y-%m}": due for due in MONTHS for unit in ("city", "county")}
    reports = {f"report/{unit}/2024": date(2025, 1, 31) for unit in ("city", "county", "office")}
    counted = dict.fromkeys(("talks/lu.he/2025", "talks/tang.yu/2025", "trained/office/2025"), date(2025, 12, 31))
    return stats | reports | counted


def test_a_frozen_plan_holds_all_that_the_table_asks_of_the_year(frozen):
    assert {one.task: one.due for one in frozen.tasks} == scripted()
    assert {one.task: one.required for one in frozen.tasks if one.required} == {
        "talks/lu.he/2025": 2, "talks/tang.yu/2025": 2
    }  # fmt: skip
    assert not any(one.provisional for one in frozen.tasks)


def expected(year: Year, unit: str | None) -> dict[str, set[str]]:
    """The figures, from the script alone."""
    asked = {task: due for task, due in scripted().items() if unit in {None, year.told[task].unit}}
    told = {task: one for task, one in year.told.items() if unit in {None, one.unit}}
    moved = {task for task in asked if told[task].granted}
    return {
        "planned": set(asked),
        "done": {task for task in asked if told[task].done and not told[task].waived},
        "as_planned": {task for task, due in asked.items() if (done := told[task].done) and done <= due},
        "kept": set(asked) - moved,
        "moved": moved,
        "gone": set(),
        "added": set(told) - set(asked),
    }


@pytest.mark.parametrize("unit", [None, "office", "city", "county"])
def test_the_figures_beside_the_plan_are_those_of_the_script(unit, year, found):
    shape = data(found, unit)
    for name, tasks in expected(year, unit).items():
        assert (shape[name]["n"], set(shape[name]["tasks"])) == (len(tasks), tasks), name


def test_what_an_event_brought_was_not_planned(found):
    added = {one.task for one in found.tasks if one.planned is None}
    assert added == {f"publish/city/{ref}" for ref, (_, due) in PAPERS.items() if due.year == 2025}


def test_an_extension_does_not_make_good_what_the_plan_asked(found):
    (city,) = [one for one in found.tasks if one.task == "stats/city/2025-07"]
    assert (city.done, city.as_planned, city.since.value) == (True, False, "moved")
    moves = {move["task"]: (move["planned"], move["due"]) for move in data(found)["moves"]}
    assert moves == {
        "stats/city/2025-07": ("2025-07-31", "2025-08-07"),
        "stats/county/2025-10": ("2025-10-31", "2026-02-10"),
    }


def test_an_edit_of_the_table_shows_what_is_gone_and_what_is_asked_less_often(year, frozen, monkeypatch):
    text = year_office.TABLE.replace(
        "at_least: 2, every: year, pace: [{by: 06-30, at_least: 1}]", "at_least: 1, every: year"
    )
    text = text.replace("  - id: trained\n", "  - id: trained\n    effective: {until: 2025-06-30}\n")
    monkeypatch.setattr(year_office, "TABLE", text)
    beside = compare(frozen, assess(plan(year, MIDNIGHT), 2025, MIDNIGHT))
    shape = data(beside)
    assert shape["gone"]["tasks"] == ["trained/office/2025"]
    less = [move for move in shape["moves"] if move["planned"] == move["due"]]
    assert {(move["task"], move["planned_required"], move["required"]) for move in less} == {
        ("talks/lu.he/2025", 2, 1), ("talks/tang.yu/2025", 2, 1)
    }  # fmt: skip


def test_a_row_with_a_new_id_keeps_its_place_in_the_plan(year, frozen, monkeypatch):
    text = year_office.TABLE.replace("  - id: trained\n", "  - id: schooled\n    formerly: trained\n")
    monkeypatch.setattr(year_office, "TABLE", text)
    beside = compare(frozen, assess(plan(year, MIDNIGHT), 2025, MIDNIGHT))
    assert data(beside)["gone"]["n"] == 0
    assert "schooled/office/2025" in data(beside)["kept"]["tasks"]


def test_a_year_is_frozen_until_the_fact_is_voided():
    def fact(number: int, kind: FactKind, **told: int) -> Fact:
        return Fact(number, kind, IN_JANUARY, None, "he.ping", None, told)

    frozen = [fact(3, FactKind.FREEZE, year=2025), fact(4, FactKind.FREEZE, year=2026)]
    assert in_force(frozen, 2025) == frozen[0]
    assert in_force([*frozen, fact(5, FactKind.VOID, seq=3)], 2025) is None
    assert in_force(frozen, 2024) is None


@pytest.fixture(scope="module")
def view(year: Year) -> View:
    imprint = Imprint("云岭州人民政府办公室", MIDNIGHT, "88:" + "ab" * 32, Lang.ZH)
    return View(assess(plan(year, MIDNIGHT), 2025, MIDNIGHT), imprint, YEAR_END)


def test_the_screen_says_the_same_in_eighty_columns(year, found, view):
    said = list(compared.lines(found, view))
    assert max(map(cells, said)) <= 80
    sums = next(line for line in said if line.startswith("合计")).split()[1:]
    want = expected(year, None)
    assert sums == [str(len(want[name])) for name in ("planned", "done", "as_planned", "moved", "gone", "added")]
    assert "  stats/city/2025-07" in said
    assert "    规定期限由计划的2025-07-31变为2025-08-07" in said


def test_the_file_has_a_line_for_each_task_of_the_plan_and_of_the_year(year, found, view):
    made = load_workbook(BytesIO(file_of(book(view, compared.sheets(found, view)))))
    want = expected(year, None)
    sums = [cell.value for cell in list(made["计划对照"].iter_rows(min_row=5))[-3]]
    assert sums == ["合计", *(len(want[name]) for name in ("planned", "done", "as_planned", "moved", "gone", "added"))]
    rows = [row for row in made["计划明细"].iter_rows(min_row=5, values_only=True) if row[3]]
    assert {row[3] for row in rows} == want["planned"] | want["added"]
    assert {row[3] for row in rows if row[10] == "是"} == want["as_planned"]


def test_the_form_that_is_kept_does_not_change_of_itself(year, frozen):
    tasks = planned(plan(year, IN_JANUARY), 2025)
    assert written(2025, tasks) == written(2025, frozen.tasks)
    assert written(2025, [replace(tasks[0], due=date(2025, 2, 1)), *tasks[1:]]) != written(2025, tasks)
