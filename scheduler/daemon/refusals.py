"""Whose doing a 5xx answer is: the address's, or the server's that takes nothing from us. It sends nothing."""

from __future__ import annotations

from enum import Enum, auto

from msgspec import Struct

from scheduler.mailing import MalformedFailure, PermanentFailure, PolicyFailure
from scheduler.problems import Problem
from scheduler.words import say

REFUSES_ALL = "smtp-refuses-all"
_ENOUGH = 3  # different addresses refused one after another: it is not the addresses


class Belief(Enum):
    """What to make of a refusal."""

    FINAL = auto()  # the address is at fault
    HELD = auto()  # nobody can tell yet: this letter is tried again, the others go on
    ALL = auto()  # the server takes no mail from us: all wait


class _Doubt(Struct, frozen=True):
    """A letter that was refused: how many had been accepted until then, and what the server said."""

    accepted: int
    problem: Problem


class Refusals:
    """Judges each refusal by what the server made of the letters to others. After a restart it learns anew."""

    def __init__(self) -> None:
        self._accepted = 0
        self._row: set[str] = set()  # the addresses refused since a letter was last accepted
        self._doubts: dict[str, _Doubt] = {}  # by the message's key
        self._told: set[str] = set()  # those refused as all were, and not since: that was said of the server

    @property
    def doubts(self) -> tuple[Problem, ...]:
        """What is said of letters that are held."""
        held = [doubt.problem for key, doubt in self._doubts.items() if key not in self._told]
        return tuple({problem.code: problem for problem in held}.values())

    def holds(self, message: str) -> bool:
        """Whether a letter waits because nobody can tell whose doing its refusal was."""
        return message in self._doubts

    def accepted(self, message: str) -> None:
        """A letter was taken: the server does carry our mail."""
        self._accepted += 1
        if len(self._row) >= _ENOUGH:
            self._told |= self._doubts.keys()
        self._row.clear()
        self._doubts.pop(message, None)

    def refused(self, message: str, address: str, failure: PermanentFailure) -> Belief:
        """The third different address in a row means all; a 5xx that names the mailbox is final; any other waits.

        It waits until a letter to somebody else was accepted after it, and is refused again. A server that will not
        relay is never the recipient's doing, so that such a letter waits for as long as it is of use.
        """
        if isinstance(failure, MalformedFailure):
            return Belief.FINAL
        self._row.add(address)
        if len(self._row) >= _ENOUGH:
            self._doubt(message, failure)
            return Belief.ALL
        if not isinstance(failure, PolicyFailure):
            self._doubts.pop(message, None)
            return Belief.FINAL
        before = self._doubts.get(message)
        if before is not None and before.accepted < self._accepted and not failure.relaying:
            del self._doubts[message]
            return Belief.FINAL
        self._doubt(message, failure)
        return Belief.HELD

    def forget(self, waiting: set[str]) -> None:
        """Messages that do not wait any more are in no doubt."""
        self._doubts = {key: doubt for key, doubt in self._doubts.items() if key in waiting}
        self._told &= waiting

    def _doubt(self, message: str, failure: PermanentFailure) -> None:
        self._told.discard(message)
        before = self._doubts.get(message)
        self._doubts[message] = _Doubt(before.accepted if before else self._accepted, held(failure))


def held(failure: PermanentFailure) -> Problem:
    """What is said of a refusal while nobody knows whose doing it is."""
    if isinstance(failure, PolicyFailure) and failure.relaying:
        message = say("邮件服务器不肯转发：{answer}", answer=failure.answer)
        hint = say("请核对 DUBAN_SMTP 的登录账号和服务器的转发权限，或者收件人邮箱的域名；邮件先留着，会再试")
        return Problem("smtp-relay", message, hint)
    message = say("邮件服务器拒收，还不能断定是不是收件人邮箱的问题：{answer}", answer=failure.answer)
    hint = say("邮件先留着再试；发给别人的能送达而它仍被拒收，才算邮箱有误。常见原因：发件权限、黑名单、内容过滤")
    return Problem("smtp-policy", message, hint)


def takes_nothing(answer: str) -> Problem:
    """What is said when several addresses were refused and none accepted."""
    message = say("邮件服务器接连拒收发给不同收件人的邮件：{answer}", answer=answer)
    hint = say(
        "多半不是邮箱有误，而是服务器不收本单位的邮件：请核对登录账号、发件人、转发权限和黑名单；邮件都留着，会再试"
    )
    return Problem("smtp-refuses-all", message, hint)
