"""The shipped sample table: it loads, leaves out nothing of its document, quotes it truly and names nobody real."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from scheduler.register import Obligation, Register, Roster, load
from scheduler.register.model import Measure, Once, Outer, Quota, Recurring, Within
from scheduler.register.values import Anchor, Covers, Duration, Moment, SetBy, Share, Unit
from scheduler.workdays import Convention

TABLE = Path(__file__).parents[2] / "obligations.yaml"
DOCUMENT = "自治州全面推进政务公开重点工作实施细则"
LAW = "中华人民共和国政府信息公开条例"
LAW_IN_FORCE = date(2019, 5, 15)

END_OF_JANUARY = Moment(Anchor.MONTH_END, month=1)
JANUARY_31 = Moment(Anchor.DATE, month=1, day=31)
END_OF_FEBRUARY = Moment(Anchor.MONTH_END, month=2)
MARCH_31 = Moment(Anchor.DATE, month=3, day=31)


class Clause(NamedTuple):
    """One of the 58 duties of the document."""

    id: str
    clause: str
    quote: str


def _document() -> dict[str, Clause]:
    with (Path(__file__).parent / "document_000.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: Clause(**row) for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def document() -> dict[str, Clause]:
    return _document()


@pytest.fixture(scope="module")
def register() -> Register:
    loaded = load(TABLE)
    assert loaded.register is not None, loaded.problems
    return loaded.register


@pytest.fixture(scope="module")
def rows(register: Register) -> dict[str, Obligation]:
    return {row.id: row for row in register.obligations}


def test_it_loads_without_even_a_warning() -> None:
    problems = [f"{p.place} {p.code} {p.message.text()}" for p in load(TABLE).problems]
    assert problems == []


# -- the document ----------------------------------------------------------------------------------------------------


def test_every_duty_of_the_document_is_either_reminded_or_accounted_for(
    register: Register, document: dict[str, Clause]
) -> None:
    reminded = {ref for row in register.obligations for ref in row.refs}
    untracked = [ref for row in register.not_tracked for ref in row.refs]
    assert len(document) == 58
    assert sorted(reminded | set(untracked)) == sorted(document)
    assert reminded & set(untracked) == set()
    assert len(untracked) == len(set(untracked))


def test_each_row_quotes_the_clause_that_it_refers_to(register: Register, document: dict[str, Clause]) -> None:
    wrong = [
        (row.id, ref)
        for row in register.obligations
        for ref in row.refs
        if not any(_same_words(basis.quote, document[ref].quote) and basis.clause == document[ref].clause
                   for basis in row.basis)
    ]  # fmt: skip
    assert wrong == []


def _same_words(one: str | None, other: str) -> bool:
    return one is not None and (one in other or other in one)


def test_a_row_without_a_reference_rests_on_the_law(register: Register) -> None:
    assert {basis.document for row in register.obligations if not row.refs for basis in row.basis} == {LAW}


def test_each_row_says_where_it_comes_from(register: Register) -> None:
    silent = [row.id for row in register.obligations if not any(basis.quote and basis.clause for basis in row.basis)]
    assert silent == []


def test_the_categories_are_the_eleven_heads_of_the_yearly_assessment(
    register: Register, document: dict[str, Clause]
) -> None:
    heads = document["000-57"].quote
    used = {row.category for row in register.obligations if row.category}
    assert {category for category in used if category not in heads} == set()
    assert [row.id for row in register.obligations if row.refs and not row.category] == []


# -- the numbers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row_id", "by", "set_by", "outer"),
    [
        # Article 49 of the 2019 regulation beside the document of 2017: the stricter date is the due date.
        ("annual-report.submit", END_OF_JANUARY, SetBy.TEXT, None),
        ("annual-report.publish-department", JANUARY_31, SetBy.LAW, None),
        ("annual-report.publish-county", END_OF_FEBRUARY, SetBy.TEXT, MARCH_31),
        ("annual-report.publish-prefecture", END_OF_FEBRUARY, SetBy.TEXT, MARCH_31),
        ("annual-report.publish-park", JANUARY_31, SetBy.OFFICE, END_OF_FEBRUARY),
        ("annual-report.township", JANUARY_31, SetBy.OFFICE, END_OF_FEBRUARY),
    ],
)
def test_the_annual_report_has_the_stricter_date_of_document_and_law(
    rows: dict[str, Obligation], row_id: str, by: Moment, set_by: SetBy, outer: Moment | None
) -> None:
    row = rows[row_id]
    assert isinstance(row.due, Recurring)
    assert (row.due.by, row.due.covers, row.due.roll) == (by, Covers.PREVIOUS, Convention.PRECEDING)
    assert row.set_by is set_by
    assert (row.outer.by if isinstance(row.outer, Outer) else None) == outer


def test_only_one_row_asks_each_unit_to_publish_its_annual_report(
    register: Register, rows: dict[str, Obligation]
) -> None:
    roster = Roster(register)
    publishing = [row for row_id, row in rows.items() if "000-17" in row.refs]
    asked = [unit for row in publishing for unit in roster.units(row.owed_by)]
    owing = [unit.id for unit in register.units if unit.kind not in {"leading-group", "egov"}]
    assert sorted(asked) == sorted(owing)


@pytest.mark.parametrize(
    ("row_id", "limit", "set_by"),
    [
        ("normative-document.publish", Duration(5, Unit.WORKDAY), SetBy.TEXT),
        ("important-policy.repost", Duration(24, Unit.HOUR), SetBy.TEXT),
        ("information.publish", Duration(20, Unit.WORKDAY), SetBy.LAW),  # article 26
        ("foi.notify-completion", Duration(7, Unit.WORKDAY), SetBy.LAW),  # article 30
        ("foi.third-party", Duration(15, Unit.WORKDAY), SetBy.LAW),  # article 32
        ("foi.reply", Duration(20, Unit.WORKDAY), SetBy.LAW),  # article 33
    ],
)
def test_a_limit_after_an_event_is_that_of_its_text(
    rows: dict[str, Obligation], row_id: str, limit: Duration, set_by: SetBy
) -> None:
    row = rows[row_id]
    assert isinstance(row.due, Within)
    assert (row.due.within, row.set_by) == (limit, set_by)
    assert row.effective.from_ == (LAW_IN_FORCE if set_by is SetBy.LAW else None)


def test_a_reply_may_be_extended_once_by_twenty_working_days(rows: dict[str, Obligation]) -> None:
    extension = rows["foi.reply"].extension
    assert extension is not None
    assert (extension.up_to, extension.times) == (Duration(20, Unit.WORKDAY), 1)


@pytest.mark.parametrize(("row_id", "times"), [("leader-interpretation", 2), ("leader-hearing", 1)])
def test_a_quota_asks_for_the_number_of_its_text(rows: dict[str, Obligation], row_id: str, times: int) -> None:
    quota = rows[row_id].quota
    assert isinstance(quota, Quota)
    assert quota.at_least == times


def test_the_weight_in_the_assessment_is_at_least_four_per_cent(rows: dict[str, Obligation]) -> None:
    measure = rows["assessment.weight"].measure
    assert isinstance(measure, Measure)
    assert str(measure.share) == str(Share(4, 100))


@pytest.mark.parametrize(
    ("row_id", "by"),
    [
        ("organisation.2017", date(2017, 9, 30)),  # a Saturday that works
        ("meeting-openness.2017", date(2017, 12, 31)),
        ("catalogue.2017", date(2017, 12, 31)),
        ("catalogue.2018", date(2018, 12, 31)),
    ],
)
def test_what_was_due_once_stays_as_history_before_the_start(
    register: Register, rows: dict[str, Obligation], row_id: str, by: date
) -> None:
    due = rows[row_id].due
    assert isinstance(due, Once)
    assert due.by == by
    assert register.office.start is not None
    assert due.by < register.office.start


# -- the people ------------------------------------------------------------------------------------------------------


def test_every_address_is_invented(register: Register) -> None:
    written = re.findall(r"[\w.+-]+@[\w.-]+", TABLE.read_text(encoding="utf-8"))
    assert len(written) > 100
    assert {address.partition("@")[2] for address in written} == {"example.gov.cn"}
    assert register.office.mail_domains == ("example.gov.cn",)


def test_the_office_is_a_prefecture_with_its_counties_parks_departments_and_townships(register: Register) -> None:
    kinds = [unit.kind for unit in register.units]
    assert (kinds.count("county"), kinds.count("park")) == (7, 3)
    assert kinds.count("department") >= 12
    assert kinds.count("township") >= 4
    kind_of = {unit.id: unit.kind for unit in register.units}
    above_townships = {kind_of.get(unit.reports_to or "") for unit in register.units if unit.kind == "township"}
    assert above_townships == {"county"}


def test_everybody_whom_a_row_names_by_role_is_there_on_the_first_day(register: Register) -> None:
    roster, start = Roster(register), register.office.start
    assert start is not None
    vacant = [
        (row.id, unit, rung.to.role)
        for row in register.obligations
        for unit in roster.units(row.owed_by)
        for rung in roster.ladder(row).escalate
        if not rung.to.upward and roster.holder(unit, rung.to.role, start) is None
    ]
    assert vacant == []


def test_everybody_can_be_reached_himself_or_by_another(register: Register) -> None:
    people = {person.id: person for person in register.people}
    assert [p.id for p in register.people if not p.email and not (p.via and people[p.via].email)] == []


def test_mails_go_to_those_they_are_meant_for(register: Register) -> None:
    assert register.office.trial is False
