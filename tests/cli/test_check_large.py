"""A province's table: 5,000 units, 2,000 obligations and fifty mistakes, no two of a kind, all told in one run."""

# ruff: noqa: E501 - each mistake stands on one line

from __future__ import annotations

import json
import re

HEAD = """\
version: 2  # version
office:
  name: 办公室
  unit: office
  admin: p0
  send_at: "9点"  # bad-time
  start: 2026-02-30  # bad-date
  mail_domains: [example.gov.cn]
  colour: red  # unknown-key
calendar: {rest: [2026-12-05], work: [2026-12-05]}  # bad-closure
units:
  - {id: office, name: 办公室, kind: office, tags: [site], people: {officer: p0, deputy: p1, office-head: p1}}
  - id: city
    name: 甲市
    kind: city
    people:
      officer: p0
      deputy: p1
      office-head: p1
      leader: [{person: p2, to: 2026-03-01}, {person: p3, from: 2026-02-01}]  # tenure-overlap
      leader-2: [{person: p2, from: 2026-03-01, to: 2026-02-01}]  # bad-tenure
"""
UNITS = """\
  - {id: city b, name: 乙市, mail: b@example.gov.cn}  # bad-id
  - {id: unassigned, name: 丙市, mail: b@example.gov.cn}  # reserved-id
  - {id: d, name: 丁市, mail: d@example.gov.cn, reports_to: ofice}  # unknown-unit
  - {id: e, name: 戊市}  # officer-missing
  - {id: f, name: 己市, mail: f@example.com}  # address-domain
  - {id: g, name: 庚市, mail: g@example.gov.cn, reports_to: g}  # reports-to-cycle
  - {id: h, name: 辛市, people: {officer: p99999}}  # unknown-person
  - {id: d, name: 壬市, mail: d@example.gov.cn}  # duplicate-id
"""
PEOPLE = """\
  - {id: p0, name: 甲, email: p0@example.gov.cn}
  - {id: p1, name: 乙, email: p1@example.gov.cn}
  - {id: p2, name: 丙, email: p2＠example.gov.cn}  # bad-address
  - {id: p3, name: 丁, via: p3}  # via-cycle
  - {id: p4, name: 戊, email: p4@example.gov.cn, away: [{from: 2026-12-02, to: 2026-12-01, delegate: p0}]}  # bad-absence
  - {id: p5, name: 己, email: p5@example.gov.cn, away: [{from: 2026-12-01, to: 2026-12-02, delegate: p5}]}  # delegate-unreachable
  - {id: p6, email: p6@example.gov.cn}  # missing-key
"""
MIDDLE = """\
events:
  - {id: issued, title: 印发}
records:
  - {id: training, title: &a 培训}  # yaml-alias
ladders:
  shuffled: {remind: [1wd, 5wd]}  # ladder-order
  hasty: {chase: [1wd, every 0wd]}  # bad-ladder
  unread: {remind: [5]}  # bad-duration
  vacant: {escalate: [{after: 1wd, to: mayor}]}  # unknown-role
obligations:
"""
YEARLY = "due: {every: year, by: end of 01, roll: preceding}"
OWED = "owed_by: {kind: county}"
OBLIGATIONS = f"""\
  - {{id: x1, title: 甲, owed_by: {{unit: office}}, due: {{every: year, by: 15, roll: none}}}}  # bad-moment
  - {{id: x2, title: 甲, owed_by: {{unit: office}}, quota: {{of: training, at_least: two, every: year}}}}  # bad-number
  - {{id: x3, title: 甲, owed_by: {{unit: office}}, coverage: {{of: training, roster: {{kind: county}}, every: year, share: 2}}}}  # bad-share
  - {{id: x4, title: 甲, owed_by: office, {YEARLY}}}  # bad-selector
  - {{id: x5, title: 甲, owed_by: {{unit: office}}, due: {{rrule: FREQ=HOURLY, roll: none}}}}  # bad-rrule
  - {{id: x6, title: 甲, owed_by: {{unit: office}}, {YEARLY}, dates: {{2026H1: {{by: 2026-01-20}}}}}}  # bad-period
  - {{id: x7, title: 甲, owed_by: {{unit: office}}, due: {{within: ５wd, after: issued}}}}  # full-width
  - {{id: x8, title: 甲, {YEARLY}}}  # owner-missing
  - {{id: x9, title: 甲, owed_by: {{kind: country}}, {YEARLY}}}  # unknown-kind
  - {{id: x10, title: 甲, owed_by: {{tag: sites}}, {YEARLY}}}  # unknown-tag
  - {{id: x11, title: 甲, owed_by: {{kind: county, tag: site}}, {YEARLY}}}  # selects-nobody
  - {{id: x12, title: 甲, owed_by: event.unit, {YEARLY}}}  # event-unit
  - {{id: x13, title: 甲, {OWED}}}  # schedule-missing
  - {{id: x14, title: 甲, owed_by: {{unit: office}}, {YEARLY}, review: {{every: year, by: end}}}}  # schedule-two
  - {{id: x15, title: 甲, owed_by: {{unit: office}}, due: {{every: year, by: end of 01}}}}  # roll-missing
  - {{id: x16, title: 甲, owed_by: {{unit: office}}, {YEARLY}, effective: {{from: 2027-01-01, until: 2026-01-01}}}}  # never-fires
  - {{id: x17, title: 甲, owed_by: {{unit: office}}, due: {{within: 5wd, after: isued}}}}  # unknown-event
  - {{id: x18, title: 甲, owed_by: {{unit: office}}, quota: {{of: trainings, at_least: 2, every: year}}}}  # unknown-record
  - {{id: x19, title: 甲, owed_by: {{unit: office}}, due: {{within: 5wd, after: done nothing}}}}  # unknown-obligation
  - {{id: x20, title: 甲, owed_by: {{unit: office}}, {YEARLY}, ladder: statutary}}  # unknown-ladder
  - {{id: x21, title: 甲, owed_by: {{unit: office}}, due: {{before: x21, lead: 5wd}}}}  # obligation-cycle
  - {{id: x22, title: 甲, owed_by: {{unit: office}}, {YEARLY}, extension: {{up_to: 0wd}}}}  # bad-extension
  - {{id: x23, title: 甲, owed_by: {{unit: office}}, {YEARLY}, outer: {{by: 01-15}}}}  # outer-before-due
  - {{id: x24, title: 甲, owed_by: {{unit: office}}, {YEARLY}, formerly: o1}}  # formerly-clash
  - {{id: x25, title: 甲, owed_by: {{unit: office}}, {YEARLY}, title: 乙}}  # duplicate-key
  - {{id: x26, title: !!str 甲, owed_by: {{unit: office}}, {YEARLY}}}  # yaml-tag
  - {{id: x27, title: 甲, owed_by: {{unit: office}}, {YEARLY}, <<: {{ladder: standard}}}}  # yaml-merge
"""
FOOT = """\
not_tracked:
  - {refs: [000-01], title: 随文审查, by: 办文流程}
  - {refs: [000-01], title: 又, by: 日常工作}  # ref-twice
  - {refs: [000-02], title: 另, by: 没时间}  # bad-value
"""


