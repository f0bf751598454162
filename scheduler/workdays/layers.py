"""How layers make the status of a day: week, decree, notices, region, office; the later wins. It counts nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

from msgspec import Struct

from scheduler.workdays import facts
from scheduler.workdays.days import OFFICE_ENTRY, Closures, Kind, Notice, NoticeDay, Region
from scheduler.workdays.statutory import decree, statutory_days
from scheduler.workdays.table import Calendar, Mark, Sheet, Word, week

FIRST, LAST = date(2004, 1, 1), date(2050, 12, 31)
_START = FIRST.toordinal()
_SIZE = LAST.toordinal() - _START + 1


class _Festival(Struct, frozen=True):
    """A regional festival: which moving date, how many days around it the region may settle, from which year on."""

    key: str
    name: str
    before: int
    after: int
    since: int


# The windows hold every day that the notices on file moved, make-up days included.
_FESTIVALS: Mapping[Region, tuple[_Festival, ...]] = MappingProxyType(
    {
        Region.XINJIANG: (
            _Festival("eid_al_fitr", "肉孜节", 3, 7, 2004),
            _Festival("eid_al_adha", "古尔邦节", 4, 9, 2004),
        ),
        Region.GUANGXI: (_Festival("third_of_third", "壮族三月三", 4, 10, 2014),),
        Region.NINGXIA: (
            _Festival("eid_al_fitr", "开斋节", 3, 7, 2004),
            _Festival("eid_al_adha", "古尔邦节", 4, 9, 2004),
        ),
        Region.LHASA: (_Festival("losar", "藏历新年", 6, 11, 2004), _Festival("shoton", "雪顿节", 3, 9, 2004)),
    }
)


def calendar(
    region: Region | None = None,
    *,
    closures: Closures = Closures(),  # noqa: B008 - a frozen value
    as_of: date | None = None,
    imported: Sequence[Notice] = (),
) -> Calendar:
    """The calendar of `region` with the office's own `closures`, as known at the end of `as_of` (None: all).

    `imported` are notices beyond the shipped ones; an empty one, or one that works on a statutory day, is not believed.
    """
    return _build(region, closures, as_of, tuple(imported))


@lru_cache(maxsize=32)
def _build(region: Region | None, closures: Closures, as_of: date | None, imported: tuple[Notice, ...]) -> Calendar:
    notices = tuple(n for n in imported if n.published is None or as_of is None or n.published <= as_of)
    national = tuple(n for n in notices if n.region is None and (_amends(n) or is_believable(n)))
    words = _words(as_of, national)
    marks: dict[date, Mark] = {}
    for layer in (
        _decreed(words, as_of),
        _published(words, as_of),
        _imported(national),
        _regional(region, as_of, words, notices),
        _closed(closures),
    ):
        marks.update(layer)
    works = week(FIRST, _SIZE, frozenset({5, 6}))
    for day, mark in marks.items():
        if FIRST <= day <= LAST:
            works[day.toordinal() - _START] = mark.works
    provisional, until = _unsettled(words)
    own = closures.rest | closures.work
    if region is not None:
        for day, source in _windows(region, as_of, words, notices):
            if day in own:
                continue
            provisional[day.toordinal() - _START] = 1
            marks[day] = _pending(day, marks.get(day), bool(works[day.toordinal() - _START]), source)
    for day in own:
        if FIRST <= day <= LAST:
            provisional[day.toordinal() - _START] = 0
    sheet = Sheet(
        FIRST, bytes(works), bytes(provisional), MappingProxyType(marks), _voices(words), until, region, as_of
    )
    return Calendar(sheet)


def _amends(notice: Notice) -> bool:
    return notice.amends and FIRST.year <= notice.year <= LAST.year


def is_believable(notice: Notice) -> bool:
    """Whether a year's notice settles anything and lets every statutory day of its year rest."""
    working = {d.date for d in notice.days if d.works}
    resting = {d.date for d in notice.days if not d.works}
    if not resting or not FIRST.year <= notice.year <= LAST.year:
        return False
    return all((d in resting or d.weekday() > 4) and d not in working for d in statutory_days(notice.year))


def library_notice(year: int) -> Notice | None:
    """What is on file for `year` as a notice, before it was amended in its own course; None for a year without one."""
    listed = {d.day: NoticeDay(d.day, d.works, d.name) for d in facts.library_days().get(year, ())}
    if not listed:
        return None
    for a in facts.amendments():
        if facts.governing_year(a.day) == year:
            works = a.works_before if a.known_from.year >= year else a.works_after
            listed[a.day] = NoticeDay(a.day, works, a.name)
            if works == (a.day.weekday() < 5):
                del listed[a.day]
    publication = facts.publications().get(year)
    number = publication.number if publication else f"chinese-calendar {year}"
    return Notice(number, year, publication.known_from if publication else None, tuple(listed.values()))


def _words(as_of: date | None, national: Sequence[Notice]) -> dict[int, Word]:
    """The announced years, each with its notice."""
    words: dict[int, Word] = {}
    for year in facts.library_days():
        notice = library_notice(year)
        if notice is None or not is_believable(notice):
            continue
        # A year of the library beyond our own list was published before it began; the exact day is not on file.
        since = notice.published or (date(year - 1, 12, 31) if year > 2009 else None)
        if as_of is None or since is None or since <= as_of:
            words[year] = Word(notice.number, notice.published)
    for imported in national:
        if not imported.amends:
            words[imported.year] = Word(imported.number, imported.published)
    return words


