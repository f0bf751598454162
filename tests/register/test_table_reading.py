"""YAML as officials write it: everything is text, every trap is a problem with its place, nothing runs away."""

from __future__ import annotations

from itertools import pairwise

import pytest
from good_table import GOOD, marked, problems, register, table

from scheduler.register import reader
from scheduler.register.reader import read
from scheduler.register.tree import plain


def value_of(text: str) -> object:
    node, found = read("t.yaml", text.encode())
    assert node is not None
    assert not found, found
    said = plain(node)
    assert isinstance(said, dict)
    return said.get("key")


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("off", "off"),
        ("true", "true"),
        ("18:00", "18:00"),  # plain loading: 1080
        ("09:00", "09:00"),
        ('"10:30"', "10:30"),
        ("24:00", "24:00"),
        ("010", "010"),  # plain loading: 8
        ("01", "01"),
        ("08", "08"),
        ("1_000", "1_000"),
        ("1.10", "1.10"),
        ("28.02", "28.02"),
        ("02-28", "02-28"),
        ("2026-02-28", "2026-02-28"),
        ("2026-02-30", "2026-02-30"),  # plain loading: a bare ValueError
        ("0x1F", "0x1F"),
        (".inf", ".inf"),
        ("=", "="),
        ("1e3", "1e3"),
        ("'null'", "null"),
        ("null", None),
        ("~", None),
        ("", None),
        ("''", None),
        ("|\n  第一行\n  第二行\n", "第一行\n第二行\n"),
        ("[no, 010, 18:00]", ["no", "010", "18:00"]),
        ("[a, , ~, b]", ["a", "b"]),
    ],
)
def test_every_scalar_is_text(written: str, read_as: object) -> None:
    if written == "[a, , ~, b]":
        written = "\n- a\n-\n- ~\n- b"
    assert value_of(f"key: {written}") == read_as


def test_a_byte_order_mark_is_passed_over() -> None:
    assert problems(b"\xef\xbb\xbf" + GOOD.encode()) == ()


def test_windows_line_ends_are_read() -> None:
    assert problems(GOOD.replace("\n", "\r\n")) == ()


def test_other_encodings_are_told_with_the_place() -> None:
    (found,) = problems("version: 1\noffice:\n  name: 办公室\n".encode("gb18030"))
    assert (found.code, str(found.place)) == ("not-utf8", "t.yaml:3:9")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("basis: {document: 实施细则, clause: 一(四)}", "basis: ‸*basis", "yaml-alias"),
        ("due: {by: 2018年底, roll: preceding}", "due: ‸&year-end {by: 2018年底, roll: preceding}", "yaml-alias"),
        ("due: {by: 2018年底, roll: preceding}", "due: {by: 2018年底, roll: preceding, ‸<<: {a: b}}", "yaml-merge"),
        ("at_least: 3,", "at_least: ‸!!int 3,", "yaml-tag"),
        ("at_least: 3,", "at_least: ‸!<!number> 3,", "yaml-tag"),
    ],
)
def test_what_yaml_has_and_the_language_has_not_points_to_ladders(old: str, new: str, code: str) -> None:
    text, place = marked(table(old, new))
    told = [p for p in problems(text) if p.code == code]
    assert [(p.place.line, p.place.column) for p in told if p.place] == [place]
    assert "ladders" in told[0].hint.text()


def test_a_key_written_twice_is_told_with_both_places() -> None:
    text, (line, column) = marked(table("    title: 月报\n", "    title: 月报\n    ‸title: 月度报告\n"))
    (found,) = problems(text)
    assert (found.code, str(found.place)) == ("duplicate-key", f"t.yaml:{line}:{column}")
    assert f"第{line - 1}行第5列" in found.message.text()


def test_a_second_document_is_told() -> None:
    text, (line, column) = marked(GOOD + "‸---\nversion: 1\n")
    assert [(p.code, str(p.place)) for p in problems(text)] == [("yaml-documents", f"t.yaml:{line}:{column}")]


