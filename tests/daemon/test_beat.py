"""A beat sends what is owed once, whatever happens between two lines of it."""

from datetime import timedelta

import pytest
from small_office import CITY, COUNTY, LIN, ZHOU, at

from scheduler.daemon import desk, service
from scheduler.daemon.alarm import SWEEP, AlarmClock
from scheduler.journal import OutboxState
from scheduler.mailing import PermanentFailure, TemporaryFailure
from scheduler.planning.alarms import moments
from scheduler.planning.model import FactKind

FRI_9 = "2026-01-23 09:00"  # five working days before Friday 30 January


class Crash(BaseException):
    """The machine goes out."""


def crash(_letter):
    raise Crash


def test_what_is_owed_goes_once(office):
    daemon = office.daemon()
    assert office.beat(daemon, "2026-01-23 08:59") == []
    assert office.beat(daemon, FRI_9) == [LIN, ZHOU]
    assert office.beat(daemon, FRI_9) == []
    assert office.beat(daemon, "2026-01-23 09:01") == []
    assert office.outcomes() == {"remind-5wd": "sent"}


def test_a_new_daemon_on_the_same_journal_sends_nothing_again(office):
    office.beat(office.daemon(), FRI_9)
    assert office.beat(office.daemon(), "2026-01-23 09:05") == []


def test_the_whole_ladder_goes_step_by_step(office):
    daemon = office.daemon()
    days = ["01-23", "01-29", "01-30", "02-02", "02-03", "02-04", "02-05"]
    went = {day: office.beat(daemon, f"2026-{day} 09:00") for day in days}
    assert {day: len(to) for day, to in went.items()} == {
        "01-23": 2, "01-29": 2, "01-30": 0, "02-02": 2, "02-03": 2, "02-04": 2, "02-05": 0,
    }  # fmt: skip
    assert office.outcomes() == {
        "remind-5wd": "sent", "remind-1wd": "sent", "chase-1": "sent", "chase-2": "sent", "escalate-after-2wd": "sent",
    }  # fmt: skip


def test_killed_between_acceptance_and_settlement_the_second_copy_has_the_same_message_id(office):
    office.server.on_delivery = crash
    daemon = office.daemon()
    office.now = at(FRI_9)
    with pytest.raises(Crash):
        daemon.beat()
    (first,) = office.server.came
    office.server.on_delivery = lambda _letter: None
    office.server.came.clear()

    again = office.daemon()
    assert first.to.address not in office.beat(again, "2026-01-23 09:01")  # the lease of the dead daemon still runs
    office.now = at("2026-01-23 09:01") + timedelta(minutes=6)
    again.beat()
    (second,) = office.server.came
    assert (second.message_id, second.to) == (first.message_id, first.to)
    with office.journal as journal:
        (row,) = [r for r in journal.outbox() if r.recipient.address == first.to.address]
        assert [(a.number, a.result) for a in journal.attempts(row.key)] == [(1, "lapsed"), (2, "accepted")]


@pytest.mark.parametrize("when", ["keep", "append", "enqueue", "claim", "settle_and_claim"])
def test_killed_at_any_step_nothing_is_lost(office, when, monkeypatch):
    """Each step of the journal fails once as if the machine went out just before it."""
    daemon = office.daemon()
    office.tell(FactKind.DONE, COUNTY)
    monkeypatch.setattr(daemon.desk.journal, when, crash_at)
    office.now = at(FRI_9)
    if when != "keep":  # nothing is kept on a plain day
        with pytest.raises(Crash):
            daemon.beat()
    office.server.taken()
    again = office.daemon()
    office.beat(again, FRI_9)
    office.beat(again, "2026-01-23 09:20")
    assert office.outcomes() == {"remind-5wd": "sent"}
    assert [letter.to.address for letter in office.server.letters] == [ZHOU]  # kept once per Message-ID


def crash_at(*_, **__):
    raise Crash


def test_two_daemons_on_one_journal_double_nothing(office):
    one, two = office.daemon(), office.daemon()
    went = []
    for day in ("01-23", "01-26", "01-29", "01-30", "02-02", "02-03", "02-04"):
        for minute in range(3):
            went += office.beat(one, f"2026-{day} 09:0{minute}")
            went += office.beat(two, f"2026-{day} 09:0{minute}")
        went += office.beat(two, f"2026-{day} 16:40") + office.beat(one, f"2026-{day} 16:40")
    ids = [letter.message_id for letter in office.server.letters]
    assert len(went) == len(ids) == len(set(ids))
    assert list(office.outcomes().values()) == ["sent"] * 5
    with office.journal as journal:
        assert journal.verify().sound
    assert len(office.facts(FactKind.HEARTBEAT)) == 7  # one a day, not one a daemon
    assert len(office.facts(FactKind.TABLE)) == 1


def test_a_daemon_that_lost_its_lease_does_not_send(office):
    """It slept between claim and delivery: another has sent the letter by now."""
    daemon = office.daemon()
    office.now = at(FRI_9)
    composed, sleeps = daemon._dispatch._ahead._compose, [timedelta(minutes=10)]

    def compose(*arguments):
        office.now += sleeps.pop() if sleeps else timedelta()
        return composed(*arguments)

    daemon._dispatch._ahead._compose = compose
    daemon.beat()
    with office.journal as journal:
        found = [[a.result for a in journal.attempts(row.key)] for row in journal.outbox()]
    assert sorted(found, key=len) == [["accepted"], ["lapsed", "accepted"]]
    assert office.server.taken() == [LIN, ZHOU]


