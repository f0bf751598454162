"""The duty roster: who is on duty on which day, from a spreadsheet, and what is wrong with it."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from good_table import GOOD
from openpyxl import Workbook

from scheduler.problems import Problem
from scheduler.register import Code, Loaded, gaps, load, parse
from scheduler.register.values import Target

TABLE = GOOD.replace("units:\n", "include: [duty.csv]\nunits:\n", 1)
ASKING = TABLE.replace("      - {after: 3wd, to: deputy}", "      - {after: 3wd, to: duty}")
HEADING = "日期,带班领导,值班员,电话,邮箱\n"
SUN_NOV_22, MON_NOV_23 = date(2026, 11, 22), date(2026, 11, 23)


def duty(rows: str | bytes, table: str = ASKING, name: str = "duty.csv") -> Loaded:
    content = rows.encode() if isinstance(rows, str) else rows
    return parse([("obligations.yaml", table.replace("duty.csv", name).encode()), (name, content)])


def codes_and_places(problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    return [(p.code, str(p.place)) for p in problems]


def days(loaded: Loaded) -> list[tuple[str, str, str | None, str | None]]:
    assert loaded.register is not None, [p.text() for p in loaded.problems]
    return [(row.date.isoformat(), row.person, row.lead, row.email) for row in loaded.register.duty]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("day", ["2026-11-22", "2026/11/22", "2026年11月22日", "2026.11.22"])
def test_a_duty_roster_may_come_from_any_spreadsheet(encoding: str, day: str) -> None:
    rows = f"{HEADING}{day},徐文,何平,0994-0000000,\n"
    assert days(duty(rows.encode(encoding))) == [("2026-11-22", "he.ping", "徐文", None)]


def test_its_headings_may_be_english_and_in_any_order() -> None:
    rows = "person,email,date\nhu.bo,duty@example.gov.cn,2026-11-22\n"
    assert days(duty(rows)) == [("2026-11-22", "hu.bo", None, "duty@example.gov.cn")]


def test_it_may_be_a_workbook() -> None:
    book = Workbook()
    book.worksheets[0].append(["日期", "带班领导", "值班员"])
    book.worksheets[0].append([SUN_NOV_22, "徐文", "胡波"])
    content = io.BytesIO()
    book.save(content)
    assert days(duty(content.getvalue(), name="duty.xlsx")) == [("2026-11-22", "hu.bo", "徐文", None)]


def test_it_may_stand_in_the_table_itself() -> None:
    table = GOOD + "duty:\n  - {date: 2026-11-22, person: 胡波}\n"
    assert days(parse([("obligations.yaml", table.encode())])) == [("2026-11-22", "hu.bo", None, None)]


def test_columns_for_readers_and_names_set_wide_are_understood() -> None:
    rows = "序号,日期,星期,值班员,备注\n1,2026-11-22,周日,胡　波,\n2,2026-11-23,周一,何 平,交接\n"
    assert [person for _, person, _, _ in days(duty(rows))] == ["hu.bo", "he.ping"]


def test_who_is_not_among_the_people_needs_an_address_of_his_own() -> None:
    assert days(duty(f"{HEADING}2026-11-22,,张三,,zhangsan@example.gov.cn\n"))[0][1] == "张三"


@pytest.mark.parametrize(
    ("rows", "code", "place"),
    [
        ("2026-11-31,徐文,胡波,,\n", "bad-date", "2:1"),
        ("明天,徐文,胡波,,\n", "bad-date", "2:1"),
        ("2026-11-22,徐文,胡波,,\n2026/11/22,徐文,何平,,\n", "duty-twice", "3:1"),
        ("2026-11-22,徐文,胡博,,\n", "unknown-person", "2:15"),
        ("2026-11-22,徐文,田七,,tianqi\n", "bad-address", "2:19"),
        ("2026-11-22,徐文,张三,,zhangsan@example.com\n", "address-domain", "2:19"),
        ("2026-11-22,徐文,,,zhibanshi@example.gov.cn\n", "missing-key", "2:1"),
    ],
)
def test_a_mistake_is_told_with_line_and_column(rows: str, code: str, place: str) -> None:
    assert codes_and_places(duty(HEADING + rows).problems) == [(code, f"duty.csv:{place}")]


@pytest.mark.parametrize(
    ("rows", "place"), [("日期,带班领导\n2026-11-22,徐文\n", "1:1"), ("日期,值班员,手机\n2026-11-22,胡波,无\n", "1:8")]
)
def test_a_heading_that_lacks_or_that_nobody_knows_is_told_with_those_of_a_duty_roster(rows: str, place: str) -> None:
    first = next(p for p in duty(rows).problems if p.code == "csv-heading")
    assert (str(first.place), "带班领导" in first.hint.text()) == (f"duty.csv:{place}", True)


@pytest.mark.parametrize(
    ("rows", "said", "place"),
    [
        ("日期\t值班员\n2026-11-22\t胡波\n", "制表符", "1:1"),
        ("date;person\n2026-11-22;hu.bo\n", "分号", "1:1"),
        ("日期，值班员\n2026-11-22，胡波\n", "全角逗号", "1:1"),
        ("十一月值班表,\n日期,值班员\n2026-11-22,胡波\n", "表头在第2行", "1:1"),
        ("十一月值班表\n日期\t值班员\n2026-11-22\t胡波\n", "制表符", "2:1"),
        ("2026-11-22,胡波\n2026-11-23,何平\n", "第一行不是表头", "1:1"),
    ],
)
def test_a_heading_that_cannot_be_read_is_told_once_with_its_cause(rows: str, said: str, place: str) -> None:
    (found,) = [p for p in duty(rows).problems if p.code == "csv-heading"]
    assert (str(found.place), said in found.message.text()) == (f"duty.csv:{place}", True)
    assert "代收人" not in found.text()


@pytest.mark.parametrize("rows", ["时间,姓名\n2026-11-22,胡波\n", "值班时间,值班人\n22日,胡波\n"])
def test_where_days_stand_in_the_first_lines_the_headings_of_a_duty_roster_are_offered(rows: str) -> None:
    found = [p for p in duty(rows).problems if p.code == "csv-heading"]
    assert found
    assert all("值班表的表头可用" in p.hint.text() for p in found)


def test_a_person_on_duty_without_an_address_is_told_once_with_the_number_of_days() -> None:
    table = ASKING.replace("{id: an.ping, name: 安平, email: anping@example.gov.cn}", "{id: an.ping, name: 安平}")
    rows = HEADING + "".join(f"2026-11-{day},,安平,,\n" for day in (22, 23, 25))
    found = [p for p in duty(rows, table).problems if "值班员" in p.message.text()]
    assert [(str(p.place), "安平" in p.message.text(), "3天" in p.message.text()) for p in found] == [
        ("duty.csv:2:1", True, True)
    ]


def test_of_two_people_of_one_name_the_roster_must_say_which() -> None:
    table = ASKING.replace("name: 安平", "name: 胡波")
    (problem,) = duty(f"{HEADING}2026-11-22,,胡波,,\n", table).problems
    assert (problem.code, "hu.bo" in problem.hint.text(), "an.ping" in problem.hint.text()) == (
        "unknown-person",
        True,
        True,
    )


def test_one_without_an_address_anywhere_is_told_at_his_cell() -> None:
    table = ASKING.replace("{id: an.ping, name: 安平, email: anping@example.gov.cn}", "{id: an.ping, name: 安平}")
    rows = f"{HEADING}2026-11-22,,安平,,\n"
    assert ("address-missing", "duty.csv:2:1") in codes_and_places(duty(rows, table).problems)


def test_a_ladder_that_asks_for_whoever_is_on_duty_where_no_roster_is_warns() -> None:
    (problem,) = parse([("obligations.yaml", ASKING.replace("include: [duty.csv]\n", "").encode())]).problems
    assert (problem.code, str(problem.level)) == (Code.DUTY_MISSING, "warning")


@pytest.mark.parametrize(
    ("known", "runs"),
    [
        (range(22, 30), ["2026-11-30至2026-12-05"]),
        ([22, 24, *range(26, 30)], ["2026-11-23", "2026-11-25", "2026-11-30至2026-12-05"]),
        ([1, 2, 3], ["2026-11-22至2026-12-05"]),  # an old one
    ],
)
def test_the_days_of_the_two_weeks_ahead_without_anybody_are_told_with_a_place(
    known: range | list[int], runs: list[str]
) -> None:
    loaded = duty(HEADING + "".join(f"2026-11-{day:02},徐文,胡波,,\n" for day in known))
    found = gaps(loaded, SUN_NOV_22)
    assert [p.message.text().removesuffix("没有排值班员") for p in found] == runs
    assert all(p.place is not None and p.place.file == "duty.csv" for p in found)


def test_no_gap_is_told_where_nothing_goes_to_whoever_is_on_duty() -> None:
    assert gaps(duty(f"{HEADING}2026-11-01,徐文,胡波,,\n", TABLE), MON_NOV_23) == ()


def test_the_table_says_when_a_duty_begins_and_a_ladder_whom_it_tells() -> None:
    table = ASKING.replace('send_at: "10:30"\n', 'send_at: "10:30"\n  handover: "08:30"\n', 1)
    register = duty(f"{HEADING}2026-11-22,徐文,胡波,,\n", table).register
    assert register is not None
    assert register.office.handover.isoformat("minutes") == "08:30"
    assert register.ladders["standard"].escalate[0].to == Target("duty")


def test_the_example_of_a_city_has_a_roster_and_asks_for_it() -> None:
    loaded = load(Path(__file__).parents[2] / "examples" / "002-zhaotong.yaml")
    assert loaded.problems == ()
    assert gaps(loaded, MON_NOV_23) == ()
    assert [p.message.text() for p in gaps(loaded, date(2027, 2, 22))] == ["2027-03-01至2027-03-07没有排值班员"]
