"""The shipped facts: publications, amendments, regional days, festivals, chinese-calendar. It decides nothing."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct

from scheduler.workdays.days import Region

DATA = Path(__file__).parent / "data"

_CHINESE_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利70周年",
}


class Publication(Struct, frozen=True):
    """When the arrangement of a year became known, and under which number."""

    year: int
    known_from: date
    number: str


class Amendment(Struct, frozen=True):
    """A day whose status changed after its year had been published, or that chinese-calendar leaves out."""

    day: date
    works_before: bool
    works_after: bool
    known_from: date
    number: str
    name: str


class RegionalDay(Struct, frozen=True):
    """A day that a region settled for itself; `known_from` is None where no publication day is on file."""

    day: date
    works: bool
    festival: str
    known_from: date | None
    source: str


class LibraryDay(Struct, frozen=True):
    """A day on which chinese-calendar departs from the plain week; `in_lieu` tells a 调休 rest day from the others."""

    day: date
    works: bool
    in_lieu: bool
    name: str


def governing_year(day: date) -> int:
    """The year whose notice settles `day`: a notice may move days between 29 and 31 December before its year."""
    return day.year + (day.month == 12 and day.day > 28)


@cache
def publications() -> Mapping[int, Publication]:
    """The publication of each year's national notice, by year."""
    rows = _rows("notices.csv")
    return MappingProxyType({int(y): Publication(int(y), date.fromisoformat(k), n) for y, k, n, _ in rows})


@cache
def amendments() -> tuple[Amendment, ...]:
    """The days changed after publication."""
    return tuple(
        Amendment(date.fromisoformat(d), before == "1", after == "1", date.fromisoformat(known), number, name)
        for d, before, after, known, number, name, _ in _rows("amendments.csv")
    )


@cache
def regional_days(region: Region) -> tuple[RegionalDay, ...]:
    """The days on file for one region, as far as a source was found."""
    return tuple(
        RegionalDay(date.fromisoformat(d), works == "1", festival, date.fromisoformat(k) if k else None, source)
        for r, d, works, festival, k, source, _, _ in _rows("regional.csv")
        if r == region
    )


@cache
def regional_festivals() -> Mapping[str, tuple[date, ...]]:
    """About when each moving festival of the regions falls; computed, a day or two off."""
    found: dict[str, list[date]] = defaultdict(list)
    for day, festival, _ in _rows("regional_festivals.csv"):
        found[festival].append(date.fromisoformat(day))
    return MappingProxyType({festival: tuple(days) for festival, days in found.items()})


def festival_dates(year: int) -> Mapping[str, date]:
    """The four moving national festivals of `year` (2004–2050): spring_festival, qingming, dragon_boat, mid_autumn."""
    return _festivals()[year]


@cache
def library_days() -> Mapping[int, tuple[LibraryDay, ...]]:
    """What chinese-calendar says, by the year whose notice says it."""
    from chinese_calendar import constants  # noqa: PLC0415 - slow tables: only who counts working days pays for them

    found: dict[int, list[LibraryDay]] = defaultdict(list)
    for works, table in ((False, constants.holidays), (True, constants.workdays)):
        for day, name in table.items():
            entry = LibraryDay(day, works, day in constants.in_lieu_days, _CHINESE_NAMES.get(name, name))
            found[governing_year(day)].append(entry)
    return MappingProxyType({year: tuple(days) for year, days in found.items()})


@cache
def _festivals() -> Mapping[int, Mapping[str, date]]:
    found: dict[int, dict[str, date]] = defaultdict(dict)
    for text, festival, _ in _rows("statutory.csv"):
        day = date.fromisoformat(text)
        found[day.year][festival] = day
    return MappingProxyType(found)


def _rows(name: str) -> Iterator[list[str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        yield from rows
