"""台账: one row per task, a sheet per category of the yearly assessment, an overview. It judges no task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache

from scheduler.planning.model import State
from scheduler.planning.plan import Plan
from scheduler.planning.taskfacts import NOTHING
from scheduler.planning.windows import day_of
from scheduler.reports.columns import COLUMNS, PAGES, UNSORTED, Entry
from scheduler.reports.shapes import iso
from scheduler.reports.status import NEAR, Company, Row
from scheduler.reports.workbook import Book, Cell, Column, Imprint, Kind, Sheet, Tone, Toned
from scheduler.words import Lang, Phrase, say

LEGEND = (
    say("● 红：已过规定期限尚未办结。◐ 黄：已到提醒时间，尚未办结。"),
    say("○ 绿：未到提醒时间，或者已报结、已办结。－ 灰：未到办理期、暂停计算、免报、未启用。"),
    say(
        "暂定：所依据的放假安排尚未公布，日期可能变动。规定期限为文件或法律所定的最后一日，办理时限为应在其前办完的工作日。"
    ),
)


Groups = Sequence[tuple[str, Sequence[Entry]]]


def ledger(rows: Iterable[Row], plan: Plan, imprint: Imprint) -> Book:
    """The file: an overview by category, one by unit, and a sheet for each category, in the order of the table."""
    entries = _entries(rows, plan, imprint.lang)
    heads = _by(entries, lambda entry: entry.task.slot.obligation.category or "")
    nameless = UNSORTED.text(imprint.lang)
    categories = [(head or nameless, heads[head]) for head in sorted(heads, key=lambda head: not head)]
    held = _by(entries, lambda entry: entry.task.bearer.unit)
    units = [(unit.name, held[unit.id]) for unit in plan.register.units if unit.id in held]
    return Book(
        (
            _overview((say("总览"), say("考核类别")), say("政务公开工作台账总览"), categories, imprint),
            _overview((say("按单位"), say("责任单位")), say("政务公开工作台账：按责任单位"), units, imprint),
            *(_sheet(head, say("政务公开工作台账：{head}", head=head), of, plan, imprint) for head, of in categories),
        ),
        imprint,
    )


def status_book(rows: Iterable[Row], plan: Plan, imprint: Imprint) -> Book:
    """The same columns on one sheet, in the order of `rows`: what hurts most first."""
    entries = (_entry(row, plan, imprint.lang) for row in rows)
    return Book((_sheet(say("任务").text(imprint.lang), say("政务公开任务办理情况"), entries, plan, imprint),), imprint)


def table(rows: Iterable[Row], plan: Plan, lang: Lang) -> Iterator[list[Cell]]:
    """The heads and the rows of the ledger without its looks, for CSV."""
    yield [told.column.head for told in COLUMNS]
    for cells in _cells(_entries(rows, plan, lang), plan, lang):
        yield [_bare(cell, lang) for cell in cells]


def _entries(rows: Iterable[Row], plan: Plan, lang: Lang) -> list[Entry]:
    """In the order of the table: by row, by period, by unit."""
    order = {row.id: n for n, row in enumerate(plan.register.obligations)}
    units = {unit.id: n for n, unit in enumerate(plan.register.units)}

    def place(row: Row) -> tuple[int, date, str, int, str]:
        slot, bearer = row.task.slot, row.task.bearer
        due = day_of(row.task.dates.due)
        return order[slot.obligation.id], due, slot.period, units.get(bearer.unit, -1), bearer.id

    return [_entry(row, plan, lang) for row in sorted(rows, key=place)]


def _entry(row: Row, plan: Plan, lang: Lang) -> Entry:
    return Entry(row, plan.history.task(row.task.id), plan, lang)


def _cells(entries: Iterable[Entry], plan: Plan, lang: Lang) -> Iterator[list[Cell]]:
    """The rows, numbered; what the tasks of a company share is worked out once."""
    own = [(n, told.of) for n, told in enumerate(COLUMNS) if not told.alike]
    shared = lru_cache(NEAR)(lambda company: _said(Entry(_quiet(company), NOTHING, plan, lang)))
    for number, entry in enumerate(entries, start=1):
        if entry.facts.facts:
            cells = _said(entry)
        else:
            cells = shared(entry.row.company).copy()
            for n, of in own:
                cells[n] = of(entry)
        cells[0] = number
        yield cells


def _said(entry: Entry) -> list[Cell]:
    found = (told.of(entry) for told in COLUMNS)
    return [entry.say(cell) if isinstance(cell, Phrase) else cell for cell in found]


def _quiet(company: Company) -> Row:
    """The row of the first task of a company, as if no notice had gone."""
    return Row(company.standing.task, company, (), None)


def _by(entries: Iterable[Entry], key: Callable[[Entry], str]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(key(entry), []).append(entry)
    return found


def _sheet(name: str, title: Phrase, entries: Iterable[Entry], plan: Plan, imprint: Imprint) -> Sheet:
    return Sheet(
        name=name,
        title=title,
        columns=[told.column for told in COLUMNS],
        rows=_cells(entries, plan, imprint.lang),
        notes=imprint.notes,
        after=LEGEND,
        repeated=3,
        page_columns=PAGES,
        scale=65,
    )


# -- the overview ----------------------------------------------------------------------------------------------------

_COUNTED: tuple[tuple[Phrase, frozenset[State], Tone | None], ...] = (
    (say("逾期未办结"), frozenset({State.OVERDUE}), Tone.RED),
    (say("办理中"), frozenset({State.OPEN}), None),
    (say("待核"), frozenset({State.REPORTED}), None),
    (say("暂停计算"), frozenset({State.PAUSED}), None),
    (say("办结"), frozenset({State.DONE}), None),
    (say("逾期办结"), frozenset({State.DONE_LATE}), None),
    (say("免报"), frozenset({State.WAIVED}), None),
    (say("未到办理期"), frozenset({State.NOT_OPEN, State.DORMANT}), None),
)


def _overview(words: tuple[Phrase, Phrase], title: Phrase, groups: Groups, imprint: Imprint) -> Sheet:
    name, head = words
    return Sheet(
        name=name.text(imprint.lang),
        title=title,
        columns=(
            Column(head, 42),
            Column(say("任务数"), 10, Kind.NUMBER),
            *(Column(words, 12, Kind.NUMBER) for words, _, _ in _COUNTED),
            Column(say("其中暂定"), 10, Kind.NUMBER),
        ),
        rows=_counts(groups),
        notes=(imprint.note,),
        after=LEGEND,
        filtered=False,
    )


def _counts(groups: Groups) -> Iterator[list[Cell]]:
    """A line per group, and their sum."""
    for name, held in groups:
        yield [name, *_counted(held, None)]
    everything = [entry for _, held in groups for entry in held]
    yield [Toned(say("合计"), Tone.SUM), *_counted(everything, Tone.SUM)]


def _counted(entries: Sequence[Entry], tone: Tone | None) -> Iterator[Cell]:
    states = Counter(entry.row.company.standing.state for entry in entries)
    yield _toned(len(entries), tone)
    for _, meant, own in _COUNTED:
        n = sum(states[state] for state in meant)
        yield _toned(n, own if own and n else tone)
    yield _toned(sum(entry.task.dates.provisional for entry in entries), tone)


def _toned(n: int, tone: Tone | None) -> Cell:
    return n if tone is None else Toned(n, tone)


def _bare(cell: Cell, lang: Lang) -> Cell:
    value = cell.value if isinstance(cell, Toned) else cell
    if isinstance(value, Phrase):
        return value.text(lang)
    return iso(value) if isinstance(value, date) else value
