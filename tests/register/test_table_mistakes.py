"""Mistakes in the rows of a table: the code and the very place, one by one and forty at once."""

from __future__ import annotations

import re

import pytest
from good_table import GOOD, HERE, found, marked, problems, register, table

from scheduler.problems import Level
from scheduler.register.mistakes import WARNINGS, Code
from scheduler.words import Lang


def test_the_good_table_is_good() -> None:
    assert problems(GOOD) == ()
    assert register().obligations[0].id == "annual-report"


def test_places_count_from_one_and_characters_not_bytes() -> None:
    text, _ = marked(table("name: 胡波, email: hubo@example.gov.cn", "name: 胡波, email: ‸hubo"))
    assert str(problems(text)[0].place).endswith(":34")
    assert problems(text)[0].text().startswith("t.yaml:")


ONE_BY_ONE = [
    # the outermost keys
    ("version: 1", "version: ‸2", "version"),
    ("version: 1\n", "‸", "missing-key"),
    (
        "not_tracked:\n  - {refs: [000-01, 000-02], title: 随文审查, by: 办文流程}\n",
        "not_tracked: ‸{refs: [000-01]}\n",
        "bad-value",
    ),
    # office
    ("unit: prefecture-office\n  admin", "unit: ‸prefecture\n  admin", "unknown-unit"),
    ("admin: he.ping", "admin: ‸he.pin", "unknown-person"),
    ("admin: he.ping", "‸adnim: he.ping", "unknown-key"),
    ("region: xinjiang", "region: ‸hainan", "bad-value"),
    ('send_at: "10:30"', "send_at: ‸25:30", "bad-time"),
    ('send_at: "10:30"', "send_at: ‸10：30", "full-width"),
    ("start: 2026-11-23", "start: ‸2026-02-30", "bad-date"),
    ("mail_domains: [example.gov.cn]", "mail_domains: [example.gov.cn, ‸x]", "bad-address"),
    ("mail_domains: [example.gov.cn]", "mail_domains: [example.gov.cn]\n  trial: ‸maybe", "bad-value"),
    # units
    ("  - id: changji-city\n", "  - id: ‸changji city\n", "bad-id"),
    ("{id: fukang-city,", "{id: ‸prefecture-office,", "duplicate-id"),
    ("{id: fukang-city,", "{id: ‸unassigned,", "reserved-id"),
    ("{id: hu.bo,", "{id: ‸fukang-city,", "duplicate-id"),
    ("{id: fukang-city, name: 阜康市人民政府,", "‸{id: fukang-city,", "missing-key"),
    ("reports_to: prefecture-office\n", "reports_to: ‸prefecture\n", "unknown-unit"),
    ("    kind: office\n", "    kind: office\n    reports_to: ‸changji-city\n", "reports-to-cycle"),
    ("      officer: zhou.min\n      deputy: hu.bo\n", "      ‸deputy: hu.bo\n", "officer-missing"),
    ("mail: fukang@example.gov.cn", "mail: ‸fukang@example.com", "address-domain"),
    ("      deputy: hu.bo\n", "      deputy: ‸hu.po\n", "unknown-person"),
    ("{person: ma.yu, from: 2026-03-01}", "‸{person: ma.yu, from: 2026-02-28}", "tenure-overlap"),
    ("{person: ma.yu, from: 2026-03-01}", "‸{person: ma.yu, from: 2026-03-01, to: 2026-02-28}", "bad-tenure"),
    ("{id: fukang-city, ", "‸{id: fukang-city, from: 2026-03-01, to: 2026-02-28, ", "bad-tenure"),
    # people
    ("email: hubo@example.gov.cn", "email: ‸hubo＠example.gov.cn", "bad-address"),
    ("email: hubo@example.gov.cn", "email: ‸胡波@例子.中国", "bad-address"),
    ("email: hubo@example.gov.cn", "email: ‸hu..bo@example.gov.cn", "bad-address"),
    ("email: hubo@example.gov.cn", "email: ‸hubo@gov", "bad-address"),
    ("{id: an.ping, name: 安平, email: anping@example.gov.cn}", "‸{id: an.ping, name: 安平}", "address-missing"),
    ("name: 马宇, via: zhou.min", "name: 马宇, via: ‸zhou.ming", "unknown-person"),
    ("name: 马宇, via: zhou.min", "name: 马宇, via: ‸ma.yu", "via-cycle"),
    ("name: 马宇, via: zhou.min", "name: 马宇, via: zhou.min, mail: ‸hourly", "bad-value"),
    ("name: 马宇, via: zhou.min", "name: 马宇, via: zhou.min, unit: ‸nowhere", "unknown-unit"),
    ("name: 马宇, via: zhou.min", "name: 马宇, via: zhou.min, role: ‸deputy", "missing-key"),
    ("to: 2026-12-11, delegate: hu.bo", "to: 2026-12-11, delegate: ‸hu.po", "unknown-person"),
    ("to: 2026-12-11, delegate: hu.bo", "to: 2026-12-11, delegate: ‸zhou.min", "delegate-unreachable"),
    ("{from: 2026-12-07, to: 2026-12-11,", "‸{from: 2026-12-12, to: 2026-12-11,", "bad-absence"),
    (
        "delegate: hu.bo}]",
        "delegate: hu.bo}, ‸{from: 2026-12-11, to: 2026-12-12, delegate: hu.bo}]",
        "bad-absence",
    ),
    # events, records, ladders
    ("{id: meeting, title: 常务会议}", "{id: ‸document.issued, title: 常务会议}", "duplicate-id"),
    ("{id: meeting, title: 常务会议}", "‸{id: meeting}", "missing-key"),
    ("{id: staff, title: 专职人员}\n", "{id: staff, title: 专职人员}\n  - {id: ‸staff, title: 又}\n", "duplicate-id"),
    ("remind: [20wd, 5wd, 1wd]", "remind: [20wd, ‸5, 1wd]", "bad-duration"),
    ("remind: [20wd, 5wd, 1wd]", "remind: [20wd, 1wd, ‸5wd]", "ladder-order"),
    ("remind: [20wd, 5wd, 1wd]", "remind: [20wd, 5wd, ‸4h]", "bad-ladder"),
    ("every 5wd]", "‸every 0wd]", "bad-ladder"),
    ("every 5wd]", "‸every 5]", "bad-duration"),
    ("every 5wd]", "‸every 5wd, 9wd]", "bad-duration"),
    ("{after: 3wd, to: deputy}", "‸{to: deputy}", "bad-ladder"),
    ("{after: 3wd, to: deputy}", "‸{after: 3wd, before: 1wd, to: deputy}", "bad-ladder"),
    ("{after: 5wd, to: office-head, ask: true}", "‸{after: 3wd, to: deputy, ask: true}", "bad-ladder"),
    ("{after: 3wd, to: deputy}", "{after: 3wd, to: ‸deputies}", "unknown-role"),
    ("  standard:\n", "  standard:\n    clock: ‸night\n", "bad-value"),
    # obligations: who
    ("owed_by: {role: leader, of: {kind: county}}", "owed_by: {role: ‸leaders, of: {kind: county}}", "unknown-role"),
    ("of: {kind: county}", "of: {kind: ‸country}", "unknown-kind"),
    ("{tag: site}]", "{tag: ‸sites}]", "unknown-tag"),
    ("[{kind: office}, {tag: site}]", "‸{kind: office, tag: site}", "selects-nobody"),
    ("[{kind: office}, {tag: site}]", "[{kind: office}, ‸{}]", "bad-selector"),
    ("[{kind: office}, {tag: site}]", "‸changji-city", "bad-selector"),
    ("[{kind: office}, {tag: site}]", "{kind: office, of: ‸{tag: site}}", "bad-selector"),
    ("[{kind: office}, {tag: site}]", "‸{tag: site, except: {kind: county}}", "selects-nobody"),
    ("[{kind: office}, {tag: site}]", "‸event.unit", "event-unit"),
    ("    owed_by: {unit: prefecture-office}\n", "    owed_by: {unit: ‸prefectureoffice}\n", "unknown-unit"),
    ("    title: 月报\n    owed_by: {unit: changji-city}\n", "    title: 月报\n", "owner-missing"),
    ("    title: 月报\n", "    title: 月报\n    coordinator: {unit: ‸changji}\n", "unknown-unit"),
    # obligations: when
    ("    due: {by: 2018年底, roll: preceding}\n", "", "schedule-missing"),
    ("due: {by: 2018年底, roll: preceding}", "due: ‸{roll: preceding}", "schedule-missing"),
    ("due: {by: 2018年底, roll: preceding}", "due: ‸{within: 5wd, after: meeting, every: year}", "schedule-two"),
    ("due: {by: 2018年底, roll: preceding}", "due: ‸2018年底", "bad-value"),
    (
        "    review: {every: month,",
        "    due: {by: 2018-12-31, roll: none}\n    ‸review: {every: month,",
        "schedule-two",
    ),
    ("due: {by: 2018年底, roll: preceding}", "due: ‸{by: 2018年底}", "roll-missing"),
    (
        "due: {within: 20d, after: done annual-report, roll: following}",
        "due: ‸{within: 20d, after: done annual-report}",
        "roll-missing",
    ),
    ("covers: previous, roll: preceding", "covers: previous, roll: ‸backward", "bad-value"),
    ("{every: year, by: end of 01, covers", "{every: year, by: ‸15, covers", "bad-moment"),
    ("{every: year, by: end of 01, covers", "{every: year, by: ‸end of 13, covers", "bad-moment"),
    ("{every: month, by: end, soft: true}", "{every: month, by: ‸01-31, soft: true}", "bad-moment"),
    ("{every: month, by: end, soft: true}", "{every: month, by: ‸fri, soft: true}", "bad-moment"),
    ("{every: month, by: end, soft: true}", "{every: ‸decade, by: end, soft: true}", "bad-value"),
    ("check: {every: quarter, by: end}", "check: {every: quarter, by: ‸03-31}", "bad-moment"),
    ("after: document.issued}", "after: ‸documents.issued}", "unknown-event"),
    ("due: {within: 5个工作日, after: document.issued}", "due: ‸{within: 5个工作日}", "missing-key"),
    ("due: {within: 5个工作日, after: document.issued}", "due: {with: ‸meetings}", "unknown-event"),
    ("due: {before: meeting, lead: 5wd}", "due: {before: ‸meetings, lead: 5wd}", "unknown-event"),
    ("due: {before: meeting, lead: 5wd}", "due: ‸{before: meeting}", "missing-key"),
    ("due: {before: meeting, lead: 5wd}", "due: ‸{before: prepare, lead: 5wd}", "obligation-cycle"),
    ("after: done annual-report,", "after: ‸done annual,", "unknown-obligation"),
    ("after: done annual-report,", "after: ‸annual-report,", "unknown-event"),
    ('"FREQ=MONTHLY;BYMONTHDAY=10"', "‸FREQ=HOURLY", "bad-rrule"),
    ('"FREQ=MONTHLY;BYMONTHDAY=10"', "‸every tenth", "bad-rrule"),
    ('"FREQ=MONTHLY;BYMONTHDAY=10"', "‸FREQ=MONTHLY;BYDAY=XX", "bad-rrule"),
    ('"FREQ=MONTHLY;BYMONTHDAY=10"', "‸FREQ=DAILY;INTERVAL=0", "bad-rrule"),
    ('"FREQ=MONTHLY;BYMONTHDAY=10"', "‸FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never-fires"),
    ("{of: staff, at_least: 3,", "{of: ‸staffs, at_least: 3,", "unknown-record"),
    ("{of: staff, at_least: 3,", "{of: staff, at_least: ‸three,", "bad-number"),
    ("measure: {of: staff, at_least: 3,", "measure: ‸{of: staff,", "missing-key"),
    ("pace: [{by: 06-30, at_least: 1}]", "pace: [{by: 06-30, at_least: ‸3}]", "bad-number"),
    ("pace: [{by: 06-30, at_least: 1}]", "pace: [{by: ‸end + 10d, at_least: 1}]", "never-fires"),
    ("pace: [{by: 06-30, at_least: 1}]", "pace: [{by: 06-30, at_least: ‸0}]", "bad-number"),
    ("every: year, share: 100%", "every: year, share: ‸1.2", "bad-share"),
    ("every: year, share: 100%", "by: ‸06-30, share: 100%", "bad-moment"),
    ("every: year, share: 100%", "every: year, by: ‸2027-06-30, share: 100%", "bad-moment"),
    (
        "coverage: {of: training, roster: {role: officer}, every: year,",
        "coverage: ‸{of: training, roster: {role: officer},",
        "missing-key",
    ),
    # obligations: the rest
    ("    outer: {by: 03-31}\n", "    outer: {by: ‸01-15}\n", "outer-before-due"),
    ("    extension: {up_to: 10wd, times: 1}\n", "    extension: {up_to: ‸0wd}\n", "bad-extension"),
    ("    extension: {up_to: 10wd, times: 1}\n", "    extension: {up_to: 10wd, times: ‸0}\n", "bad-number"),
    (
        "    extension: {up_to: 10wd, times: 1}\n",
        "    effective: ‸{from: 2027-01-01, until: 2026-01-01}\n",
        "never-fires",
    ),
    (
        "    extension: {up_to: 10wd, times: 1}\n",
        "    effective: ‸{from: 2026-02-01, until: 2026-12-31}\n",
        "never-fires",
    ),
    ("    due: {by: 2018年底,", "    effective: ‸{from: 2019-01-01}\n    due: {by: 2018年底,", "never-fires"),
    ("    due: {by: 2018年底,", "    due: {from: ‸2019-01-01, by: 2018年底,", "never-fires"),
    ("{every: year, by: end of 01, covers", "{every: year, from: ‸02-10, by: end of 01, covers", "never-fires"),
    ("dates: {2026: {by: 2027-01-20,", "dates: {2026: {by: ‸2072-01-20,", "bad-period"),
    ("dates: {2026: {by:", "dates: {2026H1: ‸{by:", "bad-period"),
    ("    title: 月报\n", "    title: 月报\n    ladder: ‸statutary\n", "unknown-ladder"),
    ("    title: 月报\n", "    title: 月报\n    superseded_by: ‸nothing\n", "unknown-obligation"),
    ("    title: 月报\n", "    title: 月报\n    formerly: ‸update\n", "formerly-clash"),
    ("    title: 月报\n", "    title: 月报\n    starts: ‸nothing\n", "unknown-event"),
    ("    title: 月报\n", "    title: 月报\n    stops_for: [meeting, ‸nothing]\n", "unknown-event"),
    ("    title: 月报\n", "    title: 月报\n    evidence: ‸maybe\n", "bad-value"),
    ("    title: 月报\n", "    title: 月报\n    set_by: ‸nobody\n", "bad-value"),
    ("  - id: monthly\n", "  - id: ‸monthly２\n", "full-width"),
    ("  - id: update\n", "  - id: ‸monthly\n", "duplicate-id"),
    ("  - id: monthly\n", "  - id: meeting\n", "duplicate-id"),
    ("by: 办文流程", "by: ‸没时间", "bad-value"),
    ("refs: [000-01, 000-02]", "refs: [000-01, ‸000-18]", "ref-twice"),
]


