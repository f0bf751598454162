"""What goes, waits or is skipped, told as stories of one task due on Friday 30 January 2026."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from msgspec.structs import replace
from notice_office import Story, at, row, verdicts

from scheduler.planning.again import look_again
from scheduler.planning.cases import Cases
from scheduler.planning.model import Decision, FactKind, Notice, NoticeKind, Verdict
from scheduler.planning.notices import named, recall
from scheduler.planning.plan import Plan
from scheduler.planning.reasons import Reason
from scheduler.register.model import Rung
from scheduler.register.parts import fit

TASK = "paper/city/once"


def again(notice: Notice, plan: Plan, now: datetime) -> Decision:
    """What is decided on a notice in the outbox when its turn has come."""
    found = look_again(notice.key, Cases(plan), now)
    return Decision(notice, Verdict.SKIP, found) if isinstance(found, Reason) else found[1]


def rung_to(role: str) -> Rung:
    return fit(Rung, {"after": "1wd", "to": role})


def test_the_plain_ladder_goes_on_its_days_and_chases_for_ever() -> None:
    assert Story().days("2026-01-01", "2026-03-06") == {
        "Sun 01-04": ["zhou.min: remind-20wd"],
        "Fri 01-23": ["zhou.min: remind-5wd"],
        "Thu 01-29": ["zhou.min: remind-1wd"],
        "Mon 02-02": ["zhou.min: chase-1"],
        "Wed 02-04": ["zhou.min: chase-2"],
        "Fri 02-06": ["zhou.min: chase-3"],
        "Fri 02-13": ["zhou.min: chase-4"],
        "Fri 02-27": ["zhou.min: chase-5"],
        "Thu 03-05": ["zhou.min: chase-6"],
    }


def test_what_went_is_not_owed_again() -> None:
    story = Story()
    assert story.beat("2026-01-23 09:00")
    assert story.beat("2026-01-23 09:00") == []


def test_nothing_goes_before_its_moment() -> None:
    assert Story().owed("2026-01-04 08:59") == []


# -- silence ---------------------------------------------------------------------------------------------------------


def test_an_acknowledgement_silences_all_reminders_but_the_last() -> None:
    story = Story()
    story.tell(FactKind.ACK, "2026-01-05 10:00", TASK)
    assert story.days("2026-01-05", "2026-02-02") == {
        "Thu 01-29": ["zhou.min: remind-1wd"],
        "Mon 02-02": ["zhou.min: chase-1"],
    }
    assert story.skipped()["remind-5wd"] == "acknowledged"


@pytest.mark.parametrize(
    ("kind", "reason"), [(FactKind.DONE, "done"), (FactKind.REPORT, "reported"), (FactKind.WAIVE, "waived")]
)
def test_a_done_reported_or_waived_task_asks_for_nothing(kind: FactKind, reason: str) -> None:
    story = Story()
    story.tell(kind, "2026-01-22 10:00", TASK)
    assert story.days("2026-01-22", "2026-02-06") == {}
    assert set(story.skipped().values()) <= {reason, "overtaken"}
    assert story.skipped()["remind-5wd"] == story.skipped()["chase-3"] == reason


def test_after_a_return_the_chasers_go_on_and_no_rung_is_missing() -> None:
    story = Story(row(ladder="line"))
    story.tell(FactKind.REPORT, "2026-01-29 08:00", TASK)
    story.days("2026-01-29", "2026-02-03")
    story.tell(FactKind.RETURN, "2026-02-03 16:00", TASK, reason="数据不全")
    assert story.days("2026-02-04", "2026-02-09") == {
        "Wed 02-04": ["hu.bo: escalate-before-1wd"],
        "Thu 02-05": ["an.ping: escalate-after-1wd"],
        "Fri 02-06": ["he.ping: escalate-after-2wd"],
    }


def test_a_return_is_no_outage() -> None:
    story = Story(row(ladder="line"))
    story.tell(FactKind.REPORT, "2026-01-29 08:00", TASK)
    story.tell(FactKind.RETURN, "2026-02-03 16:00", TASK, reason="数据不全")
    assert not any(d.late for d in story.owed("2026-02-03 16:05") if d.notice.step.kind is NoticeKind.ESCALATION)


def test_a_pause_silences_and_a_resumption_counts_anew() -> None:
    story = Story()
    story.beat("2026-01-04 09:00")
    story.tell(FactKind.PAUSE, "2026-01-22 10:00", TASK, on=at("2026-01-22 10:00").date(), reason="征求第三方意见")
    assert story.days("2026-01-22", "2026-02-05") == {}
    story.tell(FactKind.RESUME, "2026-02-05 16:00", TASK, on=at("2026-02-05 16:00").date())
    assert story.days("2026-02-06", "2026-02-25") == {  # ten working days were not counted: Fri 02-13
        "Fri 02-06": ["zhou.min: remind-5wd"],
        "Thu 02-12": ["zhou.min: remind-1wd"],
        "Sat 02-14": ["zhou.min: chase-1"],
        "Wed 02-25": ["zhou.min: chase-2"],
    }


def test_a_moved_target_makes_new_notices_and_drops_the_old() -> None:
    story = Story()
    story.days("2026-01-04", "2026-01-23")
    (old,) = named(f"{TASK}#remind-1wd", story.plan(at("2026-01-23 09:00")))
    story.tell(FactKind.EXTEND, "2026-01-26 10:00", TASK, to="2026-02-13", reason="材料待审", approved_by="xu.wen")
    plan = story.plan(at("2026-01-26 10:00"))
    assert again(old, plan, at("2026-01-29 09:00")).reason == "moved"
    assert recall(old.key, plan) is None
    sent = story.days("2026-01-27", "2026-02-26")
    assert sent["Thu 02-12"] == ["zhou.min: remind-1wd"]
    assert [day for day, lines in sent.items() if any("chase" in line for line in lines)] == ["Sat 02-14", "Wed 02-25"]


# -- catching up -----------------------------------------------------------------------------------------------------


def test_after_two_weeks_down_one_late_message_goes_and_the_rest_is_overtaken() -> None:
    story = Story()
    story.days("2026-01-01", "2026-01-21")
    assert story.beat("2026-02-04 14:00")[0].late
    assert story.skipped() == {
        "remind-5wd": "target-passed",
        "remind-1wd": "target-passed",
        "chase-1": "overtaken",
    }


def test_of_several_reminders_only_the_latest_is_of_use() -> None:
    story = Story()
    assert verdicts(story.owed("2026-01-29 11:00")) == {
        "remind-20wd": "skip overtaken",
        "remind-5wd": "skip overtaken",
        "remind-1wd": "send late",
    }


def test_a_mail_within_half_an_hour_is_not_late() -> None:
    decisions = [d for d in Story().owed("2026-01-29 09:30") if d.verdict is Verdict.SEND]
    assert [(d.notice.step.name, d.late) for d in decisions] == [("remind-1wd", False)]


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-01-30 03:00", "2026-01-30 09:00"),  # Friday night
        ("2026-02-07 12:00", "2026-02-09 09:00"),  # Saturday
        ("2026-02-18 10:00", "2026-02-24 09:00"),  # Spring Festival
    ],
)
def test_what_is_owed_at_night_or_on_a_rest_day_waits_for_the_next_send_moment(now: str, until: str) -> None:
    held = [d for d in Story().owed(now) if d.verdict is Verdict.HOLD]
    assert [(d.reason, d.at) for d in held] == [("until-send-moment", at(until))]


def test_a_step_new_in_the_table_is_overtaken_by_what_went_after_its_moment() -> None:
    story = Story(row(ladder="asking"))
    assert story.days("2026-01-01", "2026-01-29") == {"Thu 01-29": ["zhou.min: remind-1wd"]}
    story.register = Story(row(ladder="plain")).register
    assert verdicts(story.owed("2026-01-29 10:00")) == {
        "remind-20wd": "skip overtaken",
        "remind-5wd": "skip overtaken",
    }


@pytest.mark.parametrize("day", ["2026-02-04", "2026-03-05"])  # chase-2, and chase-6 of the endless ones
def test_a_chaser_new_in_the_table_is_overtaken_too(day: str) -> None:
    story = Story()
    assert len(story.days(day, day)) == 1
    story.facts = [f for f in story.facts if "chase-1" not in str(f.data)]
    assert verdicts(story.owed(f"{day} 10:00")) == {"chase-1": "skip overtaken"}


def test_a_window_that_opened_before_the_calendar_begins_holds_nothing_up() -> None:
    story = Story(row().replace("by: 2026-01-30", "by: 2026-01-30, from: 1999-12-01"))
    assert verdicts(story.owed("2026-01-23 09:00"))["remind-5wd"] == "send due"


def test_before_its_window_opens_a_task_reminds_nobody() -> None:
    windowed = row().replace("by: 2026-01-30", "by: 2026-01-30, from: 2026-01-27")
    story = Story(windowed)
    assert verdicts(story.owed("2026-01-23 09:00")) == {"remind-20wd": "skip overtaken", "remind-5wd": "hold not-open"}
    assert story.days("2026-01-05", "2026-01-29") == {
        "Tue 01-27": ["an.ping: remind-5wd"],
        "Thu 01-29": ["zhou.min: remind-1wd"],
    }


def test_an_event_entered_late_reminds_once_and_skips_the_passed_warnings() -> None:
    rule = (
        "  - {id: paper, title: 公开文件, owed_by: event.unit, due: {within: 5wd, after: paper.issued}, ladder: line}"
    )
    story = Story(rule)
    day = at("2026-01-23 09:00").date()  # five working days on: Fri 01-30
    story.tell(FactKind.EVENT, "2026-01-29 15:00", on=day, event="paper.issued", ref="AQ-1", unit="city")
    assert story.days("2026-01-30", "2026-02-02") == {
        "Fri 01-30": ["zhou.min: remind-now"],
        "Mon 02-02": ["an.ping: escalate-after-1wd", "zhou.min: chase-1"],
    }
    assert story.skipped() == {"escalate-before-1wd": "before-known"}


def test_a_row_loaded_when_its_task_is_overdue_gets_one_chaser_and_escalations_one_a_day() -> None:
    rule = (
        "  - {id: paper, title: 公开文件, owed_by: event.unit, due: {within: 5wd, after: paper.issued}, ladder: line}"
    )
    story = Story(rule)
    day = at("2026-01-05 09:00").date()
    story.tell(FactKind.EVENT, "2026-01-29 15:00", on=day, event="paper.issued", ref="AQ-1", unit="city")
    assert story.days("2026-01-30", "2026-02-04") == {
        "Fri 01-30": ["an.ping: escalate-after-1wd", "zhou.min: chase-1"],
        "Mon 02-02": ["he.ping: escalate-after-2wd"],
    }


# -- escalations -----------------------------------------------------------------------------------------------------


def test_an_outage_skips_no_rung_and_each_working_day_sends_one() -> None:
    story = Story(row(ladder="line"))
    story.beat("2026-01-28 09:00")
    assert story.days("2026-02-13", "2026-02-26") == {  # back on Friday, then Spring Festival from the 15th to the 23rd
        "Fri 02-13": ["hu.bo: escalate-before-1wd (late)", "zhou.min: chase-1 (late)"],
        "Sat 02-14": ["an.ping: escalate-after-1wd"],  # a make-up day
        "Tue 02-24": ["he.ping: escalate-after-2wd"],
    }


def test_the_next_rung_waits_while_the_last_is_still_in_the_outbox() -> None:
    story = Story(row(ladder="line"))
    story.days("2026-01-28", "2026-01-30")
    (first,) = named(f"{TASK}#escalate-after-1wd", story.plan(at("2026-02-02 09:00")))
    story.tell(FactKind.QUEUED, "2026-02-02 09:00", notices=(first.key,), message="m", to=("an.ping",))
    assert verdicts(story.owed("2026-02-03 09:00"))["escalate-after-2wd"] == "hold in-order"
    story.tell(FactKind.SENT, "2026-02-03 09:20", notices=(first.key,), message="m", to=("an.ping",))
    held = {d.notice.step.name: d for d in story.owed("2026-02-03 09:21")}["escalate-after-2wd"]
    assert (held.reason, held.at) == ("one-a-day", at("2026-02-04 09:00"))


def test_an_asking_step_waits_delays_nobody_and_lapses_once_a_later_one_has_gone() -> None:
    story = Story(row(ladder="asking"))
    story.days("2026-01-28", "2026-02-02")
    assert verdicts(story.owed("2026-02-02 10:00")) == {"escalate-after-1wd": "hold needs-release"}
    assert story.beat("2026-02-04 09:00")[0].recipient.who == "an.ping"
    assert verdicts(story.owed("2026-02-04 09:01")) == {"escalate-after-1wd": "skip lapsed"}


def test_an_asking_step_lapses_only_once_the_later_one_has_left_the_outbox() -> None:
    # Seed 222 of the simulation: the later one was withdrawn from the outbox, and neither ever went.
    story = Story(row(ladder="asking"))
    story.days("2026-01-28", "2026-02-02")
    (later,) = (d.notice for d in story.owed("2026-02-04 09:00") if d.verdict is Verdict.SEND)
    story.tell(FactKind.QUEUED, "2026-02-04 09:00", notices=(later.key,), message="m", to=("an.ping",))
    assert verdicts(story.owed("2026-02-04 09:01")) == {"escalate-after-1wd": "hold in-order"}
    story.tell(FactKind.DROPPED, "2026-02-04 09:02", notice=later.key, reason="withdrawn")
    assert verdicts(story.owed("2026-02-04 09:03"))["escalate-after-1wd"] == "hold needs-release"


def test_an_asking_step_that_is_released_after_a_later_one_has_gone_lapses_too() -> None:
    story = Story(row(ladder="asking"))
    story.days("2026-01-28", "2026-02-02")
    assert story.beat("2026-02-04 09:00")[0].recipient.who == "an.ping"
    story.tell(FactKind.RELEASE, "2026-02-04 09:01", notice=f"{TASK}#escalate-after-1wd")
    assert verdicts(story.owed("2026-02-04 09:02")) == {"escalate-after-1wd": "skip lapsed"}


def test_one_step_to_two_roles_does_not_make_itself_lapse() -> None:
    story = Story(row(ladder="asking"))
    asking = story.register.ladders["asking"]
    both = replace(asking, escalate=(*asking.escalate[:1], rung_to("office-head")))
    story.register = replace(story.register, ladders={"asking": both})
    story.days("2026-01-28", "2026-02-02")
    assert verdicts(story.owed("2026-02-02 10:00")) == {"escalate-after-1wd": "hold needs-release"}


def test_a_released_step_goes_at_the_next_beat_and_is_not_late() -> None:
    story = Story(row(ladder="asking"))
    story.days("2026-01-28", "2026-02-02")
    story.tell(FactKind.RELEASE, "2026-02-03 15:00", notice=f"{TASK}#escalate-after-1wd")
    (sent,) = story.beat("2026-02-03 15:00")
    assert (sent.recipient.who, sent.late) == ("hu.bo", False)
    assert story.days("2026-02-04", "2026-02-05") == {"Wed 02-04": ["an.ping: escalate-after-3wd"]}


def test_a_withdrawn_step_is_skipped_and_holds_up_no_other() -> None:
    story = Story(row(ladder="line"))
    story.days("2026-01-28", "2026-01-30")
    story.tell(FactKind.WITHDRAW, "2026-01-30 17:00", notice=f"{TASK}#escalate-after-1wd", reason="已电话联系")
    assert story.days("2026-02-02", "2026-02-03") == {
        "Mon 02-02": ["zhou.min: chase-1"],
        "Tue 02-03": ["he.ping: escalate-after-2wd"],
    }
    assert story.skipped()["escalate-after-1wd"] == "withdrawn"


def test_a_missing_rung_and_a_rung_that_is_the_bearer_are_skipped_with_the_reason() -> None:
    story = Story(row(ladder="line", owed_by="{unit: county}"))
    story.days("2026-01-28", "2026-02-02")
    assert story.skipped() == {"escalate-before-1wd": "himself", "escalate-after-1wd": "rung-missing"}


def test_nothing_chases_before_the_due_day_is_over() -> None:
    story = Story(row(by="2026-01-31"))  # Saturday: the target is Friday
    assert list(story.days("2026-01-29", "2026-02-02")) == ["Thu 01-29", "Mon 02-02"]


def test_a_chaser_or_escalation_of_the_day_itself_waits_until_the_day_is_over() -> None:
    story = Story(row(ladder="same-day"))
    held = [d for d in story.owed("2026-01-30 09:00") if d.verdict is Verdict.HOLD]
    assert {(d.notice.step.name, str(d.reason), d.at) for d in held} == {
        ("chase-1", "not-overdue", at("2026-02-02 09:00")),
        ("escalate-after-0wd", "not-overdue", at("2026-02-02 09:00")),
    }
    assert story.days("2026-01-31", "2026-02-02") == {"Mon 02-02": ["hu.bo: escalate-after-0wd", "zhou.min: chase-1"]}


# -- hours -----------------------------------------------------------------------------------------------------------

HOURLY = (
    "  - {id: paper, title: 转载, owed_by: event.unit, ladder: round-the-clock,"
    " due: {within: 24h, after: paper.issued}}"
)


def test_hours_go_by_night_and_on_rest_days() -> None:
    story = Story(HOURLY)
    story.tell(
        FactKind.EVENT, "2026-02-16 03:00", on=at("2026-02-16 03:00"), event="paper.issued", ref="AQ-1", unit="city"
    )
    sent = {hour: [n.step.name for m in story.beat(hour) for n in m.notices] for hour in (
        "2026-02-16 15:00", "2026-02-16 23:00", "2026-02-17 02:00", "2026-02-17 03:00",
    )}  # fmt: skip
    assert sent == {
        "2026-02-16 15:00": ["remind-12h"],
        "2026-02-16 23:00": ["remind-4h"],
        "2026-02-17 02:00": ["escalate-before-1h", "remind-1h"],
        "2026-02-17 03:00": ["escalate-after-0h"],
    }


def test_hours_owed_after_an_outage_go_at_once_and_all_rungs_of_them() -> None:
    story = Story(HOURLY)
    story.tell(
        FactKind.EVENT, "2026-02-16 03:00", on=at("2026-02-16 03:00"), event="paper.issued", ref="AQ-1", unit="city"
    )
    assert {d.notice.step.name: f"{d.verdict} {d.reason}" for d in story.owed("2026-02-17 04:00")} == {
        "remind-12h": "skip target-passed",
        "remind-4h": "skip target-passed",
        "remind-1h": "skip target-passed",
        "escalate-before-1h": "send late",
        "escalate-after-0h": "send late",
    }


# -- how people want their mail --------------------------------------------------------------------------------------

LEADER = "{role: leader, of: {unit: city}}"


def test_a_weekly_reader_gets_one_sheet_on_the_first_working_day() -> None:
    story = Story(
        row(owed_by=LEADER, by="2026-02-13"), row(owed_by=LEADER, by="2026-02-12", id="plan"), leader=", mail: weekly"
    )
    sent = story.days("2026-01-12", "2026-02-14")
    assert sent == {
        "Mon 01-19": ["lu.he: remind-20wd+remind-20wd"],  # Thu 01-15 and Fri 01-16
        "Mon 02-09": ["lu.he: remind-1wd+remind-1wd"],  # the sheets after Wed 02-11 and Thu 02-12 would be too late
    }
    assert set(story.skipped().values()) == {"overtaken"}


def test_a_weekly_sheet_that_was_missed_goes_later_in_the_week() -> None:
    story = Story(row(owed_by=LEADER), leader=", mail: weekly")
    story.days("2026-01-01", "2026-01-25")
    assert verdicts(story.owed("2026-01-27 08:00"))["remind-1wd"] == "hold until-send-moment"
    assert story.beat("2026-01-27 09:00")[0].kind == "weekly"


def test_who_wants_urgent_mail_only_gets_no_reminders() -> None:
    story = Story(row(owed_by=LEADER), leader=", mail: urgent")
    assert story.days("2026-01-01", "2026-02-02") == {"Mon 02-02": ["lu.he: chase-1"]}
    assert set(story.skipped().values()) == {"urgent-only"}


# -- quotas ----------------------------------------------------------------------------------------------------------

QUOTA = (
    "  - {id: paper, title: 解读, owed_by: {unit: city}, ladder: plain,"
    " quota: {of: talk, at_least: 2, every: year, pace: [{by: 06-30, at_least: 1}]}}"
)


@pytest.mark.parametrize("talks", [0, 1])
def test_a_pace_notice_goes_only_to_who_is_behind(talks: int) -> None:
    story = Story(QUOTA)
    for day in ["2025-06-03", "2025-06-04", *["2026-05-06"] * talks]:
        story.tell(FactKind.RECORD, f"{day} 10:00", on=date.fromisoformat(day), record="talk", unit="city")
    sent = story.days("2026-06-29", "2026-07-01")
    assert sent == ({} if talks else {"Tue 06-30": ["zhou.min: pace-06-30"]})
    assert story.skipped() == ({"pace-06-30": "on-pace"} if talks else {})


# -- a second look, inside the claim ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "data", "reason"),
    [
        (FactKind.DONE, {}, "done"),
        (FactKind.REPORT, {}, "reported"),
        (FactKind.WAIVE, {}, "waived"),
        (FactKind.WITHDRAW, {"notice": f"{TASK}#escalate-after-1wd", "reason": "已电话联系"}, "withdrawn"),
    ],
)
def test_what_happened_since_takes_a_notice_out_of_the_outbox(
    kind: FactKind, data: dict[str, str], reason: str
) -> None:
    story = Story(row(ladder="line"))
    now = at("2026-02-02 09:00")
    (notice,) = named(f"{TASK}#escalate-after-1wd", story.plan(now))
    assert again(notice, story.plan(now), now).verdict is Verdict.SEND
    story.tell(kind, "2026-02-02 09:01", None if "notice" in data else TASK, **data)
    found = again(notice, story.plan(now), now)
    assert (found.verdict, found.reason) == (Verdict.SKIP, reason)


@pytest.mark.parametrize(
    ("step", "now", "verdict", "reason"),
    [
        ("remind-1wd", "2026-01-29 16:00", Verdict.SEND, "due"),
        ("remind-1wd", "2026-01-30 03:00", Verdict.HOLD, "until-send-moment"),  # a retry by night
        ("remind-1wd", "2026-01-31 10:00", Verdict.SKIP, "target-passed"),
        ("chase-1", "2026-02-07 10:00", Verdict.HOLD, "until-send-moment"),  # Saturday
        ("chase-1", "2026-02-09 10:00", Verdict.SEND, "due"),
    ],
)
def test_a_retry_keeps_to_working_days_and_to_what_is_of_use(
    step: str, now: str, verdict: Verdict, reason: str
) -> None:
    plan = Story().plan(at(now))
    (notice,) = named(f"{TASK}#{step}", plan)
    found = again(notice, plan, at(now))
    assert (found.verdict, found.reason) == (verdict, reason)


def test_a_chaser_still_in_the_outbox_is_dropped_when_a_later_one_has_gone() -> None:
    story = Story()
    now = at("2026-02-04 09:00")
    (old,) = named(f"{TASK}#chase-1", story.plan(now))
    story.tell(FactKind.QUEUED, "2026-02-02 09:00", notices=(old.key,), message="m", to=("zhou.min",))
    story.beat("2026-02-04 09:00")
    assert again(old, story.plan(now), now).reason == "overtaken"


def test_two_rungs_that_wait_for_one_mail_server_do_not_go_on_one_day() -> None:
    story = Story(row(ladder="line"))
    story.days("2026-01-28", "2026-02-02")
    now = at("2026-02-02 10:00")
    (second,) = named(f"{TASK}#escalate-after-2wd", story.plan(now))
    found = again(second, story.plan(now), now)
    assert (found.verdict, found.reason, found.at) == (Verdict.HOLD, "one-a-day", at("2026-02-03 09:00"))


def test_a_task_that_left_the_table_is_gone() -> None:
    story, other = Story(), Story(row(id="other"))
    (notice,) = named(f"{TASK}#chase-1", story.plan(at("2026-02-02 09:00")))
    now = at("2026-02-02 09:00")
    assert again(notice, other.plan(now), now).reason == "gone"


# -- finding notices again -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["remind-5wd", "chase-2", "chase-5", "chase-31"])
def test_a_notice_is_found_by_its_name_and_by_its_key(step: str) -> None:
    plan = Story().plan(at("2026-02-02 09:00"))
    (notice,) = named(f"{TASK}#{step}", plan)
    assert notice.name == f"{TASK}#{step}"
    assert recall(notice.key, plan) == notice


@pytest.mark.parametrize(
    "name", [f"{TASK}#chase-x", f"{TASK}#remind-2wd", f"{TASK}#chase-0", "nothing/city/once#chase-1", ""]
)
def test_a_name_that_means_no_notice_finds_none(name: str) -> None:
    assert named(name, Story().plan(at("2026-02-02 09:00"))) == ()


def test_a_weekly_sheet_keeps_to_its_readers_hours_when_it_is_looked_at_again() -> None:
    story = Story(row(owed_by=LEADER, ladder="afternoon"), leader=", mail: weekly")
    (sheet,) = story.beat("2026-01-26 09:00")
    plan = story.plan(at("2026-01-26 09:00"))
    assert again(sheet.notices[0], plan, at("2026-01-26 09:00")).verdict is Verdict.SEND
