"""A small table without mistakes, and ways to put one in: `‸` marks where the problem must be reported."""

from __future__ import annotations

from scheduler.problems import Problem
from scheduler.register import Register, parse

GOOD = """\
version: 1
office:
  name: 昌吉回族自治州人民政府办公室
  unit: prefecture-office
  admin: he.ping
  region: xinjiang
  send_at: "10:30"
  start: 2026-11-23
  mail_domains: [example.gov.cn]
units:
  - id: prefecture-office
    name: 州人民政府办公室
    kind: office
    people: {officer: he.ping, deputy: xu.wen, office-head: tian.qi}
  - id: changji-city
    name: 昌吉市人民政府
    aliases: [昌吉市政府办]
    kind: county
    tags: [site]
    reports_to: prefecture-office
    people:
      officer: zhou.min
      deputy: hu.bo
      office-head: an.ping
      leader: [{person: sun.li, to: 2026-02-28}, {person: ma.yu, from: 2026-03-01}]
  - {id: fukang-city, name: 阜康市人民政府, kind: county, reports_to: prefecture-office, mail: fukang@example.gov.cn}
people:
  - {id: he.ping, name: 何平, email: heping@example.gov.cn}
  - {id: xu.wen, name: 徐文, email: xuwen@example.gov.cn}
  - {id: tian.qi, name: 田琪, email: tianqi@example.gov.cn}
  - id: zhou.min
    name: 周敏
    post: 科员
    email: zhoumin@example.gov.cn
    away: [{from: 2026-12-07, to: 2026-12-11, delegate: hu.bo}]
  - {id: hu.bo, name: 胡波, email: hubo@example.gov.cn}
  - {id: an.ping, name: 安平, email: anping@example.gov.cn}
  - {id: sun.li, name: 孙立, via: zhou.min}
  - {id: ma.yu, name: 马宇, via: zhou.min}
events:
  - {id: document.issued, title: 规范性文件印发}
  - {id: meeting, title: 常务会议}
records:
  - {id: interpretation, title: 政策解读}
  - {id: training, title: 培训}
  - {id: staff, title: 专职人员}
ladders:
  standard:
    remind: [20wd, 5wd, 1wd]
    chase: [1wd, 3wd, 5wd, every 5wd]
    escalate:
      - {after: 3wd, to: deputy}
      - {after: 5wd, to: office-head, ask: true}
obligations:
  - id: annual-report
    title: 报送年度报告
    basis: {document: 实施细则, clause: 一(四)}
    refs: [000-18]
    owed_by: {unit: changji-city}
    due: {every: year, by: end of 01, covers: previous, roll: preceding}
    dates: {2026: {by: 2027-01-20, basis: {document: 当年工作通知}}}
    outer: {by: 03-31}
    extension: {up_to: 10wd, times: 1}
  - id: publish
    title: 公开发布
    owed_by: event.unit
    due: {within: 5个工作日, after: document.issued}
    ladder: statutory
  - id: catalogue
    title: 编制目录
    owed_by: [{kind: office}, {tag: site}]
    due: {by: 2018年底, roll: preceding}
  - id: prepare
    title: 会前公开草案
    owed_by: event.unit
    due: {before: meeting, lead: 5wd}
  - id: follow-up
    title: 整改
    owed_by: {unit: changji-city}
    due: {within: 20d, after: done annual-report, roll: following}
  - id: monthly
    title: 月报
    owed_by: {unit: changji-city}
    due: {rrule: "FREQ=MONTHLY;BYMONTHDAY=10", roll: preceding}
  - id: interpret
    title: 解读政策
    owed_by: {role: leader, of: {kind: county}}
    quota: {of: interpretation, at_least: 2, every: year, pace: [{by: 06-30, at_least: 1}]}
  - id: train
    title: 轮训
    owed_by: {unit: prefecture-office}
    coverage: {of: training, roster: {role: officer}, every: year, share: 100%}
  - id: staffing
    title: 专职人员
    owed_by: {unit: changji-city}
    measure: {of: staff, at_least: 3, check: {every: quarter, by: end}}
  - id: update
    title: 动态更新
    owed_by: {unit: changji-city}
    review: {every: month, by: end, soft: true}
not_tracked:
  - {refs: [000-01, 000-02], title: 随文审查, by: 办文流程}
"""

HERE = "‸"


def table(old: str = "", new: str = "") -> str:
    """The good table with one piece replaced; the piece must stand in it exactly once."""
    if not old:
        return GOOD
    assert GOOD.count(old) == 1, f"{old!r} stands {GOOD.count(old)} times in the table"
    return GOOD.replace(old, new)


def problems(text: str | bytes) -> tuple[Problem, ...]:
    """The problems of a table of one file, called t.yaml."""
    return parse([("t.yaml", text if isinstance(text, bytes) else text.encode())]).problems


def register(text: str = GOOD) -> Register:
    """The register of a table that must be free of errors."""
    loaded = parse([("t.yaml", text.encode())])
    assert loaded.register, [p.text() for p in loaded.problems]
    return loaded.register


def marked(text: str) -> tuple[str, tuple[int, int]]:
    """A text without its mark, and the line and column where the mark stood."""
    before, mark, after = text.partition(HERE)
    assert mark, "the text has no mark"
    return before + after, (before.count("\n") + 1, len(before) - before.rfind("\n"))


def found(text: str) -> list[tuple[str, int, int]]:
    """Code, line and column of every problem."""
    return [(p.code, p.place.line, p.place.column) if p.place else (p.code, 0, 0) for p in problems(text)]