def spread(mistakes: str, good: list[str]) -> str:
    """The lines with mistakes, evenly among the good ones."""
    wrong, found = mistakes.splitlines(keepends=True), []
    step = len(good) // len(wrong)
    for number, line in enumerate(wrong):
        found += [*good[number * step : (number + 1) * step], line]
    return "".join([*found, *good[len(wrong) * step :]])


def large() -> str:
    units = [
        f"  - {{id: u{n}, name: 单位{n}, kind: county, reports_to: office, mail: u{n}@example.gov.cn}}\n"
        for n in range(5000)
    ]
    rows = [f"  - {{id: o{n}, title: 事项{n}, owed_by: {{kind: county}}, {YEARLY}}}\n" for n in range(2000)]
    return HEAD + spread(UNITS, units) + "people:\n" + PEOPLE + MIDDLE + spread(OBLIGATIONS, rows) + FOOT


def test_fifty_mistakes_of_fifty_kinds_are_all_told_at_their_lines_in_one_run(office):
    text = large()
    office.table.write_text(text, encoding="utf-8")
    expected = {
        (code, number)
        for number, line in enumerate(text.splitlines(), 1)
        if "  # " in line
        for code in [re.sub(r".*  # ", "", line)]
    }
    assert len({code for code, _ in expected}) == len(expected) >= 50
    result = office("check", "--format", "json")
    told = {(p["code"], p["line"]) for p in json.loads(result.stdout)["problems"]}
    assert result.exit_code == 1
    assert expected - told == set()
    assert {code for code, _ in told - expected} <= {"role-unfilled"}  # 5,000 units with a shared mailbox alone
