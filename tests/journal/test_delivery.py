"""A claim is a lease: one sender at a time, the attempt on disk before the mail, the result after it."""

from __future__ import annotations

import multiprocessing
import threading
import time
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from stationery import DOMAIN, LEASE, MINUTE, MON_2026_11_23, kinds, message, notice, preview, queue

from scheduler.journal import (
    OPEN_STATES,
    Accepted,
    Claim,
    Journal,
    OutboxState,
    Permanent,
    Result,
    Temporary,
    Unknown,
    retry_at,
)
from scheduler.journal.delivery import NEXT
from scheduler.planning.model import FactKind, OutcomeKind

NOW = MON_2026_11_23
LAPSED = NOW + LEASE


def claimed(journal: Journal, owner: str = "one", at: object = NOW) -> Claim:
    claim = journal.claim(owner, at, LEASE)
    assert claim
    return claim


def test_nothing_waits_in_an_empty_outbox(journal: Journal) -> None:
    assert journal.claim("one", NOW, LEASE) is None
    assert journal.pending_count() == 0


def test_the_oldest_moment_goes_first(journal: Journal) -> None:
    late = message(notice("b"), key="late", moment=NOW + MINUTE)
    early = message(notice("a"), key="early", moment=NOW)
    journal.enqueue([late, early], [], now=NOW, domain=DOMAIN)
    assert [claimed(journal, at=NOW + MINUTE).row.key for _ in range(2)] == ["early", "late"]


def test_a_result_and_the_next_attempt_are_written_down_together_or_not_at_all(journal: Journal) -> None:
    queue(journal, 2)
    first = claimed(journal)
    with pytest.raises(TypeError):
        journal.settle_and_claim(first, Accepted("250 ok"), NOW, "lease")  # type: ignore[arg-type]
    assert [attempt.result for attempt in journal.attempts(first.row.key)] == [None]
    second = journal.settle_and_claim(first, Accepted("250 ok"), NOW, LEASE)
    assert second
    assert second.row.key != first.row.key
    assert [attempt.result for attempt in journal.attempts(first.row.key)] == ["accepted"]
    assert [attempt.result for attempt in journal.attempts(second.row.key)] == [None]
    assert journal.settle_and_claim(second, Accepted("250 ok"), NOW, LEASE) is None
    assert journal.verify().fault is None


def test_a_message_does_not_go_before_its_moment(journal: Journal) -> None:
    journal.enqueue([message(notice(), moment=NOW + MINUTE)], [], now=NOW, domain=DOMAIN)
    assert journal.claim("one", NOW, LEASE) is None
    assert claimed(journal, at=NOW + MINUTE)


def test_a_claim_says_all_that_a_sender_needs(journal: Journal) -> None:
    queue(journal, 1)
    claim = claimed(journal)
    assert (claim.attempt, claim.owner, claim.deadline) == (1, "one", NOW + LEASE * 0.8)
    assert claim.row.state is OutboxState.LEASED
    assert claim.notices == (notice(unit="unit-0").key,)


def test_the_attempt_is_on_disk_before_the_claim_returns(url: str, journal: Journal) -> None:
    queue(journal, 1)
    claim = claimed(journal)
    with Journal.open(url) as other:
        (attempt,) = other.attempts(claim.row.key)
    assert (attempt.number, attempt.owner, attempt.started, attempt.result) == (1, "one", NOW, None)


def test_nobody_else_gets_a_claimed_message(journal: Journal) -> None:
    queue(journal, 1)
    claimed(journal)
    assert journal.claim("two", LAPSED - timedelta(microseconds=1), LEASE) is None


def test_an_accepted_message_is_sent_and_a_fact(journal: Journal) -> None:
    queue(journal, 1)
    claim = claimed(journal)
    assert journal.settle(claim, Accepted("250 2.0.0 Ok: queued as 4Zx", "4Zx"), NOW + MINUTE)
    (row,) = journal.outbox(OutboxState.SENT)
    assert (row.queue_id, row.settled_at, row.last_error) == ("4Zx", NOW + MINUTE, None)
    fact = list(journal.facts())[-1]
    assert (fact.kind, fact.task) == (FactKind.SENT, "annual-report.submit/unit-0/2026")
    assert fact.data == {
        "message": "m0",
        "kind": "reminder",
        "notices": claim.notices,
        "to": ("zhou.min",),
        "moment": "2026-11-23T09:00:00.000000+08:00",
        "message_id": claim.row.message_id,
        "response": "250 2.0.0 Ok: queued as 4Zx",
        "queue_id": "4Zx",
        "attempt": 1,
    }
    assert journal.claim("one", NOW + timedelta(days=1), LEASE) is None


