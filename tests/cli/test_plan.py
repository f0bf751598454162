from __future__ import annotations

import json

from scheduler.reports.text import cells

JANUARY = ("plan", "--from", "2027-01-01", "--to", "2027-01-31")
TASK = ["task", "obligation", "bearer", "period", "opens", "printed", "due", "target", "provisional", "notices"]
NOTICE = ["kind", "step", "at", "to", "cc", "message"]


def plan(office, *words):
    result = office(*words, "--format", "json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_the_shape_is_that_of_the_contract(office):
    found = plan(office, *JANUARY)
    assert list(found) == ["tasks", "load"]
    assert all(list(task) == TASK for task in found["tasks"])
    assert all(list(notice) == NOTICE for task in found["tasks"] for notice in task["notices"])
    assert all(list(row) == ["who", "week", "messages"] for row in found["load"])


def test_it_makes_no_file(office):
    plan(office, *JANUARY)
    assert office.files == {"obligations.yaml"}


def test_a_task_is_there_for_its_target_with_the_notices_of_the_range_alone(office):
    found = {t["task"]: t for t in plan(office, *JANUARY)["tasks"]}
    task = found["annual-report/changji-city/2026"]
    assert (task["target"], task["due"], task["provisional"]) == ("2027-01-29", "2027-01-31", True)
    assert [(n["step"], n["at"][:10], n["to"]) for n in task["notices"]] == [
        ("remind-5wd", "2027-01-22", ["zhou.min"]),  # a Friday
        ("remind-1wd", "2027-01-28", ["zhou.min"]),
    ]


def test_every_notice_lies_in_the_range_and_in_a_message(office):
    found = plan(office, "plan", "--from", "2026-11-23", "--to", "2027-02-28")
    notices = [n for task in found["tasks"] for n in task["notices"]]
    assert notices
    assert all("2026-11-23" <= n["at"][:10] <= "2027-02-28" and n["at"].endswith("+08:00") for n in notices)
    messages = {n["message"] for n in notices} - {None}
    assert sum(row["messages"] for row in found["load"]) == len(messages)


def test_past_years_can_be_asked_about(office):
    office.edit("start: 2026-01-01", "start: 2015-01-01")
    found = {t["task"]: t for t in plan(office, "plan", "--from", "2026-01-01", "--to", "2026-01-31")["tasks"]}
    steps = {n["step"]: n["at"][:10] for n in found["annual-report/changji-city/2025"]["notices"]}
    assert steps == {"remind-20wd": "2026-01-04", "remind-5wd": "2026-01-23", "remind-1wd": "2026-01-29"}  # a Sunday


def test_repeating_chasers_appear_twice_unless_asked_for(office):
    year = ("plan", "--from", "2027-02-01", "--to", "2027-06-30", "--who", "lin.lan")
    few = [n for t in plan(office, *year)["tasks"] for n in t["notices"] if n["kind"] == "chaser"]
    all_of_them = [n for t in plan(office, *year, "--chasers")["tasks"] for n in t["notices"] if n["kind"] == "chaser"]
    assert 0 < len(few) < len(all_of_them)


def test_who_keeps_one_person_or_unit(office):
    found = plan(office, *JANUARY, "--who", "wanghe-county")
    assert {t["bearer"] for t in found["tasks"]} <= {"wanghe-county", "gao.ning"}
    assert {row["who"] for row in found["load"]} <= {"lin.lan", "tang.yu", "wu.jing"}


def test_an_unknown_who_is_a_mistake(office):
    assert office(*JANUARY, "--who", "lin.lam").exit_code == 2


def test_done_tasks_stay_in_the_plan_without_notices(office):
    office("done", "annual-report/changji-city/2026", "--evidence", "收文第1号")
    found = {t["task"]: t for t in plan(office, *JANUARY)["tasks"]}
    assert found["annual-report/changji-city/2026"]["notices"] == []


def test_a_reversed_range_is_a_mistake(office):
    assert office("plan", "--from", "2027-02-01", "--to", "2027-01-01").exit_code == 2


def test_the_list_for_people_goes_by_date_and_says_what_is_provisional(office):
    lines = office(*JANUARY).stdout.splitlines()
    assert "2027-01-29（周五）" in lines
    due = "  办理时限 annual-report/changji-city/2026，规定期限2027-01-31，暂定"
    assert due in lines
    assert "每人每周的邮件数" in lines
    assert [line for line in lines if cells(line) > 100] == []


def test_a_notice_in_an_unannounced_year_is_provisional_though_its_task_is_not(office):
    said = office("plan", "--from", "2026-12-28", "--to", "2027-01-10", "--chasers").stdout.splitlines()
    of_2025 = [line for line in said if "annual-report/changji-city/2025#chase" in line]
    assert of_2025
    assert all(line.endswith("，暂定") for line in of_2025)
    assert "annual-report/changji-city/2025" not in "".join(line for line in said if "办理时限" in line)


def test_the_list_for_people_names_them_and_shows_no_id(office):
    said = office("plan", "--from", "2027-01-01", "--to", "2027-02-28").stdout
    assert "  09:00 提醒 周敏  annual-report/changji-city/2026#remind-5wd，暂定\n" in said
    assert "  2027-W03  周敏  1\n" in said
    assert not any(person in said for person in ("zhou.min", "he.ping", "hu.bo", "lin.lan"))


def test_the_list_for_people_leaves_out_what_is_dormant(office):
    office.edit("start: 2026-01-01", "start: 2030-01-01")
    assert "annual-report/changji-city/2026" not in office(*JANUARY).stdout
    assert "annual-report/changji-city/2026" in office(*JANUARY, "--format", "json").stdout


def test_an_empty_span_says_so(office):
    office.edit("start: 2026-01-01", "start: 2030-01-01")
    assert office("plan", "--from", "2026-11-24", "--to", "2026-11-25").stdout == (
        "这段时间没有到期的任务，也没有要发的通知。\n"
    )


def test_against_running_lists_what_an_edit_would_change(office):
    office("run", "--once")
    assert "没有变" in office(*JANUARY, "--against", "running").stdout
    office.edit("by: end of 01", "by: 01-15")
    (moved, _) = plan(office, *JANUARY, "--against", "running")["tasks"]
    assert (moved["task"], moved["old"]["target"], moved["new"]["target"]) == (
        "annual-report/changji-city/2026",
        "2027-01-29",
        "2027-01-15",
    )
    assert "办理时限2027-01-29（暂定） → 2027-01-15（暂定）" in office(*JANUARY, "--against", "running").stdout


def test_against_running_needs_a_table_that_ran(office):
    result = office(*JANUARY, "--against", "running")
    assert (result.exit_code, result.stderr.startswith("error[no-running-table]")) == (3, True)


def test_what_is_owed_since_this_morning_is_planned_for_now(office):
    assert office("run", "--once").exit_code == 0
    office.at("2027-02-03T09:20")  # nothing has been sent for ten weeks
    found = plan(office, "plan", "--from", "2027-02-03", "--to", "2027-02-03")
    moments = {n["at"] for task in found["tasks"] for n in task["notices"]}
    assert moments == {"2027-02-03T09:20:00+08:00"}
    assert "09:20 " in office("plan", "--to", "2027-02-03").stdout
    assert "09:00 " not in office("plan", "--to", "2027-02-03").stdout


def test_before_the_send_time_and_on_a_day_that_is_over_it_keeps_its_hour(office):
    words = ("plan", "--from", "2027-02-03", "--to", "2027-02-03")
    assert office("run", "--once").exit_code == 0
    for moment in ("2027-02-03T08:20", "2027-02-04T11:00"):
        found = plan(office.at(moment), *words)
        assert {n["at"] for task in found["tasks"] for n in task["notices"]} == {"2027-02-03T09:00:00+08:00"}


def test_what_was_registered_after_the_send_time_is_planned_for_the_next_one(office):
    office.at("2026-11-23T11:00")
    words = ("--unit", "changji-city", "--ref", "N-1", "--at", "2026-11-23")
    assert office("event", "document.issued", *words).exit_code == 0
    found = {t["task"]: t for t in plan(office, "plan", "--to", "2026-11-25")["tasks"]}
    steps = {n["step"]: n["at"] for n in found["publish/changji-city/N-1"]["notices"]}
    assert steps["remind-now"] == "2026-11-24T09:00:00+08:00"


def test_a_changed_table_is_not_said_to_send_at_a_moment_that_is_over(office):
    assert office("run", "--once").exit_code == 0
    office.at("2027-02-03T09:20")
    office.edit("owed_by: {kind: county}", "owed_by: {unit: [changji-city]}")
    found = office("plan", "--against", "running", "--to", "2027-02-03")
    assert "2027-02-03 09:20" in found.stdout
    assert "2027-02-03 09:00" not in found.stdout
