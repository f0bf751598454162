"""The text of `status`: what is left of a task, in words."""

from __future__ import annotations

from datetime import datetime

import pytest
import year_office as office

from scheduler.clock import BEIJING
from scheduler.reports.listing import lines
from scheduler.reports.status import rows
from scheduler.words import Lang


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2025, 3, 25, 10, tzinfo=BEIJING), "绿 办理中  prompt/office/2025Q1 州人民政府办公室，剩4个工作日"),
        (datetime(2025, 9, 15, 10, tzinfo=BEIJING), "灰 未启用  prompt/office/2025Q1 州人民政府办公室，已过，不再提示"),
    ],
)
def test_a_prompt_that_nobody_answered_is_said_to_have_passed(at: datetime, said: str) -> None:
    plan = office.plan(office.Year(), at)
    text = list(lines(rows(plan, at), plan, at, Lang.ZH))
    number = next(n for n, line in enumerate(text) if "prompt/office/2025Q1" in line)
    assert f"{text[number].strip()} {text[number + 1].strip()}" == said