@pytest.mark.parametrize(("old", "new", "code"), ONE_BY_ONE)
def test_a_mistake_is_told_where_it_stands_in_words_and_without_a_flood_of_others(
    old: str, new: str, code: str
) -> None:
    broken = table(old, new)
    text, place = marked(broken) if HERE in broken else (broken, None)
    told = problems(text)
    assert [p for p in told if p.code == code and place in (None, (p.place.line, p.place.column))], told
    assert len(told) <= {"bad-id": 8, "duplicate-id": 5}.get(code, 3), told
    for problem in told:
        assert problem.hint.text(Lang.EN)
        assert not re.search(r"\{\{|\0", problem.text())


def test_the_catalogue_says_which_problems_are_warnings() -> None:
    text = table("remind: [20wd, 5wd, 1wd]", "remind: [20wd, 1wd, 5wd]")
    (warning,) = problems(text)
    assert (warning.code, warning.level) == ("ladder-order", Level.WARNING)
    assert register(text).ladders["standard"].remind
    assert set(Code) > WARNINGS


FORTY = """\
version: 1
office:
  name: 办公室
  unit: office
  admin: nobody                          # unknown-person
  send_at: 9点                           # bad-time
  start: 2026-02-30                      # bad-date
  mail_domains: [example.gov.cn]
  colour: red                            # unknown-key
units:
  - {id: office, name: 办公室, kind: office, people: {officer: p1, deputy: p2}}
  - {id: city a, name: 甲市, kind: county, mail: a@example.gov.cn}                # bad-id
  - {id: b, name: 乙市, kind: county, reports_to: offise, mail: b@example.gov.cn} # unknown-unit
  - {id: b, name: 丙市, kind: county, mail: c@example.gov.cn}                     # duplicate-id
  - {id: d, name: 丁市, kind: county}    # officer-missing
  - {id: e, name: 戊市, kind: county, mail: e@example.com}                        # address-domain
  - {id: f, kind: county, mail: f@example.gov.cn}                                 # missing-key
  - {id: g, name: 庚市, kind: county, people: {officer: p9}}                      # unknown-person
people:
  - {id: p1, name: 甲, email: p1@example.gov.cn}
  - {id: p2, name: 乙, email: p2}        # bad-address
  - {id: p3, name: 丙, via: p4}          # via-cycle
  - {id: p4, name: 丁, via: p3}
  - {id: p5, name: 戊, mail: hourly}     # bad-value
events:
  - {id: issued, titel: 印发}            # missing-key unknown-key
records:
  - {id: training, title: 培训}
  - {id: training, title: 培训}          # duplicate-id
ladders:
  mine:
    remind: [5]                          # bad-duration
    chase: [1wd, every 0wd]              # bad-ladder
    escalate:
      - {to: deputy}                     # bad-ladder
      - {after: 1wd, to: mayor}          # unknown-role
obligations:
  - id: no-owner                         # owner-missing role-unfilled role-unfilled
    title: 甲
    due: {by: 2018-12-31}                # roll-missing
  - id: no-schedule                      # schedule-missing
    title: 乙
    owed_by: {unit: b}
  - id: two
    title: 丙
    owed_by: {kind: country}             # unknown-kind
    due: {by: 2018-12-31, roll: none}
    review: {every: year, by: end}       # schedule-two
  - id: moment
    title: 丁
    owed_by: {unit: b}
    due: {every: month, by: 01-31, roll: none}    # bad-moment
    ladder: yours                        # unknown-ladder
    evidence: perhaps                    # bad-value
    extension: {up_to: 0wd}              # bad-extension
  - id: event
    title: 戊
    owed_by: event.unit
    due: {within: 5wd, after: isued}     # unknown-event
  - id: chain
    title: 己
    owed_by: {unit: b}
    due: {within: 5wd, after: done chain}         # obligation-cycle
    superseded_by: nowhere               # unknown-obligation
  - id: rule
    title: 庚
    owed_by: {tag: none}                 # unknown-tag
    due: {rrule: FREQ=SECONDLY, roll: none}       # bad-rrule
  - id: count
    title: 辛
    owed_by: {role: mayor}               # unknown-role
    quota: {of: talk, at_least: many, every: year}          # bad-number unknown-record
    refs: [000-01]
  - id: share
    title: 壬
    owed_by: {unit: e}
    superseded_by: share                 # obligation-cycle
    coverage: {of: trainings, roster: {}, share: 120%, every: year}  # bad-share unknown-record bad-selector
  - id: never
    title: 癸
    owed_by: {unit: e}
    due: {by: 2018-12-31, roll: none}
    effective: {from: 2019-01-01}        # never-fires
not_tracked:
  - {refs: [000-01], title: 别的, by: 没时间}     # bad-value ref-twice
"""


