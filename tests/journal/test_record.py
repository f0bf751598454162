"""Facts: appended in one go, numbered without gaps, read back as they were, never changed."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from stationery import BEIJING, MON_2026_11_23, entries, tamper

from scheduler.journal import Head, Journal
from scheduler.planning.model import Entry, FactKind
from scheduler.problems import UnreachableError, UsageError


def test_facts_come_back_as_they_were_written(journal: Journal) -> None:
    written = journal.append(entries(4), now=MON_2026_11_23)
    assert tuple(journal.facts()) == written
    assert [fact.seq for fact in written] == [1, 2, 3, 4]
    assert written[1].on == date(2026, 11, 20)
    assert written[0].on == MON_2026_11_23
    assert written[2].data == {"evidence": "函〔2026〕2号", "tags": ("a", "b"), "count": 2, "open": None, "yes": True}


def test_an_empty_journal_has_a_head_and_is_sound(journal: Journal) -> None:
    assert journal.head() == Head(0, "0" * 64)
    assert journal.verify().sound
    assert list(journal.facts()) == []
    assert journal.append([], now=MON_2026_11_23) == ()


def test_facts_can_be_asked_for_after_a_number_and_until_a_moment(journal: Journal) -> None:
    for day in range(3):
        journal.append(entries(2), now=MON_2026_11_23 + timedelta(days=day))
    assert [fact.seq for fact in journal.facts(after=3)] == [4, 5, 6]
    assert [fact.seq for fact in journal.facts(until=MON_2026_11_23 + timedelta(days=1))] == [1, 2, 3, 4]
    assert [fact.seq for fact in journal.facts(after=1, until=MON_2026_11_23)] == [2]


def test_a_clock_that_steps_back_is_written_down_as_it_was(journal: Journal) -> None:
    journal.append(entries(1), now=MON_2026_11_23)
    journal.append(entries(1), now=MON_2026_11_23 - timedelta(hours=1))
    first, second = journal.facts()
    assert first.entered > second.entered
    assert journal.verify().sound


def test_the_moment_of_entry_is_kept_in_beijing_time(journal: Journal) -> None:
    (fact,) = journal.append(entries(1), now=datetime.fromisoformat("2026-11-23T01:00:00.000123+00:00"))
    assert fact.entered == datetime(2026, 11, 23, 9, 0, 0, 123, tzinfo=BEIJING)
    assert next(journal.facts()).entered.isoformat() == "2026-11-23T09:00:00.000123+08:00"


def test_a_moment_without_a_time_zone_is_refused(journal: Journal) -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        journal.append(entries(1), now=MON_2026_11_23.replace(tzinfo=None))


def test_entries_are_written_all_or_none(journal: Journal) -> None:
    faulty = Entry(FactKind.RECORD, "he.ping", data={"share": 0.5})  # type: ignore[dict-item]
    with pytest.raises(ValueError, match="share"):
        journal.append([*entries(2), faulty], now=MON_2026_11_23)
    assert journal.head().seq == 0


def test_bytes_that_are_no_text_are_refused(journal: Journal) -> None:
    typed = Entry(FactKind.RECORD, "he.ping", data={"title": "\udcff\udcfe"})  # as Python reads them from a terminal
    with pytest.raises(UsageError) as error:
        journal.append([*entries(2), typed], now=MON_2026_11_23)
    assert error.value.problems[0].code == "not-utf8"
    assert journal.head().seq == 0


def test_a_file_is_kept_whatever_the_bytes_of_its_name(journal: Journal) -> None:
    digest = journal.keep("table", "\udcff.yaml", b"version: 1\n", MON_2026_11_23)
    assert journal.kept(digest) == b"version: 1\n"


def test_many_facts_are_read_page_by_page(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.journal.reading.PAGE", 7)
    journal.append(entries(21), now=MON_2026_11_23)
    assert [fact.seq for fact in journal.facts()] == list(range(1, 22))
    assert journal.verify().head == journal.head()


def test_writers_at_the_same_time_leave_no_gap_and_no_fork(url: str, journal: Journal) -> None:
    def write() -> None:
        with Journal.open(url) as own:
            for _ in range(10):
                own.append(entries(2), now=MON_2026_11_23)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert journal.head().seq == 80
    assert journal.verify().sound


@pytest.mark.parametrize("table", ["fact", "kept"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET kind = 'void'", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_the_record(
    url: str, journal: Journal, table: str, statement: str
) -> None:
    journal.append(entries(1), now=MON_2026_11_23)
    journal.keep("table", "obligations.yaml", b"version: 1\n", MON_2026_11_23)
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement.format(table)))
    engine.dispose()


def test_a_file_is_kept_once_under_its_digest(journal: Journal) -> None:
    digest = journal.keep("table", "obligations.yaml", "version: 1 # 台账\n".encode(), MON_2026_11_23)
    assert digest == sha256("version: 1 # 台账\n".encode()).hexdigest()
    assert journal.keep("table", "renamed.yaml", "version: 1 # 台账\n".encode(), MON_2026_11_23) == digest
    assert journal.kept(digest).decode() == "version: 1 # 台账\n"


def test_a_kept_file_that_is_gone_or_touched_is_a_damaged_database(journal: Journal, url: str) -> None:
    digest = journal.keep("table", "obligations.yaml", b"version: 1\n", MON_2026_11_23)
    for missing in ("0" * 64, digest):
        tamper(url, "UPDATE kept SET content = :zip", zip=b"zip")
        with pytest.raises(UnreachableError) as error:
            journal.kept(missing)
        assert error.value.problems[0].code == "database-damaged"


def test_marks_are_remembered(journal: Journal) -> None:
    assert journal.mark("last-sweep") is None
    journal.put_mark("last-sweep", "a")
    journal.put_mark("last-sweep", "b")
    assert journal.mark("last-sweep") == "b"


def test_a_kind_of_fact_that_nobody_knows_is_told_as_damage(url: str, journal: Journal) -> None:
    journal.append(entries(2), now=MON_2026_11_23)
    tamper(url, "UPDATE fact SET kind = 'promise' WHERE seq = 2")
    with pytest.raises(UnreachableError) as error:
        list(journal.facts())
    assert error.value.problems[0].code == "database-damaged"
