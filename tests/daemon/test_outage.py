"""The machine was off, the clock jumped, the journal did not answer: what was owed is owed, and goes once."""

import sqlite3
from contextlib import closing, suppress
from datetime import timedelta

import pytest
from small_office import CITY, COUNTY, LIN, TABLE, ZHOU, at
from sqlalchemy import event

from scheduler.daemon.alarm import AlarmClock
from scheduler.journal import Entry
from scheduler.planning.model import FactKind
from scheduler.problems import UnreachableError

FRI_9 = "2026-01-23 09:00"


@pytest.mark.parametrize(
    ("restart", "sent"),
    [
        ("2026-02-05 03:00", "2026-02-05 09:00"),  # a Thursday, at night
        ("2026-02-07 11:00", "2026-02-09 09:00"),  # a Saturday
        ("2026-02-05 10:15", "2026-02-05 10:15"),  # within the hours of the office
    ],
)
def test_after_two_weeks_of_outage_each_gets_one_late_message_when_mail_may_go(office, restart, sent):
    office.beat(office.daemon(), "2026-01-22 18:00")
    daemon = office.daemon()
    if restart != sent:
        assert office.beat(daemon, restart) == []
    assert office.beat(daemon, sent) == ["hubo@example.gov.cn", LIN, "tangyu@example.gov.cn", ZHOU]
    assert all("迟发" in letter.text for letter in office.server.letters)
    assert office.outcomes() == {
        "remind-5wd": "skipped target-passed",
        "remind-1wd": "skipped target-passed",
        "chase-1": "skipped overtaken",
        "chase-2": "sent",
        "escalate-after-2wd": "sent",
    }
    assert office.beat(daemon, f"{sent[:10]} 12:00") == []


def test_spring_festival_is_no_day_for_mail(office):
    """15 to 23 February 2026 rest. The machine was off before, and comes back in the middle."""
    office.edit("by: 2026-01-30", "by: 2026-02-13")
    office.beat(office.daemon(), "2026-01-30 18:00")
    daemon = office.daemon()
    for day in range(15, 24):
        assert office.beat(daemon, f"2026-02-{day} 10:00") == []
    assert office.beat(daemon, "2026-02-24 09:00") != []


def test_a_clock_that_goes_ahead_for_a_day_sends_what_is_owed_and_nothing_again_when_it_is_set_right(office):
    daemon = office.daemon()
    office.beat(daemon, "2026-01-22 10:00")
    assert office.beat(daemon, "2026-01-23 10:00") == [LIN, ZHOU]  # a day too early, as nobody can know
    for hour in range(10, 24):
        assert office.beat(daemon, f"2026-01-22 {hour}:01") == []
    assert office.beat(daemon, FRI_9) == []
    assert office.beat(daemon, "2026-01-29 09:00") == [LIN, ZHOU]
    with office.journal as journal:
        assert journal.verify().sound


def test_a_clock_set_back_an_hour_does_not_keep_a_quiet_daemon_from_asking(office, monkeypatch):
    daemon = office.daemon()
    office.beat(daemon, "2026-01-23 08:59")
    office.beat(daemon, "2026-01-23 08:59:30")
    office.tell(FactKind.HEARTBEAT)  # which makes no new plan
    monkeypatch.setattr("scheduler.daemon.service.LONGEST_QUIET", timedelta(days=3))
    office.beat(daemon, "2026-01-23 07:59")
    assert daemon._quiet == (at("2026-01-23 07:59"), at(FRI_9))


def test_a_clock_that_jumps_over_the_moment_sends_late(office):
    daemon = office.daemon()
    office.beat(daemon, "2026-01-23 08:59")
    assert office.beat(daemon, "2026-01-23 15:00") == [LIN, ZHOU]
    assert "迟发" in office.server.letters[0].text


def test_the_loop_goes_round_though_the_clock_was_set_back_a_day(monkeypatch):
    """All jobs, the sweep too, lie a day ahead; the loop counts the time that really passes."""
    rounds = []

    def beat():
        rounds.append(1)
        if len(rounds) == 3:
            alarm.shutdown()

    alarm = AlarmClock(beat, timedelta(seconds=0.05))
    monkeypatch.setattr(alarm, "_process_jobs", lambda: 86_400.0)
    alarm.start()
    assert len(rounds) == 3


# -- the journal does not answer -----------------------------------------------------------------------------------


class Rounds:
    """A daemon in its own loop's hands, beat by beat, and what it tells its supervisor."""

    def __init__(self, office, monkeypatch):
        self.office = office
        self.daemon = office.daemon()
        self.said = []
        self.alarm = AlarmClock(lambda: None)
        monkeypatch.setattr("scheduler.daemon.service.notify", lambda **state: self.said.append(state))

    def __call__(self, moment):
        """One round: to whom letters went, and whether the watchdog was fed at its end."""
        self.office.now = at(moment)
        self.said.clear()
        self.daemon._rung(self.alarm)
        return self.office.server.taken(), "WATCHDOG" in self.said[-1]


