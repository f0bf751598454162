"""A year of reminder moments: duban beside Remind, by the true calendar and without make-up days, from the same rows.

`python -m bench.moments FOLDER N` makes the moments of duban inside a process and prints what that took.
"""

from __future__ import annotations

import csv
import json
import random
import shutil
import statistics
import sys
import time
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.process import LIMIT, Measured, inside, peak_of, repeated, run

if TYPE_CHECKING:
    from scheduler.planning.model import Step

YEAR = 2026  # all of it announced
_DAY = timedelta(days=1)
_FIRST = date(YEAR - 1, 12, 1)
LADDERS = {"year": (20, 5, 1), "quarter": (5,), "month": (3,)}

NOTE = """\
Six of ten obligations are yearly with three reminders, three quarterly, one monthly; those that fall on a rest day move
to the working day before. In Remind the n-th working day before is counted back from the day after, which gives the
same dates. Remind's times are whole processes. `-s12` is its calendar of twelve months, what somebody asks for who
wants a year. `-n`, its fastest way that was found, gives the next occurrence of each line, one and no more: a year
comes of it only because Remind is given a line for each occurrence, with the days worked out beforehand by us. duban's
dates alone start from the same days; its plan works them out itself, and with them the bearers. Both forms get the
same lines, both are shown. duban's plan works out once what rows that say the same come to: of 10,000 there are 312
that differ. The true calendar is an OMITFUNC that looks the day
up in a string with a mark for each day, which was the fastest one; without make-up days it has OMIT lines and weekends.
Reminders before long rests, which duban adds, are left out.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One duty: how often, and the day of it (`MM-DD`, `DD`, or None: the end of the period)."""

    id: str
    every: str
    by: str | None

    def printed(self) -> Iterator[date]:
        """The days of the year on which it falls due, before they are moved off a rest day."""
        if self.every == "year":
            yield date.fromisoformat(f"{YEAR}-{self.by}")
        elif self.every == "month":
            yield from (date(YEAR, month, int(self.by or 1)) for month in range(1, 13))
        else:
            yield from (date(YEAR, month, monthrange(YEAR, month)[1]) for month in (3, 6, 9, 12))


def rows(n: int) -> list[Row]:
    """Six of ten once a year, three at the end of each quarter, one every month; all roll to the working day before."""
    chance, found = random.Random(n), list[Row]()
    for number in range(n):
        kind = ("year", "year", "quarter", "year", "month", "year", "quarter", "year", "quarter", "year")[number % 10]
        day = date(YEAR, 2, 15) + timedelta(days=chance.randrange(310))
        by = {"year": f"{day:%m-%d}", "month": "20"}.get(kind)
        found.append(Row(f"duty-{number}", kind, by))
    return found


# -- duban -------------------------------------------------------------------------------------------------------------

_HEAD = """\
version: 1
office: {name: 示例办公室, unit: office, admin: he.ping, start: 2026-01-01}
units:
  - {id: office, name: 示例办公室, people: {officer: he.ping}}
people:
  - {id: he.ping, name: 何平, email: heping@example.gov.cn}
ladders:
  year: {remind: [20wd, 5wd, 1wd]}
  quarter: {remind: [5wd]}
  month: {remind: [3wd]}
"""


def table(folder: Path, n: int) -> None:
    """The rows as a table, in as many files as it needs."""
    found = [
        f"  - {{id: {row.id}, title: 报送, owed_by: {{unit: office}}, ladder: {row.every}, "
        f"due: {{every: {row.every}, by: {row.by or 'end'}, roll: preceding}}}}"
        for row in rows(n)
    ]
    parts = {f"rows-{at}.yaml": found[at : at + 5_000] for at in range(0, n, 5_000)}
    for name, lines in parts.items():
        (folder / name).write_text("\n".join(["obligations:", *lines, ""]), encoding="utf-8")
    (folder / "obligations.yaml").write_text(f"{_HEAD}include: [{', '.join(parts)}]\n", encoding="utf-8")


