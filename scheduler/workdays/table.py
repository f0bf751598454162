"""The calendar as flat tables: a question is a look-up or two. It does not know where a day comes from."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import date
from functools import cache, lru_cache
from itertools import accumulate, compress
from types import MappingProxyType

from msgspec import Struct

from scheduler.workdays.days import Convention, Day, Kind, Region, Status, no_working_day, out_of_range

CUSTOM_SOURCE = "自定日历"
_CUSTOM_FIRST, _CUSTOM_LAST = date(1950, 1, 1), date(2100, 12, 31)


class Mark(Struct, frozen=True):
    """What is said about one day beyond the plain week."""

    works: bool
    kind: Kind
    source: str
    known_since: date | None
    name: str


class Word(Struct, frozen=True):
    """On whose word the plain days of a year rest, and since when."""

    source: str
    known_since: date | None


class Sheet(Struct, frozen=True):
    """All that a Calendar is made of: one byte per day from `first`, the marked days, the word for the others."""

    first: date
    works: bytes
    provisional: bytes
    marks: Mapping[date, Mark]
    words: Mapping[int, Word]
    announced_until: date
    region: Region | None = None
    as_of: date | None = None
    weekend: frozenset[int] = frozenset({5, 6})


class Calendar:
    """Which days work, as known at the end of `as_of`; immutable, each operation in constant time.

    `announced_until` is 28 December of the last year that is announced together with all years before it;
    `digest` changes when any day's works or status does. All days are local calendar days.
    """

    __slots__ = ("_sheet", "_through", "_unsettled", "_workdays", "_works", "_zero", "digest", "first", "last")

    def __init__(self, sheet: Sheet) -> None:
        size = len(sheet.works)
        # Index 0 is the eve of the first day, so that a period may start there (start of 2004-01).
        self._zero = sheet.first.toordinal() - 1
        self._works = b"\0" + sheet.works
        self._through = list(accumulate(self._works))
        self._unsettled = list(accumulate(sheet.provisional, initial=0))
        dates = _dates(sheet.first, size)
        self._workdays = list(compress(dates, sheet.works))
        self._sheet = sheet
        self.first, self.last = sheet.first, dates[-1]
        self.digest = hashlib.sha256(sheet.works + sheet.provisional).hexdigest()

    @classmethod
    def custom(cls, weekend: Collection[int], rest: Collection[date] = (), work: Collection[date] = ()) -> Calendar:
        """A calendar of its own, 1950–2100, all announced; `weekend` holds the weekdays that rest (Monday is 0)."""
        return _custom(frozenset(weekend), frozenset(rest), frozenset(work))

    @property
    def region(self) -> Region | None:
        """The region whose festivals are in it."""
        return self._sheet.region

    @property
    def as_of(self) -> date | None:
        """The day at whose end it was known like this; None: all that is known."""
        return self._sheet.as_of

    @property
    def sheet(self) -> Sheet:
        """What it was made of, to be written down whole."""
        return self._sheet

    @property
    def announced_until(self) -> date:
        """The safe horizon: 28 December of the last announced year."""
        return self._sheet.announced_until

    def day(self, d: date) -> Day:
        """All about one day."""
        i = self._index(d)
        status = Status.ANNOUNCED if self.announced(d) else Status.PROVISIONAL
        works = bool(self._works[i])
        mark = self._sheet.marks.get(d)
        if mark is not None:
            return Day(d, works, mark.kind, status, mark.source, mark.known_since, mark.name)
        word = self._sheet.words[d.year + (d.month == 12 and d.day > 28)]
        kind = Kind.WEEKEND if d.weekday() in self._sheet.weekend else Kind.WORKDAY
        return Day(d, works, kind, status, word.source, word.known_since, "")

    def works(self, d: date) -> bool:
        """Whether `d` is a working day."""
        return self._works[self._index(d)] == 1

    def announced(self, d: date) -> bool:
        """Whether the status of `d` is settled."""
        i = self._index(d)
        return self._unsettled[i] == self._unsettled[i - 1]

    def add(self, d: date, n: int) -> date:
        """The n-th working day strictly after `d` (n > 0) or strictly before (n < 0), from any day; 0 is `d` itself.

        民法典 第二百零一条: 开始的当日不计入，自下一日开始计算.
        """
        i = d.toordinal() - self._zero
        try:
            if n > 0 <= i:
                return self._workdays[self._through[i] + n - 1]
            if n == 0:
                return d
            if i > 0 and (k := self._through[i - 1] + n) >= 0:
                return self._workdays[k]
        except IndexError:
            pass
        raise self._refusal()

    def count(self, a: date, b: date) -> int:
        """The working days in (a, b]; where b lies before a, minus those in [b, a).

        So `count(d, add(d, n)) == n` in both directions.
        """
        i, j = a.toordinal() - self._zero, b.toordinal() - self._zero
        if not (0 <= i < len(self._works) and 0 <= j < len(self._works)):
            raise self._refusal()
        if j >= i:
            return self._through[j] - self._through[i]
        if j == 0:
            raise self._refusal()
        return self._through[j - 1] - self._through[i - 1]

    def roll(self, d: date, convention: Convention) -> date:
        """`d`, or the working day to which `convention` moves it when it rests."""
        i = self._index(d)
        if self._works[i] or convention == "none":
            return d
        # Compared as text: looking a member up on its class costs more than the whole roll.
        forward = convention in ("following", "modified-following")
        moved = self.add(d, 1 if forward else -1)
        if convention in ("modified-preceding", "modified-following") and (moved.year, moved.month) != (
            d.year,
            d.month,
        ):
            return self.add(d, -1 if forward else 1)
        return moved

    def span_announced(self, a: date, b: date) -> bool:
        """Whether every day of [a, b] is settled, in whatever order the two are given."""
        i, j = self._index(a), self._index(b)
        first, last = (i, j) if i <= j else (j, i)
        return self._unsettled[last] == self._unsettled[first - 1]

    def rest_before(self, d: date, at_least: int = 5) -> tuple[date, date] | None:
        """First and last day of the latest run of `at_least` or more rest days that ended before `d`, 60 days back."""
        i = self._index(d if self.works(d) else self.add(d, -1))
        first = max(self._index(d) - 60 - at_least, 1)
        start = self._works.rfind(bytes(at_least), first, i)
        if start < 0:
            return None
        before = max(self._works.rfind(1, 0, start), 0)
        return date.fromordinal(self._zero + before + 1), date.fromordinal(self._zero + start + at_least - 1)

    def _index(self, d: date) -> int:
        i = d.toordinal() - self._zero
        if 0 < i < len(self._works):
            return i
        raise out_of_range(self.first, self.last)

    def _refusal(self) -> Exception:
        return out_of_range(self.first, self.last) if self._workdays else no_working_day()


def week(first: date, size: int, weekend: frozenset[int]) -> bytearray:
    """The plain week from `first` on: 1 works, 0 rests."""
    pattern = bytes((first.weekday() + n) % 7 not in weekend for n in range(7))
    return bytearray((pattern * (size // 7 + 1))[:size])


@cache
def _dates(first: date, size: int) -> tuple[date, ...]:
    start = first.toordinal()
    return tuple(map(date.fromordinal, range(start, start + size)))


@lru_cache(maxsize=16)
def _custom(weekend: frozenset[int], rest: frozenset[date], work: frozenset[date]) -> Calendar:
    first, last = _CUSTOM_FIRST, _CUSTOM_LAST
    start = first.toordinal()
    size = last.toordinal() - start + 1
    works = week(first, size, weekend)
    marks: dict[date, Mark] = {}
    for days, working in ((rest, False), (work, True)):
        for day in days:
            if first <= day <= last:
                works[day.toordinal() - start] = working
                marks[day] = Mark(working, Kind.CLOSURE, CUSTOM_SOURCE, None, "")
    words = dict.fromkeys(range(first.year, last.year + 2), Word(CUSTOM_SOURCE, None))
    return Calendar(
        Sheet(first, bytes(works), bytes(size), MappingProxyType(marks), MappingProxyType(words), last, weekend=weekend)
    )
