from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from icalendar import Calendar
from mailing.story import Facts, at, notice, plan_at
from msgspec.structs import replace

from scheduler.planning.model import BEIJING, FactKind
from scheduler.reports.feed import entries, feed

NOW = at("2026-12-30T10:00")
FIRST, LAST = date(2026, 12, 1), date(2027, 12, 31)
REPORT = "annual-report.submit/wanghe-county/2026"


def story():
    told = Facts()
    told.add(
        FactKind.EVENT, at("2026-12-30T08:00"), on=at("2026-12-30T08:00"),
        event="policy.published", ref="GZ-1", unit="wanghe-county",
    )  # fmt: skip
    return told


def parsed(plan, **whose):
    content = feed(entries(plan, FIRST, LAST, **whose), plan, "督办：望河县", NOW, domain="example.gov.cn")
    calendar = Calendar.from_ical(content)
    assert [event.errors for event in calendar.walk()] == [[]] * len(list(calendar.walk()))
    return {str(event["description"]).rpartition("：")[2]: event for event in calendar.walk("VEVENT")}


def test_a_unit_has_its_own_tasks_and_a_person_his_own_and_those_he_does_as_officer():
    plan = plan_at(NOW, story())
    own = parsed(plan, unit="wanghe-county")
    assert {name.split("/")[1] for name in own} == {"wanghe-county", "sun.li"}
    assert {name.split("/")[1] for name in parsed(plan, person="lin.lan")} == {"wanghe-county"}
    assert {name.split("/")[1] for name in parsed(plan, person="sun.li")} == {"sun.li"}
    assert set(own) < set(parsed(plan))


def test_a_day_is_a_whole_day_and_a_moment_an_instant():
    found = parsed(plan_at(NOW, story()), unit="wanghe-county")
    report = found[REPORT]
    assert (report["dtstart"].dt, report["dtend"].dt) == (date(2027, 1, 29), date(2027, 1, 30))  # a Friday
    moment = found["policy.repost/wanghe-county/GZ-1"]
    assert moment["dtstart"].dt == datetime(2026, 12, 31, 8, tzinfo=BEIJING)


def test_what_is_provisional_is_tentative_and_says_so():
    found = parsed(plan_at(NOW, story()), unit="wanghe-county")
    assert (found[REPORT]["status"], found["policy.repost/wanghe-county/GZ-1"]["status"]) == ("TENTATIVE", "CONFIRMED")
    assert "（暂定）" in found[REPORT]["summary"]


@pytest.mark.parametrize(
    ("task", "before"),
    [
        (REPORT, [timedelta(days=-7, hours=9), timedelta(days=-1, hours=9)]),  # at nine in the morning
        ("policy.repost/wanghe-county/GZ-1", [timedelta(hours=-4), timedelta(hours=-1)]),
    ],
)
def test_an_entry_rings_beforehand(task, before):
    event = parsed(plan_at(NOW, story()), unit="wanghe-county")[task]
    assert [alarm["trigger"].dt for alarm in event.walk("VALARM")] == before


def test_what_is_done_rings_no_more_and_says_so():
    told = story().add(FactKind.DONE, at("2026-12-29T10:00"), task=REPORT, on=date(2026, 12, 29))
    event = parsed(plan_at(NOW, told), unit="wanghe-county")[REPORT]
    assert event["summary"].startswith("［办结］")
    assert (event.walk("VALARM"), event["status"]) == ([], "CONFIRMED")


@pytest.mark.parametrize(
    ("kind", "state", "status"), [(FactKind.PAUSE, "暂停计算", "TENTATIVE"), (FactKind.REPORT, "待核", "CONFIRMED")]
)
def test_what_is_paused_or_reported_rings_as_little_as_it_mails_and_says_so(kind, state, status):
    task = "policy.repost/wanghe-county/GZ-1"
    told = story().add(kind, at("2026-12-30T09:00"), task=task, on=date(2026, 12, 30), reason="系统维护")
    event = parsed(plan_at(NOW, told), unit="wanghe-county")[task]
    assert event["summary"].startswith(f"［{state}］")
    assert (event.walk("VALARM"), event["status"]) == ([], status)


def test_the_uid_stays_when_the_target_moves_and_the_sequence_grows():
    told = story()
    before = parsed(plan_at(NOW, told))[REPORT]
    told.mailed("2026-12-30T09:00", notice(plan_at(NOW), REPORT, "remind-20wd"))
    moved = plan_at(NOW, told)
    slots = tuple(
        replace(slot, dates=replace(slot.dates, target=date(2027, 1, 28)))
        if slot.obligation.id == "annual-report.submit"
        else slot
        for slot in moved.slots
    )
    after = parsed(replace(moved, slots=slots))[REPORT]
    assert after["uid"] == before["uid"]
    assert after["dtstart"].dt == date(2027, 1, 28)
    assert (before["sequence"], after["sequence"]) == (0, 1)


def test_uids_are_unique():
    found = parsed(plan_at(NOW, story()))
    assert len({str(event["uid"]) for event in found.values()}) == len(found) > 10
