"""Calendars written down whole and read again, so that the past can be recomputed. It knows no journal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from types import MappingProxyType
from typing import Any

from scheduler.workdays.days import Kind, Region
from scheduler.workdays.table import Calendar, Mark, Sheet, Word, week

_DAY = timedelta(1)


def written(tables: Iterable[Calendar]) -> bytes:
    """One JSON object: by region (empty for the whole country) the marked days, the open days, the notice per year."""
    sheets = {str(table.region or ""): _written(table.sheet) for table in tables}
    return json.dumps(dict(sorted(sheets.items())), ensure_ascii=False, separators=(",", ":")).encode()


def restored(content: bytes) -> Mapping[Region | None, Calendar]:
    """The calendars that `written` wrote."""
    sheets = json.loads(content)
    return {Region(name) if name else None: Calendar(_read(name, sheet)) for name, sheet in sheets.items()}


def _written(sheet: Sheet) -> dict[str, object]:
    marks = sorted(sheet.marks.items())
    return {
        "first": sheet.first.isoformat(),
        "days": len(sheet.works),
        "weekend": sorted(sheet.weekend),
        "announced_until": sheet.announced_until.isoformat(),
        "as_of": _iso(sheet.as_of),
        "notices": {year: [word.source, _iso(word.known_since)] for year, word in sorted(sheet.words.items())},
        "provisional": list(_runs(sheet)),
        "marks": {
            day.isoformat(): [int(mark.works), mark.kind.value, mark.source, _iso(mark.known_since), mark.name]
            for day, mark in marks
        },
    }


def _runs(sheet: Sheet) -> Iterator[list[str]]:
    """First and last day of each stretch that is not settled."""
    for is_open, run in groupby(enumerate(sheet.provisional), key=lambda pair: pair[1]):
        if is_open:
            numbers = [n for n, _ in run]
            yield [(sheet.first + numbers[0] * _DAY).isoformat(), (sheet.first + numbers[-1] * _DAY).isoformat()]


def _read(name: str, said: Any) -> Sheet:
    first, size, weekend = date.fromisoformat(said["first"]), said["days"], frozenset(said["weekend"])
    marks = {
        date.fromisoformat(day): Mark(bool(works), Kind(kind), source, _day(since), festival)
        for day, (works, kind, source, since, festival) in said["marks"].items()
    }
    works, provisional = week(first, size, weekend), bytearray(size)
    for day, mark in marks.items():
        if 0 <= (day - first).days < size:
            works[(day - first).days] = mark.works
    for a, b in said["provisional"]:
        start, end = ((date.fromisoformat(day) - first).days for day in (a, b))
        provisional[start : end + 1] = b"\1" * (end + 1 - start)
    return Sheet(
        first=first,
        works=bytes(works),
        provisional=bytes(provisional),
        marks=MappingProxyType(marks),
        words=MappingProxyType(
            {int(year): Word(source, _day(since)) for year, (source, since) in said["notices"].items()}
        ),
        announced_until=date.fromisoformat(said["announced_until"]),
        region=Region(name) if name else None,
        as_of=_day(said["as_of"]),
        weekend=weekend,
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
