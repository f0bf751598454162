"""`duban run` as a process of its own, with a supervisor: what it says, to whom, and with which code it ends."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from small_office import TABLE, TEMPLATES

from scheduler import clock
from scheduler.daemon.services import Services
from scheduler.daemon.start import open_daemon
from scheduler.journal import Entry, Journal
from scheduler.planning.model import FactKind
from scheduler.problems import DubanError
from scheduler.settings import settings

RUN = [sys.executable, "-m", "scheduler.cli", "run"]


class Supervisor:
    """Starts the daemon in a folder and listens as systemd does."""

    def __init__(self, folder):
        self.folder = folder
        self.table = folder / "obligations.yaml"
        self.table.write_text(TABLE)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(folder / "notify"))
        self.socket.settimeout(30)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("DUBAN")} | {
            "DUBAN_TABLE": str(self.table),
            "DUBAN_STATE": str(folder / "state"),
            "DUBAN_BEAT": "0.2",
            "NOTIFY_SOCKET": str(folder / "notify"),
        }
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            RUN, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def hear(self, word):
        """Wait for a message with this word."""
        while True:
            said = self.socket.recv(8192).decode()
            if word in said:
                return said

    def hear_until(self, word):
        """All messages up to the one with this word."""
        found = [self.socket.recv(8192).decode()]
        while word not in found[-1]:
            found.append(self.socket.recv(8192).decode())
        return found

    def end(self, number=signal.SIGTERM):
        """Ask it to stop: exit code, seconds, stdout, stderr."""
        self.process.send_signal(number)
        begun = time.monotonic()
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, time.monotonic() - begun, out, err

    def run(self, *words, **env):
        return subprocess.run(
            [*RUN, *words], env=self.env | env, capture_output=True, encoding="utf-8", timeout=30, check=False
        )


@pytest.fixture
def supervisor(tmp_path):
    supervisor = Supervisor(tmp_path)
    yield supervisor
    if supervisor.process and supervisor.process.poll() is None:
        supervisor.process.kill()
        supervisor.process.communicate()
    supervisor.socket.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_when_it_is_ready_how_it_goes_and_when_it_stops(supervisor, number):
    supervisor.start()
    assert "STATUS=2项事项，待发邮件0封" in supervisor.hear("READY=1")
    assert "STATUS=2项事项" in supervisor.hear("WATCHDOG=1")
    code, seconds, out, err = supervisor.end(number)
    supervisor.hear("STOPPING=1")
    assert code == 0
    assert seconds < 5
    assert "督办已启动" in out
    assert "Traceback" not in err


def test_a_reload_is_told_from_its_begin_to_its_end(supervisor):
    supervisor.start()
    supervisor.hear("WATCHDOG=1")
    supervisor.table.write_text(TABLE.replace("报送工作年度报告", "报送年报"))
    supervisor.process.send_signal(signal.SIGHUP)
    said = supervisor.hear_until("READY=1")
    assert any(one.startswith("RELOADING=1\nMONOTONIC_USEC=") for one in said)
    assert "问题" not in supervisor.hear("STATUS=")
    _, _, _, err = supervisor.end()
    assert "table reloaded" in err


def test_a_reload_of_a_faulty_table_ends_too_and_the_status_says_so(supervisor):
    supervisor.start()
    supervisor.hear("WATCHDOG=1")
    supervisor.table.write_text(TABLE.replace("kind: county}\n    due", "kind: provinz}\n    due"))
    supervisor.process.send_signal(signal.SIGHUP)
    assert "RELOADING=1" in supervisor.hear("RELOADING=1")
    supervisor.hear("READY=1")
    assert "台账有1个问题，按上一张运行" in supervisor.hear("台账有")
    status = subprocess.run(
        [sys.executable, "-m", "scheduler.cli", "status"],
        env=supervisor.env, capture_output=True, encoding="utf-8", timeout=30, check=False,
    )  # fmt: skip
    assert status.returncode == 0
    assert f"{supervisor.table}:" in status.stderr
    assert "按上一张正确的台账" in status.stderr
    supervisor.table.write_text(TABLE)
    supervisor.process.send_signal(signal.SIGHUP)
    supervisor.hear("RELOADING=1")
    supervisor.hear("READY=1")
    assert "问题" not in supervisor.hear("STATUS=")
    code, _, _, err = supervisor.end()
    assert code == 0
    assert err.count("table refused") == 1


def test_a_changed_table_is_followed_without_being_asked(supervisor):
    supervisor.start()
    supervisor.hear("WATCHDOG=1")
    head, _, _ = TABLE.partition("  - id: publish")
    supervisor.table.write_text(head)
    assert "STATUS=1项事项" in supervisor.hear("STATUS=1项")


def test_the_watchdog_sets_the_pace_where_the_beat_is_slower(supervisor):
    supervisor.env |= {"DUBAN_BEAT": "600", "WATCHDOG_USEC": "1500000"}
    supervisor.start()
    supervisor.hear("READY=1")
    begun = time.monotonic()
    for _ in range(4):
        supervisor.hear("WATCHDOG=1")
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("words", [(), ("--once",)])
def test_a_faulty_table_at_the_start_is_answered_with_its_problems(supervisor, words):
    supervisor.table.write_text(TABLE.replace("kind: county}\n    due", "kind: provinz}\n    due"))
    done = supervisor.run(*words)
    assert (done.returncode, done.stdout) == (1, "")
    first, hint = done.stderr.splitlines()
    assert first.startswith(f"{supervisor.table}:")
    assert "error[" in first
    assert hint.startswith("  hint: ")


@pytest.mark.parametrize(
    ("env", "code", "problem"),
    [
        ({"DUBAN_DATABASE": "sqlite:////proc/no/such/duban.db"}, 4, "database-unreachable"),
        ({"DUBAN_SMTP": "ftp://mail.example.gov.cn"}, 4, "smtp-url"),
        ({"DUBAN_BEAT": "often"}, 2, "beat-unknown"),
        ({"DUBAN_LANG": "fr"}, 2, "usage"),
    ],
)
def test_a_setting_that_cannot_be_is_one_clear_problem(supervisor, env, code, problem):
    done = supervisor.run(**env)
    assert (done.returncode, done.stdout) == (code, "")
    (first, hint) = done.stderr.splitlines()
    assert f"error[{problem}] " in first
    assert hint.startswith("  hint: ")


@pytest.mark.parametrize(
    ("env", "problem"),
    [
        ({"DUBAN_DATABASE": "mysql://x"}, "database-url"),
        ({"DUBAN_SMTP": "smtps://zwgk@mail.example.gov.cn"}, "smtp-password-missing"),
        ({"DUBAN_SMTP": "smtp://127.0.0.1", "DUBAN_SMTP_TIMEOUT": "soon"}, "smtp-timeout"),
        ({"DUBAN_SMTP_TIMEOUT": "soon"}, "smtp-timeout"),  # also where letters become files
        ({"DUBAN_FROM": "督办"}, "mail-from"),
        ({"DUBAN_BEAT": "0"}, "beat-unknown"),
        ({"DUBAN_BEAT": "nan"}, "beat-unknown"),
        ({"DUBAN_BEAT": "86400"}, "beat-unknown"),
        ({"DUBAN_LANG": "fr"}, "lang-unknown"),
        ({"DUBAN_TABLE": "/proc/no/such.yaml"}, "file-missing"),
    ],
)
def test_whatever_cannot_be_is_found_before_anything_begins(office, env, problem):
    env = office.env | env
    with pytest.raises(DubanError) as error:
        open_daemon(Services(settings(env)), lambda: office.now, env)
    assert [p.code for p in error.value.problems] == [problem]


@pytest.fixture
def urgent(supervisor):
    """Something happened an hour ago that is to be answered within two, by day and by night."""
    row = "  - {id: answer, title: 回应关切, owed_by: event.unit, due: {within: 2h, after: paper.issued}}\n"
    supervisor.table.write_text(TABLE + row)
    now = clock.now()
    happened = {"event": "paper.issued", "ref": "A-1", "unit": "city"}
    with Journal.open(settings(supervisor.env).database) as journal:
        journal.append([Entry(FactKind.EVENT, "he.ping", now - timedelta(hours=1), data=happened)], now=now)
    return supervisor


def test_once_sends_what_is_owed_and_stops(urgent):
    done = urgent.run("--once")
    assert done.returncode == 0
    (mail,) = [path for path in (urgent.folder / "state" / "mail").iterdir() if "zhoumin" in path.read_text()]
    assert mail.suffix == ".eml"


def test_once_without_a_mail_server_says_what_did_not_leave(urgent):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        done = urgent.run("--once", DUBAN_SMTP=f"smtp://127.0.0.1:{nobody.getsockname()[1]}")
    assert done.returncode == 4
    assert "error[mail-waiting] 发给zhou.min的邮件没有发出：" in done.stderr


def test_a_broken_template_is_told_at_the_start_before_any_mail_needs_it(supervisor):
    folder = supervisor.folder / "templates"
    shutil.copytree(TEMPLATES, folder)
    (folder / "weekly.txt.j2").unlink()
    supervisor.env["DUBAN_TEMPLATES"] = str(folder)
    supervisor.start()
    supervisor.hear("READY=1")
    code, _, _, err = supervisor.end()
    assert code == 0
    assert f"{folder / 'weekly.txt.j2'}:1:1: error[template-missing]" in err


def test_once_with_a_typo_in_a_template_names_file_and_line(urgent):
    folder = urgent.folder / "templates"
    shutil.copytree(TEMPLATES, folder)
    file = folder / "reminder.txt.j2"
    file.write_text(file.read_text() + "{{ nobody.knows }}")
    done = urgent.run("--once", DUBAN_TEMPLATES=str(folder))
    assert done.returncode == 1
    assert f"{file}:" in done.stderr
    assert "error[template-broken]" in done.stderr
    assert "Traceback" not in done.stderr
