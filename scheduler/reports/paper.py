"""Marked lines → a .docx in the form of an official document (党政机关公文格式, GB/T 9704). It chooses no word.

How a line begins says what it is: `#` title, `##` heading, `=` flush left, `>` signature, `*` centred, `|` a row of a
table, `---` a new page, `!` a small note above all; any other line is a paragraph. Consecutive `|` lines are one table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from itertools import groupby, pairwise

import docx
from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from msgspec import Struct


class Mark(StrEnum):
    """What a line is."""

    TITLE = "# "
    HEADING = "## "
    FLUSH = "= "
    SIGNED = "> "
    CENTRED = "* "
    ROW = "|"
    PAGE = "---"
    NOTE = "! "
    TEXT = ""


class Line(Struct, frozen=True):
    """One line and what it is."""

    mark: Mark
    text: str


class Face(Struct, frozen=True):
    """A typeface as official documents name it; a machine without it takes what Word has instead."""

    name: str
    points: float
    bold: bool = False


_TITLE, _HEADING = Face("方正小标宋简体", 22), Face("黑体", 16)
_BODY, _SMALL, _CELL = Face("仿宋_GB2312", 16), Face("仿宋_GB2312", 12), Face("仿宋_GB2312", 10.5)
_NOTE, _FORM = Face("仿宋_GB2312", 10.5), Face("仿宋_GB2312", 12)
_LATIN = "Times New Roman"
_OTHERS = (("方正小标宋简体", "宋体"), ("仿宋_GB2312", "仿宋"), ("黑体", "SimHei"))
_LINE_POINTS = 28
_MARGINS_MM = {"top": 37, "bottom": 35, "left": 28, "right": 26}
# Widths in a table, in millimetres: of a text among numbers, of what a form asks; and the height of what is left blank.
_WIDE_MM, _NAME_MM, _BLANK_MM = 36, 28, 16
_PADDING_MM = 0.9


def read(text: str) -> tuple[Line, ...]:
    """The lines of a rendered template; empty ones are left out."""
    return tuple(_line(line.strip(" \t")) for line in text.splitlines() if line.strip())


def plain(lines: Sequence[Line]) -> Iterator[str]:
    """The same for a terminal, without the marks."""
    for line in lines:
        if line.mark is Mark.ROW:
            yield "  ".join(cells(line))
        elif line.mark is not Mark.PAGE:
            yield f"　　{line.text}" if line.mark in {Mark.TEXT, Mark.HEADING} else line.text


def cells(line: Line) -> list[str]:
    """The cells of a row."""
    return [cell.strip() for cell in line.text.removeprefix("|").removesuffix("|").split("|")]


def written(lines: Sequence[Line], *, title: str, author: str, now: datetime) -> bytes:
    """The document; `title` and `author` are what the file says of itself."""
    document = docx.Document()
    about = document.core_properties
    about.title, about.author, about.last_modified_by, about.comments = title, author, author, ""
    about.created = about.modified = now.replace(tzinfo=None)
    _page(document)
    _name_others(document)
    turned = {id(line) for before, line in pairwise(lines) if before.mark is Mark.PAGE}
    apart = {id(line) for before, line in pairwise(lines) if _stand_apart(before.mark, line.mark)}
    for mark, same in groupby(lines, key=lambda line: line.mark):
        if mark is Mark.ROW:
            _table(document, [cells(line) for line in same])
        elif mark is not Mark.PAGE:
            for line in same:
                form = _paragraph(document, line).paragraph_format
                form.page_break_before = id(line) in turned
                form.space_before = Pt(_LINE_POINTS if id(line) in apart else 0)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _line(text: str) -> Line:
    mark = next(m for m in (Mark.HEADING, *Mark) if text.startswith(m.value))
    return Line(mark, text if mark is Mark.ROW else text.removeprefix(mark.value).strip(" \t"))


def _page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side, width in _MARGINS_MM.items():
        setattr(section, f"{side}_margin", Mm(width))
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _set(foot.add_run("— "), Face("宋体", 14))
    _page_number(foot)
    _set(foot.add_run(" —"), Face("宋体", 14))


def _page_number(paragraph: Paragraph) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)  # noqa: SLF001 - python-docx has no call for fields


def _stand_apart(before: Mark, mark: Mark) -> bool:
    """A line's height lies around the title, and above the signature."""
    return before is not mark and (Mark.TITLE in {before, mark} or mark is Mark.SIGNED) and before is not Mark.PAGE


