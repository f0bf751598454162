"""What the daemon says by itself: tomorrow's mails, a refused table or address, a missing notice, moved deadlines.

Each of these mails has a cause that makes it unique, so that asking at every beat makes one mail. It sends nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from scheduler.clock import BEIJING
from scheduler.daemon.changes import Changes
from scheduler.daemon.desk import PROGRAM, Desk
from scheduler.journal import Body, Entry, OutboxRow, OutboxState
from scheduler.mailing import Letter, Post
from scheduler.planning.coming import coming, preview
from scheduler.planning.model import FactKind, Message, MessageKind
from scheduler.planning.people import Directory
from scheduler.planning.windows import Window
from scheduler.problems import Problem
from scheduler.reports.unsettled import missing
from scheduler.words import say

PREVIEW_AT = time(16, 30)  # Beijing time, on working days of the operating office
TROUBLE = "mail-trouble"  # the mark under which `status` finds what keeps the mail back
_HEARTBEAT = "heartbeat"


class Duties:
    """Runs at each beat; does at most a look at the clock when there is nothing to say."""

    def __init__(self, desk: Desk, post: Post, domain: str) -> None:
        self._desk = desk
        self._post = post
        self._message_id = f"<draft@{domain}>"  # the journal gives the real one
        self._domain = domain
        self._looked: int | None = None
        self._previewed: date | None = None
        self._beaten = desk.journal.mark(_HEARTBEAT)
        self._nagged = ""
        self._changes = Changes(desk, post, domain)

    def run(self, now: datetime) -> None:
        """All of it, each when it is time; and once a day a line in the journal that the daemon lives."""
        self._heartbeat(now)
        self._changes.run(now)
        self._preview(now)
        self._missing_notice(now)
        if self._desk.seq != self._looked:
            self._looked = self._desk.seq
            self._refused_table(now)
            self._refused_mail(now)

    def report(self, trouble: Problem | None, now: datetime) -> None:
        """Keep where `status` finds it what holds the mail back (a login, a certificate, a template), or nothing."""
        said = trouble.text() if trouble is not None else ""
        if said != (self._desk.journal.mark(TROUBLE) or ""):
            self._desk.journal.put_mark(TROUBLE, said)
            if trouble is not None:
                failed = Entry(FactKind.FAILED, PROGRAM, data={"reason": trouble.code, "final": False})
                self._desk.journal.append([failed], now=now)

    def _heartbeat(self, now: datetime) -> None:
        today = now.date().isoformat()
        if self._beaten == today:
            return
        due = len(list(coming(self._desk.plan, now, _end_of(now.date()))))
        self._desk.journal.append([Entry(FactKind.HEARTBEAT, PROGRAM, data={"due": due})], now=now)
        self._desk.journal.put_mark(_HEARTBEAT, today)
        self._beaten = today

    def _preview(self, now: datetime) -> None:
        today = now.astimezone(BEIJING).date()
        calendar = self._desk.plan.calendars.of(self._desk.register.office.region)
        if self._previewed == today or now.time() < PREVIEW_AT or not calendar.works(today):
            return
        self._previewed = today
        sheet = preview(self._desk.plan, now)
        message = self._to_admin(MessageKind.PREVIEW, today.isoformat(), now)
        if sheet and message is not None:
            head = self._desk.journal.head().short
            plan = self._desk.plan
            letter = self._post.preview(message, plan, now, message_id=self._message_id, coming=sheet, head=head)
            self._put(message, letter, now)

    def _missing_notice(self, now: datetime) -> None:
        """From 1 November once a week, on its first working day, while next year's arrangement is not known."""
        office, today = self._desk.register.office, now.astimezone(BEIJING)
        week = f"{today:%G-W%V}"
        window = Window(self._desk.plan.calendars.of(office.region), office.send_at)
        if self._nagged != week and window.is_open(today):
            self._nagged = week
            if problems := missing(self._desk.plan, today.date()):
                self._warn(f"calendar:{week}", problems, now)

    def _refused_table(self, now: datetime) -> None:
        if self._desk.refused:
            self._warn(f"table:{self._desk.refused_as}", self._desk.refused, now)

    def _refused_mail(self, now: datetime) -> None:
        """Tell of mails that a server refused for good; of a warning that was refused there is nobody left to tell."""
        for row in self._desk.journal.outbox(OutboxState.DEAD):
            if row.kind is not MessageKind.WARNING:
                self._warn(f"refused:{row.key}", [_undelivered(row)], now)

    def _warn(self, cause: str, problems: Sequence[Problem], now: datetime) -> None:
        message = self._to_admin(MessageKind.WARNING, cause, now)
        if message is not None:
            plan = self._desk.plan
            letter = self._post.warning(message, plan, now, message_id=self._message_id, problems=problems)
            self._put(message, letter, now)

    def _to_admin(self, kind: MessageKind, cause: str, now: datetime) -> Message | None:
        admin = Directory(self._desk.plan.roster).admin(now.date())
        return None if admin is None else Message(f"{kind}:{cause}", kind, admin, (), now, (), cause=cause)

    def _put(self, message: Message, letter: Letter, now: datetime) -> None:
        body = Body(letter.subject, letter.text, letter.html)
        self._desk.journal.enqueue([message], [], now=now, domain=self._domain, bodies={message.key: body})


def _undelivered(row: OutboxRow) -> Problem:
    message = say("发给{name}的邮件被拒收：{why}", name=row.recipient.name, why=row.last_error or "")
    hint = say("请核对台账中{who}的邮箱，改好后程序会发以后的通知；这一封请电话告知", who=row.recipient.who)
    return Problem("mail-refused", message, hint)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, BEIJING)