@pytest.mark.parametrize("result", [Temporary("451 try later", NOW + MINUTE), Unknown("line dropped", NOW + MINUTE)])
def test_a_temporary_failure_is_tried_again_at_its_time_under_the_same_message_id(
    journal: Journal, result: Temporary | Unknown
) -> None:
    queue(journal, 1)
    first = claimed(journal)
    journal.settle(first, result, NOW)
    assert journal.claim("one", NOW + MINUTE - timedelta(seconds=1), LEASE) is None
    second = claimed(journal, at=NOW + MINUTE)
    assert second.attempt == 2
    assert second.row.message_id == first.row.message_id
    assert second.row.last_error == result.reason
    fact = list(journal.facts())[-1]
    assert (fact.kind, fact.data["final"], fact.data["reason"]) == (FactKind.FAILED, False, result.reason)
    assert fact.data.get("unknown", False) == isinstance(result, Unknown)


def test_a_refusal_for_good_ends_the_message(journal: Journal) -> None:
    queue(journal, 1)
    journal.settle(claimed(journal), Permanent("550 no such user"), NOW)
    assert journal.claim("one", NOW + timedelta(days=9), LEASE) is None
    assert journal.outbox(OutboxState.DEAD)[0].last_error == "550 no such user"
    (outcome,) = journal.outcomes().values()
    assert (outcome.kind, outcome.reason) == (OutcomeKind.DEAD, "550 no such user")
    assert list(journal.facts())[-1].data["final"] is True


def test_after_a_crash_the_lease_lapses_and_the_message_goes_again_with_the_same_message_id(journal: Journal) -> None:
    queue(journal, 1)
    first = claimed(journal, "one")
    second = claimed(journal, "two", LAPSED)
    assert (second.attempt, second.row.message_id) == (2, first.row.message_id)
    assert [attempt.result for attempt in journal.attempts("m0")] == ["lapsed", None]


def test_a_clock_set_back_by_a_day_does_not_keep_a_message_back_for_a_day(journal: Journal) -> None:
    queue(journal, 1)
    tomorrow = NOW + timedelta(days=1)
    journal.settle(claimed(journal, at=tomorrow), Temporary("451 busy", tomorrow + MINUTE), tomorrow)
    again = claimed(journal, at=NOW + MINUTE)
    journal.settle(again, Temporary("451 busy", NOW + 2 * MINUTE), NOW + MINUTE)
    assert journal.claim("one", NOW + MINUTE, LEASE) is None  # from now on its pauses are those of this clock


def test_a_lease_of_a_dead_owner_does_not_last_as_long_as_the_clock_was_ahead(journal: Journal) -> None:
    queue(journal, 1)
    claimed(journal, at=NOW + timedelta(days=2))
    assert claimed(journal, owner="two").attempt == 2
    assert [attempt.result for attempt in journal.attempts("m0")] == ["lapsed", None]
    assert journal.claim("three", NOW, LEASE) is None
    assert journal.claim("three", NOW - LEASE, LEASE) is None  # a small step takes nothing from the living


def test_a_long_lease_of_the_living_is_safe_from_one_who_takes_short_ones(journal: Journal) -> None:
    queue(journal, 1)
    assert journal.claim("patient", NOW, 20 * LEASE) is not None
    assert journal.claim("hasty", NOW + MINUTE, LEASE) is None


def test_the_same_owner_may_settle_late_as_long_as_nobody_took_over(journal: Journal) -> None:
    queue(journal, 1)
    claim = claimed(journal)
    assert journal.settle(claim, Accepted("250 ok"), LAPSED + MINUTE)


