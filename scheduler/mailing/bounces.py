"""Reads a mail that a server returned (RFC 3464, and the reports of servers that know no RFC). It opens no mailbox.

What a bounce says is taken as a claim: the address is compared with the letter's own, its words are scrubbed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.utils import parseaddr

from msgspec import Struct

from scheduler.mailing.errors import scrubbed

_ID = re.compile(r"<[^<>\s@]+@[^<>\s@]+>")
_STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")
_CODE = re.compile(r"(?<![\d.])(5\d\d)[ -]")  # in the words of a server that gives no status
_ADDRESS = re.compile(r"[A-Za-z0-9._%+=-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_LINE_END, _TAG = re.compile(r"<(?:br|/p|/tr|/div|/td)\b[^>]*>", re.IGNORECASE), re.compile(r"<[^>@]*>")
_MACHINES = frozenset({"mailer-daemon", "postmaster", "mail-daemon", "maildaemon", "microsoftexchange"})
_LONGEST = 20_000  # characters of a text that are searched


class Failure(Struct, frozen=True):
    """One recipient whose letter came back: the addresses that the server names for it, and its reason."""

    addresses: tuple[str, ...]
    reason: str


class Bounce(Struct, frozen=True):
    """A returned mail: what makes it one, the Message-IDs that the letter may have had, and whom it did not reach."""

    key: str
    letters: tuple[str, ...]
    failures: tuple[Failure, ...]


def may_be_bounce(sender: str, content_type: str) -> bool:
    """Whether the header alone looks like that of a returned mail, so that it is worth reading whole."""
    box = parseaddr(sender)[1].partition("@")[0].lower()
    machine = box in _MACHINES or any(box.startswith(name) for name in _MACHINES) or not box
    return machine or content_type.lower().lstrip().startswith("multipart/report")


def read_bounce(raw: bytes) -> Bounce | None:
    """The bounce in a mail; None where it is another mail, or says only that a letter is late or has arrived."""
    try:
        return _read(raw)
    except (RecursionError, LookupError, TypeError, ValueError):
        return None  # parts in parts in parts, or what the library cannot take apart: no server's report looks so


def _read(raw: bytes) -> Bounce | None:
    mail = message_from_bytes(raw)
    if not may_be_bounce(_header(mail, "From"), _header(mail, "Content-Type")):
        return None
    if _has(mail, "message/disposition-notification"):  # somebody has read a letter, or deleted it unread
        return None
    failures = tuple(_reported(mail)) if _has(mail, "message/delivery-status") else tuple(_told(mail))
    letters = tuple(dict.fromkeys(_letters(mail)))
    if not failures or not letters:
        return None
    own = _header(mail, "Message-ID").strip()
    return Bounce(hashlib.sha256(own.encode() if own else raw).hexdigest()[:32], letters, failures)


def _header(mail: Message, name: str) -> str:
    return str(mail.get(name, ""))


def _has(mail: Message, kind: str) -> bool:
    return any(part.get_content_type() == kind for part in mail.walk())


def _reported(mail: Message) -> Iterator[Failure]:
    """Each recipient of a delivery report that failed for good. The action decides; without one the status does."""
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in _blocks(part):
                action, status = _header(block, "Action").strip().lower(), _header(block, "Status").strip()
                if action == "failed" or (not action and status.startswith("5")):
                    yield _failure(block, status)


def _blocks(part: Message) -> list[Message]:
    content = part.get_payload() if part.is_multipart() else []  # a text it would decode, whatever its charset says
    return [block for block in content if isinstance(block, Message)]


def _failure(block: Message, status: str) -> Failure:
    named = (_header(block, name) for name in ("Original-Recipient", "Final-Recipient", "X-Actual-Recipient"))
    addresses = tuple(dict.fromkeys(a for text in named if (a := _address(text.rpartition(";")[2])) is not None))
    said = _header(block, "Diagnostic-Code").partition(";")[2].strip()
    reason = said if status in said else f"{status} {said}"
    return Failure(addresses, scrubbed(reason.strip() or "5.0.0"))


def _address(text: str) -> str | None:
    found = _ADDRESS.search(text)
    return found[0].lower() if found else None


def _told(mail: Message) -> Iterator[Failure]:
    """A report in words alone: a code of failure, and addresses, in the text before the returned letter."""
    text = "\n".join(_texts(mail))[:_LONGEST]
    status = next((m[0] for m in _STATUS.finditer(text) if m[1] == "5"), None)
    code = _CODE.search(text)
    if status is None and code is None:
        return
    start = text.find(status) if status is not None else code.start() if code is not None else 0
    line = text[text.rfind("\n", 0, start) + 1 :].partition("\n")[0]
    addresses = tuple(dict.fromkeys(found.lower() for found in _ADDRESS.findall(text)))
    yield Failure(addresses, scrubbed(line))


def _texts(mail: Message) -> Iterator[str]:
    """The words of the report itself, without markup; not those of the letter that it returns."""
    if mail.get_content_maintype() == "text" and mail.get_content_subtype() in {"plain", "html"}:
        content = mail.get_payload(decode=True)
        words = _decoded(content, mail.get_content_charset("utf-8")) if isinstance(content, bytes) else ""
        yield _TAG.sub("", _LINE_END.sub("\n", words)) if mail.get_content_subtype() == "html" else words
    elif mail.get_content_maintype() == "multipart":
        for part in _blocks(mail):
            yield from _texts(part)


def _decoded(content: bytes, charset: str) -> str:
    """Whatever name a stranger gives: some are unknown, some are of no text, and some codecs cannot replace."""
    try:
        return content.decode("gb18030" if charset.startswith("gb") else charset, "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def _letters(mail: Message) -> Iterator[str]:
    """The Message-ID of the letter: of the part that returns it, else what the bounce answers to."""
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            for returned in _blocks(part):
                yield from _ID.findall(_header(returned, "Message-ID"))
        elif kind in {"text/rfc822-headers", "message/rfc822-headers"}:
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                yield from _ID.findall(_header(message_from_bytes(content), "Message-ID"))
    for name in ("X-Failed-Message-ID", "In-Reply-To", "References"):
        yield from _ID.findall(_header(mail, name))
