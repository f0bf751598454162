"""A year's assessment for readers: lines of text, sheets of a file, the tasks behind a figure. It counts nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from scheduler.planning.model import Moment, Standing, State, Task
from scheduler.planning.occasions import ONCE
from scheduler.planning.spoken import STATES, when
from scheduler.reports.assessment import Ahead, Assessment, Count, Part, count_of, is_met
from scheduler.reports.columns import UNSORTED
from scheduler.reports.figures import Counted, Figures, Result, percent
from scheduler.reports.text import aligned, cells, folded, padded
from scheduler.reports.workbook import Book, Cell, Column, Imprint, Kind, Sheet, Tone, Toned
from scheduler.words import Lang, Phrase, say

RESULTS = {
    Result.ON_TIME: say("按时办结"),
    Result.LATE: say("逾期办结"),
    Result.OPEN: say("尚未办结"),
    Result.EXTENDED: say("经批准延期"),
    Result.WAIVED: say("免报"),
}
PLACES = {
    Ahead.EARLY: say("提前办结"),
    Ahead.RUNNING: say("办理中"),
    Ahead.NOT_OPEN: say("未到办理期"),
    Ahead.ASIDE: say("暂停或已免报"),
}
COUNTS = {Count.QUOTA: say("次数"), Count.COVERAGE: say("覆盖面"), Count.MEASURE: say("指标")}
NOTES = (
    say("1.按时率＝按时办结÷（到期任务－经批准延期－免报）；到期任务不足5项的不计算。单位按台账次序排列，不排名。"),
    say(
        "2.到期任务是规定期限在本年、且已到期的任务；延期后的期限仍在本年的，按延期后的期限统计。暂停计算的、适时开展的不计入。"
    ),
    say("3.尚未办结中的待核，是责任单位已经报结、尚未核实的。达标数为“已达到/应达到”。"),
    say("4.统计只用截止时点以前登记的记录；其后登记的，不论何时发生，都不计入。"),
)
_WIDE, _NARROW = 80, 12
_HEAD = ""  # it makes a sentence of its own of a short word, so that other languages have one that fits above figures


class Figure(Struct, frozen=True):
    """One column of the tables: what stands above it, and its cell."""

    head: Phrase
    short: Phrase
    of: Callable[[Part], int | str]
    tone: Tone | None = None


def _n(*names: str) -> Callable[[Part], int]:
    return lambda part: sum(len(part.tasks()[name]) for name in names)


def _met(kind: Count) -> Callable[[Part], str]:
    def cell(part: Part) -> str:
        asked = part.counts(kind)
        return f"{sum(map(is_met, asked))}/{len(asked)}" if asked else "—"

    return cell


_RATE = Figure(say("按时率"), say("按时率"), lambda part: percent(part.figures.rate))
YEAR_END = (
    Figure(say("到期任务"), say("到期"), lambda part: part.figures.due),
    Figure(RESULTS[Result.ON_TIME], say("按时"), lambda part: part.figures.n(Result.ON_TIME)),
    Figure(RESULTS[Result.LATE], say("逾期{head}", head=_HEAD), lambda part: part.figures.n(Result.LATE), Tone.YELLOW),
    Figure(RESULTS[Result.OPEN], say("未办{head}", head=_HEAD), lambda part: part.figures.n(Result.OPEN), Tone.RED),
    Figure(say("其中待核"), say("待核{head}", head=_HEAD), _n("reported")),
    Figure(RESULTS[Result.EXTENDED], say("延期{head}", head=_HEAD), lambda part: part.figures.n(Result.EXTENDED)),
    Figure(RESULTS[Result.WAIVED], say("免报"), lambda part: part.figures.n(Result.WAIVED)),
    _RATE,
    Figure(say("次数达标"), say("次数"), _met(Count.QUOTA)),
    Figure(say("覆盖面达标"), say("覆盖{head}", head=_HEAD), _met(Count.COVERAGE)),
    Figure(say("指标达标"), say("指标{head}", head=_HEAD), _met(Count.MEASURE)),
)
MID_YEAR = (
    Figure(say("全年任务"), say("全年"), lambda part: part.figures.due + len(part.ahead)),
    *(figure for figure in YEAR_END[:4]),
    *(
        Figure(PLACES[where], short, _n(f"ahead-{where}"))
        for where, short in zip(Ahead, (say("提前"), say("在办"), say("未到"), say("暂停")), strict=True)
    ),
    _RATE,
)


Lines = Sequence[tuple[str, Part]]


class View(Struct, frozen=True):
    """An assessment with the columns by which it is shown and the imprint of the file."""

    found: Assessment
    imprint: Imprint
    columns: Sequence[Figure]

    @property
    def title(self) -> Phrase:
        """What stands above it."""
        if self.columns is MID_YEAR:
            return say("{year}年政务公开任务进度", year=self.found.year)
        return say("{year}年政务公开任务完成情况考核", year=self.found.year)

    @property
    def names(self) -> dict[str, str]:
        """The names of units and persons."""
        register = self.found.plan.register
        return {p.id: p.name for p in register.people} | {u.id: u.name for u in register.units}

    @property
    def units(self) -> Lines:
        """The names of the units, which need not differ, with their parts."""
        return [(self.found.plan.roster.unit(unit).name, part) for unit, part in self.found.units.items()]

    def categories(self, part: Part) -> Lines:
        """The names of the categories of a part."""
        nameless = UNSORTED.text(self.imprint.lang)
        return [(name or nameless, held) for name, held in self.found.categories(part).items()]


def lines(view: View) -> Iterator[str]:
    """The year on one screen: by unit, by category, the notes; 80 columns."""
    lang, total = view.imprint.lang, view.found.total
    yield view.title.text(lang)
    yield view.imprint.note.text(lang)
    for head, parts in ((say("责任单位"), view.units), (say("考核类别"), view.categories(total))):
        yield ""
        yield from _table(head, [*parts, (say("合计").text(lang), total)], view)
    yield ""
    for note in NOTES:
        yield from folded(note.text(lang), _WIDE)


def explained(found: Assessment, unit: str, lang: Lang) -> Iterator[str]:
    """Each figure of a unit with the tasks behind it."""
    part = found.units.get(unit) or Part(Figures(()), ())
    figures = part.figures
    yield say("{name}：到期任务{n}项", name=found.plan.roster.unit(unit).name, n=figures.due).text(lang)
    for result, words in RESULTS.items():
        yield say("{what}：{n}项", what=words, n=figures.n(result)).text(lang)
        for one in figures.of(result):
            yield f"  {one.task.id}"
            yield f"    {_reason(one).text(lang)}"
    for where, words in PLACES.items():
        held = [stands for stands, at in part.ahead if at is where]
        yield say("未到期，{what}：{n}项", what=words, n=len(held)).text(lang)
        yield from (f"  {stands.task.id}" for stands in held)
    yield say(
        "按时率：{on_time}÷（{due}－{extended}－{waived}）＝{rate}",
        on_time=figures.n(Result.ON_TIME),
        due=figures.due,
        extended=figures.n(Result.EXTENDED),
        waived=figures.n(Result.WAIVED),
        rate=percent(figures.rate),
    ).text(lang)


def book(view: View, more: Sequence[Sheet] = ()) -> Book:
    """The file: by unit, by category, by both, what is counted, and every task, by which each figure can be traced.

    `more` sheets stand behind them.
    """
    by_unit = _totals(view, (say("按单位"), say("责任单位")), view.units)
    by_category = _totals(view, (say("按类别"), say("考核类别")), view.categories(view.found.total))
    return Book((by_unit, by_category, _crossed(view), _counts(view), _tasks(view), *more), view.imprint)


def _table(head: Phrase, parts: Lines, view: View) -> Iterator[str]:
    columns, lang = view.columns, view.imprint.lang
    rows = [[head.text(lang), *(column.short.text(lang) for column in columns)]]
    rows += [[name, *(str(column.of(part)) for column in columns)] for name, part in parts]
    return table(rows)


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The names on the left, in as many lines as they need beside the figures, or above them; 80 columns."""
    (first, *heads), *parts = rows
    columns = [_folded_head(head, [part[n] for part in parts]) for n, head in enumerate(heads, start=1)]
    tall = max(map(len, columns))
    above = zip(*([""] * (tall - len(column)) + column for column in columns), strict=True)
    lines = aligned([*above, *(part[1:] for part in parts)], gap=" ")
    room = _WIDE - 2 - max(map(cells, lines))
    blank = [""] * (tall - 1)
    names = [*blank, first] if room >= _NARROW else [first, *blank]
    for name, line in zip([*names, *(part[0] for part in parts)], lines, strict=True):
        *over, last = folded(name, room) if room >= _NARROW else [*([name] if name else []), ""]
        yield from over
        yield f"{padded(last, room if room >= _NARROW else 0)}  {line}"


