"""The fold of the journal: later words win, voids undo, renamed rows keep their past, copies leave the first alone."""

from __future__ import annotations

from time import process_time

import pytest
from task_office import Book, at, office, plan, stands

from scheduler.planning import History
from scheduler.planning.model import Fact, FactKind, OutcomeKind

TASK = "row/city/2025"
KEY = f"{TASK}#remind-5wd@2026-01-30>bearer"


def mailed(seq: int, kind: FactKind, day: str, **data: object) -> Fact:
    return Fact(seq, kind, at(day), None, "duban", None, data)  # type: ignore[arg-type] - as the journal gives it


def test_a_voided_fact_is_gone_and_a_voided_void_brings_it_back() -> None:
    book = Book().done(TASK, "2026-01-20").add(FactKind.VOID, None, entered="2026-01-21", seq=1, reason="误登")
    assert book.history().task(TASK).done is None
    book.add(FactKind.VOID, None, entered="2026-01-22", seq=2, reason="未误")
    assert book.history().task(TASK).done is not None


@pytest.mark.parametrize("kind", ["event", "record", "row"])
def test_voids_reach_events_and_records(kind: str) -> None:
    book = Book().event("2026-01-05").record("2026-01-06", person="zhou.min").loaded("2026-01-07", "row")
    seq = {"event": 1, "record": 2, "row": 4}[kind]
    history = book.add(FactKind.VOID, None, entered="2026-01-08", seq=seq).history()
    found = {
        "event": history.happenings("paper"),
        "record": history.recorded("talk", "zhou.min"),
        "row": history.first_seen.get("row", ()),
    }
    assert not found[kind]
    assert sum(bool(f) for f in found.values()) == 2


def test_extending_gives_what_folding_anew_gives_and_leaves_the_old_one_alone() -> None:
    book = Book().loaded("2025-01-01", "row").event("2026-01-05").record("2026-01-06", person="zhou.min")
    book.facts.append(mailed(5, FactKind.QUEUED, "2026-01-23", notices=(KEY,), to=("zhou.min",)))
    old = book.history()
    more = Book()
    more.facts = list(book.facts)
    more.done(TASK, "2026-01-24").event("2026-01-25", "R-2").record("2026-01-26", person="zhou.min")
    more.facts.append(mailed(9, FactKind.SENT, "2026-01-23", notices=(KEY,), message_id="<m@x>"))
    new = old.extended(more.facts[5:])
    again = more.history()
    for history in (new, again):
        assert history.task(TASK).done is not None
        assert [h.ref for h in history.happenings("paper")] == ["R-1", "R-2"]
        assert len(history.recorded("talk", "zhou.min")) == 2
        assert history.outcomes(TASK)[KEY].kind is OutcomeKind.SENT
        assert history.outcomes(TASK)[KEY].to == ("zhou.min",)
    assert old.task(TASK).done is None
    assert [h.ref for h in old.happenings("paper")] == ["R-1"]
    assert old.outcomes(TASK)[KEY].kind is OutcomeKind.QUEUED
    assert len(old.records["talk"]) == 1


def test_until_shows_what_had_been_entered_by_then() -> None:
    book = Book().done(TASK, "2026-01-20", entered="2026-02-03").add(FactKind.VOID, None, entered="2026-02-04", seq=1)
    history = book.history()
    assert history.until(at("2026-02-02")).task(TASK).done is None
    assert history.until(at("2026-02-03")).task(TASK).done is not None
    assert history.until(at("2026-02-04")).task(TASK).done is None


def test_outcomes_follow_a_notice_to_its_end() -> None:
    other = KEY.replace("remind-5wd", "chase-1")
    facts = [
        mailed(1, FactKind.QUEUED, "2026-01-23", notices=(KEY,), to=("zhou.min",), message="m", message_id="<1@x>"),
        mailed(2, FactKind.FAILED, "2026-01-23", notices=(KEY,), reason="451"),
        mailed(3, FactKind.SKIPPED, "2026-01-24", notice=other, reason="overtaken"),
    ]
    history = History.of(facts)
    assert (history.outcomes(TASK)[KEY].kind, history.outcomes(TASK)[KEY].message_id) == (OutcomeKind.QUEUED, "<1@x>")
    assert history.outcomes(TASK)[other].reason == "overtaken"
    dead = history.extended([mailed(4, FactKind.FAILED, "2026-01-25", notices=(KEY,), reason="550", final=True)])
    assert (dead.outcomes(TASK)[KEY].kind, dead.outcomes(TASK)[KEY].reason) == (OutcomeKind.DEAD, "550")


def test_a_renamed_row_has_the_history_of_its_former_names() -> None:
    book = Book().loaded("2025-01-01", "old").done("old/city/2025", "2026-01-20")
    key = "old/county/2025#remind-5wd@2026-01-30>bearer"
    book.facts.append(mailed(4, FactKind.SENT, "2026-01-23", notices=(key,), to=("lin.lan",)))
    due = "due: {every: year, by: end of 01, covers: previous, roll: preceding}"
    row = f"id: new\nformerly: [old]\nowed_by: {{kind: county}}\n{due}"
    found = plan(office(row), book, now="2026-01-25")
    assert stands(found, "new/city/2025", "2026-03-01").state == "done"
    (outcome,) = found.history.outcomes("new/county/2025").values()
    assert outcome.key == "new/county/2025#remind-5wd@2026-01-30>bearer"
    assert found.history.seen("new") == at("2025-01-01")
    assert found.slots[0].known == at("2025-01-01")


def test_releases_and_withdrawals_are_known_by_the_notices_name() -> None:
    book = Book().add(FactKind.RELEASE, None, TASK, entered="2026-01-05", notice=f"{TASK}#escalate-after-5wd")
    book.add(FactKind.WITHDRAW, None, TASK, entered="2026-01-05", notice=f"{TASK}#chase-1", reason="已电话联系")
    history = book.history()
    assert history.released == {f"{TASK}#escalate-after-5wd"}
    assert history.withdrawn == {f"{TASK}#chase-1": "已电话联系"}


def test_a_return_is_remembered_until_the_next_report() -> None:
    book = Book().add(FactKind.REPORT, "2026-01-20", TASK).add(FactKind.RETURN, "2026-01-21", TASK, reason="缺附件")
    assert book.history().task(TASK).returned == "缺附件"
    assert book.history().task(TASK).resumed_at == at("2026-01-21")
    assert book.add(FactKind.REPORT, "2026-01-22", TASK).history().task(TASK).returned is None


def test_a_hundred_thousand_facts_are_folded_within_a_second() -> None:
    moment = at("2026-01-05")
    facts = [
        Fact(n, FactKind.QUEUED, moment, None, "duban", None, {"notices": (f"r/u{n}/2026#chase-1@2026-01-30>bearer",)})
        if n % 2
        else Fact(n, FactKind.DONE, moment, moment.date(), "he.ping", f"r/u{n}/2026", {})
        for n in range(100_000)
    ]
    began = process_time()
    history = History.of(facts)
    folded = process_time() - began
    assert folded < 1.5  # a margin for a busy machine
    began = process_time()
    history.extended(facts[:1])
    assert process_time() - began < folded / 2
