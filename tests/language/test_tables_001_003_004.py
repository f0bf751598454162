"""Documents 001, 003 and 004: each duty is said in the form that its shape asks for, and makes a task; days by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path

import pytest
from catalogue import EXAMPLES, PROOFS, Duty, duties

from scheduler.planning import Calendars, History, Plan, compile_plan
from scheduler.planning.model import BEIJING, Fact, FactKind
from scheduler.register import Obligation, Register, load
from scheduler.register.model import (
    Before,
    Coverage,
    Measure,
    Once,
    Quota,
    Recurring,
    Review,
    Rrule,
    Schedule,
    With,
    Within,
)
from scheduler.register.values import Every, SetBy, Unit

DOCUMENTS = ("001", "003", "004")
DUTIES = {duty.id: duty for document in DOCUMENTS for duty in duties(document).values()}
SHAPES = sorted({duty.shape for duty in DUTIES.values()})


@cache
def _table(path: Path) -> Register:
    loaded = load(path)
    assert loaded.register is not None, [p.text() for p in loaded.problems]
    assert loaded.problems == ()
    return loaded.register


def _rows(document: str) -> dict[str, Obligation]:
    return {row.id: row for row in _table(PROOFS[document]).obligations}


def _row(duty: Duty) -> Obligation:
    return _rows(duty.document)[f"row.{duty.id}"]


# -- the proof of the language ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("duty", DUTIES.values(), ids=DUTIES)
def test_the_duty_is_a_row_of_the_proof_in_its_own_words(duty: Duty) -> None:
    row = _row(duty)
    basis = row.basis[0]
    assert (row.title, row.refs, basis.clause, basis.quote) == (duty.title, (duty.id,), duty.clause, duty.quote)


def _by_day(row: Obligation) -> bool:
    return isinstance(row.due, Once)


def _within(*units: Unit) -> Callable[[Obligation], bool]:
    return lambda row: isinstance(row.due, Within) and row.due.within.unit in units


def _every(kind: type[Schedule], every: Every | None) -> Callable[[Obligation], bool]:
    return lambda row: isinstance(row.schedule, kind) and getattr(row.schedule, "every", None) is every


def _with(*, live: bool) -> Callable[[Obligation], bool]:
    def said(row: Obligation) -> bool:
        return isinstance(row.due, With) and ((row.due.tolerance is not None) is live)

    return said


def _is(*kinds: type[Schedule]) -> Callable[[Obligation], bool]:
    return lambda row: isinstance(row.schedule, kinds)


def _reviewed(*, soft: bool = False) -> Callable[[Obligation], bool]:
    return lambda row: isinstance(row.review, Review) and row.review.soft is soft


def _lawful(row: Obligation) -> bool:
    """A number that is another text's: named as the law's, with the day from which it holds, the rest as clocks."""
    known = row.set_by is SetBy.LAW and row.effective.from_ == date(2019, 5, 15)
    return _within(Unit.WORKDAY)(row) and known and row.extension is not None and bool(row.stops_for)


def _series(row: Obligation) -> bool:
    return isinstance(row.schedule, Rrule | Review) and row.starts is not None and row.closes is not None


def _riding(row: Obligation) -> bool:
    return isinstance(row.due, Before) and row.due.before == "annual-report"


def _timed(row: Obligation) -> bool:
    return isinstance(row.due, Recurring) and row.due.from_ is not None


def _bounded(row: Obligation) -> bool:
    return isinstance(row.measure, Measure) and row.measure.share is not None and row.effective.until is not None


SAID: dict[str, Callable[[Obligation], bool]] = {
    "one-off:date": _by_day,
    "one-off:self-set": _by_day,
    "annual:no-date": _every(Recurring, Every.YEAR),
    "annual:with-report": _riding,
    "window:month": _timed,
    "window:per-event": _with(live=False),
    "monthly": _every(Recurring, Every.MONTH),
    "event+Nwd:law": _lawful,
    "event+Nh:none": _within(Unit.HOUR),
    "event+Nh:elsewhere": _within(Unit.HOUR),
    "sync": lambda row: isinstance(row.due, With),
    "sync:live": _with(live=True),
    "sync:external-schedule": lambda row: isinstance(row.due, With) and row.outer is not None,
    "gate:before": _is(Before),
    "gate:with": _with(live=False),
    "quota:person": lambda row: isinstance(row.quota, Quota) and row.owed_by.role == "leader",
    "quota:unit": lambda row: isinstance(row.quota, Quota) and row.owed_by.role is None,
    "cycle:annual-100": _every(Coverage, Every.YEAR),
    "cycle:100-by-date": _every(Coverage, None),  # it has a day instead
    "headcount:min": _is(Measure),
    "headcount:unnumbered": _is(Measure),
    "count:things": _is(Measure),
    "percent:target-by-date": _bounded,
    "percent:100-by-date": _bounded,
    "standing:prompt-event": _is(Within),
    "standing:prompt-flow": _reviewed(),
    "standing:periodic": lambda row: isinstance(row.schedule, Review | Within),
    "standing:discretionary": _reviewed(soft=True),
    "standing:live-update": _is(Within),
    "standing:continuous": lambda row: isinstance(row.schedule, Review | Rrule),
    "standing:post-event": _series,
    "standing:cyclic-unnumbered": _reviewed(),
    "standing:external-schedule": _is(Within),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_shape_is_said_in_its_own_form(shape: str) -> None:
    asked = [duty.id for duty in DUTIES.values() if duty.shape == shape]
    assert asked
    assert [duty for duty in asked if not SAID[shape](_row(DUTIES[duty]))] == []


def test_what_is_kept_up_to_date_is_also_looked_through() -> None:
    asked = [duty for duty in DUTIES.values() if duty.shape == "standing:live-update"]
    assert asked
    looked = [_rows(duty.document)[f"row.{duty.id}.check"] for duty in asked]
    assert [row.id for row in looked if not isinstance(row.review, Review)] == []


@pytest.mark.parametrize(("first", "then"), [("003-04", "003-05"), ("003-05", "003-06"), ("004-34", "004-35")])
def test_a_step_starts_when_the_one_before_it_is_done(first: str, then: str) -> None:
    due = _row(DUTIES[then]).due
    assert isinstance(due, Within)
    assert due.after_done == f"row.{first}"


@pytest.mark.parametrize("duty", DUTIES.values(), ids=DUTIES)
def test_no_number_of_the_office_passes_for_the_document_s(duty: Duty) -> None:
    """及时, 定期, 适时, 日常 and 按规定 name no number: what such a row says was chosen."""
    chosen = duty.shape.startswith("standing:") or duty.shape in {
        "event+Nh:none",
        "event+Nh:elsewhere",
        "annual:no-date",
        "annual:with-report",
        "monthly",
        "headcount:unnumbered",
    }
    assert (_row(duty).set_by is SetBy.OFFICE) >= chosen


# -- every row makes tasks -------------------------------------------------------------------------------------------


def _facts(register: Register, unit: str, happened: datetime) -> Iterator[Fact]:
    """Each event once, save those that would close a series; and the first of each chain done."""
    closing = {row.closes for row in register.obligations}
    seq = 0
    for event in (e.id for e in register.events if e.id not in closing):
        seq += 1
        data = {"event": event, "ref": f"R-{seq}", "unit": unit}
        yield Fact(seq, FactKind.EVENT, happened, happened, "admin", None, data)
    chained = [row.due.after_done for row in register.obligations if isinstance(row.due, Within)]
    for first in dict.fromkeys(row for row in chained if row):
        seq += 1
        yield Fact(seq, FactKind.DONE, happened, happened.date(), "admin", f"{first}/{unit}/{happened.year}", {})


def _plan(document: str, year: int, unit: str) -> Plan:
    register = _table(PROOFS[document])
    happened = datetime(year, 9, 3, 10, tzinfo=BEIJING)
    return compile_plan(
        register,
        Calendars(register),
        History.of(_facts(register, unit, happened)),
        now=datetime(year, 9, 4, 10, tzinfo=BEIJING),
        since=date(year, 1, 1),
        until=date(year, 12, 31),
    )


@pytest.mark.parametrize(
    ("document", "years", "unit"),
    [
        ("001", (2023,), "construction"),
        ("003", (2017, 2018), "education"),
        ("004", (2018, 2019), "education"),  # the regulation of 2019 beside that of 2008
    ],
)
def test_every_row_makes_a_task_that_is_asked_for(document: str, years: tuple[int, ...], unit: str) -> None:
    made = {
        task.slot.obligation.id
        for year in years
        for task in _plan(document, year, unit).tasks()
        if not task.slot.dormant
    }
    assert set(_rows(document)) - made == set()


# -- the examples ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_example_accounts_for_every_duty_once(document: str) -> None:
    register = _table(EXAMPLES[document])
    reminded = {ref for row in register.obligations for ref in row.refs}
    untracked = [ref for row in register.not_tracked for ref in row.refs]
    assert sorted([*reminded, *untracked]) == sorted(duties(document))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_example_quotes_each_duty_that_it_refers_to(document: str) -> None:
    known = duties(document)
    wrong = [
        (row.id, ref)
        for row in _table(EXAMPLES[document]).obligations
        for ref in row.refs
        if not any(b.clause == known[ref].clause and b.quote and b.quote in known[ref].quote for b in row.basis)
    ]
    assert wrong == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_example_s_people_are_invented_and_its_past_is_not_chased(document: str) -> None:
    register = _table(EXAMPLES[document])
    assert register.office.mail_domains == ("example.gov.cn",)
    assert register.office.start == date(2026, 11, 23)
    assert not register.office.trial


@pytest.mark.parametrize(
    ("document", "task", "printed", "target"),
    [
        ("003", "training.2018/district-office/once", "2018-12-31", "2018-12-29"),  # a Saturday that works
        ("003", "training.2017/district-office/2017", "2017-12-31", "2017-12-29"),  # a Sunday
        ("003", "self-check/education/2026", "2026-10-31", "2026-10-30"),
        ("003", "opinion.bulletin/district-office/2026-09", "2026-10-13", "2026-10-13"),  # over National Day
        ("004", "task.strength/education/once", "2018-06-30", "2018-06-29"),  # a Saturday
        ("004", "task.coordination/district-office/once", "2018-07-31", "2018-07-31"),
        ("004", "task.leadership/nanyang-town/once", "2018-12-31", "2018-12-29"),
        ("004", "self-check/health/2018", "2018-11-30", "2018-11-30"),
        ("004", "self-check/health/2019", "2019-11-30", "2019-11-29"),  # a Saturday
        ("004", "self-check/health/2025", "2025-11-30", "2025-11-28"),  # a Sunday
        ("001", "annual-report.publish/bureau-office/2022", "2023-01-31", "2023-01-31"),
        ("001", "annual-report.publish/bureau-office/2025", "2026-01-31", "2026-01-30"),  # a Saturday
        ("001", "annual-report.materials/river-chief/2025", "2026-01-16", "2026-01-16"),
    ],
)
def test_a_dated_task_of_an_example_has_its_day(document: str, task: str, printed: str, target: str) -> None:
    register = _table(EXAMPLES[document])
    year = date.fromisoformat(target).year
    first, last = date(year, 1, 1), date(year, 12, 31)
    now = datetime(year, 1, 1, 9, tzinfo=BEIJING)
    found = compile_plan(register, Calendars(register), History(), now=now, since=first, until=last).task(task)
    assert found is not None
    assert (str(found.dates.printed), str(found.dates.target)) == (printed, target)
