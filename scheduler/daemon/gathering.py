"""After an outage: what waits in the outbox for one reader becomes one message, and what is about hours waits for
nothing that counts in days. It composes and sends nothing.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import datetime

from msgspec import Struct

from scheduler.daemon.looking import look_at
from scheduler.journal import Journal, OutboxRow
from scheduler.planning import Plan
from scheduler.planning.messages import is_in_hours, together
from scheduler.planning.model import Message, Notice

log = logging.getLogger("duban")


class _Ready(Struct, frozen=True):
    """A message that may go now: what of it is still wanted, and what is not, by reason."""

    row: OutboxRow
    wanted: tuple[Notice, ...]
    unwanted: tuple[tuple[str, list[str]], ...]

    @property
    def message(self) -> Message:
        """As it would be formed of what is left of it."""
        return _formed(self.row, self.wanted)


def gather(journal: Journal, plan: Plan, now: datetime, domain: str) -> int:
    """Make one message of those that wait for one reader and may all go now. Returns how many it made.

    Where the hour holds a notice back (a night, a rest day, one escalation a day), its message stays as it is, unless
    there is something about hours in it that may go: that goes without what must wait.
    """
    made, crowds = 0, journal.crowded()
    parted = [_part(journal, row, plan, now, domain) for rows in crowds for row in rows]
    if any(parted):
        crowds = journal.crowded()
    for rows in crowds:
        ready = [found for row in rows if (found := _ready(row, plan, now)) is not None]
        if len(ready) > 1:
            made += _merge(journal, ready, now, domain)
    return made


def _ready(row: OutboxRow, plan: Plan, now: datetime) -> _Ready | None:
    found = look_at(row.notices, plan, now)
    if not found.wanted or found.wait is not None:
        return None
    return _Ready(row, found.wanted, tuple((reason, keys or []) for reason, keys in found.unwanted))


def _merge(journal: Journal, ready: list[_Ready], now: datetime, domain: str) -> bool:
    message = together([one.message for one in ready], now)
    unwanted: defaultdict[str, list[str]] = defaultdict(list)
    for one in ready:
        for reason, keys in one.unwanted:
            unwanted[reason] += keys
    made = journal.reform([one.row for one in ready], [message], unwanted, now=now, domain=domain)
    for key in made:
        log.info("merged %d messages into %s to=%s", len(ready), key, message.recipient.who)
    return bool(made)


def _part(journal: Journal, row: OutboxRow, plan: Plan, now: datetime, domain: str) -> bool:
    found = look_at(row.notices, plan, now)
    free = tuple(notice for notice in found.wanted if notice not in found.held)
    if not (found.held and any(map(is_in_hours, free))):
        return False
    messages = [together([_formed(row, notices)], now) for notices in (free, found.held)]
    unwanted = {reason: keys or [] for reason, keys in found.unwanted}
    made = journal.reform([row], messages, unwanted, now=now, domain=domain)
    for key in made:
        log.info("parted %s from %s to=%s", key, row.key, row.recipient.who)
    return bool(made)


def _formed(row: OutboxRow, notices: tuple[Notice, ...]) -> Message:
    return Message(row.key, row.kind, row.recipient, row.copies, row.moment, notices, row.late)
