"""The days of every dated row of the five example tables in the years of their documents, in files one can read.

Each is reckoned a second time from the list of working days alone. After a meant change: DUBAN_GOLDEN=1 pytest here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cache

import pytest
import second_opinion as opinion
from catalogue import DOCUMENTS, EXAMPLES, HERE

from scheduler.planning import Calendars, History, compile_plan
from scheduler.planning.model import BEIJING, Slot
from scheduler.register import Obligation, load
from scheduler.register.model import Before, Coverage, Measure, Once, Recurring, Rrule
from scheduler.register.values import Anchor, Covers, Moment, Unit

# The documents of 2017 and 2018 name days up to the end of 2018; the regulation of 2019 stands beside them.
YEARS = {"000": (2017, 2019), "001": (2023, 2023), "002": (2017, 2019), "003": (2017, 2019), "004": (2018, 2019)}


@cache
def _dated(document: str) -> tuple[Slot, ...]:
    register = load(EXAMPLES[document]).register
    assert register is not None
    first, last = (date(year, *day) for year, day in zip(YEARS[document], [(1, 1), (12, 31)], strict=True))
    now = datetime(first.year, 1, 1, 9, tzinfo=BEIJING)
    plan = compile_plan(register, Calendars(register), History(), now=now, since=first, until=last)
    # A series that an event starts has no days of its own.
    dated = (s for s in plan.slots if s.obligation.starts is None and first <= _day(s.dates.target) <= last)
    return tuple(sorted(dated, key=lambda s: (s.obligation.id, _day(s.dates.target), str(s.region))))


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _lines(document: str) -> Iterator[str]:
    for slot in _dated(document):
        days = slot.dates
        yield f"{slot.obligation.id}/{slot.period}: {days.printed:%Y-%m-%d %a} → {days.target:%Y-%m-%d %a}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_days_are_those_of_the_file(document: str) -> None:
    path = HERE / "golden" / f"{document}.txt"
    found = "\n".join([*dict.fromkeys(_lines(document)), ""])
    if os.environ.get("DUBAN_GOLDEN"):
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_days_are_those_of_the_list_of_working_days(document: str) -> None:
    slots = _dated(document)
    rows = {slot.obligation.id: slot.obligation for slot in slots}
    found = {f"{s.obligation.id}/{s.period}": (s.dates.printed, s.dates.target) for s in slots}
    assert found
    assert found == {f"{s.obligation.id}/{s.period}": _reckoned(s.obligation, s.period, rows) for s in slots}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_row_with_a_day_of_its_own_is_missing(document: str) -> None:
    register = load(EXAMPLES[document]).register
    assert register is not None
    first, last = YEARS[document]
    own = {
        row.id
        for row in register.obligations
        if row.starts is None and (row.due is None or isinstance(row.due, Once | Recurring | Rrule))
        if (row.effective.from_ or date.min).year < last and (row.effective.until or date.max).year >= first
    }
    assert own - {slot.obligation.id for slot in _dated(document)} == set()


# -- the second reckoning --------------------------------------------------------------------------------------------


def _reckoned(row: Obligation, label: str, rows: Mapping[str, Obligation]) -> tuple[date, date]:
    """Printed and target of a row in a period, from the words of the row and the list alone."""
    schedule = row.schedule
    if isinstance(schedule, Before):
        assert schedule.lead.unit is Unit.WORKDAY
        day = opinion.add(_reckoned(rows[schedule.before], label, rows)[1], -schedule.lead.n)
        return day, day
    if isinstance(schedule, Once):
        printed = schedule.by
    elif isinstance(schedule, Rrule):
        printed = date.fromisoformat(label)
    elif isinstance(schedule, Coverage) and isinstance(schedule.by, date):
        printed = schedule.by
    else:
        printed = _printed(row, label)
    match str(schedule.roll or "none"):
        case "preceding":
            return printed, opinion.preceding(printed)
        case "following":
            return printed, opinion.following(printed)
        case _:
            return printed, printed


def _printed(row: Obligation, label: str) -> date:
    schedule = row.schedule
    rule = schedule.check if isinstance(schedule, Measure) else schedule
    first, last = _period(label)
    if isinstance(schedule, Recurring) and schedule.covers is Covers.PREVIOUS:
        first, last = _period(_next(label, last))
    by = getattr(rule, "by", None) or Moment(Anchor.END)  # a quota without a day ends with its period
    match by.anchor:
        case Anchor.START:
            found = first - opinion.DAY
        case Anchor.END:
            found = last
        case Anchor.WEEKDAY:
            found = first + timedelta(days=by.day)
        case Anchor.DAY:
            found = first.replace(day=min(by.day, last.day))
        case Anchor.DATE:
            found = min(date(first.year, by.month, min(by.day, 28)) + timedelta(days=max(by.day - 28, 0)),
                        opinion.month_end(first.year, by.month))  # fmt: skip
        case _:
            found = opinion.month_end(first.year, by.month)
    if by.offset is None:
        return found
    assert by.offset.unit in {Unit.WORKDAY, Unit.DAY}
    n = by.sign * by.offset.n
    return opinion.add(found, n) if by.offset.unit is Unit.WORKDAY else found + timedelta(days=n)


def _period(label: str) -> tuple[date, date]:
    year, rest = int(label[:4]), label[4:]
    if rest.startswith("-W"):
        monday = date.fromisocalendar(year, int(rest[2:]), 1)
        return monday, monday + timedelta(days=6)
    length = {"": 12, "H": 6, "Q": 3, "-": 1}[rest[:1]]
    start = length * (int(rest[1:] or 1) - 1) + 1
    return date(year, start, 1), opinion.month_end(year, start + length - 1)


def _next(label: str, last: date) -> str:
    day = last + opinion.DAY
    if "-W" in label:
        return f"{day.isocalendar().year}-W{day.isocalendar().week:02}"
    return {
        "": f"{day.year}",
        "H": f"{day.year}H{day.month // 6 + 1}",
        "Q": f"{day.year}Q{day.month // 3 + 1}",
        "-": f"{day:%Y-%m}",
    }[label[4:5]]
