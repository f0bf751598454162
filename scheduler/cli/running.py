"""The table and the calendars that the daemon last put in force, as the journal kept them. It reads no file."""

from __future__ import annotations

from datetime import datetime

from scheduler.daemon.kept import is_whole, table
from scheduler.daemon.services import Services
from scheduler.planning import Calendars
from scheduler.planning.model import FactKind
from scheduler.problems import Problem, RefusedError
from scheduler.register import Register
from scheduler.words import say
from scheduler.workdays.keeping import restored


def running(desk: Services, then: datetime | None = None) -> Register:
    """The last table in force, now or `then`; RefusedError where none is on record."""
    loads = list(desk.record.facts(until=then, kinds=[FactKind.TABLE])) if desk.has_journal else []
    digests = loads[-1].data.get("files") if loads else None
    found = table(digests, desk.record.kept, desk.settings.table) if isinstance(digests, tuple) else None
    if found is None:
        hint = say("用 duban run 或 duban run --once 启动一次以后才能比较")
        raise RefusedError(Problem("no-running-table", say("记录里还没有运行过的台账"), hint))
    return found


def running_calendars(desk: Services, register: Register, then: datetime | None = None) -> Calendars:
    """The calendars that the daemon last counted by, now or `then`; else those known at the time."""
    whole = [fact for fact in desk.record.facts(until=then, kinds=[FactKind.CALENDAR]) if is_whole(fact)]
    if not whole:
        return desk.calendars(register, then=then)
    return Calendars(register, known=restored(desk.record.kept(str(whole[-1].data["digest"]))))
