"""Notices read from their own words: every past year exactly, variants of the prose, mistakes with line and column."""

import json
from datetime import date
from pathlib import Path

import pytest

from scheduler.problems import Place
from scheduler.workdays import Notice, NoticeDay, Region, calendar
from scheduler.workdays.layers import is_believable, library_notice
from scheduler.workdays.notice import parse_notice

NOTICES = Path(__file__).parent / "data" / "notices"
YEARS = sorted(int(path.stem) for path in NOTICES.glob("????.txt"))


def read(name):
    return parse_notice((NOTICES / name).read_text(encoding="utf-8"), file=name)


def departures(notice):
    """What the notice changes: weekdays that rest, weekend days that work."""
    return {(d.date, d.works) for d in notice.days if d.works == (d.date.weekday() > 4)}


def brief(text, **given):
    found = parse_notice(text, **given)
    assert found.problems == ()
    return [(d.date.isoformat(), "works" if d.works else "rests", d.name) for d in found.notice.days]


@pytest.mark.parametrize("year", YEARS)
def test_the_notice_of_a_past_year_gives_exactly_the_known_days(year):
    found = read(f"{year}.txt")
    known = library_notice(year)
    assert found.problems == ()
    assert departures(found.notice) == departures(known)
    assert (found.notice.year, found.notice.amends, found.notice.region) == (year, False, None)
    assert is_believable(found.notice)
    if year > 2009:
        assert found.notice.number == known.number
        assert found.notice.published <= known.published


def test_there_are_notices_of_nineteen_years():
    assert set(YEARS) == {2007, 2008, *range(2010, 2027)}


@pytest.mark.parametrize(
    ("name", "number", "days"),
    [
        ("2015-amendment.txt", "国发明电〔2015〕1号", {"09-03": False, "09-04": False, "09-05": False, "09-06": True}),
        (
            "2019-amendment.txt",
            "国办发明电〔2019〕3号",
            {"04-28": True, "05-01": False, "05-02": False, "05-03": False, "05-04": False, "05-05": True},
        ),
        ("2020-amendment.txt", "国办发明电〔2020〕1号", {"01-31": False, "02-01": False, "02-02": False}),
    ],
)
def test_an_amendment_gives_exactly_its_days(name, number, days):
    found = read(name)
    assert found.problems == ()
    assert found.notice.amends
    assert found.notice.number == number
    assert {d.date.isoformat()[5:]: d.works for d in found.notice.days} == days


@pytest.mark.parametrize("year", [2015, 2019, 2020])
def test_a_year_read_with_its_amendment_is_the_year_as_it_was(year):
    notices = [read(f"{year}.txt").notice, read(f"{year}-amendment.txt").notice]
    blank = calendar(as_of=date(year - 1, 10, 1), imported=[])
    assert not blank.announced(date(year, 6, 1))
    undated = [Notice(n.number, n.year, None, n.days, n.amends) for n in notices]
    table, known = calendar(as_of=date(year - 1, 10, 1), imported=undated), calendar()
    days = [date.fromordinal(n) for n in range(date(year, 1, 1).toordinal(), date(year, 12, 29).toordinal())]
    assert [day for day in days if table.works(day) != known.works(day)] == []
    assert table.span_announced(days[0], days[-1])


def test_the_sentence_of_the_handbook():
    text = "元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。"
    assert brief(text, year=2026) == [
        ("2026-01-01", "rests", "元旦"),
        ("2026-01-02", "rests", "元旦"),
        ("2026-01-03", "rests", "元旦"),
        ("2026-01-04", "works", "元旦"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("元旦:1月1日放假,与周末连休。", ["01-01", "01-02", "01-03"]),  # half-width marks; 2027 begins on a Friday
        ("元旦：１月１日（星期五）放假，共１天。", ["01-01"]),
        ("清明节：4月5日（星期一）放假。", ["04-05"]),
        ("劳动节：4月30日—5月2日放假公休，共3天。", ["04-30", "05-01", "05-02"]),
        ("劳动节：4月30日到5月2日放假，共计3天。", ["04-30", "05-01", "05-02"]),
        ("劳动节：5月1日放假，5月3日（星期一）补休。", ["05-01", "05-03"]),
        ("国庆节：10月1日、2日及3日放假。", ["10-01", "10-02", "10-03"]),
        ("国庆节：10月1日（农历九月初二、周五）至3日（周日）放假，共3天。", ["10-01", "10-02", "10-03"]),
        ("1. 国庆节：10月1日放假。\n2. 中秋节：9月15日放假。", ["09-15", "10-01"]),
        ("一、国庆节：10月1日放假。二、中秋节：9月15日放假。", ["09-15", "10-01"]),
    ],
)
def test_variants_of_the_prose(text, expected):
    assert [day[5:] for day, what, _ in brief(text, year=2027) if what == "rests"] == expected


def test_days_over_the_end_of_the_year_belong_to_the_right_one():
    explicit = brief("元旦：2022年12月31日至2023年1月2日放假调休，共3天。", year=2023)
    assert [day for day, _, _ in explicit] == ["2022-12-31", "2023-01-01", "2023-01-02"]
    implied = brief("元旦：12月30日（星期日）至1月1日（星期二）放假，12月29日（星期六）上班。", year=2019)
    assert [day for day, what, _ in implied if what == "works"] == ["2018-12-29"]


