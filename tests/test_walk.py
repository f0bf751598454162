"""One story from end to end: the real daemon in a process of its own, a real SMTP server, a real database, four months.

The clock of the daemon's process is libfaketime's, and the test moves it on: at each step it waits until the daemon has
gone round. What `duban plan` announced on the first day is compared with what the mail server took. In between a unit
finishes early, an event is entered, and the machine is off for two weeks.
"""

import csv
import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import date, datetime, time, timedelta
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from post_office import Authority, Sink, listening

from scheduler.clock import BEIJING

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
pytestmark = pytest.mark.skipif(not LIBRARIES, reason="libfaketime is not installed on this machine")

START = datetime(2025, 12, 1, tzinfo=BEIJING)
PAUSE = datetime(2026, 1, 17, 12, tzinfo=BEIJING)  # a Saturday
OUTAGE = datetime(2026, 3, 1, tzinfo=BEIJING)
BACK = datetime(2026, 3, 15, 3, tzinfo=BEIJING)  # a Sunday, at night
AWAKE = datetime(2026, 3, 16, 9, tzinfo=BEIJING)  # the Monday on which the late mails go
END = datetime(2026, 4, 1, tzinfo=BEIJING)
BEATEN = "WATCHDOG=1\nSTATUS="  # what the daemon tells its supervisor when it has gone round
LOOKS = (time(8, 59), time(9, 0, 30), time(16, 30, 30))  # when the clock stops, each day
SILENCED = "annual-report.submit/wanghe/2025"
EVENT = ("event", "normative-document.issued", "--unit", "shidu", "--ref", "SD-001", "--at", "2026-01-16")

TABLE = """\
version: 1
office:
  name: 云岭州人民政府办公室
  unit: office
  admin: he.ping
  start: 2025-12-01
  mail_domains: [example.gov.cn]
units:
  - {id: office, name: 云岭州人民政府办公室, kind: office, people: {officer: he.ping, deputy: xu.wen}}
  - id: wanghe
    name: 望河县人民政府
    kind: county
    reports_to: office
    people: {officer: lin.lan, deputy: ma.jun, office-head: qiu.shan, leader: zhao.yuan}
  - id: shidu
    name: 石渡县人民政府
    kind: county
    reports_to: office
    people: {officer: tan.song, deputy: bai.he, office-head: ding.yi, leader: luo.cheng}
people:
  - {id: he.ping, name: 何平, post: 科长, email: heping@example.gov.cn}
  - {id: xu.wen, name: 许文, post: 副主任, email: xuwen@example.gov.cn}
  - {id: lin.lan, name: 林岚, post: 科员, email: linlan@example.gov.cn}
  - {id: ma.jun, name: 马骏, post: 副主任, email: majun@example.gov.cn}
  - {id: qiu.shan, name: 邱山, post: 主任, email: qiushan@example.gov.cn}
  - {id: zhao.yuan, name: 赵原, post: 县长, via: lin.lan}
  - {id: tan.song, name: 谭松, post: 科员, email: tansong@example.gov.cn}
  - {id: bai.he, name: 白荷, post: 副主任, email: baihe@example.gov.cn}
  - {id: ding.yi, name: 丁逸, post: 主任, email: dingyi@example.gov.cn}
  - {id: luo.cheng, name: 罗成, post: 县长, via: tan.song}
events:
  - {id: normative-document.issued, title: 规范性文件印发}
records:
  - {id: interpretation, title: 政策解读}
obligations:
  - id: annual-report.submit
    title: 报送上一年度政府信息公开工作年度报告
    owed_by: {kind: county}
    due: {every: year, by: end of 01, covers: previous, roll: preceding}
  - id: annual-report.publish
    title: 公布上一年度政府信息公开工作年度报告
    owed_by: {kind: county}
    due: {every: year, by: end of 03, covers: previous, roll: preceding}
  - id: statistics
    title: 报送上月政务公开统计数据
    owed_by: {unit: wanghe}
    due: {every: month, by: start + 5wd, covers: previous}
    ladder: monthly
  - id: normative-document.publish
    title: 规范性文件公开发布
    owed_by: event.unit
    due: {within: 5个工作日, after: normative-document.issued}
  - id: leader-interpretation
    title: 主要负责人解读重要政策
    owed_by: {role: leader, of: {kind: county}}
    quota: {of: interpretation, at_least: 2, every: year, pace: [{by: 03-20, at_least: 1}]}
ladders:
  monthly: {remind: [2wd], chase: [2wd]}
"""


