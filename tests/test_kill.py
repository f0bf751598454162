"""kill -9, again and again, of the real daemon against a real mail server: nothing is lost, and what comes twice is one.

Two offices side by side. Each working day every unit is owed one mail; the process is killed in the middle of a
dialogue, right after the server's answer, or at any moment from its start on, and started again. DUBAN_KILLS says how
often in all.
"""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from post_office import Sink, listening

from scheduler.clock import BEIJING
from scheduler.journal import Journal

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
pytestmark = pytest.mark.skipif(not LIBRARIES, reason="libfaketime is not installed on this machine")

KILLS = int(os.environ.get("DUBAN_KILLS", "20"))
UNITS = 12
FIRST = date(2026, 3, 2)  # a Monday; no holiday until 4 April
LAPSE = timedelta(minutes=6)  # longer than a lease
PATIENCE = 60  # seconds of real time for one life of a daemon


def working_days():
    """Mondays to Fridays: this spring has no others until Qingming."""
    return (day for n in count() if (day := FIRST + timedelta(days=n)).weekday() < 5)


def table(days):
    """Each unit owes a paper for each day, and is reminded on the day itself."""
    units = [
        f"  - {{id: u{n}, name: 单位{n}, kind: county, reports_to: office, people: {{officer: p{n}}}}}"
        for n in range(UNITS)
    ]
    people = [f"  - {{id: p{n}, name: 张三{n}, email: p{n}@example.gov.cn}}" for n in range(UNITS)]
    rows = [
        f"  - {{id: r{n}, title: 材料{n:03d}号, owed_by: {{kind: county}}, due: {{by: {day}, roll: none}}, ladder: once}}"
        for n, day in enumerate(days)
    ]
    return "\n".join([
        "version: 1",
        f"office: {{name: 云岭州人民政府办公室, unit: office, admin: he.ping, start: {FIRST - timedelta(days=7)}}}",
        "units:", "  - {id: office, name: 州人民政府办公室, people: {officer: he.ping}}", *units,
        "people:", "  - {id: he.ping, name: 何平, email: heping@example.gov.cn}", *people,
        "ladders:", "  once: {remind: [0wd]}", "obligations:", *rows, "",
    ])  # fmt: skip


class DeadlySink(Sink):
    """Takes letters, and at an appointed one kills who brought it: before it answers, or just after."""

    def __init__(self):
        super().__init__()
        self.left, self.answered, self.delay, self.kill = 0, False, 0.0, lambda: None

    async def handle_DATA(self, server, session, envelope):
        answer = await super().handle_DATA(server, session, envelope)
        self.left -= 1
        if self.left == 0:
            if self.answered:
                threading.Timer(self.delay, self.kill).start()
            else:
                self.kill()
        return answer


