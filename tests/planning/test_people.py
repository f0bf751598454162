"""To whom a notice really goes: tenures, delegates, `via`, shared mailboxes, the admin."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from notice_office import at, register

from scheduler.planning.model import Bearer
from scheduler.planning.people import Directory, Route
from scheduler.planning.reasons import Reason
from scheduler.register import Roster
from scheduler.register.values import MailPace, Target

ROSTER = Roster(register())
CITY, COUNTY, TOWN = Bearer("city", "city"), Bearer("county", "county"), Bearer("town", "town")
SUN_LI = Bearer("sun.li", "city", "sun.li", "leader")
LU_HE = Bearer("lu.he", "city", "lu.he", "leader")
MAYOR = Bearer("city:leader", "city", "lu.he", "leader")  # follows the post
TUE_JAN_27, FRI_JAN_30, MON_MAR_2 = date(2026, 1, 27), date(2026, 1, 30), date(2026, 3, 2)


def route(bearer: Bearer, to: str | None, on: date) -> Route:
    target = None
    if to is not None:
        target = Target(to.removeprefix("reports_to."), upward=to.startswith("reports_to."))
    return Directory(ROSTER).route(bearer, target, on)


@pytest.mark.parametrize(
    ("bearer", "to", "on", "who", "note"),
    [
        (CITY, None, FRI_JAN_30, "zhou.min", None),
        (CITY, "deputy", FRI_JAN_30, "hu.bo", None),
        (CITY, "reports_to.officer", FRI_JAN_30, "he.ping", None),
        (CITY, None, TUE_JAN_27, "an.ping", "本邮件原送周敏（其2026-01-26至2026-01-28不在岗），现送您处理。"),
        (CITY, "leader", FRI_JAN_30, "lu.he", None),  # until February
        (LU_HE, None, FRI_JAN_30, "lu.he", None),
        (SUN_LI, None, MON_MAR_2, "zhou.min", "本邮件原送孙立（其邮件由您转呈），现送您处理。"),
        (MAYOR, None, FRI_JAN_30, "lu.he", None),
        (MAYOR, None, MON_MAR_2, "zhou.min", "本邮件原送孙立（其邮件由您转呈），现送您处理。"),
        (TOWN, None, FRI_JAN_30, "town", None),  # no officer: the shared mailbox
        (TOWN, "reports_to.officer", FRI_JAN_30, "zhou.min", None),
        # The mayor's mail goes through the officer whom it is about: then the admin passes it on.
        (CITY, "leader", MON_MAR_2, "he.ping", "本邮件原送孙立（代收人就是承办人），现送您处理。"),
        (CITY, "duty", FRI_JAN_30, "he.ping", "本邮件原送值班人员（尚无值班表），现送您处理。"),
    ],
)
def test_a_role_becomes_a_person_and_says_so_when_it_is_another(
    bearer: Bearer, to: str | None, on: date, who: str, note: str | None
) -> None:
    found = route(bearer, to, on).recipient
    assert found is not None
    assert (found.who, found.note and found.note.text()) == (who, note)


@pytest.mark.parametrize(
    ("bearer", "to", "reason"),
    [
        (TOWN, "office-head", Reason.RUNG_MISSING),
        (Bearer("office", "office"), "reports_to.officer", Reason.RUNG_MISSING),  # reports to nobody
        (COUNTY, "deputy", Reason.HIMSELF),  # the same person has both posts
        (LU_HE, "leader", Reason.HIMSELF),
    ],
)
def test_a_missing_rung_is_dropped_and_nobody_is_told_about_himself(bearer: Bearer, to: str, reason: Reason) -> None:
    assert route(bearer, to, FRI_JAN_30) == Route(None, reason=reason)


def test_the_officer_gets_a_copy_of_what_a_person_of_the_unit_owes() -> None:
    assert [c.who for c in route(LU_HE, None, FRI_JAN_30).copies] == ["zhou.min"]
    assert [c.who for c in route(LU_HE, None, TUE_JAN_27).copies] == ["an.ping"]  # his delegate


def test_no_copy_goes_where_the_mail_itself_goes() -> None:
    assert route(SUN_LI, None, MON_MAR_2).copies == ()


def test_a_delegate_may_be_told_as_the_deputy_of_whom_he_stands_in_for() -> None:
    found = route(CITY, "office-head", TUE_JAN_27).recipient
    assert found is not None
    assert found.who == "an.ping"


def test_a_task_without_a_bearer_asks_the_coordinator_to_find_one() -> None:
    found = route(Bearer("unassigned", "office"), None, FRI_JAN_30).recipient
    assert found is not None
    assert (found.who, str(found.note)) == ("he.ping", "该任务尚未确定承办单位，请协调。")


@pytest.mark.parametrize("pace", list(MailPace))
def test_the_one_who_reads_the_mail_says_how_often_he_wants_it(pace: MailPace) -> None:
    roster = Roster(register(leader=f", mail: {pace}"))
    assert Directory(roster).route(LU_HE, None, FRI_JAN_30).pace is pace


# -- the duty roster -------------------------------------------------------------------------------------------------

SAT_JAN_31, SUN_FEB_1, MON_FEB_2, TUE_FEB_3 = date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 2), date(2026, 2, 3)
DUTY = """duty:
  - {date: 2026-01-27, person: 周敏}
  - {date: 2026-01-30, person: 胡波}
  - {date: 2026-01-31, lead: 许文, person: 林岚}
  - {date: 2026-02-01, lead: 许文, person: 林岚, email: zhiban@example.gov.cn}
  - {date: 2026-02-02, person: 马远, email: zhiban@example.gov.cn}
  - {date: 2026-02-04, person: 周敏}
