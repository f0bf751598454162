"""A duty roster at work: by day and by night what counts in hours goes to who is on duty, today by today's roster."""

from __future__ import annotations

import pytest
from small_office import ADMIN, ZHOU, at

from scheduler.planning.model import FactKind

HU_BO, AN_PING, ROOM = "hubo@example.gov.cn", "anping@example.gov.cn", "zhiban@example.gov.cn"
REPOST = "repost/city/H-1"
HOURLY = (
    "obligations:\n",
    """\
  round-the-clock:
    clock: any
    remind: [12h]
    escalate: [{before: 4h, to: duty}, {before: 1h, to: duty}]
obligations:
  - id: repost
    title: 转载重要文件
    owed_by: event.unit
    due: {within: 24h, after: paper.issued}
    ladder: round-the-clock
""",
)
HEADING = "日期,带班领导,值班员,电话,邮箱\n"
FRI_TO_SUN = f"{HEADING}2026/1/30,许文,胡波,,\n2026/1/31,许文,安平,,\n2026/2/1,许文,马远,0000-0000000,{ROOM}\n"


@pytest.fixture
def running(office):
    """The city has from Friday, 30 January 2026, 16:00 until Saturday, 16:00."""
    office.edit("by: 2026-01-30", "by: 2026-06-30")  # nothing else is due
    office.edit("units:\n", "include: [duty.csv]\nunits:\n")
    office.edit(*HOURLY)
    roster(office, FRI_TO_SUN)
    daemon = office.daemon()
    office.beat(daemon, "2026-01-30 15:00")
    return daemon


def roster(office, rows: str, encoding: str = "gb18030") -> None:
    (office.folder / "duty.csv").write_bytes(rows.encode(encoding))


def issued(office, moment: str) -> None:
    office.now = at(moment)
    with office.journal as journal:
        from scheduler.journal import Entry

        data = {"event": "paper.issued", "ref": "H-1", "unit": "city"}
        journal.append([Entry(FactKind.EVENT, "he.ping", at(moment), None, data)], now=at(moment))


def beats(office, daemon, *moments: str) -> list[list[str]]:
    """To whom reminders and escalations went at each moment."""
    found = []
    for moment in moments:
        before = len(office.server.letters)
        office.beat(daemon, moment)
        told = [one for one in office.server.letters[before:] if one.subject[:4] in {"【提醒】", "【督办】"}]
        found.append([letter.to.address for letter in told])
    return found


def test_steps_in_hours_go_to_whoever_is_on_duty_at_any_minute_of_any_day(office, running):
    issued(office, "2026-01-30 03:00")
    assert beats(office, running, "2026-01-30 15:01", "2026-01-30 23:01", "2026-01-31 02:01") == [
        [ZHOU],  # 12 hours before
        [HU_BO],  # Friday's, an hour before midnight
        [AN_PING],  # Saturday's, at two in the night
    ]


def test_the_mail_says_that_it_comes_by_the_roster_and_the_record_names_him_by_id(office, running):
    issued(office, "2026-01-31 04:00")
    beats(office, running, "2026-01-31 16:01", "2026-02-01 00:01")
    letter = office.server.letters[-1]
    assert letter.to.address == ROOM
    assert "马远同志：" in letter.text
    assert "本邮件送2026年2月1日值班员，带班领导许文。" in letter.text
    for one in (office.server.letters[-2], letter):  # the reminder of Saturday names Saturday's
        assert "值　班：" in one.text
        assert "值　班：" in one.html
    assert "值　班：1月31日带班领导许文，值班员安平\n" in office.server.letters[-2].text
    assert "值　班：2月1日带班领导许文，值班员马远，电话0000-0000000\n" in letter.text
    (sent,) = [f for f in office.facts(FactKind.SENT) if f.data["kind"] == "escalation"]
    assert sent.data["to"] == ("duty:2026-02-01",)
    assert "马远" not in str([f.data for f in office.facts(FactKind.QUEUED, FactKind.SENT)])


def test_on_a_day_without_anybody_on_duty_the_admin_is_told_and_why(office, running):
    issued(office, "2026-02-01 04:00")
    assert beats(office, running, "2026-02-01 16:01", "2026-02-02 00:01")[-1] == [ADMIN]
    assert "（2026年2月2日没有排值班员）" in office.server.letters[-1].text


def test_an_edited_roster_takes_effect_and_a_faulty_one_changes_nothing(office, running):
    issued(office, "2026-01-30 03:00")
    roster(office, FRI_TO_SUN.replace("2026/1/30,许文,胡波", "2026/1/30,许文,安平"))
    assert beats(office, running, "2026-01-30 15:01", "2026-01-30 23:01")[-1] == [AN_PING]
    roster(office, FRI_TO_SUN.replace("2026/1/31,许文,安平", "2026/1/32,许文,胡波"))
    assert beats(office, running, "2026-01-31 02:01") == [[AN_PING]]  # as before
    assert any("duty.csv:3:1" in letter.text for letter in office.server.letters if letter.to.address == ADMIN)


def test_after_an_outage_it_goes_to_who_is_on_duty_now(office, running):
    issued(office, "2026-01-30 06:00")  # 23 hours later Saturday's is on duty; the first step was Friday's
    assert beats(office, running, "2026-01-31 05:10") == [[AN_PING, ZHOU]]
    assert office.outcomes(REPOST)["escalate-before-4h"].startswith("sent")


def test_at_the_handover_the_next_one_takes_over(office, running):
    office.edit("admin: he.ping,", 'admin: he.ping, handover: "08:30",')
    issued(office, "2026-01-30 10:00")
    assert beats(office, running, "2026-01-30 22:01", "2026-01-31 06:01", "2026-01-31 09:01") == [
        [ZHOU],
        [HU_BO],  # Friday's until half past eight
        [AN_PING],
    ]


def test_days_ahead_with_nobody_on_duty_are_told_to_the_admin_once_a_week(office, running):
    office.beat(running, "2026-02-02 09:00")
    office.beat(running, "2026-02-03 09:00")
    (before, letter) = [one for one in office.server.letters if "没有排值班员" in one.text]
    assert "2026-02-02至2026-02-12没有排值班员" in before.text
    assert "2026-02-02至2026-02-15没有排值班员" in letter.text


def test_a_summary_may_go_to_whoever_is_on_duty_and_to_a_unit(office, running):
    office.edit("obligations:\n", "summaries:\n  - {every: week, by: fri, to: [duty, city]}\nobligations:\n")
    roster(office, FRI_TO_SUN + "2026/2/6,许文,安平,,\n")
    office.beat(running, "2026-02-06 09:00")
    found = [letter.to.address for letter in office.server.letters if "工作情况" in letter.subject]
    assert sorted(found) == [AN_PING, ZHOU]