@pytest.fixture(scope="module")
def working_days():
    with (Path(__file__).parent / "workdays" / "data" / "workdays.csv").open(encoding="utf-8") as file:
        return {date.fromisoformat(row["date"]) for row in csv.DictReader(file) if row["is_workday"] == "1"}


class Office:
    """The story's machine: a table, a database, a mail server, and a clock that we move."""

    def __init__(self, folder, url, ca):
        self.folder = folder
        self.clock = folder / "clock"
        (folder / "obligations.yaml").write_text(TABLE, encoding="utf-8")
        self.heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.heard.bind(str(folder / "notify"))
        self.heard.settimeout(60)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("DUBAN", "LD_", "FAKETIME"))} | {
            "DUBAN_TABLE": str(folder / "obligations.yaml"),
            "DUBAN_STATE": str(folder / "state"),
            "DUBAN_SMTP": url,
            "DUBAN_SMTP_PASSWORD": "secret",
            "DUBAN_SMTP_CA": str(ca or ""),
            "DUBAN_BEAT": "0.1",  # the daemon waits in real time; its clock stands still until we move it
            "NOTIFY_SOCKET": str(folder / "notify"),
            "LD_PRELOAD": str(LIBRARIES[0]),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_TIMESTAMP_FILE": str(self.clock),
            "TZ": "Asia/Shanghai",
        }
        self.daemon = None

    def duban(self, *words):
        """Run a command at the moment at which the clock stands."""
        command = [sys.executable, "-m", "scheduler.cli", *words]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, at):
        self.set_clock(at)
        command = [sys.executable, "-m", "scheduler.cli", "run"]
        with (self.folder / "daemon.log").open("a") as log:
            self.daemon = subprocess.Popen(command, env=self.env, stdout=log, stderr=log)
        self.listen("READY=1")
        self.listen(BEATEN)

    def set_clock(self, moment):
        """Move the clock; the file is replaced whole, for it is read at every look at the time."""
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(f"{moment:%Y-%m-%d %H:%M:%S}\n")
        fresh.replace(self.clock)

    def go_on(self, since, until):
        """Let the days pass, and the daemon go round once at each look: while the clock stands still, it does not."""
        day = since.date()
        while day < until.date():
            for look in LOOKS:
                if (moment := datetime.combine(day, look, BEIJING)) >= since:
                    self.set_clock(moment)
                    self.listen(BEATEN)
            day += timedelta(days=1)

    def listen(self, word):
        """Wait until the daemon tells its supervisor something with this word."""
        while word not in self.heard.recv(4096).decode():
            assert self.daemon.poll() is None, (self.folder / "daemon.log").read_text()[-2000:]

    def stop(self):
        if self.daemon and self.daemon.poll() is None:
            self.daemon.send_signal(signal.SIGTERM)
            assert self.daemon.wait(30) == 0, (self.folder / "daemon.log").read_text()[-2000:]
        self.heard.setblocking(False)
        with suppress(BlockingIOError):
            while self.heard.recv(4096):
                pass
        self.heard.settimeout(60)


@contextmanager
def mail_server(folder, *, tls):
    """A plain relay, or one with STARTTLS and a login; its certificates are as old as the story."""
    sink = Sink()
    if not tls:
        with listening(sink) as port:
            yield sink, f"smtp://127.0.0.1:{port}", None
        return
    before = os.environ | {
        "LD_PRELOAD": str(LIBRARIES[0]),
        "FAKETIME": f"{START - timedelta(days=9):%Y-%m-%d %H:%M:%S}",
    }
    authority = Authority.made_in(folder, before)
    secured = {"tls_context": authority.server, "require_starttls": True, "auth_required": True}
    with listening(sink, **secured) as port:
        yield sink, f"smtp+starttls://zwgk@127.0.0.1:{port}", authority.ca


def play(*, tls):
    """The four months with one kind of mail server: what was announced, the status at the end, what came, the proof."""
    with TemporaryDirectory(prefix="duban-") as name:  # short: the name of a socket has at most 107 bytes
        return told(Path(name), tls=tls)


