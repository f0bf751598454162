"""How our Excel files look: frozen and repeated header, filters, A4 landscape, colours with signs beside them.

openpyxl makes the file but for the rows of its sheets (`sheetrows`), which are put in their places afterwards. Half a
second of imports: only who delivers a book imports this. It knows columns and cells and no task.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from io import BytesIO
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from msgspec import Struct
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.pagebreak import Break, ColBreak, RowBreak
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from scheduler.reports.sheetrows import Rows, plain
from scheduler.reports.workbook import Book, Kind, Sheet, Tone
from scheduler.words import Lang, Phrase, say

_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_FONT, _HEAVY = "宋体", "黑体"
_REACH = re.compile(rb'<dimension ref="[^"]*"/>')
_PIECE = 1 << 20
_IN_MEMORY = 1 << 24  # bytes of a sheet; the rows of a larger one wait on disk


class _Body(Struct, frozen=True):
    """The rows of a sheet, which stand behind the row number `head`."""

    head: int
    rows: IO[bytes]


def written(book: Book) -> bytes:
    """The .xlsx file."""
    made, bare = Workbook(), BytesIO()
    made.remove(made.worksheets[0])
    _name_styles(made)
    with ExitStack() as stack:
        bodies: dict[str, _Body] = {}
        for name, sheet in zip(_names(book.sheets), book.sheets, strict=True):
            ws = made.create_sheet(name)
            body = _Body(2 + len(sheet.notes), stack.enter_context(SpooledTemporaryFile(_IN_MEMORY)))
            _fill(ws, sheet, book, body)
            bodies[f"xl/worksheets/sheet{len(bodies) + 1}.xml"] = body
        made.save(bare)
        return _completed(bare, bodies)


def _completed(bare: IO[bytes], bodies: Mapping[str, _Body]) -> bytes:
    """The file with the rows of each sheet in their places."""
    whole = BytesIO()
    with ZipFile(bare) as source, ZipFile(whole, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            content, body = source.read(name), bodies.get(name)
            with target.open(source.getinfo(name), "w", force_zip64=True) as part:
                if body is not None:
                    # How far the sheet reaches need not be told, and is told of the bare one.
                    content = _REACH.sub(b"", content, count=1)
                    row = content.index(b'<row r="%d"' % body.head)
                    behind = content.index(b"</row>", row) + len(b"</row>")
                    part.write(content[:behind])
                    body.rows.seek(0)
                    copyfileobj(body.rows, part, _PIECE)
                    content = content[behind:]
                part.write(content)
    return whole.getvalue()


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


def _look(ws: Worksheet, style: str, *, quoted: bool = False) -> int:
    """The number of a look in the file; `quoted` is that of a text which stays one, also after somebody edits it."""
    cell = Cell(ws, row=1, column=1)
    cell.style = f"duban-{style}"
    cell.quotePrefix = quoted
    return cell.style_id


def _fill(ws: Worksheet, sheet: Sheet, book: Book, body: _Body) -> None:
    lang, columns, head = book.imprint.lang, sheet.columns, body.head
    for n, column in enumerate(columns, start=1):
        ws.column_dimensions[letter(n)].width = column.width
        _put(ws, (head, n), _spoken(column.head, lang), "head")
    ws.row_dimensions[1].height, ws.row_dimensions[head].height = 26, 30
    ws.freeze_panes = f"{letter(sheet.repeated + 1)}{head + 1}"
    for n, words in enumerate((sheet.title, *sheet.notes), start=1):
        _put(ws, (n, 1), words.text(lang), "title" if n == 1 else "note")
    last = Rows(columns, lang, partial(_look, ws)).write(sheet.rows, head + 1, body.rows)
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
    foot, imprint = HeaderFooterItem(), book.imprint
    pages = say("第{page}页，共{pages}页", page="&P", pages="&N").text(imprint.lang)
    texts = (_footed(imprint.office), pages, _footed(imprint.code))
    for part, text in zip((foot.left, foot.center, foot.right), texts, strict=True):
        part.text, part.size, part.font = text, 9, _FONT
    ws.HeaderFooter.oddFooter = foot


def _put(ws: Worksheet, at: tuple[int, int], text: str, style: str) -> None:
    """A title, a note or a head: always text."""
    cell = ws.cell(*at)
    cell.value, cell.data_type = plain(text), "s"
    cell.style = f"duban-{style}"


def _spoken(words: Phrase | str, lang: Lang) -> str:
    return words.text(lang) if isinstance(words, Phrase) else words


def _footed(text: str) -> str:
    """A text at the foot of a page, where & begins a code."""
    return plain(text).replace("&", "&&")
