"""Letters over SMTP: yagmail connects, secures and logs in; the dialogue is ours. It never retries and never logs."""

from __future__ import annotations

import logging
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NoReturn, cast

import yagmail
from msgspec import Struct

from scheduler.mailing.errors import (
    ConfigurationFailure,
    PermanentFailure,
    PolicyFailure,
    TemporaryFailure,
    UnknownFailure,
    scrubbed,
)
from scheduler.mailing.letter import Letter, Receipt
from scheduler.mailing.mime import mime
from scheduler.mailing.tls import tls_context
from scheduler.mailing.transport import nothing, sound
from scheduler.words import say

_MAX_AGE = 600.0  # seconds; servers close what is idle or old, and a fresh connection sees a renewed certificate
_AUTH_REQUIRED, _AUTH_REFUSED = 530, (534, 535, 538)
_TAKEN, _GO_ON, _LEAVING = (250, 251), 354, 421
_SENDER_AND_READER = 2  # the commands without which a letter has no business there
# RFC 3463: 5.1.x speaks of the address and 5.2.x of the mailbox, but 5.1.7 and 5.1.8 of the sender's.
_OF_THE_MAILBOX = re.compile(r"\d{3}[ -]5\.(1\.(?![78]\b)|2\.)\d+\b")
_RELAYING = re.compile(r"\brelay", re.IGNORECASE)


_Answer = tuple[int, bytes]


class Security(StrEnum):
    """How the connection is protected."""

    TLS = "smtps"
    STARTTLS = "smtp+starttls"
    NONE = "smtp"


class Server(Struct, frozen=True):
    """Which server, and as whom; `ca` is a PEM file with an office's own authorities; `timeout` in seconds.

    `per_connection` is how many letters one connection carries before it is renewed.
    """

    host: str
    port: int
    security: Security
    user: str | None = None
    ca: Path | None = None
    timeout: float = 30.0
    per_connection: int = 100


