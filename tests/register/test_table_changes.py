"""What an edit changed, row by row, and what an editor is told about the file."""

from __future__ import annotations

import json

import pytest
from good_table import GOOD, register, table

from scheduler.register import ChangeKind, diff, schema


@pytest.mark.parametrize(
    ("old", "new", "kind", "where", "fields"),
    [
        ("    title: 月报\n", "    title: 月度报告\n", ChangeKind.CHANGED, "obligations monthly", ("title",)),
        ("by: end of 01, covers", "by: 01-20, covers", ChangeKind.CHANGED, "obligations annual-report", ("due",)),
        ("  - id: monthly\n", "  - id: report\n    formerly: monthly\n", ChangeKind.RENAMED, "obligations report", ()),
        ("name: 胡波", "name: 胡博", ChangeKind.CHANGED, "people hu.bo", ("name",)),
        ("    tags: [site]\n", "    tags: [site, new]\n", ChangeKind.CHANGED, "units changji-city", ("tags",)),
        ("remind: [20wd, 5wd, 1wd]", "remind: [5wd, 1wd]", ChangeKind.CHANGED, "ladders standard", ("remind",)),
        ("every 5wd]", "every 9wd]", ChangeKind.CHANGED, "ladders standard", ("chase",)),
        ("to: 2026-12-11,", "to: 2026-12-12,", ChangeKind.CHANGED, "people zhou.min", ("away",)),
        ("start: 2026-11-23", "start: 2026-12-01", ChangeKind.CHANGED, "office office", ("start",)),
        ("events:\n", "events:\n  - {id: new, title: 新}\n", ChangeKind.ADDED, "events new", ()),
        ("  - {id: staff, title: 专职人员}\n", "", ChangeKind.REMOVED, "records staff", ()),
    ],
)
def test_a_change_names_row_and_fields(
    old: str, new: str, kind: ChangeKind, where: str, fields: tuple[str, ...]
) -> None:
    edited = table(old, new)
    if kind is ChangeKind.REMOVED:
        edited = edited.replace("of: staff,", "of: training,")
    changes = [c for c in diff(register(), register(edited)) if c.fields != ("measure",)]
    assert [(c.kind, f"{c.section} {c.id}", c.fields) for c in changes] == [(kind, where, fields)]
    assert changes[0].id in changes[0].phrase().text() or changes[0].section == "office"


def test_a_comment_changes_nothing() -> None:
    assert diff(register(), register(GOOD + "# 备注\n")) == ()


def test_a_change_is_told_in_words() -> None:
    (change,) = diff(register(), register(table("    title: 月报\n", "    title: 月度报告\n")))
    assert change.phrase().text() == "修改事项monthly：title"


def test_the_schema_describes_the_file_and_not_the_program() -> None:
    told = schema()
    text = json.dumps(told)
    properties = told["properties"]
    assert isinstance(properties, dict)
    assert set(properties) >= {
        "version",
        "office",
        "include",
        "units",
        "people",
        "ladders",
        "obligations",
        "not_tracked",
    }
    for hidden in ("any_of", "event_unit", "after_done", "chase_every", "digest", "from_", "\\u0000"):
        assert hidden not in text
    for key in ("owed_by", "superseded_by", "escalate", "tolerance", "mail_domains", "at_least", "event.unit"):
        assert f'"{key}"' in text


def test_every_key_of_the_good_table_is_in_the_schema() -> None:
    text = json.dumps(schema())
    keys = {
        "within",
        "after",
        "before",
        "lead",
        "rrule",
        "every",
        "by",
        "covers",
        "roll",
        "pace",
        "roster",
        "share",
        "check",
        "soft",
    }
    assert all(f'"{key}"' in text for key in keys)
