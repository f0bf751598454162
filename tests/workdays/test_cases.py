"""Worked cases of our own and of other systems, each asked as one line of `duban date --batch`."""

import csv
import json
import os
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from scheduler.workdays.batch import answer
from scheduler.workdays.layers import library_notice

DATA = Path(__file__).parent / "data"
TODAY = "2026-11-22"


def rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


RULES = [
    (r"last_wd\((\S+)\)", r"end of \1 roll preceding"),
    (r"nth_wd\((\S+),(\d+)\)", r"start of \1 + \2wd"),
    (r"eom\((\S+)\) (\S+)", r"end of \1 roll \2"),
    (r"date\((\S+)\) (\S+)", r"\1 roll \2"),
    (r"count_wd\((\S+),(\S+)\]", r"workdays \1..\2"),
    (r"([+-])(\d+wd)", r"{start} \1 \2"),
    (r"\+(\d+wd) pause\[(\S+)\]", r"{start} + \1 pausing \2"),
    (r"\+(\d+[dmy]) (\S+)", r"{start} + \1 roll \2"),
]


def expression(rule, start):
    for pattern, expr in RULES:
        if found := re.fullmatch(pattern, rule):
            return found.expand(expr).replace("{start}", start).replace(";", ", ")
    raise LookupError(rule)


def asked(row):
    record = {"id": row["id"], "expr": expression(row["rule"], row["start"]), "as_of": row["asof"] or TODAY}
    return record | {"region": row["region"] or None}


@pytest.mark.parametrize("row", rows("working_days.csv"), ids=lambda row: row["id"])
def test_a_worked_case_has_its_answer_weekday_and_status(row):
    found = answer(asked(row))
    assert found["error"] is None
    assert found["id"] == row["id"]
    if row["expected"]:
        assert str(found["count"] if row["category"] == "count" else found["date"]) == row["expected"]
    assert found["weekday"] == (row["expected_weekday"] or (found["weekday"] if not row["expected"] else None))
    assert found["status"] == ("announced" if row["status"] == "announced" else "provisional")


def eve(day):
    return (date.fromisoformat(day) - timedelta(1)).isoformat()


def interval(case):
    first, last = case["from"], case["to"]
    if case["interval"] == "(a,b]":
        return f"workdays {first}..{last}"
    return f"workdays {eve(first)}..{last if case['interval'] == '[a,b]' else eve(last)}"


# What the lines of Remind ask, in our words (today is 1991-02-16 in all of them).
REMIND = {
    "remind-001": "1991-03-01 - 1wd",
    "remind-003": "1991-03-01 - 1d",
    "remind-005": "1991-02-28 roll following",
    "remind-007": "1991-03-01 - 1wd",
    "remind-009": "1991-02-28 roll preceding",
    "remind-013": "1991-03-01 roll following",
    "remind-015": "end of 1991-03 roll preceding",
    "remind-017": "end of 2022-04 roll preceding",
}

ASKED = {
    "add_working_days": lambda c: f"{c['start'][:10]} + {c['n']}wd",
    "add_working_days_start_included": lambda c: f"{eve(c['start'])} + {c['n']}wd",
    "calendar_days_roll_following": lambda c: f"{c['start']} + {c['n']}d roll following",
    "add_calendar_days": lambda c: f"{c['start']} + {c['n']}d",
    "add_months_roll_following": lambda c: f"{c['start']} + {c['months']}m roll following",
    "roll_following_then_add": lambda c: f"{c['start']} roll following + {c['n']}wd",
    "roll_following": lambda c: f"{c['date']} roll following",
    "roll_preceding": lambda c: f"{c['date']} roll preceding",
    "sub_working_days": lambda c: f"{c['date']} - {c['n']}wd",
    "last_working_day_of_month": lambda c: f"end of {c['year']}-{c['month']:02} roll preceding",
    "count_working_days": interval,
    "count_working_days_in_year": lambda c: f"workdays {c['year'] - 1}-12-31..{c['year']}-12-31",
}

PEERS = rows("peers.csv")


def record_of(row, expr):
    calendar = json.loads(row["calendar_json"])
    if not calendar or str(calendar.get("name", "")).startswith("CN-"):
        return {"expr": expr}
    weekend = [day.lower() for day in calendar["weekend"].split(",") if day]
    return {"expr": expr, "calendar": {"weekend": weekend, "rest": calendar["off"], "work": calendar["work"]}}


