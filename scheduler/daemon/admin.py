"""Mails to the admin: a preview, a warning. Each has a cause, and goes once for it. It sends nothing."""

from __future__ import annotations

import html
import logging
from collections.abc import Sequence
from datetime import datetime

from scheduler.daemon.desk import Desk
from scheduler.journal import OPEN_STATES, Body
from scheduler.mailing import Letter, Post, TemplateFaultError
from scheduler.planning.coming import Coming
from scheduler.planning.model import Message, MessageKind
from scheduler.planning.people import Directory
from scheduler.problems import Problem
from scheduler.words import say

log = logging.getLogger("duban")


class AdminMail:
    """Puts mails for the admin into the outbox, unless it has one for the same cause. Without an admin it does nothing.

    Raises ConfigurationFailure where the office has no sender, and UnreachableError.
    """

    def __init__(self, desk: Desk, post: Post, domain: str) -> None:
        self._desk = desk
        self._post = post
        self._domain = domain
        self._message_id = f"<draft@{domain}>"  # the journal gives the real one
        self._done: set[str] = set()

    def preview(self, cause: str, sheet: Sequence[Coming], now: datetime) -> None:
        """What will go by the end of the next working day. Raises TemplateFaultError too."""
        message = self._message(MessageKind.PREVIEW, cause, now)
        if message is not None:
            head, plan = self._desk.journal.head().short, self._desk.plan
            letter = self._post.preview(message, plan, now, message_id=self._message_id, coming=sheet, head=head)
            self._put(message, _body(letter), now)

    def warn(self, cause: str, problems: Sequence[Problem], now: datetime) -> None:
        """What is wrong; in plain words where the template for it is what is wrong."""
        message = self._message(MessageKind.WARNING, cause, now)
        if message is None or message.key in self._done:
            return
        try:
            plan = self._desk.plan
            body = _body(self._post.warning(message, plan, now, message_id=self._message_id, problems=problems))
        except TemplateFaultError as fault:
            found = [*problems, *(p for p in fault.problems if p not in problems)]
            body = _plain(found)
        if self._put(message, body, now):  # not by an earlier process, before a restart
            log.info("admin warned cause=%s problems=%d", cause, len(problems))

    def daily(self, cause: str, problems: Sequence[Problem], now: datetime) -> None:
        """The same each day for as long as it lasts, but not while that of an earlier day still waits."""
        today = f"{cause}:{now.date().isoformat()}"
        if f"{MessageKind.WARNING}:{today}" not in self._done and self._waits(cause):
            self._done.add(f"{MessageKind.WARNING}:{today}")
        self.warn(today, problems, now)

    def _waits(self, cause: str) -> bool:
        waiting = self._desk.journal.outbox(*OPEN_STATES)
        return any(row.kind is MessageKind.WARNING and (row.cause or "").startswith(f"{cause}:") for row in waiting)

    def _message(self, kind: MessageKind, cause: str, now: datetime) -> Message | None:
        admin = Directory(self._desk.plan.roster).admin(now.date())
        return None if admin is None else Message(f"{kind}:{cause}", kind, admin, (), now, (), cause=cause)

    def _put(self, message: Message, body: Body, now: datetime) -> bool:
        queued = self._desk.journal.enqueue([message], [], now=now, domain=self._domain, bodies={message.key: body})
        self._done.add(message.key)
        return bool(queued.messages)


def _body(letter: Letter) -> Body:
    return Body(letter.subject, letter.text, letter.html)


def _plain(problems: Sequence[Problem]) -> Body:
    """The warning that needs no template."""
    subject = say("【运行提示】{n}个问题需要处理", n=len(problems)).text()
    text = "\n\n".join(problem.text() for problem in problems) + "\n"
    return Body(subject, text, f"<!DOCTYPE html><pre>{html.escape(text)}</pre>\n")
