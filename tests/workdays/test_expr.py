"""The language of `duban date` and the record of `--batch`: what is read, what is refused, and in which words."""

import json
from datetime import date

import pytest

from scheduler.problems import UsageError
from scheduler.words import Lang
from scheduler.workdays import Convention, Unit, calendar
from scheduler.workdays.answers import evaluate
from scheduler.workdays.batch import answer, answer_line, custom_calendar
from scheduler.workdays.expr import Reckoning, Roll, Shift, Tally, parse


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("2018-02-14", "2018-02-14"),
        ("2018年2月14日", "2018-02-14"),
        ("2018 年 2 月 14 号 + 20 个工作日", "2018-03-20"),
        ("2018/2/14", "2018-02-14"),
        ("  2018-02-14+20wd ", "2018-03-20"),
        ("2018-02-14 +20个工作日", "2018-03-20"),
        ("2018-02-14 + 20 workdays", "2018-03-20"),
        ("2018-02-14 - 5wd", "2018-02-08"),
        ("2018-02-14 - 5个工作日", "2018-02-08"),
        ("2018-02-14 + 0wd", "2018-02-14"),
        ("2018-02-14 + 20日", "2018-03-06"),
        ("2018-02-14 + 2周", "2018-02-28"),
        ("2018-02-14 + 1个月", "2018-03-14"),
        ("2018-02-14 + 1年", "2019-02-14"),
        ("2018-02-14 - 1y", "2017-02-14"),
        ("2018-02-14 roll preceding", "2018-02-14"),
        ("2018-02-17 ROLL modified_following", "2018-02-22"),
        ("end of 2018-02 roll preceding", "2018-02-28"),
        ("end of 2018 roll preceding", "2018-12-29"),
        ("2018年底 roll preceding", "2018-12-29"),
        ("2018年2月底", "2018-02-28"),
        ("2018 年 2 月底", "2018-02-28"),
        ("start of 2004 + 1wd", "2004-01-02"),
        ("start of 2022-10 + 1wd", "2022-10-08"),
        ("2022-10-01 + 1wd", "2022-10-08"),
        ("2022-09-30 + 1wd", "2022-10-08"),
        ("start of 2026-06 + 1wd", "2026-06-01"),
        ("start of 2026", "2025-12-31"),
        ("end of 2026Q1 roll preceding", "2026-03-31"),
        ("end of 2026H1", "2026-06-30"),
        ("2020-01-31 + 1m roll following", "2020-03-02"),
        ("2022-07-30 roll following + 1wd", "2022-08-02"),
        ("2018-02-14T16:00 + 24h", "2018-02-15"),
        ("2018-02-14 16:00 + 30小时", "2018-02-15"),
        ("2018-02-14T23:30Z + 1h", "2018-02-15"),
        ("2025-01-10 + 20wd pausing 2025-01-15..2025-02-06", "2025-03-03"),
        ("2025-01-10 + 20wd pausing 2025-01-15..2025-01-20, 2025-01-21..2025-02-06", "2025-03-03"),
        ("2025-01-10 + 10d pausing 2025-01-15..2025-01-16 roll following", "2025-01-22"),
    ],
)
def test_an_expression_has_its_day(expr, expected):
    assert answer({"expr": expr})["date"] == expected


@pytest.mark.parametrize(
    ("expr", "count"),
    [
        ("workdays 2025-01-24..2025-02-10", 7),
        ("workdays 2025-01-24 .. 2025-02-10", 7),
        ("workdays 2025-01-24..2025-01-24", 0),
        ("workdays 2025-02-10..2025-01-24", 0),
        ("workdays 2003-12-31..2004-01-02", 1),
    ],
)
def test_working_days_are_counted_after_the_first_day_up_to_the_last(expr, count):
    found = answer({"expr": expr})
    assert found == {
        "id": None, "expr": expr, "count": count,
        "works": None, "weekday": None, "status": "announced", "error": None,
    }  # fmt: skip


def test_the_parsed_question_is_a_value():
    shift = Shift(20, Unit.WORKDAY)
    question = parse("2018-02-14 + 20wd roll preceding")
    assert isinstance(question, Reckoning)
    assert question.steps == (shift, Roll(Convention.PRECEDING))
    assert parse("workdays 2020-01-15..2020-02-15") == Tally(date(2020, 1, 15), date(2020, 2, 15))


@pytest.mark.parametrize(
    ("expr", "code"),
    [
        ("", "date-unreadable"),
        ("tomorrow", "date-unreadable"),
        ("2018-02-14 20wd", "date-unreadable"),
        ("2018-02-145", "date-unreadable"),
        ("workdays 2020-01-15..2020-02-15 + 1wd", "date-unreadable"),
        ("2026-02-30", "date-invalid"),
        ("2026-13-01", "date-invalid"),
        ("0000-01-01", "date-invalid"),
        ("end of 2018-00", "date-invalid"),
        ("end of 2018-13", "date-invalid"),
        ("2018-02-14T25:00 + 1h", "time-invalid"),
        ("2018-02-14 + 20xx", "unit-unknown"),
        ("2018-02-14 + 999999d", "duration-too-long"),
        ("2018-02-14 roll", "roll-unknown"),
        ("2018-02-14 roll nearest", "roll-unknown"),
        ("2018-02-14 + 24h", "hours-need-time"),
        ("2018-02-14 - 5wd pausing 2018-02-01..2018-02-02", "pausing-misplaced"),
        ("2018-02-14 + 5wd pausing 2018-03-02..2018-03-01", "range-reversed"),
        ("2018-02-14 + 5wd pausing 2018-03-02", "range-unreadable"),
        ("workdays 2020-01-15", "range-unreadable"),
    ],
)
def test_a_mistake_has_a_code_and_a_hint(expr, code):
    with pytest.raises(UsageError) as caught:
        evaluate(parse(expr), calendar())
    (problem,) = caught.value.problems
    assert problem.code == code
    assert problem.hint.text()


