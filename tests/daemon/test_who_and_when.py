"""Whom mail reaches, and when: the bearer's own rest days and hours, shared mailboxes, weekly sheets, the preview."""

from __future__ import annotations

import pytest
from small_office import ADMIN, LIN, ZHOU, at

from scheduler.journal import Entry
from scheduler.mailing import TemporaryFailure
from scheduler.planning.model import FactKind, MessageKind

HU_BO, AN_PING, TANG, TOWN = (
    "hubo@example.gov.cn",
    "anping@example.gov.cn",
    "tangyu@example.gov.cn",
    "shidu@example.gov.cn",
)
# In Xinjiang Friday, 20 March 2026 is a day of rest; elsewhere it works.
CITY_IN_XINJIANG = ("    name: 安泉市人民政府\n", "    name: 安泉市人民政府\n    region: xinjiang\n")


def due(office, day: str, ladder: str = "plain") -> None:
    """The duty of both counties is due on that day."""
    office.edit("due: {by: 2026-01-30, roll: preceding}\n    ladder: plain", f"due: {{by: {day}, roll: preceding}}")
    office.edit(f"due: {{by: {day}, roll: preceding}}", f"due: {{by: {day}, roll: preceding}}\n    ladder: {ladder}")


# -- the bearer's own calendar and hours -----------------------------------------------------------------------------


def test_on_a_rest_day_of_the_bearers_own_calendar_nothing_goes_to_him(office):
    due(office, "2026-03-19")
    office.edit(*CITY_IN_XINJIANG)
    daemon = office.daemon()
    office.beat(daemon, "2026-03-18 09:00")
    assert office.beat(daemon, "2026-03-20 09:00") == [LIN]  # the first chaser
    assert ZHOU in office.beat(daemon, "2026-03-23 09:00")


def test_working_days_before_his_target_are_his_own(office):
    due(office, "2026-03-23")  # a Monday
    office.edit(*CITY_IN_XINJIANG)
    daemon = office.daemon()
    office.beat(daemon, "2026-03-18 09:00")
    assert office.beat(daemon, "2026-03-19 09:00") == [ZHOU]  # one working day before
    assert office.beat(daemon, "2026-03-20 09:00") == [LIN]


def test_what_was_owed_on_his_rest_day_waits_also_after_an_outage(office):
    due(office, "2026-03-18")
    office.edit(*CITY_IN_XINJIANG)
    daemon = office.daemon()
    office.beat(daemon, "2026-03-17 09:00")
    assert office.beat(daemon, "2026-03-20 12:00") == [LIN, TANG]  # the chaser, a day late, and the first escalation
    assert office.beat(daemon, "2026-03-23 09:00") == [HU_BO, LIN, ZHOU]


def test_a_retry_keeps_to_his_working_days_too(office):
    due(office, "2026-03-18")
    office.edit(*CITY_IN_XINJIANG)
    daemon = office.daemon()
    office.beat(daemon, "2026-03-17 09:00")
    office.server.trouble = TemporaryFailure("421 busy")
    office.beat(daemon, "2026-03-19 09:00")
    office.server.trouble = None
    held = office.beat(daemon, "2026-03-20 11:00")
    assert LIN in held
    assert ZHOU not in held
    assert ZHOU in office.beat(daemon, "2026-03-23 09:00")


@pytest.mark.parametrize("of", ["city", "office"])
def test_each_unit_gets_its_mail_at_its_own_hour(office, of):
    if of == "city":
        office.edit(CITY_IN_XINJIANG[0], '    name: 安泉市人民政府\n    send_at: "11:00"\n')
    else:
        office.edit('send_at: "09:00"', 'send_at: "11:00"')
        office.edit("name: 望河县人民政府, ", 'name: 望河县人民政府, send_at: "09:00", ')
    daemon = office.daemon()
    assert office.beat(daemon, "2026-01-23 09:00") == [LIN]
    assert office.beat(daemon, "2026-01-23 10:59") == []
    assert office.beat(daemon, "2026-01-23 11:00") == [ZHOU]


def test_before_a_long_rest_that_leaves_little_time_one_reminder_more_goes(office):
    due(office, "2026-02-25")  # the second working day after the Spring Festival, 15 to 23 February
    daemon = office.daemon()
    found = {}
    for day in (*range(9, 15), 24, 25):
        if went := office.beat(daemon, f"2026-02-{day:02} 09:00"):
            found[day] = went
    assert found == {11: [LIN, ZHOU], 14: [LIN, ZHOU], 24: [LIN, ZHOU]}  # 5wd, Saturday the 14th works, 1wd
    assert office.outcomes()["remind-before-rest"].startswith("sent")


# -- who reads it ----------------------------------------------------------------------------------------------------


