"""A small office for stories about the daemon: a table on disk, a real journal, a clock and a mail server in hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import field

from scheduler.clock import BEIJING
from scheduler.daemon.service import Daemon
from scheduler.daemon.services import Services
from scheduler.daemon.start import open_daemon
from scheduler.journal import Entry, Journal, OutboxRow
from scheduler.mailing import Letter, MemoryTransport, Receipt
from scheduler.mailing.transport import nothing
from scheduler.planning.model import Fact, FactKind, MessageKind
from scheduler.settings import settings

TEMPLATES = Path(__file__).parents[2] / "templates"
TABLE = """\
version: 1
office: {name: 云岭州人民政府办公室, unit: office, admin: he.ping, send_at: "09:00", start: 2026-01-01}
units:
  - {id: office, name: 州人民政府办公室, kind: office, people: {officer: he.ping}}
  - id: city
    name: 安泉市人民政府
    kind: county
    reports_to: office
    people: {officer: zhou.min, deputy: hu.bo, office-head: an.ping}
  - {id: county, name: 望河县人民政府, kind: county, reports_to: office, people: {officer: lin.lan, deputy: tang.yu}}
people:
  - {id: he.ping, name: 何平, email: heping@example.gov.cn}
  - {id: zhou.min, name: 周敏, email: zhoumin@example.gov.cn}
  - {id: hu.bo, name: 胡波, email: hubo@example.gov.cn}
  - {id: an.ping, name: 安平, email: anping@example.gov.cn}
  - {id: lin.lan, name: 林岚, email: linlan@example.gov.cn}
  - {id: tang.yu, name: 唐宇, email: tangyu@example.gov.cn}
events:
  - {id: paper.issued, title: 文件印发}
ladders:
  plain:
    remind: [5wd, 1wd]
    chase: [1wd, 3wd]
    escalate: [{after: 2wd, to: deputy}, {after: 3wd, to: office-head, ask: true}]
obligations:
  - id: report
    title: 报送工作年度报告
    owed_by: {kind: county}
    due: {by: 2026-01-30, roll: preceding}
    ladder: plain
  - id: publish
    title: 规范性文件公开发布
    owed_by: event.unit
    due: {within: 5wd, after: paper.issued}
    ladder: plain
"""
CITY, COUNTY = "report/city/once", "report/county/once"
ZHOU, LIN, ADMIN = "zhoumin@example.gov.cn", "linlan@example.gov.cn", "heping@example.gov.cn"
LEASE = timedelta(minutes=6)  # longer than that of the daemon


def at(text: str) -> datetime:
    """`2026-01-23 09:00` in Beijing."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


class MailServer(MemoryTransport, dict=True):
    """Takes all, unless told otherwise: `refuses` by address, `trouble` for everything. `came` has every copy."""

    came: list[Letter] = field(default_factory=list)
    refuses: dict[str, Exception] = field(default_factory=dict)
    trouble: Exception | None = None
    on_delivery: Callable[[Letter], None] = lambda _letter: None

    def deliver(self, letter: Letter, meanwhile: Callable[[], object] = nothing) -> Receipt:
        """Answer as told; `on_delivery` happens after the letter was taken, while it is not answered."""
        if error := self.trouble or self.refuses.get(letter.to.address):
            raise error
        meanwhile()
        receipt = MemoryTransport.deliver(self, letter)
        self.came.append(letter)
        self.on_delivery(letter)
        return receipt

    def taken(self) -> list[str]:
        """To whom letters went since the last look."""
        found = [letter.to.address for letter in self.came]
        self.came.clear()
        return sorted(found)


class Office:
    """One folder, one journal, one mail server; as many daemons as a story wants."""

    def __init__(self, folder: Path, now: str = "2026-01-19 08:00") -> None:
        self.folder = folder
        self.table = folder / "obligations.yaml"
        self.table.write_text(TABLE, encoding="utf-8")
        self.env = {"DUBAN_TABLE": str(self.table), "DUBAN_STATE": str(folder), "DUBAN_TEMPLATES": str(TEMPLATES)}
        self.now = at(now)
        self.server = MailServer()

    def daemon(self) -> Daemon:
        """A daemon that starts now."""
        services = Services(settings(self.env), lambda: self.now)
        return open_daemon(services, lambda: self.now, {}, transport=self.server)

    @property
    def journal(self) -> Journal:
        """The journal, as another process opens it."""
        return Journal.open(settings(self.env).database)

    def beat(self, daemon: Daemon, moment: str) -> list[str]:
        """One beat at that moment: to whom letters went."""
        self.now = at(moment)
        daemon.beat()
        return self.server.taken()

    def tell(self, kind: FactKind, task: str | None = None, **data: str | bool) -> None:
        """Another process enters a fact."""
        with self.journal as journal:
            journal.append([Entry(kind, "he.ping", self.now.date(), task, data)], now=self.now)

    def edit(self, old: str, new: str) -> None:
        """An admin edits the table."""
        text = self.table.read_text(encoding="utf-8")
        assert old in text
        self.table.write_text(text.replace(old, new), encoding="utf-8")

    def facts(self, *kinds: FactKind) -> list[Fact]:
        """What stands in the journal."""
        with self.journal as journal:
            return list(journal.facts(kinds=kinds or None))

    def outbox(self, *kinds: MessageKind) -> list[OutboxRow]:
        """What stands in the outbox."""
        with self.journal as journal:
            return [row for row in journal.outbox() if not kinds or row.kind in kinds]

    def outcomes(self, task: str = CITY) -> dict[str, str]:
        """What became of the steps of a task."""
        with self.journal as journal:
            found = journal.outcomes([task])
        return {key.partition("#")[2].partition("@")[0]: f"{o.kind} {o.reason}".strip() for key, o in found.items()}
