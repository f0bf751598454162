"""A CSV or XLSX of facts → lines: what each is of, its cells and their places. It judges no state, opens no file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from msgspec import Struct

from scheduler.planning.model import FactKind
from scheduler.problems import Place, Problem
from scheduler.register.reader import MAX_PROBLEMS
from scheduler.register.sheets import Cell, Row, read_rows
from scheduler.words import Phrase, say

HEADS: Mapping[str, tuple[str, ...]] = {  # the columns, each with the words that may stand above it
    "kind": ("事实", "类型"),
    "task": ("任务", "任务编号"),
    "obligation": ("事项", "事项编号"),
    "period": ("期间", "周期"),
    "event": ("事件",),
    "ref": ("编号", "文号"),
    "record": ("记录", "记录类别"),
    "unit": ("单位", "责任单位"),
    "person": ("人员", "责任人"),
    "on": ("日期", "时间", "at"),
    "evidence": ("凭证", "办结依据"),
    "note": ("说明", "备注"),
    "value": ("数值",),
    "title": ("标题",),
    "url": ("网址",),
    "reason": ("理由",),
    "approved_by": ("批准人",),
    "by": ("延长",),
    "to": ("延至",),
    "due": ("期限",),
    "planned": ("预定",),
    "old": ("往年",),
}
_HEADINGS = {word: name for name, words in HEADS.items() for word in (name, *words)}
_TASK = frozenset({"task", "obligation", "unit", "person", "period", "ref"})
_DONE = _TASK | {"on", "evidence", "note"}


class Form(Struct, frozen=True):
    """How one kind of fact is written down: its words, the columns it must have, and all that it may have."""

    name: Phrase
    words: tuple[str, ...]
    needed: tuple[str, ...]
    known: frozenset[str]


FORMS: Mapping[FactKind, Form] = {
    FactKind.EVENT: Form(
        say("登记事件"),
        ("登记事件", "事件"),
        ("event", "ref", "on"),
        frozenset({"event", "ref", "on", "unit", "title", "planned", "due", "old"}),
    ),
    FactKind.RECORD: Form(
        say("记录"),
        ("记录", "登记记录"),
        ("record",),
        frozenset({"record", "person", "unit", "on", "value", "title", "url"}),
    ),
    FactKind.DONE: Form(say("办结"), ("办结",), (), _DONE),
    FactKind.REPORT: Form(say("报结"), ("报结",), (), _DONE),
    FactKind.CONFIRM: Form(say("核实"), ("核实", "确认"), (), _DONE),
    FactKind.RETURN: Form(say("退回"), ("退回",), ("reason",), _TASK | {"on", "reason"}),
    FactKind.ACK: Form(say("签收"), ("签收",), (), _TASK),
    FactKind.EXTEND: Form(
        say("延期"), ("延期",), ("reason", "approved_by"), _TASK | {"by", "to", "reason", "approved_by"}
    ),
    FactKind.PAUSE: Form(say("暂停计算"), ("暂停计算", "暂停"), ("reason",), _TASK | {"on", "reason"}),
    FactKind.RESUME: Form(say("恢复计算"), ("恢复计算", "恢复"), (), _TASK | {"on"}),
    FactKind.WAIVE: Form(say("免报"), ("免报", "不适用"), ("reason", "approved_by"), _TASK | {"reason", "approved_by"}),
    FactKind.REOPEN: Form(say("重新打开"), ("重新打开",), ("reason",), _TASK | {"reason"}),
    FactKind.ASSIGN: Form(say("指定单位"), ("指定单位", "指定"), ("unit",), _TASK),
}
_KINDS = {word: kind for kind, form in FORMS.items() for word in (kind.value, *form.words)}


class Line(Struct, frozen=True):
    """One fact as the file says it: the cells that say something, by the English names of their columns."""

    kind: FactKind
    cells: Mapping[str, Cell]
    place: Place

    def text(self, column: str) -> str | None:
        """What a column says; None where it says nothing."""
        cell = self.cells.get(column)
        return cell.text if cell is not None else None

    def at(self, column: str) -> Place:
        """Where a column stands in this line; the line's beginning where it says nothing."""
        cell = self.cells.get(column)
        return Place(self.place.file, cell.line, cell.column) if cell is not None else self.place