def test_the_text_around_the_arrangement_is_not_read_as_dates():
    text = (
        "国务院办公厅关于2027年部分节假日安排的通知\n国办发明电〔2026〕9号\n2026年11月30日\n"
        "经国务院批准，现将2027年元旦放假调休日期的具体安排通知如下。\n"
        "一、元旦：1月1日放假，与周末连休。\n节假日期间，各地区要妥善安排好值班。\n国务院办公厅\n2026年11月30日\n"
    )
    found = parse_notice(text)
    assert [d.date.isoformat() for d in found.notice.days] == ["2027-01-01", "2027-01-02", "2027-01-03"]
    assert (found.notice.number, found.notice.published) == ("国办发明电〔2026〕9号", date(2026, 11, 30))
    assert parse_notice(text, published=date(2026, 12, 3)).notice.published == date(2026, 12, 3)


def test_a_date_of_issue_in_chinese_numerals_is_read():
    assert read("2007.txt").notice.published == date(2006, 12, 14)


def test_a_regional_notice_knows_its_region_and_amends_nothing():
    text = (
        "新疆维吾尔自治区人民政府办公厅关于2027年肉孜节、古尔邦节放假的通知\n新政办明电〔2027〕3号\n"
        "一、肉孜节：3月9日（星期二）放假1天。\n二、古尔邦节：5月16日（星期日）至19日（星期三）放假调休，共4天。5月22日（星期六）上班。\n"
    )
    found = parse_notice(text)
    assert found.problems == ()
    assert (found.notice.region, found.notice.amends) == (Region.XINJIANG, False)
    table = calendar(Region.XINJIANG, imported=[found.notice])
    assert not table.works(date(2027, 3, 9))
    assert table.works(date(2027, 5, 22))


@pytest.mark.parametrize(
    ("text", "code", "place", "words"),
    [
        ("2026年\n元旦：1月1日（周五）放假。", "notice-weekday", (2, 4), "2026-01-01是周四，不是周五"),
        (
            "2026年\n元旦：1月1日（周四）放假。\n  1月4日（周六）上班。",
            "notice-weekday",
            (3, 3),
            "2026-01-04是周日，不是周六",
        ),
        ("2026年\n清明节：4月31日放假。", "notice-date", (2, 5), "4月31日"),
        ("2026年\n国庆节：10月7日至1日放假。", "notice-range", (2, 5), "10月7日至1日"),
        ("2026年\n元旦：1月1日至3日放假，共4天。", "notice-total", (2, 14), "4天"),
    ],
)
def test_a_slip_is_reported_where_it_stands(text, code, place, words):
    found = parse_notice(text, file="n.txt")
    (problem,) = [p for p in found.problems if p.code == code]
    assert problem.place == Place("n.txt", *place)
    assert words in problem.message.text()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "notice-year"),
        ("元旦：1月1日放假。", "notice-year"),
        ("关于2027年部分节假日安排的通知", "notice-empty"),
        ("关于2027年会议的通知。会议于3月2日召开。", "notice-empty"),
    ],
)
def test_a_text_without_an_arrangement_gives_no_notice(text, code):
    found = parse_notice(text)
    assert found.notice is None
    assert [p.code for p in found.problems] == [code]


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm():
    assert brief("\ufeff2026年\r\n元旦：1月1日（周四）放假。\r\n") == [("2026-01-01", "rests", "元旦")]


def holiday_cn(year, days, **more):
    rows = [{"name": name, "date": day, "isOffDay": off} for name, day, off in days]
    return json.dumps({"year": year, "papers": ["https://example.gov.cn/9"], "days": rows, **more}, ensure_ascii=False)


def test_the_json_of_holiday_cn_is_read():
    found = parse_notice(holiday_cn(2027, [("元旦", "2027-01-03", False), ("元旦", "2027-01-01", True)]))
    assert found.problems == ()
    assert found.notice == Notice(
        "https://example.gov.cn/9",
        2027,
        None,
        (NoticeDay(date(2027, 1, 1), False, "元旦"), NoticeDay(date(2027, 1, 3), True, "元旦")),
    )


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ('{"year": 2027, "papers": [], "days": []}', "notice-empty", 1),
        ('{"year": 2027,\n "days": [}', "notice-json", 2),
        ('{"year": "2027", "days": []}', "notice-json", 1),
        ('{"days": []}', "notice-json", 1),
        ('{"year": 2027, "days": [5]}', "notice-json", 1),
        ('{"year": 2027, "days": [{"name": "元旦", "date": "2027-02-30", "isOffDay": true}]}', "notice-json", 1),
        ('{"year": 2027, "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": "yes"}]}', "notice-json", 1),
    ],
)
def test_a_broken_or_empty_year_file_is_refused(text, code, line):
    problems = parse_notice(text, file="2027.json").problems
    assert [(p.code, p.place.line) for p in problems] == [(code, line)]
