"""Where no mail can leave, the warning to the admin becomes a file in the state's mail folder. It sends nothing."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

from scheduler.daemon.desk import Desk
from scheduler.mailing import DeliveryError, FolderTransport, Post, TemplateFaultError
from scheduler.planning.model import Message, MessageKind
from scheduler.planning.people import Directory
from scheduler.problems import Problem

log = logging.getLogger("duban")


class LastWord:
    """Writes each kind of outage once a day, as the mail that could not be sent."""

    def __init__(self, desk: Desk, post: Post, domain: str) -> None:
        self._desk = desk
        self._post = post
        self._domain = domain
        self._folder = FolderTransport(Path(desk.services.settings.state) / "mail")
        self._written = ""

    def leave(self, outage: Problem | None, now: datetime) -> None:
        """Write the warning, unless it lies there. What keeps it from being written is only logged: it is a copy."""
        plan, cause = self._desk.plan, f"{outage.code}.{now.date().isoformat()}" if outage else ""
        admin = Directory(plan.roster).admin(now.date())
        if outage is None or admin is None or cause == self._written:
            return
        identifier = f"<{cause}@{self._domain}>"
        message = Message(identifier, MessageKind.WARNING, admin, (), now, (), cause=cause)
        try:
            letter = self._post.warning(message, plan, now, message_id=identifier, problems=[outage])
            self._folder.deliver(letter)
        except (DeliveryError, TemplateFaultError) as error:
            log.warning("warning not written [%s]", error.problems[0].code)
        self._written = cause
