"""Moments in text read 2026-11-24 10:00; what is counted in hours is said in hours."""

from __future__ import annotations

import json

import pytest

TASK = "publish/changji-city/N-1"


@pytest.fixture
def office(office):
    office.edit("due: {within: 5wd, after: document.issued}", "due: {within: 24h, after: document.issued}")
    return office.at("2026-11-23T10:00")


def registered(office):
    return office("event", "document.issued", "--unit", "changji-city", "--ref", "N-1", "--at", "2026-11-23T10:00")


def test_an_answer_says_the_limit_of_a_task_in_hours_plainly(office):
    said = registered(office).stdout
    assert "（N-1，2026-11-23 10:00）" in said
    assert "办理时限2026-11-24 10:00" in said
    assert "T10:00" not in said


def test_status_counts_what_is_left_of_it_in_hours(office):
    registered(office)
    text = office.at("2026-11-23T16:00")("status").stdout
    assert "办理时限2026-11-24 10:00" in text
    assert "剩18小时" in text
    assert "剩20分钟" in office.at("2026-11-24T09:40")("status").stdout
    assert "逾期3小时" in office.at("2026-11-24T13:30")("status").stdout


def test_in_json_a_moment_stays_a_moment(office):
    registered(office)
    (task,) = [t for t in json.loads(office("status", "--format", "json").stdout)["tasks"] if t["task"] == TASK]
    assert task["due"] == "2026-11-24T10:00:00+08:00"


def test_a_line_for_a_chat_names_the_hour(office):
    registered(office)
    assert "办理时限11月24日10:00" in office("chase", TASK, "--text").stdout
    assert "规定期限11月24日10:00" in office.at("2026-11-24T13:30")("chase", TASK, "--text").stdout
