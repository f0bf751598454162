"""Tables of several files: included YAML and CSV rosters, what is in two files, files that cannot be opened."""

from __future__ import annotations

import time
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from good_table import GOOD
from openpyxl import Workbook

from scheduler.register import Loaded, Roster, load, parse

HU_BO = "  - {id: hu.bo, name: 胡波, email: hubo@example.gov.cn}\n"
TABLE = GOOD.replace(HU_BO, "").replace("version: 1\n", "version: 1\ninclude: [more.yaml, people.csv]\n")
MORE = "events:\n  - {id: inspection, title: 检查}\nladders:\n  mine: {remind: [1wd]}\n"
PEOPLE = "编号,姓名,职务,单位,角色,邮箱,电话\nhu.bo,胡波,副主任,昌吉市人民政府,staff,hubo@example.gov.cn,0994-1234567\n"


def told(loaded: Loaded) -> list[tuple[str, str]]:
    return [(p.code, str(p.place)) for p in loaded.problems]


def parsed(more: str = MORE, people: str | bytes = PEOPLE, main: str = TABLE) -> Loaded:
    roster = people if isinstance(people, bytes) else people.encode()
    return parse([("d/t.yaml", main.encode()), ("d/more.yaml", more.encode()), ("d/people.csv", roster)])


def test_sections_of_included_files_are_joined() -> None:
    loaded = parsed()
    assert told(loaded) == []
    assert loaded.register
    assert [event.id for event in loaded.register.events][-1] == "inspection"
    assert set(loaded.register.ladders) == {"standard", "statutory", "hours", "mine"}
    assert loaded.register.people[-1].phone == "0994-1234567"


def test_a_roster_gives_people_a_unit_by_name_and_a_role() -> None:
    register = parsed().register
    assert register
    assert Roster(register).holder("changji-city", "staff", date(2026, 11, 23)) == "hu.bo"
    assert register.people[-1].unit == "changji-city"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_roster_may_come_from_any_spreadsheet(encoding: str, ends: str) -> None:
    loaded = parsed(people=PEOPLE.replace("\n", ends).encode(encoding))
    assert told(loaded) == []
    assert loaded.register
    assert loaded.register.people[-1].name == "胡波"


def test_a_quoted_cell_may_hold_commas_quotes_and_breaks() -> None:
    cell = 'hu.bo,"胡,""波""\n",x,,,hubo@example.gov.cn,\n\n,,,\nx.y,某,,,,x@example.com,\n'
    loaded = parsed(people=PEOPLE.splitlines()[0] + "\n" + cell)
    assert told(loaded) == [("address-domain", "d/people.csv:6:10")]


@pytest.mark.parametrize(
    ("people", "code", "place"),
    [
        (PEOPLE.replace("邮箱", "邮件"), "csv-heading", "1:16"),
        (PEOPLE.replace("编号,", "编号,编号,"), "csv-heading", "1:4"),
        (PEOPLE.replace("姓名", "名字"), "csv-heading", "1:1"),
        (PEOPLE.replace("0994-1234567", "1,2"), "csv-row", "2:50"),
        (PEOPLE.replace(",胡波,", ',"胡"波,'), "csv-row", "2:7"),
        (PEOPLE.replace("hu.bo", "hu bo"), "bad-id", "2:1"),
        (PEOPLE.replace("hu.bo,", ","), "missing-key", "2:1"),
        (PEOPLE.replace("hubo@", "hubo＠"), "bad-address", "2:28"),
        (PEOPLE.replace("昌吉市人民", "昌吉县人民"), "unknown-unit", "2:14"),
        (PEOPLE + "zhou.min,周敏,,,,,\n", "duplicate-id", "3:1"),
        ("", "file-empty", "1:1"),
        (b"\x81\xff\xff,\x00", "not-utf8", "1:1"),
    ],
)
def test_a_mistake_in_a_roster_is_told_with_line_and_column(people: str | bytes, code: str, place: str) -> None:
    assert (code, f"d/people.csv:{place}") in told(parsed(people=people))


def test_what_stands_in_two_files_is_told_with_both_places() -> None:
    office = "office: {name: 乙, unit: x, admin: y}\n"
    people = "people:\n  - {id: ma.yu, name: 马宇, via: hu.bo}\n"
    more = f"{MORE}  standard: {{remind: [9wd]}}\n{office}{people}"
    loaded = parsed(more)
    codes = [code for code, _ in told(loaded)]
    assert codes == ["duplicate-key", "duplicate-key", "duplicate-id"]
    assert all("d/t.yaml:" in p.message.text() for p in loaded.problems)
    assert [p.place.file for p in loaded.problems if p.place] == ["d/more.yaml"] * 3


