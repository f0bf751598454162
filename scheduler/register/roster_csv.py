"""CSV bytes → nodes of a `people` section, by headings in English and Chinese. It opens no file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scheduler.problems import Place, Problem
from scheduler.register.mistakes import Code, problem
from scheduler.register.reader import MAX_BYTES, MAX_NODES, MAX_PROBLEMS
from scheduler.register.tree import Node
from scheduler.words import say

HEADINGS = {
    "id": "id", "编号": "id",
    "name": "name", "姓名": "name",
    "post": "post", "职务": "post",
    "unit": "unit", "单位": "unit",
    "role": "role", "角色": "role",
    "email": "email", "邮箱": "email",
    "phone": "phone", "电话": "phone",
    "via": "via", "代收人": "via",
}  # fmt: skip
_CELL = re.compile(r'[ \t]*+"((?:[^"]|"")*+)"[ \t]*+(?=[,\r\n]|\Z)|([^,\r\n]*)')


class _Cell(NamedTuple):
    text: str
    line: int
    column: int
    quoted: bool


def read_roster(file: str, content: bytes) -> tuple[Node | None, tuple[Problem, ...]]:
    """The people of one CSV file, UTF-8 (also with a byte-order mark) or GB18030, and what is wrong with it."""
    decoded = _decoded(file, content)
    if isinstance(decoded, Problem):
        return None, (decoded,)
    rows = list(_rows(decoded))
    if not rows:
        hint = say("第一行写 id,name,post,unit,role,email,phone")
        return None, (problem(Code.FILE_EMPTY, say("文件是空的"), hint, Place(file, 1, 1)),)
    columns, problems = _columns(file, rows[0])
    people: list[Node] = []
    for row in rows[1:]:
        if len(problems) < MAX_PROBLEMS:
            problems += _misshapen(file, columns, row)
        people.append(_person(file, columns, row))
    section = Node(people, file, 1, 1, 1, 1)
    return Node({"people": section}, file, 1, 1), tuple(problems)


def _decoded(file: str, content: bytes) -> str | Problem:
    if len(content) > MAX_BYTES:
        hint = say("请分成几个文件")
        return problem(Code.FILE_TOO_LARGE, say("文件超过{limit}字节", limit=MAX_BYTES), hint, Place(file, 1, 1))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.count(",") <= MAX_NODES:
            return text
        return problem(
            Code.FILE_TOO_LARGE,
            say("文件的内容超过{limit}项", limit=MAX_NODES),
            say("请分成几个文件"),
            Place(file, 1, 1),
        )
    message = say("文件既不是 UTF-8 也不是 GB18030 编码")
    return problem(Code.NOT_UTF8, message, say("在表格软件里另存为“CSV UTF-8”"), Place(file, 1, 1))


def _rows(text: str) -> Iterator[list[_Cell]]:
    """The rows that are not blank; a quoted cell may hold commas, doubled quotes and line breaks."""
    at, line, line_start = 0, 1, 0
    row: list[_Cell] = []
    while at <= len(text):
        found = _CELL.match(text, at)
        if found is None:
            return
        said = found[2] if found[1] is None else found[1].replace('""', '"')
        row.append(_Cell(said.strip(), line, at - line_start + 1, found[1] is not None))
        breaks = text.count("\n", at, found.end())
        if breaks:
            line, line_start = line + breaks, text.rfind("\n", at, found.end()) + 1
        at = found.end()
        if at < len(text) and text[at] == ",":
            at += 1
            continue
        if any(cell.text for cell in row):
            yield row
        row = []
        at += 2 if text.startswith("\r\n", at) else 1
        line, line_start = line + 1, at


def _columns(file: str, heading: Sequence[_Cell]) -> tuple[list[str | None], list[Problem]]:
    columns: list[str | None] = []
    problems: list[Problem] = []
    known = say(
        "表头可用：编号、姓名、职务、单位、角色、邮箱、电话、代收人（或 id,name,post,unit,role,email,phone,via）"
    )
    for cell in heading:
        name = HEADINGS.get(cell.text.lower())
        if cell.text and (name is None or name in columns):
            message = say("不认识或重复的表头“{text}”", text=cell.text[:40])
            problems.append(problem(Code.CSV_HEADING, message, known, Place(file, cell.line, cell.column)))
            name = None
        columns.append(name)
    for name in ("id", "name"):
        if name not in columns:
            message = say("表头里缺少 {name}", name=name)
            problems.append(problem(Code.CSV_HEADING, message, known, Place(file, heading[0].line, 1)))
    return columns, problems[:MAX_PROBLEMS]


def _misshapen(file: str, columns: Sequence[str | None], row: Sequence[_Cell]) -> Iterator[Problem]:
    if len(row) > len(columns):
        extra = row[len(columns)]
        hint = say("文字里有逗号时，整格加半角双引号")
        yield problem(Code.CSV_ROW, say("这一行比表头多一格"), hint, Place(file, extra.line, extra.column))
    for cell in row:
        if not cell.quoted and cell.text.startswith('"'):
            hint = say("整格的两头都加半角双引号，格内的双引号写两个")
            yield problem(Code.CSV_ROW, say("双引号没有配对"), hint, Place(file, cell.line, cell.column))


def _person(file: str, columns: Sequence[str | None], row: Sequence[_Cell]) -> Node:
    cells = {
        name: Node(cell.text, file, cell.line, cell.column)
        for name, cell in zip(columns, row, strict=False)
        if name and cell.text
    }
    return Node(cells, file, row[0].line, row[0].column)
