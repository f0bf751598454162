"""When a row makes tasks: its periods, the events and completions it hangs on, with labels. It counts no day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time

from msgspec import Struct
from msgspec.structs import replace

from scheduler.planning.floors import reaches
from scheduler.planning.history import History
from scheduler.planning.index import Happening, Recorded
from scheduler.planning.model import Moment
from scheduler.planning.periods import Period, periods
from scheduler.planning.windows import day_of
from scheduler.register.model import (
    Before,
    Coverage,
    Measure,
    Obligation,
    Once,
    Quota,
    Recurring,
    Review,
    Rrule,
    Schedule,
    Selector,
    With,
    Within,
)
from scheduler.register.values import UNASSIGNED, Anchor, Covers, Duration, Every, Unit
from scheduler.register.values import Moment as Rule

ONCE = "once"

_END = Rule(Anchor.END)
_FIRST_RRULE = date(2004, 1, 1)  # the first day of the calendar, for a rule that names no `from`
_DAYS = {Unit.WORKDAY: 2, Unit.DAY: 1, Unit.HOUR: 1, Unit.WEEK: 7, Unit.MONTH: 31, Unit.YEAR: 366}


class Occasion(Struct, frozen=True):
    """One time that a row falls due, before any day is counted. `day` is what its clock starts from."""

    label: str
    day: Moment
    period: Period | None = None
    happening: Happening | None = None
    unit: str | None = None  # of the event, or the one it was assigned to
    after: str | None = None  # the task whose completion started it
    base: tuple[Obligation, Occasion] | None = None  # the other row's task that it leads up to
    only: str | None = None  # the one bearer that it concerns
    known: datetime | None = None  # since when it could be known
    lapse: bool = False  # a measure fell below its floor


class Completed(Struct, frozen=True):
    """When a bearer had done his part, and when that was written down."""

    on: Moment
    entered: datetime


Completions = Mapping[str, Mapping[str, Completed]]  # by period and bearer


class Scope(Struct, frozen=True):
    """Where to look: the days in which something may fall due, and what happened."""

    obligations: Mapping[str, Obligation]
    history: History
    since: date
    until: date
    everyone: Callable[[Obligation, date], frozenset[str]]  # the ids of a row's bearers on a day
    counted: Callable[[Obligation], Completions]  # who reached the number of a row that counts

    def widened(self, days: int) -> Scope:
        """The same for a row whose days lie so much apart."""
        return replace(self, since=_moved(self.since, -days), until=_moved(self.until, days))


def occasions(obligation: Obligation, scope: Scope) -> Iterator[Occasion]:
    """The occasions of a row that may fall due in the scope, and all that hang on events."""
    schedule = obligation.schedule
    match schedule:
        case Once(by=day) | Coverage(every=None, by=date() as day):
            yield from _started(obligation, Occasion(ONCE, day), scope)
        case Recurring() | Quota() | Coverage() | Review() | Measure():
            yield from _periodic(obligation, scope)
        case Within(after_done=str() as other):
            yield from _after_done(obligation, other, scope)
        case Within(after=str() as event):
            yield from _of_events(obligation, event, scope)
        case With():
            yield from _of_events(obligation, schedule.with_, scope)
        case Before():
            yield from _before(obligation, schedule, scope)
        case Rrule():
            for occasion in _by_rrule(schedule, scope):
                yield from _started(obligation, occasion, scope)


def moment_of(schedule: Schedule) -> Rule | None:
    """The moment of its period at which a recurring row falls due; None for rows without periods."""
    match schedule:
        case Recurring() | Review():
            return schedule.by
        case Measure():
            return schedule.check.by
        case Quota():
            return schedule.by or _END
        case Coverage(every=Every()):
            return _END if schedule.by is None or isinstance(schedule.by, date) else schedule.by
        case _:
            return None


def hangs_on_event(selector: Selector) -> bool:
    """Whether its bearers depend on the unit of an event."""
    below = (*selector.any_of, *((selector.of,) if selector.of else ()))
    return selector.event_unit or any(hangs_on_event(s) for s in below)


def names_persons(selector: Selector) -> bool:
    """Whether it means holders of a role, and so depends on the day."""
    return selector.role is not None or any(names_persons(s) for s in selector.any_of)


def span_days(length: Duration | None) -> int:
    """At most so many calendar days, rests and make-up days of a long holiday included."""
    if length is None:
        return 0
    if length.unit is Unit.HOUR:
        return length.n // 24 + 1
    return length.n * _DAYS[length.unit] + (15 if length.unit is Unit.WORKDAY else 0)


# -- periods ---------------------------------------------------------------------------------------------------------


def _periodic(obligation: Obligation, scope: Scope) -> Iterator[Occasion]:
    schedule = obligation.schedule
    every = schedule.check.every if isinstance(schedule, Measure) else getattr(schedule, "every", Every.YEAR)
    previous = isinstance(schedule, Recurring) and schedule.covers is Covers.PREVIOUS
    slack = _slack(obligation)
    for period in periods(every, _moved(scope.since, -slack), _moved(scope.until, slack)):
        label = period.previous().label if previous else period.label
        yield from _started(obligation, Occasion(label, period.first, period), scope)
    if isinstance(schedule, Measure):
        yield from _lapses(schedule, scope)


def _slack(obligation: Obligation) -> int:
    """How far a due day may lie outside its period."""
    moment = moment_of(obligation.schedule) or _END
    eve = 1 if moment.anchor is Anchor.START else 0
    return span_days(moment.offset) + eve + (370 if obligation.dates else 0) + 15


def _started(obligation: Obligation, occasion: Occasion, scope: Scope) -> Iterator[Occasion]:
    """The occasion; where an event starts the row for its own unit, one for each such unit."""
    if obligation.starts is None or not hangs_on_event(obligation.owed_by):
        yield occasion
        return
    units = dict.fromkeys(h.unit for h in scope.history.happenings(obligation.starts) if not h.planned)
    for unit in units:
        yield replace(occasion, unit=unit)
    if not units:
        yield occasion


def _lapses(schedule: Measure, scope: Scope) -> Iterator[Occasion]:
    """A value below the floor opens a task at once; others below it, before it is met again, open none."""
    for who in sorted(scope.history.recorders(schedule.of)):
        for record in _fallen(schedule, scope.history.recorded(schedule.of, who)):
            yield Occasion(record.on.isoformat(), record.on, only=who, known=record.entered, lapse=True)


def _fallen(schedule: Measure, records: tuple[Recorded, ...]) -> Iterator[Recorded]:
    below = False
    for record in records:
        met = reaches(record.value, schedule)
        if not met and not below:
            yield record
        below = not met


# -- events ----------------------------------------------------------------------------------------------------------


def _of_events(obligation: Obligation, event: str, scope: Scope) -> Iterator[Occasion]:
    for happening in scope.history.happenings(event):
        if happening.planned and isinstance(obligation.due, Within):
            continue  # what has not happened starts no clock
        unit = happening.unit or _assigned(obligation, happening.ref, scope.history)
        yield Occasion(happening.ref, happening.at, happening=happening, unit=unit, known=happening.entered)


def _assigned(obligation: Obligation, ref: str, history: History) -> str | None:
    names = (obligation.id, *obligation.formerly)
    found = (history.assigned.get(f"{name}/{UNASSIGNED}/{ref}") for name in names)
    return next((unit for unit in found if unit), None)


def _after_done(obligation: Obligation, other: str, scope: Scope) -> Iterator[Occasion]:
    """A chain: each completion starts the next task of the same bearer.

    Where the next row is owed by others than the first, it starts when all of the first are done.
    """
    for period, done in _completions(other, scope).items():
        if not done:
            continue
        last = max(done.items(), key=lambda item: str(item[1].on))
        day = day_of(last[1].on)
        heirs = scope.everyone(obligation, day)
        for bearer, closing in done.items():
            if bearer in heirs:
                after = f"{other}/{bearer}/{period}"
                yield Occasion(period, closing.on, after=after, only=bearer, known=closing.entered)
        former = scope.everyone(scope.obligations[other], day) if other in scope.obligations else frozenset(done)
        if not heirs & (former | done.keys()) and former <= done.keys():
            yield Occasion(period, last[1].on, after=f"{other}/{last[0]}/{period}", known=last[1].entered)


def _completions(other: str, scope: Scope) -> Completions:
    """Who has done a row, in each period: by a completion, or by reaching the number that it asks for."""
    row = scope.obligations.get(other)
    found = {period: dict(done) for period, done in scope.counted(row).items()} if row else {}
    for period in scope.history.periods(other):
        said = scope.history.completed(other, period)
        closed = {bearer: Completed(done.on, done.entered) for bearer, done in said.items()}
        found[period] = dict(sorted({**found.get(period, {}), **closed}.items()))
    return found


def _before(obligation: Obligation, schedule: Before, scope: Scope) -> Iterator[Occasion]:
    other = scope.obligations.get(schedule.before)
    if other is None:
        yield from _of_events(obligation, schedule.before, scope)
        return
    for base in occasions(other, scope.widened(span_days(schedule.lead) + 15)):
        yield replace(base, base=(other, base), only=None, after=None, lapse=False)


# -- RFC 5545 --------------------------------------------------------------------------------------------------------


def _by_rrule(schedule: Rrule, scope: Scope) -> Iterator[Occasion]:
    from dateutil.rrule import rrulestr  # noqa: PLC0415 - few tables have such a row

    start = datetime.combine(schedule.from_ or _FIRST_RRULE, time())
    # A day has no time zone; dateutil wants UNTIL without one where DTSTART has none.
    rule = rrulestr(re.sub(r"(UNTIL=\d{8}(T\d{6})?)Z", r"\1", schedule.rrule), dtstart=start)
    first, last = (datetime.combine(d, time()) for d in (_moved(scope.since, -15), _moved(scope.until, 15)))
    for found in rule.between(first, last, inc=True):
        day = found.date()
        yield Occasion(day.isoformat(), day)


def _moved(day: date, days: int) -> date:
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))
