"""The language says everything that the five documents demand, and each example table accounts for all of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from catalogue import DOCUMENTS, EXAMPLES, PROOFS, ROOT, Duty, duties

from scheduler.problems import has_errors
from scheduler.register import Obligation, Register, Roster, load
from scheduler.register.values import UntrackedBy
from scheduler.reports.whereabouts import gaps, whereabouts
from tools.catalogue import page


@cache
def _table(path: Path) -> Register:
    loaded = load(path)
    assert loaded.register is not None, [p.text() for p in loaded.problems]
    assert not has_errors(loaded.problems)
    return loaded.register


def _said(duty: Duty) -> tuple[Obligation, ...]:
    """The rows of the proof that speak of a duty."""
    return tuple(row for row in _table(PROOFS[duty.document]).obligations if duty.id in row.refs)


def test_the_catalogue_is_whole() -> None:
    counts = [len(duties(document)) for document in DOCUMENTS]
    assert counts == [58, 30, 116, 32, 85]
    assert len({duty.shape for duty in duties().values()}) == 46


# -- the proofs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("duty", duties().values(), ids=duties())
def test_the_duty_is_said_once_with_its_verbatim_quote(duty: Duty) -> None:
    rows = _said(duty)
    (row,) = (row for row in rows if row.id == f"row.{duty.id}")
    assert [other.id for other in rows if not other.id.startswith(row.id)] == []  # a second clock or a check beside it
    assert row.refs == (duty.id,)
    assert duty.quote in {basis.quote for basis in row.basis}
    assert row.title == duty.title


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_proof_says_that_it_recommends_nothing(document: str) -> None:
    assert "不是推荐的台账" in PROOFS[document].read_text(encoding="utf-8").splitlines()[1]


# -- the examples ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_example_accounts_for_every_duty(document: str) -> None:
    found = whereabouts(_table(EXAMPLES[document]))
    assert [row.ref for row in found] == list(duties(document))
    assert gaps(found) == ()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_duty_is_both_reminded_of_and_left_out(document: str) -> None:
    table = _table(EXAMPLES[document])
    untracked = [ref for row in table.not_tracked for ref in row.refs]
    assert sorted(set(untracked)) == sorted(untracked)
    assert {ref for row in table.obligations for ref in row.refs} & set(untracked) == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_row_of_the_example_quotes_the_duties_it_stands_for(document: str) -> None:
    known = duties(document)
    wrong = [
        (row.id, ref)
        for row in _table(EXAMPLES[document]).obligations
        for ref in row.refs
        if not any(b.quote and (b.quote in known[ref].quote or known[ref].quote in b.quote) for b in row.basis)
    ]
    assert wrong == []


def test_the_examples_use_every_way_of_covering_what_is_not_reminded() -> None:
    used = {row.by for path in EXAMPLES.values() for row in _table(path).not_tracked}
    assert used == set(UntrackedBy)


def test_the_page_of_the_catalogue_is_that_of_the_tables() -> None:
    written = (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")
    assert written == page(), "run: python -m tools.catalogue"


# -- who -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "owing", "supporting", "coordinating"),
    [
        ("finance.monthly", 1, 0, 0),  # …牵头落实
        ("key-projects", 1, 6, 0),  # 牵头，会同…落实
        ("enterprise-costs", 7, 0, 0),  # 按照职责分工分别落实
        ("fee-list.finance", 1, 2, 0),  # 分别落实，…配合: a row for each
        ("environment.press", 13, 2, 0),  # 分别牵头，相关部门配合
        ("press.routine", 45, 1, 1),  # 组织协调，各单位落实
    ],
)
def test_each_formula_of_shared_duty_has_its_own_fields(
    row: str, owing: int, supporting: int, coordinating: int
) -> None:
    roster = Roster(_table(EXAMPLES["002"]))
    found = roster.obligation(row)
    counts = [len(roster.units(s)) if s else 0 for s in (found.owed_by, found.supporting, found.coordinator)]
    assert counts == [owing, supporting, coordinating]