def told(folder, *, tls):
    with mail_server(folder, tls=tls) as (sink, url, ca):
        office = Office(folder, url, ca)
        office.set_clock(START)
        announced = office.duban("plan", "--from", "2025-12-01", "--to", "2026-03-31", "--chasers", "--format", "json")
        try:
            office.start(START)
            office.go_on(START, PAUSE)
            office.set_clock(PAUSE)
            office.duban("done", SILENCED, "--on", "2026-01-16")
            office.duban(*EVENT)
            office.go_on(PAUSE, OUTAGE)
            office.stop()
            office.start(BACK)
            office.go_on(BACK, END)
        finally:
            office.stop()
            office.heard.close()
        office.set_clock(END)
        status = office.duban("status", "--format", "json")
        verified = office.duban("audit", "verify")
        mails = [message_from_bytes(envelope.content, policy=policy.default) for envelope in sink.envelopes]
    return json.loads(announced), json.loads(status), mails, verified


@pytest.fixture(scope="module")
def stories():
    """Both stories side by side."""
    with ThreadPoolExecutor(2) as pool:
        played = {kind: pool.submit(play, tls=kind == "starttls") for kind in ("plain", "starttls")}
        return {kind: story.result() for kind, story in played.items()}


@pytest.fixture(params=["plain", "starttls"])
def story(request, stories):
    """One of them."""
    return stories[request.param]


def notices(tasks):
    """Every notice by (task, step), with its moment."""
    return {(t["task"], n["step"]): n for t in tasks for n in t["notices"]}


def moment(text):
    return datetime.fromisoformat(text)


def test_each_announced_mail_arrives_once_on_its_day_and_not_before_its_moment(story):
    announced, status, mails, _ = story
    came = Counter(mail["Message-ID"] for mail in mails)
    sent = notices(status["tasks"])
    expected = [
        (key, notice)
        for key, notice in notices(announced["tasks"]).items()
        if key[0] != SILENCED and notice["kind"] != "escalation" and not OUTAGE <= moment(notice["at"]) <= AWAKE
    ]
    assert len(expected) > 20
    for key, notice in expected:
        found = sent[key]
        assert found["outcome"] == "sent", (key, found)
        assert moment(found["sent_at"]) >= moment(notice["at"]), key
        assert moment(found["sent_at"]) - moment(notice["at"]) < timedelta(minutes=5), key
        assert came[found["message_id"]] == 1, key


def test_no_mail_came_that_the_record_does_not_know_and_none_came_twice(story):
    _, status, mails, _ = story
    known = {n["message_id"] for n in notices(status["tasks"]).values() if n["message_id"]}
    came = Counter(mail["Message-ID"] for mail in mails)
    assert set(came.values()) == {1}
    others = [mail for mail in mails if mail["Message-ID"] not in known]
    assert all("【拟发】" in mail["Subject"] for mail in others), [mail["Subject"] for mail in others]


def test_nobody_is_written_to_on_a_rest_day(story, working_days):
    _, _, mails, _ = story
    days = {parsedate_to_datetime(mail["Date"]).astimezone(BEIJING).date() for mail in mails}
    assert days <= working_days
    assert date(2026, 1, 4) in days  # a make-up Sunday: 20 working days before 30 January


def test_done_silences_the_rest(story):
    announced, status, _, _ = story
    after = [k for k, n in notices(announced["tasks"]).items() if k[0] == SILENCED and n["at"] > "2026-01-18"]
    assert after
    sent = notices(status["tasks"])
    assert all(sent.get(key, {}).get("outcome") != "sent" for key in after)


def test_an_event_entered_in_between_is_reminded(story):
    _, status, _, _ = story
    (task,) = [t for t in status["tasks"] if t["task"] == "normative-document.publish/shidu/SD-001"]
    assert task["target"] == "2026-01-23"
    assert any(n["outcome"] == "sent" for n in task["notices"])


def test_after_two_weeks_of_outage_each_person_gets_one_late_message(story):
    _, _, mails, _ = story
    first_day = [m for m in mails if parsedate_to_datetime(m["Date"]).astimezone(BEIJING).date() == AWAKE.date()]
    late = [m for m in first_day if "迟发" in m.get_body(("plain",)).get_content()]
    assert late
    assert set(Counter(m["To"].addresses[0].addr_spec for m in late).values()) == {1}


def test_escalations_keep_their_order_one_a_working_day(story):
    _, status, _, _ = story
    for task in status["tasks"]:
        days = [n["sent_at"][:10] for n in task["notices"] if n["kind"] == "escalation" and n["outcome"] == "sent"]
        assert days == sorted(set(days)), task["task"]


def test_the_chain_verifies(story):
    *_, verified = story
    assert verified
