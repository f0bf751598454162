"""The program broken on purpose, one promise at a time, by a changed function or two. Each must spoil some year."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

from msgspec.structs import replace
from pytest import MonkeyPatch
from sqlalchemy import insert, text

from scheduler.daemon import dispatch, duties, service
from scheduler.daemon.desk import Desk
from scheduler.daemon.dispatch import Dispatch
from scheduler.daemon.looking import Looked
from scheduler.daemon.service import Daemon
from scheduler.journal import Accepted, Journal, Permanent, Temporary, delivery, queueing, record
from scheduler.journal.chain import EMPTY, Head
from scheduler.journal.tables import notice as notice_table
from scheduler.planning import escalations, verdicts
from scheduler.planning.case import Case, Ruling, deliver
from scheduler.planning.cases import Cases
from scheduler.planning.history import History
from scheduler.planning.messages import messages
from scheduler.planning.model import FactKind, NoticeKind, Verdict
from scheduler.planning.notices import recall
from scheduler.planning.people import Directory
from scheduler.planning.reasons import Reason
from scheduler.planning.windows import Window

from .checks import Promise

Patch = MonkeyPatch


def settle_before_send(patch: Patch) -> None:
    """What is sent is written down before it is."""
    real = Dispatch._deliver

    def delivered(self: Dispatch, claim: Any, letter: Any, now: Any, meanwhile: Any) -> Any:
        self._journal.settle(claim, Accepted("250 surely"), now)
        return real(self, claim, letter, now, meanwhile)

    patch.setattr(Dispatch, "_deliver", delivered)


def forget_to_settle(patch: Patch) -> None:
    """What was accepted is not written down."""
    real = delivery.settle
    patch.setattr(delivery, "settle", lambda c, claim, r, now: isinstance(r, Accepted) or real(c, claim, r, now))


def forget_what_was_queued(patch: Patch) -> None:
    """A notice has no mark, and no unique key."""
    real = queueing._existing
    patch.setattr(History, "outcomes", lambda _self, _task: {})
    patch.setattr(queueing, "_existing", lambda c, among, keys: iter(()) if among is queueing._NOTICES
                  else real(c, among, keys))  # fmt: skip
    patch.setattr(queueing, "_ADD_NOTICES", insert(notice_table).prefix_with("OR REPLACE"))
    numbers = count()
    patch.setattr(queueing, "key_of", lambda *_: f"{next(numbers)}")
    patch.setattr(queueing, "message_id", lambda *_: f"<{next(numbers)}@example.gov.cn>")


def no_lease(patch: Patch) -> None:
    """A claim keeps nobody else away."""
    _after_claim(patch, "UPDATE outbox SET lease_until = '2000' WHERE state = 'leased'")


def no_attempt_on_disk(patch: Patch) -> None:
    """The attempt is not written down before the dialogue."""
    _after_claim(patch, "DELETE FROM attempt WHERE ended IS NULL")


def another_message_id(patch: Patch) -> None:
    """Each attempt has a Message-ID of its own."""
    real = Dispatch._deliver

    def delivered(self: Dispatch, claim: Any, letter: Any, now: Any, meanwhile: Any) -> Any:
        key = hashlib.sha256(f"{letter.message_id}{claim.attempt}".encode()).hexdigest()
        again = replace(letter, message_id=f"<{key}@example.gov.cn>")
        return real(self, claim, again if claim.attempt > 1 else letter, now, meanwhile)

    patch.setattr(Dispatch, "_deliver", delivered)


def look_no_more(patch: Patch) -> None:
    """What is in the outbox goes, whatever happened meanwhile."""

    def looked(claim: Any, plan: Any, _now: Any) -> Looked:
        return Looked(tuple(n for key in claim.notices if (n := recall(key, plan)) is not None))

    patch.setattr(dispatch, "look", looked)
    patch.setattr(Dispatch, "tidy", lambda *_: None)


def mail_at_any_hour(patch: Patch) -> None:
    """No day rests, no hour is night."""
    patch.setattr(Window, "is_open", lambda _self, _now: True)


def mail_on_rest_days(patch: Patch) -> None:
    """The hour is looked at, the day is not."""
    patch.setattr(Window, "is_open", lambda self, now: self.anytime or now >= self.on(now.date()))


def only_the_last_escalation(patch: Patch) -> None:
    """After an outage a rung is left out."""
    real = verdicts.escalations

    def ruled(case: Any, steps: Any, now: Any) -> Iterator[Ruling]:
        for step in steps[:-1]:
            yield Ruling(step, Verdict.SKIP, Reason.OVERTAKEN)
        yield from real(case, steps[-1:], now)

    patch.setattr(verdicts, "escalations", ruled)


def all_escalations_at_once(patch: Patch) -> None:
    """No rung waits for the one before it."""

    def ruled(case: Any, steps: Any, now: Any) -> Iterator[Ruling]:
        for step in steps:
            yield escalations._waits(case, step, now) or deliver(case, step, now, step.at)

    patch.setattr(verdicts, "escalations", ruled)
    patch.setattr(verdicts, "held_today", lambda *_: None)


def nobody_releases(patch: Patch) -> None:
    """What waits for a person goes by itself."""
    _otherwise(patch, lambda case: replace(case, released=frozenset(s.name for s in case.slot.steps)))


def late_is_too_late(patch: Patch) -> None:
    """What was owed while the machine was off is not owed any more."""
    real = service.owed

    def found(plan: Any, now: Any) -> list[Any]:
        return [replace(d, verdict=Verdict.SKIP) if d.late else d for d in real(plan, now)]

    patch.setattr(service, "owed", found)


def a_mail_a_notice(patch: Patch) -> None:
    """Forty mails at once."""
    heaps_stay(patch)
    patch.setattr(service, "messages", lambda ds, plan, now: [m for d in ds for m in messages([d], plan, now)])


def temporary_is_for_good(patch: Patch) -> None:
    """A server in trouble is taken for a refusal."""
    real = Dispatch._deliver

    def delivered(self: Dispatch, claim: Any, letter: Any, now: Any, meanwhile: Any) -> Any:
        result, refused = real(self, claim, letter, now, meanwhile)
        return (Permanent(result.reason) if isinstance(result, Temporary) else result), refused

    patch.setattr(Dispatch, "_deliver", delivered)


def the_wrong_person(patch: Patch) -> None:
    """An escalation goes to the one who owes the work."""
    patch.setattr(Directory, "_to_rung", lambda self, bearer, _to, on, _shift: self._to_bearer(bearer, on))


def delegates_are_forgotten(patch: Patch) -> None:
    """Who is away gets his mail all the same."""
    patch.setattr(Directory, "_away", lambda *_: None)


def acknowledged_in_vain(patch: Patch) -> None:
    """签收 silences nothing."""
    _otherwise(patch, lambda case: replace(case, acknowledged=False))


def chasers_forgotten(patch: Patch) -> None:
    """Nobody is chased."""
    real = service.owed
    patch.setattr(
        service, "owed", lambda plan, now: [d for d in real(plan, now) if d.notice.step.kind is not NoticeKind.CHASER]
    )


def asleep_all_day(patch: Patch) -> None:
    """Having nothing to do, the daemon does not ask again before the next day."""
    patch.setattr(Daemon, "_next_moment", lambda _self, _held, now: now.replace(hour=23, minute=59))


def void_removes(patch: Patch) -> None:
    """A mistyped fact is taken out of the journal."""
    real = Journal.append

    def appended(self: Journal, entries: Any, *, now: Any) -> Any:
        found = real(self, entries, now=now)
        for fact in found:
            if fact.kind is FactKind.VOID:
                _forge(self, f"DELETE FROM fact WHERE seq = {int(str(fact.data['seq']))}")
        return found

    patch.setattr(Journal, "append", appended)


def heaps_stay(patch: Patch) -> None:
    """What waited for one reader through an outage of the mail server goes mail by mail."""
    patch.setattr(service, "gather", lambda *_: 0)


def no_predecessor(patch: Patch) -> None:
    """A fact is not hashed with the one before it."""
    real = record.head
    patch.setattr(record, "head", lambda connection: Head(real(connection).seq, EMPTY.hash))


def a_fact_is_mended(patch: Patch) -> None:
    """Somebody puts a fact right in the database."""
    real = Journal.put_mark

    def put(self: Journal, key: str, value: str) -> None:
        real(self, key, value)
        _forge(
            self, "UPDATE fact SET task = 'r0/u0/2020' WHERE seq = (SELECT max(seq) FROM fact WHERE kind = 'queued')"
        )

    patch.setattr(Journal, "put_mark", put)


def skipped_in_silence(patch: Patch) -> None:
    """What is not sent is not written down."""
    real = Journal.enqueue
    patch.setattr(Journal, "enqueue", lambda self, found, _skipped, **more: real(self, found, [], **more))


def a_bad_table_is_in_force(patch: Patch) -> None:
    """A slip of the pen empties the table."""
    real = Desk._refuse

    def refused(self: Desk, loaded: Any, now: Any) -> None:
        real(self, loaded, now)
        self.register, self._stale = replace(self.register, obligations=()), True

    patch.setattr(Desk, "_refuse", refused)


def nobody_hears_of_a_bad_table(patch: Patch) -> None:
    """The admin gets no mail of his slip."""
    patch.setattr(duties.Duties, "_refused_table", lambda *_: None)


def _otherwise(patch: Patch, change: Callable[[Case], Case]) -> None:
    """Each task stands otherwise than it does."""
    real = Cases.of
    patch.setattr(Cases, "of", lambda self, task, now, *, endless=True: change(real(self, task, now, endless=endless)))


def _after_claim(patch: Patch, statement: str) -> None:
    real = delivery.claim

    def claimed(connection: Any, owner: str, now: Any, lease: timedelta) -> Any:
        found = real(connection, owner, now, lease)
        connection.execute(text(statement))
        return found

    patch.setattr(delivery, "claim", claimed)


def _forge(journal: Journal, statement: str) -> None:
    """What the journal's own triggers forbid."""
    _run(journal, "DROP TRIGGER IF EXISTS fact_no_update")
    _run(journal, "DROP TRIGGER IF EXISTS fact_no_delete")
    _run(journal, statement)