def test_a_list_as_a_key_is_told() -> None:
    assert [(p.code, str(p.place)) for p in problems("version: 1\n[a]: b\n")] == [("yaml-key", "t.yaml:2:1")]


@pytest.mark.parametrize(
    ("text", "line", "column", "hint"),
    [
        ("version: 1\noffice:\n\tname: x\n", 3, 1, "制表符"),
        ("version: 1\noffice: [a, b\nunits: []\n", 3, 6, "逗号"),
        ("version: 1\noffice: {name: '某办公室}\n", 2, 16, "引号"),
        ('version: 1\noffice:\n  name: "某\n  unit: "y"\n  # "x\n', 3, 9, "引号"),
        ('version: 1\noffice:\n  name: "某"办公室\n', 3, 12, "一对引号"),
        ("version: 1\noffice:\n  name：某\n  unit: y\n", 3, 7, "半角"),
        ("version: 1\noffice:\n  name:某\n  unit: y\n", 3, 7, "空一格"),
        ("version: 1\noffice:\n    name: x\n  unit: y\n", 4, 3, "左边对齐"),
        ("version: 1\noffice: name: x\n", 2, 13, "加引号"),
        ("version: 1\noffice：\n  name: x\n", 2, 7, "半角"),
        ("version: 1\noffice: @x\n", 2, 9, "加引号"),
        ("version: 1\nunits:\n  - ｛id: a, name: b｝\n", 3, 5, "大括号要用半角"),
        ("version: 1\nunits:\n  - {id: a, name: b, people: {x: y}｝\n", 3, 36, "大括号要用半角"),
        ("version: 1\nunits:\n  - {id: a，name: b}\n", 3, 11, "逗号要用半角"),
        ("version: 1\nunits:\n  - {id: a, name: b， kind: c}\n", 3, 20, "逗号要用半角"),
        ("version: 1\noffice:\n　　name: x\n", 3, 1, "半角空格"),
        ("version: 1\noffice:\n  unit: y\n　　name: x\n", 4, 1, "半角空格"),
        ("version: 1\npeople:\n　- {id: x}\n", 3, 1, "半角空格"),
        ("version: 1\npeople:\n  - id: x\n    name: y\n  　mail: z\n", 5, 1, "半角空格"),
    ],
)
def test_of_syntax_errors_the_first_is_told_with_its_place(text: str, line: int, column: int, hint: str) -> None:
    (found,) = problems(text)
    assert found.place
    assert (found.code, found.place.line, found.place.column) == ("syntax", line, column)
    assert hint in found.hint.text()


def test_full_width_signs_in_a_text_are_no_mistake() -> None:
    title = "    title: |\n      　　第一段：｛甲｝，乙\n      　mail: 见附件\n"
    assert problems(GOOD.replace("    title: 月报\n", title, 1)) == ()


def test_a_full_width_comma_in_a_list_is_told() -> None:
    (found,) = problems(GOOD.replace("[20wd, 5wd, 1wd]", "[20wd，5wd，1wd]", 1))
    assert (found.code, found.hint.text()) == ("full-width", "逗号要用半角：20wd, 5wd, 1wd")


def test_an_open_bracket_is_named_by_where_it_opens() -> None:
    assert "第2行第9列" in problems("version: 1\noffice: [a, b\nunits: []\n")[0].message.text()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("of: training,", "of‸：training,", "colon"),
        ("of: training,", "of‸:training,", "colon"),
        ("title: 月报", "title: 月报 ‸#2号", "comment-cut"),
        ('send_at: "10:30"', "send_at: ‸“10:30”", "full-width"),
    ],
)
def test_a_slip_inside_a_row_is_told_alone_and_the_row_is_read_on(old: str, new: str, code: str) -> None:
    text, place = marked(table(old, new))
    assert [(p.code, p.place and (p.place.line, p.place.column)) for p in problems(text)] == [(code, place)]


