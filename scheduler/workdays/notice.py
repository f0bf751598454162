"""A holiday notice from its own text or from holiday-cn JSON, and what is wrong with it, by line and column."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType

from msgspec import Struct, field

from scheduler.problems import Place, Problem
from scheduler.words import Phrase, say
from scheduler.workdays import facts, prose
from scheduler.workdays.days import Notice, NoticeDay, Region
from scheduler.workdays.layers import calendar
from scheduler.workdays.table import Calendar

_DAY = timedelta(1)
_NUMBER = re.compile(r"[\u4e00-\u9fff]{2,10}\[\d{4}\]\s*\d+\s*号")
_TITLE_YEAR = re.compile(r"(?:关于|现将|做好|公布|发布|延长|调整)\D{0,12}?(\d{4})年")
_ANY_YEAR = re.compile(r"(?<!\[)(\d{4})年")
_ISSUED = re.compile(r"^\s*(?:\(?\s*)?(\d{4})年(\d{1,2})月(\d{1,2})日\s*\)?\s*$", re.MULTILINE)
_ISSUED_ZH = re.compile(
    r"^\s*([〇零○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日\s*$",
    re.MULTILINE,
)
_FULL = {"元旦", "春节", "劳动节", "国庆节"}
_SIGNS = {
    Region.XINJIANG: ("新政办", "新疆"),
    Region.GUANGXI: ("桂政办", "广西", "壮族三月三"),
    Region.NINGXIA: ("宁政办", "宁夏"),
    Region.LHASA: ("拉政办", "拉萨"),
}


class Parsed(Struct, frozen=True):
    """A notice and its problems; None where nothing usable was found. With errors it must not go into force.

    `places` says where in the text each day of it is settled.
    """

    notice: Notice | None
    problems: tuple[Problem, ...]
    places: Mapping[date, Place] = field(default_factory=lambda: MappingProxyType({}))


def parse_notice(
    text: str,
    *,
    file: str = "notice.txt",
    year: int | None = None,
    published: date | None = None,
    region: Region | None = None,
    earlier: Sequence[Notice] = (),
) -> Parsed:
    """The notice in `text`, prose or holiday-cn JSON.

    `year`, `published` (the day on which it became known) and `region` fill what the text does not say; the
    day of issue counts as published where nothing better is given. `earlier` are notices imported before it, on which
    延长假期至… builds.
    """
    if text.lstrip("\ufeff \t\r\n")[:1] == "{":
        return _from_json(text, file, published)
    text = prose.plain(text)
    about, region, since = year or _year_of(text), region or _region_of(text), published or _issued(text)
    if about is None:
        message, hint = say("看不出是哪一年的安排"), say("请连同标题一起粘贴，或另外指明年份")
        return Parsed(None, (Problem("notice-year", message, hint, Place(file, 1, 1)),))
    reading = prose.read(_ISSUED.sub(lambda line: re.sub(r"[^\n]", " ", line[0]), text), about, file)
    if any(s.what is prose.Say.EXTEND for s in reading.statements):
        _extend(reading, calendar(region, as_of=since - _DAY if since else None, imported=earlier))
    return _prose_notice(text, reading, region, since)


def decoded(content: bytes) -> str:
    """The text of a notice: UTF-8, else GB18030 as older offices save it."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def _prose_notice(text: str, reading: prose.Reading, region: Region | None, since: date | None) -> Parsed:
    days = tuple(NoticeDay(d, works, name) for d, (works, name) in prose.settled(reading).items())
    if not days:
        hint = say("需要通知的正文，如“元旦：1月1日（周四）至3日（周六）放假调休，共3天。”")
        none = Problem("notice-empty", say("没有找到任何放假或者上班的日子"), hint, Place(reading.file, 1, 1))
        return Parsed(None, (*reading.problems, none))
    named = {part for day in days for part in day.name.split("、")}
    number = _NUMBER.search(text)
    shown = (
        number[0].replace("[", "〔").replace("]", "〕").replace(" ", "") if number else _nameless(reading.year, since)
    )
    amends = region is None and not named >= _FULL
    places = {d: statement.place for statement in reading.statements for d in statement.days}
    return Parsed(Notice(shown, reading.year, since, days, amends, region), tuple(reading.problems), places)


