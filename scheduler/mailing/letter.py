"""A letter as a value, ready to be sent, and the receipt for it. It renders nothing and knows no server."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime

# What every mail server understands: no quoted local part, no Chinese domain, no address literal.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_LONGEST_ADDRESS = 254


def deliverable(address: str) -> bool:
    """Whether it is a plain ASCII mail address that can stand in a header and in an SMTP command."""
    return len(address) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(address) is not None


def clean(text: str) -> str:
    """`text` without control characters (line ends and tabs stay) and marks that turn the reading direction."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or not _hidden(c))


def one_line(text: str) -> str:
    """`text` fit for a header: clean, and every run of white space one space (U+3000 stays: it is meant)."""
    return re.sub(r"[ \t\n\x0b\x0c\u2028\u2029\x85]+", " ", clean(text)).strip()


def _hidden(char: str) -> bool:
    turns = "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069"
    return turns or unicodedata.category(char) in ("Cc", "Cs")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name to show and an address to deliver to."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail. `date` is the moment of sending, aware; `thread` the Message-ID of the thread's (synthetic) root.

    `answers` is the Message-ID of an earlier mail of that thread that this one is about.
    """

    message_id: str
    date: datetime
    sender: Mailbox
    reply_to: Mailbox
    to: Mailbox
    copies: tuple[Mailbox, ...]
    subject: str
    text: str
    html: str
    thread: str | None = None
    invitation: bytes | None = None  # an iCalendar file
    answers: str | None = None

    def without_bad_copies(self) -> Letter:
        """The same letter without the copies that no server could deliver."""
        good = tuple(c for c in self.copies if deliverable(c.address))
        return self if len(good) == len(self.copies) else replace(self, copies=good)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the other side said when it took the letter (with its queue id), without addresses.

    `refused` are the addresses of copies that it did not take; the main recipient has it in any case.
    """

    answer: str
    refused: tuple[str, ...] = ()
