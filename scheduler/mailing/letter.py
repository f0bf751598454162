"""A letter as a value, ready to be sent, and the receipt for it. It renders nothing and knows no server."""

from __future__ import annotations

import re
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

# What every mail server understands: no quoted local part, no Chinese domain, no address literal.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_LONGEST_ADDRESS = 254
# The categories Cc and Cs but for line end and tab, and the marks that turn the direction of reading.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def deliverable(address: str) -> bool:
    """Whether it is a plain ASCII mail address that can stand in a header and in an SMTP command."""
    return len(address) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(address) is not None


def clean(text: str) -> str:
    """`text` without control characters (line ends and tabs stay) and marks that turn the reading direction."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _HIDDEN.sub("", text)


def one_line(text: str) -> str:
    """`text` fit for a header: clean, and every run of white space one space (U+3000 stays: it is meant)."""
    return re.sub(r"[ \t\n\x0b\x0c\u2028\u2029\x85]+", " ", clean(text)).strip()


class Mailbox(Struct, frozen=True):
    """A name to show and an address to deliver to."""

    name: str
    address: str


class Letter(Struct, frozen=True):
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


class Receipt(Struct, frozen=True):
    """What the other side said when it took the letter (with its queue id), without addresses.

    `refused` are the addresses of copies that it did not take; the main recipient has it in any case.
    """

    answer: str
    refused: tuple[str, ...] = ()
