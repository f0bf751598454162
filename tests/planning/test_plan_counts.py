"""Quota, coverage, measure and review: what is counted for whom, who is missing, when it was reached."""

from __future__ import annotations

from datetime import date

import pytest
from task_office import Book, at, office, plan, stands, task

from scheduler.planning.decide import owed
from scheduler.planning.floors import reaches
from scheduler.planning.model import Light, Progress, State, Verdict
from scheduler.planning.reasons import Reason
from scheduler.planning.standing import has_lapsed
from scheduler.register.model import Check, Measure
from scheduler.register.moments import moment
from scheduler.register.values import Every, Share

QUOTA = """
owed_by: {role: leader, of: {kind: county}}
quota: {of: talk, at_least: 2, every: year, pace: [{by: 06-30, at_least: 1}]}
"""


def test_a_quota_is_counted_per_person_and_is_done_on_the_day_it_suffices() -> None:
    book = Book().record("2026-03-02", person="tang.yu").record("2026-09-01", person="tang.yu")
    book.record("2025-12-31", person="tang.yu").record("2026-05-05", person="lu.he")
    found = plan(office(QUOTA), book, until="2026-12-31")
    one = stands(found, "row/tang.yu/2026", "2026-05-31")
    assert (one.state, one.progress, one.done_on) == (State.OPEN, Progress(1, 2), None)
    both = stands(found, "row/tang.yu/2026", "2026-09-02")
    assert (both.state, both.progress, both.done_on) == (State.DONE, Progress(2, 2), date(2026, 9, 1))
    assert stands(found, "row/sun.li/2026", "2027-01-01").state is State.OVERDUE


def test_a_pace_is_a_notice_and_no_task() -> None:
    found = plan(office(QUOTA), until="2026-12-31")
    (slot,) = found.slots
    pace = next(s for s in slot.steps if s.name.startswith("pace"))
    assert (pace.name, pace.at.date(), pace.needs) == ("pace-06-30", date(2026, 6, 30), 1)


def test_the_holder_on_the_target_day_owes_or_the_post_does() -> None:
    person = plan(office(QUOTA), until="2026-12-31")
    assert [t.bearer.id for t in person.tasks()] == ["sun.li", "tang.yu"]  # lu.he left on 30 June
    book = Book().record("2026-03-02", person="lu.he").record("2026-08-03", person="sun.li")
    book.record("2026-08-04", person="lu.he")  # no longer in the post
    post = plan(office(QUOTA.replace("every: year", "every: year, follows: post")), book, until="2026-12-31")
    assert [t.id for t in post.tasks()] == ["row/city:leader/2026", "row/county:leader/2026"]
    found = stands(post, "row/city:leader/2026", "2026-12-01")
    assert (found.state, found.progress, found.done_on) == (State.DONE, Progress(2, 2), date(2026, 8, 3))


def test_a_quota_reached_after_its_limit_is_done_late() -> None:
    row = "owed_by: {kind: county}\nquota: {of: talk, at_least: 1, every: year, by: 11-30}"
    found = plan(office(row), Book().record("2026-12-10", unit="city"), until="2026-12-31")
    assert task(found, "row/city/2026").dates.due == date(2026, 11, 30)
    assert stands(found, "row/city/2026", "2026-12-09").state is State.OVERDUE
    assert stands(found, "row/city/2026", "2026-12-31").state is State.DONE_LATE


def test_a_coverage_names_who_is_missing() -> None:
    row = "owed_by: {unit: office}\ncoverage: {of: talk, roster: {role: officer}, every: year, share: 75%}"
    book = Book().record("2026-02-02", person="zhou.min").record("2026-03-03", person="lin.lan")
    found = plan(office(row), book, until="2026-12-31")
    state = stands(found, "row/office/2026", "2026-06-01")
    assert (state.state, state.progress) == (State.OPEN, Progress(2, 3, ("he.ping", "bo.he")))
    book.record("2026-07-01", person="bo.he").record("2026-08-01", person="he.ping")
    reached = stands(plan(office(row), book, until="2026-12-31"), "row/office/2026", "2026-09-01")
    assert (reached.state, reached.progress, reached.done_on) == (State.DONE, Progress(4, 3), date(2026, 7, 1))


def test_a_coverage_by_a_day_is_due_once_and_may_be_of_units() -> None:
    row = "owed_by: {unit: office}\ncoverage: {of: talk, roster: {kind: [county, border]}, by: 2026-06-30, share: 100%}"
    book = Book().record("2025-05-05", unit="city").record("2026-02-02", unit="far")
    state = stands(plan(office(row), book), "row/office/once", "2026-07-01")
    assert (state.state, state.light) == (State.OVERDUE, Light.RED)
    assert state.progress == Progress(2, 3, ("county",))


MEASURE = "owed_by: {kind: county}\nmeasure: {of: staff, at_least: 3, check: {every: half-year, by: end}}"


def test_a_check_is_closed_by_a_number_that_reaches_the_floor_within_its_period() -> None:
    book = Book().record("2026-05-05", "staff", unit="city", value="3")
    found = plan(office(MEASURE), book, now="2026-06-01", until="2026-12-31")
    assert stands(found, "row/city/2026H1", "2026-06-01").state is State.DONE
    assert stands(found, "row/county/2026H1", "2026-06-01").state is State.OPEN
    assert stands(found, "row/city/2026H2", "2026-07-01").state is State.OPEN