def test_the_hint_for_a_day_that_does_not_exist_says_how_long_the_month_is():
    with pytest.raises(UsageError, match="2026年2月只有28天"):
        parse("2026-02-30")


@pytest.mark.parametrize(
    "expr",
    [
        "2003-12-31",
        "2003-12-31 + 1wd",
        "2003-07-01 + 1y",
        "2051-01-01",
        "2018-02-14 + 100000wd",
        "2018-02-14 + 100000y",
        "9999-12-31 + 1d",
        "workdays 1999-01-01..2000-01-01",
    ],
)
def test_what_the_calendar_does_not_hold_is_an_error_and_no_crash(expr):
    found = answer({"id": 7, "expr": expr})
    assert "日历范围" in found["error"]
    assert (found["id"], found["date"], found["status"]) == (7, None, None)


@pytest.mark.parametrize(
    ("expr", "status"),
    [
        ("2026-12-28", "announced"),
        ("2026-12-29", "provisional"),
        ("2026-12-21 + 5wd", "announced"),
        ("2026-12-28 + 1wd", "provisional"),
        ("2027-01-04 - 10wd", "provisional"),
        ("2026-12-01 + 30d", "provisional"),
        ("2026-12-27 roll following", "announced"),
        ("workdays 2025-12-31..2026-12-28", "announced"),
        ("workdays 2025-12-31..2026-12-29", "provisional"),
        # The month's beginning was looked at before the roll turned round, here all of it known.
        ("2025-02-01 roll modified-preceding", "announced"),
    ],
)
def test_an_answer_is_announced_only_if_every_day_it_rests_on_is(expr, status):
    assert answer({"expr": expr, "as_of": "2026-11-22"})["status"] == status


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({}, "expr"),
        ({"expr": 5}, "expr"),
        ({"expr": "2018-02-14", "region": "atlantis"}, "atlantis"),
        ({"expr": "workdays 2018-02-14..2018-02-15", "region": "CN-BJ"}, "CN-BJ"),
        ({"expr": "2018-02-14", "region": 5}, "region"),
        ({"expr": "2018-02-14", "as_of": "yesterday"}, "as_of"),
        ({"expr": "2018-02-14", "as_of": 20180214}, "as_of"),
        ({"expr": "2018-02-14", "as_of": "2018-02-30"}, "2018-02-30"),
        ({"expr": "2018-02-14", "calendar": []}, "calendar"),
        ({"expr": "2018-02-14", "calendar": {"off": []}}, "off"),
        ({"expr": "2018-02-14", "calendar": {"weekend": ["someday"]}}, "someday"),
        ({"expr": "2018-02-14", "calendar": {"weekend": [6]}}, "6"),
        ({"expr": "2018-02-14", "calendar": {"rest": "2018-02-14"}}, "rest"),
        ({"expr": "2018-02-14", "calendar": {"rest": ["14.2.2018"]}}, "14.2.2018"),
        ([], "expr"),
        (None, "expr"),
    ],
)
def test_a_bad_record_is_answered_with_an_error(record, words):
    found = answer(record)
    assert words in found["error"]
    assert list(found) == ["id", "expr", "date", "works", "weekday", "status", "error"]


@pytest.mark.parametrize("line", ["", "{", "[]", "5", '"text"', "[" * 100_000])
def test_a_line_that_is_no_object_is_answered_with_an_error(line):
    assert answer_line(line)["error"]


def test_a_line_is_answered_with_its_id():
    found = answer_line('{"id": "a-1", "expr": "2026-01-04", "region": null, "as_of": null, "calendar": null}')
    assert found == {
        "id": "a-1", "expr": "2026-01-04", "date": "2026-01-04",
        "works": True, "weekday": "Sun", "status": "announced", "error": None,
    }  # fmt: skip
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("weekend", [["sat", "sun"], ["Saturday", "SUNDAY"], "Sat,Sun", ["周六", "星期日"]])
def test_a_weekend_goes_by_several_names(weekend):
    table = custom_calendar({"weekend": weekend})
    assert [table.works(date(2026, 1, n)) for n in (2, 3, 4, 5)] == [True, False, False, True]


def test_without_a_weekend_key_saturday_and_sunday_rest_and_an_empty_one_rests_never():
    assert not custom_calendar({}).works(date(2026, 1, 3))
    assert custom_calendar({"weekend": []}).works(date(2026, 1, 3))
    assert custom_calendar({"weekend": ""}).works(date(2026, 1, 3))


def test_the_error_speaks_the_language_that_was_asked_for():
    assert answer({"expr": "2026-02-30"}, lang=Lang.ZH)["error"] == "没有这一天：2026-02-30"
    assert "2026-02-30" in answer({"expr": "2026-02-30"}, lang=Lang.EN)["error"]
