"""The alarm clock rings at the moments of the notices and at each sweep, and lets errors out."""

import os
import signal
import threading
import time
from datetime import datetime, timedelta

import pytest
from freezegun import freeze_time

from scheduler.clock import BEIJING
from scheduler.daemon.alarm import SWEEP, AlarmClock, MomentsTrigger

NINE = datetime(2026, 1, 23, 9, tzinfo=BEIJING)
MOMENTS = [NINE, NINE + timedelta(days=3), NINE + timedelta(days=6)]


@pytest.mark.parametrize(
    ("previous", "now", "expected"),
    [
        (None, NINE - timedelta(days=1), MOMENTS[0]),
        (None, NINE, MOMENTS[0]),
        (MOMENTS[0], NINE, MOMENTS[1]),
        (MOMENTS[0], NINE + timedelta(days=4), MOMENTS[2]),  # what was missed is the sweep's, not the clock's
        (MOMENTS[2], NINE + timedelta(days=6), None),
        (None, NINE + timedelta(days=7), None),
    ],
)
def test_a_trigger_gives_the_next_moment_and_never_the_same_twice(previous, now, expected):
    assert MomentsTrigger(MOMENTS).get_next_fire_time(previous, now) == expected


def test_each_obligation_has_one_job_and_only_changed_ones_are_set_anew():
    alarm = AlarmClock(lambda: None)
    assert alarm.set_moments({"report": MOMENTS, "catalogue": MOMENTS[:1], "finished": []}) == 2
    assert alarm.set_moments({"report": MOMENTS, "catalogue": MOMENTS[1:]}) == 1
    assert alarm.set_moments({"report": MOMENTS}) == 1
    assert {job.id for job in alarm.get_jobs()} == {SWEEP, "report"}


def test_an_obligation_may_be_called_sweep():
    alarm = AlarmClock(lambda: None)
    alarm.set_moments({"sweep": MOMENTS})
    alarm.set_moments({"sweep": MOMENTS[1:]})
    alarm._main_loop = lambda: None
    alarm.start()
    assert {job.id for job in alarm.get_jobs()} == {SWEEP, "sweep"}


def test_it_rings_at_every_moment_of_a_year():
    rings = []
    days = [datetime(2026, 1, 1, 9, tzinfo=BEIJING) + timedelta(days=n) for n in range(365)]
    with freeze_time(days[0] - timedelta(hours=1)) as frozen:
        alarm = AlarmClock(lambda: None)
        alarm._ring = lambda: rings.append(1)
        alarm.remove_job(SWEEP)
        alarm.set_moments({"daily": days})
        run(alarm, frozen, days)
    assert len(rings) == 365


def run(alarm, frozen, days):
    """Step from moment to moment, as the loop would."""
    alarm._main_loop = lambda: None
    alarm.start()
    for day in days:
        frozen.move_to(day)
        alarm._process_jobs()


def test_an_error_in_the_work_ends_the_loop():
    def fail():
        raise RuntimeError("the work broke")

    with pytest.raises(RuntimeError, match="the work broke"):
        AlarmClock(fail).start()


def test_a_signal_wakes_the_loop_at_once():
    beats = []

    def beat():
        beats.append(time.monotonic())
        if len(beats) == 2:
            alarm.shutdown()

    alarm = AlarmClock(beat)
    before = signal.signal(signal.SIGHUP, lambda *_: alarm.ring())
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGHUP)).start()
    try:
        alarm.start()
    finally:
        signal.signal(signal.SIGHUP, before)
    assert beats[1] - beats[0] < 5  # a sweep is half a minute