def _paragraph(document: Document, line: Line) -> Paragraph:
    paragraph = document.add_paragraph()
    form = paragraph.paragraph_format
    form.space_after = Pt(0)
    form.line_spacing = Pt(_LINE_POINTS)
    face = {Mark.TITLE: _TITLE, Mark.HEADING: _HEADING, Mark.NOTE: _NOTE, Mark.CENTRED: _SMALL}.get(line.mark, _BODY)
    if line.mark in {Mark.TITLE, Mark.CENTRED}:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif line.mark is Mark.SIGNED:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        form.right_indent = Pt(4 * face.points)
    elif line.mark in {Mark.TEXT, Mark.HEADING}:
        form.first_line_indent = Pt(2 * face.points)
    _set(paragraph.add_run(line.text), face)
    return paragraph


def _table(document: Document, rows: Sequence[Sequence[str]]) -> None:
    """A table with a header that is repeated on each page; of two columns a form: what is asked, and the answer."""
    columns = max(map(len, rows))
    form, widths = columns == 2, _widths(columns)
    table = document.add_table(rows=len(rows), cols=columns)
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, widths, strict=True):  # Word reads the cells' widths, others the columns'
        column.width = Mm(width)
    for row, texts in zip(table.rows, rows, strict=True):
        head = texts is rows[0] and not form
        for n, cell in enumerate(row.cells):
            text = texts[n] if n < len(texts) else ""
            wide = n == 1 if form else not head and n in {1, columns - 1}
            _cell(cell, text, Mm(widths[n]), _FORM if form else Face(_CELL.name, _CELL.points, bold=head), wide=wide)
        if form and not texts[-1].strip("　"):
            row.height = Mm(_BLANK_MM)  # to be written into
        _keep_whole(row._tr)  # noqa: SLF001 - python-docx has no call for it
    if not form:
        _narrow_margins(table._tbl)  # noqa: SLF001 - as above
        _repeat_head(table.rows[0]._tr)  # noqa: SLF001 - as above


def _cell(cell: _Cell, text: str, width: Length, face: Face, *, wide: bool) -> None:
    cell.width, cell.vertical_alignment = width, WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.line_spacing = Pt(1.5 * face.points)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if wide else WD_ALIGN_PARAGRAPH.CENTER
    _set(paragraph.add_run(text), face)


def _widths(columns: int) -> list[float]:
    """Millimetres, 156 in all: the second and the last column hold texts; of two the first names what the second is."""
    if columns == 2:
        return [_NAME_MM, 156 - _NAME_MM]
    if columns == 1:
        return [156]
    narrow = (156 - 2 * _WIDE_MM) / (columns - 2)
    return [_WIDE_MM if n in {1, columns - 1} else narrow for n in range(columns)]


def _narrow_margins(table: object) -> None:
    """Two characters stand beside each other in a narrow column."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(round(_PADDING_MM * 56.7)))  # twentieths of a point
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table.tblPr.append(margins)  # type: ignore[attr-defined]  # the table as XML, which has no public type


def _keep_whole(row: object) -> None:
    """A row is not broken over two pages."""
    whole = OxmlElement("w:cantSplit")
    row.get_or_add_trPr().append(whole)  # type: ignore[attr-defined]  # the row as XML, which has no public type


def _repeat_head(row: object) -> None:
    head = OxmlElement("w:tblHeader")
    row.get_or_add_trPr().append(head)  # type: ignore[attr-defined]  # the row as XML, which has no public type


def _set(run: Run, face: Face) -> None:
    run.font.name, run.font.size, run.font.bold = _LATIN, Pt(face.points), face.bold
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()  # noqa: SLF001 - python-docx sets the Latin face alone
    fonts.set(qn("w:eastAsia"), face.name)


def _name_others(document: Document) -> None:
    """What to take where a machine lacks a typeface: the second name in the font table, which Word reads."""
    table = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    said = "".join(f'<w:font w:name="{name}"><w:altName w:val="{other}"/></w:font>' for name, other in _OTHERS)
    table._blob = table.blob.replace(b"</w:fonts>", f"{said}</w:fonts>".encode())  # noqa: SLF001 - it has no other door
