"""How what is owed becomes mail: one message per recipient and moment, most urgent first. It renders nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from scheduler.planning.case import LATE
from scheduler.planning.model import (
    BEIJING,
    Decision,
    Message,
    MessageKind,
    Notice,
    NoticeKind,
    Recipient,
    Verdict,
)
from scheduler.planning.plan import Plan
from scheduler.planning.reasons import Reason
from scheduler.planning.windows import end_of
from scheduler.words import say

_KINDS = {
    NoticeKind.REMINDER: MessageKind.REMINDER,
    NoticeKind.CHASER: MessageKind.CHASER,
    NoticeKind.ESCALATION: MessageKind.ESCALATION,
}
_MEANT = say("试运行：本邮件原送{name}（{address}）。", name="", address="")


def messages(decisions: Iterable[Decision], plan: Plan, now: datetime) -> list[Message]:
    """One message per address for all that is to be sent now, the most urgent message first.

    In trial mode each goes to the admin alone, with a note that says whom it was meant for; its key stays the same.
    """
    mailboxes: dict[str, list[Decision]] = {}
    for decision in decisions:
        if decision.verdict is Verdict.SEND and decision.recipient is not None:
            mailboxes.setdefault(decision.recipient.address.casefold(), []).append(decision)
    found = [_message(same, now) for same in mailboxes.values()]
    if plan.register.office.trial:
        admin = plan.directory.admin(now.astimezone(BEIJING).date())
        found = [on_trial(message, admin) for message in found] if admin is not None else []
    return sorted(found, key=lambda m: (urgency(m.notices[0]), m.recipient.address))


def message_key(address: str, moment: datetime, notice_keys: Iterable[str]) -> str:
    """The unique key of a message, 32 hexadecimal digits: the same for the same mailbox, moment and notices."""
    parts = [address.casefold(), moment.astimezone(BEIJING).isoformat(timespec="minutes"), *sorted(notice_keys)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def together(waiting: Sequence[Message], now: datetime) -> Message:
    """One message in place of several that wait for one reader: all their notices, the most urgent first."""
    ordered = sorted(waiting, key=lambda m: urgency(m.notices[0]))
    notices = tuple(sorted((n for m in ordered for n in m.notices), key=urgency))
    recipient = addressee([m.recipient for m in ordered])
    moment = min(m.moment for m in ordered)
    copies = {c.address: c for m in ordered for c in m.copies if c.address != recipient.address}
    return Message(
        key=message_key(recipient.address, moment, (n.key for n in notices)),
        kind=_kind(notices, weekly=any(m.kind is MessageKind.WEEKLY for m in ordered)),
        recipient=recipient,
        copies=tuple(copies.values()),
        moment=moment,
        notices=notices,
        late=any(m.late for m in ordered) or now - moment > LATE,
    )


def mailbox(recipient: Recipient) -> tuple[str, str]:
    """What two recipients share whose mails may be one: the address, and in the trial the one for whom it is meant."""
    note = recipient.note
    meant = note.text() if note is not None and note.template == _MEANT.template else ""
    return recipient.address.casefold(), meant


def is_in_hours(notice: Notice) -> bool:
    """Whether it is about hours, and so goes before all that counts in days."""
    return isinstance(notice.task.dates.target, datetime)


def urgency(notice: Notice) -> tuple[bool, int, datetime, str]:
    """What stands first: hours before days; overdue escalations, chasers, escalations ahead, reminders; the target."""
    step = notice.step
    if step.kind is NoticeKind.ESCALATION:
        rank = 2 if step.ahead else 0
    else:
        rank = 1 if step.kind is NoticeKind.CHASER else 3
    return not is_in_hours(notice), rank, end_of(notice.task.dates.target), notice.key


def addressee(sharing: Sequence[Recipient]) -> Recipient:
    """One recipient for those who share an address: all their names; the first one's id, and note if any has one."""
    first = sharing[0]
    names = tuple(dict.fromkeys(name for r in sharing for name in r.name.split("、")))
    note = next((r.note for r in sharing if r.note is not None), None)
    if len(names) == 1:
        return replace(first, note=note)
    return replace(first, name="、".join(names), post=None, note=note)


def on_trial(message: Message, admin: Recipient) -> Message:
    """The message as it goes during the trial: to the admin alone, with a note that says whom it was meant for."""
    meant = message.recipient
    note = say(_MEANT.template, name=meant.name, address=meant.address)
    return replace(message, recipient=replace(admin, note=note), copies=())


def _message(decisions: Sequence[Decision], now: datetime) -> Message:
    ordered = sorted(decisions, key=lambda d: urgency(d.notice))
    notices = tuple(d.notice for d in ordered)
    recipient = addressee([d.recipient for d in ordered if d.recipient is not None])
    moment = max(d.at or now for d in ordered)
    copies = {c.address: c for d in ordered for c in d.copies}
    return Message(
        key=message_key(recipient.address, moment, (n.key for n in notices)),
        kind=_kind(notices, weekly=any(d.reason == Reason.WEEKLY for d in ordered)),
        recipient=recipient,
        copies=tuple(copies.values()),
        moment=moment,
        notices=notices,
        late=any(d.late for d in ordered),
    )


def _kind(notices: Sequence[Notice], *, weekly: bool) -> MessageKind:
    """A weekly sheet; or the kind of a single notice, or of several escalations of one obligation; else a digest."""
    if weekly:
        return MessageKind.WEEKLY
    kinds = {notice.step.kind for notice in notices}
    rows = {notice.task.slot.obligation.id for notice in notices}
    if len(notices) == 1 or (kinds == {NoticeKind.ESCALATION} and len(rows) == 1):
        return _KINDS[notices[0].step.kind]
    return MessageKind.DIGEST