def test_a_township_with_one_mailbox_for_all_gets_one_mail(office):
    town = "{id: town, name: 石渡镇人民政府, kind: county, reports_to: city, mail: shidu@example.gov.cn"
    town = f"  - {town}, people: {{deputy: ma.yu}}}}\n"
    office.edit("people:\n  - {id: he.ping", town + "people:\n  - {id: he.ping")
    office.edit("obligations:\n", "  both: {chase: [2wd], escalate: [{after: 2wd, to: deputy}]}\nobligations:\n")
    office.edit(
        "people:\n  - {id: he", "people:\n  - {id: ma.yu, name: 马宇, email: shidu@example.gov.cn}\n  - {id: he"
    )
    due(office, "2026-01-30", "both")
    daemon = office.daemon()
    went = office.beat(daemon, "2026-02-03 09:00")  # the chaser to the unit, the escalation to its deputy
    assert went.count(TOWN) == 1
    letter = next(one for one in office.server.letters if one.to.address == TOWN)
    assert "石渡镇人民政府" in letter.to.name
    assert "马宇" in letter.to.name
    (row,) = [r for r in office.outbox() if r.recipient.address == TOWN]
    assert [key.partition("#")[2].partition("@")[0] for key in row.notices] == ["escalate-after-2wd", "chase-1"]


def test_a_leader_gets_one_sheet_on_the_weeks_first_working_day(office):
    office.edit(
        "{id: hu.bo, name: 胡波, email: hubo@example.gov.cn}",
        "{id: hu.bo, name: 胡波, post: 副市长, email: hubo@example.gov.cn, mail: weekly}",
    )
    daemon = office.daemon()
    with office.journal as journal:
        for n, day in enumerate(("2026-01-26", "2026-01-27"), 1):
            data = {"event": "paper.issued", "ref": f"N-{n}", "unit": "city"}
            journal.append(
                [Entry(FactKind.EVENT, "he.ping", at(f"{day} 08:00").date(), None, data)], now=at("2026-01-27 08:00")
            )
    days = ("01-27", "01-28", "01-29", "01-30", "02-02", "02-03", "02-04", "02-05", "02-06", "02-09")
    went = {day: office.beat(daemon, f"2026-{day} 09:00").count(HU_BO) for day in days}
    assert {day: n for day, n in went.items() if n} == {"02-09": 1}  # escalations of 3, 4 and 5 February
    sheet = next(one for one in office.server.letters if one.to.address == HU_BO)
    assert "N-1" in sheet.text
    assert "N-2" in sheet.text
    (row,) = office.outbox(MessageKind.WEEKLY)
    assert len(row.notices) == 3


def test_who_is_away_is_stood_in_for_and_who_has_no_address_is_read_to(office):
    office.edit(
        "email: zhoumin@example.gov.cn}",
        "email: zhoumin@example.gov.cn, away: {from: 2026-01-22, to: 2026-01-26, delegate: an.ping}}",
    )
    office.edit("{id: lin.lan, name: 林岚, email: linlan@example.gov.cn}", "{id: lin.lan, name: 林岚, via: tang.yu}")
    daemon = office.daemon()
    assert office.beat(daemon, "2026-01-23 09:00") == [AN_PING, TANG]
    texts = {one.to.address: one.text for one in office.server.letters}
    assert "本邮件原送周敏（其2026年1月22日至2026年1月26日不在岗），现送您处理。" in texts[AN_PING]
    assert "本邮件原送林岚（其邮件由您转呈），现送您处理。" in texts[TANG]
    assert ZHOU in office.beat(daemon, "2026-01-29 09:00")  # back at his desk


# -- seen first ------------------------------------------------------------------------------------------------------


def test_of_the_preview_one_is_withdrawn_one_released_and_the_rest_goes(office):
    daemon = office.daemon()
    for day in ("01-23", "01-29", "02-02", "02-03"):
        office.beat(daemon, f"2026-{day} 09:00")
    assert ADMIN in office.beat(daemon, "2026-02-03 16:30")
    preview = next(one for one in reversed(office.server.letters) if one.to.address == ADMIN)
    for name in ("report/city/once#chase-2", "report/county/once#chase-2", "report/city/once#escalate-after-3wd"):
        assert name in preview.text
    office.tell(FactKind.WITHDRAW, "report/city/once", notice="report/city/once#chase-2", reason="已电话联系")
    assert office.beat(daemon, "2026-02-04 09:00") == [LIN]  # the office head's waits for a release
    office.tell(FactKind.RELEASE, "report/city/once", notice="report/city/once#escalate-after-3wd")
    assert office.beat(daemon, "2026-02-04 09:05") == [AN_PING]
