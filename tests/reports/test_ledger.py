from __future__ import annotations

import errno
import gc
from collections import Counter
from datetime import UTC, date, datetime, time
from io import BytesIO

import pytest
from msgspec.structs import replace
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from year_office import Year, plan

from scheduler.planning.model import BEIJING, FactKind, Light, State
from scheduler.reports.columns import COLUMNS, Entry
from scheduler.reports.ledger import _bare, ledger, status_book, table
from scheduler.reports.selection import Selection, holds, tree
from scheduler.reports.status import rows
from scheduler.reports.workbook import Book, Column, Imprint, Kind, Sheet, Tone, Toned
from scheduler.reports.xlsx import written
from scheduler.words import Lang, say

NOW = datetime(2026, 1, 15, 10, tzinfo=BEIJING)  # a Thursday
IMPRINT = Imprint("云岭州人民政府办公室", NOW, "7:" + "c" * 64, Lang.ZH)


@pytest.fixture(scope="module")
def year() -> Year:
    return Year()


@pytest.fixture(scope="module")
def made(year):
    year.add(FactKind.ACK, date(2025, 12, 29), "publish/city/P-5")
    for n, day in enumerate(("2025-12-30", "2025-12-31")):
        key = f"publish/city/P-5#remind-{n}@2026-01-05>bearer"
        sent = datetime.fromisoformat(f"{day}T09:00+08:00")
        year.add(FactKind.SENT, sent.date(), "publish/city/P-5", notices=(key,), message=f"m{n}", to=("zhou.min",))
    return plan(year, NOW)


@pytest.fixture(scope="module")
def found(made):
    return rows(made, NOW)


@pytest.fixture(scope="module")
def sheets(found, made):
    return load_workbook(BytesIO(written(ledger(found, made, IMPRINT))))


def lines(ws) -> dict[str, dict[str, object]]:
    """The rows of a sheet by the ids of their tasks."""
    head, *rest = ws.iter_rows(min_row=4, values_only=True)
    return {row[-1]: dict(zip(head, row, strict=True)) for row in rest if isinstance(row[0], int)}


def test_there_is_an_overview_and_a_sheet_for_each_category_those_without_one_last(sheets):
    assert sheets.sheetnames == ["总览", "按单位", "统计", "年度报告", "公开", "解读", "未分类"]


def test_each_task_has_one_row_on_the_sheet_of_its_category(found, sheets):
    by_sheet = {name: lines(sheets[name]) for name in sheets.sheetnames[2:]}
    listed = [task for held in by_sheet.values() for task in held]
    assert sorted(listed) == sorted(row.task.id for row in found)
    assert all(task.startswith("stats/") for task in by_sheet["统计"])


def test_a_row_tells_what_the_documents_ask_for(sheets):
    late = lines(sheets["统计"])["stats/city/2025-03"]
    assert (late["事项"], late["责任单位"], late["责任人"]) == ("报送政务公开统计数据", "安泉市人民政府", "周敏")
    assert (late["配合单位"], late["依据"], late["期限性质"]) == ("州人民政府办公室", "《实施细则》一(四)", "文件规定")
    assert (late["期间"], late["规定期限"].date().isoformat()) == ("2025-03", "2025-03-31")
    assert (late["状态"], late["办结日期"].date().isoformat(), late["逾期工作日"]) == ("○ 逾期办结", "2025-04-02", 2)
    assert (late["答复、凭证"], late["登记"]) == ("收文〔2025〕1号", "he.ping\n2025-04-02 10:00")


def test_a_row_tells_what_came_when_and_who_was_told(sheets):
    paper = lines(sheets["公开"])["publish/city/P-5"]
    assert (paper["收到时间"].date().isoformat(), paper["登记编号"], paper["期间"]) == ("2025-12-26", "P-5", None)
    assert (paper["提醒次数"], paper["提醒日期"]) == (2, "2025-12-30\n2025-12-31")
    assert (paper["催办次数"], paper["签收时间"]) == (None, datetime(2025, 12, 29, 10))  # noqa: DTZ001 - as Excel has it
    assert (paper["状态"], paper["逾期工作日"]) == ("● 逾期", 8)  # from Tuesday 6 January to Thursday the 15th


