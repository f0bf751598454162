"""XLSX bytes → the cells of the first sheet as text, dates in ISO form. It computes no formula and opens no file."""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError

from scheduler.problems import Place, Problem
from scheduler.register.mistakes import Code, problem
from scheduler.register.reader import MAX_NODES
from scheduler.words import say

_UNPACKED = 20_000_000  # bytes; zipfile reads no more of a member than its directory promises
_COLUMNS = 64
_LINES = 1_048_576  # no spreadsheet has more
# What openpyxl lets through when a file is not what it claims to be.
_BROKEN = (zipfile.BadZipFile, zlib.error, ParseError, EOFError, KeyError, IndexError, ValueError, TypeError)
_BROKEN_TOO = (AttributeError, OverflowError, NotImplementedError, RuntimeError, OSError)

TextCell = tuple[str, int, int]  # what it says, its row and its column, both counted from 1


def read_workbook(file: str, content: bytes) -> list[list[TextCell]] | Problem:
    """The rows of the first sheet that are not blank, each up to its last cell that says something."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > _UNPACKED:
            return _too_large(file)
        rows = list(_rows(content))
    except _TooManyError:
        return _too_large(file)
    except (*_BROKEN, *_BROKEN_TOO):
        hint = say("在表格软件里打开，另存为 .xlsx，或“CSV UTF-8”")
        return problem(Code.FILE_KIND, say("打不开这个表格文件"), hint, Place(file, 1, 1))
    return rows


class _TooManyError(Exception):
    """More cells than a table may have."""


def _too_large(file: str) -> Problem:
    message = say("文件的内容超过{limit}项", limit=MAX_NODES)
    return problem(Code.FILE_TOO_LARGE, message, say("请分成几个文件"), Place(file, 1, 1))


def _rows(content: bytes) -> Iterator[list[TextCell]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - a quarter of a second, for tables with a spreadsheet only

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells of styles and extensions that it does not keep
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        blank: Sequence[Any] | None = None
        cells = 0
        for number, row in enumerate(islice(sheet.iter_rows(max_col=_COLUMNS), _LINES), 1):
            if row is blank:
                continue  # the rows of a gap are one and the same
            said = [_said(cell.value, getattr(cell, "number_format", "")) for cell in row]
            while said and not said[-1]:
                said.pop()
            if not said:
                blank = row
                continue
            cells += len(said)
            if cells > MAX_NODES:
                raise _TooManyError
            yield [(text, number, column) for column, text in enumerate(said, 1)]


def _said(value: object, number_format: str) -> str:
    """A cell as it would be typed: a day without its midnight, 3.0 as 3, 0.85 in a column of percentages as 85%."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            whole = (value + timedelta(milliseconds=500)).replace(microsecond=0)  # days are fractions in a spreadsheet
            return whole.date().isoformat() if whole.time() == time() else whole.isoformat(timespec="minutes")
        case date() | time():
            return value.isoformat()
        case int() | float():
            return f"{round(value * 100, 6):g}%" if "%" in number_format else f"{value:.15g}"
        case _:
            return str(value).strip()
