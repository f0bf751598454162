"""The outbox agrees with the record: whoever empties, edits or invents a row of it is found out."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from correspondence import correspond
from sqlalchemy import create_engine, inspect
from stationery import DOMAIN, LEASE, MINUTE, MON_2026_11_23, message, notice, queue, tamper

from scheduler.journal import Accepted, FaultKind, Journal
from scheduler.journal.agreement import disagreement
from scheduler.planning.model import Entry, FactKind

NOW = MON_2026_11_23


@pytest.fixture
def used(journal: Journal) -> Journal:
    """A journal in which mail has met every fate."""
    correspond(journal)
    return journal


def test_a_journal_in_which_mail_met_every_fate_is_sound(used: Journal) -> None:
    assert used.verify().sound


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("DELETE FROM notice", FaultKind.OUTBOX_MISSING),
        ("DELETE FROM notice WHERE outcome = 'skipped'", FaultKind.OUTBOX_MISSING),
        ("UPDATE notice SET outcome = 'sent' WHERE outcome = 'dead'", FaultKind.OUTBOX_EDITED),
        ("UPDATE notice SET reason = 'done' WHERE outcome = 'skipped'", FaultKind.OUTBOX_EDITED),
        ("UPDATE notice SET outbox_id = 1 WHERE outbox_id = 2", FaultKind.OUTBOX_EDITED),
        ("UPDATE outbox SET state = 'sent' WHERE state = 'retry'", FaultKind.OUTBOX_EDITED),
        ("UPDATE outbox SET state = 'pending' WHERE state = 'sent'", FaultKind.OUTBOX_EDITED),
        ("UPDATE outbox SET address = 'li@example.com' WHERE state = 'sent'", FaultKind.OUTBOX_EDITED),
        ("UPDATE outbox SET body = replace(body, '一', '二') WHERE body IS NOT NULL", FaultKind.OUTBOX_EDITED),
        ("UPDATE outbox SET response = '250 never' WHERE state = 'sent'", FaultKind.OUTBOX_EDITED),
        ("UPDATE outbox SET settled_at = formed_at WHERE state = 'sent'", FaultKind.OUTBOX_EDITED),
        (
            "INSERT INTO notice SELECT 'x' || key, name, task, outbox_id, 9, outcome, reason, at FROM notice LIMIT 1",
            FaultKind.OUTBOX_STRANGE,
        ),
    ],
)
def test_what_the_facts_do_not_say_is_found(url: str, used: Journal, statement: str, kind: FaultKind) -> None:
    tamper(url, statement)
    fault = used.verify().fault
    assert fault
    assert fault.kind is kind
    assert fault.row in fault.message.text()


def test_an_emptied_outbox_is_found(url: str, used: Journal) -> None:
    tamper(url, *(f"DELETE FROM {table}" for table in ("attempt", "notice", "outbox")))
    fault = used.verify().fault
    assert fault
    assert fault.kind is FaultKind.OUTBOX_MISSING
    assert fault.seq == 5  # the first message was queued after four other facts


def test_what_only_serves_the_next_attempt_is_not_evidence(url: str, used: Journal) -> None:
    tamper(
        url,
        "UPDATE outbox SET not_before = moment, attempts = attempts + 1 WHERE state = 'retry'",
        "UPDATE outbox SET lease_owner = 'me', lease_until = moment WHERE state = 'leased'",
        "UPDATE outbox SET state = 'retry' WHERE state = 'pending'",
        "UPDATE attempt SET owner = 'me'",
        "INSERT INTO mark VALUES ('a', 'b')",
    )
    assert used.verify().sound


def test_a_fact_about_a_message_that_was_never_queued_is_found(journal: Journal) -> None:
    said = {"message": "m9", "notices": ("a/b/c#chase-1@2026-01-01>bearer",), "response": "250", "queue_id": None}
    journal.append([Entry(FactKind.SENT, "duban", data=said)], now=NOW)
    fault = journal.verify().fault
    assert fault
    assert (fault.kind, fault.seq, fault.row) == (FaultKind.OUTBOX_MISSING, 1, "m9")


def test_a_check_while_others_write_sees_one_state_of_things(url: str, journal: Journal) -> None:
    """In the middle of the check, between facts and rows, another process sends a mail."""
    queue(journal, 2)

    class Meddled:
        def query(self, sql: str, /, **values: object) -> object:
            if "FROM outbox" in sql and "ORDER BY" in sql:
                with Journal.open(url) as other:
                    claim = other.claim("two", NOW, LEASE)
                    if claim:
                        other.settle(claim, Accepted("250 ok"), NOW)
            return journal._database.query(sql, **values)

    with journal._database.steady():
        facts = list(journal._rows(None))
        assert disagreement(Meddled(), facts) is None  # type: ignore[arg-type]  # as little of a database as it needs
    assert journal.verify().sound


def test_a_journal_of_the_first_version_is_brought_up_to_date_with_its_mail(tmp_path: Path) -> None:
    path = tmp_path / "duban.db"
    url = f"sqlite:///{path}"
    with Journal.open(url) as journal:
        queue(journal, 2)
    with closing(sqlite3.connect(path)) as old:
        old.executescript(
            "DROP INDEX ix_outbox_open; ALTER TABLE outbox DROP COLUMN rank;"
            "ALTER TABLE outbox ADD COLUMN thread TEXT NOT NULL DEFAULT '<t@example.gov.cn>';"
            "CREATE INDEX ix_outbox_open ON outbox (moment, id) WHERE state IN ('pending', 'leased', 'retry');"
            "UPDATE alembic_version SET version_num = '0001'"
        )
    with Journal.open(url) as journal:
        assert journal.verify().sound
        assert journal.claim("one", NOW, LEASE)
        journal.enqueue([message(notice("late"), key="late")], [], now=NOW + MINUTE, domain=DOMAIN)
        assert journal.verify().sound
    engine = create_engine(url)
    assert "thread" not in {column["name"] for column in inspect(engine).get_columns("outbox")}
    engine.dispose()
