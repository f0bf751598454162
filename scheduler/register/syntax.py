"""Why YAML cannot read a file, told at the line an official should look at. It reads no table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from scheduler.problems import Place, Problem
from scheduler.register.mistakes import Code, problem
from scheduler.words import Phrase, say

WORD_AND_COLON = r"(?s)([A-Za-z_][\w-]*)(：\s*|:)([^\s/].*)"
"""A key and its value with a full-width colon, or without the space, between them."""
COLON_HINT = say("冒号要用半角“: ”，后面空一格")

COMMA_HINT = say("逗号要用半角“, ”")
WIDE_INDENT = say("这一行的缩进里有全角空格")
WIDE_INDENT_HINT = say("缩进只用半角空格")

# Compiled when a table needs them: nearly every command reads one that has no such mistake.
_WIDE = r"[ \t]*\u3000\s*(?:-\s|[A-Za-z_][\w-]*\s*[:：])"
_BRACE = r"(?:^|[:,\[{-])\s*([｛［])|([｝］])\s*(?:,.*|\s#.*)?$"
_COMMA = r"，\s*[A-Za-z_][\w-]*\s*[:：]"
_KEY = r"^\s*(?:- \s*)?([A-Za-z_][\w-]*)(：|:(?=[^\s:/]))"
_AFTER_QUOTE = r"""(?:^|[:,\[{-])\s+(["'])(?:(?!\1).)*\1\s*[^\s,:}\]#]"""
_COMMENT = r"(?:^|\s)#"
_QUOTED = r"""(?:^|[:,\[{-])\s+(["'])"""

_BRACKETS = say("检查方括号和大括号；括号里的各项用半角逗号分开，文字里有逗号时加引号")
# PyYAML's words (of both of its parsers) → what an official can act upon.
_SYNTAX = (
    (
        "cannot start any token",
        say("这里有 YAML 不允许的字符"),
        say("缩进只用空格，不用制表符；以 @、`、% 开头的文字加引号"),
    ),
    ("mapping values are not allowed", say("这里不该再有冒号"), say("检查上一行的缩进；文字里有“: ”时加引号")),
    (
        "found a tab character",
        say("缩进用了制表符"),
        say("缩进只用空格"),
    ),
    ("could not find expected ':'", say("这一行缺少冒号"), say("冒号用半角，后面空一格；长文字加引号或用 | 换行")),
    ("found unexpected end of stream", say("引号没有结束"), say("检查引号是否成对")),
    ("control characters are not allowed", say("文件里有控制字符"), say("删去看不见的字符后重新保存")),
    ("special characters are not allowed", say("文件里有控制字符"), say("删去看不见的字符后重新保存")),
    (
        "expected ',' or",
        say("括号没有配对"),
        _BRACKETS,
    ),
    ("expected key", say("这一行的缩进与上文不符"), say("同一层的各行左边对齐，只用空格")),
    ("expected <block end>", say("这一行的缩进与上文不符"), say("同一层的各行左边对齐，只用空格")),
    ("expected '-' indicator", say("列表里这一行的缩进与上文不符"), say("列表的每一项以“- ”开头，左边对齐")),
    ("undefined alias", say("不能用 * 引用别处的内容"), say("文字以 * 开头时加引号")),
    ("while scanning an alias", say("不能用 * 引用别处的内容"), say("文字以 * 开头时加引号")),
    ("while scanning an anchor", say("不能用 & 给内容取别名"), say("文字以 & 开头时加引号")),
)


class _Found(NamedTuple):
    """A mistake that the text shows more plainly than the parser does; line and column from 1."""

    line: int
    column: int
    message: Phrase
    hint: Phrase


def wide_indents(decoded: str) -> frozenset[int]:
    """The lines, from 1, that begin with full-width blanks and then look like a key or an item of a list."""
    if "\u3000" not in decoded:
        return frozenset()
    return frozenset(number for number, line in enumerate(decoded.split("\n"), 1) if re.match(_WIDE, line))


def explained(file: str, decoded: str, error: yaml.YAMLError) -> Problem:
    """The Problem behind a syntax error of `decoded`: where the text shows the mistake, else where YAML gave up."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else _offset(decoded, getattr(error, "position", 0))
    if found := next(_seen(decoded.split("\n")[:line]), None):
        return problem(Code.SYNTAX, found.message, found.hint, Place(file, found.line, found.column))
    said = " ".join(str(part) for part in (getattr(error, "problem", None), getattr(error, "context", None)) if part)
    opened = getattr(error, "context_mark", None)
    if opened and opened.line + 1 < line and "while parsing a flow" in said:
        message = say("第{line}行第{column}列的括号没有配对", line=opened.line + 1, column=opened.column + 1)
        return problem(Code.SYNTAX, message, _BRACKETS, Place(file, line, column))
    message, hint = _explained(said or str(getattr(error, "reason", error)).split("\n", 1)[0])
    return problem(Code.SYNTAX, message, hint, Place(file, line, column))


def _seen(lines: list[str]) -> Iterator[_Found]:
    """Likely mistakes up to the line where YAML gave up: near it first, then a quotation mark left open before."""
    last = len(lines)
    for number in range(last, max(last - 2, 0), -1):
        line = lines[number - 1]
        if found := re.match(_KEY, line):
            yield _Found(number, found.start(2) + 1, say("“{key}”后面的冒号不对", key=found[1]), COLON_HINT)
        if found := re.search(_AFTER_QUOTE, line):
            hint = say("把整段文字放在一对引号里；文字里有引号时，外面用另一种引号")
            yield _Found(number, found.end(), say("引号后面还有文字"), hint)
        yield from _wide(number, line)
    for number, line in enumerate(lines, 1):
        if column := _left_open(line):
            hint = say("在这段文字后面补上引号；文字里有引号时，外面用另一种引号")
            yield _Found(number, column, say("从这里开始的引号没有结束"), hint)


def _wide(number: int, line: str) -> Iterator[_Found]:
    """Full-width signs in the place of those that YAML knows."""
    if re.match(_WIDE, line):
        yield _Found(number, 1, WIDE_INDENT, WIDE_INDENT_HINT)
    if found := re.search(_BRACE, line):
        brace = found[1] or found[2]
        hint = say("大括号要用半角") if brace in "｛｝" else say("方括号要用半角")
        yield _Found(number, found.start(found.lastindex or 0) + 1, say("这里的“{mark}”是全角的", mark=brace), hint)
    if (found := re.search(_COMMA, line)) and not {"{", "["}.isdisjoint(line[: found.start()]):
        yield _Found(number, found.start() + 1, say("这里的“{mark}”是全角的", mark="，"), COMMA_HINT)


def _left_open(line: str) -> int | None:
    """The column of a quotation mark that begins a value and has no partner on its line.

    A text in quotes may run over lines in YAML; where the file cannot be read, one that does is the likely cause.
    """
    at, comment, quoted = 0, re.search(_COMMENT, line), re.compile(_QUOTED)
    while found := quoted.search(line, at):
        opened = found.start(1)
        if comment is not None and comment.end() <= opened:
            return None
        closed = line.find(found[1], opened + 1)
        if closed < 0:
            return opened + 1
        at = closed + 1
    return None


def _explained(said: str) -> tuple[Phrase, Phrase]:
    for words, message, hint in _SYNTAX:
        if words in said:
            return message, hint
    return say("不合 YAML 的写法（{said}）", said=said[:200]), say("检查这一行和上一行的缩进、引号、括号和冒号")


def _offset(decoded: str, position: object) -> tuple[int, int]:
    """The line and column of a position of libyaml, which counts bytes."""
    before = decoded.encode()[: position if isinstance(position, int) else 0].decode(errors="ignore")
    return before.count("\n") + 1, len(before) - before.rfind("\n")