def test_an_included_file_includes_no_further_ones() -> None:
    assert told(parsed(MORE + "include: [x.yaml]\n")) == [("unknown-key", "d/more.yaml:5:1")]


def test_the_digest_changes_with_every_byte_of_every_file() -> None:
    digests = {
        loaded.register.digest
        for loaded in (parsed(), parsed(MORE + "#\n"), parsed(people=PEOPLE + "\n"))
        if loaded.register
    }
    assert len(digests) == 3


def test_files_are_opened_beside_the_table_and_kept_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(TABLE)
    (tmp_path / "more.yaml").write_text(MORE)
    (tmp_path / "people.csv").write_bytes(PEOPLE.encode("gb18030"))
    loaded = load(tmp_path / "t.yaml")
    assert loaded.problems == ()
    assert [Path(name).name for name, _ in loaded.files] == ["t.yaml", "more.yaml", "people.csv"]
    assert loaded.files[2][1] == PEOPLE.encode("gb18030")
    assert parse(loaded.files).register == loaded.register


def test_a_missing_include_is_told_at_its_name(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(TABLE)
    (tmp_path / "more.yaml").mkdir()
    loaded = load(tmp_path / "t.yaml")
    assert [(p.code, p.place and (p.place.line, p.place.column)) for p in loaded.problems][:2] == [
        ("file-missing", (2, 11)),
        ("file-missing", (2, 22)),
    ]
    assert loaded.register is None


def test_a_missing_table_is_one_problem(tmp_path: Path) -> None:
    loaded = load(tmp_path / "t.yaml")
    assert [p.code for p in loaded.problems] == ["file-missing"]
    assert load(tmp_path).problems[0].code == "file-unreadable"


# -- rosters from a spreadsheet --------------------------------------------------------------------------------------

HEADING = ["编号", "姓名", "职务", "单位", "角色", "邮箱", "电话"]
HU = ["hu.bo", "胡波", "副主任", "昌吉市人民政府", "staff", "hubo@example.gov.cn", 9941234567]


def workbook(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def with_workbook(content: bytes) -> Loaded:
    main = TABLE.replace("people.csv", "people.xlsx")
    return parse([("d/t.yaml", main.encode()), ("d/more.yaml", MORE.encode()), ("d/people.xlsx", content)])


def test_a_roster_may_be_a_workbook() -> None:
    loaded = with_workbook(workbook([], HEADING, [], HU))
    assert told(loaded) == []
    assert loaded.register
    person = loaded.register.people[-1]
    assert (person.name, person.unit, person.phone) == ("胡波", "changji-city", "9941234567")


@pytest.mark.parametrize(
    ("rows", "code", "place"),
    [
        ([[*HEADING[:5], "邮件"], HU], "csv-heading", "1:6"),
        ([HEADING, HU, ["x y", "某"]], "bad-id", "3:1"),
        ([HEADING, [*HU, "多"]], "csv-row", "2:8"),
        ([HEADING, [], [*HU[:3], "昌吉县人民政府", *HU[4:]]], "unknown-unit", "3:4"),
        ([[]], "file-empty", "1:1"),
    ],
)
def test_a_mistake_in_a_workbook_is_told_with_row_and_column(rows: list[list[object]], code: str, place: str) -> None:
    assert (code, f"d/people.xlsx:{place}") in told(with_workbook(workbook(*rows)))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04 but no archive", "file-kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file-kind"),
        (workbook(HEADING, HU)[:-40], "file-kind"),
    ],
)
def test_a_file_that_is_no_workbook_is_told_so(content: bytes, code: str) -> None:
    assert (code, "d/people.xlsx:1:1") in told(with_workbook(content))


def test_a_workbook_that_unpacks_to_a_flood_is_not_unpacked() -> None:
    bomb = BytesIO(workbook(HEADING, HU))
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/media/x", "w") as member:
        for _ in range(50):
            member.write(b"\0" * 1_000_000)
    began = time.process_time()
    assert ("file-too-large", "d/people.xlsx:1:1") in told(with_workbook(bomb.getvalue()))
    assert time.process_time() - began < 1


def test_a_stray_cell_in_the_last_row_of_a_sheet_costs_no_time() -> None:
    book = Workbook()
    for row in (HEADING, HU):
        book.active.append(row)
    book.active["A1048576"] = " "
    written = BytesIO()
    book.save(written)
    began = time.process_time()
    assert told(with_workbook(written.getvalue())) == []
    assert time.process_time() - began < 2
