"""An empty spreadsheet for `duban import`: headings, lists to choose from, what each column wants. It holds no fact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from scheduler.planning.said import names_of
from scheduler.planning.sheet import FORMS, HEADS
from scheduler.register import Register
from scheduler.words import Lang, Phrase, say

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_LINES = 1000  # that have the lists
_SHOWN_AS = {"on": "yyyy-mm-dd", "to": "yyyy-mm-dd", "due": "yyyy-mm-dd", "period": "@", "ref": "@"}  # 2026-12 is text
_WIDE = frozenset({"task", "obligation", "event", "unit", "evidence", "note", "title", "reason"})
_TOLD: Mapping[str, Phrase] = {
    "kind": say("每行必写"),
    "task": say("任务编号，见 duban status；不写的，写事项、单位（或人员）、期间"),
    "period": say("2026、2026H1、2026Q1、2026-03"),
    "ref": say("文号或登记编号，不含空格和斜杠"),
    "on": say("发生的日期，可带时刻；不写为今天"),
    "evidence": say("文号、网址、收文登记号；要求凭证的必写"),
    "value": say("数值：3、85%、52/57"),
    "by": say("延长多久：20wd 或 20个工作日；延长和延至写一个"),
    "to": say("延到哪一天"),
    "due": say("来文自带的期限"),
    "planned": say("尚未发生的写“是”"),
    "old": say("一年多以前的写“是”"),
}
_LISTED = frozenset({"obligation", "event", "record", "unit", "person"})
_CHOSEN = say("编号，或台账里的名称")


def blank(register: Register, lang: Lang) -> bytes:
    """The .xlsx file: a sheet to fill in, one that explains it, one with the words of this table to choose from."""
    from openpyxl import Workbook  # noqa: PLC0415 - half a second that no other command should pay
    from openpyxl.worksheet.properties import PageSetupProperties  # noqa: PLC0415 - as above

    book = Workbook()
    facts: Worksheet = book.active  # type: ignore[assignment]  # a new book has one
    facts.title = say("登记").text(lang)
    heads = {column: words[0] if lang is Lang.ZH else column for column, words in HEADS.items()}
    _put(facts, [list(heads.values())], bold=True)
    _explain(book.create_sheet(say("说明").text(lang)), heads, lang)
    lists = book.create_sheet(say("可选").text(lang))
    choices = _choices(register, lang)
    _put(lists, [[heads[column] for column in choices]], bold=True)
    for number, words in enumerate(choices.values(), 1):
        _put(lists, [[word] for word in words], row=2, column=number)
    _guide(facts, lists.title, choices, lang)
    for sheet in book.worksheets:  # as wide as a page
        sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _choices(register: Register, lang: Lang) -> dict[str, Sequence[str]]:
    """The words of each column that has a list: the name, where it means one row of the table alone, else the id."""
    names = names_of(register)
    called = {
        "obligation": [(row.title, row.id) for row in register.obligations],
        "event": [(event.title, event.id) for event in register.events],
        "record": [(record.title, record.id) for record in register.records],
        "unit": [(unit.name, unit.id) for unit in register.units],
        "person": [(person.name, person.id) for person in register.people],
    }
    kinds = [form.words[0] if lang is Lang.ZH else kind.value for kind, form in FORMS.items()]
    listed = {
        column: [name if names[column].get(name) == one else one for name, one in found]
        for column, found in called.items()
        if found
    }
    return {"kind": kinds, **listed}


def _guide(facts: Worksheet, lists: str, choices: Mapping[str, Sequence[str]], lang: Lang) -> None:
    """Lists, what is said when a cell is entered, widths; dates as dates; the headings stay in sight."""
    from openpyxl.utils import get_column_letter as letter  # noqa: PLC0415 - see `blank`
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 - see `blank`

    order = list(choices)
    for number, column in enumerate(HEADS, 1):
        at = letter(number)
        facts.column_dimensions[at].width = 28 if column in _WIDE else 14
        rule = DataValidation(allow_blank=True, showInputMessage=True, prompt=_told(column, lang))
        if column in choices:
            own = letter(order.index(column) + 1)
            rule.type, rule.formula1 = "list", f"'{lists}'!${own}$2:${own}${len(choices[column]) + 1}"
            rule.showErrorMessage = column == "kind"  # elsewhere an id does, too
        rule.add(f"{at}2:{at}{_LINES + 1}")
        facts.add_data_validation(rule)
        for row in range(2, _LINES + 2) if column in _SHOWN_AS else ():
            facts.cell(row, number).number_format = _SHOWN_AS[column]
    facts.freeze_panes = "B2"


def _explain(sheet: Worksheet, heads: Mapping[str, str], lang: Lang) -> None:
    """How to fill it in, column by column; which facts have each."""
    said = say("在前一张表里每行写一个事实，用不着的格空着；写好以后先运行 duban import 文件 --dry-run。")
    _put(sheet, [[said.text(lang)]])
    rows = [[head, _told(column, lang), _forms(column, lang)] for column, head in heads.items()]
    above = [head.text(lang) for head in (say("表头"), say("写什么"), say("哪些事实"))]
    _put(sheet, [above], row=3, bold=True)
    _put(sheet, rows, row=4)
    for at, width in zip("ABC", (14, 60, 100), strict=True):
        sheet.column_dimensions[at].width = width


def _told(column: str, lang: Lang) -> str:
    return (_TOLD.get(column) or (_CHOSEN if column in _LISTED else say("照实写"))).text(lang)


def _forms(column: str, lang: Lang) -> str:
    """The facts that have a column, those that must have it marked."""
    needs = (
        say("{kind}（必写）", kind=form.name) if column in form.needed else form.name
        for form in FORMS.values()
        if column in form.known
    )
    return Phrase("{kinds}", {"kinds": tuple(needs)}).text(lang)


def _put(sheet: Worksheet, rows: Iterable[Sequence[str]], row: int = 1, column: int = 1, *, bold: bool = False) -> None:
    """Texts as texts, also one that looks like a formula."""
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - see `blank`

    for down, line in enumerate(rows, row):
        for right, text in enumerate(line, column):
            cell = sheet.cell(down, right, text)
            cell.data_type, cell.font = "s", Font(bold=bold)
            cell.alignment = Alignment(vertical="top", wrap_text=row > 1 and not bold)