def _decreed(words: Mapping[int, Word], as_of: date | None) -> dict[date, Mark]:
    """The statutory days of the years that nobody has arranged yet."""
    marks = {}
    for year in range(FIRST.year, LAST.year + 1):
        if year not in words:
            rule = decree(year, as_of)
            for day, name in statutory_days(year, as_of).items():
                marks[day] = Mark(False, Kind.HOLIDAY, rule.number, rule.published, name)
    return marks


def _published(words: Mapping[int, Word], as_of: date | None) -> dict[date, Mark]:
    """The shipped years, with the amendments that were published by then."""
    marks = {}
    for year, days in facts.library_days().items():
        if year in words:
            statutory = statutory_days(year)
            for d in days:
                kind = _kind(d.day, d.works, in_lieu=d.in_lieu, statutory=d.day in statutory)
                marks[d.day] = Mark(d.works, kind, words[year].source, words[year].known_since, d.name)
    for a in facts.amendments():
        year = facts.governing_year(a.day)
        if as_of is None or a.known_from <= as_of:
            kind = marks[a.day].kind if a.day in marks else _kind(a.day, a.works_after, in_lieu=True, statutory=False)
            marks[a.day] = Mark(a.works_after, kind, a.number, a.known_from, a.name)
        elif year in words and a.works_before == (a.day.weekday() < 5):
            marks.pop(a.day, None)
        elif year in words:
            kind = Kind.MAKE_UP if a.works_before else Kind.IN_LIEU
            marks[a.day] = Mark(a.works_before, kind, words[year].source, words[year].known_since, a.name)
    return marks


def _imported(national: Sequence[Notice]) -> dict[date, Mark]:
    marks = {}
    for notice in national:
        statutory = statutory_days(notice.year)
        for d in notice.days:
            kind = _kind(d.date, d.works, in_lieu=True, statutory=d.date in statutory)
            marks[d.date] = Mark(d.works, kind, notice.number, notice.published, d.name)
    return marks


def _kind(day: date, works: bool, *, in_lieu: bool, statutory: bool) -> Kind:
    if works:
        return Kind.MAKE_UP if day.weekday() > 4 else Kind.WORKDAY
    if statutory:
        return Kind.HOLIDAY
    if day.weekday() > 4:
        return Kind.WEEKEND
    return Kind.IN_LIEU if in_lieu else Kind.HOLIDAY


def _regional(
    region: Region | None, as_of: date | None, words: Mapping[int, Word], notices: Sequence[Notice]
) -> dict[date, Mark]:
    """全国年节及纪念日放假办法 第四条: 少数民族习惯的节日，由各少数民族聚居地区的地方人民政府规定放假日期."""
    if region is None:
        return {}
    marks = {
        d.day: Mark(d.works, Kind.REGIONAL, d.source, d.known_from, d.festival)
        for d in _known_regional(region, as_of, words)
    }
    for notice in notices:
        if notice.region is region:
            for day in notice.days:
                marks[day.date] = Mark(day.works, Kind.REGIONAL, notice.number, notice.published, day.name)
    return marks


def _known_regional(region: Region, as_of: date | None, words: Mapping[int, Word]) -> Iterator[facts.RegionalDay]:
    """The regional days on file; one without a publication day is known as soon as its national year is."""
    for day in facts.regional_days(region):
        if day.day.year in words and (as_of is None or day.known_from is None or day.known_from <= as_of):
            yield day


def _windows(
    region: Region, as_of: date | None, words: Mapping[int, Word], notices: Sequence[Notice]
) -> Iterator[tuple[date, str]]:
    """The days around a festival that the region has not settled, in years that are announced otherwise."""
    settled = [d.day for d in _known_regional(region, as_of, words)]
    settled += [d.date for n in notices if n.region is region for d in n.days]
    for festival in _FESTIVALS[region]:
        for about in facts.regional_festivals()[festival.key]:
            if about.year < festival.since or about.year not in words:
                continue
            days = [about + timedelta(n) for n in range(-festival.before, festival.after + 1)]
            if not any(days[0] <= d <= days[-1] for d in settled):
                source = f"{region.chinese}{about.year}年{festival.name}放假安排未公布或未收录"
                yield from ((d, source) for d in days if FIRST <= d <= LAST)


def _pending(day: date, mark: Mark | None, works: bool, source: str) -> Mark:
    if mark is None:
        return Mark(works, Kind.WORKDAY if day.weekday() < 5 else Kind.WEEKEND, source, None, "")
    return Mark(mark.works, mark.kind, source, None, mark.name)


def _closed(closures: Closures) -> dict[date, Mark]:
    marks = {d: Mark(False, Kind.CLOSURE, OFFICE_ENTRY, None, "") for d in closures.rest}
    return marks | {d: Mark(True, Kind.CLOSURE, OFFICE_ENTRY, None, "") for d in closures.work}


def _unsettled(words: Mapping[int, Word]) -> tuple[bytearray, date]:
    """A byte per day, 1 while the day may still move; and 28 December of the last year announced with all before it."""
    provisional = bytearray(b"\1" * _SIZE)
    last = FIRST.year - 1
    for year in range(FIRST.year, LAST.year + 1):
        if year in words:
            end = date(year, 12, 31) if year + 1 in words else date(year, 12, 28)
            start = date(year, 1, 1).toordinal() - _START
            length = end.toordinal() - _START + 1 - start
            provisional[start : start + length] = bytes(length)
            last = year if last == year - 1 else last
    return provisional, date(last, 12, 28)


def _voices(words: Mapping[int, Word]) -> Mapping[int, Word]:
    """On whose word the plain days rest: the year's notice, or the lack of it."""
    missing = {
        year: Word(f"{year}年放假安排未公布", None) for year in range(FIRST.year, LAST.year + 2) if year not in words
    }
    return MappingProxyType(missing | dict(words))
