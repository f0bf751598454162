"""Letter → the bytes of a mail, as RFC 5322 and 2045 to 2047 want them. It adds no words to what the letter says.

The `email` package reads mails and writes them; we only ever write one shape, which takes it longer than rendering.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Iterator
from email.utils import format_datetime, quote
from functools import lru_cache

from scheduler.mailing.letter import Letter, Mailbox, clean, deliverable, one_line

_LINE = 76  # characters of a line, of base64 too
_WORD, _LONGEST_WORD = 60, 75  # characters of an encoded word: so that it fits behind a header's name; RFC 2047
_OPEN, _CLOSE = "=?utf-8?b?", "?="
_IDENTIFIER = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")


def mime(letter: Letter) -> bytes:
    """The mail: plain text and HTML as alternatives, the calendar file attached; lines end as SMTP wants it.

    Every header is one line here, so that nothing can be smuggled in. Raises ValueError where an address or a
    Message-ID is malformed.
    """
    body = _together("alternative", _text("plain", letter.text), _text("html", letter.html))
    if letter.invitation is not None:
        body = _together("mixed", body, _calendar(letter.invitation))
    head = "".join(_folded(name, value) for name, value in _head(letter))
    return f"{head}MIME-Version: 1.0\r\n{body}".encode("ascii")


def _head(letter: Letter) -> Iterator[tuple[str, str]]:
    yield "Date", format_datetime(letter.date)
    yield "From", _address(letter.sender)
    yield "Reply-To", _address(letter.reply_to)
    yield "To", _address(letter.to)
    if letter.copies:
        yield "Cc", ", ".join(_address(copy) for copy in letter.copies)
    yield "Subject", _encoded(one_line(letter.subject))
    yield "Message-ID", _identifier(letter.message_id)
    earlier = [_identifier(one) for one in (letter.thread, letter.answers) if one and one != letter.message_id]
    if earlier:
        yield "In-Reply-To", earlier[-1]
        yield "References", " ".join(earlier)
    # RFC 3834, and the word that Exchange listens to: no out-of-office answers to a machine.
    yield "Auto-Submitted", "auto-generated"
    yield "X-Auto-Response-Suppress", "All"


def _text(kind: str, text: str) -> str:
    return f'Content-Type: text/{kind}; charset="utf-8"\r\n' + _base64(clean(text).replace("\n", "\r\n").encode())


def _calendar(content: bytes) -> str:
    kind = 'Content-Type: text/calendar; method="PUBLISH"; charset="utf-8"\r\n'
    return f'{kind}Content-Disposition: attachment; filename="deadline.ics"\r\n' + _base64(content)


def _base64(content: bytes) -> str:
    raw = b2a_base64(content, newline=False).decode("ascii")
    lines = (raw[start : start + _LINE] for start in range(0, len(raw), _LINE))
    return "Content-Transfer-Encoding: base64\r\n\r\n" + "\r\n".join(lines) + "\r\n"


def _together(kind: str, *parts: str) -> str:
    """The parts with a line between them that no base64 can be."""
    mark = f"=_{kind}_="
    inside = "".join(f"--{mark}\r\n{part}\r\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{mark}"\r\n\r\n{inside}--{mark}--\r\n'


def _folded(name: str, value: str) -> str:
    """The header, in lines that end at a space where they would become too long."""
    lines, line = [], f"{name}:"
    for word in value.split(" "):
        if len(line) + 1 + len(word) > _LINE:
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line]) + "\r\n"


def _identifier(text: str) -> str:
    if not _IDENTIFIER.fullmatch(text):
        raise ValueError(text)
    return text


@lru_cache(64)  # sender and reply-to of every letter are the office's own
def _address(mailbox: Mailbox) -> str:
    if not deliverable(mailbox.address):
        raise ValueError(mailbox.address)
    name = one_line(mailbox.name)
    whole = _encoded(name, _LONGEST_WORD)  # some readers show the joint of two words in a name
    shown = f'"{quote(name)}"' if name.isascii() else whole if " " not in whole else _encoded(name)
    return f"{shown} <{mailbox.address}>" if name else mailbox.address


def _encoded(text: str, longest: int = _WORD) -> str:
    """Text as it stands in a header: itself, or encoded words with spaces between them, at which lines may end."""
    if text.isascii():
        return text
    room = (longest - len(_OPEN) - len(_CLOSE)) // 4 * 3  # bytes in a word; no character is divided
    parts = [b""]
    for raw in map(str.encode, text):
        if len(parts[-1]) + len(raw) > room:
            parts.append(b"")
        parts[-1] += raw
    return " ".join(f"{_OPEN}{b2a_base64(part, newline=False).decode('ascii')}{_CLOSE}" for part in parts)
