"""The table that the daemon last put in force, as the journal kept it. It reads no file."""

from __future__ import annotations

from pathlib import Path

from scheduler.daemon.services import Services
from scheduler.planning.model import Fact, FactKind
from scheduler.problems import Problem, RefusedError
from scheduler.register import Register, parse
from scheduler.register.sections import included, read_file
from scheduler.words import say


def running(desk: Services) -> Register:
    """The last table in force; RefusedError where none is on record."""
    last = next((fact for fact in reversed(desk.facts()) if fact.kind is FactKind.TABLE), None)
    found = _parsed(desk, last, desk.settings.table) if last else None
    if found is None:
        hint = say("用 duban run 或 duban run --once 启动一次以后才能比较")
        raise RefusedError(Problem("no-running-table", say("记录里还没有运行过的台账"), hint))
    return found


def _parsed(desk: Services, fact: Fact, table: Path) -> Register | None:
    digests = fact.data.get("files")
    if not isinstance(digests, tuple) or not digests:
        return None
    contents = [desk.journal.kept(digest) for digest in digests]
    names = [name for name, _ in included(str(table), read_file(str(table), contents[0])[0])]
    return parse([(str(table), contents[0]), *zip(dict.fromkeys(names), contents[1:], strict=False)]).register
