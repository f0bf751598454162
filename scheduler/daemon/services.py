"""Everything a command or the daemon needs, opened when first asked for: settings → table → journal → calendar → plan.

It is the one funnel from files and database to a Plan; it decides nothing and sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from scheduler import clock
from scheduler.daemon.kept import loaded, notices
from scheduler.planning import Calendars, History, Plan, compile_plan
from scheduler.planning.model import Fact, FactKind
from scheduler.problems import TableError, has_errors
from scheduler.register import Loaded, Register, load
from scheduler.settings import Settings
from scheduler.workdays import Notice

if TYPE_CHECKING:
    from scheduler.journal import Journal, Reading

HORIZON = timedelta(days=400)
TROUBLE = "mail-trouble"  # the mark under which `status` finds what keeps the mail back
_CALENDAR = (FactKind.CALENDAR, FactKind.VOID)


class Services(Struct, dict=True):
    """What stands behind a command. `tell_time` is the clock, another one in tests.

    `as_of` plays the past: of the calendars that come with the program only what was known at the end of that day.
    """

    settings: Settings
    tell_time: Callable[[], datetime] = field(default=clock.now)
    as_of: date | None = None

    @cached_property
    def loaded(self) -> Loaded:
        """The table as it stands on disk, with its problems."""
        return load(self.settings.table)

    @property
    def register(self) -> Register:
        """The table, which must be free of errors; TableError with all problems else."""
        if self.loaded.register is None or has_errors(self.loaded.problems):
            raise TableError(*self.loaded.problems)
        return self.loaded.register

    @cached_property
    def in_force(self) -> tuple[Loaded, Register]:
        """What the daemon starts with: this table; where that is faulty, the one that was last in force.

        Raises TableError where there was none, and UnreachableError.
        """
        register = self.loaded.register
        if register is not None and not has_errors(self.loaded.problems):
            return self.loaded, register
        loads = list(self.record.facts(kinds=[FactKind.TABLE])) if self.has_journal else []
        digests = loads[-1].data.get("files") if loads else None
        if isinstance(digests, tuple) and digests:
            last = loaded(digests, self.record.kept, self.settings.table)
            if last.register is not None:
                return last, last.register
        raise TableError(*self.loaded.problems)

    @cached_property
    def journal(self) -> Journal:
        """The journal, opened and migrated; UnreachableError else."""
        from scheduler.journal import Journal  # noqa: PLC0415 - SQLAlchemy costs a quarter of a second

        return Journal.open(self.settings.database)

    @property
    def record(self) -> Reading:
        """The journal, to be asked only: without SQLAlchemy where that will do. UnreachableError like `journal`."""
        return self.journal if "journal" in vars(self) else self._glanced or self.journal

    @cached_property
    def _glanced(self) -> Reading | None:
        from scheduler.journal import glance  # noqa: PLC0415 - `check` of a table needs no journal

        return glance(self.settings.database)

    def close(self) -> None:
        """Let go of the journal, if it was opened; asked again it is opened anew."""
        for name in ("journal", "_glanced"):
            if (opened := vars(self).pop(name, None)) is not None:
                opened.close()

    @property
    def has_journal(self) -> bool:
        """Whether there is a database to ask; a question never makes one."""
        kind, _, path = self.settings.database.partition(":///")
        try:
            return not kind.startswith("sqlite") or Path(path).exists()
        except PermissionError:
            return True  # whoever opens it hears why it cannot be

    def facts(self, until: datetime | None = None) -> Sequence[Fact]:
        """What the journal holds, entered up to `until`; nothing where there is no database yet."""
        return tuple(self.record.facts(until=until)) if self.has_journal else ()

    def history(self, until: datetime | None = None) -> History:
        """The facts, folded."""
        return History.of(self.facts(until))

    def imported(self, until: datetime | None = None) -> tuple[Notice, ...]:
        """The holiday notices that were imported up to `until`; none where there is no database yet."""
        if not self.has_journal:
            return ()
        return notices(tuple(self.record.facts(until=until, kinds=_CALENDAR)), self.record.kept)

    def calendars(self, register: Register | None = None, *, then: datetime | None = None) -> Calendars:
        """The calendars of the table (or of another `register`) as known now, or as known and imported by `then`."""
        as_of = then.date() if then is not None else self.as_of
        return Calendars(register or self.register, as_of=as_of, imported=self.imported(then))

    def plan(
        self, now: datetime, since: date | None = None, until: date | None = None, *, history: History | None = None
    ) -> Plan:
        """The plan at `now`, with the slots of [since, until] (default: from today, a year and a month ahead)."""
        return compile_plan(
            self.register,
            self.calendars(),
            self.history() if history is None else history,
            now=now,
            since=since or now.date(),
            until=until or now.date() + HORIZON,
        )
