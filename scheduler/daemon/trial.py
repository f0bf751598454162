"""One marked mail to the admin, to see whether mail leaves. It passes the outbox by and is no part of the record."""

from __future__ import annotations

import html
import secrets
from datetime import datetime

from msgspec import Struct

from scheduler.clock import BEIJING
from scheduler.daemon.sender import sender_domain
from scheduler.daemon.services import Services
from scheduler.mailing import Post, Rendered, transport_for
from scheduler.planning.model import Message, MessageKind
from scheduler.planning.people import Directory
from scheduler.problems import Problem, RefusedError
from scheduler.words import say


class Trial(Struct, frozen=True):
    """What was sent to whom, and what the server said."""

    name: str
    address: str
    message_id: str
    answer: str


def send_test(services: Services, now: datetime) -> Trial:
    """Send it through the configured server. Raises TableError, RefusedError where the admin has no address, and what
    the server makes of it: a DeliveryError.
    """
    settings, plan = services.settings, services.plan(now, until=now.date())
    admin = Directory(plan.roster).admin(now.astimezone(BEIJING).date())
    if admin is None:
        hint = say("在台账里给管理员写 email，或用 via 指定代收邮件的人")
        raise RefusedError(Problem("admin-unreachable", say("管理员没有邮箱，试验邮件无处可发"), hint))
    identifier = f"<test.{secrets.token_hex(8)}@{sender_domain(settings.sender, plan.register)}>"
    message = Message(identifier, MessageKind.WARNING, admin, (), now, (), cause="test")
    post = Post(settings.templates, settings.sender)
    letter = post.written(message, plan, now, message_id=identifier, rendered=_rendered(now))
    transport = transport_for(settings.smtp, settings.smtp_password)
    try:
        receipt = transport.deliver(letter)
    finally:
        transport.close()
    return Trial(admin.name, letter.to.address, identifier, receipt.answer)


def _rendered(now: datetime) -> Rendered:
    subject = say("【试验邮件】督办提醒程序 {at:%Y-%m-%d %H:%M}", at=now.astimezone(BEIJING)).text()
    text = say(
        "这是一封试验邮件，由 duban doctor --send-test 发出，用来检查邮件能不能送到。不用办理，不用回复。"
    ).text()
    return Rendered(subject, f"{text}\n", f"<!DOCTYPE html><p>{html.escape(text)}</p>\n")
