"""The shipped data: each row with its source, the moving festivals as the library gives them now."""

import csv
import importlib.util
from datetime import date
from itertools import pairwise
from pathlib import Path

import holidays
import pytest

from scheduler.workdays import facts
from scheduler.workdays.layers import is_believable, library_notice
from scheduler.workdays.statutory import decree, statutory_days

ROOT = Path(__file__).parents[2]


def almanac():
    spec = importlib.util.spec_from_file_location("almanac", ROOT / "tools/almanac.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(name):
    with (facts.DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", sorted(path.name for path in facts.DATA.glob("*.csv")))
def test_every_shipped_row_carries_its_source(name):
    assert [row for row in rows(name) if not row["source"].strip()] == []


@pytest.mark.parametrize(("name", "generate"), [("statutory.csv", "statutory"), ("regional_festivals.csv", "regional")])
def test_a_generated_table_is_what_the_library_gives(name, generate):
    shipped = [(date.fromisoformat(r["date"]), r["festival"], r["source"]) for r in rows(name)]
    assert shipped == sorted(getattr(almanac(), generate)())


@pytest.mark.parametrize("year", range(2004, 2051))
def test_the_statutory_days_are_those_of_the_holidays_library(year):
    listed = holidays.China(years=year, observed=False, language="zh_CN")
    moved = ("休息日", "70周年", "延长")
    assert set(statutory_days(year)) == {d for d, name in listed.items() if not any(word in name for word in moved)}


@pytest.mark.parametrize(
    ("year", "days"), [(2007, 10), (2008, 11), (2013, 11), (2014, 11), (2024, 11), (2025, 13), (2031, 12)]
)
def test_a_year_has_as_many_statutory_days_as_its_decree_gives(year, days):
    # In 2031 the Mid-Autumn Festival falls on 1 October.
    assert len(statutory_days(year)) == days


def test_the_revision_of_2024_is_known_from_its_publication():
    assert decree(2026, date(2024, 11, 11)).days == 11
    assert decree(2026, date(2024, 11, 12)).days == 13


def test_every_year_of_chinese_calendar_is_believable():
    years = sorted(facts.library_days())
    assert years[0] == 2004
    assert all(b - a == 1 for a, b in pairwise(years))
    assert [year for year in years if not is_believable(library_notice(year))] == []