def _run(journal: Journal, statement: str) -> None:
    with journal._database.appending() as connection:
        connection.execute(text(statement))


# Which promise each breaks, and a seed that shows it.
MUTANTS: dict[Callable[[Patch], None], tuple[Promise, int]] = {
    settle_before_send: (Promise.RECORD, 8),
    forget_to_settle: (Promise.TWICE, 8),
    forget_what_was_queued: (Promise.TWICE, 8),
    no_lease: (Promise.TWICE, 28),
    no_attempt_on_disk: (Promise.ATTEMPT, 8),
    another_message_id: (Promise.TWICE, 8),
    look_no_more: (Promise.CLOSED, 3),
    mail_at_any_hour: (Promise.HOUR, 8),
    mail_on_rest_days: (Promise.HOUR, 8),
    only_the_last_escalation: (Promise.ORDER, 3),
    all_escalations_at_once: (Promise.A_DAY, 25),
    nobody_releases: (Promise.RELEASE, 8),
    late_is_too_late: (Promise.LOST, 25),
    chasers_forgotten: (Promise.LOST, 8),
    asleep_all_day: (Promise.LOST, 8),
    temporary_is_for_good: (Promise.LOST, 8),
    a_mail_a_notice: (Promise.STORM, 8),
    heaps_stay: (Promise.STORM, 7),
    the_wrong_person: (Promise.READER, 8),
    delegates_are_forgotten: (Promise.READER, 23),
    acknowledged_in_vain: (Promise.SEASON, 4),
    void_removes: (Promise.CHAIN, 8),
    no_predecessor: (Promise.CHAIN, 8),
    a_fact_is_mended: (Promise.CHAIN, 8),
    skipped_in_silence: (Promise.REASON, 35),
    a_bad_table_is_in_force: (Promise.LOST, 8),
    nobody_hears_of_a_bad_table: (Promise.EDIT, 8),
}