def test_forty_mistakes_are_told_in_one_run_each_with_its_line() -> None:
    expected = [
        (number, code)
        for number, line in enumerate(FORTY.splitlines(), start=1)
        for code in (line.split(" # ", 1)[1].split() if " # " in line else ())
    ]
    told = [(line, code) for code, line, _ in found(FORTY)]
    assert sorted(told) == sorted(expected)
    assert len(expected) >= 40


@pytest.mark.parametrize(
    ("above", "below", "told"),
    [
        ("", "", []),
        ("", "to: 2026-12-31, ", []),
        ("to: 2026-12-31, ", "to: 2026-12-31, ", []),
        ("to: 2026-12-31, ", "to: 2027-01-01, ", ["unit-ended"]),
        ("to: 2026-12-31, ", "", ["unit-ended"]),
    ],
)
def test_a_unit_reports_to_one_that_lasts_as_long(above: str, below: str, told: list[str]) -> None:
    end = f"  - {{id: town, {below}name: 镇, reports_to: fukang-city, mail: z@example.gov.cn}}\npeople:\n"
    text = table("\npeople:\n", "\n" + end).replace("{id: fukang-city, ", "{id: fukang-city, " + above)
    assert [p.code for p in problems(text) if p.code != "role-unfilled"] == told


@pytest.mark.parametrize("term", ["from: 2020-01-01", "to: 2030-12-31"])
def test_the_office_has_no_end(term: str) -> None:
    told = problems(table("    kind: office\n", f"    kind: office\n    {term}\n"))
    assert ("unit-ended", 4) in [(p.code, p.place and p.place.line) for p in told]
    assert {p.level for p in told} == {Level.WARNING}


def test_a_long_chain_of_preparation_is_told_once() -> None:
    row = "  - {{id: step{n}, title: 备, owed_by: {{unit: changji-city}}, due: {{before: step{next}, lead: 1wd}}}}\n"
    steps = "".join(row.format(n=n, next=n + 1) for n in range(300))
    last = "  - {id: step300, title: 办, owed_by: {unit: changji-city}, due: {by: end of 2030, roll: none}}\n"
    (told,) = problems(table("not_tracked:\n", steps + last + "not_tracked:\n"))
    assert (told.code, "20环" in told.message.text()) == ("too-deep", True)


def test_two_persons_may_be_told_at_the_same_time() -> None:
    assert problems(GOOD.replace("{after: 5wd, to: office-head, ask: true}", "{after: 3wd, to: office-head}")) == ()


def test_a_ladder_has_fifty_steps_of_a_kind_at_most() -> None:
    days = ", ".join(f"{n}d" for n in range(60, 0, -1))
    text, place = marked(table("[20wd, 5wd, 1wd]", f"[{days.replace(' 10d', ' ‸10d')}]"))
    assert [(p.code, p.place and (p.place.line, p.place.column)) for p in problems(text)] == [("bad-ladder", place)]
