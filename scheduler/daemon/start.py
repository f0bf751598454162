"""Puts the daemon together from settings: services, desk, post, transport. It runs nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from scheduler.clock import BEIJING
from scheduler.daemon.ahead import Compose
from scheduler.daemon.desk import Desk
from scheduler.daemon.dispatch import Dispatch
from scheduler.daemon.pace import Pace
from scheduler.daemon.returned import Returned
from scheduler.daemon.sender import sender_domain
from scheduler.daemon.service import Daemon
from scheduler.daemon.services import Services
from scheduler.journal import OutboxRow
from scheduler.mailing import Letter, Post, Rendered, Transport, inbox_for, patience, per_minute, transport_for
from scheduler.planning import Plan
from scheduler.planning.case import LATE
from scheduler.planning.messages import on_trial
from scheduler.planning.model import Message, Notice
from scheduler.planning.people import Directory

_SHORTEST_LEASE = 300  # seconds; a lease outlives the longest dialogue with the mail server


def open_daemon(
    services: Services,
    tell_time: Callable[[], datetime],
    env: Mapping[str, str] = os.environ,
    *,
    transport: Transport | None = None,
) -> Daemon:
    """The daemon, table checked and journal open, with the mail server of the settings unless another is given.

    A faulty table is refused as by a reload where another one was in force before.

    Raises TableError, UnreachableError or ConfigurationFailure.
    """
    settings = services.settings
    _, register = services.in_force
    post = Post(settings.templates, settings.sender)
    transport = transport or transport_for(settings.smtp, settings.smtp_password, env=env)
    desk = Desk(services, tell_time())
    lease = timedelta(seconds=max(_SHORTEST_LEASE, 3 * patience(env)))
    inbox = inbox_for(settings.bounces, settings.imap_password, env=env) if settings.bounces else None
    returned = Returned(desk.journal, inbox, settings.bounces or "")
    pace = Pace(per_minute(settings.smtp, env))
    dispatch = Dispatch(desk.journal, transport, _composer(post), lease, pace)
    domain = sender_domain(settings.sender, register)
    return Daemon(desk, dispatch, post, tell_time, domain, returned=returned)


def _composer(post: Post) -> Compose:
    def compose(row: OutboxRow, notices: tuple[Notice, ...], plan: Plan, now: datetime) -> Letter:
        late = row.late or now - row.moment > LATE  # a server that was down makes a letter late that was formed in time
        message = Message(row.key, row.kind, row.recipient, row.copies, row.moment, notices, late, row.cause)
        message = _on_trial(message, plan, now)
        if row.body is not None:
            rendered = Rendered(row.body.subject, row.body.text, row.body.html)
            earlier = row.body.references
            return post.written(message, plan, now, message_id=row.message_id, rendered=rendered, references=earlier)
        return post.compose(message, plan, now, message_id=row.message_id)

    return compose


def _on_trial(message: Message, plan: Plan, now: datetime) -> Message:
    """A mail that was formed before a trial began goes to the admin too; those formed since are his already."""
    admin = Directory(plan.roster).admin(now.astimezone(BEIJING).date()) if plan.register.office.trial else None
    if admin is None or message.recipient.address == admin.address:
        return message
    return on_trial(message, admin)