def test_a_row_tells_what_changed_the_limit(sheets):
    held = lines(sheets["统计"])
    assert held["stats/city/2025-07"]["延期"] == "2025-07-28批准由2025-07-31延至2025-08-07：系统升级（批准人：何平）"
    assert held["stats/city/2025-05"]["免报"] == "2025-05-20：机构改革（批准人：何平）"
    assert held["stats/city/2025-05"]["状态"] == "－ 免报"


def test_a_counted_row_tells_how_far_it_is_and_who_is_missing(sheets):
    assert lines(sheets["解读"])["talks/tang.yu/2025"]["进度"] == "1/2"
    trained = lines(sheets["未分类"])["trained/office/2025"]
    assert (trained["进度"], trained["尚缺"]) == ("2/2", "周敏")


def test_the_overview_counts_what_the_sheets_hold(found, sheets):
    states = Counter(row.standing.state for row in found)
    *_, total = [row for row in sheets["总览"].iter_rows(min_row=4, values_only=True) if isinstance(row[1], int)]
    assert total[:3] == ("合计", len(found), states[State.OVERDUE])
    assert sum(total[2:10]) == len(found)
    assert "总览" in sheets.sheetnames


def test_the_header_stays_is_filtered_and_is_printed_on_each_page(sheets):
    ws = sheets["统计"]
    last = 4 + len(lines(ws))
    assert (ws.freeze_panes, ws.auto_filter.ref) == ("D5", f"A4:AI{last}")
    assert (ws.print_title_rows, ws.print_title_cols) == ("$1:$4", "$A:$C")
    assert (ws.page_setup.orientation, ws.page_setup.paperSize, ws.page_setup.scale) == ("landscape", 9, 65)
    assert [b.id for b in ws.col_breaks.brk] == [16, 29]
    assert ws.oddFooter.center.text == "第&P页，共&N页"


def test_a_colour_never_stands_alone(sheets):
    """Red is dark, bold and has a sign of its own, so that a black and white print tells it."""
    signs = {}
    for row in sheets["统计"].iter_rows(min_row=4):
        state = row[14]
        if isinstance(row[0].value, int):
            signs[state.fill.fgColor.rgb] = (state.value[0], state.font.bold)
    assert signs["FFF4B0A8"] == ("●", True)
    assert len({sign for sign, _ in signs.values()}) == len(signs) > 1


