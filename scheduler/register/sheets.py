"""The rows of a CSV or XLSX file, every cell as text with its place. It knows no heading and opens no file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from scheduler.problems import Place, Problem
from scheduler.register.mistakes import Code, problem
from scheduler.register.reader import MAX_BYTES, MAX_NODES
from scheduler.words import Phrase, say

_CELL = re.compile(r'[ \t]*+"((?:[^"]|"")*+)"[ \t]*+(?=[,\r\n]|\Z)|([^,\r\n]*)')
_BREAK = re.compile(r"\r\n|\r|\n")
_WORKBOOK = b"PK\x03\x04"  # every zip archive begins so, and an XLSX is one
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_SUFFIXES = (".csv", ".xlsx")


class Cell(Struct, frozen=True):
    """What a cell says, without blanks around it; `column` counts characters in CSV and cells in XLSX."""

    text: str
    line: int
    column: int
    unpaired: bool = False  # a quotation mark begins it that nothing ends


Row = list[Cell]


def is_sheet(file: str) -> bool:
    """Whether a file is one of rows and cells, by the end of its name."""
    return file.lower().endswith(_SUFFIXES)


def read_rows(file: str, content: bytes) -> list[Row] | Problem:
    """The rows that are not blank, of UTF-8 (also with a byte-order mark) or GB18030, or of the first sheet of an XLSX.

    At least one, or the Problem why there is none.
    """
    if len(content) > MAX_BYTES:
        return _whole(file, Code.FILE_TOO_LARGE, say("文件超过{limit}字节", limit=MAX_BYTES), say("请分成几个文件"))
    if content.startswith(_OLD_WORKBOOK):
        hint = say("在表格软件里另存为 .xlsx，或“CSV UTF-8”")
        return _whole(file, Code.FILE_KIND, say("这是旧式的表格文件"), hint)
    if content.startswith(_WORKBOOK):
        from scheduler.register.workbook import read_workbook  # noqa: PLC0415 - zip and XML, for a roster in Excel alone

        found = read_workbook(file, content)
        rows = found if isinstance(found, Problem) else [[Cell(*cell) for cell in row] for row in found]
    else:
        decoded = _decoded(file, content)
        rows = decoded if isinstance(decoded, Problem) else list(_rows(decoded))
    return rows or _whole(file, Code.FILE_EMPTY, say("文件是空的"), say("第一行写表头，下面每行一项"))


def _whole(file: str, code: Code, message: Phrase, hint: Phrase) -> Problem:
    return problem(code, message, hint, Place(file, 1, 1))


def _decoded(file: str, content: bytes) -> str | Problem:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.count(",") <= MAX_NODES:
            return text
        message = say("文件的内容超过{limit}项", limit=MAX_NODES)
        return _whole(file, Code.FILE_TOO_LARGE, message, say("请分成几个文件"))
    message = say("文件既不是 UTF-8 也不是 GB18030 编码")
    return _whole(file, Code.NOT_UTF8, message, say("在表格软件里另存为“CSV UTF-8”"))


def _rows(text: str) -> Iterator[Row]:
    """The rows of a CSV; a quoted cell may hold commas, doubled quotes and line breaks."""
    if '"' not in text:
        yield from _unquoted(text)
        return
    at, line, line_start = 0, 1, 0
    row: Row = []
    while at <= len(text):
        found = _CELL.match(text, at)
        if found is None:
            return
        said = (found[2] if found[1] is None else found[1].replace('""', '"')).strip()
        row.append(Cell(said, line, at - line_start + 1, found[1] is None and said.startswith('"')))
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


def _unquoted(text: str) -> Iterator[Row]:
    """The same where no cell is quoted, as in most rosters: every comma and every line break parts two cells."""
    for number, line in enumerate(_BREAK.split(text), 1):
        row: Row = []
        column = 1
        for said in line.split(","):
            row.append(Cell(said.strip(), number, column))
            column += len(said) + 1
        if any(cell.text for cell in row):
            yield row
