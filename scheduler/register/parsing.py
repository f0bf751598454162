"""The files of a table → Register and problems, in one visible line: read, join, decode, check. It opens no file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct, field

from scheduler.problems import Place, Problem, has_errors
from scheduler.register.checks import check
from scheduler.register.decode import MAX_PROBLEMS, decode
from scheduler.register.mistakes import Code, problem
from scheduler.register.model import Register
from scheduler.register.sections import included, join, read_file, with_ids
from scheduler.register.tree import Node
from scheduler.words import say

File = tuple[str, bytes]


class Loaded(Struct, frozen=True):
    """What came of reading a table: the register (None where there are errors), all problems, the files as read.

    `absent` are the included files that could not be opened, `duty` the places of the days of the duty roster.
    """

    register: Register | None
    problems: tuple[Problem, ...]
    files: tuple[File, ...]
    absent: tuple[str, ...] = ()
    duty: Mapping[date, Place] = field(default_factory=dict)


def parse(files: Sequence[File]) -> Loaded:
    """The table that `files` make: first the table itself, then what it includes, named as it names them."""
    name, content = files[0]
    table, problems = read_file(name, content)
    return understand(tuple(files), table, problems)


def understand(files: tuple[File, ...], table: Node | None, problems: Sequence[Problem]) -> Loaded:
    """The same, with the table already read. Problems come in the order of the files."""
    found = list(problems)
    if table is None:
        return Loaded(None, tuple(found), files)
    others, more = _included(files, table)
    root, twice = join(table, others)
    draft, malformed = decode(with_ids(root))
    found += [*more, *twice, *malformed, *check(draft)]
    ordered = _in_order(found, [name for name, _ in files])
    register = None if has_errors(ordered) else draft.register(digest(files))
    duty = {row.date: draft.place(("duty", number, "date")) for number, row in draft.duty.items()}
    return Loaded(register, ordered, files, duty=duty)


def _included(files: tuple[File, ...], table: Node) -> tuple[list[Node], list[Problem]]:
    contents = dict(files[1:])
    nodes: list[Node] = []
    problems: list[Problem] = []
    for name, spot in included(files[0][0], table):
        if name not in contents:
            message = say("找不到或打不开文件 {name}", name=name)
            hint = say("检查文件名和读取权限；文件名相对于台账所在的文件夹")
            problems.append(problem(Code.FILE_MISSING, message, hint, spot.place))
            continue
        node, found = read_file(name, contents[name])
        problems += found
        if node is not None:
            nodes.append(node)
    return nodes, problems


def _in_order(problems: Iterable[Problem], names: Sequence[str]) -> tuple[Problem, ...]:
    """By file, line and column; one of several that are alike; cut off at the bound."""
    order = {name: number for number, name in enumerate(names)}

    def key(found: Problem) -> tuple[int, int, int]:
        place = found.place or Place("", 0, 0)
        return order.get(place.file, len(order)), place.line, place.column

    unique = {(p.code, p.place, p.message.text()): p for p in problems}
    ordered = sorted(unique.values(), key=key)
    if len(ordered) <= MAX_PROBLEMS:
        return tuple(ordered)
    rest = problem(
        Code.TOO_MANY, say("问题超过{limit}个，后面的没有列出", limit=MAX_PROBLEMS), say("请先改正列出的"), None
    )
    return (*ordered[:MAX_PROBLEMS], rest)


def digest(files: Sequence[File]) -> str:
    """SHA-256 over the contents of the files in order, each preceded by its length."""
    sha = hashlib.sha256()
    for _, content in files:
        sha.update(len(content).to_bytes(8, "big"))
        sha.update(content)
    return sha.hexdigest()
