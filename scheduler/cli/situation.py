"""The table, the plan and the head of the journal at a moment, now or past: what the reports are made from."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scheduler import clock
from scheduler.cli.desk import steady
from scheduler.cli.moments import end_of
from scheduler.cli.options import spoken
from scheduler.cli.running import running, running_calendars
from scheduler.daemon.kept import is_whole
from scheduler.daemon.services import HORIZON, Services
from scheduler.journal.chain import EMPTY
from scheduler.planning import Calendars, Plan, compile_plan
from scheduler.planning.model import FactKind, Moment
from scheduler.planning.plan import made_anew
from scheduler.planning.windows import day_of
from scheduler.problems import RefusedError
from scheduler.register import Register
from scheduler.register.model import Before, Obligation, With, Within

if TYPE_CHECKING:
    from scheduler.reports.workbook import Imprint

_YEAR = timedelta(days=365)  # so far back is shown where the office names no start
_CALENDAR = (FactKind.CALENDAR, FactKind.VOID)


class Situation(Struct, frozen=True):
    """What was known at `now`: of a past moment only what had been entered by then; `head` None: nothing was."""

    desk: Services
    plan: Plan
    now: datetime
    head: str | None

    @property
    def register(self) -> Register:
        """The table in force."""
        return self.plan.register

    @property
    def imprint(self) -> Imprint:
        """What stands on a file that is made from it."""
        from scheduler.reports.workbook import Imprint  # noqa: PLC0415 - a table on a screen needs none

        return Imprint(self.register.office.name, self.now, self.head, spoken())


def situation(as_of: Moment | None, since: date | None = None, until: date | None = None) -> Situation:
    """The situation now, or at the end of `as_of`; the plan reaches over [since, until] too.

    A past one is read from the journal alone: the table and the calendars that were in force then, as they were kept.
    """
    desk, now, past = steady(), end_of(as_of) if as_of else clock.now(), as_of is not None
    then = now if past else None
    register = _table(desk, then)
    history = desk.history(until=then)
    calendars = _calendars(desk, register, then)
    began = min(now.date(), register.office.start or now.date() - _YEAR)
    first, last = min(began, since or began), max(now.date() + HORIZON, until or date.min)
    plan = compile_plan(register, calendars, history, now=now, since=first, until=last)
    return Situation(desk, _with_old_events(plan, first, last), now, _head(desk, then))


def _table(desk: Services, then: datetime | None) -> Register:
    if then is not None and desk.has_journal:
        try:
            return running(desk, then)
        except RefusedError:  # before the first start there is only the table on disk
            return desk.register
    return desk.register


def _calendars(desk: Services, register: Register, then: datetime | None) -> Calendars:
    """Those of now; for a past moment the ones kept then, unless a notice was imported after they were kept."""
    said = list(desk.record.facts(until=then, kinds=_CALENDAR)) if then is not None and desk.has_journal else []
    if said and is_whole(said[-1]):
        return running_calendars(desk, register, then)
    return desk.calendars(register, then=then)


def _with_old_events(plan: Plan, since: date, until: date) -> Plan:
    """The plan, in which what hangs on an event from before `since` is there too, done or not; and no other task."""
    for row in plan.register.obligations:
        days = [day_of(one.at) for one in plan.history.happenings(_event_of(row))]
        if days and min(days) < since:
            plan = made_anew(plan, row.id, min(days), until)
    places = {row.id: n for n, row in enumerate(plan.register.obligations)}
    return replace(plan, slots=tuple(sorted(plan.slots, key=lambda slot: places[slot.obligation.id])))


def _event_of(row: Obligation) -> str:
    """The event that its tasks hang on; empty where none does. A row that leads up to another has that one's id."""
    match row.schedule:
        case Within(after=str() as event) | With(with_=event) | Before(before=event):
            return event
        case _:
            return ""


def _head(desk: Services, then: datetime | None) -> str | None:
    head = desk.record.head(then) if desk.has_journal else EMPTY
    return str(head) if head.seq else None
