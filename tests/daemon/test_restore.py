"""A backup made while the daemon runs, and put back: nothing is sent twice, nothing is lost without a person's word."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from small_office import ADMIN, CITY, COUNTY, LIN, ZHOU, at

from scheduler.daemon import restoring
from scheduler.daemon.services import Services
from scheduler.journal import Entry, FaultKind, Journal, OutboxState
from scheduler.mailing import TemporaryFailure, UnknownFailure
from scheduler.planning.model import FactKind, MessageKind
from scheduler.problems import DubanError, RefusedError, UnreachableError
from scheduler.settings import settings

EXTRA = "{id: extra, title: 补报材料, owed_by: {kind: county}, due: {by: 2026-02-02, roll: preceding}, ladder: plain}"
HU, TANG = "hubo@example.gov.cn", "tangyu@example.gov.cn"
FRI_9, THU_9, MON_9 = "2026-01-23 09:00", "2026-01-29 09:00", "2026-02-02 09:00"


def services(office):
    return Services(settings(office.env), lambda: office.now)


def stop(daemon):
    """What the end of the process does."""
    daemon.desk.journal.close()


def back_up(office, name="copy.db"):
    with office.journal as journal:
        journal.backup(office.folder / name)
    return office.folder / name


def put_back(office, moment, copy="copy.db", **more):
    office.now = at(moment)
    return restoring.restore(services(office), office.folder / copy, "he.ping", office.now, **more)


def sound(office):
    with office.journal as journal:
        return journal.verify().sound


def days(office, *moments):
    """A fresh daemon, beating at these moments: who got mail when, the admin's own aside."""
    daemon = office.daemon()
    went = {}
    for moment in moments:
        if found := [to for to in office.beat(daemon, moment) if to != ADMIN]:
            went[moment] = found
    stop(daemon)
    return went


@pytest.fixture
def lost(office):
    """Backed up on the 22nd; since then the reminders have gone and the city has reported. Then the disk is gone."""
    days(office, "2026-01-22 10:00")
    back_up(office)
    assert days(office, FRI_9, THU_9) == {FRI_9: [LIN, ZHOU], THU_9: [LIN, ZHOU]}
    return office


def test_what_was_sent_after_the_backup_is_not_sent_again(lost):
    found = put_back(lost, "2026-01-29 14:00")
    assert {name.partition("#")[2] for name in found.held} == {"remind-1wd"}
    assert days(lost, "2026-01-29 14:01", "2026-01-29 23:00", "2026-01-30 09:00", "2026-01-31 09:00") == {}
    assert days(lost, MON_9) == {MON_9: [LIN, ZHOU]}  # the chaser, whose moment is after it
    assert sound(lost)


def test_after_a_restore_long_after_the_backup_there_is_no_storm(lost):
    put_back(lost, "2026-03-02 10:00")
    assert days(lost, "2026-03-02 10:01", "2026-03-03 09:00", "2026-03-04 09:00", "2026-03-31 09:00") == {}


def test_all_that_waits_can_be_let_go_or_taken_out(lost):
    found = put_back(lost, "2026-01-29 14:00")
    assert len(found.held) == 2
    lost.tell(FactKind.RELEASE, CITY, notice=f"{CITY}#remind-1wd")
    lost.tell(FactKind.WITHDRAW, COUNTY, notice=f"{COUNTY}#remind-1wd", reason="发过了")
    assert days(lost, "2026-01-29 14:01", "2026-01-30 09:00") == {"2026-01-29 14:01": [ZHOU]}
    assert lost.outcomes(COUNTY)["remind-1wd"] == "skipped withdrawn"
    assert sound(lost)


