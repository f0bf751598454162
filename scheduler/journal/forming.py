"""What identifies a mail: the key that makes it unique, the Message-ID that retries keep, its seal. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping

from scheduler.journal.chain import canonical
from scheduler.journal.encoding import stamp
from scheduler.planning.model import Message, Notice

SEALED = (
    "key",
    "message_id",
    "kind",
    "who",
    "address",
    "recipient",
    "copies",
    "moment",
    "late",
    "cause",
    "body",
    "rank",
)


def key_of(message: Message, notices: Collection[Notice], taken: Collection[str] = ()) -> str:
    """The unique key. A message without notices is one of its kind, recipient and cause; `taken` are keys of others.

    Raises ValueError for a message that has neither notices nor a cause.
    """
    if not message.notices:
        if message.cause is None:
            raise ValueError(f"a message with neither notices nor a cause: {message.key}")
        return f"{message.kind.value}:{message.recipient.who}:{message.cause}"
    parts, key = [notice.key for notice in notices], message.key
    while key in taken:  # parted and made one more than once, perhaps
        key = f"{message.key}~{_digest(*parts)[:12]}"
        parts.append(key)
    return key


def message_id(message: Message, key: str, notices: Collection[Notice], domain: str) -> str:
    """The Message-ID, made from recipient, moment and notices; also from the key where that is a second choice."""
    parts = [*(notice.key for notice in notices), *([] if notices and key == message.key else [key])]
    return f"<{_digest(message.recipient.who, stamp(message.moment), *parts)[:32]}@{domain}>"


def seal(row: Mapping[str, object]) -> str:
    """What the journal says of a message's words, reader and time without naming them: a row that fits was not edited.

    `row` is one of the outbox, with at least the columns of `SEALED`.
    """
    return hashlib.sha256(canonical([_plain(row[name]) for name in SEALED]).encode()).hexdigest()


def _plain(value: object) -> object:
    return int(value) if isinstance(value, bool) else value  # SQLite gives back a number


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
