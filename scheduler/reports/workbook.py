"""How our Excel files look: frozen and repeated header, filters, A4 landscape, colours with signs beside them.

It knows columns and cells and no task. A text never becomes a formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from msgspec import Struct

from scheduler.reports.shapes import BEIJING
from scheduler.reports.text import folded
from scheduler.words import Lang, Phrase, say

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_LONGEST = 32_767  # characters in a cell of Excel
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_RUNS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run as a formula
_TALLEST = 30  # lines; Excel shows no row higher than 409 points
_FONT, _HEAVY = "宋体", "黑体"


class Kind(StrEnum):
    """What stands in a column."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"


class Tone(StrEnum):
    """A colour; printed in black and white the sign, the weight and the shade still tell it."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    GREY = "grey"
    SUM = "sum"


class Toned(Struct, frozen=True):
    """A cell with a colour of its own."""

    value: str | int | Phrase | None
    tone: Tone


Cell = str | int | Decimal | date | datetime | Phrase | Toned | None


class Column(Struct, frozen=True):
    """A column: what stands above it, how wide it is (in digits), what it holds."""

    head: Phrase | str
    width: float
    kind: Kind = Kind.TEXT


class Sheet(Struct, frozen=True):
    """One sheet: a title, notes below it, a header and rows.

    `repeated` columns stand on each printed page; a new page begins before each column of `page_columns` and each row
    of `page_rows` (numbers of columns, and of rows of the table, both from 0).
    """

    name: str
    title: Phrase
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    notes: Sequence[Phrase] = ()
    after: Sequence[Phrase] = ()
    repeated: int = 0
    page_columns: Sequence[int] = ()
    page_rows: Sequence[int] = ()
    scale: int | None = None  # per cent; None: as wide as one page
    filtered: bool = True


class Imprint(Struct, frozen=True):
    """Whose file it is, as of when, and the head of the journal (数据校验码) that it was made from."""

    office: str
    at: datetime
    head: str | None
    lang: Lang

    @property
    def code(self) -> str:
        """The head in its short form; `audit verify --head` takes it."""
        number, _, digest = (self.head or "").partition(":")
        return f"{number}-{digest[:8]}…{digest[-4:]}" if digest else "—"

    @property
    def note(self) -> Phrase:
        """The line below each title."""
        return say("统计截至{at:%Y-%m-%d %H:%M}　　数据校验码：{head}", at=self.at, head=self.code)

    @property
    def notes(self) -> tuple[Phrase, Phrase]:
        """The same in two lines, for a sheet of which each page repeats its first few columns only."""
        return say("统计截至{at:%Y-%m-%d %H:%M}", at=self.at), say("数据校验码：{head}", head=self.code)


class Book(Struct, frozen=True):
    """A file: its sheets and its imprint."""

    sheets: Sequence[Sheet]
    imprint: Imprint


def written(book: Book) -> bytes:
    """The .xlsx file. It needs openpyxl, which is imported here and not before."""
    from openpyxl import Workbook  # noqa: PLC0415 - half a second that no other report should pay

    made = Workbook()
    made.remove(made.worksheets[0])
    _name_styles(made)
    for name, sheet in zip(_names(book.sheets), book.sheets, strict=True):
        _fill(made.create_sheet(name), sheet, book)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def plain(text: str) -> str:
    """A text that a cell can hold: no control characters, not too long."""
    return _UNPRINTABLE.sub("", text)[:_LONGEST]


def _names(sheets: Sequence[Sheet]) -> list[str]:
    """Names that Excel takes: at most 31 characters, none of its signs, no two alike."""
    found: list[str] = []
    for sheet in sheets:
        name = base = _NOT_IN_NAMES.sub(" ", sheet.name).strip()[:31] or "-"
        n = 1
        while name.casefold() in {other.casefold() for other in found}:
            n += 1
            name = f"{base[:27]}({n})"
        found.append(name)
    return found


# -- the look --------------------------------------------------------------------------------------------------------

_SHADES = {
    # Light from light to dark: on a grey print red is the darkest, and bold.
    Tone.RED: ("F4B0A8", True),
    Tone.YELLOW: ("FFE699", False),
    Tone.GREEN: ("E2F0D9", False),
    Tone.GREY: ("F2F2F2", False),
    Tone.SUM: ("DDE3EA", True),
}
_FORMATS = {Kind.TEXT: "General", Kind.NUMBER: "General", Kind.DAY: "yyyy-mm-dd", Kind.MOMENT: "yyyy-mm-dd hh:mm"}


def _name_styles(book: Workbook) -> None:
    """Each look is a named style, made once: a cell then costs little."""
    from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side  # noqa: PLC0415 - as above

    # The default font sets the unit in which columns are measured; openpyxl has no public way to name it.
    book._named_styles["Normal"].font = Font(name=_FONT, size=10)  # type: ignore[attr-defined]  # noqa: SLF001 - as said
    thin = Side(style="thin", color="8C8C8C")
    frame = Border(left=thin, right=thin, top=thin, bottom=thin)

    def style(name: str, font: Font, fill: str | None, laid: Alignment, *, form: str = "General") -> None:
        made = NamedStyle(name=name, font=font, alignment=laid, number_format=form)
        if fill is not None:
            made.fill = PatternFill("solid", fgColor=fill)
        if name not in {"duban-title", "duban-note"}:
            made.border = frame
        book.add_named_style(made)

    style("duban-title", Font(name=_HEAVY, size=16), None, Alignment(vertical="center"))
    style("duban-note", Font(name=_FONT, size=10, color="404040"), None, Alignment(vertical="center"))
    middle = Alignment(horizontal="center", vertical="center", wrap_text=True)
    style("duban-head", Font(name=_HEAVY, size=10), "D0D7DE", middle)
    for kind, form in _FORMATS.items():
        laid = Alignment(horizontal="left" if kind is Kind.TEXT else "center", vertical="center", wrap_text=True)
        style(f"duban-{kind}", Font(name=_FONT, size=10), None, laid, form=form)
        for tone, (shade, bold) in _SHADES.items():
            style(f"duban-{kind}-{tone}", Font(name=_FONT, size=10, bold=bold), shade, laid, form=form)


def _fill(ws: Worksheet, sheet: Sheet, book: Book) -> None:
    from openpyxl.utils import get_column_letter as letter  # noqa: PLC0415 - see `written`

    lang, columns = book.imprint.lang, sheet.columns
    head = 2 + len(sheet.notes)
    for n, column in enumerate(columns, start=1):
        ws.column_dimensions[letter(n)].width = column.width
        _put(ws, (head, n), _spoken(column.head, lang), "head")
    ws.row_dimensions[1].height, ws.row_dimensions[head].height = 26, 30
    ws.freeze_panes = f"{letter(sheet.repeated + 1)}{head + 1}"
    for n, words in enumerate((sheet.title, *sheet.notes), start=1):
        _put(ws, (n, 1), words.text(lang), "title" if n == 1 else "note")
    last = head
    for last, row in enumerate(sheet.rows, start=head + 1):
        for n, (cell, column) in enumerate(zip(row, columns, strict=True), start=1):
            _put_toned(ws, (last, n), cell, column.kind, lang)
        lines = (_lines(cell, column, lang) for cell, column in zip(row, columns, strict=True))
        ws.row_dimensions[last].height = 4 + 13.5 * max(lines, default=1)
    for n, words in enumerate(sheet.after, start=last + 2):
        _put(ws, (n, 1), words.text(lang), "note")
    if sheet.filtered:
        ws.auto_filter.ref = f"A{head}:{letter(len(columns))}{last}"
    if sheet.repeated:
        ws.print_title_cols = f"A:{letter(sheet.repeated)}"
    ws.print_title_rows = f"1:{head}"
    _lay_out(ws, sheet, head)
    _sign(ws, book)


def _lay_out(ws: Worksheet, sheet: Sheet, head: int) -> None:
    """A4 across, as wide as one page or broken where the sheet says."""
    from openpyxl.worksheet.pagebreak import Break, ColBreak, RowBreak  # noqa: PLC0415 - see `written`
    from openpyxl.worksheet.properties import PageSetupProperties  # noqa: PLC0415 - see `written`

    page = ws.page_setup
    page.orientation, page.paperSize, page.pageOrder = "landscape", 9, "overThenDown"  # 9 is A4
    if sheet.scale is None:
        ws.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        page.fitToWidth, page.fitToHeight = 1, 0
    else:
        page.scale = sheet.scale
    ws.col_breaks = ColBreak(brk=[Break(id=n) for n in sheet.page_columns])
    ws.row_breaks = RowBreak(brk=[Break(id=head + n) for n in sheet.page_rows])
    margins = ws.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.header, margins.footer = 0.5, 0.6, 0.3, 0.3
    ws.print_options.horizontalCentered = True


def _sign(ws: Worksheet, book: Book) -> None:
    """What stands at the foot of each page: the office, the page's number, the code."""
    from openpyxl.worksheet.header_footer import HeaderFooterItem  # noqa: PLC0415 - see `written`

    foot, imprint = HeaderFooterItem(), book.imprint
    pages = say("第{page}页，共{pages}页", page="&P", pages="&N").text(imprint.lang)
    texts = (_footed(imprint.office), pages, _footed(imprint.code))
    for part, text in zip((foot.left, foot.center, foot.right), texts, strict=True):
        part.text, part.size, part.font = text, 9, _FONT
    ws.HeaderFooter.oddFooter = foot


