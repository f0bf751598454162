"""Several messages that wait for one mailbox become one: at once or not at all, and only where nobody has them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace
from stationery import DOMAIN, HU, LEASE, MINUTE, MON_2026_11_23, ZHOU, message, notice, preview

from scheduler.journal import Accepted, Claim, Journal, OutboxState, Permanent, Result, Temporary, Unknown
from scheduler.planning.model import FactKind, Message, OutcomeKind

NOW = MON_2026_11_23
LATER = NOW + timedelta(days=1)
BUSY = Temporary("451 busy", NOW + MINUTE)
BOTH = message(notice("a"), notice("b"), key="both")


@pytest.fixture
def two(journal: Journal) -> Journal:
    """Two messages wait for one reader, a third for another."""
    mail = [message(notice("a"), key="m1"), message(notice("b"), key="m2"), message(notice("c"), key="m3", to=HU)]
    journal.enqueue([*mail, preview(to=ZHOU)], [], now=NOW, domain=DOMAIN)
    return journal


def crowded(journal: Journal) -> list[list[str]]:
    return [[row.key for row in rows] for rows in journal.crowded() if len(rows) > 1]


def merge(journal: Journal, put: Message = BOTH, **unwanted: list[str]) -> str | None:
    (rows,) = (rows for rows in journal.crowded() if len(rows) > 1)
    return next(iter(journal.reform(rows, [put], unwanted, now=LATER, domain=DOMAIN)), None)


def claimed(journal: Journal, at: object = NOW) -> Claim:
    claim = journal.claim("one", at, LEASE)  # type: ignore[arg-type]
    assert claim
    return claim


def test_those_with_notices_for_one_address_may_become_one(two: Journal) -> None:
    assert crowded(two) == [["m1", "m2"]]


def test_an_address_is_the_same_in_large_and_small_letters(two: Journal) -> None:
    shout = replace(HU, address="HuBo@Example.gov.cn")
    two.enqueue([message(notice("d"), key="m4", to=shout)], [], now=NOW, domain=DOMAIN)
    assert crowded(two) == [["m1", "m2"], ["m3", "m4"]]


@pytest.mark.parametrize(
    ("result", "may"),
    [
        (BUSY, True),
        (Unknown("line dropped", NOW + MINUTE), False),
        (Permanent("550"), False),
        (Accepted("250 ok"), False),
    ],
)
def test_one_that_may_have_arrived_or_is_settled_stays_as_it_is(two: Journal, result: Result, may: bool) -> None:
    two.settle(claimed(two), result, NOW)
    assert bool(two.crowded()) is may


def test_one_that_is_being_sent_stays_as_it_is_and_one_that_was_postponed_does_not(two: Journal) -> None:
    claim = claimed(two)
    assert two.crowded() == ()
    two.postpone(claim, LATER, NOW)
    assert crowded(two) == [["m1", "m2"]]


def test_one_whose_sender_was_never_heard_of_again_stays_as_it_is(two: Journal) -> None:
    claimed(two)
    two.settle(claimed(two, NOW + LEASE), BUSY, NOW + LEASE)
    assert two.crowded() == ()


def test_one_of_whose_delivery_news_came_late_stays_sent(two: Journal) -> None:
    zombie = claimed(two)
    two.settle(claimed(two, NOW + LEASE), BUSY, NOW + LEASE)
    two.settle(zombie, Accepted("250 ok"), NOW + LEASE)
    assert two.crowded() == ()
    assert two.verify().sound


def test_the_one_message_holds_all_notices_and_the_others_are_closed(two: Journal) -> None:
    first = claimed(two)
    two.settle(first, BUSY, NOW)
    assert merge(two) == "both"
    rows = {row.key: row for row in two.outbox()}
    assert rows["both"].notices == (notice("a").key, notice("b").key)
    assert rows["both"].message_id not in {rows["m1"].message_id, rows["m2"].message_id}
    assert (rows["both"].state, rows["both"].attempts, rows["both"].not_before) == (OutboxState.PENDING, 1, NOW)
    for key in ("m1", "m2"):
        assert (rows[key].state, rows[key].last_error, rows[key].notices) == (OutboxState.DROPPED, "merged", ())
    assert rows["m3"].state is OutboxState.PENDING
    fact = list(two.facts())[-1]
    assert (fact.kind, fact.data["merged"]) == (FactKind.QUEUED, ("m1", "m2"))
    assert two.verify().sound


def test_the_attempts_go_on_counting_so_that_the_pauses_stay_long(two: Journal) -> None:
    two.settle(claimed(two), BUSY, NOW)
    merge(two)
    two.drop_waiting([notice("c").key], "done", LATER)
    found = [claimed(two, LATER) for _ in range(2)]
    assert {claim.row.key: claim.attempt for claim in found} == {"preview:zhou.min:2026-11-24": 1, "both": 2}


def test_what_is_no_longer_wanted_is_dropped_with_its_reason(two: Journal) -> None:
    two.enqueue([message(notice("d"), key="m4")], [], now=NOW, domain=DOMAIN)
    assert merge(two, overtaken=[notice("d").key]) == "both"
    outcome = two.outcomes()[notice("d").key]
    assert (outcome.kind, outcome.reason) == (OutcomeKind.DROPPED, "overtaken")
    assert two.verify().sound


def test_sent_as_one_all_notices_are_sent(two: Journal) -> None:
    merge(two)
    two.drop_waiting([notice("c").key], "done", LATER)
    for _ in range(2):
        two.settle(claimed(two, LATER), Accepted("250 ok"), LATER)
    assert {o.kind for key, o in two.outcomes().items() if key != notice("c").key} == {OutcomeKind.SENT}
    assert two.verify().sound


def test_no_notice_enters_a_second_time(two: Journal) -> None:
    merge(two)
    assert two.enqueue([message(notice("a"), key="m9")], [], now=LATER, domain=DOMAIN).messages == ()


@pytest.mark.parametrize(
    "meddle",
    [
        claimed,
        lambda j: j.settle(claimed(j), BUSY, NOW),
        lambda j: j.drop_waiting([notice("a").key], "withdrawn", NOW),
        merge,
    ],
    ids=["claimed", "tried", "withdrawn", "merged by another"],
)
def test_what_changed_since_it_was_looked_at_is_left_for_the_next_look(
    two: Journal, meddle: Callable[[Journal], object]
) -> None:
    (rows,) = two.crowded()
    meddle(two)
    before = [(row.key, row.state) for row in two.outbox()], two.head()
    assert two.reform(rows, [BOTH], {}, now=LATER, domain=DOMAIN) == ()
    assert ([(row.key, row.state) for row in two.outbox()], two.head()) == before


def test_a_crash_in_the_middle_changes_nothing(two: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    before = [(row.key, row.state, row.notices) for row in two.outbox()], two.head()
    monkeypatch.setattr("scheduler.journal.merging.record.append", crash)
    with pytest.raises(KeyboardInterrupt):
        merge(two)
    monkeypatch.undo()
    assert ([(row.key, row.state, row.notices) for row in two.outbox()], two.head()) == before
    assert merge(two) == "both"


def test_hours_go_before_days_however_long_those_have_waited(journal: Journal) -> None:
    urgent = notice("answer", target=NOW + timedelta(hours=4))  # type: ignore[arg-type]
    mail = [message(notice("a"), key="old"), message(urgent, key="urgent", to=HU, moment=NOW + MINUTE)]
    journal.enqueue(mail, [], now=NOW, domain=DOMAIN)
    assert claimed(journal).row.key == "old"  # the other's moment has not come
    assert claimed(journal, NOW + LEASE).row.key == "urgent"


def test_one_may_be_parted_and_made_one_again_and_again(two: Journal) -> None:
    parts = [message(notice("a"), key="m1"), message(notice("b"), key="m2")]
    seen = set()
    for _ in range(3):
        assert merge(two)
        (row,) = [row for row in two.outbox(OutboxState.PENDING) if len(row.notices) == 2]
        assert len(two.reform([row], parts, {}, now=LATER, domain=DOMAIN)) == 2
        seen |= {row.message_id for row in two.outbox()}
    assert len(seen) == len(two.outbox())
    assert sorted(sum((row.notices for row in two.outbox(OutboxState.PENDING)), ())) == sorted(
        notice(name).key for name in "abc"
    )
    assert two.verify().sound
