"""How our Excel files look: frozen and repeated header, filters, A4 landscape, colours with signs beside them.

XlsxWriter writes them row by row, so that a long sheet waits on disk and not in memory. A text never becomes a formula.
It knows columns and cells and no task.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cache, lru_cache, partial
from io import BytesIO
from tempfile import TemporaryDirectory

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from scheduler.reports.shapes import BEIJING
from scheduler.reports.text import cells, folded
from scheduler.reports.workbook import Book, Cell, Column, Imprint, Kind, Sheet, Tone, Toned
from scheduler.words import Lang, Phrase, say

_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_RUNS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run as a formula
_TALLEST = 30  # lines; Excel shows no row higher than 409 points
_KEPT = 8192  # cells; what stands once only, as numbers and ids do, must not push out what repeats from row to row
# Sizes go by pixels: those that the library is told in digits and points it rounds to whole pixels.
_DIGIT, _PIXEL = 7, 0.75  # pixels of a digit, points of a pixel
_IN_A_FOOTER = 80  # characters of the office; all three parts together may have 255
_FONT, _HEAVY = "宋体", "黑体"

Written = tuple[Callable[[int, int, object, Format], object], object, Format, int]


def written(book: Book) -> bytes:
    """The .xlsx file. OSError where the disk is full, or a sheet has more rows than Excel knows."""
    out = BytesIO()
    try:
        # The folder takes with it what waits on disk, also when a row cannot be made.
        with TemporaryDirectory() as folder, Workbook(out, {**_OPTIONS, "tmpdir": folder}) as made:
            look = cache(partial(_look, made))
            for name, sheet in zip(_names(book.sheets), book.sheets, strict=True):
                _fill(made.add_worksheet(name), sheet, book.imprint, look)
    except FileCreateError as error:
        raise error.args[0] from error  # the OSError, which the library wraps
    return out.getvalue()


def _names(sheets: Sequence[Sheet]) -> list[str]:
    """Names that Excel takes: at most 31 characters, none of its signs, no two alike."""
    found: list[str] = []
    for sheet in sheets:
        name = base = _cut(_NOT_IN_NAMES.sub(" ", sheet.name).strip(), 31) or "-"
        n = 1
        while name.casefold() in {other.casefold() for other in found}:
            n += 1
            name = f"{_cut(base, 27)}({n})"
        found.append(name)
    return found


def _cut(text: str, length: int) -> str:
    """The text in so many characters as Excel counts them: a rare Chinese one is two."""
    return text.encode("utf-16-le")[: 2 * length].decode("utf-16-le", "ignore")


# -- the look --------------------------------------------------------------------------------------------------------

_OPTIONS = {
    "constant_memory": True,
    "use_zip64": True,  # where a sheet is larger than 2 GB
    # The default font sets the unit in which columns are measured.
    "default_format_properties": {"font_name": _FONT, "font_size": 10, "font_family": 0, "font_scheme": "none"},
}
_MIDDLE = {"align": "center", "valign": "vcenter", "text_wrap": True}
_FRAME = {"border": 1, "border_color": "#8C8C8C"}
_STYLES: Mapping[str, Mapping[str, object]] = {
    "title": {"font_name": _HEAVY, "font_size": 16, "valign": "vcenter"},
    "note": {"font_color": "#404040", "valign": "vcenter"},
    "head": {"font_name": _HEAVY, "bg_color": "#D0D7DE", **_MIDDLE, **_FRAME},
    Kind.TEXT: {**_MIDDLE, **_FRAME, "align": "left"},
    Kind.NUMBER: {**_MIDDLE, **_FRAME},
    Kind.DAY: {**_MIDDLE, **_FRAME, "num_format": "yyyy-mm-dd"},
    Kind.MOMENT: {**_MIDDLE, **_FRAME, "num_format": "yyyy-mm-dd hh:mm"},
}
_SHADES: Mapping[Tone | None, Mapping[str, object]] = {
    None: {},
    # Light from light to dark: on a grey print red is the darkest, and bold.
    Tone.RED: {"bg_color": "#F4B0A8", "bold": True},
    Tone.YELLOW: {"bg_color": "#FFE699"},
    Tone.GREEN: {"bg_color": "#E2F0D9"},
    Tone.GREY: {"bg_color": "#F2F2F2"},
    Tone.SUM: {"bg_color": "#DDE3EA", "bold": True},
}


def _look(made: Workbook, style: str, tone: Tone | None = None, *, quoted: bool = False) -> Format:
    """A look; `quoted` is that of a text which stays one, also after somebody edits it."""
    return made.add_format({**_STYLES[style], **_SHADES[tone], "quote_prefix": quoted})


def _fill(ws: Worksheet, sheet: Sheet, imprint: Imprint, look: Callable[..., Format]) -> None:
    lang, columns, head = imprint.lang, sheet.columns, 1 + len(sheet.notes)
    for n, column in enumerate(columns):
        ws.set_column_pixels(n, n, column.width * _DIGIT)
    ws.set_row_pixels(0, 26 / _PIXEL)
    for n, words in enumerate((sheet.title, *sheet.notes)):
        ws.write_string(n, 0, _plain(words.text(lang)), look("note" if n else "title"))
    ws.set_row_pixels(head, 30 / _PIXEL)
    for n, column in enumerate(columns):
        ws.write_string(head, n, _plain(_spoken(column.head, lang)), look("head"))
    last = _write(ws, sheet, lang, look, head)
    for n, words in enumerate(sheet.after, start=last + 2):
        ws.write_string(n, 0, _plain(words.text(lang)), look("note"))
    ws.freeze_panes(head + 1, sheet.repeated)
    if sheet.filtered:
        ws.autofilter(head, 0, last, len(columns) - 1)
    if sheet.repeated:
        ws.repeat_columns(0, sheet.repeated - 1)
    ws.repeat_rows(0, head)
    _lay_out(ws, sheet, head)
    _sign(ws, imprint)


def _lay_out(ws: Worksheet, sheet: Sheet, head: int) -> None:
    """A4 across, as wide as one page or broken where the sheet says."""
    ws.set_landscape()
    ws.set_paper(9)  # A4
    ws.print_across()
    if sheet.scale is None:
        ws.fit_to_pages(1, 0)
    else:
        ws.set_print_scale(sheet.scale)
    ws.set_v_pagebreaks(sheet.page_columns)
    ws.set_h_pagebreaks([head + 1 + n for n in sheet.page_rows])
    ws.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    ws.center_horizontally()


def _sign(ws: Worksheet, imprint: Imprint) -> None:
    """What stands at the foot of each page: the office, the page's number, the code."""
    office = _plain(imprint.office)[:_IN_A_FOOTER].replace("&", "&&")  # where & begins a code
    pages = say("第{page}页，共{pages}页", page="&P", pages="&N").text(imprint.lang)
    parts = zip("LCR", (office, pages, imprint.code), strict=True)
    ws.set_footer("".join(f'&{part}&"{_FONT}"&9 {text}' for part, text in parts), {"margin": 0.3})