def _put_toned(ws: Worksheet, at: tuple[int, int], cell: Cell, kind: Kind, lang: Lang) -> None:
    tone = f"-{cell.tone}" if isinstance(cell, Toned) else ""
    value = cell.value if isinstance(cell, Toned) else cell
    if isinstance(value, datetime):
        _put(ws, at, value.astimezone(BEIJING).replace(tzinfo=None), f"{Kind.MOMENT}{tone}")
    elif isinstance(value, date):
        _put(ws, at, value, f"{Kind.DAY}{tone}")
    else:
        _put(ws, at, value.text(lang) if isinstance(value, Phrase) else value, f"{kind}{tone}")


def _put(ws: Worksheet, at: tuple[int, int], value: str | Decimal | date | int | None, style: str) -> None:
    """A cell; a text that a spreadsheet would run is kept as text, also after somebody edits it."""
    cell = ws.cell(*at)
    cell.style = f"duban-{style}"
    if not isinstance(value, str):
        cell.value = value
    elif text := plain(value):
        cell.value = text
        cell.data_type = "s"
        if text.startswith(_RUNS):
            cell.quotePrefix = True


def _lines(cell: Cell, column: Column, lang: Lang) -> int:
    """How many lines a cell takes; LibreOffice and older Excel do not find the height of a row by themselves."""
    value = cell.value if isinstance(cell, Toned) else cell
    text = value.text(lang) if isinstance(value, Phrase) else value
    if not isinstance(text, str):
        return 2 if isinstance(text, datetime) and column.width < 16 else 1
    return _folds(text, int(column.width) - 1)


@lru_cache(maxsize=4096)  # titles and bases repeat from row to row
def _folds(text: str, room: int) -> int:
    return min(sum(len(folded(line, room)) for line in text.split("\n")), _TALLEST)


def _spoken(words: Phrase | str, lang: Lang) -> str:
    return words.text(lang) if isinstance(words, Phrase) else words


def _footed(text: str) -> str:
    """A text at the foot of a page, where & begins a code."""
    return plain(text).replace("&", "&&")
