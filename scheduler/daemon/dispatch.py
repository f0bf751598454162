"""From the outbox to the mail server: claim, look again, compose, deliver, settle. It queues nothing.

The attempt is on disk before the dialogue with the server begins, the result after it; a crash between the two is the
one window in which a mail can go twice, then with the same Message-ID.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from datetime import datetime, timedelta

from scheduler.journal import Accepted, Claim, Journal, Permanent, Result, Temporary, Unknown, retry_at
from scheduler.mailing import (
    ConfigurationFailure,
    Letter,
    PermanentFailure,
    TemporaryFailure,
    Transport,
    UnknownFailure,
)
from scheduler.planning import Plan
from scheduler.planning.again import look_again
from scheduler.planning.model import Notice, Verdict
from scheduler.planning.reasons import Reason
from scheduler.problems import DubanError, Problem

log = logging.getLogger("duban")

_PATIENCE = 3  # temporary failures in a row: the server is in trouble, the next sweep tries again

Compose = Callable[[Claim, tuple[Notice, ...], Plan, datetime], Letter]


class Dispatch:
    """Sends what the outbox holds, one letter at a time. `trouble` is what keeps all mail back, until it is mended."""

    def __init__(self, journal: Journal, transport: Transport, compose: Compose, lease: timedelta) -> None:
        self._journal = journal
        self._transport = transport
        self._compose = compose
        self._lease = lease
        self._owner = f"{socket.gethostname()}:{os.getpid()}"
        self._rest_until: datetime | None = None
        self.trouble: Problem | None = None

    def run(self, plan: Plan, tell_time: Callable[[], datetime], progress: Callable[[], bool]) -> int:
        """Send until nothing may go now, or `progress`, asked after each letter, says no. Returns how many went."""
        accepted = failed = 0
        if self._rest_until is not None and tell_time() < self._rest_until:
            return accepted
        self._rest_until = None
        while self._rest_until is None and failed < _PATIENCE:
            claim = self._journal.claim(self._owner, tell_time(), self._lease)
            if claim is None:
                break
            result = self._one(claim, plan, tell_time)
            accepted += isinstance(result, Accepted)
            failed = failed + 1 if isinstance(result, Temporary) else 0
            if not progress():
                break
        return accepted

    def close(self) -> None:
        """Let go of the connection."""
        self._transport.close()

    def _one(self, claim: Claim, plan: Plan, tell_time: Callable[[], datetime]) -> Result | None:
        now = tell_time()
        left: Claim | None = claim
        wanted: list[Notice] = []
        wait = None
        for key in claim.notices:
            found = look_again(key, plan, now)
            if isinstance(found, Reason) or found[1].verdict is Verdict.SKIP:
                reason = found if isinstance(found, Reason) else found[1].reason
                left = left and self._journal.drop(left, reason, now, [key])
                log.info("dropped %s reason=%s", key, reason)
                continue
            notice, decision = found
            wanted.append(notice)
            if decision.verdict is Verdict.HOLD and decision.at is not None:
                wait = max(wait or decision.at, decision.at)
        if left is None:
            return None
        if wait is not None:  # a retry that came round at night or on a rest day
            self._journal.postpone(left, wait, now)
            return None
        result = self._deliver(left, tuple(wanted), plan, now)
        self._journal.settle(left, result, tell_time())
        _tell(left, result)
        return result

    def _deliver(self, claim: Claim, notices: tuple[Notice, ...], plan: Plan, now: datetime) -> Result:
        again = retry_at(claim.attempt, now)
        try:
            letter = self._compose(claim, notices, plan, now)
            receipt = self._transport.deliver(letter)
        except PermanentFailure as failure:
            self.trouble = None
            return Permanent(failure.answer)
        except UnknownFailure as failure:
            return Unknown(failure.answer, again)
        except TemporaryFailure as failure:
            return Temporary(failure.answer, again)
        except ConfigurationFailure as failure:
            self._stop(failure, again)
            return Temporary(failure.problems[0].code, again)
        except DubanError as error:  # a template that an edit broke: the mail waits until it is mended
            self._stop(error, again)
            return Temporary(error.problems[0].code, again)
        self.trouble = None
        return Accepted(receipt.answer, _queue_id(receipt.answer))

    def _stop(self, error: DubanError, until: datetime) -> None:
        """Login, TLS or a template is wrong: every other letter would fail the same way, so none burns an attempt."""
        self.trouble = error.problems[0]
        self._rest_until = until
        log.error("mail stopped %s", self.trouble.text().replace("\n", " "))


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