"""


def on_duty(on: date | datetime, bearer: Bearer = CITY, office: str = "") -> Route:
    return Directory(Roster(register(office=office, more=DUTY))).route(bearer, Target("duty"), on)


@pytest.mark.parametrize(
    ("on", "who", "address", "note"),
    [
        (FRI_JAN_30, "hu.bo", "hubo@example.gov.cn", "本邮件送2026-01-30值班员。"),
        (SAT_JAN_31, "lin.lan", "linlan@example.gov.cn", "本邮件送2026-01-31值班员，带班领导许文。"),
        (SUN_FEB_1, "lin.lan", "zhiban@example.gov.cn", "本邮件送2026-02-01值班员，带班领导许文。"),
        (MON_FEB_2, "duty:2026-02-02", "zhiban@example.gov.cn", "本邮件送2026-02-02值班员。"),
        (TUE_FEB_3, "he.ping", "heping@example.gov.cn", "本邮件原送值班人员（2026-02-03没有排值班员），现送您处理。"),
    ],
)
def test_what_goes_to_duty_goes_to_who_is_on_duty_that_day(on: date, who: str, address: str, note: str) -> None:
    found = on_duty(on).recipient
    assert found is not None
    assert (found.who, found.address, str(found.note)) == (who, address, note)


@pytest.mark.parametrize(
    ("moment", "handover", "who"),
    [
        ("2026-01-31 00:00", "", "lin.lan"),
        ("2026-01-30 23:59", "", "hu.bo"),
        ("2026-01-31 08:29", ', handover: "08:30"', "hu.bo"),
        ("2026-01-31 08:30", ', handover: "08:30"', "lin.lan"),
        ("2026-02-01 07:00", ', handover: "08:30"', "lin.lan"),
    ],
)
def test_a_duty_begins_at_midnight_in_beijing_or_when_the_table_says(moment: str, handover: str, who: str) -> None:
    found = on_duty(at(moment).astimezone(UTC), office=handover).recipient
    assert found is not None
    assert found.who == who


def test_who_is_on_duty_and_away_is_stood_in_for_and_nobody_is_told_about_himself() -> None:
    found = on_duty(TUE_JAN_27, COUNTY).recipient
    assert found is not None
    assert (found.who, str(found.note)) == (
        "an.ping",
        "本邮件原送周敏（其2026-01-26至2026-01-28不在岗），现送您处理。",
    )
    assert on_duty(SAT_JAN_31, COUNTY) == Route(None, reason=Reason.HIMSELF)


def test_a_unit_that_names_who_is_on_duty_among_its_own_people_tells_him() -> None:
    roster = Roster(register(more=DUTY, city="\n      duty: hu.bo"))
    found = Directory(roster).route(CITY, Target("duty"), SAT_JAN_31).recipient
    assert found is not None
    assert found.who == "hu.bo"
