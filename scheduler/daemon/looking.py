"""What stands in the outbox looked at again inside its claim: what nobody wants any more, what must wait. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from scheduler.clock import BEIJING
from scheduler.journal import Claim, OutboxRow
from scheduler.planning import Plan
from scheduler.planning.again import look_again
from scheduler.planning.cases import Cases
from scheduler.planning.model import MessageKind, Notice, Verdict
from scheduler.planning.reasons import Reason
from scheduler.planning.windows import Window

# What goes to the admin goes at any hour.
_TO_THE_ADMIN = frozenset({MessageKind.PREVIEW, MessageKind.WARNING})


class Looked(Struct, frozen=True):
    """The notices still to be sent; the keys of those that are not (None: the whole message), by reason; a wait.

    `held` are those of the wanted ones that must wait.
    """

    wanted: tuple[Notice, ...] = ()
    unwanted: tuple[tuple[str, list[str] | None], ...] = ()
    wait: datetime | None = None
    held: tuple[Notice, ...] = ()


def look(claim: Claim, plan: Plan, now: datetime) -> Looked:
    """Look at each notice of a claimed message again, or at the message where it has none."""
    return look_at(claim.notices, plan, now) if claim.notices else _without_notices(claim.row, plan, now)


def look_at(keys: Sequence[str], plan: Plan, now: datetime) -> Looked:
    """Look at notices again, by their keys."""
    wanted, held, waits = list[Notice](), list[Notice](), list[datetime]()
    gone, cases = defaultdict[str, list[str]](list), Cases(plan)
    for key in keys:
        found = look_again(key, cases, now)
        if isinstance(found, Reason):
            gone[found].append(key)
            continue
        notice, decision = found
        if decision.verdict is Verdict.SKIP:
            gone[decision.reason].append(key)
            continue
        wanted.append(notice)
        if decision.verdict is Verdict.HOLD and decision.at is not None:
            held.append(notice)
            waits.append(decision.at)
    return Looked(tuple(wanted), tuple(gone.items()), max(waits, default=None), tuple(held))


def entered(row: OutboxRow) -> int:
    """The number of the entry from which a 更正 was made: its cause begins with it."""
    return int((row.cause or "").partition(":")[0])


def _without_notices(row: OutboxRow, plan: Plan, now: datetime) -> Looked:
    """A preview is of use up to the end of the next working day, a correction while it stands; what goes to others
    keeps to the office's hours.
    """
    office, today = plan.register.office, now.astimezone(BEIJING)
    calendar = plan.calendars.of(office.region)
    if row.kind is MessageKind.PREVIEW and today.date() > calendar.add(row.moment.astimezone(BEIJING).date(), 1):
        return Looked(unwanted=((Reason.OVERTAKEN, None),))
    if row.kind is MessageKind.CORRECTION and entered(row) not in plan.history.corrections:
        return Looked(unwanted=((Reason.WITHDRAWN, None),))
    window = Window(calendar, office.send_at)
    if row.kind in _TO_THE_ADMIN or window.is_open(today):
        return Looked()
    return Looked(wait=window.next(today))
