"""Every example of docs/table.md is a table that loads, and every date in it is so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler.register import parse, scalars, schema
from scheduler.register.moments import moment
from scheduler.workdays.batch import answer

PAGE = (Path(__file__).parents[1] / "docs" / "table.md").read_text("utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
SECTIONS = "".join(block for block in BLOCKS if re.match(r"version: 1|[a-z_]+: *(#.*)?$", block, re.MULTILINE))
ROW = next(block for block in BLOCKS if block.startswith("  - id:"))
SCHEDULES = re.findall(r"^(?:due|quota|coverage|measure|review): .*", "".join(BLOCKS), re.MULTILINE)
BASE = "  - {id: base, title: 开展自查, owed_by: {kind: county}, due: {by: 2027-03-31, roll: preceding}}\n"


def table(*rows: str) -> str:
    """The sections of the page as one table, with these obligations."""
    return f"{SECTIONS}obligations:\n{BASE}{''.join(rows)}"


def complaints(text: str) -> list[str]:
    return [problem.text() for problem in parse([("t.yaml", text.encode())]).problems]


def rows(*heads: str) -> list[list[str]]:
    """The cells of the table below these headings, without backquotes."""
    start = PAGE.index("| " + " | ".join(heads).lstrip())
    lines = PAGE[start:].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]


def test_the_sections_are_a_table_without_a_problem():
    assert complaints(table(ROW)) == []


def test_the_page_has_all_forms_of_schedule():
    assert len(SCHEDULES) > 15
    assert {re.split(r"[:{, ]+", line)[1] for line in SCHEDULES if line.startswith("due")} == {
        "by", "every", "within", "with", "before", "rrule",
    }  # fmt: skip


@pytest.mark.parametrize("line", SCHEDULES)
def test_a_schedule_loads(line):
    who = "{role: leader, of: {kind: county}}" if line.startswith("quota") else "{kind: county}"
    assert complaints(table(f"  - id: example\n    title: 例子\n    owed_by: {who}\n    {line}\n")) == []


@pytest.mark.parametrize("owner", [row[0] for row in rows("写法", "意思")])
def test_an_owner_loads(owner):
    due = "{within: 5wd, after: document.issued}"
    text = table(f"  - id: example\n    title: 例子\n    owed_by: {owner}\n    due: {due}\n")
    extra = "  - {id: wanghe-park, name: 望河园区, kind: park, mail: park@example.gov.cn}\n"
    text = text.replace("people:\n  - {id: he.ping", f"{extra}people:\n  - {{id: he.ping")
    assert [said for said in complaints(text) if "role-unfilled" not in said] == []  # the park has a mailbox only


@pytest.mark.parametrize(("chinese", "english"), [row[:2] for row in rows("时长", "也可以写", "意思")])
def test_a_duration_is_the_same_in_both_languages(chinese, english):
    assert scalars.duration(chinese) == scalars.duration(english)


@pytest.mark.parametrize(("chinese", "english"), [row[:2] for row in rows("周期里的日子", "也可以写", "用在")])
def test_a_moment_is_the_same_in_both_languages(chinese, english):
    assert moment(chinese) == moment(english)


@pytest.mark.parametrize(("printed", "none", "preceding", "following"), rows("", "`none` 不动")[1:])
def test_the_rolls_are_as_the_page_says(printed, none, preceding, following):
    start = printed.partition("（")[0]
    for roll, said in (("none", none), ("preceding", preceding), ("following", following)):
        assert answer({"id": roll, "expr": f"{start} roll {roll}"})["date"] == said


def keys(part: object) -> Iterator[str]:
    """Every key that a table may have."""
    if isinstance(part, dict):
        yield from part.get("properties", {})
        for below in part.values():
            yield from keys(below)
    elif isinstance(part, list):
        for below in part:
            yield from keys(below)


@pytest.mark.parametrize("key", sorted(set(keys(schema()))))
def test_every_key_is_on_the_page(key):
    assert re.search(rf"(?<![\w-]){key}(?![\w-])", PAGE)
