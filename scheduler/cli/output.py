"""Data on stdout: JSON, CSV, sentences. It chooses no content."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import click

from scheduler.cli.options import spoken
from scheduler.problems import Problem
from scheduler.reports.text import folded
from scheduler.words import Phrase

WIDE = 80
_PIECE = 500  # lines


def line(value: object) -> str:
    """One line of JSON; Chinese stays Chinese."""
    return json.dumps(value, ensure_ascii=False)


def print_json(value: object) -> None:
    """The whole value, indented for a reader."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_streamed(
    head: Mapping[str, object], name: str, rows: Iterable[str], tail: Iterator[tuple[str, object]]
) -> None:
    """An object whose list `name` is written row by row, each JSON already; its `tail` is asked for only after them."""
    out = sys.stdout
    out.write("{\n")
    for key, value in head.items():
        out.write(f"{line(key)}: {line(value)},\n")
    out.write(f"{line(name)}: [")
    for n, row in enumerate(rows):
        out.write(f",\n{row}" if n else f"\n{row}")
    out.write("\n]")
    for key, value in tail:
        out.write(f",\n{line(key)}: {line(value)}")
    out.write("\n}\n")


def utter(said: Phrase | str, *, indent: int = 0, err: bool = False) -> None:
    """A sentence in the language of this call, in lines of 80 columns; those after the first are indented."""
    first, *rest = folded(said if isinstance(said, str) else said.text(spoken()), WIDE - indent)
    click.echo(first, err=err)
    for text in rest:
        click.echo(" " * indent + text, err=err)


def print_lines(lines: Iterable[str]) -> None:
    """Many lines, some hundred at a time: the terminal or pipe is told of each piece."""
    waiting = iter(lines)
    while some := list(islice(waiting, _PIECE)):
        click.echo("\n".join(some))


def print_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A header and rows; a cell that a spreadsheet would run as a formula is quoted with an apostrophe."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow([safe(cell) for cell in row])


def problem_data(problem: Problem) -> dict[str, object]:
    """A problem as JSON."""
    place, lang = problem.place, spoken()
    return {
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "level": problem.level.value,
        "code": problem.code,
        "message": problem.message.text(lang),
        "hint": problem.hint.text(lang),
    }


def safe(cell: object) -> object:
    """A cell of CSV: nothing as nothing, and never a formula."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t")) else cell
