"""A daemon in this process: a table, a journal in a folder, a clock that is set by hand, mails as files."""

from __future__ import annotations

from datetime import date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from scheduler.clock import BEIJING
from scheduler.daemon.service import Daemon
from scheduler.daemon.services import Services
from scheduler.daemon.start import open_daemon
from scheduler.settings import settings

NOTICES = Path(__file__).parent.parent / "workdays" / "data" / "notices"

PEOPLE = """\
units:
  - {id: office, name: 望河州人民政府办公室, kind: office, people: {officer: he.ping}}
  - {id: anquan, name: 安泉市人民政府, kind: county, reports_to: office, people: {officer: zhou.min}}
  - {id: wanghe, name: 望河县人民政府, kind: county, reports_to: office, people: {officer: lin.lan}}
people:
  - {id: he.ping, name: 何平, post: 科长, email: heping@example.gov.cn}
  - {id: zhou.min, name: 周敏, post: 科员, email: zhoumin@example.gov.cn}
  - {id: lin.lan, name: 林岚, post: 科员, email: linlan@example.gov.cn}
"""


class Office:
    """The machine of a story; `now` is its clock."""

    def __init__(self, folder: Path, table: str, now: datetime, as_of: date | None = None) -> None:
        self.folder = folder
        self.now = now
        self.table = folder / "obligations.yaml"
        self.table.write_text(table, encoding="utf-8")
        self.env = {"DUBAN_TABLE": str(self.table), "DUBAN_STATE": str(folder / "state")}
        self._as_of = as_of
        self.daemon = self.started()

    def services(self) -> Services:
        return Services(settings(self.env), tell_time=lambda: self.now, as_of=self._as_of)

    def started(self) -> Daemon:
        """A daemon that has just started, on the journal as it is."""
        return open_daemon(self.services(), lambda: self.now, {})

    def at(self, moment: str) -> None:
        """Set the clock and let the daemon beat twice: what it told of, it must not tell of again."""
        self.now = datetime.fromisoformat(moment).replace(tzinfo=BEIJING)
        self.daemon.beat()
        self.daemon.beat()

    def mails(self, mark: str = "") -> list[EmailMessage]:
        """The mails so far whose subject has the mark, in the order of their names."""
        files = sorted((self.folder / "state" / "mail").rglob("*.eml"))
        found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
        return [mail for mail in found if mark in mail["Subject"]]


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
