"""A little of everything that mail can meet with, for tests of what the record says of it."""

from __future__ import annotations

from datetime import timedelta

from stationery import DOMAIN, HU, LEASE, MINUTE, MON_2026_11_23, entries, message, notice, preview, skip

from scheduler.journal import Accepted, Body, Claim, Journal, Permanent, Temporary, Unknown
from scheduler.planning.model import Entry, FactKind

_NOW = MON_2026_11_23


def correspond(journal: Journal) -> None:
    """Sent, refused, dropped in part and whole, tried again, claimed and waiting; a file kept; facts of people."""
    table = journal.keep("table", "obligations.yaml", b"version: 1\n", _NOW)
    journal.append([Entry(FactKind.TABLE, "duban", data={"digest": "x", "files": (table,)}), *entries(3)], now=_NOW)
    units = ("sent", "refused", "half", "gone", "busy", "doubtful", "lapsed", "late")
    mail = [message(notice(unit=u), notice("chase-1", unit=u), key=u, moment=_NOW) for u in units]
    body = Body("【拟发】", "一、…", "<p>一、…</p>")
    journal.enqueue([*mail, preview()], [skip(notice("x"))], now=_NOW, domain=DOMAIN, bodies={preview().key: body})
    journal.settle(_claimed(journal, 0), Accepted("250 queued as 4F1", "4F1"), _NOW + MINUTE)
    journal.settle(_claimed(journal, 1), Permanent("550 no such user"), _NOW + MINUTE)
    half = journal.drop(_claimed(journal, 2), "done", _NOW + MINUTE, [notice(unit="half").key])
    assert half
    journal.settle(half, Accepted("250 ok"), _NOW + 2 * MINUTE)
    gone = [notice(unit="gone").key, notice("chase-1", unit="gone").key]
    journal.drop_waiting(gone, "withdrawn", _NOW + MINUTE)
    journal.settle(_claimed(journal, 3), Temporary("451 busy", _NOW + timedelta(days=1)), _NOW + MINUTE)
    journal.settle(_claimed(journal, 4), Unknown("line dropped", _NOW + timedelta(days=1)), _NOW + MINUTE)
    zombie = _claimed(journal, 5)
    heir = _claimed(journal, 5 + LEASE // MINUTE)
    assert heir.row.key == zombie.row.key
    journal.settle(heir, Accepted("250 ok"), _NOW + LEASE + 8 * MINUTE)
    journal.settle(zombie, Accepted("250 ok"), _NOW + LEASE + 9 * MINUTE)
    journal.postpone(_claimed(journal, 20), _NOW + timedelta(days=1), _NOW + 20 * MINUTE)
    journal.settle(_claimed(journal, 21), Accepted("250 ok"), _NOW + 21 * MINUTE)
    later = _NOW + timedelta(hours=2)
    journal.enqueue([message(notice("chase-9"), key="waits", to=HU, moment=later)], [], now=later, domain=DOMAIN)
    journal.append(entries(2), now=later)


def _claimed(journal: Journal, minutes: int) -> Claim:
    claim = journal.claim(f"one-{minutes}", _NOW + minutes * MINUTE, LEASE)
    assert claim
    return claim
