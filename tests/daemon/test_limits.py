"""Limits per minute and per connection, seen by a real server that counts."""

from collections import Counter
from datetime import timedelta

import pytest
from post_office import Sink, listening
from small_office import TABLE, at

from scheduler.daemon.pace import Pace
from scheduler.daemon.services import Services
from scheduler.daemon.start import open_daemon
from scheduler.settings import settings

COUNTIES = 12
FRI_9 = "2026-01-23 09:00"


class Counting(Sink):
    """Counts the letters by the minute of our clock, and by connection."""

    def __init__(self, office):
        super().__init__()
        self.office = office
        self.came, self.carried = [], Counter()

    async def handle_DATA(self, server, session, envelope):
        self.came.append(self.office.now)
        self.carried[session.peer] += 1
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def server(office):
    units = "\n".join(
        f"  - {{id: c{n}, name: 第{n}县, kind: county, reports_to: office, mail: c{n}@example.gov.cn}}"
        for n in range(COUNTIES - 2)
    )
    office.table.write_text(TABLE.replace("people:\n  - {id: he", f"{units}\npeople:\n  - {{id: he"), encoding="utf-8")
    counting = Counting(office)
    with listening(counting) as port:
        office.env["DUBAN_SMTP"] = f"smtp://127.0.0.1:{port}"
        yield counting


def start(office, **limits):
    env = office.env | limits
    return open_daemon(Services(settings(env), lambda: office.now), lambda: office.now, env)


def busiest_minute(moments):
    return max(sum(a <= b < a + timedelta(minutes=1) for b in moments) for a in moments)


def test_no_minute_sees_more_letters_than_the_limit_and_every_beat_is_short(office, server):
    daemon = start(office, DUBAN_SMTP_PER_MINUTE="5")
    office.now = at(FRI_9)
    sent = []
    while len(server.came) < COUNTIES:
        sent.append(daemon.beat())
        office.now += timedelta(seconds=30)
    assert sent == [5, 0, 5, 0, 2]
    assert busiest_minute(server.came) == 5


def test_once_waits_out_the_minutes_and_sends_all(office, server):
    daemon = start(office, DUBAN_SMTP_PER_MINUTE="5")
    office.now = at(FRI_9)

    def sleep(seconds):
        office.now += timedelta(seconds=seconds)

    assert daemon.once(sleep) == COUNTIES
    assert busiest_minute(server.came) == 5
    assert office.now == at(FRI_9) + timedelta(minutes=2)


def test_once_gives_up_on_a_server_that_takes_nothing(office, server):
    """With one letter a minute there is at any time another whose pause is over."""
    daemon = start(office, DUBAN_SMTP_PER_MINUTE="1")
    server.data_answer = "451 4.3.0 try again"
    office.now = at(FRI_9)
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        assert len(slept) < 10
        office.now += timedelta(seconds=seconds)

    assert daemon.once(sleep) == 0
    assert slept == [60, 60, 60]


def test_a_connection_carries_no_more_letters_than_it_may(office, server):
    daemon = start(office, DUBAN_SMTP_PER_CONNECTION="5")
    office.now = at(FRI_9)
    daemon.beat()
    assert sorted(server.carried.values()) == [2, 5, 5]


def test_six_hundred_a_minute_is_the_limit_where_none_is_given(office, server):
    daemon = start(office)
    office.now = at(FRI_9)
    daemon.beat()
    assert len(server.came) == COUNTIES
    assert daemon._dispatch._pace._most == 600


def test_a_clock_set_back_ends_the_wait():
    pace = Pace(1)
    pace.went(at(FRI_9))
    assert pace.pause(at(FRI_9)) == timedelta(minutes=1)
    assert pace.pause(at("2026-01-23 08:00")) == timedelta()
