from __future__ import annotations

import pytest

from scheduler.reports.text import aligned, cells, clipped, folded, padded


@pytest.mark.parametrize(("text", "taken"), [("", 0), ("abc", 3), ("工作日", 6), ("5个工作日", 9), ("（暂定）", 8)])
def test_a_chinese_character_takes_two_cells(text, taken):
    assert cells(text) == taken


@pytest.mark.parametrize(
    ("text", "room", "clip"),
    [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("工作日", 6, "工作日"), ("工作日", 5, "工作…"), ("工作日", 4, "工…")],
)
def test_clipped_text_fits_and_shows_that_something_is_missing(text, room, clip):
    assert clipped(text, room) == clip
    assert cells(clipped(text, room)) <= room


def test_padded_text_fills_its_room():
    assert padded("工作", 6) == "工作  "


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("工作日数", ["工作", "日数"]),
        ("a工作日", ["a工", "作日"]),
        ("one two", ["one", "two"]),  # words stay whole
        ("ab cd", ["ab", "cd"]),
        ("abcdef", ["abcd", "ef"]),  # one that is too long does not
    ],
)
def test_folded_text_fits(text, lines):
    assert folded(text, 4) == lines


def test_what_somebody_typed_neither_ends_a_line_nor_steers_a_terminal():
    assert clipped("甲\n\x1b[31m乙", 9) == "甲 [31m乙"
    assert aligned([("甲\u202e\n乙", "a"), ("丙", "\x9b2Jb")]) == ["甲 乙  a", "丙      2Jb"]


def test_columns_are_aligned_by_cells():
    assert aligned([("逾期", "a"), ("办理中", "b")]) == ["逾期    a", "办理中  b"]


def test_a_width_clips_its_column_alone():
    assert aligned([("abcdef", "abcdef")], (4,)) == ["abc…  abcdef"]


def test_no_rows_are_no_lines():
    assert aligned([]) == []


def test_a_number_stays_with_the_word_that_it_belongs_to():
    assert folded("办理中12、未到办理期345、办结2026-11-23", 25) == ["办理中12、未到办理期345、", "办结2026-11-23"]
    assert folded("办理中12、未到办理期345", 20) == ["办理中12、未到办理", "期345"]
