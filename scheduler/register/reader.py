"""YAML bytes → nodes with places: every scalar is text, nothing is constructed, no alias followed, no recursion."""

from __future__ import annotations

import re

import yaml
from msgspec import Struct, field
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
)

from scheduler.problems import Place, Problem
from scheduler.register.mistakes import Code, problem
from scheduler.register.syntax import (
    COLON_HINT,
    WIDE_INDENT,
    WIDE_INDENT_HINT,
    WORD_AND_COLON,
    explained,
    wide_indents,
)
from scheduler.register.tree import Node
from scheduler.words import Phrase, say

MAX_BYTES = 4_000_000
MAX_NODES = 300_000
MAX_DEPTH = 32
MAX_PROBLEMS = 100

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NO_EXTRAS = say("请把内容直接写出来；共用的提醒办法写在 ladders 里，各事项用 ladder 引用")
_CUT = re.compile(r"(?<=\S) #(?=[^\s#])")
_ABSENT = frozenset({"", "~", "null", "Null", "NULL"})


def read(file: str, content: bytes) -> tuple[Node | None, tuple[Problem, ...]]:
    """The nodes of one YAML file and what is wrong with its form; None where nothing could be read.

    After a syntax error the first one is all that is told.
    """
    decoded = _text(file, content)
    if isinstance(decoded, Problem):
        return None, (decoded,)
    builder = _Builder(file, cut=_cut(decoded), wide=wide_indents(decoded))
    try:
        for event in iter(_Loader(decoded).get_event, None):
            builder.take(event)
    except yaml.YAMLError as error:
        builder.problems.append(explained(file, decoded, error))
        return None, tuple(builder.problems)
    except _TooMuchError:
        return None, tuple(builder.problems)
    if builder.root is None and not builder.problems:
        builder.tell(
            Code.FILE_EMPTY,
            say("文件是空的"),
            say("第一行写 version: 1，再写 office、units、people、obligations"),
            1,
            1,
        )
    return builder.root, tuple(builder.problems)


def _text(file: str, content: bytes) -> str | Problem:
    if len(content) > MAX_BYTES:
        message = say("文件超过{limit}字节", limit=MAX_BYTES)
        hint = say("请用 include 分成几个文件；单位和人员可以放在 CSV 里")
        return problem(Code.FILE_TOO_LARGE, message, hint, Place(file, 1, 1))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        hint = say("请在编辑器里把文件另存为 UTF-8 编码")
        return problem(Code.NOT_UTF8, say("这里不是 UTF-8 编码的文字"), hint, Place(file, line, column))


def _cut(decoded: str) -> frozenset[tuple[int, int]]:
    """Line and column of every ` #` with no space behind it: after a text it may be the text's own, cut off by YAML."""
    return frozenset(
        (number, at.start() + 1)
        for number, line in enumerate(decoded.split("\n"), 1)
        if " #" in line
        for at in _CUT.finditer(line)
    )


class _TooMuchError(Exception):
    """A bound is reached; the rest of the file is not read."""


class _Open(Struct):
    """A list or mapping whose end has not come yet."""

    mapping: dict[str, Node] | None = None
    sequence: list[Node] | None = None
    key: tuple[str, int, int] | None = None  # the key that waits for its value
    skip: bool = False  # its value is not kept


