"""The letter that goes next, written while the mail server has the one before. It claims nothing and sends nothing.

It is looked at before it is written. Where nothing was recorded of it since, and the minute is the same, that look
stands: mail may go from a whole minute on, and a limit in hours that ends within the minute is the one that it tells.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from scheduler.daemon.looking import look_at
from scheduler.journal import OutboxRow
from scheduler.mailing import Letter
from scheduler.planning import Plan
from scheduler.planning.model import Notice
from scheduler.problems import DubanError

log = logging.getLogger("duban")

_FRESH = timedelta(seconds=5)  # what a letter says of the time left is true that long

Compose = Callable[[OutboxRow, tuple[Notice, ...], Plan, datetime], Letter]


class _Written(Struct, frozen=True):
    """A letter, and all that it was made of."""

    letter: Letter
    row: OutboxRow
    notices: tuple[Notice, ...]
    plan: Plan
    at: datetime

    def holds(self, row: OutboxRow, plan: Plan, now: datetime) -> bool:
        """Whether all of its notices are still wanted, and it would be written in the same words now."""
        return (
            timedelta() <= now - self.at < _FRESH
            and now.replace(second=0, microsecond=0) == self.at.replace(second=0, microsecond=0)
            and self.row == replace(row, state=self.row.state, attempts=self.row.attempts)
            and _is_same(self.plan, plan, self.notices)
        )


class Ahead:
    """Writes letters; the one that is expected next in time, the others when they are asked for."""

    def __init__(self, compose: Compose) -> None:
        self._compose = compose
        self._written: _Written | None = None

    def write(self, row: OutboxRow | None, plan: Plan, now: datetime) -> None:
        """Write the letter of a message that nobody has claimed yet. What fails now will fail again, in its turn."""
        self._written = None
        if row is None:
            return
        try:
            found = look_at(row.notices, plan, now)
            if found.wanted and found.wait is None and len(found.wanted) == len(row.notices):
                letter = self._compose(row, found.wanted, plan, now)
                self._written = _Written(letter, row, found.wanted, plan, now)
        except DubanError:
            pass
        except Exception as fault:  # noqa: BLE001 - the letter on the way must be settled, whatever is wrong with this one
            log.error("not written ahead message=%s fault=%s", row.key, type(fault).__name__)  # noqa: TRY400 - the next one tells it

    def take(self, row: OutboxRow, plan: Plan, now: datetime) -> Letter | None:
        """The letter of a claimed message, where it is there and is to go as it is."""
        written, self._written = self._written, None
        return written.letter if written is not None and written.holds(row, plan, now) else None

    def letter(self, row: OutboxRow, notices: tuple[Notice, ...], plan: Plan, now: datetime) -> Letter:
        """The letter of a claimed message, of these notices. Raises DubanError where it cannot be written."""
        return self._compose(row, notices, plan, now)


def _is_same(old: Plan, new: Plan, notices: Sequence[Notice]) -> bool:
    """Whether a letter of these notices says the same by both plans.

    What changes a date, a name, a state or the table makes the plan anew; what does not is recorded of the tasks.
    """
    then, now = old.history, new.history
    tasks = {notice.task.id for notice in notices}
    return old.slots is new.slots and all(
        then.task(task) is now.task(task) and then.outcomes(task) is now.outcomes(task) for task in tasks
    )