@pytest.fixture
def rounds(office, monkeypatch):
    return Rounds(office, monkeypatch)


@pytest.fixture
def impatient(monkeypatch):
    """Nobody waits five seconds for a lock."""
    monkeypatch.setattr("scheduler.journal.database.WAIT_SECONDS", 0.05)


def locked(office):
    """Another program holds the database."""
    connection = sqlite3.connect(office.folder / "duban.db", isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    return closing(connection)


@pytest.mark.usefixtures("impatient")
def test_while_the_database_is_locked_nothing_goes_and_the_watchdog_starves(office, rounds):
    with locked(office):
        assert rounds(FRI_9) == ([], False)
        assert "占用" in rounds.said[-1]["STATUS"]
        assert rounds("2026-01-23 09:00:30") == ([], False)
    assert rounds("2026-01-23 09:01") == ([LIN, ZHOU], True)
    assert rounds("2026-01-23 09:02") == ([], True)


@pytest.mark.usefixtures("impatient")
def test_an_edit_made_while_the_database_is_locked_is_taken_in_afterwards(office, rounds):
    with locked(office):
        office.table.write_text(TABLE.replace("报送工作年度报告", "报送年报"))
        rounds("2026-01-22 10:00")
    rounds("2026-01-22 10:01")
    assert rounds.daemon.desk.plan.register.obligations[0].title == "报送年报"
    assert len(office.facts(FactKind.TABLE)) == 2


@pytest.mark.usefixtures("impatient")
def test_a_faulty_edit_made_while_the_database_is_locked_is_written_down_afterwards(office, rounds):
    with locked(office):
        office.table.write_text("version: [1")
        rounds("2026-01-22 10:00")
    assert rounds("2026-01-22 10:01") == (["heping@example.gov.cn"], True)
    assert len(office.facts(FactKind.TABLE_REFUSED)) == 1


@pytest.mark.usefixtures("impatient")
def test_a_reload_asked_for_while_the_database_is_locked_is_done_afterwards(office, rounds):
    rounds.daemon._reload = True
    with locked(office):
        office.table.write_text(TABLE.replace("报送工作年度报告", "报送年报"))
        rounds("2026-01-22 10:00")
        assert {"READY": 1} not in rounds.said
    rounds("2026-01-22 10:01")
    assert {"READY": 1} in rounds.said


@pytest.mark.usefixtures("impatient")
def test_a_letter_accepted_just_before_the_database_was_locked_goes_once(office, rounds):
    holders = []

    def lock(_letter):
        if not holders:
            holders.append(locked(office))
            holders[0].__enter__()

    office.server.on_delivery = lock
    went, fed = rounds(FRI_9)
    assert (len(went), fed) == (1, False)
    holders[0].__exit__(None, None, None)
    more, fed = rounds("2026-01-23 09:10")  # the lease is long over
    assert (sorted(went + more), fed) == ([LIN, ZHOU], True)
    assert set(office.outcomes(CITY).values()) == set(office.outcomes(COUNTY).values()) == {"sent"}
    assert all(row.attempts == 1 for row in office.outbox())


def failure_of(daemon):
    try:
        daemon.beat()
    except UnreachableError as error:
        return error
    return None


def fill(journal, room):
    """Let the database grow no further, fill it up, then give it room for so many pages more."""
    engine = journal._database.engine
    engine.dispose()
    with closing(sqlite3.connect(engine.url.database)) as connection:
        (used,) = connection.execute("PRAGMA page_count").fetchone()
    most = [used]
    event.listen(engine, "connect", lambda c, _: c.execute(f"PRAGMA max_page_count={most[0]}"))
    line = Entry(FactKind.HEARTBEAT, "duban", data={"due": 0})
    with suppress(UnreachableError):
        for _ in range(1000):
            journal.append([line], now=at("2026-01-22 10:00"))
    most[0] += room
    engine.dispose()
    return most


@pytest.mark.parametrize("room", range(4))
def test_a_full_disk_stops_all_in_front_of_it_and_what_is_owed_goes_once_when_there_is_room(office, room):
    """The disk fills up somewhere in the middle of the beat."""
    daemon = office.daemon()
    office.beat(daemon, "2026-01-22 10:00")
    most = fill(daemon.desk.journal, room)
    office.now = at(FRI_9)
    codes = [error.problems[0].code for _ in range(3) if (error := failure_of(daemon))]
    assert set(codes) <= {"database-full"}
    assert codes or room > 1
    most[0] += 1000
    daemon.desk.journal._database.engine.dispose()
    for minute in range(0, 20, 5):
        office.now = at(FRI_9) + timedelta(minutes=minute)
        daemon.beat()
    assert office.server.taken() == [LIN, ZHOU]
    assert set(office.outcomes(CITY).values()) == set(office.outcomes(COUNTY).values()) == {"sent"}
    with office.journal as journal:
        assert journal.verify().sound
