"""A roster in CSV or XLSX → nodes of a `people` or a `duty` section, by its headings. It opens no file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from scheduler.problems import Place, Problem
from scheduler.register.mistakes import Code, problem
from scheduler.register.reader import MAX_PROBLEMS
from scheduler.register.sheets import Cell, read_rows
from scheduler.register.tree import Node
from scheduler.words import Phrase, say


class Form(Struct, frozen=True):
    """One kind of roster: the section that it fills, its headings, those that it must have, and a hint with all.

    Columns with an `ignored` heading say nothing to the program.
    """

    section: str
    headings: Mapping[str, str]
    required: tuple[str, ...]
    known: Phrase
    ignored: frozenset[str] = frozenset()


PEOPLE = Form(
    "people",
    {
        "id": "id", "编号": "id",
        "name": "name", "姓名": "name",
        "post": "post", "职务": "post",
        "unit": "unit", "单位": "unit",
        "role": "role", "角色": "role",
        "email": "email", "邮箱": "email",
        "phone": "phone", "电话": "phone",
        "via": "via", "代收人": "via",
    },
    ("id", "name"),
    say("表头可用：编号、姓名、职务、单位、角色、邮箱、电话、代收人（或 id,name,post,unit,role,email,phone,via）"),
)  # fmt: skip
DUTY = Form(
    "duty",
    {
        "date": "date", "日期": "date", "值班日期": "date",
        "lead": "lead", "带班领导": "lead",
        "person": "person", "值班员": "person", "值班人员": "person",
        "phone": "phone", "电话": "phone", "值班电话": "phone", "联系电话": "phone",
        "email": "email", "邮箱": "email", "电子邮箱": "email",
    },
    ("date", "person"),
    say("值班表的表头可用：日期、带班领导、值班员、电话、邮箱（或 date,lead,person,phone,email）"),
    frozenset({"序号", "星期", "备注"}),
)  # fmt: skip

_TOP = 5  # lines, among which a heading or a sign of the kind of roster is looked for
_DAY = r"[0-9]{4}\s*[-/.年]\s*[0-9]{1,2}\s*[-/.月]\s*[0-9]{1,2}"
_OF_DUTY = rf"(?i)日期|值班|带班|\bdate\b|{_DAY}"
_SEPARATORS = {"\t": say("制表符"), ";": say("分号"), "；": say("全角分号"), "，": say("全角逗号")}


def read_roster(file: str, content: bytes) -> tuple[Node | None, tuple[Problem, ...]]:
    """The people of one file, or, where it has a column of dates, who is on duty; and what is wrong with it."""
    rows = read_rows(file, content)
    if isinstance(rows, Problem):
        return None, (rows,)
    form = _form(rows)
    if unreadable := _no_heading(file, rows, form):
        return None, (unreadable,)
    columns, problems = _columns(file, rows[0], form)
    people: list[Node] = []
    for row in rows[1:]:
        if len(problems) < MAX_PROBLEMS:
            problems += _misshapen(file, columns, row)
        people.append(_person(file, columns, row))
    section = Node(people, file, 1, 1, 1, 1)
    return Node({form.section: section}, file, 1, 1), tuple(problems)


def _form(rows: Sequence[Sequence[Cell]]) -> Form:
    """The kind of roster, by its heading; where that cannot be read, by what stands in the first lines."""
    names = {cell.text.lower() for cell in rows[0]}
    if any(DUTY.headings.get(name) == "date" for name in names):
        return DUTY
    if any(PEOPLE.headings.get(name) == "id" for name in names):
        return PEOPLE
    return DUTY if any(re.search(_OF_DUTY, cell.text) for row in rows[:_TOP] for cell in row) else PEOPLE


def _no_heading(file: str, rows: Sequence[Sequence[Cell]], form: Form) -> Problem | None:
    """Why the first line is no heading at all, where it is none: another separator, a title above it, rows at once."""
    first = rows[0]
    if any(form.headings.get(cell.text.lower()) in form.required for cell in first):
        return None
    place = Place(file, first[0].line, 1)
    for row in rows[:_TOP]:
        mark = next((mark for mark in _SEPARATORS if len(row) == 1 and mark in row[0].text), None)
        if mark:
            message = say("各格之间用的是{mark}，应是半角逗号", mark=_SEPARATORS[mark])
            hint = say("在表格软件里另存为“CSV UTF-8（逗号分隔）”，或 .xlsx")
            return problem(Code.CSV_HEADING, message, hint, Place(file, row[0].line, 1))
        if set(form.required) <= {form.headings.get(cell.text.lower()) for cell in row}:
            message = say("表头在第{line}行，应在第一行", line=row[0].line)
            return problem(Code.CSV_HEADING, message, say("删去表头上面的各行"), place)
    if any(re.search(_DAY, cell.text) or "@" in cell.text for cell in first):
        return problem(Code.CSV_HEADING, say("第一行不是表头"), say("在最上面加一行。{known}", known=form.known), place)
    return None


def _columns(file: str, heading: Sequence[Cell], form: Form) -> tuple[list[str | None], list[Problem]]:
    columns: list[str | None] = []
    problems: list[Problem] = []
    for cell in heading:
        name = form.headings.get(cell.text.lower())
        if cell.text and cell.text not in form.ignored and (name is None or name in columns):
            message = say("不认识或重复的表头“{text}”", text=cell.text[:40])
            problems.append(problem(Code.CSV_HEADING, message, form.known, Place(file, cell.line, cell.column)))
            name = None
        columns.append(name)
    for name in form.required:
        if name not in columns:
            message = say("表头里缺少 {name}", name=name)
            problems.append(problem(Code.CSV_HEADING, message, form.known, Place(file, heading[0].line, 1)))
    return columns, problems[:MAX_PROBLEMS]


def _misshapen(file: str, columns: Sequence[str | None], row: Sequence[Cell]) -> Iterator[Problem]:
    if len(row) > len(columns):
        extra = row[len(columns)]
        hint = say("文字里有逗号时，整格加半角双引号")
        yield problem(Code.CSV_ROW, say("这一行比表头多一格"), hint, Place(file, extra.line, extra.column))
    for cell in row:
        if cell.unpaired:
            hint = say("整格的两头都加半角双引号，格内的双引号写两个")
            yield problem(Code.CSV_ROW, say("双引号没有配对"), hint, Place(file, cell.line, cell.column))


def _person(file: str, columns: Sequence[str | None], row: Sequence[Cell]) -> Node:
    cells = {
        name: Node(cell.text, file, cell.line, cell.column)
        for name, cell in zip(columns, row, strict=False)
        if name and cell.text
    }
    return Node(cells, file, row[0].line, row[0].column)
