"""Regions, the office's own days and imported notices over the national calendar; the later layer wins."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from scheduler.workdays import Closures, Kind, Notice, NoticeDay, Region, Status, calendar
from scheduler.workdays.facts import regional_festivals
from scheduler.workdays.layers import _FESTIVALS, is_believable
from scheduler.workdays.statutory import statutory_days

DATA = Path(__file__).parent / "data"

WEEKDAYS_OFF_2027 = [day for day in statutory_days(2027) if day.weekday() < 5]


def overlays():
    with (DATA / "regional_overlays.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def notice_2027(*more, published=date(2026, 12, 3)):
    days = tuple(NoticeDay(day, False, "节日") for day in WEEKDAYS_OFF_2027)
    return Notice("国办发明电〔2026〕9号", 2027, published, (*days, *more))


@pytest.mark.parametrize("row", overlays(), ids=lambda row: f"{row['region']}-{row['date']}")
def test_a_region_keeps_its_own_days(row):
    found = calendar(Region.parse(row["region"])).day(date.fromisoformat(row["date"]))
    assert found.works is (row["is_workday"] == "1")
    assert (found.kind, found.status, found.name) == (Kind.REGIONAL, Status.ANNOUNCED, row["festival"])
    assert found.source


def test_a_region_can_cancel_a_national_make_up_day():
    sat_2017_04_01 = date(2017, 4, 1)
    assert calendar().works(sat_2017_04_01)
    assert not calendar(Region.GUANGXI).works(sat_2017_04_01)
    assert calendar(Region.GUANGXI, as_of=date(2017, 2, 9)).works(sat_2017_04_01)


@pytest.mark.parametrize(
    ("region", "day"),
    [
        (Region.XINJIANG, "2021-05-13"),  # 肉孜节, no notice on file
        (Region.GUANGXI, "2025-03-31"),  # 三月三
        (Region.LHASA, "2026-08-13"),  # 雪顿节
        (Region.NINGXIA, "2026-03-20"),  # 开斋节, while 古尔邦节 of the year is on file
    ],
)
def test_days_around_a_festival_that_the_region_has_not_settled_are_provisional(region, day):
    found = calendar(region).day(date.fromisoformat(day))
    assert found.status is Status.PROVISIONAL
    assert region.chinese in found.source
    assert calendar().announced(date.fromisoformat(day))


@pytest.mark.parametrize("row", overlays(), ids=lambda row: f"{row['region']}-{row['date']}")
def test_every_day_that_a_region_moved_was_open_before_it_was_announced(row):
    day, region = date.fromisoformat(row["date"]), Region.parse(row["region"])
    windows = [
        (about - timedelta(festival.before), about + timedelta(festival.after))
        for festival in _FESTIVALS[region]
        for about in regional_festivals()[festival.key]
    ]
    assert any(first <= day <= last for first, last in windows)


def test_a_festival_on_file_leaves_nothing_open():
    table = calendar(Region.XINJIANG)
    assert table.span_announced(date(2026, 1, 1), date(2026, 12, 28))
    assert not calendar(Region.XINJIANG).announced(date(2027, 3, 9))


def test_a_regional_notice_closes_its_window():
    notice = Notice(
        "新政办〔2021〕1号", 2021, None, (NoticeDay(date(2021, 5, 13), False, "肉孜节"),), region=Region.XINJIANG
    )
    found = calendar(Region.XINJIANG, imported=[notice]).day(date(2021, 5, 13))
    assert (found.works, found.status, found.source) == (False, Status.ANNOUNCED, "新政办〔2021〕1号")
    assert calendar(imported=[notice]).works(date(2021, 5, 13))


def test_the_offices_own_days_come_last_in_both_directions():
    closures = Closures(rest=frozenset({date(2026, 1, 4)}), work=frozenset({date(2026, 1, 1), date(2027, 2, 7)}))
    table = calendar(Region.XINJIANG, closures=closures)
    assert not table.works(date(2026, 1, 4))
    assert table.works(date(2026, 1, 1))
    found = table.day(date(2027, 2, 7))
    assert (found.works, found.kind, found.status, found.source) == (True, Kind.CLOSURE, Status.ANNOUNCED, "本单位台账")


def test_an_office_may_settle_a_day_that_its_region_has_left_open():
    thu_2021_05_13 = date(2021, 5, 13)
    found = calendar(Region.XINJIANG, closures=Closures(rest=frozenset({thu_2021_05_13}))).day(thu_2021_05_13)
    assert (found.works, found.status, found.source) == (False, Status.ANNOUNCED, "本单位台账")


def test_an_imported_notice_announces_its_year_from_its_publication_on():
    sun_2027_01_31 = date(2027, 1, 31)
    notice = notice_2027(NoticeDay(sun_2027_01_31, True, "春节"), NoticeDay(date(2027, 2, 10), False, "春节"))
    table = calendar(imported=[notice])
    assert table.announced_until == date(2027, 12, 28)
    found = table.day(sun_2027_01_31)
    assert (found.works, found.kind, found.source) == (True, Kind.MAKE_UP, "国办发明电〔2026〕9号")
    assert found.known_since == date(2026, 12, 3)
    assert table.announced(date(2026, 12, 31))
    assert calendar(imported=[notice], as_of=date(2026, 12, 2)).announced_until == date(2026, 12, 28)


def test_an_empty_or_insane_year_is_not_announced():
    empty = Notice("空", 2027, None, ())
    working_new_year = notice_2027(NoticeDay(date(2027, 1, 1), True, "元旦"))
    for notice in (empty, working_new_year):
        assert not is_believable(notice)
        table = calendar(imported=[notice])
        assert table.announced_until == date(2026, 12, 28)
        assert not table.works(date(2027, 1, 1))


def test_an_imported_amendment_changes_its_days_only():
    amendment = Notice(
        "国办发明电〔2026〕8号", 2026, date(2026, 11, 23), (NoticeDay(date(2026, 12, 1), False, "停工"),), amends=True
    )
    table = calendar(imported=[amendment])
    assert not table.works(date(2026, 12, 1))
    assert table.works(date(2026, 12, 2))
    assert table.announced_until == date(2026, 12, 28)
    assert calendar(imported=[amendment], as_of=date(2026, 11, 22)).works(date(2026, 12, 1))


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("xinjiang", Region.XINJIANG),
        ("CN-XJ", Region.XINJIANG),
        ("新疆维吾尔自治区", Region.XINJIANG),
        ("cn-gx", Region.GUANGXI),
        ("Guangxi", Region.GUANGXI),
        ("宁夏", Region.NINGXIA),
        ("CN-XZ-lhasa", Region.LHASA),
        ("Lhasa", Region.LHASA),
        ("CN-BJ", None),
        ("", None),
    ],
)
def test_a_region_goes_by_several_names(text, region):
    assert Region.parse(text) is region
