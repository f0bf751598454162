"""Whatever somebody with the database's password changes behind our back, `verify` finds it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text
from stationery import MON_2026_11_23, entries, tamper

from scheduler.journal import Anchor, Fault, FaultKind, Head, Journal
from scheduler.planning.model import Entry, FactKind
from scheduler.problems import UsageError

COLUMNS = ("seq", "kind", "entered", "on", "by", "task", "data", "previous", "hash")


@pytest.fixture
def written(journal: Journal) -> Journal:
    """A journal of ten facts."""
    journal.append(entries(10), now=MON_2026_11_23)
    return journal


EDITS = {
    "kind": "UPDATE fact SET kind = 'void' WHERE seq = 5",
    "moment of entry": "UPDATE fact SET entered = '2026-11-22T09:00:00.000000+08:00' WHERE seq = 5",
    "day": "UPDATE fact SET \"on\" = '2026-11-19' WHERE seq = 5",
    "day taken away": 'UPDATE fact SET "on" = NULL WHERE seq = 5',
    "who": "UPDATE fact SET by = 'li.na' WHERE seq = 5",
    "task": "UPDATE fact SET task = 'annual-report.submit/jimsar/2004' WHERE seq = 5",
    "data": "UPDATE fact SET data = replace(data, '4号', '3号') WHERE seq = 5",
    "white space in data": "UPDATE fact SET data = data || ' ' WHERE seq = 5",
    "doubled key in data": "UPDATE fact SET data = replace(data, '{', '{\"evidence\":\"x\",') WHERE seq = 5",
    "data that is no JSON": "UPDATE fact SET data = 'done' WHERE seq = 5",
    "data nested without end": "UPDATE fact SET data = replace(printf('%.99999d', 0), '0', '[') WHERE seq = 5",
    "previous hash": "UPDATE fact SET previous = 'ab' || substr(previous, 3) WHERE seq = 5",
    "hash": "UPDATE fact SET hash = 'ab' || substr(hash, 3) WHERE seq = 5",
}


@pytest.mark.parametrize("what", EDITS)
def test_an_edit_is_found_where_it_was_made(url: str, written: Journal, what: str) -> None:
    statement = EDITS[what]
    if not url.startswith("sqlite"):
        statement = statement.replace("replace(printf('%.99999d', 0), '0', '[')", "repeat('[', 99999)")
    tamper(url, statement)
    assert written.verify().fault == Fault(FaultKind.EDITED, 5)


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (["DELETE FROM fact WHERE seq = 5"], Fault(FaultKind.DELETED, 5)),
        (["DELETE FROM fact WHERE seq = 1"], Fault(FaultKind.DELETED, 1)),
        (["DELETE FROM fact WHERE seq BETWEEN 3 AND 7"], Fault(FaultKind.DELETED, 3)),
        (["DELETE FROM fact WHERE seq = 10"], None),  # a cut tail shows only against a head
        (
            [
                "DELETE FROM fact WHERE seq = 5",
                *(f"UPDATE fact SET seq = {n - 1} WHERE seq = {n}" for n in range(6, 11)),
            ],
            Fault(FaultKind.DELETED, 5),
        ),
        (["UPDATE fact SET seq = 50 WHERE seq = 5"], Fault(FaultKind.DELETED, 5)),
        (["UPDATE fact SET seq = -5 WHERE seq = 5"], Fault(FaultKind.REORDERED, -5)),
        (
            [f"UPDATE fact SET seq = {to} WHERE seq = {of}" for of, to in ((5, 99), (6, 5), (99, 6))],
            Fault(FaultKind.REORDERED, 5),
        ),
        (
            [f"UPDATE fact SET seq = {to} WHERE seq = {of}" for of, to in ((2, 99), (9, 2), (99, 9))],
            Fault(FaultKind.REORDERED, 2),
        ),
    ],
)
def test_deletion_and_reordering_are_found(
    url: str, written: Journal, statements: list[str], fault: Fault | None
) -> None:
    tamper(url, *statements)
    assert written.verify().fault == fault


def test_an_edit_with_its_hash_made_anew_breaks_the_chain_behind_it(url: str, written: Journal) -> None:
    _rewrite(url, range(5, 6))
    assert written.verify().fault == Fault(FaultKind.EDITED, 5)


def test_a_chain_rewritten_to_its_end_is_sound_but_no_longer_the_one_that_was_noted(url: str, written: Journal) -> None:
    noted = written.head()
    _rewrite(url, range(5, 11))
    assert written.verify().sound
    assert written.verify(str(noted)).fault == Fault(FaultKind.REWRITTEN, 10)
    assert written.verify(noted.short).fault == Fault(FaultKind.REWRITTEN, 10)


def test_a_cut_tail_is_found_against_a_head(url: str, written: Journal) -> None:
    noted = written.head()
    tamper(url, "DELETE FROM fact WHERE seq > 7")
    assert written.verify().sound
    assert written.verify(str(noted)).fault == Fault(FaultKind.CUT, 8)
    assert written.verify(noted.short.replace("…", "...")).fault == Fault(FaultKind.CUT, 8)


def test_a_tail_cut_off_and_grown_again_is_found_against_a_head(url: str, written: Journal) -> None:
    noted = written.head()
    tamper(url, "DELETE FROM fact WHERE seq > 7")
    written.append([Entry(FactKind.ACK, "li.na")] * 5, now=MON_2026_11_23)
    assert written.verify(noted.short).fault == Fault(FaultKind.REWRITTEN, 10)


def test_an_old_head_still_fits_a_journal_that_has_grown(written: Journal) -> None:
    noted = written.head()
    written.append(entries(3), now=MON_2026_11_23)
    for form in (str(noted), noted.short, f" {noted} ", str(noted).upper()):
        assert written.verify(form).sound


@pytest.mark.parametrize("form", ["", "12", "12:", "12:xyz", "12-ab", "12-7c1e…", "-1:" + "0" * 64, "7c1e…a904"])
def test_what_is_no_head_is_a_mistake_of_the_user(written: Journal, form: str) -> None:
    with pytest.raises(UsageError) as error:
        written.verify(form)
    assert error.value.problems[0].code == "head-unreadable"


def test_the_short_form_names_the_number_and_both_ends_of_the_hash() -> None:
    head = Head(1234, "7c1e09d2" + "0" * 52 + "a904")
    assert head.short == "1234-7c1e09d2…a904"
    assert Anchor.parse(head.short).fits(head.hash)
    assert not Anchor.parse(head.short).fits(head.hash[:-1] + "5")


def test_a_kept_file_that_was_changed_or_is_gone_is_found_at_the_fact_that_names_it(url: str, journal: Journal) -> None:
    digest = journal.keep("table", "obligations.yaml", b"version: 1\n", MON_2026_11_23)
    journal.append(
        [*entries(2), Entry(FactKind.TABLE, "duban", data={"digest": "of all files", "files": (digest,)})],
        now=MON_2026_11_23,
    )
    assert journal.verify().sound
    tamper(url, "UPDATE kept SET content = :content", content=b"junk")
    assert journal.verify().fault == Fault(FaultKind.KEPT_EDITED, 3)
    tamper(url, "DELETE FROM kept")
    assert journal.verify().fault == Fault(FaultKind.KEPT_MISSING, 3)


def test_a_second_program_can_verify_the_export(written: Journal) -> None:
    written.keep("table", "obligations.yaml", b"version: 1\n", MON_2026_11_23)
    assert _second_opinion(written.export()) == str(written.head())


def test_a_second_program_sees_a_change_in_the_export(written: Journal) -> None:
    lines = [line.replace("4号", "3号") for line in written.export()]
    with pytest.raises(AssertionError):
        _second_opinion(iter(lines))


def _second_opinion(lines: Iterator[str]) -> str:
    """A checker that shares no code with the journal."""
    previous, seq = "0" * 64, 0
    for line in lines:
        fact = json.loads(line)
        own, before = fact.pop("hash"), fact.pop("previous")
        content = json.dumps(fact, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert before == previous
        assert fact["seq"] == seq + 1
        assert hashlib.sha256((previous + content).encode()).hexdigest() == own
        previous, seq = own, seq + 1
    return f"{seq}:{previous}"


def _rewrite(url: str, numbers: range) -> None:
    """Change what these facts say and make their hashes anew, as somebody who has read the documentation would."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    columns = ", ".join(f'"{name}"' for name in COLUMNS)
    for number in numbers:
        with engine.connect() as connection:
            before = connection.execute(text(f"SELECT hash FROM fact WHERE seq = {number - 1}")).scalar_one()
            row = connection.execute(text(f"SELECT {columns} FROM fact WHERE seq = {number}")).one()
        fact = dict(zip(COLUMNS[:-2], row, strict=False)) | {"by": "li.na", "data": json.loads(row.data)}
        content = json.dumps(fact, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        own = hashlib.sha256((before + content).encode()).hexdigest()
        change = f"UPDATE fact SET by = 'li.na', previous = :before, hash = :own WHERE seq = {number}"
        tamper(url, change, before=before, own=own)
    engine.dispose()