class _Builder(Struct):
    """Puts nodes together from YAML's events, on a stack of its own."""

    file: str
    wide: frozenset[int] = frozenset()  # lines that look like rows, but for the full-width blanks before them
    cut: frozenset[tuple[int, int]] = frozenset()  # where a text is followed by a comment that looks like its rest
    root: Node | None = None
    stack: list[_Open] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    nodes: int = 0
    documents: int = 0

    def tell(self, code: Code, message: Phrase, hint: Phrase, line: int, column: int) -> None:
        self.problems.append(problem(code, message, hint, Place(self.file, line, column)))
        if len(self.problems) >= MAX_PROBLEMS:
            raise _TooMuchError

    def take(self, event: Event) -> None:
        """Take the next event of the file."""
        if isinstance(event, ScalarEvent):
            self._scalar(event)
        elif isinstance(event, CollectionStartEvent):
            self._open(event)
        elif isinstance(event, CollectionEndEvent):
            self.stack.pop()
        elif isinstance(event, AliasEvent):
            self._alias(event)
        elif isinstance(event, DocumentStartEvent):
            self._document(event)

    def _scalar(self, event: ScalarEvent) -> None:
        line, column = _mark(event)
        if event.anchor is not None or event.tag is not None:
            self._refuse_extras(event, line, column)
        if self.wide and not event.style:
            self._indented(event, line)
        said = event.value
        top = self.stack[-1] if self.stack else None
        if top is not None and top.mapping is not None and top.key is None:
            self._key(top, event, line, column)
        elif not said or (said in _ABSENT and not event.style):
            if top is not None and top.key is not None:
                self._split(top, *top.key)
            self._place(None, line, column)
        else:
            if self.cut and not event.style and event.end_mark:
                self._comment(event.end_mark.line + 1, event.end_mark.column + 1)
            self._place(said, line, column)

    def _indented(self, event: ScalarEvent, first: int) -> None:
        """A full-width blank is a letter to YAML: the line belongs to the text above, or its key begins with it."""
        last = event.end_mark.line + 1 if event.end_mark else first
        for line in sorted(self.wide.intersection(range(first, last + 1))):
            self.tell(Code.SYNTAX, WIDE_INDENT, WIDE_INDENT_HINT, line, 1)
            raise _TooMuchError

    def _comment(self, line: int, column: int) -> None:
        if (line, column) in self.cut:
            hint = say("“#”是文字的一部分时，把整段文字加引号；是注释时，“#”后面空一格")
            self.tell(Code.COMMENT_CUT, say("“#”后面的文字不算内容"), hint, line, column + 1)

    def _split(self, top: _Open, key: str, line: int, column: int) -> None:
        """`{kind:county}` and `{kind：county}` are one long key to YAML: say so, and go on with what was meant."""
        if (found := re.fullmatch(WORD_AND_COLON, key)) and not top.skip:
            name, colon, said = found.groups()
            where = column + len(name)
            self.tell(Code.COLON, say("“{key}”不能分成项和值", key=key[:60]), COLON_HINT, line, where)
            top.key = (name, line, column)
            self._place(said, line, where + len(colon))

    def _open(self, event: CollectionStartEvent) -> None:
        line, column = _mark(event)
        self._refuse_extras(event, line, column)
        self._refuse_key(line, column)
        if len(self.stack) >= MAX_DEPTH:
            message = say("嵌套超过{limit}层", limit=MAX_DEPTH)
            self.tell(Code.TOO_DEEP, message, say("请检查括号是否配对、缩进是否正确"), line, column)
            raise _TooMuchError
        flow = bool(event.flow_style)
        if isinstance(event, MappingStartEvent):
            mapping: dict[str, Node] = {}
            self._place(mapping, line, column, flow=flow)
            self.stack.append(_Open(mapping=mapping))
        else:
            sequence: list[Node] = []
            self._place(sequence, line, column, flow=flow)
            self.stack.append(_Open(sequence=sequence))

    def _alias(self, event: AliasEvent) -> None:
        line, column = _mark(event)
        self.tell(Code.YAML_ALIAS, say("不能用 *{name} 引用别处的内容", name=event.anchor), _NO_EXTRAS, line, column)
        self._refuse_key(line, column)
        self._place(None, line, column)

    def _document(self, event: DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            line, column = _mark(event)
            hint = say("删去 --- 这一行；要分文件请用 include")
            self.tell(Code.YAML_DOCUMENTS, say("一个文件只能有一个 YAML 文档"), hint, line, column)
            raise _TooMuchError

    def _refuse_extras(self, event: ScalarEvent | CollectionStartEvent, line: int, column: int) -> None:
        if event.anchor is not None:
            self.tell(Code.YAML_ALIAS, say("不能用 &{name} 给内容取别名", name=event.anchor), _NO_EXTRAS, line, column)
        if event.tag is not None:
            self.tell(Code.YAML_TAG, say("不能用标签 {tag}", tag=event.tag), _NO_EXTRAS, line, column)

    def _key(self, top: _Open, event: ScalarEvent, line: int, column: int) -> None:
        name, mapping = event.value, top.mapping or {}
        top.key = (name, line, column)
        if name == "<<" and not event.style:
            self.tell(Code.YAML_MERGE, say("不能用 << 合并别处的内容"), _NO_EXTRAS, line, column)
            top.skip = True
        elif first := mapping.get(name):
            message = say(
                "“{key}”写了两次，第一次在第{line}行第{column}列",
                key=name[:60],
                line=first.key_line,
                column=first.key_column,
            )
            self.tell(Code.DUPLICATE_KEY, message, say("只保留一处；同一项有几个值时写成列表 [甲, 乙]"), line, column)
            top.skip = True

    def _refuse_key(self, line: int, column: int) -> None:
        top = self.stack[-1] if self.stack else None
        if top is not None and top.mapping is not None and top.key is None:
            hint = say("检查大括号、方括号和问号；文字里有这些符号时加引号")
            self.tell(Code.YAML_KEY, say("冒号前面应是一个词"), hint, line, column)
            raise _TooMuchError

    def _place(
        self, value: str | list[Node] | dict[str, Node] | None, line: int, column: int, *, flow: bool = False
    ) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            message = say("文件的内容超过{limit}项", limit=MAX_NODES)
            self.tell(Code.FILE_TOO_LARGE, message, say("请把单位和人员移到 CSV 文件里"), line, column)
            raise _TooMuchError
        if not self.stack:
            self.root = Node(value, self.file, line, column, 0, 0, flow)
            return
        top = self.stack[-1]
        if top.sequence is not None:
            if value is not None:
                top.sequence.append(Node(value, self.file, line, column, 0, 0, flow))
        elif top.mapping is not None and top.key is not None:
            name, key_line, key_column = top.key
            if not top.skip:
                top.mapping[name] = Node(value, self.file, line, column, key_line, key_column, flow)
            top.key, top.skip = None, False


def _mark(event: Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
