"""A holiday notice on its way into force: read, checked, its effects foreseen, then written down. It asks nobody."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from scheduler.daemon.kept import Given, entry_of, read_notice
from scheduler.daemon.services import HORIZON, Services
from scheduler.planning import Calendars, compile_plan
from scheduler.planning.model import Fact
from scheduler.planning.moves import Move, moved
from scheduler.problems import Place, Problem, has_errors
from scheduler.words import say
from scheduler.workdays import Calendar, Day, Notice
from scheduler.workdays.lint import lint
from scheduler.workdays.notice import Parsed

_DAY = timedelta(1)


class Import(Struct, frozen=True):
    """What a notice would change: the days that work or rest otherwise, how many are settled, the tasks that move.

    Without a notice, or with errors among the problems, it must not go into force.
    """

    file: str
    content: bytes
    notice: Notice | None
    problems: tuple[Problem, ...]
    days: tuple[Day, ...] = ()
    settled: int = 0
    open_days: tuple[Day, ...] = ()  # of the notice's year, in the office's region: provisional all the same
    moves: tuple[Move, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether it may go into force."""
        return self.notice is not None and not has_errors(self.problems)

    @property
    def is_news(self) -> bool:
        """Whether any day becomes another than it is."""
        return bool(self.days or self.settled)


def prepared(services: Services, content: bytes, file: str, given: Given, now: datetime) -> Import:
    """Read and check a notice, and see what it would change. Raises TableError: the effects are the table's."""
    earlier = services.imported()
    parsed = read_notice(content, file, given, earlier)
    calendars = services.calendars()
    problems, notice = _checked(parsed, calendars, file, now.date())
    if notice is None or has_errors(problems):
        return Import(file, content, notice, problems)
    register, history = services.register, services.history()
    after = Calendars(register, as_of=services.as_of, imported=(*earlier, notice))
    since, until = now.date(), now.date() + HORIZON
    old = compile_plan(register, calendars, history, now=now, since=since, until=until)
    new = compile_plan(register, after, history, now=now, since=since, until=until)
    days, settled = _changed(calendars.of(notice.region), after.of(notice.region), notice)
    open_days = _open(after.of(register.office.region), notice.year)
    return Import(file, content, notice, problems, days, settled, open_days, moved(old, new, now))


def applied(services: Services, found: Import, by: str, now: datetime) -> Fact:
    """Keep the notice whole and write down that it is in force; a daemon that runs sees it at its next beat."""
    if found.notice is None or not found.is_sound:
        raise ValueError(found.file)  # the caller has looked
    digest = services.journal.keep("calendar", found.file, found.content, now)
    (fact,) = services.journal.append([entry_of(found.notice, found.file, digest, by)], now=now)
    return fact


def _checked(parsed: Parsed, calendars: Calendars, file: str, today: date) -> tuple[tuple[Problem, ...], Notice | None]:
    """All problems, and the notice with a day of publication: today where neither text nor admin names one."""
    if parsed.notice is None:
        return parsed.problems, None
    notice = replace(parsed.notice, published=parsed.notice.published or today)
    problems = [*parsed.problems, *lint(notice, calendars.of(notice.region), parsed.places)]
    if notice.published is not None and notice.published > today:
        message = say("公布日期{day}还没有到", day=notice.published.isoformat())
        hint = say("请检查年份；正文没有写明公布日期的，用 --published 指明")
        problems.insert(0, Problem("notice-future", message, hint, Place(file, 1, 1)))
    return tuple(problems), notice


def _changed(old: Calendar, new: Calendar, notice: Notice) -> tuple[tuple[Day, ...], int]:
    """The days that work or rest otherwise than before, as they are now, and how many are settled by it."""
    first, last = date(notice.year - 1, 12, 1), date(notice.year, 12, 31)
    days = [first + n * _DAY for n in range((last - first).days + 1)]
    changed = tuple(new.day(d) for d in days if old.works(d) != new.works(d))
    return changed, sum(new.announced(d) and not old.announced(d) for d in days)


def _open(calendar: Calendar, year: int) -> tuple[Day, ...]:
    """The days whose status somebody else settles: a region its own festivals, the next notice the last of December."""
    first, last = date(year, 1, 1), min(date(year, 12, 31), calendar.announced_until)
    days = (first + n * _DAY for n in range((last - first).days + 1))
    return tuple(calendar.day(day) for day in days if not calendar.announced(day))