@pytest.mark.parametrize("trouble", [TemporaryFailure("451"), UnknownFailure("line dropped")])
def test_what_waited_in_the_outbox_when_the_backup_was_made_is_held_too(office, trouble):
    office.server.trouble = trouble
    days(office, FRI_9)
    back_up(office)
    office.server.trouble = None
    assert days(office, "2026-01-23 09:30") == {"2026-01-23 09:30": [LIN, ZHOU]}
    found = put_back(office, "2026-01-23 10:00")
    assert len(found.held) == 2
    assert days(office, "2026-01-23 10:01", "2026-01-26 09:00") == {}
    assert {row.state for row in office.outbox()} == {OutboxState.DROPPED, OutboxState.SENT}  # sent: to the admin
    assert sound(office)


def test_a_mail_that_a_dead_daemon_had_in_hand_is_held_too(office):
    days(office, "2026-01-22 10:00")
    daemon = office.daemon()
    daemon._queue(_at(office, FRI_9))
    assert daemon.desk.journal.claim("dead", office.now, timedelta(minutes=5))
    back_up(office)
    stop(daemon)
    put_back(office, "2026-01-23 11:00")
    assert days(office, "2026-01-23 11:01", "2026-01-23 12:00") == {}
    assert sound(office)


def test_the_admin_hears_of_it_once_and_status_of_what_waits(lost):
    put_back(lost, "2026-01-29 14:00")
    daemon = lost.daemon()
    assert lost.beat(daemon, "2026-01-29 14:01") == [ADMIN]
    assert "2026-01-22 10:00到2026-01-29 14:00" in lost.server.letters[-1].text
    assert "2个通知" in lost.server.letters[-1].text
    assert lost.beat(daemon, "2026-01-29 14:02") == lost.beat(lost.daemon(), "2026-01-29 14:03") == []


def test_the_record_says_what_was_put_back_and_how_much_it_lacks(lost):
    copied = Journal.open(f"sqlite:///{lost.folder / 'copy.db'}").head()
    with lost.journal as journal:
        before = journal.head()
    found = put_back(lost, "2026-01-29 14:00")
    (fact,) = lost.facts(FactKind.RESTORED)
    assert (fact.by, fact.data["head"], fact.data["name"]) == ("he.ping", str(copied), "copy.db")
    assert fact.data["lost"] == found.lost == before.seq - copied.seq
    assert not found.strange
    with lost.journal as journal:
        fault = journal.verify(str(before)).fault
    assert fault
    assert fault.kind in {FaultKind.REWRITTEN, FaultKind.CUT}  # a head of the lost part shows that it is lost


def test_the_old_database_is_kept_whole_beside(lost):
    with lost.journal as journal:
        before = journal.head()
    found = put_back(lost, "2026-01-29 14:00")
    assert found.aside
    assert found.aside.name == "duban.db.before-20260129T140000"
    with Journal.open(f"sqlite:///{found.aside}") as old:
        assert old.verify(str(before)).sound
    assert sorted(path.name for path in lost.folder.iterdir() if path.name.startswith((".duban", "duban.db"))) == [
        "duban.db", "duban.db.before-20260129T140000",
    ]  # fmt: skip
    assert (lost.folder / "duban.db").stat().st_mode & 0o777 == 0o600


def test_a_log_that_a_killed_daemon_left_behind_is_not_taken_for_the_new_databases(lost):
    """The old database was not closed: part of it is in the log beside it."""
    with closing(sqlite3.connect(lost.folder / "duban.db", isolation_level=None)) as open_:
        open_.execute("PRAGMA wal_autocheckpoint=0")
        open_.execute("INSERT INTO mark VALUES ('late', 'news')")
        for end in ("", "-wal", "-shm"):
            shutil.copyfile(lost.folder / f"duban.db{end}", lost.folder / f"killed.db{end}")
    for end in ("", "-wal", "-shm"):
        (lost.folder / f"killed.db{end}").replace(lost.folder / f"duban.db{end}")
    found = put_back(lost, "2026-01-29 14:00")
    assert found.aside
    with Journal.open(f"sqlite:///{found.aside}") as old:
        assert old.mark("late") == "news"
    with lost.journal as journal:
        assert journal.mark("late") is None
        assert journal.verify().sound


