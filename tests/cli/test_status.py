from __future__ import annotations

import csv
import io
import json

import pytest

from scheduler.reports.text import cells

KEYS = [
    "task", "obligation", "title", "bearer", "period", "state", "light", "opens", "printed", "due", "target", "outer",
    "provisional", "progress", "done_on", "evidence", "acknowledged_at", "extensions", "notices", "next_notice",
    "calls",
]  # fmt: skip


def tasks(office, *words):
    return {t["task"]: t for t in json.loads(office("status", "--format", "json", *words).stdout)["tasks"]}


def test_on_a_fresh_machine_it_answers_and_makes_no_file(office):
    result = office("status", "--format", "json")
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (found["as_of"], found["head"]) == ("2026-11-23T10:00:00+08:00", None)
    assert found["calendar"] == {"announced_until": "2026-12-28"}
    assert office.files == {"obligations.yaml"}


def test_a_task_has_the_keys_of_the_contract_in_both_languages(office):
    for lang in ("zh", "en"):
        for task in tasks(office, "--lang", lang).values():
            assert list(task) == KEYS


def test_dates_are_iso_and_what_is_absent_is_null(office):
    found = tasks(office)["annual-report/changji-city/2026"]
    assert (found["printed"], found["due"], found["target"]) == ("2027-01-31", "2027-01-31", "2027-01-29")  # a Friday
    assert found["provisional"] is True
    assert found["next_notice"] == "2026-12-31T09:00:00+08:00"  # 20wd before, a Thursday
    absent = ("outer", "progress", "done_on", "evidence", "acknowledged_at")
    assert [found[key] for key in absent] == [None] * len(absent)
    assert (found["extensions"], found["notices"]) == (0, [])


def test_it_holds_every_opened_task_and_the_next_one_of_each_row(office):
    found = tasks(office)
    assert "annual-report/changji-city/2025" in found  # overdue since January
    assert "annual-report/changji-city/2026" in found
    assert "annual-report/changji-city/2027" not in found
    assert {"interpret/sun.li/2026", "interpret/sun.li/2027"} <= set(found)


def test_what_hurts_most_comes_first(office):
    lights = [t["light"] for t in tasks(office).values()]
    assert lights == sorted(lights, key=["red", "yellow", "green", "grey"].index)
    assert lights[0] == "red"


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("--unit", "wanghe-county"), lambda t: t["bearer"] in {"wanghe-county", "gao.ning"}),
        (("--state", "overdue"), lambda t: t["state"] == "overdue"),
        (("--state", "overdue", "--state", "open"), lambda t: t["state"] in {"overdue", "open"}),
    ],
)
def test_filters_keep_what_was_asked_for(office, words, wanted):
    everything, kept = tasks(office), tasks(office, *words)
    assert set(kept) == {name for name, task in everything.items() if wanted(task)}
    assert 0 < len(kept) < len(everything)


def test_an_unknown_unit_is_a_mistake(office):
    result = office("status", "--unit", "wanghe")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "wanghe-county" in result.stderr


def test_as_of_knows_only_what_had_been_entered_by_then(office):
    office("event", "document.issued", "--unit", "changji-city", "--ref", "A", "--at", "2026-11-20")
    office.at("2026-11-25T10:00")
    office("done", "publish/changji-city/A")
    office.at("2026-12-01T10:00")
    then = json.loads(office("status", "--as-of", "2026-11-24", "--format", "json").stdout)
    now = json.loads(office("status", "--format", "json").stdout)
    states = [{t["task"]: t["state"] for t in dump["tasks"]}["publish/changji-city/A"] for dump in (then, now)]
    assert states == ["open", "done"]
    assert then["as_of"] == "2026-11-24T23:59:59+08:00"
    assert (then["head"][:2], now["head"][:2]) == ("1:", "2:")
    assert office("audit", "verify", "--head", then["head"]).exit_code == 0


def test_as_of_before_the_notice_of_the_year_is_provisional(office):
    then = tasks(office, "--as-of", "2025-06-30")  # the notice for 2026 came in November 2025
    assert then["annual-report/changji-city/2025"]["provisional"] is True
    assert tasks(office)["annual-report/changji-city/2025"]["provisional"] is False


def test_the_table_for_people_starts_with_the_counts_and_ends_with_the_head(office):
    office("event", "document.issued", "--unit", "changji-city", "--ref", "A", "--at", "2026-11-20")
    lines = office("status").stdout.splitlines()
    assert lines[0] + lines[1] == (
        "截至2026-11-23 10:00：共9项，逾期2、办理中3（本周到期1）、待核0、办结0、未到办理期4"
    )
    assert lines[1] == "期4"
    assert lines[-1].startswith("数据校验码：1:")
    assert lines[-2] == "放假安排已公布至2026-12-28"
    assert any("（暂定）" in line for line in lines)
    assert [line for line in lines[:-1] if cells(line) > 80] == []


def test_csv_has_a_row_per_task(office):
    rows = list(csv.DictReader(io.StringIO(office("status", "--format", "csv").stdout)))
    assert {row["task"] for row in rows} == set(tasks(office))
    assert next(r for r in rows if r["task"] == "interpret/sun.li/2026")["required"] == "2"


def test_a_cell_that_a_spreadsheet_would_run_is_made_text(office):
    office.edit("title: 规范性文件公开发布", "title: '=1+1'")
    office("event", "document.issued", "--unit", "changji-city", "--ref", "A", "--at", "2026-11-20")
    assert ",'=1+1," in office("status", "--format", "csv").stdout


def test_a_broken_table_is_told_and_the_last_good_one_goes_on(office):
    assert office("run", "--once").exit_code == 0
    good = tasks(office)
    office.edit("kind: county", "knid: county")
    result = office("status", "--format", "json")
    assert result.exit_code == 0
    assert "obligations.yaml:" in result.stderr
    assert [t["task"] for t in json.loads(result.stdout)["tasks"]] == list(good)


def test_a_broken_table_without_a_good_one_before_is_a_problem(office):
    office.edit("kind: county", "knid: county")
    result = office("status")
    assert (result.exit_code, result.stdout) == (1, "")
    assert office.files == {"obligations.yaml"}


def test_what_was_sent_stands_beside_the_task(office):
    office.at("2026-12-31T09:00")
    assert office("run", "--once").exit_code == 0
    (sent,) = tasks(office)["annual-report/changji-city/2026"]["notices"]
    assert (sent["kind"], sent["step"], sent["at"]) == ("reminder", "remind-20wd", "2026-12-31T09:00:00+08:00")
    assert (sent["outcome"], sent["to"], sent["sent_at"]) == ("sent", ["zhou.min"], "2026-12-31T09:00:00+08:00")
    assert sent["message_id"].startswith("<")


@pytest.mark.parametrize(
    ("at", "future"),
    [("2026-11-22", False), ("2026-11-23", False), ("2026-11-23T10:01", True), ("2026-11-24", True)],
)
def test_a_day_that_has_not_come_is_said_to_lie_ahead(office, at, future):
    result = office("status", "--as-of", at)  # it is Monday 2026-11-23, 10:00
    assert result.exit_code == 0
    assert ("还没有到" in result.stderr) == future