def test_a_number_below_the_floor_opens_a_task_at_once_until_it_is_met_again() -> None:
    table = office(MEASURE, start="2026-01-01")
    book = Book().record("2026-03-05", "staff", unit="city", value="2")
    book.record("2026-03-20", "staff", unit="city", value="1")  # still below: the same lapse
    found = plan(table, book, now="2026-03-20", until="2026-06-30")
    assert [t.id for t in found.tasks() if t.slot.only] == ["row/city/2026-03-05"]
    lapse = task(found, "row/city/2026-03-05").dates
    assert (lapse.printed, lapse.due, lapse.target) == (date(2026, 3, 5),) * 3
    assert stands(found, "row/city/2026-03-05", "2026-03-05").state is State.OPEN
    assert stands(found, "row/city/2026-03-05", "2026-03-06").state is State.OVERDUE
    book.record("2026-04-01", "staff", unit="city", value="3").record("2026-05-01", "staff", unit="city", value="0")
    again = plan(table, book, now="2026-05-01", since="2026-03-01", until="2026-06-30")
    closed = stands(again, "row/city/2026-03-05", "2026-05-01")
    assert (closed.state, closed.done_on) == (State.DONE_LATE, date(2026, 4, 1))
    assert [t.id for t in again.tasks() if t.slot.only] == ["row/city/2026-03-05", "row/city/2026-05-01"]


@pytest.mark.parametrize(
    ("value", "number", "share"),
    [
        ("3", True, False),
        (2, False, False),
        ("80", True, True),  # a plain number under a share is a percentage
        ("79.9", True, False),
        ("80%", False, True),
        ("４0％", False, False),
        ("52/57", False, True),
        ("4/5", False, True),
        ("3/0", False, False),
        ("三", False, False),
        (None, False, False),
    ],
)
def test_values_are_compared_exactly(value: str | int | None, number: bool, share: bool) -> None:
    check = Check(every=Every.YEAR, by=moment("end"))
    assert reaches(value, Measure(of="staff", at_least=3, check=check)) is number
    assert reaches(value, Measure(of="staff", share=Share(80, 100), check=check)) is share


def test_a_soft_review_is_never_overdue_and_never_late() -> None:
    hard, soft = (
        f"id: {name}\nreview: {{every: quarter, by: end{more}}}"
        for name, more in (("hard", ""), ("soft", ", soft: true"))
    )
    book = Book().done("soft/city/2026Q1", "2026-04-20")
    found = plan(office(hard, soft), now="2026-02-01", until="2026-06-30")
    assert (stands(found, "hard/city/2026Q1", "2026-04-01").state) is State.OVERDUE
    late = stands(found, "soft/city/2026Q1", "2026-12-01")
    assert (late.state, late.light) == (State.DORMANT, Light.GREY)
    done = plan(office(hard, soft), book, now="2026-02-01", until="2026-06-30")
    assert stands(done, "soft/city/2026Q1", "2026-05-01").state is State.DONE
    assert {s.kind for s in task(found, "soft/city/2026Q1").slot.steps} == {"reminder"}


@pytest.mark.parametrize(
    ("now", "state", "light"),
    [
        ("2026-02-28 23:59", State.OPEN, Light.YELLOW),  # a Saturday: the target was Friday
        ("2026-03-01 00:00", State.DORMANT, Light.GREY),
        ("2027-03-01 00:00", State.DORMANT, Light.GREY),
    ],
)
def test_a_soft_prompt_lapses_with_its_period(now: str, state: State, light: Light) -> None:
    register = office("id: soft\nreview: {every: month, by: end, soft: true}", start="2026-01-01")
    found = plan(register, Book().loaded("2026-01-01", "soft"), now="2026-02-02")
    late = stands(found, "soft/city/2026-02", now)
    assert (late.state, late.light) == (state, light)
    assert has_lapsed(late, at(now)) is (state is State.DORMANT)


def test_a_soft_prompt_that_lapsed_in_an_outage_records_why_it_was_not_sent() -> None:
    register = office("id: soft\nreview: {every: month, by: end, soft: true}", start="2026-01-01")
    found = plan(register, Book().loaded("2026-01-01", "soft"), now="2026-03-02", until="2026-03-20")
    said = {(d.notice.name, d.verdict, d.reason) for d in owed(found, at("2026-03-02"))}
    assert ("soft/city/2026-02#remind-5wd", Verdict.SKIP, Reason.TARGET_PASSED) in said


def test_a_roster_of_several_roles_is_a_roster_of_persons() -> None:
    roster = "[{role: leader, of: {kind: county}}, {role: officer, of: {kind: office}}]"
    row = f"owed_by: {{unit: office}}\ncoverage: {{of: talk, roster: {roster}, every: year, share: 100%}}"
    state = stands(plan(office(row), until="2026-12-31"), "row/office/2026", "2026-03-01")
    assert state.progress == Progress(0, 3, ("lu.he", "tang.yu", "he.ping"))


def test_rows_that_follow_the_person_and_the_post_do_not_mix_their_bearers() -> None:
    post = "id: post\n" + QUOTA.strip().replace("every: year", "every: year, follows: post")
    found = plan(office("id: person\n" + QUOTA.strip(), post), until="2026-12-31")
    assert [t.id for t in found.tasks()] == [
        "person/sun.li/2026",
        "person/tang.yu/2026",
        "post/city:leader/2026",
        "post/county:leader/2026",
    ]
