"""The desk: the table in force, the plan made of it, the journal. It follows files and facts and sends nothing."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from scheduler.daemon.kept import WHOLE, is_whole, table
from scheduler.daemon.services import HORIZON, Services
from scheduler.daemon.watch import Watch
from scheduler.journal import Entry, Journal
from scheduler.planning import Calendars, History, Plan, compile_plan
from scheduler.planning.model import FactKind, Scalar
from scheduler.problems import Problem, has_errors
from scheduler.register import Loaded, Register, diff, load
from scheduler.words import say
from scheduler.workdays.keeping import written

log = logging.getLogger("duban")

PROGRAM = "duban"  # the actor of what the program does by itself
_MOST, _LONGEST = 100, 200  # sentences about one change of the table, and the characters of each
# Facts that the program writes about mail: they change no date, so the plan stays and only its history grows.
_BOOKKEEPING = frozenset(
    {FactKind.QUEUED, FactKind.SENT, FactKind.SKIPPED, FactKind.DROPPED, FactKind.FAILED, FactKind.STARTED}
    | {FactKind.CALL, FactKind.CORRECT}
    | {FactKind.HEARTBEAT, FactKind.TABLE_REFUSED, FactKind.DRAFT, FactKind.FREEZE}
)


class Desk:
    """What the daemon works with. `open` raises TableError or UnreachableError; `follow` never does for a bad table."""

    def __init__(self, services: Services, now: datetime) -> None:
        self.services = services
        self.register: Register
        self.loaded: Loaded  # with the places of what is in force
        self.loaded, self.register = services.in_force
        self.journal: Journal = services.journal
        self.refused: tuple[Problem, ...] = ()
        self.refused_as = ""  # which text was refused, and on which day: the cause of one warning
        self._watch = Watch.of(services.settings.table, services.loaded)
        self._stale = False
        facts = tuple(self.journal.facts())
        self._history = History.of(facts)
        self._seq = facts[-1].seq if facts else 0
        self.latest = {fact.kind: fact for fact in facts}  # the last one of each kind
        self._in_force = next((str(f.data["digest"]) for f in reversed(facts) if f.kind is FactKind.TABLE), None)
        self.table_files: tuple[str, ...] = ()
        self.calendar_file = next((str(f.data["digest"]) for f in reversed(facts) if is_whole(f)), "")
        self._imported = services.imported()
        self._adopt(self.loaded, self.register, now)
        if self.loaded is not services.loaded:
            self._refuse(services.loaded, now)
        self._read_facts()
        self.plan: Plan = self._compile(now)
        self._keep_calendars(now)
        self._stale = False

    def follow(self, now: datetime, *, reload: bool = False) -> bool:
        """Bring the plan up to `now`: an edited table, new facts, a new day. Returns whether the plan was made anew.

        A failing journal leaves nothing half done: what was not taken in is taken in by the next call.
        """
        if reload or self._watch.moved(now):
            self._read_table(now)
        self._read_facts()
        if not self._stale and now.date() == self.plan.now.date():
            return False
        self.plan = self._compile(now)
        self._keep_calendars(now)
        self._stale = False
        return True

    def _read_table(self, now: datetime) -> None:
        loaded = load(self.services.settings.table)
        if loaded.register is None or has_errors(loaded.problems):
            self._refuse(loaded, now)
        else:
            if loaded.register.digest != self.register.digest:
                self._adopt(loaded, loaded.register, now)
                rows = len(loaded.register.obligations)
                log.info("table reloaded digest=%s rows=%d", loaded.register.digest[:12], rows)
            self.refused, self.refused_as = (), ""
        self._watch = Watch.of(self.services.settings.table, loaded)

    def _refuse(self, loaded: Loaded, now: datetime) -> None:
        """Keep the table in force; write down once per faulty text that another one was offered."""
        digest = _digest(loaded)
        if not self.refused_as.startswith(digest):
            refused = Entry(FactKind.TABLE_REFUSED, PROGRAM, data={"digest": digest, "problems": len(loaded.problems)})
            self.journal.append([refused], now=now)
            self.refused_as = f"{digest}:{now.date().isoformat()}"
            for problem in loaded.problems:
                # The words may quote a mail address; they stand in the mail to the admin, not in a log.
                log.error("table refused %s %s[%s]", problem.place or "", problem.level, problem.code)
        self.refused = loaded.problems

    def _adopt(self, loaded: Loaded, register: Register, now: datetime) -> None:
        """Keep the files whole and write down that this table is in force, and which rows are new."""
        digests = tuple(self.journal.keep("table", Path(name).name, content, now) for name, content in loaded.files)
        entries = []
        if self._in_force != register.digest:
            said: dict[str, Scalar | tuple[str, ...]] = {"digest": register.digest, "files": digests}
            entries.append(Entry(FactKind.TABLE, PROGRAM, data=said | {"changed": self._changed(register)}))
        entries += [
            Entry(FactKind.ROW, PROGRAM, data={"obligation": row.id})
            for row in register.obligations
            if row.id not in self._history.first_seen
        ]
        self.journal.append(entries, now=now)
        self.register, self.table_files, self._in_force = register, digests, register.digest
        self.loaded = loaded

    def _changed(self, register: Register) -> tuple[str, ...]:
        """In words what differs from the table that was last in force, which the journal kept; nothing of the first."""
        old = self.register if self.register.digest == self._in_force else self._last_in_force()
        said = [change.phrase().text()[:_LONGEST] for change in diff(old, register)] if old is not None else []
        rest = len(said) - _MOST
        return (*said[:_MOST], say("另有{n}处改动", n=rest).text()) if rest > 0 else tuple(said)

    def _last_in_force(self) -> Register | None:
        """The table that the journal kept last; None where there is none, or it cannot be read any more."""
        loads = list(self.journal.facts(kinds=[FactKind.TABLE]))
        files = loads[-1].data.get("files") if loads else None
        return table(files, self.journal.kept, self.services.settings.table) if isinstance(files, tuple) else None

    def _read_facts(self) -> None:
        """Take in what was written since, by whoever; the plan is stale where any of it can change a date."""
        facts = tuple(self.journal.facts(after=self._seq))
        if not facts:
            return
        if any(fact.kind in {FactKind.CALENDAR, FactKind.VOID} for fact in facts):
            self._imported = self.services.imported()
        self._seq = facts[-1].seq
        self.latest |= {fact.kind: fact for fact in facts}
        self._history = self._history.extended(facts)
        if hasattr(self, "plan"):
            self.plan = replace(self.plan, history=self._history)
            self._history = self.plan.history  # it answers for former ids too, and keeps what it has made of facts
        self._stale = self._stale or any(fact.kind not in _BOOKKEEPING and not is_whole(fact) for fact in facts)

    def _keep_calendars(self, now: datetime) -> None:
        """Keep the calendars in force whole, and write down when a day of them is not what it was."""
        content = written(self.plan.calendars.in_use(self.plan.roster))
        if hashlib.sha256(content).hexdigest() != self.calendar_file:
            digest = self.journal.keep(WHOLE, "calendar.json", content, now)
            whole = Entry(FactKind.CALENDAR, PROGRAM, data={WHOLE: True, "digest": digest, "files": (digest,)})
            self.journal.append([whole], now=now)
            self.calendar_file = digest

    def _compile(self, now: datetime) -> Plan:
        return compile_plan(
            self.register,
            Calendars(self.register, as_of=self.services.as_of, imported=self._imported),
            self._history,
            now=now,
            since=now.date(),
            until=now.date() + HORIZON,
            # Of the same day only: handed on from day to day it would gather the bearers and routes of all of them.
            like=self.plan if hasattr(self, "plan") and self.plan.now.date() == now.date() else None,
        )


def _digest(loaded: Loaded) -> str:
    return hashlib.sha256(b"\0".join(content for _, content in loaded.files)).hexdigest()