def test_a_text_never_becomes_a_formula(sheets):
    (cell,) = [row[1] for row in sheets["年度报告"].iter_rows(min_row=4) if row[-1].value == "report/city/2024"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=SUM(1)报送年度报告", "s", True)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_whatever_looks_like_a_formula_is_text(text):
    sheet = Sheet("a", say("题"), (Column("头", 10),), [[text], [Toned(text, Tone.RED)]])
    ws = load_workbook(BytesIO(written(Book((sheet,), IMPRINT)))).worksheets[0]
    for row in (3, 4):
        cell = ws.cell(row, 1)
        assert (cell.value, cell.data_type, bool(cell.quotePrefix)) == (text, "s", True)


def test_what_no_cell_can_hold_is_left_out():
    sheet = Sheet(
        "a", say("题"), (Column("头", 10), Column("数", 5, Kind.NUMBER)), [["甲\x00\x0b乙" + "长" * 40_000, 1]]
    )
    ws = load_workbook(BytesIO(written(Book((sheet,), IMPRINT)))).worksheets[0]
    assert ws["A3"].value.startswith("甲乙长")
    assert len(ws["A3"].value) == 32_767
    assert ws.row_dimensions[3].height <= 409


@pytest.mark.parametrize(
    "value",
    [
        "a < b & c > d",
        "]]>",
        '"甲"',
        "  乙\n 丙 ",
        "一\r\n二",
        "_x000D_",
        "<r>&</r>",
        "𠮷",
        0,
        10**12,
        date(2027, 2, 28),
    ],
)
def test_what_was_written_is_what_is_read(value):
    sheet = Sheet("a", say("题"), (Column("头", 10), Column("数", 5, Kind.NUMBER)), [[value, value], [None, ""]])
    ws = load_workbook(BytesIO(written(Book((sheet,), IMPRINT)))).worksheets[0]
    meant = datetime.combine(value, time()) if isinstance(value, date) else value
    # What XML would change or drop is written as Excel writes it; openpyxl leaves that in texts as it is.
    read = [unescape(cell.value) if isinstance(cell.value, str) else cell.value for cell in (*ws[3], *ws[4])]
    assert read == [meant, meant, None, None]


def test_a_moment_is_that_of_beijing_to_the_minute():
    value = datetime(2027, 2, 28, 23, 59, tzinfo=UTC)
    sheet = Sheet("a", say("题"), (Column("时", 17, Kind.MOMENT),), [[value]])
    ws = load_workbook(BytesIO(written(Book((sheet,), IMPRINT)))).worksheets[0]
    assert (ws["A3"].value.isoformat(), ws["A3"].number_format) == ("2027-03-01T07:59:00", "yyyy-mm-dd hh:mm")


def test_a_sheet_of_any_length_is_read_to_its_end_cell_by_cell():
    """A reader that does not hold the file relies on what the sheet says of its own size."""
    sheet = Sheet("a", say("题"), (Column("头", 10),), [[n] for n in range(20_000)])
    made = load_workbook(BytesIO(written(Book((sheet,), IMPRINT))), read_only=True)
    assert [row[0] for row in made.worksheets[0].iter_rows(min_row=3, values_only=True)] == list(range(20_000))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the library leaves its files to Python
def test_a_full_disk_is_told_as_what_it_is(monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("tempfile.mkstemp", full)
    with pytest.raises(OSError, match="full") as raised:
        written(Book((Sheet("a", say("题"), (Column("头", 10),), [["x"]]),), IMPRINT))
    assert raised.value.errno == errno.ENOSPC
    del raised
    gc.collect()


def test_a_sheet_with_more_rows_than_excel_knows_is_none(monkeypatch):
    """Rows that the library cannot write it leaves out without a word."""
    monkeypatch.setattr("xlsxwriter.worksheet.Worksheet.set_row_pixels", lambda _, row, __: -(row > 4))
    sheet = Sheet("a", say("题"), (Column("头", 10),), [[n] for n in range(10)])
    with pytest.raises(OSError, match="too large"):
        written(Book((sheet,), IMPRINT))


@pytest.mark.parametrize("name", ["长" * 300, "&" * 100])
def test_a_long_name_at_the_foot_leaves_room_for_the_rest(name):
    sheet = Sheet("a", say("题"), (Column("头", 10),), [["x"]])
    ws = load_workbook(BytesIO(written(Book((sheet,), replace(IMPRINT, office=name))))).worksheets[0]
    assert ws.oddFooter.center.text == "第&P页，共&N页"


def test_sheets_get_names_that_excel_takes():
    names = ["领导/工作[机制]", "x" * 40, "X" * 40, "", "'a'", "𠮷" * 20]
    sheets = [Sheet(name, say("题"), (Column("头", 10),), []) for name in names]
    made = load_workbook(BytesIO(written(Book(sheets, IMPRINT)))).sheetnames
    assert made == ["领导 工作 机制", "x" * 31, "X" * 27 + "(2)", "-", "a", "𠮷" * 15]


def test_the_status_as_a_file_is_one_sheet_with_what_hurts_most_first(found, made):
    ws = load_workbook(BytesIO(written(status_book(found, made, IMPRINT)))).worksheets[0]
    assert list(lines(ws)) == [row.task.id for row in found]
    assert ws["O5"].value == "● 逾期"


def test_each_row_says_what_its_task_would_say_alone(found, made):
    """Tasks that stand alike share most of their cells, also when notices have gone to some of them."""
    _, *rest = table(found, made, Lang.ZH)
    told = {row[-1]: row for row in rest}
    assert any(len(row.company.bearers) > 1 for row in found)
    for row in found:
        entry = Entry(row, made.history.task(row.task.id), made, Lang.ZH)
        alone = [_bare(column.of(entry), Lang.ZH) for column in COLUMNS]
        assert told[row.task.id][1:] == alone[1:]


def test_as_plain_rows_it_says_the_same(found, made):
    head, *rest = table(found, made, Lang.ZH)
    assert len(rest) == len(found)
    (late,) = [dict(zip(map(str, head), row, strict=True)) for row in rest if row[-1] == "stats/city/2025-03"]
    assert (late["规定期限"], late["状态"]) == ("2025-03-31", "○ 逾期办结")


# -- which tasks -----------------------------------------------------------------------------------------------------


def test_what_hurts_most_comes_first(found):
    """Red, of it the oldest first; what is done after what is open."""
    lights = [row.standing.light for row in found]
    assert lights == sorted(lights, key=[Light.RED, Light.YELLOW, Light.GREEN, Light.GREY].index)
    due = [row.task.dates.due for row in found if row.standing.state is State.OVERDUE]
    assert due == sorted(due)
    green = [row.standing.state for row in found if row.standing.light is Light.GREEN]
    assert green.index(State.REPORTED) < green.index(State.DONE)


def test_a_missed_limit_of_the_law_hurts_more_than_an_older_one_of_the_office():
    year = Year()
    year.facts.clear()
    year.add(FactKind.EVENT, date(2025, 1, 6), event="paper", ref="P-0", unit="city")  # due on Monday the 13th
    now = datetime(2025, 2, 5, 10, tzinfo=BEIJING)
    red = [row.task.id for row in rows(plan(year, now), now) if row.standing.light is Light.RED]
    assert red[:4] == ["report/city/2024", "report/county/2024", "report/office/2024", "publish/city/P-0"]


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        (Selection(units=frozenset({"city"})), lambda t: "/city/" in t or "lu.he" in t),
        (Selection(people=frozenset({"lu.he"}), posts=frozenset({("city", "leader")})), lambda t: "lu.he" in t),
        (Selection(people=frozenset({"zhou.min"}), posts=frozenset({("city", "officer")})), lambda t: "/city/" in t),
        (Selection(obligations=frozenset({"stats"})), lambda t: t.startswith("stats/")),
        (Selection(categories=frozenset({"公开", "解读"})), lambda t: t.startswith(("publish/", "talks/"))),
        (Selection(categories=frozenset({""})), lambda t: t.startswith(("trained/", "prompt/"))),
        (Selection(periods=frozenset({"2025-03"})), lambda t: t.endswith("2025-03") or "P-1" in t),
        (Selection(), lambda _: True),
    ],
)
def test_a_selection_keeps_what_was_asked_for(wanted, meant, found):
    kept = {row.task.id for row in found if wanted.keeps(row.standing)}
    assert kept == {row.task.id for row in found if meant(row.task.id)}
    assert kept


