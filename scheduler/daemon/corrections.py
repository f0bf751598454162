"""更正 after a wrong mail: who really received it, and one letter for each of them. It sends nothing.

A person enters a correction as a fact; at the next beat it becomes mail, once for each receiver, by the outbox's keys.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from scheduler.clock import BEIJING
from scheduler.daemon.desk import Desk
from scheduler.daemon.dispatch import ON_TRIAL
from scheduler.journal import Body, Journal, OutboxRow, OutboxState
from scheduler.mailing import Letter, Post, Wrong
from scheduler.mailing.post import thread_of
from scheduler.planning import History, Plan
from scheduler.planning.messages import on_trial
from scheduler.planning.model import Entry, Fact, FactKind, Message, MessageKind, Recipient
from scheduler.planning.people import Directory
from scheduler.planning.windows import Window
from scheduler.problems import Problem, RefusedError, UsageError
from scheduler.words import say

log = logging.getLogger("duban")

_LOOKED = "corrected"  # the mark with the number of the last correction that became mail


def wrong_mails(said: str, journal: Journal) -> tuple[OutboxRow, ...]:
    """The mails that are meant by a notice (TASK#STEP), a Message-ID, the number or the key of a message.

    Raises UsageError where there is none, RefusedError where none of them went.
    """
    found = tuple(_meant(said, journal))
    if not found:
        hint = say("可写通知的名字（任务编号#步骤）、邮件的 Message-ID、发件箱中的编号，见 duban status --format json")
        raise UsageError(Problem("unknown-mail", say("没有这封邮件：{said}", said=said), hint))
    sent = tuple(row for row in found if row.state is OutboxState.SENT)
    if not sent:
        message = say("{said} 还没有发出（{state}）", said=said, state=found[0].state.value)
        raise RefusedError(Problem("mail-not-sent", message, say("不要发的，用 duban withdraw 撤下")))
    return sent


def entry_of(row: OutboxRow, text: str, by: str, history: History) -> Entry:
    """The entry of one correction; RefusedError where the same has been entered already."""
    tasks = _tasks(row)
    for seq, said in history.corrections.items():
        if said == (row.key, text):
            message = say("这封邮件已经这样更正过（第{seq}号记录）", seq=seq)
            raise RefusedError(Problem("corrected-already", message, say("没有登记；更正的内容不同的，可以再更正")))
    task = tasks[0] if len(tasks) == 1 else None
    return Entry(FactKind.CORRECT, by, None, task, {"message": row.key, "text": text})


class Corrector(Struct, frozen=True, dict=True):
    """Writes 更正; `domain` is that of Message-IDs."""

    journal: Journal
    plan: Plan
    post: Post
    domain: str

    def receivers(self, row: OutboxRow, now: datetime) -> tuple[Recipient, ...]:
        """Everybody whose mailbox took the mail: without the copies that were refused, and without what came back."""
        if ON_TRIAL in (row.response or ""):
            admin = Directory(self.plan.roster).admin(now.astimezone(BEIJING).date())
            return () if admin is None else (admin,)
        missed = set[str]()
        for fact in self.journal.facts(kinds=[FactKind.FAILED]):
            if fact.data.get("message") == row.key:
                copies = fact.data.get("copies")
                back = {row.recipient.who} if fact.data.get("final") else set[str]()  # accepted first, returned later
                missed |= set(copies) if isinstance(copies, tuple) else back
        got = {r.address.casefold(): r for r in (*row.copies, row.recipient) if r.who not in missed}
        return tuple(reversed(got.values()))

    def letters(self, row: OutboxRow, text: str, now: datetime, seq: int = 0) -> Iterator[tuple[Message, Letter]]:
        """The letter of entry `seq` to each receiver of a wrong mail; during the trial all go to the admin."""
        wrong = Wrong(row.kind, row.settled_at or row.moment, _tasks(row))
        office, directory = self.plan.register.office, Directory(self.plan.roster)
        admin = directory.admin(now.astimezone(BEIJING).date()) if office.trial else None
        for recipient in self.receivers(row, now):
            cause = f"{seq}:{row.key}:{recipient.who}"
            key = f"{MessageKind.CORRECTION}:{cause}"
            at = self._moment(recipient, now)
            message = Message(key, MessageKind.CORRECTION, recipient, (), at, (), cause=cause)
            if admin is not None and recipient.address != admin.address:
                message = on_trial(message, admin)
            draft = f"<draft@{self.domain}>"  # the journal gives the real one
            yield message, self.post.correction(message, self.plan, now, message_id=draft, wrong=wrong, text=text)

    def _moment(self, recipient: Recipient, now: datetime) -> datetime:
        """Now, or the next send moment where the reader's own unit rests or its hour has not come."""
        roster, local = self.plan.roster, now.astimezone(BEIJING)
        known = recipient.unit is not None and roster.has_unit(recipient.unit)  # it may have left the table since
        unit = recipient.unit if known and recipient.unit else self.plan.register.office.unit
        window = Window(self.plan.calendars.of(roster.region(unit)), roster.send_at(unit))
        return local if window.is_open(local) else window.next(local)


class Corrections:
    """Runs at each beat; asks the journal only when there is news. What went is read from the outbox."""

    def __init__(self, desk: Desk, post: Post, domain: str) -> None:
        self._desk = desk
        self._post = post
        self._domain = domain
        self._looked = int(desk.journal.mark(_LOOKED) or 0)

    def run(self, now: datetime) -> None:
        """Queue the letters of each correction that is new. Raises TemplateFaultError and ConfigurationFailure."""
        journal, last = self._desk.journal, self._desk.latest.get(FactKind.CORRECT)
        if last is None or last.seq <= self._looked:
            return
        for fact in journal.facts(self._looked, kinds=[FactKind.CORRECT]):
            self._queue(fact, now)
            journal.put_mark(_LOOKED, str(fact.seq))
            self._looked = fact.seq

    def _queue(self, fact: Fact, now: datetime) -> None:
        journal = self._desk.journal
        row = journal.message(str(fact.data.get("message")))
        if row is None or fact.seq not in self._desk.plan.history.corrections:
            return
        corrector = Corrector(journal, self._desk.plan, self._post, self._domain)
        made = list(corrector.letters(row, str(fact.data.get("text")), now, fact.seq))
        earlier = tuple(filter(None, (thread_of(_tasks(row), row.message_id), row.message_id)))
        bodies = {m.key: Body(letter.subject, letter.text, letter.html, earlier) for m, letter in made}
        journal.enqueue([message for message, _ in made], [], now=now, domain=self._domain, bodies=bodies)
        log.info("correction seq=%d letters=%d", fact.seq, len(made))


def _meant(said: str, journal: Journal) -> Iterator[OutboxRow]:
    if "#" in said:
        facts = journal.facts(kinds=[FactKind.QUEUED, FactKind.SENT])
        keys = dict.fromkeys(str(f.data.get("message")) for f in facts if _names(f, said))
        yield from filter(None, map(journal.message, keys))
    elif "@" in said:
        row = journal.message_with(f"<{said.strip('<> ')}>")
        yield from (row,) if row is not None else ()
    elif said.isdecimal():
        yield from (row for row in journal.outbox() if row.id == int(said))
    else:
        row = journal.message(said)
        yield from (row,) if row is not None else ()


def _names(fact: Fact, notice: str) -> bool:
    keys = fact.data.get("notices")
    return isinstance(keys, tuple) and any(key.startswith(f"{notice}@") for key in keys)


def _tasks(row: OutboxRow) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key.partition("#")[0] for key in row.notices))
