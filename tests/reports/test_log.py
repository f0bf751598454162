"""The record in words: every kind of entry, in both languages, within 80 columns."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest

from scheduler.planning.model import BEIJING, Fact, FactKind, OutcomeKind, State
from scheduler.planning.spoken import OUTCOMES, STATES, called
from scheduler.reports.log import lines
from scheduler.reports.text import cells
from scheduler.words import Lang

AT = datetime(2027, 2, 1, 10, 31, tzinfo=BEIJING)  # a Monday
TASK = "annual-report.submit/changji-city/2026"
LONG = "各县市、园区、各部门将上一年政府信息公开年度报告和全年统计数据于每年1月底前报送州人民政府办公室，逾期的说明原因"
DATA = {
    FactKind.DONE: {"evidence": "收文第0128号", "note": LONG, "due": "2027-01-31"},
    FactKind.SENT: {"kind": "chaser", "to": ("zhou.min",), "notices": (f"{TASK}#chase-1@2027-01-29>bearer",)},
    FactKind.SKIPPED: {"notice": f"{TASK}#chase-1@2027-01-29>bearer", "reason": "overtaken"},
    FactKind.DRAFT: {"document": "order", "number": 3, "digest": "ab" * 32, "files": ("ab" * 32,)},
    FactKind.TABLE: {"digest": "ab" * 32, "changed": ("修改事项publish：title", LONG)},
    FactKind.WAIVE: {"reason": LONG, "approved_by": "xu.wen"},
}


def said(kind: FactKind, lang: Lang = Lang.ZH) -> list[str]:
    return list(lines(Fact(128, kind, AT, date(2027, 1, 27), "he.ping", TASK, DATA.get(kind, {})), lang))


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("kind", FactKind)
def test_every_kind_of_entry_has_words_and_fits_into_eighty_columns(kind, lang):
    first, task, *_ = said(kind, lang)
    assert first == f"  128  2027-02-01 10:31  he.ping  {called(kind).text(lang)}  2027-01-27"
    assert task == f"       {TASK}"
    assert max(map(cells, said(kind, lang))) <= 80
    assert (re.search(r"[\u4e00-\u9fff]", called(kind).text(lang)) is None) is (lang is Lang.EN)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (FactKind.SENT, f"邮件：催办；通知：{TASK}#chase-1；收件人：zhou.min"),
        (FactKind.SKIPPED, f"通知：{TASK}#chase-1；理由：已有更近的一次，不再补发"),
        (FactKind.DRAFT, "文件：督办单；编号：3；摘要：abababababab…"),
        (FactKind.WAIVE, f"理由：{LONG}；批准人：xu.wen"),
    ],
)
def test_what_was_said_is_told_in_words_and_codes_are_not(kind, told):
    assert "".join(line.strip() for line in said(kind)[2:]) == told


def test_an_edit_of_the_table_is_told_sentence_by_sentence():
    assert "       修改事项publish：title" in said(FactKind.TABLE)


def test_words_that_somebody_typed_neither_look_like_another_entry_nor_steer_a_terminal():
    note = "占线\r\n  129  2027-02-01 10:31  duban  已发送\x1b[31m\u202e"
    told = list(lines(Fact(128, FactKind.CALL, AT, None, "he.ping\n  129", TASK, {"note": note}), Lang.ZH))
    assert [line[:7].strip() for line in told] == ["128", "", ""]
    assert all(letter == "\u3000" or letter.isprintable() for line in told for letter in line)


def test_states_and_outcomes_have_words():
    assert (set(STATES), set(OUTCOMES)) == (set(State), set(OutcomeKind))
