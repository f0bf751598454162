"""工作情况: the mail of figures goes when the table says, once, to whom it says, with the numbers of the record."""

from __future__ import annotations

import pytest
from small_office import ADMIN, CITY, COUNTY, at

from scheduler.daemon.summaries import latest
from scheduler.planning import Calendars
from scheduler.planning.model import FactKind, MessageKind
from scheduler.planning.windows import Window
from scheduler.register.model import SummaryRow
from scheduler.register.parts import fit

HU_BO = "hubo@example.gov.cn"
SUMMARIES = ("obligations:\n", "summaries:\n  - {every: month, by: start + 3wd, to: [he.ping, hu.bo]}\nobligations:\n")
WED_4 = "2026-02-04 09:00"  # the third working day of February


def summaries(office):
    return [letter for letter in office.server.letters if "工作情况" in letter.subject]


@pytest.fixture
def running(office):
    office.edit(*SUMMARIES)
    daemon = office.daemon()
    office.beat(daemon, "2026-01-23 09:00")
    office.now = at("2026-01-28 10:00")
    office.tell(FactKind.DONE, CITY)
    return daemon


@pytest.mark.parametrize(
    ("every", "by", "now", "turn"),
    [
        (
            "month",
            "start + 3wd",
            "2026-02-04 08:59",
            ("2026-01-06 09:00", "2025-12"),
        ),  # the fourth was a make-up Sunday
        ("month", "start + 3wd", "2026-02-04 09:00", ("2026-02-04 09:00", "2026-01")),
        ("month", "end", "2026-02-02 09:00", ("2026-02-02 09:00", "2026-01")),  # the 31st is a Saturday
        ("month", "end + 2wd", "2026-02-03 09:00", ("2026-02-03 09:00", "2026-01")),
        ("quarter", "start + 1wd", "2026-02-04 09:00", ("2026-01-04 09:00", "2025Q4")),
        ("week", "mon", "2026-01-23 09:00", ("2026-01-19 09:00", "2026-W03")),
    ],
)
def test_a_moment_at_the_end_of_a_period_is_about_it_and_an_earlier_one_about_the_period_before(
    office, every, by, now, turn
):
    row = fit(SummaryRow, {"every": every, "by": by, "to": ["he.ping"]})
    register = office.daemon().desk.register
    found = latest(row, Window(Calendars(register).of(None), register.office.send_at), at(now))
    assert (found.at, found.period.label) == (at(turn[0]), turn[1])


def test_it_goes_at_the_moment_of_the_table_and_to_whom_it_names(office, running):
    office.beat(running, "2026-02-04 08:59")
    assert summaries(office) == []
    office.beat(running, WED_4)
    assert sorted(letter.to.address for letter in summaries(office)) == [ADMIN, HU_BO]


def test_it_goes_once_whatever_is_restarted(office, running):
    office.beat(running, WED_4)
    for hour in range(10, 14):
        office.beat(office.daemon(), f"2026-02-04 {hour}:00")
    office.beat(running, "2026-02-05 09:00")
    assert len(summaries(office)) == 2
    assert {row.cause for row in office.outbox(MessageKind.SUMMARY)} == {"2026-01:he.ping", "2026-01:hu.bo"}


def test_its_numbers_are_those_of_the_record_and_it_names_the_head(office, running):
    office.beat(running, "2026-02-03 18:00")
    with office.journal as journal:
        head = journal.head().seq
    office.beat(running, WED_4)
    text = summaries(office)[0].text
    assert "2026年1月到期任务2项，涉及2个单位：按时办结1项，尚未办结1项" in text
    assert "安泉市人民政府1项：按时办结1项" in text
    assert "望河县人民政府1项：尚未办结1项" in text
    assert int(text.rpartition("数据校验码：")[2].partition("-")[0]) > head
    assert COUNTY not in text


def test_after_an_outage_the_last_one_goes_when_mail_may_go_again(office, running):
    office.beat(running, "2026-02-07 10:00")  # a Saturday
    assert summaries(office) == []
    office.beat(running, "2026-02-09 09:00")
    assert len(summaries(office)) == 2


def test_one_whose_turn_came_before_the_program_was_in_use_is_not_made_up_for(office):
    office.edit(*SUMMARIES)
    office.beat(office.daemon(), "2026-01-19 10:00")  # December's turn was on the 6th
    assert summaries(office) == []


def test_the_end_of_the_trial_in_the_middle_of_a_period_sends_none_again(office):
    office.edit(*SUMMARIES)
    office.edit('send_at: "09:00"', 'send_at: "09:00", trial: true')
    daemon = office.daemon()
    office.beat(daemon, "2026-01-23 09:00")
    office.beat(daemon, WED_4)
    office.edit('send_at: "09:00", trial: true', 'send_at: "09:00"')
    office.beat(office.daemon(), "2026-02-05 09:00")
    assert len(office.outbox(MessageKind.SUMMARY)) == 2


def test_in_the_trial_all_go_to_the_admin_and_say_for_whom(office):
    office.edit(*SUMMARIES)
    office.edit('send_at: "09:00"', 'send_at: "09:00", trial: true')
    daemon = office.daemon()
    office.beat(daemon, "2026-01-23 09:00")
    office.beat(daemon, WED_4)
    assert [letter.to.address for letter in summaries(office)] == [ADMIN, ADMIN]
    assert any("胡波" in letter.text for letter in summaries(office))
