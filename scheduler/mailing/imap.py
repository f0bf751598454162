"""A mailbox reached by IMAP, opened read-only for each look: no mail is marked as read, moved or deleted."""

from __future__ import annotations

import imaplib
import re
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

from msgspec import Struct

from scheduler import clock
from scheduler.mailing.bounces import may_be_bounce
from scheduler.mailing.errors import scrubbed
from scheduler.mailing.inbox import LARGEST, InboxFailure, Unread
from scheduler.mailing.tls import tls_context
from scheduler.problems import Problem
from scheduler.words import say

_AT_ONCE = 100  # mails looked at in one go
_LONGEST = 20.0  # seconds for one go
_WEEK = timedelta(days=7)


class Account(Struct, frozen=True):
    """Which mailbox, and as whom."""

    host: str
    port: int
    implicit: bool
    user: str
    folder: str


class ImapInbox:
    """One account; `ca` is a PEM file with an office's own authorities, `timeout` the seconds for each answer."""

    def __init__(self, account: Account, password: str, ca: Path | None, timeout: float) -> None:
        self._account = account
        self._password = password
        self._context = tls_context(ca)
        self._timeout = timeout

    def fetch(self, since: str | None) -> Iterator[tuple[bytes | Unread, str]]:
        """The mails after the place, which is UIDVALIDITY and UID; without a place those of the last week."""
        begun = time.monotonic()
        with self._open() as (imap, validity):
            for uid in self._new(imap, validity, since)[:_AT_ONCE]:
                yield self._mail_or_why(imap, uid), f"{validity}:{uid}"
                if time.monotonic() - begun > _LONGEST:
                    return

    def check(self) -> None:
        """Log in and open the mailbox."""
        with self._open():
            pass

    @contextmanager
    def _open(self) -> Iterator[tuple[imaplib.IMAP4, str]]:
        with self._told():
            imap = self._connection()
            try:
                imap.login(self._account.user, self._password)
                if "ID" in imap.capabilities:  # some large providers open no mailbox to a program without a name
                    imap.xatom("ID", '("name" "duban")')
                _ok(imap.select(_quoted(self._account.folder), readonly=True))
                said = imap.response("UIDVALIDITY")[1]
                yield imap, said[0].decode() if said and isinstance(said[0], bytes) else "0"
            finally:
                with suppress(OSError):
                    imap.shutdown()

    def _connection(self) -> imaplib.IMAP4:
        account = self._account
        if account.implicit:
            return imaplib.IMAP4_SSL(account.host, account.port, ssl_context=self._context, timeout=self._timeout)
        imap = imaplib.IMAP4(account.host, account.port, timeout=self._timeout)
        try:
            imap.starttls(self._context)
        except BaseException:
            with suppress(OSError):  # where the handshake failed the socket is closed already
                imap.shutdown()
            raise
        return imap

    def _new(self, imap: imaplib.IMAP4, validity: str, since: str | None) -> list[int]:
        known, _, last = (since or "").partition(":")
        if known == validity and last.isdigit():
            found = _ok(imap.uid("SEARCH", f"UID {int(last) + 1}:*"))
            return sorted(uid for uid in _numbers(found) if uid > int(last))  # `n:*` gives the last one in any case
        day = imaplib.Time2Internaldate(clock.now() - _WEEK)[1:12].strip()
        return sorted(_numbers(_ok(imap.uid("SEARCH", "SINCE", day))))

    def _mail_or_why(self, imap: imaplib.IMAP4, uid: int) -> bytes | Unread:
        try:
            return self._mail(imap, uid)
        except imaplib.IMAP4.abort:  # not of this mail: the line is down
            raise
        except (imaplib.IMAP4.error, ValueError) as error:
            return Unread(str(uid), _words(error))

    def _mail(self, imap: imaplib.IMAP4, uid: int) -> bytes:
        """The mail, or its head alone where that shows that it is no bounce."""
        head = _literal(_ok(imap.uid("FETCH", str(uid), "(BODY.PEEK[HEADER])")))
        fields = message_from_bytes(head)
        if not may_be_bounce(str(fields.get("From", "")), str(fields.get("Content-Type", ""))):
            return head
        return _literal(_ok(imap.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{LARGEST}>)")))

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except ssl.SSLError as error:
            reason = scrubbed(str(getattr(error, "verify_message", "") or error.reason or "TLS"))
            message = say("读退信的邮箱，证书或加密没有通过检查：{reason}", reason=reason)
            hint = say("请核对服务器名称和证书；本单位自建的根证书用 DUBAN_SMTP_CA 指定")
            raise InboxFailure(Problem("imap-tls", message, hint)) from None
        except (imaplib.IMAP4.error, OSError, UnicodeError) as error:
            raise self._failure(error) from None

    def _failure(self, error: Exception) -> InboxFailure:
        message = say("读不了 {host} 上的退信邮箱：{why}", host=self._account.host, why=_words(error))
        hint = say("请核对 DUBAN_BOUNCES 的服务器、用户、文件夹和密码；发信不受影响，程序会再试")
        return InboxFailure(Problem("imap-unreachable", message, hint))


def _words(error: Exception) -> str:
    return scrubbed(str(error).removeprefix("b'").removesuffix("'")) or type(error).__name__


def _quoted(folder: str) -> str:
    """A mailbox's name as IMAP wants it: modified UTF-7 in quotation marks (RFC 3501, 5.1.3)."""
    coded = re.sub(r"[^ -~]+|&", _seven_bit, folder)
    return '"' + coded.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _seven_bit(found: re.Match[str]) -> str:
    return "&-" if found[0] == "&" else "&" + found[0].encode("utf-7").decode()[1:].rstrip("-").replace("/", ",") + "-"


def _ok(answer: tuple[str, Sequence[object]]) -> Sequence[object]:
    status, content = answer
    if status != "OK":
        raise imaplib.IMAP4.error(" ".join(c.decode("utf-8", "replace") for c in content if isinstance(c, bytes)))
    return content


def _numbers(found: Sequence[object]) -> list[int]:
    return [int(word) for part in found if isinstance(part, bytes) for word in part.split()]


def _literal(found: Sequence[object]) -> bytes:
    """The content of the one mail that was asked for; nothing where somebody deleted it meanwhile."""
    return next((part[1] for part in found if isinstance(part, tuple) and isinstance(part[1], bytes)), b"")