def _folded_head(head: str, column: Sequence[str]) -> list[str]:
    """A head as narrow as its longest word and the figures below it."""
    return folded(head, max(map(cells, (*head.split(), *column))))


def _reason(one: Counted) -> Phrase:
    stands = one.standing
    return say(
        "规定期限{due}，{state}{done}{granted}",
        due=when(one.due),
        state=STATES[stands.state],
        done=say("（{day}）", day=when(stands.done_on)) if stands.done_on else "",
        granted=say("，曾延期{n}次", n=stands.extensions) if stands.extensions else "",
    )


# -- the sheets ------------------------------------------------------------------------------------------------------


def _totals(view: View, words: tuple[Phrase, Phrase], parts: Lines) -> Sheet:
    name, head = words
    summed = (Toned(column.of(view.found.total), Tone.SUM) for column in view.columns)
    return Sheet(
        name=name.text(view.imprint.lang),
        title=view.title,
        columns=(Column(say("序号"), 6, Kind.NUMBER), Column(head, 42), *_columns(view)),
        rows=[
            *([n, name, *_cells(view, part)] for n, (name, part) in enumerate(parts, start=1)),
            [Toned(None, Tone.SUM), Toned(say("合计"), Tone.SUM), *summed],
        ],
        notes=(view.imprint.note,),
        after=NOTES,
        filtered=False,
    )