def test_states_and_lights_are_chosen_together(found):
    wanted = Selection(states=frozenset({State.DONE, State.OVERDUE}), lights=frozenset({Light.RED}))
    kept = [row.standing.state for row in found if wanted.keeps(row.standing)]
    assert kept
    assert set(kept) == {State.OVERDUE}


def test_a_tree_is_a_unit_and_all_below_it(made):
    assert tree(made.roster, "office") == {"office", "city", "county"}
    assert tree(made.roster, "city") == {"city", "county"}
    assert tree(made.roster, "county") == {"county"}


@pytest.mark.parametrize(
    ("asked", "task", "whether"),
    [
        ("2025", "stats/city/2025-03", True),
        ("2025H1", "stats/city/2025-03", True),
        ("2025Q2", "stats/city/2025-03", False),
        ("2024", "report/city/2024", True),
        ("2025", "report/city/2024", False),  # the report about 2024, due in January 2025
        ("2025Q1", "publish/city/P-1", True),  # due on 10 March
        ("2025Q2", "publish/city/P-1", False),
        ("P-1", "publish/city/P-1", True),
        ("2025-03", "talks/lu.he/2025", False),
    ],
)
def test_a_period_holds_what_lies_in_it(asked, task, whether, made):
    assert holds(asked, made.task(task)) is whether
