"""Whose mail does not arrive: what is said of a mail refused for good or returned, and of the addresses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from scheduler.clock import BEIJING
from scheduler.planning.model import Fact, FactKind, Recipient
from scheduler.problems import Level, Problem
from scheduler.register import Register
from scheduler.words import Phrase, say

if TYPE_CHECKING:
    from scheduler.journal import OutboxRow, Reading

_GRACE = timedelta(days=2)  # so long a returned mail takes: until then an acceptance says nothing of the mailbox


class _Failed(Struct, frozen=True):
    """The last mail that somebody did not get."""

    at: datetime
    reason: str
    returned: bool


def undelivered(record: Reading, register: Register, until: datetime) -> tuple[Problem, ...]:
    """One warning for each such address, by what was known at `until`.

    It ends when the table names another address, or a later mail has arrived.
    """
    current = _addresses(register)
    failed: dict[str, tuple[str, _Failed]] = {}
    for fact in record.facts(until=until, kinds=[FactKind.FAILED]):
        for who, address in _to(record, fact):
            if current.get(who, ("", ""))[1].lower() == address.lower():
                failed[who] = address, _Failed(fact.entered, str(fact.data.get("reason")), "bounce" in fact.data)
    return tuple(
        _problem(who, current[who][0], address, last)
        for who, (address, last) in failed.items()
        if not _arrived_since(record, address, last, until)
    )


def told(row: OutboxRow, fact: Fact) -> Problem:
    """What the admin is told of a mail that failed for good, for its recipient or for a copy."""
    why, copies = str(fact.data.get("reason")), fact.data.get("copies")
    missed = [copy for copy in row.copies if isinstance(copies, tuple) and copy.who in copies]
    to = missed[0] if missed else row.recipient
    if "bounce" not in fact.data:
        return _without_copies(row, missed) if missed else _refused(to, why)
    if not missed and not fact.data.get("final"):
        message = say("发给{name}的邮件，转发以后被退回，不知是谁的邮箱：{why}", name=to.name, why=why)
        return Problem("mail-bounced", message, say("请核对台账中{who}和抄送人的邮箱", who=to.who))
    message = say("发给{name}（{address}）的邮件被退回：{why}", name=to.name, address=to.address, why=why)
    return Problem("mail-bounced", message, _by_telephone(to))


def _refused(to: Recipient, why: str) -> Problem:
    message = say("发给{name}（{address}）的邮件被拒收：{why}", name=to.name, address=to.address, why=why)
    return Problem("mail-refused", message, _by_telephone(to))


def _by_telephone(to: Recipient) -> Phrase:
    return say("请核对台账中{who}的邮箱，改好后程序会发以后的通知；这一封请电话告知", who=to.who)


def _without_copies(row: OutboxRow, missed: Sequence[Recipient]) -> Problem:
    names = "、".join(f"{copy.name}（{copy.address}）" for copy in missed)
    message = say("发给{name}的邮件已送达，抄送{names}的被拒收", name=row.recipient.name, names=names)
    hint = say("请核对台账中{who}的邮箱", who="、".join(copy.who for copy in missed))
    return Problem("copy-refused", message, hint)


def _addresses(register: Register) -> dict[str, tuple[str, str]]:
    """Name and address by id, of persons and of units with a mailbox."""
    units = {unit.id: (unit.name, unit.mail) for unit in register.units if unit.mail}
    return units | {person.id: (person.name, person.email) for person in register.people if person.email}


def _to(record: Reading, fact: Fact) -> tuple[tuple[str, str], ...]:
    """Who did not get the mail of a final failure, and at which address."""
    copies = fact.data.get("copies")
    if not fact.data.get("final") and not isinstance(copies, tuple):
        return ()
    recipients = record.recipients(str(fact.data.get("message")))
    if isinstance(copies, tuple):
        return tuple((r.who, r.address) for r in recipients[1:] if r.who in copies)
    return tuple((r.who, r.address) for r in recipients[:1])


def _arrived_since(record: Reading, address: str, last: _Failed, until: datetime) -> bool:
    accepted = record.last_accepted(address, until)
    return accepted is not None and accepted > last.at + (_GRACE if last.returned else timedelta())


def _problem(who: str, name: str, address: str, last: _Failed) -> Problem:
    day, why = last.at.astimezone(BEIJING).date().isoformat(), last.reason.removeprefix("copy-refused")
    if last.returned:
        message = say(
            "{name}（{who}）的邮箱 {address}，{day}有邮件被退回：{why}",
            name=name,
            who=who,
            address=address,
            day=day,
            why=why,
        )
    else:
        message = say(
            "{name}（{who}）的邮箱 {address}，{day}有邮件被拒收：{why}",
            name=name,
            who=who,
            address=address,
            day=day,
            why=why,
        )
    hint = say("请核对台账中的邮箱，改好后自动不再提示；没有收到的，请电话告知")
    return Problem("address-refused", message, hint, level=Level.WARNING)