def test_two_escalations_that_wait_in_the_outbox_go_on_two_days(office):
    office.edit("{after: 2wd, to: deputy}", "{after: 1wd, to: deputy}, {after: 2wd, to: office-head}")
    daemon = office.daemon()
    for day in ("01-23", "01-29", "02-02"):
        office.beat(daemon, f"2026-{day} 09:00")
    assert office.outcomes()["escalate-after-1wd"] == "sent"
    assert "escalate-after-2wd" not in office.outcomes()
    office.beat(daemon, "2026-02-03 09:00")
    assert office.outcomes()["escalate-after-2wd"] == "sent"


def test_an_escalation_taken_out_of_the_outbox_makes_way_for_the_next_at_once(office):
    # Seed 94 of the simulation: the next one waited for the next quiet look.
    office.edit("{after: 2wd, to: deputy}", "{after: 1wd, to: deputy}, {after: 2wd, to: office-head}")
    daemon = office.daemon()
    for day in ("01-23", "01-29"):
        office.beat(daemon, f"2026-{day} 09:00")
    office.server.trouble = TemporaryFailure("451 4.3.0 try again later")
    for day in ("02-02", "02-03"):
        office.beat(daemon, f"2026-{day} 09:00")
    assert "escalate-after-2wd" not in office.outcomes()
    office.server.trouble = None
    office.tell(FactKind.WITHDRAW, notice=f"{CITY}#escalate-after-1wd", reason="已电话联系")
    office.beat(daemon, "2026-02-03 10:00")
    assert office.outcomes()["escalate-after-2wd"] == "sent"


def counted(monkeypatch, module, name):
    calls = []
    true = getattr(module, name)

    def call(*arguments, **keywords):
        calls.append(name)
        return true(*arguments, **keywords)

    monkeypatch.setattr(module, name, call)
    return calls


def test_an_idle_beat_neither_compiles_the_plan_nor_asks_what_is_owed(office, monkeypatch):
    daemon = office.daemon()
    office.beat(daemon, "2026-01-19 10:00")
    compiled, asked = counted(monkeypatch, desk, "compile_plan"), counted(monkeypatch, service, "owed")
    for second in range(0, 60, 5):
        office.beat(daemon, f"2026-01-19 10:01:{second:02}")
    assert (compiled, asked) == ([], [])
    for minute in range(12, 60, 12):
        office.beat(daemon, f"2026-01-19 10:{minute}")
    assert (compiled, len(asked)) == ([], 4)  # however quiet it looks, it asks again


def test_a_beat_that_sends_does_not_compile_the_plan_for_what_it_wrote_itself(office, monkeypatch):
    daemon = office.daemon()
    office.beat(daemon, "2026-01-23 08:59:30")
    compiled = counted(monkeypatch, desk, "compile_plan")
    assert len(office.beat(daemon, FRI_9)) == 2
    assert office.beat(daemon, "2026-01-23 09:00:30") == []
    assert compiled == []
    assert daemon.desk.plan.history.outcomes(CITY)  # and yet it knows what it sent


def test_at_the_very_moment_a_quiet_daemon_asks(office):
    daemon = office.daemon()
    for second in (0, 30, 59):
        assert office.beat(daemon, f"2026-01-23 08:59:{second:02}") == []
    assert len(office.beat(daemon, FRI_9)) == 2


def test_each_obligation_has_one_job_and_they_follow_the_table(office, monkeypatch):
    daemon = office.daemon()
    alarm = AlarmClock(lambda: None)
    daemon._set(alarm)
    assert {job.id for job in alarm.get_jobs()} == {SWEEP, "report"}  # nothing happened yet that must be published
    office.tell(FactKind.EVENT, event="paper.issued", ref="A-1", unit="city")
    office.edit("id: report", "id: yearly-report")
    office.beat(daemon, "2026-01-19 09:00")
    daemon._set(alarm)
    assert {job.id for job in alarm.get_jobs()} == {SWEEP, "yearly-report", "publish"}
    assert alarm.get_job("publish").trigger.moments == moments(daemon.desk.plan)["publish"]
    looked = counted(monkeypatch, service, "moments")
    office.beat(daemon, "2026-01-19 09:01")
    looked.clear()
    daemon._set(alarm)
    assert looked == []  # the plan is as it was


def test_with_all_jobs_deleted_nothing_is_lost(office):
    """The alarm clock has no job left, not even the sweep: after half a minute the loop goes round all the same."""
    daemon = office.daemon()
    office.now = at(FRI_9)

    def beat():
        daemon.beat()
        alarm.remove_all_jobs()
        if len(rounds) == 2:
            alarm.shutdown()
        rounds.append(1)

    rounds = []
    alarm = AlarmClock(beat, timedelta(seconds=0.1))
    daemon._set(alarm)
    alarm.remove_all_jobs()
    alarm.start()
    assert len(rounds) == 3
    assert office.server.taken() == [LIN, ZHOU]


def test_once_sends_what_is_owed_and_what_the_admin_must_hear_of_it(office):
    office.now = at(FRI_9)
    office.server.refuses[LIN] = PermanentFailure("550 5.1.1 no such user")
    assert office.daemon().once() == 2
    assert len(office.outbox()) == 3
    assert [row.state for row in office.outbox() if row.recipient.who == "lin.lan"] == [OutboxState.DEAD]