def test_a_damaged_old_database_is_no_hindrance(lost):
    (lost.folder / "duban.db").write_bytes(b"\xa5" * 20_000)
    found = put_back(lost, "2026-01-29 14:00")
    assert (found.lost, found.strange) == (None, False)
    assert found.aside
    assert found.aside.read_bytes() == b"\xa5" * 20_000
    assert sound(lost)


def test_on_a_new_machine_there_is_nothing_to_keep(lost):
    (lost.folder / "duban.db").unlink()
    found = put_back(lost, "2026-01-29 14:00")
    assert found.aside is None
    assert sound(lost)


def spoil_chain(path):
    with closing(sqlite3.connect(path)) as copy:
        copy.executescript("DROP TRIGGER fact_no_update; UPDATE fact SET by = 'li.na' WHERE seq = 2")


def spoil_kept(path):
    with closing(sqlite3.connect(path)) as copy:
        copy.executescript("DROP TRIGGER kept_no_delete; DELETE FROM kept")


def spoil_outbox(path):
    with closing(sqlite3.connect(path)) as copy:
        copy.executescript("INSERT INTO notice VALUES ('a', 'a', 'a', NULL, 0, 'sent', '', 'x')")


def spoil_middle(path):
    content = bytearray(path.read_bytes())
    content[8192:20000] = b"\xa5" * (20000 - 8192)
    path.write_bytes(content)


def newer(path):
    with closing(sqlite3.connect(path)) as copy:
        copy.executescript("UPDATE alembic_version SET version_num = '9999'")


def another_program(path):
    path.unlink()
    with closing(sqlite3.connect(path)) as copy:
        copy.executescript("CREATE TABLE birds (name)")


@pytest.mark.parametrize(
    "spoil",
    [
        spoil_chain,
        spoil_kept,
        spoil_outbox,
        spoil_middle,
        newer,
        another_program,
        lambda path: path.write_bytes(path.read_bytes()[:9000]),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("version: 1\n"),
    ],
)
def test_a_damaged_or_foreign_copy_is_refused_and_nothing_changes(lost, spoil):
    before = (lost.folder / "duban.db").read_bytes()
    spoil(lost.folder / "copy.db")
    with pytest.raises(DubanError) as error:
        put_back(lost, "2026-01-29 14:00")
    assert error.value.exit_code == 1
    assert [problem.code for problem in error.value.problems] == ["backup-unfit"]
    assert (lost.folder / "duban.db").read_bytes() == before
    assert not [path for path in lost.folder.iterdir() if path.name.startswith(".duban")]


def test_a_copy_can_be_checked_against_a_head_that_somebody_noted(lost):
    with Journal.open(f"sqlite:///{lost.folder / 'copy.db'}") as copy:
        head = copy.head().short
    with pytest.raises(DubanError, match="backup-unfit"):
        put_back(lost, "2026-01-29 14:00", head="3-0123456789ab…cdef")
    assert put_back(lost, "2026-01-29 14:00", head=head)


def test_while_anybody_has_the_database_open_it_is_refused(lost):
    daemon = lost.daemon()
    with pytest.raises(RefusedError) as error:
        put_back(lost, "2026-01-29 14:00")
    assert (error.value.exit_code, error.value.problems[0].code) == (3, "database-in-use")
    stop(daemon)
    assert put_back(lost, "2026-01-29 14:00")