@pytest.mark.parametrize("row", [r for r in PEERS if r["op"] in ASKED], ids=lambda row: row["case_id"])
def test_a_case_of_another_system_has_the_right_answer(row):
    found = answer(record_of(row, ASKED[row["op"]](json.loads(row["input_json"]))))
    assert found["error"] is None
    assert str(found.get("count", found.get("date"))) == row["expected"]


@pytest.mark.parametrize("row", [r for r in PEERS if r["case_id"] in REMIND], ids=lambda row: row["case_id"])
def test_a_line_of_remind_has_the_right_answer(row):
    assert answer(record_of(row, REMIND[row["case_id"]]))["date"] == row["expected"]


@pytest.mark.parametrize("row", [r for r in PEERS if r["op"] == "is_workday"], ids=lambda row: row["case_id"])
def test_a_bare_day_says_whether_it_works(row):
    found = answer(record_of(row, json.loads(row["input_json"])["date"]))
    assert found["works"] is json.loads(row["expected"])


def test_the_command_answers_all_cases_in_one_batch_as_the_library_does(tmp_path):
    records = [asked(row) for row in rows("working_days.csv")]
    records += [record_of(r, ASKED[r["op"]](json.loads(r["input_json"]))) for r in PEERS if r["op"] in ASKED]
    records += [record_of(r, REMIND[r["case_id"]]) for r in PEERS if r["case_id"] in REMIND]
    records += [record_of(r, json.loads(r["input_json"])["date"]) for r in PEERS if r["op"] == "is_workday"]
    records += [{"id": row["date"], "expr": row["date"]} for row in rows("workdays.csv")]
    env = {k: v for k, v in os.environ.items() if not k.startswith("DUBAN")} | {"DUBAN_STATE": str(tmp_path)}
    command = [sys.executable, "-m", "scheduler.cli", "date", "--batch"]
    lines = "".join(json.dumps(record) + "\n" for record in records)
    done = subprocess.run(command, input=lines, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert found == [answer(record) for record in records]
    known = {row["date"]: row["is_workday"] == "1" for row in rows("workdays.csv")}
    assert {line["id"]: line["works"] for line in found if line["id"] in known} == known


def test_a_pause_keeps_the_remaining_working_days():
    calendar = {"weekend": ["sat", "sun"], "rest": ["2010-02-15"]}
    asked = {"expr": "2010-02-01 + 20wd pausing 2010-02-09..2010-02-18", "calendar": calendar}
    assert answer(asked)["date"] == "2010-03-11"
    assert answer(asked | {"expr": "2010-02-01 + 20wd"})["date"] == "2010-03-02"


def test_the_last_three_working_days_of_a_month():
    calendar = {"weekend": ["sat", "sun"]}
    found = [
        answer({"expr": f"end of 2013-08 roll preceding - {n}wd", "calendar": calendar})["date"] for n in (2, 1, 0)
    ]
    assert found == ["2013-08-28", "2013-08-29", "2013-08-30"]


def test_month_ends_do_not_drift():
    found = [answer({"expr": f"2026-01-31 + {n}m"})["date"] for n in range(6)]
    assert found == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"]


@pytest.mark.parametrize(("as_of", "expected"), [("2018-12-06", "2019-05-03"), ("2019-03-22", "2019-05-06")])
def test_an_amendment_moves_the_date(as_of, expected):
    assert answer({"expr": "2019-04-29 + 3wd", "as_of": as_of})["date"] == expected


def test_a_year_that_is_not_loaded_is_never_called_announced():
    found = answer({"expr": "2014-12-31 + 20wd", "as_of": "2014-12-15"})
    assert found["status"] == "provisional"


def test_a_year_before_2004_is_an_error_and_a_calendar_of_ones_own_has_no_such_bound():
    assert answer({"expr": "2001-01-01"})["error"]
    assert answer({"expr": "2001-01-01", "calendar": {"weekend": []}})["works"] is True


def test_a_week_without_working_days_is_an_error_and_not_a_loop():
    week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    found = answer({"expr": "2022-08-01 roll following", "calendar": {"weekend": week}})
    assert "没有一个工作日" in found["error"]


@pytest.mark.parametrize(("year", "days"), [(2018, 11), (2025, 13)])
def test_weekdays_off_less_weekends_worked_are_the_statutory_days(year, days):
    notice = library_notice(year)
    off = [d for d in notice.days if not d.works and d.date.weekday() < 5]
    worked = [d for d in notice.days if d.works]
    assert len(off) - len(worked) == days
