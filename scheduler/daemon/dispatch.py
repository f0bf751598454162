"""From the outbox to the mail server: claim, look again, compose, deliver, settle. It queues nothing.

The attempt is on disk before the dialogue with the server begins, the result after it; a crash between the two is the
one window in which a mail can go twice, then with the same Message-ID. While the server thinks, the next letter is
looked at and written: it goes only if both would come out the same once its message is claimed.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from scheduler.daemon.ahead import Ahead, Compose
from scheduler.daemon.desk import PROGRAM
from scheduler.daemon.looking import look
from scheduler.daemon.pace import Pace
from scheduler.daemon.refusals import REFUSES_ALL, Belief, Refusals, takes_nothing
from scheduler.journal import (
    OPEN_STATES,
    Accepted,
    Claim,
    Entry,
    Journal,
    OutboxState,
    Permanent,
    Result,
    Temporary,
    Unknown,
    retry_at,
)
from scheduler.mailing import (
    ConfigurationFailure,
    Letter,
    PermanentFailure,
    TemporaryFailure,
    Transport,
    UnknownFailure,
)
from scheduler.planning import Plan
from scheduler.planning.again import unwanted
from scheduler.planning.model import FactKind, Notice, Scalar
from scheduler.problems import DubanError, Problem

log = logging.getLogger("duban")

ON_TRIAL = "(trial: to the admin)"  # in the answer kept with a mail that a trial sent elsewhere
_PATIENCE = 3  # letters in a row that it did not accept: the server is in trouble, the next sweep tries again
# Where a server takes nothing, each letter waits long and all a little: so another one is tried each time.
_LONG, _SHORT = timedelta(hours=1), timedelta(minutes=5)


class _Outcome(NamedTuple):
    """What came of a letter, and the copies that the server refused."""

    claim: Claim
    result: Result
    refused: tuple[str, ...]


class Dispatch:
    """Sends what the outbox holds, one letter at a time.

    `outage` (login, certificate, sender, a server that takes nothing) keeps all mail back until it is mended, each of
    `faults` (broken templates) the mail that needs it, each of `doubts` (5xx answers of unclear cause) one letter.
    """

    def __init__(
        self, journal: Journal, transport: Transport, compose: Compose, lease: timedelta, pace: Pace | None = None
    ) -> None:
        self._journal = journal
        self._transport = transport
        self._ahead = Ahead(compose)
        self._lease = lease
        self._owner = f"{socket.gethostname()}:{os.getpid()}"
        self._in_hand: _Outcome | None = None  # what came of a letter, while it is not written down
        self._rest: tuple[datetime, datetime] | None = None  # from when until when nothing is tried
        self.outage: Problem | None = None
        self._faults: dict[str, Problem] = {}  # by the message that waits
        self._refusals = Refusals()
        self._pace = pace or Pace(None)

    @property
    def faults(self) -> tuple[Problem, ...]:
        """What is wrong with templates for which mail waits."""
        return tuple({problem.text(): problem for problem in self._faults.values()}.values())

    def trouble(self) -> tuple[Problem | None, tuple[Problem, ...]]:
        """What lets no mail out at all, and of what the admin can be told by mail: where a server only refuses, the
        mail that says so is the next trial.
        """
        if self.outage is not None and self.outage.code == REFUSES_ALL:
            return None, (self.outage, *self.faults)  # what is in doubt has the same cause
        return self.outage, (*self.faults, *self._refusals.doubts)

    def pause(self, now: datetime) -> timedelta:
        """How long the limit per minute keeps the next letter back; nothing where it does not."""
        return self._pace.pause(now)

    def run(self, current: Callable[[], Plan], tell_time: Callable[[], datetime], progress: Callable[[], bool]) -> int:
        """Send until nothing may go now, or `progress`, asked after each letter, says no. Returns how many went.

        `current` gives the plan with all that has been recorded up to now; it is asked inside each claim.
        """
        self._settle(tell_time())
        self._forget_faults()
        accepted = failed = 0
        claim = self._next(tell_time()) if self._may_go(tell_time()) else None
        while claim is not None:
            result = self._one(claim, current(), tell_time)
            accepted += isinstance(result, Accepted)
            trouble = isinstance(result, Temporary | Unknown) and not self._has_its_own_trouble(claim)
            failed = failed + 1 if trouble else 0
            going = progress() and failed < _PATIENCE and self._may_go(tell_time())
            claim = self._next(tell_time()) if going else None
        self._settle(tell_time())
        return accepted

    def tidy(self, plan: Plan, now: datetime) -> int:
        """Take out of what waits the notices that nobody wants any more: the outbox shows what will go.

        Returns how many there were.
        """
        dropped, rows = 0, self._journal.outbox(OutboxState.PENDING, OutboxState.RETRY)
        for reason, keys in unwanted((key for row in rows for key in row.notices), plan, now).items():
            for key in self._journal.drop_waiting(keys, reason, now):
                log.info("dropped %s reason=%s", key, reason)
                dropped += 1
        return dropped

    def close(self) -> None:
        """Let go of the connection."""
        self._transport.close()

    def _one(self, claim: Claim, plan: Plan, tell_time: Callable[[], datetime]) -> Result | None:
        """What came of a letter, which is then in hand. None: it was not sent, and nothing is left to write down."""
        now = tell_time()
        found = self._ready(claim, plan, now)
        if found is None or tell_time() >= claim.deadline:  # the machine slept: another may have the message by now
            return None
        left, letter = found
        refused: tuple[str, ...] = ()
        if isinstance(letter, Letter):
            result, refused = self._deliver(left, letter, now, lambda: self._ahead.write(claim.then, plan, tell_time()))
        else:
            result = letter
        self._in_hand = _Outcome(left, result, refused)
        return result

    def _ready(self, claim: Claim, plan: Plan, now: datetime) -> tuple[Claim, Letter | Result] | None:
        """What is still to be sent of a claim, and its letter; None where nothing is to be sent now."""
        if (written := self._ahead.take(claim.row, plan, now)) is not None:
            self._faults.pop(claim.row.key, None)
            return claim, written
        left, notices = self._look_again(claim, plan, now)
        return None if left is None else (left, self._letter(left, notices, plan, now))

    def _look_again(self, claim: Claim, plan: Plan, now: datetime) -> tuple[Claim | None, tuple[Notice, ...]]:
        """What is still to be sent of a claim, and the claim on it; None where it is nothing, or not now."""
        found = look(claim, plan, now)
        left: Claim | None = claim
        for reason, keys in found.unwanted:
            left = left and self._journal.drop(left, reason, now, keys)
            for key in keys or [claim.row.key]:
                log.info("dropped %s reason=%s", key, reason)
        if left is not None and found.wait is not None:  # it came round at night or on a rest day
            self._journal.postpone(left, found.wait, now)
            left = None
        return left, found.wanted

    def _letter(self, claim: Claim, notices: tuple[Notice, ...], plan: Plan, now: datetime) -> Letter | Result:
        """The letter; or, where it cannot be written, that it waits until that is mended."""
        again = retry_at(claim.attempt, now)
        try:
            letter = self._ahead.letter(claim.row, notices, plan, now)
        except ConfigurationFailure as failure:
            return self._stop(failure.problems[0], now, again)
        except DubanError as fault:  # a template that an edit broke: letters that do not need it go on
            self._faults[claim.row.key] = fault.problems[0]
            log.error("mail waits %s", _line(fault.problems[0]))  # noqa: TRY400 - a mistake of a user, no traceback
            return Temporary(_line(fault.problems[0]), again)
        self._faults.pop(claim.row.key, None)
        return letter

    def _deliver(
        self, claim: Claim, letter: Letter, now: datetime, meanwhile: Callable[[], object]
    ) -> tuple[Result, tuple[str, ...]]:
        """What the server made of it, and the addresses of the copies that it refused."""
        again = retry_at(claim.attempt, now)
        self._pace.went(now)
        try:
            receipt = self._transport.deliver(letter, meanwhile)
        except PermanentFailure as failure:
            return self._refused(claim, letter, failure, now), ()
        except UnknownFailure as failure:
            return Unknown(failure.answer, again), ()
        except TemporaryFailure as failure:
            return Temporary(failure.answer, again), ()
        except ConfigurationFailure as failure:
            return self._stop(failure.problems[0], now, again), ()
        self.outage = None
        self._refusals.accepted(claim.row.key)
        elsewhere = "" if letter.to.address == claim.row.recipient.address else f" {ON_TRIAL}"
        return Accepted(receipt.answer + elsewhere, _queue_id(receipt.answer)), receipt.refused

    def _refused(self, claim: Claim, letter: Letter, failure: PermanentFailure, now: datetime) -> Permanent | Temporary:
        """Dead for this recipient, or held because it may be meant for everybody."""
        belief = self._refusals.refused(claim.row.key, letter.to.address, failure)
        if belief is Belief.ALL:
            self._stop(takes_nothing(failure.answer), now, now + _SHORT)
            return Temporary(failure.answer, now + _LONG)
        self.outage = None
        return (
            Permanent(failure.answer)
            if belief is Belief.FINAL
            else Temporary(failure.answer, retry_at(claim.attempt, now))
        )

    def _has_its_own_trouble(self, claim: Claim) -> bool:
        return claim.row.key in self._faults or self._refusals.holds(claim.row.key)

    def _may_go(self, now: datetime) -> bool:
        return not self._rests(now) and not self._pace.pause(now)

    def _next(self, now: datetime) -> Claim | None:
        """The next claim; what came of the letter in hand is written down with it, in one transaction."""
        if self._in_hand is None:
            return self._journal.claim(self._owner, now, self._lease)
        claim = self._journal.settle_and_claim(self._in_hand.claim, self._in_hand.result, now, self._lease)
        self._put_down(now)
        return claim

    def _settle(self, now: datetime) -> None:
        """Write down what came of the letter in hand; where the journal fails it stays in hand, and goes first."""
        if self._in_hand is not None:
            self._journal.settle(self._in_hand.claim, self._in_hand.result, now)
            self._put_down(now)

    def _put_down(self, now: datetime) -> None:
        outcome, self._in_hand = self._in_hand, None
        if outcome is not None:
            _tell(outcome.claim, outcome.result)
            if outcome.refused:
                self._note_refused(outcome.claim, outcome.refused, now)

    def _note_refused(self, claim: Claim, addresses: tuple[str, ...], now: datetime) -> None:
        copies = tuple(copy.who for copy in claim.row.copies if copy.address in addresses)
        log.warning("copies refused message=%s to=%s", claim.row.key, ",".join(copies))
        said: dict[str, Scalar | tuple[str, ...]] = {
            "message": claim.row.key,
            "copies": copies,
            "reason": "copy-refused",
        }
        self._journal.append([Entry(FactKind.FAILED, PROGRAM, data=said)], now=now)

    def _stop(self, problem: Problem, now: datetime, until: datetime) -> Temporary:
        """Login, TLS or the sender is wrong: every other letter would fail the same way, so none burns an attempt."""
        self.outage, self._rest = problem, (now, until)
        log.error("mail stopped %s", _line(self.outage))
        return Temporary(_line(self.outage), until)

    def _rests(self, now: datetime) -> bool:
        # A clock that was set back ends a rest, or it would last as long as the step.
        return self._rest is not None and self._rest[0] <= now < self._rest[1]

    def _forget_faults(self) -> None:
        """A message that was dropped meanwhile waits for nothing."""
        if self._faults or self._refusals.doubts:
            waiting = {row.key for row in self._journal.outbox(*OPEN_STATES)}
            self._faults = {key: fault for key, fault in self._faults.items() if key in waiting}
            self._refusals.forget(waiting)


def _line(problem: Problem) -> str:
    where = f"{problem.place}: " if problem.place else ""
    return f"{where}{problem.message} [{problem.code}]"


def _queue_id(answer: str) -> str | None:
    """The server's own name for the mail: Postfix says `queued as 4F1B2C`, Exim `OK id=1rX…`."""
    for mark in ("queued as ", "id="):
        _, found, rest = answer.partition(mark)
        if found and rest:
            return rest.split()[0].rstrip(".,;")
    return None


def _tell(claim: Claim, result: Result) -> None:
    what = type(result).__name__.lower()
    why = result.response if isinstance(result, Accepted) else result.reason
    for key in claim.notices or (claim.row.cause or "",):
        log.info(
            "%s %s kind=%s to=%s attempt=%d answer=%s",
            what,
            key,
            claim.row.kind,
            claim.row.recipient.who,
            claim.attempt,
            why,
        )
