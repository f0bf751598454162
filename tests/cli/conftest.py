"""A call of `duban` in a folder of its own, with a small table, and no environment but what the test says."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scheduler.cli.app import duban
from scheduler.clock import BEIJING

TABLE = """\
version: 1
office:
  name: 望河州人民政府办公室
  unit: prefecture-office
  admin: he.ping
  send_at: "09:00"
  start: 2026-01-01
units:
  - {id: prefecture-office, name: 望河州人民政府办公室, kind: office, people: {officer: he.ping, deputy: xu.wen}}
  - id: changji-city
    name: 安泉市人民政府
    kind: county
    reports_to: prefecture-office
    people: {officer: zhou.min, deputy: hu.bo, office-head: an.ping, leader: sun.li}
  - id: wanghe-county
    name: 望河县人民政府
    kind: county
    reports_to: prefecture-office
    people: {officer: lin.lan, deputy: tang.yu, office-head: wu.jing, leader: gao.ning}
people:
  - {id: he.ping, name: 何平, post: 科长, email: heping@example.gov.cn}
  - {id: xu.wen, name: 许文, post: 副主任, email: xuwen@example.gov.cn}
  - {id: zhou.min, name: 周敏, post: 科员, email: zhoumin@example.gov.cn}
  - {id: hu.bo, name: 胡波, post: 副主任, email: hubo@example.gov.cn}
  - {id: an.ping, name: 安平, post: 主任, email: anping@example.gov.cn}
  - {id: sun.li, name: 孙立, post: 市长, via: zhou.min}
  - {id: lin.lan, name: 林岚, post: 科员, email: linlan@example.gov.cn}
  - {id: tang.yu, name: 唐雨, post: 副主任, email: tangyu@example.gov.cn}
  - {id: wu.jing, name: 吴静, post: 主任, email: wujing@example.gov.cn}
  - {id: gao.ning, name: 高宁, post: 县长, via: lin.lan}
events:
  - {id: document.issued, title: 规范性文件印发}
records:
  - {id: interpretation, title: 政策解读}
obligations:
  - id: annual-report
    title: 报送上一年度政府信息公开工作年度报告
    basis: {document: 实施细则, clause: 一(四)}
    refs: [000-18]
    owed_by: {kind: county}
    due: {every: year, by: end of 01, covers: previous, roll: preceding}
    evidence: required
    extension: {up_to: 10wd, times: 1}
  - id: publish
    title: 规范性文件公开发布
    basis: {document: 实施细则, clause: 一(一)}
    refs: [000-03, 000-04]
    owed_by: event.unit
    due: {within: 5wd, after: document.issued}
  - id: interpret
    title: 主要负责人解读重要政策
    basis: {document: 实施细则, clause: 二(一)}
    refs: [000-19]
    owed_by: {role: leader, of: {kind: county}}
    quota: {of: interpretation, at_least: 2, every: year}
not_tracked:
  - {refs: [000-01, 000-02], title: 公文公开属性随文审查, by: 办文流程}
"""


class Office:
    """A folder with a table, from which `duban` is called."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self.at("2026-11-23T10:00")
        self.table = folder / "obligations.yaml"
        self.table.write_text(TABLE, encoding="utf-8")

    def __call__(self, *words: str, stdin: str | None = None, **env: str) -> Result:
        known = {"DUBAN_TABLE": str(self.table), "DUBAN_STATE": str(self.folder / "state")}
        unset = dict.fromkeys(("DUBAN_DATABASE", "DUBAN_LANG", "DUBAN_SMTP", "DUBAN_TEMPLATES", "DUBAN_FROM"))
        return CliRunner(env=unset | known | env).invoke(duban, list(words), input=stdin)

    def at(self, moment: str) -> Office:
        """The same office at another moment, Beijing time."""
        now = datetime.fromisoformat(moment).replace(tzinfo=BEIJING)
        self._monkeypatch.setattr("scheduler.clock.now", lambda: now)
        return self

    def edit(self, old: str, new: str) -> None:
        """Change the table."""
        text = self.table.read_text(encoding="utf-8")
        assert old in text
        self.table.write_text(text.replace(old, new), encoding="utf-8")

    @property
    def files(self) -> set[str]:
        """What lies in the folder."""
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    return Office(tmp_path, monkeypatch)
