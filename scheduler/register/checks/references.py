"""Questions that checks share: what was probably meant, where a chain bites its tail. They know no section."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from scheduler.register.draft import Finding
from scheduler.register.mistakes import Code
from scheduler.register.tree import Path
from scheduler.words import Phrase, say

_WHAT = {
    Code.UNKNOWN_UNIT: say("没有单位“{word}”"),
    Code.UNKNOWN_PERSON: say("没有人员“{word}”"),
    Code.UNKNOWN_KIND: say("没有哪个单位的类别是“{word}”"),
    Code.UNKNOWN_TAG: say("没有哪个单位有标签“{word}”"),
    Code.UNKNOWN_ROLE: say("没有人担任“{word}”"),
    Code.UNKNOWN_EVENT: say("没有事件“{word}”"),
    Code.UNKNOWN_RECORD: say("没有记录“{word}”"),
    Code.UNKNOWN_OBLIGATION: say("没有事项“{word}”"),
    Code.UNKNOWN_LADDER: say("没有提醒办法“{word}”"),
}
_WHERE = {
    Code.UNKNOWN_UNIT: say("请在 units 里加上这个单位，或改正编号"),
    Code.UNKNOWN_PERSON: say("请在 people 里加上这个人，或改正编号"),
    Code.UNKNOWN_KIND: say("请核对 units 里各单位的 kind"),
    Code.UNKNOWN_TAG: say("请核对 units 里各单位的 tags"),
    Code.UNKNOWN_ROLE: say("请在 units 的 people 里写明谁担任，或改正角色名"),
    Code.UNKNOWN_EVENT: say("请在 events 里加上这个事件，或改正编号"),
    Code.UNKNOWN_RECORD: say("请在 records 里加上这种记录，或改正编号"),
    Code.UNKNOWN_OBLIGATION: say("请改正事项编号"),
    Code.UNKNOWN_LADDER: say("请在 ladders 里写出来，或用 standard、statutory、hours"),
}


def unknown(code: Code, word: str, known: Collection[str], path: Path) -> Iterator[Finding]:
    """A reference to nothing, with what was probably meant; no finding where `word` is known."""
    if word in known:
        return
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    hint = say("是不是 {key}？", key=close[0]) if close else _WHERE[code]
    yield Finding(code, Phrase(_WHAT[code].template, {"word": word}), hint, path)


def cycles(edges: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """The rings of a graph in which a node points to one other at most; each ring once, from its first node."""
    done: set[str] = set()
    for start in edges:
        walk: dict[str, None] = {}
        node: str | None = start
        while node is not None and node not in done and node not in walk:
            walk[node] = None
            node = edges.get(node)
        if node is not None and node in walk:
            ring = list(walk)
            yield tuple(ring[ring.index(node) :])
        done.update(walk)


def ring(nodes: tuple[str, ...]) -> str:
    """A ring in words: a → b → a."""
    return " → ".join((*nodes, nodes[0]))