def read_lines(file: str, content: bytes) -> tuple[tuple[Line, ...], tuple[Problem, ...]]:
    """The facts of a file in their order, and what is wrong with its headings and cells."""
    rows = read_rows(file, content)
    if isinstance(rows, Problem):
        return (), (rows,)
    columns, problems = _headings(file, rows[0])
    if not problems and len(rows) == 1:
        hint = say("表头下面每行写一个事实")
        problems.append(Problem("file-empty", say("表头下面没有内容"), hint, Place(file, rows[0][0].line, 1)))
    if problems:
        return (), tuple(problems)
    lines: list[Line] = []
    for row in rows[1:]:
        cells = {name: cell for name, cell in zip(columns, row, strict=False) if name and cell.text}
        place = Place(file, row[0].line, row[0].column)
        kind = _KINDS.get(cells["kind"].text.lower()) if "kind" in cells else None
        found = list(_misshapen(file, columns, row))
        if kind is None:
            found.append(_no_kind(cells.get("kind"), place))
        else:
            line = Line(kind, cells, place)
            found += _misfits(line)
            lines.append(line)
        problems += found
        if len(problems) >= MAX_PROBLEMS:
            break
    return tuple(lines), tuple(problems[:MAX_PROBLEMS])


def named(column: str) -> str:
    """A column as a person looks for it: 凭证（evidence）."""
    return f"{HEADS[column][0]}（{column}）"


def _headings(file: str, heading: Row) -> tuple[list[str | None], list[Problem]]:
    columns: list[str | None] = []
    problems: list[Problem] = []
    hint = say("表头可用：{names}", names=tuple(named(name) for name in HEADS))
    for cell in heading:
        name = _HEADINGS.get(cell.text.lower())
        if cell.text and (name is None or name in columns):
            message = say("不认识或重复的表头“{text}”", text=cell.text[:40])
            problems.append(Problem("csv-heading", message, hint, Place(file, cell.line, cell.column)))
            name = None
        columns.append(name)
    if "kind" not in columns:
        message = say("表头里缺少 {name}", name=named("kind"))
        problems.append(Problem("csv-heading", message, hint, Place(file, heading[0].line, 1)))
    return columns, problems


def _misshapen(file: str, columns: Sequence[str | None], row: Row) -> Iterator[Problem]:
    """Cells under no heading, and quotation marks without an end."""
    for number, cell in enumerate(row):
        place = Place(file, cell.line, cell.column)
        if cell.unpaired:
            hint = say("整格的两头都加半角双引号，格内的双引号写两个")
            yield Problem("csv-row", say("双引号没有配对"), hint, place)
        elif cell.text and (number >= len(columns) or columns[number] is None):
            hint = say("文字里有逗号时，整格加半角双引号")
            yield Problem("csv-row", say("这一格没有表头"), hint, place)


def _no_kind(cell: Cell | None, place: Place) -> Problem:
    names = tuple(form.words[0] for form in FORMS.values())
    if cell is None:
        return Problem("import-kind", say("没有写是什么事实"), say("可写：{names}", names=names), place)
    near = tuple(get_close_matches(cell.text.lower(), _KINDS, 3))
    hint = say("您是不是要找 {near}？", near=near) if near else say("可写：{names}", names=names)
    message = say("不认识这种事实：{text}", text=cell.text[:40])
    return Problem("import-kind", message, hint, Place(place.file, cell.line, cell.column))


def _misfits(line: Line) -> Iterator[Problem]:
    """Columns that this kind of fact needs and that say nothing, and those that say what it has no use for."""
    form = FORMS[line.kind]
    for column in form.needed:
        if column not in line.cells:
            message = say("{kind}要写{column}", kind=form.name, column=named(column))
            yield Problem("import-missing", message, say("在这一行补上"), line.place)
    if "task" in form.known and not {"task", "obligation"} & line.cells.keys():
        message = say("{kind}要写{column}", kind=form.name, column=named("task"))
        yield Problem("import-missing", message, say("也可以分写事项、单位（或人员）、期间三格"), line.place)
    for column in sorted(line.cells.keys() - form.known - {"kind"}):
        message = say("{kind}用不着{column}", kind=form.name, column=named(column))
        hint = say("可写：{names}", names=tuple(named(name) for name in HEADS if name in form.known))
        yield Problem("import-extra", message, hint, line.at(column))
