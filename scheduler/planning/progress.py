"""How far a quota, a coverage or a measure is, and on which day it was reached. It decides no state."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from scheduler.planning.floors import reaches
from scheduler.planning.history import History
from scheduler.planning.index import Recorded
from scheduler.planning.model import Bearer, Progress, Slot, Task
from scheduler.planning.occasions import Occasion, names_persons
from scheduler.planning.windows import day_of
from scheduler.register import Roster
from scheduler.register.model import Coverage, Measure, Obligation, Quota
from scheduler.register.values import Follows


class Reached(Struct, frozen=True):
    """The count of a task, and the day on which it sufficed; None where it does not yet."""

    progress: Progress
    on: date | None


def reached(task: Task, history: History, roster: Roster, today: date) -> Reached | None:
    """The count of a task from the records up to `today`; None for rows that count nothing."""
    schedule = task.slot.obligation.schedule
    match schedule:
        case Quota():
            return _quota(schedule, task, history, roster, today)
        case Coverage():
            return _coverage(schedule, task.slot, history, roster, today)
        case Measure():
            return _measure(schedule, task, history, today)
        case _:
            return None


def counts_any(row: Obligation, history: History) -> bool:
    """Whether there is any record of the kind that a row counts for each bearer."""
    return isinstance(row.schedule, Quota | Measure) and history.has_any(row.schedule.of)


def has_records(bearer: Bearer, row: Obligation, history: History, roster: Roster) -> bool:
    """Whether a bearer has records that his own count may rest on; a coverage counts the same for all who owe it."""
    schedule = row.schedule
    match schedule:
        case Quota() if schedule.follows is Follows.POST and bearer.role is not None:
            return any(history.recorded(schedule.of, person) for person in roster.ever(bearer.unit, bearer.role))
        case Quota() | Measure():
            return bool(history.recorded(schedule.of, bearer.id))
        case _:
            return False


def _within(records: Iterable[Recorded], slot: Slot, today: date) -> list[Recorded]:
    first, last = slot.span or (date.min, date.max)
    return [r for r in records if first <= r.on <= min(last, today)]


def _quota(schedule: Quota, task: Task, history: History, roster: Roster, today: date) -> Reached:
    bearer = task.bearer
    if schedule.follows is Follows.POST and bearer.role is not None:
        found = _of_post(schedule, bearer, history, roster)
    else:
        found = list(history.recorded(schedule.of, bearer.id))
    found = _within(found, task.slot, today)
    on = found[schedule.at_least - 1].on if len(found) >= schedule.at_least else None
    return Reached(Progress(len(found), schedule.at_least), on)


def _of_post(schedule: Quota, bearer: Bearer, history: History, roster: Roster) -> list[Recorded]:
    """The records of those who held the post on the day of the record."""
    role = bearer.role or ""
    found = [
        record
        for person in roster.ever(bearer.unit, role)
        for record in history.recorded(schedule.of, person)
        if person in roster.holders(bearer.unit, role, record.on)
    ]
    return sorted(found, key=lambda r: (r.on, r.seq))


def _coverage(schedule: Coverage, slot: Slot, history: History, roster: Roster, today: date) -> Reached:
    """Who of the roster has a record; who belongs to it today, or belonged on the target day once that has passed."""
    on = min(today, day_of(slot.dates.target))
    meant = schedule.roster
    everybody = roster.persons(meant, on) if names_persons(meant) else roster.units_on(meant, on)
    firsts = {who: _within(history.recorded(schedule.of, who), slot, today) for who in everybody}
    days = sorted(found[0].on for found in firsts.values() if found)
    missing = tuple(who for who, found in firsts.items() if not found)
    share = schedule.share
    required = -(-len(everybody) * share.numerator // share.denominator)
    enough = share.met_by(len(days), len(everybody))
    return Reached(Progress(len(days), required, missing), days[max(required, 1) - 1] if enough else None)


def _measure(schedule: Measure, task: Task, history: History, today: date) -> Reached:
    """A check is closed by a value that meets the floor within its period, a lapse by any later one."""
    records = _within(history.recorded(schedule.of, task.bearer.id), task.slot, today)
    met = next((r for r in records if reaches(r.value, schedule)), None)
    return Reached(Progress(int(met is not None), 1), met.on if met else None)


def counted_days(occasion: Occasion, row: Obligation) -> tuple[date, date] | None:
    """The days whose records count for an occasion; None for rows that count none."""
    if not isinstance(row.schedule, Quota | Measure | Coverage):
        return None
    if occasion.lapse:
        return day_of(occasion.day), date.max
    if occasion.period is not None:
        return occasion.period.first, occasion.period.last
    return row.effective.from_ or date.min, date.max
