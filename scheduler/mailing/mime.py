"""Letter → MIME, by the standard library's EmailMessage alone. It adds no words to what the letter says."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from scheduler.mailing.letter import Letter, Mailbox, clean, one_line

_IDENTIFIER = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")


def mime(letter: Letter) -> EmailMessage:
    """The mail: plain text and HTML as alternatives, the calendar file attached.

    Every header is one line here, so that nothing can be smuggled in. Raises ValueError where an address or a
    Message-ID is malformed.
    """
    mail = EmailMessage(policy=SMTP)
    _head(mail, letter)
    mail.set_content(clean(letter.text), cte="base64")
    mail.add_alternative(clean(letter.html), subtype="html", cte="base64")
    if letter.invitation is not None:
        mail.add_attachment(
            letter.invitation,
            maintype="text",
            subtype="calendar",
            filename="deadline.ics",
            params={"method": "PUBLISH", "charset": "utf-8"},
        )
    return mail


def _head(mail: EmailMessage, letter: Letter) -> None:
    mail["Date"] = format_datetime(letter.date)
    mail["From"] = _address(letter.sender)
    mail["Reply-To"] = _address(letter.reply_to)
    mail["To"] = _address(letter.to)
    if letter.copies:
        mail["Cc"] = [_address(copy) for copy in letter.copies]
    mail["Subject"] = one_line(letter.subject)
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


def _address(mailbox: Mailbox) -> Address:
    return Address(display_name=one_line(mailbox.name), addr_spec=mailbox.address)
