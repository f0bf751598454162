"""`duban backup` and `restore` as an officer uses them: what they say, and what goes afterwards."""

from __future__ import annotations

import gc
import json
import shutil
import sqlite3
from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from scheduler.cli.moments import end_of, start_of

NAMES = ["annual-report/changji-city/2026#remind-20wd", "annual-report/wanghe-county/2026#remind-20wd"]


@pytest.fixture
def lost(office):
    """Backed up on Wednesday; on Thursday the reminders went; then the disk was gone."""
    table = office.table.read_text(encoding="utf-8")
    quota, rest = table[table.index("  - id: interpret") :].split("not_tracked:")
    assert rest
    office.edit(quota, "")
    office.edit("start: 2026-01-01", "start: 2026-12-01")
    office.at("2026-12-30T10:00")
    office("run", "--once")
    assert office("backup", str(office.folder / "copy.db")).exit_code == 0
    office.at("2026-12-31T09:00")
    office("run", "--once")
    assert reminded(office) == 2
    office.at("2026-12-31T15:00")
    gc.collect()  # the process of `run` has ended
    return office


def reminded(office):
    """How many of the reminders the record says were sent."""
    facts = json.loads(office("audit", "log", "--kind", "sent", "--format", "json").stdout)["facts"]
    keys = [key for fact in facts for key in fact["data"]["notices"]]
    return sum(key.startswith(tuple(NAMES)) for key in keys)


def restored(office, *words):
    found = office("restore", str(office.folder / "copy.db"), "--yes", *words)
    assert found.exit_code == 0, found.stderr
    return found.stdout


def test_a_backup_says_what_it_holds(lost):
    said = lost("backup", str(lost.folder / "more.db")).stdout
    assert "已备份到" in said
    assert "条记录、0封待发邮件、" in said
    head = lost("audit", "verify").stdout.split("数据校验码")[1].split()[0]
    assert head in said.replace("\n", "")


def test_a_backup_that_is_there_is_overwritten_only_on_demand(lost):
    again = lost("backup", str(lost.folder / "copy.db"))
    assert (again.exit_code, again.stderr.startswith("error[backup-exists]")) == (3, True)
    found = json.loads(lost("backup", str(lost.folder / "copy.db"), "--force", "--format", "json").stdout)
    assert (found["sound"], found["waiting"]) == (True, 0)


def test_no_backup_takes_the_place_of_a_device(lost):
    nowhere = lost.folder / "nowhere"
    nowhere.symlink_to("/dev/null")
    found = lost("backup", str(nowhere), "--force")
    assert (found.exit_code, found.stderr.startswith("error[backup-failed]")) == (4, True)
    assert nowhere.is_symlink()


def test_a_backup_of_a_record_that_was_touched_is_written_and_says_so(lost):
    with sqlite3.connect(lost.folder / "state" / "duban.db") as connection:
        connection.executescript("DROP TRIGGER fact_no_update; UPDATE fact SET by = 'li.na' WHERE seq = 2")
    connection.close()
    found = lost("backup", str(lost.folder / "more.db"))
    assert (found.exit_code, found.stderr.startswith("error[backup-unsound]")) == (1, True)
    assert (lost.folder / "more.db").exists()


def test_a_restore_names_what_may_have_gone_and_where_the_old_database_is(lost):
    said = restored(lost)
    assert "12-30 10:00为止" in said
    assert "duban.db.before-20261231T150000" in said
    assert "下列2个通知" in said
    assert all(name in said for name in NAMES)
    assert "2个通知等待放行" in lost("status").stdout
    assert all(name in lost("outbox").stdout for name in NAMES)
    assert json.loads(lost("outbox", "--format", "json").stdout)["held"] == NAMES


def test_nothing_goes_again_by_itself(lost):
    restored(lost)
    for hour in ("15:01", "16:00"):
        lost.at(f"2026-12-31T{hour}")
        lost("run", "--once")
    assert reminded(lost) == 0


def test_all_of_it_can_be_let_go_at_once(lost):
    restored(lost)
    assert lost("release", "--restored", "--by-whom", "he.ping").stdout.count("已放行") == 2
    assert lost("release", "--restored").stdout == "没有因恢复备份而等待放行的通知。\n"
    lost("run", "--once")
    assert reminded(lost) == 2


def test_all_of_it_can_be_taken_out_at_once(lost):
    restored(lost)
    found = json.loads(lost("withdraw", "--restored", "--reason", "发过了", "--format", "json").stdout)
    assert found["notices"] == NAMES
    assert "等待放行" not in lost("status").stdout
    lost("run", "--once")
    assert reminded(lost) == 0


def test_one_of_it_can_be_let_go(lost):
    restored(lost)
    assert lost("release", NAMES[0]).exit_code == 0
    assert json.loads(lost("outbox", "--format", "json").stdout)["held"] == NAMES[1:]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("restore",), "restore-what"),
        (("restore", "copy.db", "--in-place"), "restore-what"),
        (("release",), "notice-which"),
        (("release", NAMES[0], "--restored"), "notice-which"),
        (("withdraw", "--reason", "x"), "notice-which"),
    ],
)
def test_what_is_meant_must_be_said(office, words, code):
    found = office(*words)
    assert (found.exit_code, found.stderr.startswith(f"error[{code}]")) == (2, True)


def test_a_copy_that_is_not_there(office):
    found = office("restore", str(office.folder / "nowhere.db"))
    assert (found.exit_code, found.stderr.startswith("error[file]")) == (1, True)


def test_nothing_is_put_back_unless_somebody_agrees(lost):
    before = (lost.folder / "state" / "duban.db").read_bytes()
    found = lost("restore", str(lost.folder / "copy.db"))
    assert (found.exit_code, found.stderr.startswith("error[not-confirmed]")) == (3, True)
    assert (lost.folder / "state" / "duban.db").read_bytes() == before


@pytest.mark.parametrize(("answer", "done"), [("y\n", True), ("n\n", False)])
def test_on_a_terminal_it_asks(lost, monkeypatch, answer, done):
    monkeypatch.setattr("scheduler.cli.restore.sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))
    found = lost("restore", str(lost.folder / "copy.db"), stdin=answer)
    assert found.exit_code == 0
    assert ("已恢复" in found.stdout, "没有恢复" in found.stdout) == (done, not done)


def test_the_backup_of_another_office_is_put_back_only_by_force(lost):
    other = lost("ack", NAMES[0].partition("#")[0], DUBAN_STATE=str(lost.folder / "other"))
    assert other.exit_code == 0, other.stderr
    gc.collect()
    words = ("restore", str(lost.folder / "other" / "duban.db"), "--yes")
    found = lost(*words)
    assert (found.exit_code, found.stderr.startswith("error[backup-strange]")) == (3, True)
    assert reminded(lost) == 2
    assert "没有一条相同的记录" in lost(*words, "--force").stdout


def test_in_place_says_the_same_of_a_database_that_was_put_back_by_hand(lost):
    shutil.copyfile(lost.folder / "copy.db", lost.folder / "state" / "duban.db")
    assert "下列2个通知" in lost("restore", "--in-place", "--yes").stdout


def test_the_last_moment_of_a_day_belongs_to_it_and_the_next_one_does_not():
    assert end_of(date(2026, 12, 31)) + timedelta(microseconds=1) == start_of(date(2027, 1, 1))


def test_a_journal_in_place_is_not_touched_unasked(office):
    office("run", "--once")
    result = office("restore", "--in-place")
    assert (result.exit_code, "not-confirmed" in result.stderr) == (3, True)
    assert "restored" not in office("audit", "log", "--format", "jsonl").stdout
