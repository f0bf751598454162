"""The table that the daemon last put in force, as the journal kept it. It reads no file."""

from __future__ import annotations

from scheduler.daemon.kept import table
from scheduler.daemon.services import Services
from scheduler.planning.model import FactKind
from scheduler.problems import Problem, RefusedError
from scheduler.register import Register
from scheduler.words import say


def running(desk: Services) -> Register:
    """The last table in force; RefusedError where none is on record."""
    loads = list(desk.journal.facts(kinds=[FactKind.TABLE])) if desk.has_journal else []
    digests = loads[-1].data.get("files") if loads else None
    found = table(digests, desk.journal.kept, desk.settings.table) if isinstance(digests, tuple) else None
    if found is None:
        hint = say("用 duban run 或 duban run --once 启动一次以后才能比较")
        raise RefusedError(Problem("no-running-table", say("记录里还没有运行过的台账"), hint))
    return found
