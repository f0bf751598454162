"""The rows of `status`: tasks that stand alike are judged once, and each is told as if it had been asked alone."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
import year_office as office
from msgspec.structs import replace

from scheduler.clock import BEIJING
from scheduler.planning.cases import Cases
from scheduler.planning.model import FactKind, Notice, State
from scheduler.planning.standing import standing
from scheduler.reports.listing import documents
from scheduler.reports.selection import Selection
from scheduler.reports.status import companies, members, next_notice, rows

MOMENTS = [datetime(2025, month, 3 * month, 10, tzinfo=BEIJING) for month in range(1, 10)]


@pytest.mark.parametrize("told", ["city", "county"])
@pytest.mark.parametrize("at", MOMENTS, ids=str)
def test_each_task_is_told_as_if_it_had_been_asked_alone(at: datetime, told: str) -> None:
    year = office.Year()
    steps = [Notice(task, step) for task in office.plan(year, at).tasks() for step in task.slot.steps[:-1]]
    for notice in (one for one in steps if one.task.bearer.id == told):
        year.add(FactKind.SKIPPED, at.date(), notice=notice.key, reason="due")
    plan = office.plan(year, at)
    cases, tasks = Cases(plan), {task.id: task for task in plan.tasks()}
    for row in rows(plan, at):
        alone = standing(tasks[row.task.id], plan, at)
        assert row.standing == alone
        assert row.next_notice == next_notice(alone, cases, at)


def test_tasks_of_which_nobody_said_anything_are_one_company_per_slot() -> None:
    at = datetime(2025, 1, 2, 10, tzinfo=BEIJING)
    found = companies(office.plan(office.Year(), at), at)
    january = [[bearer.id for bearer in one.bearers] for one in found if one.slot.period == "2025-01"]
    assert january == [["city", "county"]]


def test_a_task_of_which_somebody_said_something_stands_apart() -> None:
    at = datetime(2025, 3, 3, 10, tzinfo=BEIJING)
    found = companies(office.plan(office.Year(), at), at)
    february = [one for one in found if one.slot.period == "2025-02"]
    assert {one.bearers[0].id: one.standing.state for one in february} == {
        "city": State.DONE,
        "county": State.REPORTED,
    }


def test_what_is_chosen_of_companies_is_what_is_chosen_of_their_tasks() -> None:
    at = datetime(2025, 8, 6, 10, tzinfo=BEIJING)
    plan = office.plan(office.Year(), at)
    for wanted in (Selection(units=frozenset({"city"})), Selection(states=frozenset({State.OVERDUE, State.OPEN}))):
        kept = [row.task.id for row in rows(plan, at, wanted)]
        assert kept == [row.task.id for row in rows(plan, at) if wanted.keeps(row.standing)]
        assert 0 < len(kept) < len(rows(plan, at))


def test_a_line_of_json_is_that_of_its_own_task() -> None:
    at = datetime(2025, 8, 6, 10, tzinfo=BEIJING)
    plan = office.plan(office.Year(), at)
    found = list(members(companies(plan, at), plan, at))
    said = [json.loads(line) for line in documents(found)]
    assert [(one["task"], one["bearer"], one["state"], one["evidence"]) for one in said] == [
        (row.task.id, row.task.bearer.id, row.standing.state.value, row.standing.evidence) for row in found
    ]
    assert len({one["task"] for one in said}) == len(said)


def test_a_quote_in_what_somebody_wrote_stays_json() -> None:
    at = datetime(2025, 8, 6, 10, tzinfo=BEIJING)
    plan = office.plan(office.Year(), at)
    row = rows(plan, at)[0]
    bearer = replace(row.task.bearer, id='a"b')
    assert json.loads(next(documents([replace(row, task=replace(row.task, bearer=bearer))])))["bearer"] == 'a"b'
