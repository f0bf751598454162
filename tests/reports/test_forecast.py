"""The plan of a year as JSON: what the tasks of a slot share is written once, and each says what it would say alone."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
import year_office as office

from scheduler.clock import BEIJING
from scheduler.planning.coming import coming
from scheduler.planning.model import FactKind
from scheduler.planning.plan import Plan
from scheduler.reports.forecast import Forecast, documents, notice_data
from scheduler.reports.shapes import days

THU_2025_01_02 = datetime(2025, 1, 2, 8, tzinfo=BEIJING)
YEAR = timedelta(days=364)


@pytest.fixture(scope="module")
def made() -> Plan:
    """A year in which one task of a slot has had its first notice, and the other has not."""
    year = office.Year()
    (first, *_) = coming(office.plan(year, THU_2025_01_02), THU_2025_01_02, THU_2025_01_02 + YEAR)
    year.add(FactKind.SKIPPED, THU_2025_01_02.date(), notice=first.notice.key, reason="due")
    return office.plan(year, THU_2025_01_02)


def forecast(plan: Plan, who: str | None = None) -> Forecast:
    return Forecast(plan, THU_2025_01_02, THU_2025_01_02 + YEAR, who, chasers=True)


@pytest.mark.parametrize("who", [None, "city", "zhou.min", "he.ping"])
def test_a_line_of_json_is_that_of_its_own_task(made: Plan, who: str | None) -> None:
    lines = list(documents(forecast(made, who)))
    assert lines
    assert lines == [
        json.dumps(
            {
                "task": task.id,
                "obligation": task.slot.obligation.id,
                "bearer": task.bearer.id,
                "period": task.slot.period,
                **days(task.dates),
                "provisional": task.dates.provisional,
                "notices": [notice_data(one) for one in notices],
            },
            ensure_ascii=False,
        )
        for task, notices in forecast(made, who).tasks()
    ]


def test_what_goes_to_each_task_is_what_goes_at_each_moment(made: Plan) -> None:
    """The one list is made task by task, the other moment by moment."""
    listed = [one for _, notices in forecast(made).tasks() for one in notices]
    ordered = list(forecast(made).notices())
    assert sorted(listed, key=lambda one: (one.at, one.notice.key)) == ordered
    assert len({one.message for one in ordered}) < len(ordered)
