"""Mails that came back after the server had taken them: looked for now and then, each written down once.

A mailbox that cannot be read hurts nothing but itself: it is told of, and tried again later. One mail that cannot be
read holds up no other, and is passed by after some looks.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from datetime import datetime, timedelta

from scheduler.daemon.desk import PROGRAM
from scheduler.journal import Entry, Journal, OutboxRow
from scheduler.mailing import Bounce, Failure, Inbox, InboxFailure, Unread, read_bounce
from scheduler.planning.model import FactKind, Scalar
from scheduler.problems import Level, Problem
from scheduler.words import say

log = logging.getLogger("duban")

_PAUSE = timedelta(minutes=5)
_LONGEST_PAUSE = timedelta(hours=1)
_PATIENCE = 3  # looks that failed in a row, before anybody is told; at a mail, before it is passed by
_NAMED = 5  # of mails that cannot be read


class Returned:
    """Looks into the inbox at most every five minutes; `url` tells one mailbox from another."""

    def __init__(self, journal: Journal, inbox: Inbox | None, url: str = "") -> None:
        self._journal = journal
        self._inbox = inbox
        self._mark = f"bounces:{hashlib.sha256(url.encode()).hexdigest()[:12]}"
        self._met = f"{self._mark}:unread"  # the places of mails that cannot be read, each as often as it was met
        self._failed = 0
        self._looked: tuple[datetime, datetime] | None = None  # when, and when again
        self._trouble: Problem | None = None
        self._unread: tuple[Unread, ...] = ()  # at the last look

    @property
    def trouble(self) -> tuple[Problem, ...]:
        """Why the inbox cannot be read, once it has failed for a while; which mails in it cannot be."""
        if self._trouble is not None:
            return (self._trouble,) if self._failed >= _PATIENCE else ()
        return (_unread(self._unread),) if self._unread else ()

    def run(self, now: datetime) -> None:
        """Write down what came back since the last look, if it is time. Raises UnreachableError for the journal."""
        if self._inbox is None or (self._looked is not None and self._looked[0] <= now < self._looked[1]):
            return
        try:
            self._look(self._inbox, now)
        except InboxFailure as failure:
            self._failed, self._trouble = self._failed + 1, failure.problems[0]
            log.warning("returned mail unreadable [%s]", self._trouble.code)
        else:
            self._failed, self._trouble = 0, None
        self._looked = now, now + min(_PAUSE * 2**self._failed, _LONGEST_PAUSE)

    def _look(self, inbox: Inbox, now: datetime) -> None:
        """The place is kept only after what stood before it was written down: killed in between, it is read again.

        It stays in front of a mail that cannot be read until that was met often enough.
        """
        since, before = self._journal.mark(self._mark), self._journal.mark(self._met) or ""
        often, met, unread, waits = Counter(before.split()), list[str](), list[Unread](), False
        for raw, place in inbox.fetch(since):
            if isinstance(raw, Unread):
                unread.append(raw)
                met += [place] * (often[place] + 1)
                waits = waits or often[place] + 1 < _PATIENCE
            elif (bounce := read_bounce(raw)) is not None:
                self._take(bounce, now)
            if place and place != since and not waits:
                self._journal.put_mark(self._mark, place)
        if (after := " ".join(met).strip()) != before:
            self._journal.put_mark(self._met, after)
        self._unread = tuple(unread)

    def _take(self, bounce: Bounce, now: datetime) -> None:
        row = next((row for letter in bounce.letters if (row := self._journal.message_with(letter))), None)
        if row is not None:
            for failure in bounce.failures:
                self._note(row, bounce, failure, now)

    def _note(self, row: OutboxRow, bounce: Bounce, failure: Failure, now: datetime) -> None:
        who, said = _meant(row, failure)
        data = said | {"message": row.key, "reason": failure.reason, "bounce": bounce.key}
        entry = Entry(FactKind.FAILED, PROGRAM, task=_only_task(row), data=data)
        if self._journal.append_once(f"bounced:{row.key}>{who}", entry, now=now):
            log.warning("returned %s to=%s answer=%s", row.key, who, failure.reason)


def _unread(mails: tuple[Unread, ...]) -> Problem:
    names = "、".join(mail.name for mail in mails[:_NAMED])
    message = say("有{n}封退信读不了（{names}）：{why}", n=len(mails), names=names, why=mails[0].why)
    hint = say("请到退信邮箱或文件夹里看一看；其余的退信照常处理，发信不受影响")
    return Problem("bounce-unreadable", message, hint, level=Level.WARNING)


def _meant(row: OutboxRow, failure: Failure) -> tuple[str, dict[str, Scalar | tuple[str, ...]]]:
    """Whose letter came back: a copy's, the recipient's, or (forwarded, so that nobody can tell) somebody's."""
    for copy in row.copies:
        if copy.address.lower() in failure.addresses:
            return copy.who, {"copies": (copy.who,), "final": False}
    if row.recipient.address.lower() in failure.addresses or not row.copies:
        return row.recipient.who, {"notices": row.notices, "final": True}
    return "?", {"final": False}


def _only_task(row: OutboxRow) -> str | None:
    tasks = {key.partition("#")[0] for key in row.notices}
    return tasks.pop() if len(tasks) == 1 else None