# -- the rows --------------------------------------------------------------------------------------------------------


def _write(ws: Worksheet, sheet: Sheet, lang: Lang, look: Callable[..., Format], head: int) -> int:
    """Write the rows, each as high as its highest cell; the number of the last one."""
    n, made = head, lru_cache(_KEPT)(partial(_made, ws, look, sheet.columns))
    for n, row in enumerate(sheet.rows, start=head + 1):
        found = [made(at, _said(cell, lang)) for at, cell in enumerate(row)]
        height = (4 + 13.5 * max([lines for *_, lines in found], default=1)) / _PIXEL
        if ws.set_row_pixels(n, height):  # the library leaves out what lies below the last row of Excel
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        for at, (write, value, form, _) in enumerate(found):
            write(n, at, value, form)
    return n


def _said(cell: Cell, lang: Lang) -> Cell:
    """A cell that can be looked up, which words that are not said yet cannot."""
    if isinstance(cell, Toned) and isinstance(cell.value, Phrase):
        return Toned(cell.value.text(lang), cell.tone)
    return cell.text(lang) if isinstance(cell, Phrase) else cell


def _made(ws: Worksheet, look: Callable[..., Format], columns: Sequence[Column], at: int, cell: Cell) -> Written:
    """How a cell is written, as what, in which look, and how many lines it takes."""
    column = columns[at]
    value, tone = (cell.value, cell.tone) if isinstance(cell, Toned) else (cell, None)
    lines = _lines(value, column)
    if isinstance(value, str) and value:
        text = _plain(value)
        form = look(column.kind, tone, quoted=text.startswith(_RUNS))
        # The library takes what begins and ends like this for its own.
        write = partial(_in_two, ws) if text.startswith("<r>") and text.endswith("</r>") else ws.write_string
        return write, text, form, lines
    if isinstance(value, datetime):
        return ws.write_datetime, value.astimezone(BEIJING).replace(tzinfo=None), look(Kind.MOMENT, tone), lines
    if isinstance(value, date):
        return ws.write_datetime, value, look(Kind.DAY, tone), lines
    write = ws.write_blank if value in (None, "") else ws.write_number
    return write, value, look(column.kind, tone), lines


def _in_two(ws: Worksheet, row: int, column: int, text: str, form: Format) -> None:
    ws.write_rich_string(row, column, form, text[:1], form, text[1:], form)


def _lines(value: object, column: Column) -> int:
    """How many lines a cell takes; LibreOffice and older Excel do not find the height of a row by themselves."""
    if not isinstance(value, str):
        return 2 if isinstance(value, datetime) and column.width < 16 else 1
    room = int(column.width) - 1
    if cells(value) <= room and "\n" not in value:
        return 1
    return min(sum(len(folded(line, room)) for line in value.split("\n")), _TALLEST)


def _plain(text: str) -> str:
    """A text without what no cell can hold; the library cuts what is too long."""
    return _UNPRINTABLE.sub("", text)


def _spoken(words: Phrase | str, lang: Lang) -> str:
    return words.text(lang) if isinstance(words, Phrase) else words
