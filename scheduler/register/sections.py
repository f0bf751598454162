"""The files of one table → one tree: sections of included files joined to the table's own. It judges no row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from msgspec.structs import replace

from scheduler.problems import Problem
from scheduler.register.mistakes import Code, problem
from scheduler.register.reader import read
from scheduler.register.roster_file import read_roster
from scheduler.register.sheets import is_sheet
from scheduler.register.tree import Node, entries, items, text
from scheduler.words import say

LISTS = ("units", "people", "events", "records", "obligations", "not_tracked", "summaries", "duty")
SINGLES = ("version", "office", "calendar")
SECTIONS = (*SINGLES, "include", *LISTS, "ladders")


def included(table: str, root: Node | None) -> tuple[tuple[str, Node], ...]:
    """The files that a table includes, beside it unless absolute, each with the node that names it."""
    node = entries(root).get("include")
    named = [node] if text(node) else items(node)
    folder = PurePath(table).parent
    return tuple((str(folder / said), n) for n in named if n is not None and (said := text(n)))


def read_file(file: str, content: bytes) -> tuple[Node | None, tuple[Problem, ...]]:
    """One file by the end of its name: `.csv` and `.xlsx` are rosters of people or of duty, all else is YAML."""
    return read_roster(file, content) if is_sheet(file) else read(file, content)


def join(table: Node, others: Sequence[Node]) -> tuple[Node, tuple[Problem, ...]]:
    """The table with the sections of the other files; what stands twice and may stand once is a Problem."""
    if not others:
        return table, ()
    problems: list[Problem] = []
    merged = dict(entries(table))
    for other in others:
        for key, node in entries(other).items():
            _join_section(merged, key, node, problems)
    return replace(table, value=merged), tuple(problems)


def _join_section(merged: dict[str, Node], key: str, node: Node, problems: list[Problem]) -> None:
    first = merged.get(key)
    if key == "include":
        hint = say("把文件名写进主表的 include")
        problems.append(problem(Code.UNKNOWN_KEY, say("被引入的文件不能再引入别的文件"), hint, node.key_place))
    elif first is None or first.value is None:
        merged[key] = node
    elif isinstance(first.value, list) and isinstance(node.value, list):
        merged[key] = replace(first, value=[*first.value, *node.value])
    elif key == "ladders" and isinstance(first.value, dict) and isinstance(node.value, dict):
        problems += [_twice(name, first.value[name], n) for name, n in node.value.items() if name in first.value]
        merged[key] = replace(first, value={**node.value, **first.value})
    elif node.value is not None and key != "version":
        problems.append(_twice(key, first, node))


def _twice(key: str, first: Node, second: Node) -> Problem:
    message = say("“{key}”写了两次，第一次在 {first}", key=key, first=str(first.key_place))
    return problem(Code.DUPLICATE_KEY, message, say("只在一个文件里写"), second.key_place)


def with_ids(root: Node) -> Node:
    """The tree with ids where `people[].unit` and `duty[].person` say a name; unknown names stay as they are."""
    if not isinstance(root.value, dict):
        return root
    sections = dict(root.value)
    for section, key, others in (("people", "unit", "units"), ("duty", "person", "people")):
        rows = sections.get(section)
        if rows is not None and isinstance(rows.value, list) and (names := _meant(items(root.value.get(others)))):
            sections[section] = replace(rows, value=[_by_id(row, key, names) for row in rows.value])
    return replace(root, value=sections)


def _meant(rows: Sequence[Node]) -> Mapping[str, str]:
    """Names and aliases that mean exactly one row and are no id."""
    found: dict[str, set[str]] = {}
    ids = {said for node in rows if (said := text(entries(node).get("id")))}
    for node in rows:
        row = entries(node)
        if (row_id := text(row.get("id"))) is None:
            continue
        aliases = row.get("aliases")
        for name in (row.get("name"), *([aliases] if text(aliases) else items(aliases))):
            if said := text(name):
                found.setdefault(_closed_up(said), set()).add(row_id)
    return {name: next(iter(meant)) for name, meant in found.items() if len(meant) == 1 and name not in ids}


def _by_id(row: Node, key: str, names: Mapping[str, str]) -> Node:
    cell = entries(row).get(key)
    said = text(cell)
    if cell is None or said is None or _closed_up(said) not in names:
        return row
    return replace(row, value={**entries(row), key: replace(cell, value=names[_closed_up(said)])})


def _closed_up(name: str) -> str:
    """A name without the blanks by which tables make short ones as wide as long ones: 胡　波."""
    return "".join(name.split())
