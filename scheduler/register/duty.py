"""How far the duty roster reaches: the days ahead on which nobody is on duty. Today is told to it; it reads no file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from scheduler.problems import Place, Problem
from scheduler.register.checks.addresses import DUTY
from scheduler.register.mistakes import Code, problem
from scheduler.register.model import Register
from scheduler.register.parsing import Loaded
from scheduler.words import say

AHEAD = 14  # days, today included
_DAY = timedelta(days=1)


def gaps(loaded: Loaded, today: date) -> tuple[Problem, ...]:
    """A warning for each run of days of the two weeks from `today` on which a table with a roster has nobody on duty.

    It stands at the last day before the run that is in the roster, else at the first day of all.
    """
    register = loaded.register
    if register is None or not loaded.duty or not _asks(register):
        return ()
    return tuple(_gap(first, last, loaded) for first, last in _runs(register, today))


def _asks(register: Register) -> bool:
    """Whether anything is sent to whoever is on duty."""
    ladders = any(rung.to.role == DUTY for ladder in register.ladders.values() for rung in ladder.escalate)
    return ladders or any(DUTY in row.to for row in register.summaries)


def _runs(register: Register, today: date) -> Iterator[tuple[date, date]]:
    """The first and the last day of each run without anybody."""
    known = {row.date for row in register.duty}
    first: date | None = None
    for day in (today + n * _DAY for n in range(AHEAD + 1)):
        lacks = day not in known and (day - today).days < AHEAD
        if lacks and first is None:
            first = day
        elif not lacks and first is not None:
            yield first, day - _DAY
            first = None


def _gap(first: date, last: date, loaded: Loaded) -> Problem:
    before = [day for day in loaded.duty if day < first]
    place: Place = loaded.duty[max(before) if before else min(loaded.duty)]
    if first == last:
        message = say("{day}没有排值班员", day=first.isoformat())
    else:
        message = say("{first}至{last}没有排值班员", first=first.isoformat(), last=last.isoformat())
    return problem(Code.DUTY_GAP, message, say("请补上；没有值班员的日子，送值班员的邮件送管理员"), place)
