"""What looks wrong in a notice: each finding in a notice made wrong on purpose, and none in the real ones."""

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from scheduler.problems import Level
from scheduler.workdays import Notice, NoticeDay, Region, calendar
from scheduler.workdays.lint import lint, lint_year
from scheduler.workdays.notice import parse_notice

NOTICES = Path(__file__).parent / "data" / "notices"
BEFORE_2026 = calendar(as_of=date(2025, 11, 1))


def notice_2026():
    return parse_notice((NOTICES / "2026.txt").read_text(encoding="utf-8")).notice


def without(notice, *days):
    return replace(notice, days=tuple(d for d in notice.days if d.date not in days))


def codes(problems):
    return [p.code for p in problems]


@pytest.mark.parametrize("year", range(2004, 2027))
def test_no_real_year_has_an_error(year):
    assert [p for p in lint_year(year) if p.level is Level.ERROR] == []


def test_eight_working_days_in_a_row_are_a_warning():
    found = [p.message.text() for p in lint_year(2013)]
    assert "2013-01-04至2013-01-11连续上班8天" in found
    assert {p.level for p in lint_year(2013)} == {Level.WARNING}


def test_a_year_without_a_notice_has_one_warning():
    (problem,) = lint_year(2027)
    assert (problem.code, problem.level) == ("notice-missing", Level.WARNING)


def test_the_real_notice_of_2026_is_clean():
    assert lint(notice_2026(), BEFORE_2026) == ()


def test_a_finding_stands_where_the_text_names_the_day():
    text = (NOTICES / "2026.txt").read_text(encoding="utf-8").replace("2月28日（周六）上班", "2月26日（周四）上班")
    parsed = parse_notice(text, file="2026.txt")
    (found,) = [p for p in lint(parsed.notice, BEFORE_2026, parsed.places) if p.code == "notice-make-up-weekday"]
    line = next(n for n, line in enumerate(text.splitlines(), 1) if "2月26日" in line)
    assert (found.place.file, found.place.line) == ("2026.txt", line)
    assert found.place.column == text.splitlines()[line - 1].index("2月14日") + 1  # the clause begins there


def test_a_day_of_an_imported_year_that_a_second_notice_leaves_out_is_an_error():
    first = replace(notice_2026(), number="国办发明电〔2025〕8号")
    before = calendar(as_of=date(2025, 11, 1), imported=[replace(first, published=None)])
    found = lint(without(notice_2026(), date(2026, 2, 20), date(2026, 2, 28)), before)
    assert "notice-day-removed" in codes(found)


def test_an_empty_notice_is_an_error():
    assert codes(lint(Notice("空", 2027, None, ()))) == ["notice-empty"]


def test_a_forgotten_make_up_day_unbalances_the_notice():
    found = lint(without(notice_2026(), date(2026, 2, 28)), BEFORE_2026)
    assert codes(found) == ["notice-balance"]
    assert "应为13天" in found[0].message.text()


def test_a_statutory_day_that_works_is_an_error():
    found = lint(without(notice_2026(), date(2026, 1, 1)), BEFORE_2026)
    assert codes(found) == ["notice-statutory-day", "notice-balance"]
    assert "2026-01-01" in found[0].message.text()


def test_a_make_up_day_on_a_weekday_is_an_error():
    notice = notice_2026()
    wrong = replace(notice, days=(*notice.days, NoticeDay(date(2026, 3, 3), True, "春节")))
    assert "notice-make-up-weekday" in codes(lint(wrong, BEFORE_2026))


def test_a_make_up_day_far_from_its_holiday_is_a_warning():
    notice = without(notice_2026(), date(2026, 10, 10))
    wrong = replace(notice, days=(*notice.days, NoticeDay(date(2026, 1, 10), True, "国庆节")))
    found = lint(wrong, BEFORE_2026)
    assert ("notice-make-up-far", Level.WARNING) in {(p.code, p.level) for p in found}


@pytest.mark.parametrize("year", [1, 2003, 2051, 9999])
def test_a_year_that_the_calendar_does_not_hold_is_an_error_and_settles_nothing(year):
    for amends in (False, True):
        notice = Notice("通知", year, None, (NoticeDay(date(year, 10, 1), False, "国庆节"),), amends)
        assert codes(lint(notice)) == ["notice-year"]
        assert calendar(imported=[notice]).digest == calendar().digest


def test_half_a_notice_of_a_year_to_come_is_told_from_an_amendment():
    text = (NOTICES / "2026.txt").read_text(encoding="utf-8")
    parsed = parse_notice(text.partition("五、")[0])
    assert parsed.problems == ()
    assert codes(lint(parsed.notice, BEFORE_2026)) == ["notice-incomplete"]
    assert lint(parsed.notice, calendar()) == ()  # of a year in force it amends those festivals


def test_a_day_of_another_year_is_an_error():
    notice = notice_2026()
    wrong = replace(notice, days=(*notice.days, NoticeDay(date(2027, 3, 6), True, "春节")))
    assert "notice-day-outside" in codes(lint(wrong, BEFORE_2026))


def test_a_notice_that_drops_known_days_names_each():
    found = lint(without(notice_2026(), date(2026, 2, 20), date(2026, 2, 28)), calendar())
    assert codes(found) == ["notice-day-removed", "notice-day-removed"]
    assert ["2026-02-20" in found[0].message.text(), "2026-02-28" in found[1].message.text()] == [True, True]


@pytest.mark.parametrize("name", ["2015-amendment.txt", "2019-amendment.txt", "2020-amendment.txt"])
def test_an_amendment_need_not_balance(name):
    notice = parse_notice((NOTICES / name).read_text(encoding="utf-8")).notice
    assert [p for p in lint(notice) if p.level is Level.ERROR] == []


def test_a_regional_notice_is_not_measured_against_the_year():
    notice = Notice(
        "新政办〔2027〕3号", 2027, None, (NoticeDay(date(2027, 3, 9), False, "肉孜节"),), region=Region.XINJIANG
    )
    assert lint(notice) == ()
