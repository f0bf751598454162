"""How a delivery can fail, told apart by what to do next. No error carries an address, a name or a password."""

from __future__ import annotations

import re

from scheduler.problems import Problem, UnreachableError
from scheduler.words import Phrase, say

_ADDRESS = re.compile(r"[^\s<>()\[\]{},;:\"']+@[^\s<>()\[\]{},;:\"']+")
_LONGEST_ANSWER = 300


def scrubbed(answer: bytes | str) -> str:
    """A server's answer in one line, shortened, with every mail address taken out."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return _ADDRESS.sub("…", line)[:_LONGEST_ANSWER]


class DeliveryError(UnreachableError):
    """Base: a letter did not go, or nobody knows. `answer` is what the server said, without addresses."""

    def __init__(self, problem: Problem, *, answer: str = "") -> None:
        super().__init__(problem)
        self.answer = answer


class TemporaryFailure(DeliveryError):  # noqa: N818 - the name says what to do with it: try again later
    """Not now: a 4xx answer, no connection, a time-out before the letter was handed over. Try again later."""

    def __init__(self, answer: str) -> None:
        message = say("邮件服务器暂时没有接收：{answer}", answer=answer)
        hint = say("会自动重试；如果一直如此，请检查服务器地址、端口和网络")
        super().__init__(Problem("mail-temporary", message, hint), answer=answer)


class UnknownFailure(DeliveryError):  # noqa: N818 - one family of names
    """The connection broke after the letter was handed over: it may have been accepted. Send again, same Message-ID."""

    def __init__(self, answer: str) -> None:
        message = say("邮件已经交出，服务器没有应答：{answer}", answer=answer)
        hint = say("会以同一个 Message-ID 重发，收件人最多收到两份相同的邮件")
        super().__init__(Problem("mail-unknown", message, hint), answer=answer)


class PermanentFailure(DeliveryError):  # noqa: N818 - one family of names
    """A 5xx answer to the recipient or to the letter: dead for this recipient; somebody must mend the address."""

    def __init__(self, answer: str) -> None:
        message = say("邮件服务器拒收：{answer}", answer=answer)
        hint = say("请核对收件人的邮箱地址，改好台账后重新发送")
        super().__init__(Problem("mail-refused", message, hint), answer=answer)


class MalformedFailure(PermanentFailure):
    """No server was asked: nobody could deliver to an address of this form."""


class PolicyFailure(PermanentFailure):
    """A 5xx answer that does not name the mailbox: it may be meant for everybody (relaying, a block list, the content).

    `relaying` is True where the server says that it carries no mail for us: that is never the recipient's doing.
    """

    def __init__(self, answer: str, *, relaying: bool = False) -> None:
        super().__init__(answer)
        self.relaying = relaying


class ConfigurationFailure(DeliveryError):  # noqa: N818 - one family of names
    """Login, TLS, sender or address of the server are wrong: stop all sending and tell the admin; burn no attempts."""

    def __init__(self, code: str, message: Phrase, hint: Phrase, *, answer: str = "") -> None:
        super().__init__(Problem(code, message, hint), answer=answer)