@pytest.mark.parametrize("result", [Temporary("451", LAPSED), Permanent("550"), Unknown("?", LAPSED)])
def test_a_zombie_changes_nothing_of_a_message_that_another_holds(journal: Journal, result: Result) -> None:
    queue(journal, 1)
    zombie = claimed(journal, "one")
    heir = claimed(journal, "two", LAPSED)
    assert not journal.settle(zombie, result, LAPSED)
    assert journal.outbox()[0].state is OutboxState.LEASED
    assert kinds(journal) == [FactKind.QUEUED]
    assert journal.attempts("m0")[0].result.startswith("zombie-")  # type: ignore[union-attr]
    assert journal.settle(heir, Accepted("250 ok"), LAPSED)


def test_what_a_zombie_got_delivered_is_in_the_record(journal: Journal) -> None:
    queue(journal, 1)
    zombie = claimed(journal, "one")
    heir = claimed(journal, "two", LAPSED)
    assert not journal.settle(zombie, Accepted("250 ok"), LAPSED)
    assert journal.settle(heir, Accepted("250 ok"), LAPSED)
    sent = [fact.data for fact in journal.facts() if fact.kind is FactKind.SENT]
    assert [(data["attempt"], data.get("zombie", False)) for data in sent] == [(1, True), (2, False)]


def test_late_news_of_a_delivery_spares_the_next_attempt(journal: Journal) -> None:
    queue(journal, 1)
    zombie = claimed(journal, "one")
    journal.settle(claimed(journal, "two", LAPSED), Temporary("451", LAPSED + MINUTE), LAPSED)
    assert journal.settle(zombie, Accepted("250 ok"), LAPSED)
    assert journal.claim("two", LAPSED + MINUTE, LEASE) is None


def test_a_claim_can_be_given_back_unused_until_a_better_time(journal: Journal) -> None:
    queue(journal, 1)
    journal.postpone(claimed(journal), NOW + MINUTE, NOW)
    assert journal.claim("two", NOW + MINUTE - timedelta(seconds=1), LEASE) is None
    assert claimed(journal, "two", NOW + MINUTE)
    assert [attempt.result for attempt in journal.attempts("m0")] == ["postponed", None]
    assert kinds(journal) == [FactKind.QUEUED]


def test_a_zombie_postpones_nothing(journal: Journal) -> None:
    queue(journal, 1)
    zombie = claimed(journal, "one")
    claimed(journal, "two", LAPSED)
    journal.postpone(zombie, LAPSED + MINUTE, LAPSED)
    assert journal.outbox()[0].state is OutboxState.LEASED


def test_notices_are_taken_out_before_sending_with_a_reason(journal: Journal) -> None:
    journal.enqueue([message(notice("a"), notice("b"))], [], now=NOW, domain=DOMAIN)
    left = journal.drop(claimed(journal), "already-done", NOW, keys=[notice("a").key])
    assert left
    assert left.notices == (notice("b").key,)
    journal.settle(left, Accepted("250 ok"), NOW)
    outcomes = journal.outcomes()
    assert outcomes[notice("a").key].kind is OutcomeKind.DROPPED
    assert outcomes[notice("a").key].reason == "already-done"
    assert outcomes[notice("b").key].kind is OutcomeKind.SENT
    dropped, sent = list(journal.facts())[1:]
    assert dropped.data == {"message": "m1", "notice": notice("a").key, "reason": "already-done"}
    assert sent.data["notices"] == (notice("b").key,)


def test_a_message_that_lost_its_last_notice_is_dropped(journal: Journal) -> None:
    journal.enqueue([message(notice("a"), notice("b"))], [], now=NOW, domain=DOMAIN)
    keys = [notice("a").key, notice("b").key]
    assert journal.drop(claimed(journal), "already-done", NOW, keys=keys) is None
    assert journal.outbox()[0].state is OutboxState.DROPPED
    assert kinds(journal) == [FactKind.QUEUED, FactKind.DROPPED, FactKind.DROPPED]


def test_dropping_notices_that_are_not_in_the_message_leaves_it_as_it_is(journal: Journal) -> None:
    queue(journal, 1)
    claim = claimed(journal)
    assert journal.drop(claim, "already-done", NOW, keys=["another"]) == claim
    assert journal.drop(claim, "already-done", NOW, keys=[]) == claim