def _columns(view: View) -> Iterator[Column]:
    return (Column(column.head, 11, Kind.NUMBER) for column in view.columns)


def _cells(view: View, part: Part) -> Iterator[Cell]:
    for column in view.columns:
        value = column.of(part)
        yield Toned(value, column.tone) if column.tone and value else value


def _crossed(view: View) -> Sheet:
    return Sheet(
        name=say("单位和类别").text(view.imprint.lang),
        title=view.title,
        columns=(Column(say("责任单位"), 30), Column(say("考核类别"), 24), *_columns(view)),
        rows=[
            [unit, category, *_cells(view, held)]
            for unit, part in view.units
            for category, held in view.categories(part)
        ],
        notes=(view.imprint.note,),
        repeated=2,
    )


def _counts(view: View) -> Sheet:
    """次数、覆盖面、指标, one by one, with who is missing."""
    return Sheet(
        name=say("次数和覆盖面").text(view.imprint.lang),
        title=view.title,
        columns=(
            *(Column(say("责任单位"), 24), Column(say("责任人"), 10), Column(say("事项"), 30), Column(say("性质"), 8)),
            *(Column(say("期间"), 9), Column(say("已完成"), 8, Kind.NUMBER), Column(say("要求"), 8, Kind.NUMBER)),
            *(Column(say("结果"), 11), Column(say("尚缺"), 26), Column(say("任务编号"), 36)),
        ),
        rows=[_count(one, kind, view.names) for one in view.found.due if (kind := count_of(one)) is not None],
        notes=(view.imprint.note,),
    )


def _count(one: Counted, kind: Count, names: Mapping[str, str]) -> list[Cell]:
    task, progress = one.task, one.standing.progress
    numbers: tuple[Cell, ...] = (progress.done, progress.required) if progress else (None, None)
    missing = "、".join(names.get(who, who) for who in progress.missing) if progress else None
    met = Toned(say("○ 达到"), Tone.GREEN) if is_met(one) else Toned(say("● 未达到"), Tone.RED)
    who = names.get(task.bearer.person or "")
    return [
        names[one.unit],
        who,
        task.slot.obligation.title,
        COUNTS[kind],
        _period(task),
        *numbers,
        met,
        missing,
        task.id,
    ]


def _tasks(view: View) -> Sheet:
    """Every task of the year with the figure that it is in: filter by unit and result to trace one."""
    names, tones = view.names, {Result.LATE: Tone.YELLOW, Result.OPEN: Tone.RED}
    due = (
        _task(one.standing, one.due, Toned(words, tones[one.result]) if one.result in tones else words, names)
        for one in view.found.due
        if (words := RESULTS[one.result])
    )
    ahead = (
        _task(stands, stands.task.dates.due, say("未到期，{what}", what=PLACES[at]), names)
        for stands, at in view.found.ahead
    )
    return Sheet(
        name=say("任务明细").text(view.imprint.lang),
        title=view.title,
        columns=(
            *(Column(say("责任单位"), 22), Column(say("考核类别"), 16), Column(say("事项"), 28)),
            *(
                Column(say("任务编号"), 34),
                Column(say("规定期限"), 11, Kind.DAY),
                Column(say("办结日期"), 11, Kind.DAY),
            ),
            *(Column(say("计入"), 12), Column(say("状态"), 10), Column(say("延期次数"), 6, Kind.NUMBER)),
            Column(say("答复、凭证"), 26),
        ),
        rows=[*due, *ahead],
        notes=(view.imprint.note,),
    )


def _task(stands: Standing, due: Moment, counts_as: Cell, names: Mapping[str, str]) -> list[Cell]:
    task = stands.task
    row, done = task.slot.obligation, None if stands.state is State.REPORTED else stands.done_on
    what = (names[task.bearer.unit], row.category or UNSORTED, row.title, task.id)
    return [*what, due, done, counts_as, STATES[stands.state], stands.extensions or None, stands.evidence]


def _period(task: Task) -> Cell:
    return say("一次") if task.slot.period == ONCE else task.slot.period
