"""A notice enters the outbox once, or is skipped once with a reason, whoever asks and how often."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from msgspec.structs import replace
from stationery import DOMAIN, HU, LEASE, MON_2026_11_23, ZHOU, kinds, message, notice, preview, skip

from scheduler.journal import Accepted, Body, Journal, OutboxState, Queued
from scheduler.planning.model import FactKind, Outcome, OutcomeKind

NOW = MON_2026_11_23
TASK = "annual-report.submit/changji-city/2026"


def enqueue(journal: Journal, *messages: object, skipped: object = ()) -> Queued:
    return journal.enqueue(messages, skipped, now=NOW, domain=DOMAIN)


def test_a_message_comes_back_as_it_was_put_in(journal: Journal) -> None:
    put = replace(message(notice(), notice("remind-1wd"), to=HU), copies=(ZHOU,), late=True)
    queued = enqueue(journal, put)
    (row,) = journal.outbox()
    assert queued == Queued(("m1",), (notice().key, notice("remind-1wd").key), ())
    assert (row.key, row.kind, row.recipient, row.copies) == ("m1", put.kind, HU, (ZHOU,))
    assert row.recipient.note
    assert row.recipient.note.text() == "周敏出差，由您代收"
    assert (row.moment, row.formed_at, row.late, row.notices) == (put.moment, NOW, True, queued.notices)
    assert (row.state, row.attempts, row.body) == (OutboxState.PENDING, 0, None)
    assert journal.message("m1") == row
    assert journal.message("m2") is None


def test_the_same_message_again_changes_nothing(journal: Journal) -> None:
    enqueue(journal, message(notice()))
    assert enqueue(journal, message(notice())) == Queued((), (), ())
    assert len(journal.outbox()) == 1
    assert kinds(journal) == [FactKind.QUEUED]


def test_a_notice_that_is_there_is_taken_out_of_a_later_message(journal: Journal) -> None:
    enqueue(journal, message(notice("remind-5wd"), key="m1"))
    queued = enqueue(journal, message(notice("remind-5wd"), notice("remind-1wd"), key="m2"))
    assert queued == Queued(("m2",), (notice("remind-1wd").key,), ())
    assert journal.outbox()[1].notices == (notice("remind-1wd").key,)


def test_a_notice_in_two_messages_of_one_call_goes_into_the_first(journal: Journal) -> None:
    queued = enqueue(journal, message(notice(), key="m1"), message(notice(), key="m2"))
    assert queued.messages == ("m1",)


def test_a_moved_target_makes_a_new_notice(journal: Journal) -> None:
    enqueue(journal, message(notice(target=date(2026, 12, 31)), key="m1"))
    assert enqueue(journal, message(notice(target=date(2027, 1, 29)), key="m2")).messages == ("m2",)


def test_new_notices_under_a_key_that_is_taken_make_a_message_of_their_own(journal: Journal) -> None:
    """A row entered late can owe the recipient something for a moment whose message has gone."""
    enqueue(journal, message(notice("remind-5wd"), key="m1"))
    (key,) = enqueue(journal, message(notice("remind-5wd"), notice("chase-1"), key="m1")).messages
    assert key.startswith("m1~")
    first, second = journal.outbox()
    assert first.message_id != second.message_id
    assert second.notices == (notice("chase-1").key,)


def test_the_message_id_is_made_from_recipient_moment_and_notices(journal: Journal) -> None:
    enqueue(journal, message(notice("a"), key="m1"), message(notice("b"), key="m2"), preview())
    ids = [row.message_id for row in journal.outbox()]
    assert len(set(ids)) == 3
    assert all(id_.startswith("<") and id_.endswith("@example.gov.cn>") for id_ in ids)


def test_a_message_without_notices_is_made_once_per_kind_recipient_and_cause(journal: Journal) -> None:
    body = Body("【拟发】明日催办", "一、…", "<p>一、…</p>")
    journal.enqueue([preview()], [], now=NOW, domain=DOMAIN, bodies={preview().key: body})
    assert enqueue(journal, preview()).messages == ()
    assert enqueue(journal, preview(to=ZHOU), preview("2026-11-25")).messages == (
        "preview:zhou.min:2026-11-24",
        "preview:hu.bo:2026-11-25",
    )
    assert journal.outbox()[0].body == body


def test_a_message_with_neither_notices_nor_cause_is_a_mistake_of_ours(journal: Journal) -> None:
    with pytest.raises(ValueError, match="neither notices nor a cause"):
        enqueue(journal, replace(preview(), cause=None))


def test_what_is_queued_is_a_fact_that_names_persons_by_id_only(journal: Journal) -> None:
    enqueue(journal, replace(message(notice("a"), notice("b")), copies=(HU,)))
    (fact,) = journal.facts()
    assert (fact.kind, fact.task) == (FactKind.QUEUED, TASK)
    assert len(str(fact.data["seal"])) == 64
    assert {name: value for name, value in fact.data.items() if name != "seal"} == {
        "message": "m1",
        "kind": "reminder",
        "notices": (notice("a").key, notice("b").key),
        "to": ("zhou.min", "hu.bo"),
        "moment": "2026-11-23T09:00:00.000000+08:00",
    }
    assert "example.gov.cn" not in "".join(journal.export())


def test_a_skipped_notice_is_recorded_once_with_its_reason_and_never_queued(journal: Journal) -> None:
    assert enqueue(journal, skipped=[skip(notice()), skip(notice())]).skipped == (notice().key,)
    assert enqueue(journal, message(notice()), skipped=[skip(notice(), "other")]) == Queued((), (), ())
    (fact,) = journal.facts()
    assert (fact.kind, fact.task, fact.data) == (
        FactKind.SKIPPED,
        TASK,
        {"notice": notice().key, "reason": "already-done"},
    )


def test_outcomes_tell_what_became_of_every_notice(journal: Journal) -> None:
    enqueue(journal, message(notice("a"), key="m1"), message(notice("b"), key="m2"), skipped=[skip(notice("c"))])
    enqueue(journal, message(notice("a", unit="jimsar"), key="m3"))
    claim = journal.claim("one", NOW, LEASE)
    assert claim
    later = NOW + timedelta(seconds=1)
    journal.settle(claim, Accepted("250 ok"), later)
    ids = {row.key: row.message_id for row in journal.outbox()}
    found = journal.outcomes([TASK])
    assert found == {
        notice("a").key: Outcome(notice("a").key, OutcomeKind.SENT, later, "", ids["m1"], ("zhou.min",)),
        notice("b").key: Outcome(notice("b").key, OutcomeKind.QUEUED, NOW, "", ids["m2"], ("zhou.min",)),
        notice("c").key: Outcome(notice("c").key, OutcomeKind.SKIPPED, NOW, "already-done", None, ()),
    }
    assert len(journal.outcomes()) == 4
    assert journal.outcomes([]) == {}


def test_a_batch_larger_than_one_query_goes_in_at_once(journal: Journal) -> None:
    batch = [message(notice(unit=f"unit-{n}"), key=f"m{n}") for n in range(600)]
    assert len(enqueue(journal, *batch).messages) == 600
    assert enqueue(journal, *batch).messages == ()
    assert journal.pending_count() == 600
    assert len(journal.outcomes({n.task.id for m in batch for n in m.notices})) == 600


def test_two_daemons_that_queue_the_same_at_once_make_no_double_and_no_error(url: str, journal: Journal) -> None:
    batch = [message(notice(unit=f"unit-{n}"), key=f"m{n}") for n in range(20)]
    made: list[Queued] = []
    start = threading.Barrier(4)

    def daemon() -> None:
        with Journal.open(url) as own:
            start.wait()
            made.extend(own.enqueue([m, preview()], [skip(notice("x"))], now=NOW, domain=DOMAIN) for m in batch)

    threads = [threading.Thread(target=daemon) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 80
    assert sum(len(queued.messages) for queued in made) == 21
    assert len(journal.outbox()) == 21
    assert kinds(journal).count(FactKind.SKIPPED) == 1
    assert journal.verify().sound
