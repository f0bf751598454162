"""What would go if nothing more were done must be what the daemon then sends, mail for mail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from notice_office import Story, at, row

from scheduler.planning.alarms import moments
from scheduler.planning.coming import Coming, coming, load, preview
from scheduler.planning.model import FactKind

TASK = "paper/city/once"
LEADER = "{role: leader, of: {unit: city}}"
OFFICE = (
    row(owed_by="{kind: [county, town]}", ladder="line"),
    row(by="2026-02-25", owed_by="{kind: county}", ladder="standard", id="plan"),
    row(by="2026-01-19", owed_by="{unit: city}", ladder="asking", id="list"),
    row(by="2026-02-13", owed_by=LEADER, ladder="upward", id="talk"),
)
HOURLY = (
    "  - {id: quick, title: 转载, owed_by: event.unit, ladder: round-the-clock,"
    " due: {within: 24h, after: paper.issued}}"
)


def foreseen(story: Story, now: str, until: str, *, endless: bool = True) -> list[Coming]:
    return list(coming(story.plan(at(now)), at(now), at(until), endless=endless))


def spoken(found: list[Coming]) -> list[str]:
    waits = {True: " (waits)", False: ""}
    return [f"{c.at:%m-%d} {c.notice.step.name} {c.recipient.who}{waits[c.message is None]}" for c in found]


@pytest.mark.parametrize(
    ("start", "leader"),
    [
        ("2026-01-04 08:00", ""),
        ("2026-01-04 08:00", ", mail: weekly"),
        ("2026-01-04 08:00", ", mail: urgent"),
        ("2026-01-18 12:00", ", mail: weekly"),  # a Sunday
        ("2026-02-02 03:00", ""),
        ("2026-02-18 10:00", ", mail: weekly"),  # Spring Festival
    ],
)
def test_the_plan_is_what_the_daemon_sends(start: str, leader: str) -> None:
    story = Story(*OFFICE, HOURLY, leader=leader)
    published = at("2026-01-03 17:00")
    story.tell(FactKind.EVENT, "2026-01-03 17:05", on=published, event="paper.issued", ref="AQ-1", unit="city")
    story.tell(FactKind.DONE, "2026-01-03 18:00", "plan/county/once")
    end = "2026-03-04 23:00"
    announced = {(c.at, c.recipient.address, c.message) for c in foreseen(story, start, end) if c.message}
    arrived, now = set(), at(start)
    while now <= at(end):
        arrived |= {(m.moment, m.recipient.address, m.key) for m in story.beat(f"{now:%Y-%m-%d %H:%M}")}
        # Every hour of the first day, which has the hour-scale task; then each morning.
        now = now + timedelta(hours=1) if now.date() == at(start).date() else now + timedelta(days=1)
        now = now.replace(hour=9) if now.date() > at(start).date() else now
    assert len(arrived) > 3
    assert announced == arrived


def test_an_asking_step_is_listed_and_announces_no_mail() -> None:
    found = foreseen(Story(row(ladder="asking")), "2026-01-30 10:00", "2026-02-05 00:00")
    assert spoken([c for c in found if c.notice.step.to]) == [
        "02-02 escalate-after-1wd hu.bo (waits)",
        "02-04 escalate-after-3wd an.ping",
    ]


def test_a_released_step_is_announced() -> None:
    story = Story(row(ladder="asking"))
    story.tell(FactKind.RELEASE, "2026-01-30 09:30", notice=f"{TASK}#escalate-after-1wd")
    found = foreseen(story, "2026-01-30 10:00", "2026-02-03 00:00")
    assert [c.message is None for c in found if c.notice.step.ask] == [False]


def test_only_the_first_two_of_the_endless_chasers_appear_unless_all_are_wanted() -> None:
    story = Story()
    few = foreseen(story, "2026-01-30 10:00", "2026-04-30 00:00", endless=False)
    assert [c.notice.step.name for c in few] == ["chase-1", "chase-2", "chase-3", "chase-4", "chase-5"]
    every = foreseen(story, "2026-01-30 10:00", "2026-04-30 00:00")
    assert [c.notice.step.name for c in every][5:] == [f"chase-{n}" for n in range(6, 14)]


def test_what_is_finished_has_no_future() -> None:
    story = Story()
    story.tell(FactKind.DONE, "2026-01-05 10:00", TASK)
    assert foreseen(story, "2026-01-05 11:00", "2026-04-30 00:00") == []


def test_a_later_holder_of_a_post_is_foreseen() -> None:
    story = Story(row(by="2026-02-27", ladder="upward"))
    assert spoken(foreseen(story, "2026-02-26 10:00", "2026-03-03 00:00")) == [
        "02-28 chase-1 zhou.min",
        "02-28 escalate-after-1wd lu.he",
    ]
    story = Story(row(by="2026-02-28", ladder="upward"))  # 1 March has another mayor, whose mail the officer reads
    assert spoken(foreseen(story, "2026-02-28 10:00", "2026-03-03 00:00")) == [
        "03-02 chase-1 zhou.min",
        "03-02 escalate-after-1wd he.ping",
    ]


def test_the_preview_shows_chasers_and_escalations_up_to_the_end_of_the_next_working_day() -> None:
    story = Story(row(ladder="line"), row(by="2026-02-03", id="plan"))
    story.days("2026-01-05", "2026-01-30")
    now = at("2026-01-30 16:30")  # Friday: the next working day is Monday
    assert spoken(preview(story.plan(now), now)) == ["02-02 chase-1 zhou.min", "02-02 escalate-after-1wd an.ping"]


def test_the_preview_shows_what_waits_for_a_release() -> None:
    story = Story(row(ladder="asking"))
    story.days("2026-01-05", "2026-02-02")
    now = at("2026-02-02 16:30")
    assert spoken(preview(story.plan(now), now)) == ["02-02 escalate-after-1wd hu.bo (waits)"]


def test_the_load_counts_messages_not_notices() -> None:
    story = Story(row(), row(id="plan"), row(by="2026-02-03", id="list"))
    found = load(story.plan(at("2026-01-22 10:00")), at("2026-01-22 10:00"), at("2026-02-02 23:00"))
    assert [(one.who, one.week, one.messages) for one in found] == [
        ("zhou.min", "2026-W04", 1),
        ("an.ping", "2026-W05", 1),
        ("zhou.min", "2026-W05", 1),
        ("zhou.min", "2026-W06", 1),
    ]


def test_the_alarm_clock_rings_at_each_moment_to_come_and_at_the_next_repeat() -> None:
    plan = Story(row(), row(owed_by="{unit: county}", id="plan", by="2026-01-19")).plan(at("2026-02-27 09:00"))
    assert {name: [f"{m:%m-%d}" for m in times] for name, times in moments(plan).items()} == {
        "paper": ["02-27", "03-05"],
        "plan": ["02-28"],
    }


def test_the_alarm_clock_has_each_moment_once_in_order() -> None:
    (times,) = moments(Story(row(owed_by="{kind: county}")).plan(at("2026-01-01 00:00"))).values()
    assert list(times) == sorted(set(times))
    assert times[0] == at("2026-01-04 09:00")