def _extend(reading: prose.Reading, known: Calendar) -> None:
    """延长…假期至: every day after the holiday, as known before, up to and including the day named."""
    for n, statement in enumerate(reading.statements):
        if statement.what is prose.Say.EXTEND:
            last = statement.days[-1]
            days = [last]
            while known.works(days[0] - _DAY) or known.day(days[0] - _DAY).name != statement.name:
                days.insert(0, days[0] - _DAY)
                if len(days) > 31:
                    days = [last]
                    break
            named = prose.Statement(prose.Say.REST, tuple(days), statement.name, statement.place)
            reading.statements[n] = named


def _nameless(year: int, since: date | None) -> str:
    return f"{year}年放假安排通知（{since.isoformat()}）" if since else f"{year}年放假安排通知"


def _year_of(text: str) -> int | None:
    found = _TITLE_YEAR.search(text) or _ANY_YEAR.search(text)
    return int(found[1]) if found else None


def _region_of(text: str) -> Region | None:
    return next((region for region, signs in _SIGNS.items() if any(sign in text for sign in signs)), None)


def _issued(text: str) -> date | None:
    """The day of issue: the last line that is nothing but a date."""
    if lines := _ISSUED.findall(text):
        year, month, day = map(int, lines[-1])
    elif lines := _ISSUED_ZH.findall(text):
        digits = "〇一二三四五六七八九"
        year = int("".join(str(digits.index(c.replace("零", "〇").replace("○", "〇"))) for c in lines[-1][0]))
        month, day = _chinese(lines[-1][1]), _chinese(lines[-1][2])
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _chinese(words: str) -> int:
    """A number from 一 to 三十一."""
    digits = "〇一二三四五六七八九"
    tens, found, ones = words.rpartition("十")
    if not found:
        return digits.index(words)
    return 10 * (digits.index(tens) if tens else 1) + (digits.index(ones) if ones else 0)


def _from_json(text: str, file: str, published: date | None) -> Parsed:
    try:
        content = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        place = Place(file, error.lineno, error.colno)
        return _refused("notice-json", say("不是完整的JSON"), say("需要 holiday-cn 的年度文件，如 2027.json"), place)
    top = Place(file, 1, 1)
    shape = say("需要 {shape}", shape='{"year": 2027, "days": [{"name", "date", "isOffDay"}]}')
    if not (
        isinstance(content, Mapping) and isinstance(content.get("year"), int) and isinstance(content.get("days"), list)
    ):
        return _refused("notice-json", say("不是 holiday-cn 的年度文件"), shape, top)
    if not content["days"]:
        hint = say("年度文件先于通知建立；请等通知公布后再导入")
        return _refused("notice-empty", say("{year}年的文件里一天也没有", year=content["year"]), hint, top)
    days, problems = [], []
    for n, row in enumerate(content["days"], 1):
        day = _json_day(row)
        if day is None:
            problems.append(Problem("notice-json", say("days 的第{n}项看不懂", n=n), shape, top))
        else:
            days.append(day)
    publication = facts.publications().get(content["year"])
    papers = [p for p in content.get("papers") or () if isinstance(p, str)]
    number = publication.number if publication else papers[0] if papers else f"holiday-cn {content['year']}"
    since = published or (publication.known_from if publication else None)
    ordered = tuple(sorted(days, key=lambda d: d.date))
    places = {d.date: _place(text, f'"{d.date.isoformat()}"', file) for d in days}
    return Parsed(Notice(number, content["year"], since, ordered), tuple(problems), places)


def _place(text: str, words: str, file: str) -> Place:
    at = max(text.find(words), 0)
    return Place(file, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


def _json_day(row: object) -> NoticeDay | None:
    if not isinstance(row, Mapping):
        return None
    name, text, rests = row.get("name"), row.get("date"), row.get("isOffDay")
    if not (isinstance(name, str) and isinstance(text, str) and isinstance(rests, bool)):
        return None
    try:
        return NoticeDay(date.fromisoformat(text), not rests, name)
    except ValueError:
        return None


def _refused(code: str, message: Phrase, hint: Phrase, place: Place) -> Parsed:
    return Parsed(None, (Problem(code, message, hint, place),))
