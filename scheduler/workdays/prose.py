"""The prose of a holiday notice, read clause by clause into days that rest and work. It judges no arrangement."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from enum import Enum, auto

from msgspec import Struct, field

from scheduler.problems import Place, Problem
from scheduler.words import Phrase, say

_DAY = timedelta(1)
_WEEKDAYS = "一二三四五六日"
# One character for one, so that line and column stay those of the file.
_PLAIN = str.maketrans(
    '０１２３４５６７８９，；：．（）〔〕［］—–－~～─到"',
    "0123456789,;:.()[][]------至'",
)
_HEAD = re.compile(
    r"(?:^|(?<=[\s。;]))(?:(?:[一二三四五六七八九十]{1,3}|\d{1,2})[、.]\s*|\([一二三四五六七八九十\d]{1,2}\)\s*)?"
    r"([^\s\d,。;:]{1,24}?)\s*:",
    re.MULTILINE,
)
_FESTIVAL = re.compile(
    r"元旦|春节|清明节?|[“']?五一[”']?国际劳动节|劳动节|[“']五一[”']|端午节?|中秋节?|国庆节?|[“']十一[”']|抗[^,。]{0,20}70周年|肉孜节|开斋节|古尔邦节|"
    r"三月三|藏历新年|雪顿节"
)
_NAMES = {
    "清明": "清明节",
    "端午": "端午节",
    "中秋": "中秋节",
    "国庆": "国庆节",
    "十一": "国庆节",
    "三月三": "壮族三月三",
}
_DATE = r"(?:(\d{4})年\s*)?(?:(\d{1,2})月\s*)?(\d{1,2})日(?!电|讯)\s*(\([^()]*\))?"
_ITEM = re.compile(rf"{_DATE}(?:\s*(?:至|-+)\s*{_DATE})?")
_VERB = re.compile(
    r"(?P<move>公休日?(?:分别)?调(?:整)?(?:至|到|为))|(?P<resume>起[^,。;]{0,4}上班)|(?P<work>上班|补班)|"
    r"(?P<join>与周末连休|和周末连休)|(?P<extend>假期(?:延长)?至|延长至)|"
    r"(?P<rest>放假(?!调休日期|日期|安排|办法|期间|通知|时间安排)|补休|公休|休息|休假|调休(?!日期)|法定节?假日)"
)
_TOTAL = re.compile(r"(?:共计?|放假)\s*(\d{1,2})天")
_STOP = re.compile(r"[。;]")
_WEEKDAY = re.compile(r"(?:星期|周)([一二三四五六日天])")


class Say(Enum):
    """What a clause says of its days."""

    REST = auto()
    WORK = auto()
    EXTEND = auto()


class Statement(Struct, frozen=True):
    """Days that rest or work (`joins`: with the weekend beside them); for EXTEND the new last day of a holiday."""

    what: Say
    days: tuple[date, ...]
    name: str
    place: Place
    joins: bool = False


class Reading(Struct):
    """What has been read so far: the statements, and the mistakes on the way."""

    file: str
    year: int
    text: str
    statements: list[Statement] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    month: int = 1

    def place(self, at: int) -> Place:
        line = self.text.count("\n", 0, at) + 1
        return Place(self.file, line, at - self.text.rfind("\n", 0, at))

    def wrong(self, at: int, code: str, message: Phrase, hint: Phrase) -> None:
        self.problems.append(Problem(code, message, hint, self.place(at)))


def plain(text: str) -> str:
    """The text with half-width digits and marks, each character still where it was."""
    return text.removeprefix("\ufeff").translate(_PLAIN)


def festival(words: str) -> str:
    """The festivals named in `words`, each by its usual name; empty where none is."""
    found = []
    for match in _FESTIVAL.finditer(words):
        word = match[0].strip("“”'")
        name = "抗战胜利70周年" if word.startswith("抗") else "劳动节" if "五一" in word else _NAMES.get(word, word)
        if name not in found:
            found.append(name)
    return "、".join(found)


def read(text: str, year: int, file: str) -> Reading:
    """All statements of the notice; a date without a year belongs to `year`, December under 元旦 to the year before."""
    reading = Reading(file, year, text)
    heads = [head for head in _HEAD.finditer(text) if festival(head[1])]
    if not heads:
        _section(reading, 0, len(text), festival(text))
    for head, end in zip(heads, [*(after.start() for after in heads[1:]), len(text)], strict=False):
        _section(reading, head.end(), end, festival(head[1]))
    return reading


def _section(reading: Reading, start: int, end: int, name: str) -> None:
    reading.month = 1
    for a, b in _sentences(reading.text, start, end):
        first = len(reading.statements)
        _sentence(reading, a, b, name)
        for total in _TOTAL.finditer(reading.text, a, b):
            _check_total(reading, total, [s for s in reading.statements[first:] if s.what is Say.REST])


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for stop in _STOP.finditer(text, start, end):
        yield start, stop.start()
        start = stop.end()
    yield start, end


def _sentence(reading: Reading, start: int, end: int, name: str) -> None:
    """Dates wait for the verb that follows them; after 调至 and 延长至 they are taken at the end of their clause."""
    waiting: list[date] = []
    pending: Say | None = None
    at = start
    for a, verb in _tokens(reading.text, start, end):
        if verb is None:
            days = _days(reading, a, name)
            if pending is not None:
                _add(reading, pending, days, name, a)
            else:
                at = at if waiting else a
                waiting += days
        elif verb == ",":
            pending = None
        elif verb in {"move", "extend"}:
            waiting.clear()
            pending = Say.REST if verb == "move" else Say.EXTEND
        elif verb == "join":
            _join(reading)
        elif verb == "resume":
            waiting.clear()
        elif waiting:
            what = Say.WORK if verb == "work" else Say.REST
            _add(reading, what, waiting, name, at)
            waiting.clear()


def _add(reading: Reading, what: Say, days: list[date], name: str, at: int) -> None:
    if days:
        reading.statements.append(Statement(what, tuple(days), name, reading.place(at)))


def _tokens(text: str, start: int, end: int) -> Iterator[tuple[int, str | None]]:
    """Dates (None), verbs (their kind) and the commas outside brackets, in order."""
    at = start
    while at < end:
        if item := _ITEM.match(text, at, end):
            yield at, None
            at = item.end()
        elif verb := _VERB.match(text, at, end):
            yield at, verb.lastgroup
            at = verb.end()
        else:
            if text[at] == ",":
                yield at, ","
            at = text.index(")", at, end) + 1 if text[at] == "(" and ")" in text[at:end] else at + 1


def _join(reading: Reading) -> None:
    if reading.statements and reading.statements[-1].what is Say.REST:
        last = reading.statements[-1]
        reading.statements[-1] = Statement(last.what, last.days, last.name, last.place, joins=True)


def _days(reading: Reading, at: int, name: str) -> list[date]:
    """The days of one date or range; a mistake is noted and gives none."""
    item = _ITEM.match(reading.text, at)
    if item is None:
        return []
    first = _date(reading, at, item.groups()[:4], name)
    if first is None or item[7] is None:
        return [first] if first else []
    last = _date(reading, item.start(7), item.groups()[4:], name)
    if last is None:
        return []
    if last < first or (last - first).days > 31:
        hint = say("请检查月份；跨年的要写明年份")
        reading.wrong(at, "notice-range", say("起止日期不对：{text}", text=item[0]), hint)
        return []
    return [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]


def _date(reading: Reading, at: int, parts: tuple[str | None, ...], name: str) -> date | None:
    year, month, day, bracket = parts
    reading.month = int(month) if month else reading.month
    number = int(year) if year else _year(reading, name)
    try:
        found = date(number, reading.month, int(day or 0))
    except ValueError:
        message = say("没有这一天：{year}年{month}月{day}日", year=number, month=reading.month, day=day)
        reading.wrong(at, "notice-date", message, say("请对照通知原文"))
        return None
    said = _WEEKDAY.search(bracket or "")
    if said and _WEEKDAYS.index(said[1].replace("天", "日")) != found.weekday():
        is_day, not_day = _WEEKDAYS[found.weekday()], said[1]
        message = say("{date}是周{a}，不是周{b}", date=found.isoformat(), a=is_day, b=not_day)
        reading.wrong(at, "notice-weekday", message, say("请对照通知原文的日期、星期和年份"))
    return found


def _year(reading: Reading, name: str) -> int:
    """The year of a date that names none: December under 元旦 lies in the year before."""
    if reading.month == 12 and "元旦" in name:
        return reading.year - 1
    return reading.year


def _beside(days: Collection[date]) -> set[date]:
    """The weekend days right beside a stretch of days."""
    found: set[date] = set()
    for step, day in ((-_DAY, min(days)), (_DAY, max(days))):
        beside = day + step
        while beside.weekday() > 4:
            found.add(beside)
            beside += step
    return found


def settled(reading: Reading) -> dict[date, tuple[bool, str]]:
    """Each day that the statements settle: whether it works, for which festival; work wins over rest."""
    days: dict[date, tuple[bool, str]] = {}
    for statement in reading.statements:
        if statement.what is Say.REST:
            joined = _beside(statement.days) if statement.joins else ()
            days |= dict.fromkeys([*statement.days, *joined], (False, statement.name))
    for statement in reading.statements:
        if statement.what is Say.WORK:
            days |= dict.fromkeys(statement.days, (True, statement.name))
    return dict(sorted(days.items()))


def _check_total(reading: Reading, total: re.Match[str], resting: list[Statement]) -> None:
    """共N天 is the length of the stretch; around single days (放假…补休) it may count the weekend beside them."""
    days = {d for s in resting for d in s.days}
    sums = {len(days)}
    if days and all(len(s.days) == 1 for s in resting):
        sums.add(len(days | _beside(days)))
    if days and int(total[1]) not in sums:
        message = say("写的是共{said}天，日期合起来是{found}天", said=int(total[1]), found=len(days))
        reading.wrong(total.start(), "notice-total", message, say("请对照通知原文的起止日期"))