def test_a_crash_before_the_last_step_leaves_the_old_database(lost, monkeypatch):
    with lost.journal as journal:
        before = journal.head()

    def crash(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("scheduler.daemon.restoring.put_in_place", crash)
    with pytest.raises(KeyboardInterrupt):
        put_back(lost, "2026-01-29 14:00")
    with lost.journal as journal:
        assert journal.head() == before


def test_its_own_file_is_no_backup(lost):
    with pytest.raises(DubanError, match="backup-unfit"):
        put_back(lost, "2026-01-29 14:00", copy="duban.db")


def test_the_copy_of_another_office_is_told(lost, tmp_path):
    with Journal.open(f"sqlite:///{tmp_path / 'other.db'}") as other:
        other.append([Entry(FactKind.ACK, "li.na", task="a/b/c")] * 3, now=lost.now)
    with pytest.raises(RefusedError, match="backup-strange"):
        put_back(lost, "2026-01-29 14:00", copy="other.db")
    assert put_back(lost, "2026-01-29 14:00", copy="other.db", force=True).strange


def test_put_back_a_second_time_everything_up_to_then_is_held(lost):
    put_back(lost, "2026-01-29 14:00")
    assert days(lost, MON_9) == {MON_9: [LIN, ZHOU]}
    put_back(lost, "2026-02-02 15:00")
    assert days(lost, "2026-02-02 15:01", "2026-02-03 09:00") == {"2026-02-03 09:00": [HU, TANG]}
    assert sound(lost)


def test_a_database_put_back_by_other_means_is_noted_in_place(lost):
    shutil.copyfile(lost.folder / "copy.db", lost.folder / "duban.db")
    lost.now = _at(lost, "2026-01-29 14:00")
    desk = services(lost)
    found = restoring.note(desk, "he.ping", lost.now)
    desk.journal.close()
    assert len(found.held) == 2
    assert days(lost, "2026-01-29 14:01", "2026-01-30 09:00") == {}
    assert sound(lost)


def test_rows_that_were_new_in_the_gap_are_not_reminded_of_a_second_time(lost):
    lost.edit("  - id: publish", f"  - {EXTRA}\n  - id: publish")
    went = days(lost, "2026-01-29 10:00", "2026-01-30 09:00")
    assert "2026-01-30 09:00" in went
    found = put_back(lost, "2026-01-30 10:00")
    assert days(lost, "2026-01-30 10:01", "2026-01-31 09:00") == {}
    assert days(lost, MON_9) == {MON_9: [LIN, ZHOU]}  # of the report: its chaser
    assert {"extra/city/once#remind-now", "extra/county/once#remind-now"} <= set(found.held)
    assert lost.outcomes("extra/city/once") == {}


def test_a_summary_whose_turn_was_in_the_gap_is_not_sent_again(office):
    office.edit("obligations:\n", "summaries:\n  - {every: month, by: start + 3wd, to: [hu.bo]}\nobligations:\n")
    days(office, "2026-01-30 18:00")
    back_up(office)
    assert HU in days(office, "2026-02-04 09:00")["2026-02-04 09:00"]
    put_back(office, "2026-02-04 14:00")
    days(office, "2026-02-04 14:01", "2026-02-05 09:00")
    assert office.outbox(MessageKind.SUMMARY) == []


def test_a_move_that_the_owners_were_told_of_is_not_told_again(lost):
    lost.edit("by: 2026-01-30", "by: 2026-02-27")
    days(lost, "2026-01-30 08:00", "2026-01-30 09:00")
    assert lost.outbox(MessageKind.MOVED)
    put_back(lost, "2026-01-30 14:00")
    days(lost, "2026-01-30 14:01", MON_9)
    assert lost.outbox(MessageKind.MOVED) == []


def test_with_a_faulty_table_the_one_last_in_force_says_what_waits(lost):
    lost.table.write_text("version: [1")
    assert set(put_back(lost, "2026-01-29 14:00").held) == {f"{CITY}#remind-1wd", f"{COUNTY}#remind-1wd"}
    assert sound(lost)


def test_a_server_has_its_own_way(lost):
    lost.env["DUBAN_DATABASE"] = "postgresql://duban@/duban"
    with pytest.raises(UnreachableError) as error:
        put_back(lost, "2026-01-29 14:00")
    assert error.value.problems[0].code == "backup-elsewhere"


def _at(office, moment):
    office.now = at(moment)
    return office.now