class SmtpTransport(yagmail.Client):  # type: ignore[misc]  # yagmail ships no types
    """One verified connection, kept open while the server answers, renewed after ten minutes or enough letters."""

    smtp: Any  # smtplib.SMTP, or None while closed

    def __init__(self, server: Server, password: str | None, *, seconds: Callable[[], float] = time.monotonic) -> None:
        _refuse_open_login(server, password)
        self._seconds = seconds
        self._most = server.per_connection
        self._opened = 0.0
        self._carried = 0
        options: dict[str, Any] = {"timeout": server.timeout}
        if server.security is Security.TLS:
            options["context"] = tls_context(server.ca)
        super().__init__(
            user=server.user or "relay@localhost",  # a plain relay asks for none, yagmail does
            password=password,
            host=server.host,
            port=server.port,
            smtp_ssl=server.security is Security.TLS,
            smtp_starttls={"context": tls_context(server.ca)} if server.security is Security.STARTTLS else False,
            smtp_skip_login=server.user is None,
            soft_email_validation=False,
            **options,
        )
        if server.user:
            self.user = self.useralias = server.user  # yagmail would make a bare login name one at gmail.com

    def deliver(self, letter: Letter, meanwhile: Callable[[], object] = nothing) -> Receipt:
        """Hand the letter over; the receipt holds the server's answer to DATA with its queue id.

        A refused copy is noted on the receipt. Raises one of the four DeliveryErrors; no letter is handed over twice.
        """
        letter, malformed = sound(letter)
        raw = mime(letter)
        smtp, answers = self._envelope(letter)
        refused = self._judged(smtp, letter, answers)
        answer = self._data(smtp, raw, meanwhile)
        self._carried += 1
        return Receipt(answer, (*malformed, *refused))

    def check(self, sender: str) -> str:
        """Connect, log in and name the sender (if any), no more; the server's answer. Raises DeliveryErrors."""
        smtp = self._connection()
        try:
            code, text = smtp.mail(sender) if sender else smtp.noop()
            if code != 250:
                raise _sender_failure(code, text)
        except (smtplib.SMTPException, OSError) as error:
            raise TemporaryFailure(scrubbed(str(error))) from None
        finally:
            self.close()
        return scrubbed(f"{code} {text.decode('utf-8', 'replace')}")

    def close(self) -> None:
        """Say goodbye if the server still listens, and drop the connection."""
        smtp, self.smtp, self.is_closed = self.smtp, None, True
        if smtp is None:
            return
        try:
            smtp.quit()
        except (smtplib.SMTPException, OSError):
            smtp.close()

    def _hang_up(self, smtp: smtplib.SMTP) -> None:
        """Drop the connection without a word: what stands between DATA and the end of a letter would be its text."""
        self.smtp, self.is_closed = None, True
        smtp.close()

    def set_logging(self, *_: object) -> None:
        """Keep yagmail quiet: its log lines carry addresses, and it writes to stderr on its own."""
        super().set_logging(None)
        self.log.setLevel(logging.CRITICAL + 1)

    def _connection(self) -> smtplib.SMTP:
        """The open connection if it is young, else a new one."""
        smtp: smtplib.SMTP | None = self.smtp
        if smtp is not None and self._carried < self._most and self._seconds() - self._opened < _MAX_AGE:
            return smtp
        self.close()
        try:
            self.login()
            smtp = cast("smtplib.SMTP", self.smtp)
            smtp.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise _login_failure(error) from None
        self._opened, self._carried = self._seconds(), 0
        return smtp

    def _envelope(self, letter: Letter) -> tuple[smtplib.SMTP, list[_Answer]]:
        """MAIL, RCPT and DATA, and what is said to each; on a new connection where the server has left the old one."""
        to = (f"RCPT TO:<{mailbox.address}>" for mailbox in (letter.to, *letter.copies))
        commands = (f"MAIL FROM:<{letter.sender.address}>", *to, "DATA")
        known = self.smtp
        smtp = self._connection()
        try:
            answers = _asked(smtp, commands)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            if smtp is not known or isinstance(error, TimeoutError):
                raise TemporaryFailure(scrubbed(str(error))) from None
            return self._envelope(letter)
        if smtp is known and answers[0][0] == _LEAVING:
            self.close()
            return self._envelope(letter)
        return smtp, answers

    def _judged(self, smtp: smtplib.SMTP, letter: Letter, answers: list[_Answer]) -> tuple[str, ...]:
        """The refused copies, where the letter may be handed over. The main recipient goes first and decides."""
        (mail, *rcpt), (last, said) = answers[: len(letter.copies) + _SENDER_AND_READER], answers[-1]
        if last == _GO_ON and not (mail[0] in _TAKEN and rcpt[0][0] in _TAKEN):
            self._hang_up(smtp)  # it waits for a letter, for the sake of a copy perhaps: nothing else takes it back
        if mail[0] not in _TAKEN:
            self.close()
            raise _sender_failure(*mail)
        if rcpt[0][0] not in _TAKEN:
            if last != _GO_ON:
                self._forget(smtp, rcpt[0][0])
            raise _refusal(*rcpt[0])
        if last != _GO_ON:
            self._forget(smtp, last)
            raise _refusal(last, said)
        return tuple(
            copy.address for copy, (code, _) in zip(letter.copies, rcpt[1:], strict=True) if code not in _TAKEN
        )

    def _data(self, smtp: smtplib.SMTP, raw: bytes, meanwhile: Callable[[], object]) -> str:
        try:
            smtp.send(raw.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        except (smtplib.SMTPException, OSError) as error:
            self._lost(error)
        meanwhile()
        try:
            code, text = smtp.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self._lost(error)
        if code != 250:
            self._forget(smtp, code)
            raise _refusal(code, text)
        return scrubbed(f"{code} {text.decode('utf-8', 'replace')}")

    def _lost(self, error: Exception) -> NoReturn:
        """The line broke after the letter was under way."""
        self.close()
        raise UnknownFailure(scrubbed(str(error))) from None

    def _forget(self, smtp: smtplib.SMTP, code: int) -> None:
        """Make the connection ready for the next letter, or drop it where the server is going away (421)."""
        try:
            if code != _LEAVING and smtp.rset()[0] == 250:
                return
        except (smtplib.SMTPException, OSError):
            pass
        self.close()


def _asked(smtp: smtplib.SMTP, commands: Sequence[str]) -> list[_Answer]:
    """What is said to each: all in one go where the server can take that (RFC 2920), else one by one.

    The rest is left out after an answer that ends it.
    """
    at_once = smtp.has_extn("pipelining")
    if at_once:
        smtp.send("".join(f"{command}\r\n" for command in commands))
    answers: list[_Answer] = []
    for command in commands:
        if not at_once:
            smtp.putcmd(command)
        answers.append(smtp.getreply())
        refused = answers[-1][0] not in _TAKEN and len(answers) <= _SENDER_AND_READER
        if answers[-1][0] == _LEAVING or (refused and not at_once):
            break
    return answers


def _refuse_open_login(server: Server, password: str | None) -> None:
    if server.user is None:
        return
    if not password:
        message = say("邮件服务器要求登录，没有给出密码")
        hint = say("请用 systemd 凭据 smtp-password 或环境变量 DUBAN_SMTP_PASSWORD 提供密码")
        raise ConfigurationFailure("smtp-password-missing", message, hint)
    if server.security is Security.NONE and not _is_loopback(server.host):
        message = say("不在没有加密的连接上发送密码")
        hint = say("请改用 smtps:// 或 smtp+starttls://；不需要登录的中继请写 smtp://host:25")
        raise ConfigurationFailure("smtp-open-login", message, hint)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _login_failure(error: Exception) -> TemporaryFailure | ConfigurationFailure:
    match error:
        case ssl.SSLError():
            reason = getattr(error, "verify_message", "") or error.reason or "TLS"
            message = say("邮件服务器的证书或加密没有通过检查：{reason}", reason=scrubbed(str(reason)))
            hint = say("请核对服务器名称和证书；本单位自建的根证书用 DUBAN_SMTP_CA 指定")
            return ConfigurationFailure("smtp-tls", message, hint, answer=scrubbed(str(reason)))
        case smtplib.SMTPNotSupportedError():
            message = say("邮件服务器不支持所要求的加密或登录方式")
            hint = say("请核对 DUBAN_SMTP 的端口和写法：smtps:// 一般用465，smtp+starttls:// 一般用587")
            return ConfigurationFailure("smtp-not-supported", message, hint)
        case smtplib.SMTPAuthenticationError() if error.smtp_code >= 500:
            return _wrong_login(error.smtp_code, error.smtp_error)
        case socket.gaierror():
            return TemporaryFailure("host name not found")
        case OSError():  # smtplib.SMTPException is one too
            return TemporaryFailure(scrubbed(error.strerror or str(error) or type(error).__name__))
        case _:
            return TemporaryFailure(type(error).__name__)


def _wrong_login(code: int, text: bytes | str) -> ConfigurationFailure:
    answer = scrubbed(text)
    message = say("邮件服务器不接受登录：{code} {answer}", code=code, answer=answer)
    hint = say("请核对用户名和密码（有的邮箱要用客户端授权码）；改好之前不再发送，以免账号被锁")
    return ConfigurationFailure("smtp-login", message, hint, answer=f"{code} {answer}")


def _sender_failure(code: int, text: bytes) -> TemporaryFailure | ConfigurationFailure:
    """The server's word on MAIL FROM: a 5xx there holds for every letter, so it is a fault of the settings."""
    answer = scrubbed(f"{code} {text.decode('utf-8', 'replace')}")
    if code < 500:
        return TemporaryFailure(answer)
    message = say("邮件服务器不接受发件人：{answer}", answer=answer)
    hint = say("请核对 DUBAN_FROM：多数服务器要求发件地址与登录账号一致")
    return ConfigurationFailure("smtp-sender", message, hint, answer=answer)


def _refusal(code: int, text: bytes | str) -> TemporaryFailure | PermanentFailure | ConfigurationFailure:
    if code == _AUTH_REQUIRED or code in _AUTH_REFUSED:
        return _wrong_login(code, text)
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    answer = scrubbed(f"{code} {said}")
    if code < 500:
        return TemporaryFailure(answer)
    if _RELAYING.search(answer):
        return PolicyFailure(answer, relaying=True)
    return PermanentFailure(answer) if _OF_THE_MAILBOX.match(answer) else PolicyFailure(answer)
