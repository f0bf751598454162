"""The journal was put back from a copy: what may have gone since waits for a person, the future goes on."""

from __future__ import annotations

import pytest
from notice_office import Story, at, row, told, verdicts

from scheduler.planning.decide import awaiting, held
from scheduler.planning.model import FactKind
from scheduler.planning.statements import release, withdraw
from scheduler.problems import RefusedError

TASK = "paper/city/once"
THU_22 = "2026-01-22 18:00"  # the last entry of the copy
THU_5 = "2026-02-05 10:00"  # when it was put back; due was Friday 30 January


def restored(ladder: str = "plain", since: str = THU_22, now: str = THU_5, **office: str) -> Story:
    story = Story(row(ladder=ladder), **office)
    story.beat("2026-01-04 09:00")
    story.tell(FactKind.RESTORED, now, since=at(since).isoformat())
    return story


def held_steps(story: Story, now: str) -> list[str]:
    return [decision.notice.step.name for decision in held(story.plan(at(now)), at(now))]


def test_what_may_have_gone_since_the_copy_waits_and_what_is_of_no_use_is_skipped() -> None:
    story = restored()
    assert verdicts(story.owed(THU_5)) == {
        "remind-5wd": "skip target-passed",
        "remind-1wd": "skip target-passed",
        "chase-1": "skip overtaken",
        "chase-2": "hold restored",
    }
    assert story.beat(THU_5) == []


@pytest.mark.parametrize("now", ["2026-02-06 23:00", "2026-02-06 12:01", "2026-02-07 12:00"])
def test_it_waits_by_day_by_night_and_on_rest_days(now: str) -> None:
    assert held_steps(restored(now="2026-02-06 12:00"), now) == ["chase-3"]


def test_the_next_step_goes_by_itself_and_overtakes_what_waited() -> None:
    story = restored()
    assert story.days("2026-02-05", "2026-02-06") == {"Fri 02-06": ["zhou.min: chase-3"]}
    story.beat("2026-02-09 09:00")
    assert story.skipped()["chase-2"] == "overtaken"


def test_what_a_person_lets_go_goes_late() -> None:
    story = restored()
    plan = story.plan(at(THU_5))
    entry = release(plan, "he.ping", name=f"{TASK}#chase-2").entry
    story.tell(entry.kind, "2026-02-05 10:05", TASK, notice=entry.data["notice"])
    assert told(story.beat("2026-02-05 10:06")) == ["zhou.min: chase-2 (late)"]
    assert held_steps(story, "2026-02-05 10:07") == []


def test_what_a_person_takes_out_does_not_go() -> None:
    story = restored()
    entry = withdraw(story.plan(at(THU_5)), "he.ping", name=f"{TASK}#chase-2", reason="已经发过").entry
    story.tell(entry.kind, "2026-02-05 10:05", TASK, notice=entry.data["notice"])
    story.beat("2026-02-05 10:06")
    assert story.skipped()["chase-2"] == "withdrawn"


def test_what_comes_after_needs_no_release() -> None:
    story = restored()
    with pytest.raises(RefusedError, match="needs-no-release"):
        release(story.plan(at(THU_5)), "he.ping", name=f"{TASK}#chase-3")


def test_escalations_wait_delay_none_that_follows_and_lapse_once_one_has_gone() -> None:
    """The deputy's rung lies before the target, the head's on Monday, the superior's on Tuesday 3 February."""
    story = restored("line", now="2026-02-02 12:00")
    assert verdicts(story.owed("2026-02-02 12:00"))["escalate-after-1wd"] == "hold restored"
    assert story.days("2026-02-03", "2026-02-03") == {"Tue 02-03": ["he.ping: escalate-after-2wd"]}
    story.beat("2026-02-04 09:00")
    assert story.skipped()["escalate-after-1wd"] == "lapsed"


def test_what_waited_in_the_outbox_of_the_copy_is_undecided_again() -> None:
    story = Story(row())
    story.beat("2026-01-04 09:00")
    (key,) = [d.notice.key for d in story.owed("2026-01-23 09:00")]
    story.tell(FactKind.QUEUED, "2026-01-23 09:00", TASK, notices=(key,))
    assert story.owed("2026-01-23 09:10") == []
    story.tell(FactKind.RESTORED, "2026-01-26 09:00", since=at("2026-01-23 09:00").isoformat())
    assert verdicts(story.owed("2026-01-26 09:01")) == {"remind-5wd": "hold restored"}


def test_what_was_sent_before_the_copy_stays_sent() -> None:
    assert "remind-20wd" not in verdicts(restored().owed(THU_5))


def test_a_release_from_before_does_not_let_it_go_a_second_time() -> None:
    story = Story(row(ladder="asking"))
    story.tell(FactKind.RELEASE, "2026-02-02 08:00", TASK, notice=f"{TASK}#escalate-after-1wd")
    story.tell(FactKind.RESTORED, "2026-02-02 12:00", since=at("2026-02-02 08:30").isoformat())
    assert verdicts(story.owed("2026-02-02 13:00"))["escalate-after-1wd"] == "hold restored"


def test_a_reminder_of_what_became_known_in_the_gap_waits_although_it_lies_ahead() -> None:
    """A row was loaded, its reminder perhaps sent; by the journal it is loaded only now."""
    story = Story(row(ladder="plain"), since="2026-01-27 10:00")
    story.tell(FactKind.RESTORED, "2026-01-27 10:00", since=at(THU_22).isoformat())
    assert verdicts(story.owed("2026-01-27 10:30")) == {}
    assert verdicts(story.owed("2026-01-28 09:00")) == {"remind-now": "hold restored"}


def test_what_nobody_had_let_go_waits_for_its_release_as_ever() -> None:
    story = Story(row(ladder="asking"))
    story.beat("2026-01-29 18:00")
    story.tell(FactKind.RESTORED, "2026-02-04 12:00", since=at("2026-01-30 18:00").isoformat())
    assert verdicts(story.owed("2026-02-04 13:00"))["escalate-after-1wd"] == "hold needs-release"
    assert "escalate-after-1wd" not in held_steps(story, "2026-02-04 13:00")
    plan = story.plan(at("2026-02-04 13:00"))
    assert "escalate-after-1wd" in [one.notice.step.name for one in awaiting(plan, plan.now)]
    assert release(plan, "he.ping", name=f"{TASK}#escalate-after-1wd").entry.kind is FactKind.RELEASE
