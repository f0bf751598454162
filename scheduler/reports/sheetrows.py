"""The rows of a sheet as they stand in an .xlsx file. It knows cells and no look but its number, and no task.

A sheet of a hundred thousand tasks has millions of cells and a few thousand that differ: each is written out once. A
text never becomes a formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import IO, Protocol
from xml.sax.saxutils import escape

from openpyxl.utils import get_column_letter

from scheduler.reports.shapes import BEIJING
from scheduler.reports.text import cells, folded
from scheduler.reports.workbook import Cell, Column, Kind, Toned
from scheduler.words import Lang, Phrase

_LONGEST = 32_767  # characters in a cell of Excel
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_RUNS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run as a formula
_TALLEST = 30  # lines; Excel shows no row higher than 409 points
_EVE, _DAY = datetime(1899, 12, 30, tzinfo=UTC), timedelta(days=1)  # from which days of no time zone are counted
_WORDY = (Phrase, Toned)
_KEPT = 8192  # cells; what stands once only, as numbers and ids do, must not push out what repeats from row to row


class Look(Protocol):
    """Tells the number of a look; `quoted` is that of a text which stays one, also after somebody edits it."""

    def __call__(self, style: str, *, quoted: bool = False) -> int: ...


def plain(text: str) -> str:
    """A text that a cell can hold: no control characters, not too long."""
    return _UNPRINTABLE.sub("", text)[:_LONGEST]


class Rows:
    """Writes the rows of one sheet, each as high as its highest cell."""

    def __init__(self, columns: Sequence[Column], lang: Lang, look: Look) -> None:
        self._columns = [(get_column_letter(n), column) for n, column in enumerate(columns, start=1)]
        self._lang, self._look = lang, cache(look)
        self._written = lru_cache(_KEPT)(self._cell)

    def write(self, rows: Iterable[Sequence[Cell]], first: int, out: IO[bytes]) -> int:
        """Write the rows, numbered from `first` on; the number of the last one."""
        n, written, at = first - 1, self._written, range(len(self._columns))
        for n, row in enumerate(rows, start=first):
            said = (self._spoken(cell) if isinstance(cell, _WORDY) else cell for cell in row)
            found = [written(k, cell) for k, cell in zip(at, said, strict=True)]
            height = 4 + 13.5 * max([lines for _, _, lines in found], default=1)
            inside = "".join([f"{head}{n}{tail}" for head, tail, _ in found])
            out.write(f'<row r="{n}" ht="{height:g}" customHeight="1">{inside}</row>'.encode())
        return n

    def _spoken(self, cell: Phrase | Toned) -> Cell:
        """A cell that can be looked up, which words that are not said yet cannot."""
        if isinstance(cell, Phrase):
            return cell.text(self._lang)
        return Toned(cell.value.text(self._lang), cell.tone) if isinstance(cell.value, Phrase) else cell

    def _cell(self, at: int, cell: Cell) -> tuple[str, str, int]:
        """A cell before and behind the number of its row, and how many lines it takes."""
        letter, column = self._columns[at]
        value, tone = (cell.value, f"-{cell.tone}") if isinstance(cell, Toned) else (cell, "")
        if isinstance(value, Phrase):
            value = value.text(self._lang)
        if isinstance(value, str):
            text = plain(value)
            look, inside = self._look(f"{column.kind}{tone}", quoted=text.startswith(_RUNS)), _text(text)
        else:
            look = self._look(f"{_kind(value, column)}{tone}")
            inside = "/>" if value is None else f' t="n"><v>{_number(value)}</v></c>'
        return f'<c r="{letter}', f'" s="{look}"{inside}', _lines(value, column)


def _text(text: str) -> str:
    if not text:
        return "/>"
    space = ' xml:space="preserve"' if text != text.strip() else ""
    # A bare carriage return would be read as the end of a line.
    return f' t="inlineStr"><is><t{space}>{escape(text, {chr(13): "&#13;"})}</t></is></c>'


def _number(value: int | Decimal | date) -> str:
    """As Excel writes numbers; days and moments are counted in days."""
    if isinstance(value, datetime):
        return f"{(value.astimezone(BEIJING).replace(tzinfo=UTC) - _EVE) / _DAY:.16g}"
    if isinstance(value, date):
        return str((value - _EVE.date()).days)
    return f"{float(value):.16g}"


def _kind(value: int | Decimal | date | None, column: Column) -> Kind:
    if isinstance(value, datetime):
        return Kind.MOMENT
    return Kind.DAY if isinstance(value, date) else column.kind


def _lines(value: str | int | Decimal | date | None, column: Column) -> int:
    """How many lines a cell takes; LibreOffice and older Excel do not find the height of a row by themselves."""
    if not isinstance(value, str):
        return 2 if isinstance(value, datetime) and column.width < 16 else 1
    room = int(column.width) - 1
    if cells(value) <= room and "\n" not in value:
        return 1
    return min(sum(len(folded(line, room)) for line in value.split("\n")), _TALLEST)
