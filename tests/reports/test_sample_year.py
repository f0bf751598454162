"""A scripted 2027 of the sample office: each figure of the assessment and of twelve bulletins, recomputed by hand."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest
from sample_year import END, FREEZE, Year, months, rate

from scheduler.planning.model import BEIJING
from scheduler.planning.periods import Period
from scheduler.reports import assessment, bulletin

FIRST = date(2027, 1, 1)


@pytest.fixture(scope="module")
def year() -> Year:
    return Year()


@pytest.fixture(scope="module")
def found(year: Year) -> assessment.Assessment:
    plan = year.plan(FREEZE, FIRST - assessment.MARGIN[0], END + assessment.MARGIN[1])
    return assessment.assess(plan, 2027, FREEZE)


def shown(figures: dict[str, object]) -> dict[str, set[str]]:
    """The tasks behind the figures of a piece of JSON, each of which must have the number that stands beside it."""
    names = {
        "due": "due",
        "on_time": "on-time",
        "late": "late",
        "open": "open",
        "extended": "extended",
        "waived": "waived",
    }
    for name in names:
        assert figures[name]["n"] == len(figures[name]["tasks"]) == len(set(figures[name]["tasks"]))
    return {meant: set(figures[name]["tasks"]) for name, meant in names.items()}


def told_rate(figures: dict[str, object]) -> str:
    return "—" if figures["rate"] is None else f"{figures['rate']:g}%"


def test_the_script_leaves_nothing_out(year):
    fates = Counter(year.fate(told, FIRST, END, FREEZE) for told in year.tasks.values())
    assert len(year.tasks) > 350
    assert min(fates[fate] for fate in ("on-time", "late", "open", "waived")) >= 10
    assert fates["extended"] == 1
    assert fates[None] == 0


def test_the_year_of_the_office_is_that_of_the_script(year, found):
    total, want = assessment.data(found)["total"], year.expected(FIRST, END, FREEZE)
    assert shown(total) == want
    assert told_rate(total) == rate(want)


def test_the_year_of_each_unit_is_that_of_the_script(year, found):
    units = {part["unit"]: part for part in assessment.data(found)["units"]}
    assert list(units) == [unit for unit in year.order if year.expected(FIRST, END, FREEZE, unit=unit)["due"]]
    for unit, part in units.items():
        want = year.expected(FIRST, END, FREEZE, unit=unit)
        assert (shown(part), told_rate(part)) == (want, rate(want)), unit


def test_the_year_of_each_category_and_of_each_unit_in_it_is_that_of_the_script(year, found):
    data = assessment.data(found)
    for part in data["categories"]:
        want = year.expected(FIRST, END, FREEZE, category=part["category"] or "")
        assert (shown(part), told_rate(part)) == (want, rate(want)), part["category"]
    for unit in data["units"]:
        for part in unit["categories"]:
            want = year.expected(FIRST, END, FREEZE, unit=unit["unit"], category=part["category"] or "")
            assert shown(part) == want, (unit["unit"], part["category"])


def test_what_is_counted_is_met_where_enough_had_been_entered(year, found):
    """Quotas, coverages and measures: how much was done, how much was asked, who is missing."""
    counts = {one["task"]: one for one in assessment.data(found)["counts"]}
    wanted = {name: told for name, told in year.tasks.items() if told.needs}
    assert counts.keys() == wanted.keys()
    for name, told in wanted.items():
        done = [fact for fact in year.records.get(name, ()) if fact.entered <= FREEZE]
        assert counts[name]["met"] == (len(done) >= told.needs), name
        if name.startswith(("leader-", "training.")):
            assert counts[name]["done"] == len(done), name
    officers = year.officers()
    training = counts["training.staff/prefecture-office/2027"]
    assert (training["required"], training["missing"]) == (len(officers), [officers[0]])


def test_every_extension_is_in_its_figure(found):
    extensions = assessment.data(found)["total"]["extensions"]["tasks"]
    assert sorted(extensions) == [f"foi.reply/prefecture-office/2027-00{n}" for n in (2, 3)]


@pytest.mark.parametrize(("label", "first", "last"), list(months()), ids=[label for label, *_ in months()])
def test_each_cell_of_the_bulletin_of_a_month_is_that_of_the_script(label, first, last, year):
    at = datetime.combine(last + timedelta(days=5), time(18), BEIJING)
    plan = year.plan(at, first - bulletin.MARGIN[0], last + bulletin.MARGIN[1])
    period = Period.named(label)
    assert period is not None
    tasks = bulletin.of_period(plan, period, at)
    cells = bulletin.traced(tasks, plan)
    want = year.expected(first, last, at)
    assert {name: set(cells["total"][name]["tasks"]) for name in want} == want
    assert cells["total"]["rate"] == rate(want)
    held = {line["unit"]: line for line in cells["units"]}
    for unit in year.order:
        mine = year.expected(first, last, at, unit=unit)
        assert (unit in held) == bool(mine["due"])
        if mine["due"]:
            assert {name: set(held[unit][name]["tasks"]) for name in mine} == mine, unit
            assert held[unit]["rate"] == rate(mine)
    view = bulletin.bulletin_of(tasks, plan, period, at)
    total = view.total
    numbers = (total.due, total.on_time, total.late, total.open, total.extended, total.waived)
    assert numbers == tuple(len(want[name]) for name in want)
