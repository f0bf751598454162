"""What identifies a mail: the key that makes it unique, the Message-ID that retries keep, its threads. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from scheduler.journal.encoding import stamp
from scheduler.planning.model import Message, Notice


def key_of(message: Message, notices: Collection[Notice], taken: Collection[str] = ()) -> str:
    """The unique key. A message without notices is one of its kind, recipient and cause; `taken` are keys of others.

    Raises ValueError for a message that has neither notices nor a cause.
    """
    if not message.notices:
        if message.cause is None:
            raise ValueError(f"a message with neither notices nor a cause: {message.key}")
        return f"{message.kind.value}:{message.recipient.who}:{message.cause}"
    if message.key not in taken:
        return message.key
    return f"{message.key}~{_digest(*(notice.key for notice in notices))[:12]}"


def message_id(message: Message, key: str, notices: Collection[Notice], domain: str) -> str:
    """The Message-ID, made from recipient, moment and the keys of the notices."""
    parts = [notice.key for notice in notices] or [key]
    return f"<{_digest(message.recipient.who, stamp(message.moment), *parts)[:32]}@{domain}>"


def thread_id(task: str, domain: str) -> str:
    """The root of a task's thread: no mail has this Message-ID, but all mails of the task refer to it."""
    return f"<task.{_digest(task)[:24]}@{domain}>"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
