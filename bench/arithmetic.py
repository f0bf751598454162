"""The n-th working day after a day: duban beside what others use, by the same calendar, in one run.

`python -m bench.arithmetic` prints the table and the costs as a line of JSON.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from time import perf_counter_ns
from typing import Any

import chinese_calendar
import numpy as np
import pandas as pd

from scheduler.workdays import calendar

COUNTS = (5, 20, 250)
RUNS = 7
SHORTEST = 20_000_000  # ns that one run lasts at least, so that the clock's own grain does not matter
FIRST, LAST = date(2024, 1, 1), date(2025, 12, 20)  # 250 working days later is still announced
Add = Callable[[Any, int], object]
Start = Callable[[date], object]


@dataclass(frozen=True, slots=True)
class Line:
    """One way to count: ns per operation, by the number of working days."""

    name: str
    cost: dict[int, float]


def measured() -> list[Line]:
    """All ways, duban first; raises AssertionError where one of them finds another day."""
    starts = [FIRST + timedelta(days=n) for n in range(0, (LAST - FIRST).days, 7)]
    starts = [day for day in starts if calendar().works(day)]
    ways = list(_ways())
    for name, start, add in ways:
        for day in starts:
            assert all(_day(add(start(day), n)) == calendar().add(day, n) for n in (5, 20)), f"{name} differs on {day}"
    return [Line(name, {n: _cost(add, [start(d) for d in starts], n) for n in COUNTS}) for name, start, add in ways]


def table(lines: Sequence[Line]) -> Iterator[str]:
    """The ratios as a Markdown table; times differ from machine to machine, ratios hardly."""
    own = lines[0]
    yield f"| n working days after a working day | {' | '.join(f'n = {n}' for n in COUNTS)} |"
    yield f"|---|{'---:|' * len(COUNTS)}"
    for line in lines:
        times = (f"{line.cost[n] / own.cost[n]:,.0f} ×" if line is not own else "1" for n in COUNTS)
        yield f"| {line.name} | {' | '.join(times)} |"


def _ways() -> Iterator[tuple[str, Start, Add]]:
    """Name, how a start day is made beforehand in the library's own type, and the call that is timed."""
    own = calendar()
    days = [own.first + timedelta(days=n) for n in range((own.last - own.first).days + 1)]
    # A week that always works, and every rest day a holiday: so that Saturdays can be worked.
    resting = [day for day in days if not own.works(day)]
    busdays = np.busdaycalendar(weekmask="1111111", holidays=np.array(resting, dtype="datetime64[D]"))
    week = "Mon Tue Wed Thu Fri Sat Sun"
    offsets = {n: pd.offsets.CustomBusinessDay(n, weekmask=week, holidays=resting) for n in COUNTS}

    def find_workday(day: date, n: int) -> object:
        return chinese_calendar.find_workday(n, day)

    def busday_offset(day: np.datetime64, n: int) -> object:
        return np.busday_offset(day, n, roll="forward", busdaycal=busdays)

    def custom_business_day(day: pd.Timestamp, n: int) -> object:
        return day + offsets[n]

    yield "duban `Calendar.add`", _same, own.add
    yield "`numpy.busday_offset`, scalar", np.datetime64, busday_offset
    yield "pandas `Timestamp + CustomBusinessDay`", pd.Timestamp, custom_business_day
    yield "`chinese_calendar.find_workday`", _same, find_workday


def _same(day: date) -> date:
    return day


def _day(found: Any) -> date:
    if isinstance(found, np.datetime64):
        return date.fromisoformat(str(found))
    day: date = found.date() if isinstance(found, pd.Timestamp) else found
    return day


def _cost(add: Add, starts: Sequence[object], n: int) -> float:
    """Median ns of one call over RUNS runs, the loop around it included."""
    loops = 1
    while _elapsed(add, starts, n, loops) < SHORTEST:
        loops *= 2
    return statistics.median(_elapsed(add, starts, n, loops) / (loops * len(starts)) for _ in range(RUNS))


def _elapsed(add: Add, starts: Sequence[object], n: int, loops: int) -> int:
    begun = perf_counter_ns()
    for _ in range(loops):
        for day in starts:
            add(day, n)
    return perf_counter_ns() - begun


def main() -> None:
    lines = measured()
    versions = f"numpy {np.__version__}, pandas {pd.__version__}, {RUNS} runs, medians."
    found = {"lines": [*table(lines), "", versions], "cost": {line.name: line.cost for line in lines}}
    print(json.dumps({"wall": 0, "cpu": 0, "peak": 0, "n": found}))


if __name__ == "__main__":
    main()
