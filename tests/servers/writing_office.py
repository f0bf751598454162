"""An office on disk, and the real `duban` that works for it at a moment of our choice, as a process of its own."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from mail_house import DOMAIN, FORWARDED, GREY, NOBODY, PASSWORD, REFUSED, MailHouse

TABLE = f"""\
version: 1
office: {{name: 云岭州人民政府办公室, unit: office, admin: he.ping, send_at: "09:00", start: 2026-01-01}}
units:
  - {{id: office, name: 州人民政府办公室, kind: office, people: {{officer: he.ping}}}}
  - {{id: city, name: 安泉市人民政府, kind: county, reports_to: office, people: {{officer: zhou.min, deputy: hu.bo}}}}
  - {{id: county, name: 望河县人民政府, kind: remote, reports_to: office, people: {{officer: someone}}}}
people:
  - {{id: he.ping, name: 何平, email: heping@{DOMAIN}}}
  - {{id: zhou.min, name: 周敏, email: zhoumin@{DOMAIN}}}
  - {{id: hu.bo, name: 胡波, email: hubo@{DOMAIN}}}
  - {{id: someone, name: 某某, email: SOMEONE}}
ladders:
  plain: {{remind: [5wd, 1wd], chase: [1wd, 3wd], escalate: [{{after: 2wd, to: deputy}}]}}
obligations:
  - id: report
    title: 报送2025年度政府信息公开工作年度报告
    owed_by: {{kind: [county, remote]}}
    due: {{by: 2026-01-30, roll: preceding}}
    ladder: plain
"""
SOMEONE = {"refused": REFUSED, "grey": GREY, "forwarded": FORWARDED, "nobody": NOBODY}


@dataclass
class Office:
    """One folder with a table and a state; `run` and `duban` are processes, their clock is ours."""

    folder: Path
    house: MailHouse
    library: Path

    def __post_init__(self) -> None:
        self.has("anping@example.gov.cn")
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("DUBAN", "LD_", "FAKETIME", "NOTIFY"))} | {
            "DUBAN_TABLE": str(self.folder / "obligations.yaml"), "DUBAN_STATE": str(self.folder / "state"),
            "DUBAN_SMTP": self.house.url("starttls"), "DUBAN_SMTP_PASSWORD": PASSWORD, "DUBAN_SMTP_TIMEOUT": "10",
            "DUBAN_SMTP_CA": str(self.house.ca), "DUBAN_FROM": f"云岭州政务公开科 <zwgk@{DOMAIN}>",
            "LD_PRELOAD": str(self.library), "TZ": "Asia/Shanghai", "PYTHONUTF8": "1",
        }  # fmt: skip

    def has(self, address: str) -> None:
        """The officer of the second unit has this address."""
        (self.folder / "obligations.yaml").write_text(TABLE.replace("SOMEONE", address), encoding="utf-8")

    def duban(self, moment: str, *words: str, **env: str) -> subprocess.CompletedProcess:
        """A command at a moment, such as `2026-01-23 09:00:00`."""
        command = [sys.executable, "-m", "scheduler.cli", *words]
        known = self.env | {"FAKETIME": f"@{moment}"} | env
        return subprocess.run(command, env=known, capture_output=True, encoding="utf-8", timeout=90, check=False)

    def once(self, moment: str, **env: str) -> subprocess.CompletedProcess:
        """Send what is owed at a moment."""
        return self.duban(moment, "run", "--once", **env)

    def outbox(self) -> dict[str, tuple[str, str]]:
        """State, and answer or error, of the mails by the person they are for; the latest of each."""
        with closing(sqlite3.connect(self.folder / "state" / "duban.db")) as database:
            rows = database.execute("SELECT who, state, coalesce(response, last_error, '') FROM outbox ORDER BY id")
            return {who: (state, said) for who, state, said in rows}

    def message_ids(self, who: str) -> list[str]:
        """The Message-IDs of somebody's mails, in their order."""
        with closing(sqlite3.connect(self.folder / "state" / "duban.db")) as database:
            return [
                row[0] for row in database.execute("SELECT message_id FROM outbox WHERE who = ? ORDER BY id", [who])
            ]

    def start(self, moment: str, **env: str) -> subprocess.Popen:
        """The daemon, from a moment on."""
        command = [sys.executable, "-m", "scheduler.cli", "run"]
        known = self.env | {"FAKETIME": f"@{moment}", "DUBAN_BEAT": "0.2"} | env
        with (self.folder / "daemon.log").open("wb") as log:
            return subprocess.Popen(command, env=known, stdout=log, stderr=log)