def test_a_message_without_notices_is_dropped_whole(journal: Journal) -> None:
    journal.enqueue([preview()], [], now=NOW, domain=DOMAIN)
    assert journal.drop(claimed(journal), "nothing-due", NOW) is None
    assert list(journal.facts())[-1].data == {"message": "preview:hu.bo:2026-11-24", "reason": "nothing-due"}
    assert journal.pending_count() == 0


def test_a_zombie_drops_nothing(journal: Journal) -> None:
    queue(journal, 1)
    zombie = claimed(journal, "one")
    claimed(journal, "two", LAPSED)
    assert journal.drop(zombie, "already-done", LAPSED) is None
    assert journal.outbox()[0].state is OutboxState.LEASED
    assert kinds(journal) == [FactKind.QUEUED]


def test_waiting_notices_are_dropped_but_not_those_being_sent(journal: Journal) -> None:
    ready = [message(notice("a"), key="m1"), message(notice("b"), notice("c"), key="m2", moment=NOW + MINUTE)]
    journal.enqueue(ready, [], now=NOW, domain=DOMAIN)
    claimed(journal)
    keys = [notice(step).key for step in "ab"]
    assert journal.drop_waiting([*keys, "unknown"], "withdrawn", NOW) == (notice("b").key,)
    first, second = journal.outbox()
    assert (first.state, second.state) == (OutboxState.LEASED, OutboxState.PENDING)
    assert second.notices == (notice("c").key,)
    assert journal.drop_waiting([notice("c").key], "withdrawn", NOW) == (notice("c").key,)
    assert journal.outbox()[1].state is OutboxState.DROPPED


def test_the_outbox_is_listed_by_state(journal: Journal) -> None:
    queue(journal, 3)
    journal.settle(claimed(journal), Accepted("250 ok"), NOW)
    claimed(journal)
    assert [row.key for row in journal.outbox()] == ["m0", "m1", "m2"]
    assert [row.key for row in journal.outbox(*OPEN_STATES)] == ["m1", "m2"]
    assert [row.key for row in journal.outbox(OutboxState.SENT)] == ["m0"]
    assert journal.pending_count() == 2


@pytest.mark.parametrize(("attempt", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 60), (5, 60), (400, 60)])
def test_pauses_grow_to_an_hour(attempt: int, minutes: int) -> None:
    assert retry_at(attempt, NOW) == NOW + minutes * MINUTE


def test_the_search_for_the_next_message_uses_its_index(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/duban.db"
    Journal.open(url).close()
    engine = create_engine(url)
    query = NEXT.params(now="2026-11-23", too_far="2026-11-24").compile(engine, compile_kwargs={"literal_binds": True})
    with engine.connect() as connection:
        plan = str(connection.execute(text(f"EXPLAIN QUERY PLAN {query}")).all())
    engine.dispose()
    assert "USING INDEX ix_outbox_open" in plan
    assert "TEMP B-TREE" not in plan


def _send_all(journal: Journal, owner: str) -> list[str]:
    sent = []
    while claim := journal.claim(owner, NOW, LEASE):
        time.sleep(0.002)  # the dialogue with the mail server, in which others have their turn
        journal.settle(claim, Accepted("250 ok"), NOW)
        sent.append(claim.row.key)
    return sent


def _send_from_afar(url: str, line: Connection) -> None:
    with Journal.open(url) as journal:
        line.send("ready")
        line.send(_send_all(journal, "other"))


def test_two_processes_claim_two_hundred_messages_and_none_twice(url: str, journal: Journal) -> None:
    queue(journal, 200)
    context = multiprocessing.get_context("spawn")
    line, far_end = context.Pipe()
    other = context.Process(target=_send_from_afar, args=(url, far_end))
    other.start()
    assert line.recv() == "ready"
    mine = _send_all(journal, "one")
    theirs = line.recv()
    other.join()
    assert mine
    assert theirs
    assert sorted([*mine, *theirs]) == sorted(f"m{n}" for n in range(200))
    assert kinds(journal).count(FactKind.SENT) == 200
    assert journal.verify().sound


def test_threads_of_one_process_claim_two_hundred_messages_and_none_twice(journal: Journal) -> None:
    queue(journal, 200)
    got: list[str] = []

    def send() -> None:
        while claim := journal.claim(threading.current_thread().name, NOW, LEASE):
            got.append(claim.row.key)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == sorted(f"m{n}" for n in range(200))
