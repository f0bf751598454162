"""The real program on a disk that is full, read-only, in another's hands or damaged: clear words and no loss."""

import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import timedelta

import pytest
from post_office import Sink, listening
from small_office import TABLE

from scheduler import clock
from scheduler.journal import Journal
from scheduler.planning.model import Entry, FactKind

DUBAN = [sys.executable, "-m", "scheduler.cli"]
# An event of which somebody hears at once and, `soon` seconds later, an hour before the end.
HOURS = "  - {id: answer, title: 回应关切, owed_by: event.unit, due: {within: 2h, after: paper.issued}}\n"
DONE = ("done", "report/city/once", "--on", "2026-01-30")


class Machine:
    """A folder with a table and a database in `state`; commands, and the daemon with a supervisor that listens."""

    def __init__(self, folder, port):
        self.folder, self.state = folder, folder / "state"
        self.state.mkdir(mode=0o700)
        (folder / "obligations.yaml").write_text(TABLE + HOURS, encoding="utf-8")
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("DUBAN")} | {
            "DUBAN_TABLE": str(folder / "obligations.yaml"), "DUBAN_STATE": str(self.state), "DUBAN_BEAT": "0.2",
            "DUBAN_SMTP": f"smtp://127.0.0.1:{port}", "NOTIFY_SOCKET": str(folder / "notify"),
        }  # fmt: skip
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(folder / "notify"))
        self.said = []
        threading.Thread(target=self._listen, daemon=True).start()
        self.daemon = None

    def __call__(self, *words, lang="zh"):
        """Exit code and what was said on stderr; never a traceback."""
        done = subprocess.run(
            [*DUBAN, *words], env=self.env | {"DUBAN_LANG": lang}, capture_output=True, encoding="utf-8", timeout=60,
            check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        return done.returncode, done.stderr

    def start(self):
        self.daemon = subprocess.Popen([*DUBAN, "run"], env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.hear("READY=1")

    def stop(self):
        """What it wrote to its log."""
        self.daemon.terminate()
        _, err = self.daemon.communicate(timeout=30)
        assert self.daemon.returncode == 0
        assert "Traceback" not in err.decode()
        assert not (self.state / "duban.db-wal").exists()  # all is in one file
        return err.decode()

    def _listen(self):
        """Nobody who talks to a supervisor waits for it."""
        while said := self.socket.recv(8192).decode():
            self.said.append(said)

    def hear(self, word):
        """Wait for another message to the supervisor with this word."""
        known = len(self.said)
        wait_for(lambda: any(word in said for said in self.said[known:]))

    def happened(self, soon=4):
        """Something that asks for an answer within two hours, and a reminder in `soon` seconds."""
        now = clock.now()
        on = now - timedelta(hours=1) + timedelta(seconds=soon)
        data = {"event": "paper.issued", "ref": f"A-{soon}", "unit": "city"}
        with self.journal as journal:
            journal.append([Entry(FactKind.EVENT, "he.ping", on, data=data)], now=now)

    @property
    def journal(self):
        return Journal.open(f"sqlite:///{self.state / 'duban.db'}")

    def outcomes(self):
        """What became of the notices of the answer."""
        with self.journal as journal:
            assert journal.verify().sound
            return [
                o.kind for key, o in journal.outcomes().items() if key.startswith("answer/") and o.kind != "skipped"
            ]


@pytest.fixture
def mail():
    """A mail server that takes all."""
    sink = Sink()
    with listening(sink) as port:
        sink.port = port
        yield sink


@pytest.fixture
def machine(tmp_path, mail):
    machine = Machine(tmp_path, mail.port)
    yield machine
    if machine.daemon and machine.daemon.poll() is None:
        machine.daemon.kill()
        machine.daemon.communicate()
    machine.socket.shutdown(socket.SHUT_RDWR)
    machine.socket.close()


@pytest.fixture
def small_disk(machine):
    """The state lies on a disk of its own, of 700 KB."""
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=700k,mode=700", "none", machine.state], check=False)
    if done.returncode:
        pytest.skip("no right to mount a disk here")
    yield machine
    if machine.daemon and machine.daemon.poll() is None:
        machine.daemon.kill()
        machine.daemon.communicate()
    subprocess.run(["umount", machine.state], check=True)


def ids(mail):
    """The Message-IDs of what came."""
    return [envelope.content.split(b"Message-ID: ")[1].split()[0] for envelope in mail.envelopes]


def fill(machine):
    """Not a byte more."""
    with (machine.state / "fill").open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096):
                pass
        except OSError as error:
            assert error.strerror == "No space left on device"  # noqa: PT017 - any other error is the test's own


def told(said, code, words):
    """One clear problem with what to do."""
    first, hint = said.strip().splitlines()[-2:]
    assert f"error[{code}] " in first
    assert words in first
    assert hint.startswith("  hint: ")


def wait_for(ready, seconds=30):
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_full_disk_stops_the_daemon_in_front_of_the_mail_and_it_goes_on_when_there_is_room(small_disk, mail):
    machine = small_disk
    machine.start()
    machine.happened()
    wait_for(lambda: len(mail.envelopes) == 1)
    fill(machine)
    machine.hear("已满")
    time.sleep(1)
    assert len(mail.envelopes) == 1
    (machine.state / "fill").unlink()
    wait_for(lambda: len(mail.envelopes) == 3)  # the reminder, and the deputy's warning
    machine.hear("WATCHDOG=1")
    assert "所在的磁盘已满" in machine.stop()
    assert machine.outcomes() == ["sent"] * 3
    assert len(set(ids(mail))) == 3


def test_on_a_full_disk_a_command_says_so_and_asks_are_answered(small_disk):
    machine = small_disk
    machine.start()
    machine.stop()
    fill(machine)
    code, said = machine(*DONE)
    assert code == 4
    told(said, "database-full", "所在的磁盘已满")
    code, said = machine(*DONE, lang="en")
    told(said, "database-full", "full")
    assert machine("status")[0] == machine("audit", "verify")[0] == 0
    code, said = machine("backup", str(machine.state / "copy.db"))
    assert code == 4
    told(said, "backup-failed", "copy.db")
    assert sorted(path.name for path in machine.state.iterdir() if "copy" in path.name) == []
    copy = machine.folder / "copy.db"
    assert machine("backup", str(copy))[0] == 0  # on another disk
    with Journal.open(f"sqlite:///{copy}") as journal:
        assert journal.verify().sound
    (machine.state / "fill").unlink()
    assert machine(*DONE)[0] == 0


def test_on_a_read_only_disk_asks_are_answered_and_the_rest_says_so(small_disk):
    machine = small_disk
    machine.start()
    machine.stop()
    remount = ["mount", "-o", "remount,ro", machine.state]
    subprocess.run(remount, check=True)
    assert machine("status")[0] == machine("audit", "verify")[0] == 0
    for words in (DONE, ("run",)):
        code, said = machine(*words)
        assert code == 4, words
        told(said, "database-read-only", "只能读")
    subprocess.run([*remount[:2], "remount,rw", machine.state], check=True)
    assert machine(*DONE)[0] == 0


def test_while_another_holds_the_database_the_daemon_waits_and_a_command_gives_up_clearly(machine, mail):
    machine.start()
    machine.happened(soon=6)
    wait_for(lambda: len(mail.envelopes) == 1)
    with closing(sqlite3.connect(machine.state / "duban.db", isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        code, said = machine(*DONE)
        assert code == 4
        told(said, "database-locked", "被另一个程序占用")
        machine.hear("占用")
        assert len(mail.envelopes) == 1
        holder.execute("ROLLBACK")
    wait_for(lambda: len(mail.envelopes) == 3)
    assert machine(*DONE)[0] == 0
    machine.stop()
    assert machine.outcomes() == ["sent"] * 3


@pytest.mark.parametrize("how", ["overwritten", "cut off"])
def test_a_damaged_file_is_told_and_a_backup_puts_it_right(machine, tmp_path, how):
    machine.start()
    copy = tmp_path / "copy.db"
    assert machine("backup", str(copy))[0] == 0  # while it runs
    code, said = machine("restore", str(copy), "--yes")
    assert code == 3
    told(said, "database-in-use", "正在使用")
    machine.stop()
    database = machine.state / "duban.db"
    content = database.read_bytes()
    noise = b"\xa5" * (len(content) - 8192)
    database.write_bytes(content[:4096] + noise + content[-4096:] if how == "overwritten" else content[:6000])
    for words in (("run",), DONE, ("status",), ("audit", "verify")):
        code, said = machine(*words)
        assert code == 4, words
        told(said, "database-damaged", "已损坏")
    code, said = machine("status", lang="en")
    told(said, "database-damaged", "damaged")
    assert machine("doctor")[0] == 1
    assert machine("restore", str(copy), "--yes")[0] == 0
    assert machine("audit", "verify")[0] == 0
    machine.start()
    machine.hear("WATCHDOG=1")
    machine.stop()


def test_two_daemons_on_one_database_send_each_mail_once(machine, mail):
    """Two processes; one event after the other, of each of which somebody hears at once, until both had a part."""
    machine.start()
    second = subprocess.Popen([*DUBAN, "run"], env=machine.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        machine.hear("READY=1")
        now, told = clock.now(), 0
        while told < 12 or (told < 300 and len(owners(machine)) < 2):
            data = {"event": "paper.issued", "ref": f"B-{told}", "unit": ("city", "county")[told % 2]}
            with machine.journal as journal:
                journal.append([Entry(FactKind.EVENT, "he.ping", now, data=data)], now=clock.now())
            told += 1
            time.sleep(0.1)
        wait_for(lambda: machine.outcomes() == ["sent"] * told, 60)
    finally:
        second.terminate()
        _, err = second.communicate(timeout=30)
    machine.stop()
    assert "Traceback" not in err.decode()
    assert len(ids(mail)) == len(set(ids(mail)))
    with machine.journal as journal:
        assert journal.verify().sound
        assert len([f for f in journal.facts() if f.kind is FactKind.HEARTBEAT]) == 1
    assert len(owners(machine)) == 2


def owners(machine) -> set[str]:
    """Which processes have tried to send anything."""
    with machine.journal as journal:
        return {attempt.owner for row in journal.outbox() for attempt in journal.attempts(row.key)}
