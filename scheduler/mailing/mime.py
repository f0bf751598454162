"""Letter → MIME, by the standard library's EmailMessage alone. It adds no words to what the letter says."""

from __future__ import annotations

import re
from email.contentmanager import raw_data_manager
from email.header import Header
from email.message import EmailMessage
from email.policy import compat32
from email.utils import format_datetime, quote

from scheduler.mailing.letter import Letter, Mailbox, clean, deliverable, one_line

# The policies of today take each header apart when it is set and when it is written; that cost more than all the rest.
_PLAIN = compat32.clone(linesep="\r\n")
_WORD, _LONGEST_WORD = 60, 75  # characters of an encoded word: so that it fits behind a header's name; RFC 2047

_IDENTIFIER = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")


def mime(letter: Letter) -> EmailMessage:
    """The mail: plain text and HTML as alternatives, the calendar file attached.

    Every header is one line here, so that nothing can be smuggled in. Raises ValueError where an address or a
    Message-ID is malformed.
    """
    mail: EmailMessage = EmailMessage(policy=_PLAIN)
    _head(mail, letter)
    mail.set_content(clean(letter.text), cte="base64", content_manager=raw_data_manager)
    mail.add_alternative(clean(letter.html), subtype="html", cte="base64", content_manager=raw_data_manager)
    if letter.invitation is not None:
        mail.add_attachment(
            letter.invitation,
            maintype="text",
            subtype="calendar",
            filename="deadline.ics",
            params={"method": "PUBLISH", "charset": "utf-8"},
            content_manager=raw_data_manager,
        )
    return mail


def _head(mail: EmailMessage, letter: Letter) -> None:
    mail["Date"] = format_datetime(letter.date)
    mail["From"] = _address(letter.sender)
    mail["Reply-To"] = _address(letter.reply_to)
    mail["To"] = _address(letter.to)
    if letter.copies:
        mail["Cc"] = ", ".join(_address(copy) for copy in letter.copies)
    mail["Subject"] = _encoded(one_line(letter.subject))
    mail["Message-ID"] = _identifier(letter.message_id)
    earlier = [_identifier(one) for one in (letter.thread, letter.answers) if one and one != letter.message_id]
    if earlier:
        mail["In-Reply-To"] = earlier[-1]
        mail["References"] = " ".join(earlier)
    # RFC 3834, and the word that Exchange listens to: no out-of-office answers to a machine.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"


def _identifier(text: str) -> str:
    if not _IDENTIFIER.fullmatch(text):
        raise ValueError(text)
    return text


def _address(mailbox: Mailbox) -> str:
    if not deliverable(mailbox.address):
        raise ValueError(mailbox.address)
    name = one_line(mailbox.name)
    whole = _encoded(name, _LONGEST_WORD)  # some readers show the joint of two words in a name
    shown = f'"{quote(name)}"' if name.isascii() else whole if " " not in whole else _encoded(name)
    return f"{shown} <{mailbox.address}>" if name else mailbox.address


def _encoded(text: str, longest: int = _WORD) -> str:
    """Text as it stands in a header: itself, or encoded words with spaces between them, at which lines may end."""
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=longest).encode(linesep="")