@pytest.mark.parametrize(
    "line", ["title: 月报 # 说明", "title: 月报  #说明", 'title: "月报 #2号"', "#说明\n    title: 月报"]
)
def test_a_comment_is_no_mistake(line: str) -> None:
    told = [p.code for p in problems(table("title: 月报", line))]
    assert told == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b"# nothing but words\n", "file-empty"),
        (b"\xff\xfe\x00", "not-utf8"),
        (b"\x00", "syntax"),
        (b"version: 1\nname: \x07\n", "syntax"),
        (b"a: " + b"[" * 2000, "too-deep"),
        (b"a:\n" + b"".join(b" " * n + b"- \n" for n in range(1, 2000)), "too-deep"),
        (b"x" * 4_000_001, "file-too-large"),
        (b"a: [" + b"*a, " * 100_000 + b"]", "yaml-alias"),
        (b"- hello\n", "bad-value"),
        (b"hello", "bad-value"),
        (b"{", "syntax"),
        (b"? ? ? ?", "yaml-key"),
    ],
)
def test_no_bytes_make_a_traceback(content: bytes, code: str) -> None:
    assert problems(content)[0].code == code


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b"])
def test_a_sign_that_nobody_sees_is_found_where_it_stands_behind_chinese_words(sign: str) -> None:
    (found,) = problems(f"# 一二三四\nversion: 1\noffice: {{name: 政务{sign}公开科}}\n".encode())
    assert (found.code, found.place.line, found.place.column) == ("syntax", 3, 18)


def test_a_file_of_endless_items_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_NODES", 50)
    assert [(p.code, str(p.place)) for p in problems("- a\n" * 100)] == [("file-too-large", "t.yaml:50:3")]


def test_a_merge_bomb_is_only_a_few_problems() -> None:
    bomb = "a: &a {k0: v}\n" + "".join(
        f"{c}: &{c} {{<<: [{', '.join(['*' + p] * 9)}]}}\n" for p, c in pairwise("abcdefg")
    )
    assert {p.code for p in problems(bomb)} >= {"yaml-alias", "yaml-merge"}
    assert len(problems(bomb)) < 200


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("    title: 月报\n", "    ‸titel: 月报\n", "是不是 title？"),
        ("    title: 月报\n", "    title: 月报\n    ‸deadline: 3\n", "这里可以写"),
        ("{document: 实施细则, clause", "{document: 实施细则, quote: 各县市,‸各部门将年度报告报送, clause", "逗号"),
        ("{every: month, by: end, soft: true}", "{every: month, by: end, ‸sofft: true}", "是不是 soft？"),
        ("  unit: prefecture-office\n", "  unit: prefecture-office\n  ‸from_: x\n", "这里可以写"),
        ("of: {kind: county}", "of: {‸kinds: county}", "是不是 kind？"),
        ("of: {kind: county}", "of: {kind: county, ‸event_unit: true}", "这里可以写"),
        ("after: document.issued}", "after: document.issued, ‸afer: x}", "是不是 after？"),
        ("{person: sun.li, to:", "{person: sun.li, ‸untill: x, to:", "这里可以写"),
        ("version: 1\n", "version: 1\n‸obligation: []\n", "是不是 obligations？"),
    ],
)
def test_an_unknown_key_comes_with_the_one_that_was_meant(old: str, new: str, hint: str) -> None:
    text, (line, column) = marked(table(old, new))
    told = [p for p in problems(text) if p.code == "unknown-key"]
    assert [str(p.place) for p in told] == [f"t.yaml:{line}:{column}"]
    assert hint in told[0].hint.text()


def test_quoted_and_plain_words_say_the_same() -> None:
    quoted = table("due: {by: 2018年底, roll: preceding}", "due: {'by': \"2018-12-31\", \"roll\": 'preceding'}")
    assert register(quoted).obligations[2].due == register().obligations[2].due
