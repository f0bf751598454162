"""The table to start from: sound from its first day on, and on trial."""

from __future__ import annotations

import json
import resource
import shlex
from email import message_from_bytes
from email.utils import parseaddr

import pytest

from scheduler.register import load


@pytest.mark.parametrize("moment", ["2026-11-23T10:00", "2027-03-01T10:00"])  # a Monday, and another one
def test_it_is_sound_on_trial_and_begins_today(office, moment):
    office.at(moment)
    made = office("init", str(office.folder / "督办"))
    path = office.folder / "督办" / "obligations.yaml"
    assert (made.exit_code, made.stdout.splitlines()[0]) == (0, f"已写成 {path}，试运行：邮件只发给管理员。")
    found = load(path)
    assert found.problems == ()
    assert found.register is not None
    assert (found.register.office.trial, found.register.office.start.isoformat()) == (True, moment[:10])
    codes = {p["code"] for p in json.loads(office("check", str(path), "--format", "json").stdout)["problems"]}
    assert codes <= {"calendar-next-year", "calendar-provisional"}


def test_all_its_mail_goes_to_the_admin(office):
    office("init", str(office.folder / "new"))
    table = ("--table", str(office.folder / "new" / "obligations.yaml"))
    assert office("run", "--once", *table).exit_code == 0
    assert office.at("2026-12-31T09:00")("run", "--once", *table).exit_code == 0
    mails = [message_from_bytes(path.read_bytes()) for path in (office.folder / "state" / "mail").glob("*.eml")]
    assert len(mails) > 1
    assert {parseaddr(mail["To"])[1] for mail in mails} == {"heping@example.gov.cn"}
    assert [mail["Cc"] for mail in mails if mail["Cc"]] == []


def test_a_table_that_is_there_stays(office):
    before = office.table.read_bytes()
    refused = office("init", str(office.folder))
    assert (refused.exit_code, refused.stderr.startswith("error[table-exists]")) == (3, True)
    assert office.table.read_bytes() == before


def test_a_full_disk_leaves_no_half_of_a_table(office):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))  # bytes
    try:
        failed = office("init", str(office.folder / "new"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert failed.exit_code != 0
    assert "new/obligations.yaml" not in office.files
    assert office("init", str(office.folder / "new")).exit_code == 0


def test_what_it_says_to_run_next_can_be_copied_though_the_folder_has_a_blank_in_its_name(office):
    folder = office.folder / "my office; 督办"
    said = office("init", str(folder)).stdout.splitlines()
    assert [shlex.split(line) for line in said[-3:]] == [
        ["duban", name, "--table", str(folder / "obligations.yaml")] for name in ("check", "plan", "run")
    ]