class Office:
    """One machine with a clock that we move, and a daemon that never lives long."""

    def __init__(self, folder, number, kills):
        self.folder, self.kills = folder, kills
        self.rng = random.Random(number)
        self.clock, self.state = folder / "clock", folder / "state"
        self.days = [day for day, _ in zip(working_days(), range(24), strict=False)]
        (folder / "obligations.yaml").write_text(table(self.days), encoding="utf-8")
        self.sink, self.done = DeadlySink(), Counter()
        self.sink.kill = self.kill
        self.pid = None

    def play(self):
        """All the kills, and the rest of the mail in peace."""
        with listening(self.sink) as port:
            env = {k: v for k, v in os.environ.items() if not k.startswith(("DUBAN", "LD_", "FAKETIME", "NOTIFY"))} | {
                "DUBAN_TABLE": str(self.folder / "obligations.yaml"), "DUBAN_STATE": str(self.state),
                "DUBAN_SMTP": f"smtp://127.0.0.1:{port}", "DUBAN_BEAT": "0.1", "TZ": "Asia/Shanghai",
                "LD_PRELOAD": str(LIBRARIES[0]), "FAKETIME_NO_CACHE": "1", "FAKETIME_TIMESTAMP_FILE": str(self.clock),
            }  # fmt: skip
            self.set_clock(datetime.combine(FIRST, datetime.min.time(), BEIJING))
            command = [sys.executable, str(Path(__file__).with_name("nursery.py")), str(self.folder / "daemon.log")]
            self.nursery = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            try:
                self.weeks()
            finally:
                self.kill()
                self.nursery.stdin.close()
                self.nursery.wait(20)
                self.nursery.stdout.close()
        return self

    def weeks(self):
        """Day by day, until all the mail of a day has come; enough kills, and the last day is over."""
        for number, day in enumerate(self.days):
            self.last = number
            now = datetime.combine(day, datetime.min.time(), BEIJING) + timedelta(hours=9)
            self.set_clock(now)
            while not self.is_over(number):
                peaceful = sum(self.done.values()) >= self.kills
                self.live(number, peaceful=peaceful)
                now += LAPSE
                self.set_clock(now)
            if sum(self.done.values()) >= self.kills:
                break

    def is_over(self, number):
        """Whether the mail of a day has come, and the journal knows what became of each."""
        if self.came(number) < UNITS:
            return False
        with closing(sqlite3.connect(f"file:{self.state / 'duban.db'}?mode=ro", uri=True)) as database:
            (waiting,) = database.execute("SELECT count(*) FROM outbox WHERE state <> 'sent'").fetchone()
        return waiting == 0

    def live(self, number, *, peaceful):
        """One life: until it is killed, or the day's mail is over."""
        sink, rng = self.sink, self.rng
        how = "in peace" if peaceful else rng.choice(("in the dialogue", "after the answer", "after the answer", "any"))
        sink.left = 0 if peaceful or how == "any" else rng.randint(1, 3)
        sink.answered, sink.delay = how == "after the answer", rng.random() * 0.006
        self.nursery.stdin.write("run\n")
        self.nursery.stdin.flush()
        pid = self.pid = int(self.nursery.stdout.readline())
        started = time.monotonic()
        if how == "any":
            time.sleep(rng.random() * 0.5)
            self.kill()
        while self.lives(pid):
            if self.is_over(number):  # nothing more will come to kill it
                how = how if peaceful else "idle"
                self.kill()
            assert time.monotonic() - started < PATIENCE, (self.folder / "daemon.log").read_text()[-2000:]
            time.sleep(0.005)
        if not peaceful:
            self.done[how] += 1

    def kill(self):
        if self.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.pid = None

    @staticmethod
    def lives(pid):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return True

    def came(self, number):
        """From how many units' point of view the mail of that day has come."""
        title = f"材料{number:03d}号"
        return len({m["To"] for m in map(self.mail, self.sink.envelopes) if title in m["Subject"]})

    def mail(self, envelope):
        if not hasattr(envelope, "parsed"):
            envelope.parsed = message_from_bytes(envelope.content, policy=policy.default)
        return envelope.parsed

    def set_clock(self, moment):
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(f"{moment:%Y-%m-%d %H:%M:%S}\n")
        fresh.replace(self.clock)


def play(number):
    with TemporaryDirectory(prefix="duban-") as name:
        office = Office(Path(name), number, KILLS // 2).play()
        with Journal.open(f"sqlite:///{office.state / 'duban.db'}") as journal:
            office.audit = journal.verify()
            office.rows = journal.outbox()
        return office


@pytest.fixture(scope="module")
def offices():
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(play, (1, 2)))


def mails(office):
    """Every copy that the server took, by whom it is for and what it is about."""
    found = defaultdict(list)
    for mail in map(office.mail, office.sink.envelopes):
        for number in range(office.last + 1):
            if f"材料{number:03d}号" in mail["Subject"]:
                found[mail["To"].addresses[0].addr_spec, number].append(mail["Message-ID"])
    return found


def test_nothing_is_lost_and_what_comes_twice_has_the_same_message_id(offices):
    kills = sum((office.done for office in offices), Counter())
    lost = twice = other = 0
    for office in offices:
        found = mails(office)
        lost += sum((f"p{n}@example.gov.cn", day) not in found for n in range(UNITS) for day in range(office.last + 1))
        twice += sum(len(ids) - 1 for ids in found.values())
        other += sum(len(set(ids)) > 1 for ids in found.values())
    came = sum(len(office.sink.envelopes) for office in offices)
    print(
        f"\n{sum(kills.values())} kills {dict(kills)}, {came} mails: {lost} lost, {twice} twice (same Message-ID), {other} new"
    )
    assert sum(kills.values()) >= KILLS
    assert (lost, other) == (0, 0)
    assert twice <= sum(kills.values())


def test_the_journal_knows_every_mail_as_sent_and_verifies(offices):
    for office in offices:
        assert office.audit.sound
        came = {office.mail(envelope)["Message-ID"] for envelope in office.sink.envelopes}
        assert {row.message_id for row in office.rows if row.state == "sent"} == came
        assert all(row.state == "sent" for row in office.rows), [row for row in office.rows if row.state != "sent"]