def ours(folder: Path, n: int) -> None:
    """Load the table, compile the year, list the moments; prints what the last two took, writes the moments."""
    from scheduler.clock import BEIJING
    from scheduler.planning import Calendars, History, compile_plan
    from scheduler.register import load

    began = time.perf_counter()
    loaded = load(folder / "obligations.yaml")
    register, reading = loaded.register, time.perf_counter() - began
    assert register is not None, loaded.problems[:1]
    known = datetime.combine(_FIRST, datetime.min.time(), BEIJING)
    walls, cpus = list[float](), list[float]()
    steps: list[tuple[str, Step]] = []
    while len(walls) < 5 and sum(walls) < 10:
        wall, cpu = time.perf_counter(), time.process_time()
        plan = compile_plan(
            register, Calendars(register), History(), now=known, since=date(YEAR, 1, 1), until=date(YEAR, 12, 31)
        )
        steps = [(slot.obligation.id, step) for slot in plan.slots for step in slot.steps]
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    found = {
        (row, step.at.date().isoformat())
        for row, step in steps
        if step.at.year == YEAR and step.name != "remind-before-rest"
    }
    with (folder / "ours.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(sorted(found))
    said = {
        "moments": len(found),
        "before_rest": sum(step.name == "remind-before-rest" for _, step in steps),
        "reading": reading,
        "calendar": _by_calendar(n, found),
    }
    shape = {"wall": statistics.median(walls), "cpu": statistics.median(cpus), "peak": peak_of(), "runs": len(walls)}
    print(json.dumps({**shape, "n": said}))


def _by_calendar(n: int, expected: set[tuple[str, str]]) -> float:
    """Seconds for the dates alone: duban's calendar, without a table, a plan and its notices. Median of five runs."""
    from scheduler.workdays import calendar

    own, given, walls = calendar(), rows(n), list[float]()
    for _ in range(5):
        began, found = time.perf_counter(), list[tuple[str, date]]()
        for row in given:
            for day in row.printed():
                found += [(row.id, own.add(day + _DAY, -before - 1)) for before in LADDERS[row.every]]
        walls.append(time.perf_counter() - began)
    assert {(row, day.isoformat()) for row, day in found} == expected
    return statistics.median(walls)


# -- Remind ------------------------------------------------------------------------------------------------------------


def script(folder: Path, n: int, *, true: bool) -> Path:
    """The same rows for Remind: each moment is the n-th day that counts before the day after the printed one.

    `true`: an OMITFUNC that knows make-up days, by a string with a mark for each day, which is the fastest way that
    was found. Else holidays as OMIT lines and the weekend, as far as plain Remind goes.
    """
    from scheduler.workdays import calendar

    days = [_FIRST + n * _DAY for n in range((date(YEAR, 12, 31) - _FIRST).days + 1)]
    lines = []
    if true:
        marks = "".join("0" if calendar().works(day) else "1" for day in days)
        lines += [f'SET marks "{marks}"', f"SET first '{_FIRST}'"]
        lines.append('FSET rest(d) substr(marks, d-first+1, d-first+1) == "1"')
    else:
        off = [day for day in days if day.weekday() < 5 and not calendar().works(day)]
        lines += [f"OMIT {day}" for day in off]
    how = "OMITFUNC rest" if true else "OMIT Sat Sun"
    for row in rows(n):
        for day in row.printed():
            after = day + _DAY
            lines += [f"REM {after:%b} {after.day} -{before + 1} {how} MSG {row.id}" for before in LADDERS[row.every]]
    path = folder / ("true.rem" if true else "plain.rem")
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


def reminded(form: str, path: Path, output: Path) -> Measured:
    """One run of Remind.

    `-n` gives the next occurrence of each line, which here is its only one in the year: its fastest way. `-s12` is its
    calendar of twelve months.
    """
    asked = [form, "-b2", str(path), str(date(YEAR, 1, 1))]
    return run(["remind", *asked], output=output, limit=LIMIT)


def _dates(output: Path) -> set[tuple[str, str]]:
    lines = [line.split() for line in output.read_text(encoding="utf-8").splitlines()]
    found = {(words[-1], words[0].replace("/", "-")) for words in lines if words}
    return {(row, day) for row, day in found if day.startswith(str(YEAR))}


# -- side by side ------------------------------------------------------------------------------------------------------


FORMS = (("-n", True), ("-n", False), ("-s12", True), ("-s12", False))


@dataclass(frozen=True, slots=True)
class Compared:
    """What each took; of how many moments the two agree, and how many Remind has."""

    n: int
    took: Mapping[str, Measured]
    equal: Mapping[str, tuple[int, int]]

    def ratio(self, key: str) -> float | None:
        """How many times as long as duban's plan."""
        own, other = self.took["duban"], self.took[key]
        return None if own.fault or other.fault else other.wall / own.wall


def compared(folder: Path, n: int, smaller: Compared | None = None) -> Compared:
    """Both programs on the same rows. What took long for a `smaller` number of rows is reckoned from that."""
    folder.mkdir(parents=True, exist_ok=True)
    table(folder, n)
    took = {"duban": inside("bench.moments", str(folder), str(n), limit=3 * LIMIT)}
    mine, equal = set[tuple[str, str]](), dict[str, tuple[int, int]]()
    if not took["duban"].fault:
        mine = _read(folder / "ours.csv")
    for form, true in FORMS:
        key = _key(form, true=true)
        earlier = smaller.took[key] if smaller else None
        if shutil.which("remind") is None:
            took[key] = Measured(fault="not installed")
        elif earlier and earlier.fault:
            took[key] = earlier
        elif smaller and earlier and earlier.wall * n / smaller.n > LIMIT:
            took[key] = Measured(earlier.wall * n / smaller.n, earlier.cpu * n / smaller.n, runs=0)
        else:
            path, output = script(folder, n, true=true), folder / "remind.txt"
            took[key] = repeated(partial(reminded, form, path, output))
            if not took[key].fault:
                found = _dates(output)
                equal[key] = len(mine & found), len(found)
    return Compared(n, took, equal)


def _key(form: str, *, true: bool) -> str:
    return f"{form} {'true' if true else 'plain'}"


def _read(path: Path) -> set[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {(row, day) for row, day in csv.reader(file)}


_TITLES = {
    "-n true": "Remind `-n`, true calendar (OMITFUNC)",
    "-n plain": "Remind `-n`, OMIT and weekends: no make-up days",
    "-s12 true": "Remind `-s12`, true calendar (OMITFUNC)",
    "-s12 plain": "Remind `-s12`, OMIT and weekends: no make-up days",
}


def shown(one: Compared) -> Iterator[str]:
    """The table."""
    own = one.took["duban"]
    if own.fault:
        yield f"duban, {one.n:,} obligations: {own.fault}"
        return
    yield f"| {own.n['moments']:,} moments of {one.n:,} obligations | time (runs) | × duban's plan | equal dates |"
    yield "|---|---:|---:|---:|"
    yield f"| duban, plan of the year from the table in memory | {own.wall:,.2f} s ({own.runs}) | 1 | |"
    yield f"| … reading and checking the table before it | {own.n['reading']:,.2f} s (1) | | |"
    alone = own.n["calendar"]
    yield f"| duban's calendar alone, without table and plan | {alone:,.3f} s (5) | {alone / own.wall:,.3f} | |"
    for key, title in _TITLES.items():
        other = one.took[key]
        if other.fault:
            yield f"| {title} | {other.fault} | | |"
            continue
        same = "{:,} of {:,}".format(*one.equal[key]) if key in one.equal else ""
        runs = f"({other.runs})" if other.runs else "(reckoned from fewer)"
        yield f"| {title} | {other.wall:,.2f} s {runs} | {other.wall / own.wall:,.2f} | {same} |"


if __name__ == "__main__":
    ours(Path(sys.argv[1]), int(sys.argv[2]))
