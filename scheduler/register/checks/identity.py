"""Are names unique? Ids, former ids, references to the source documents. It looks at no schedule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scheduler.register.checks.references import cycles, ring, unknown
from scheduler.register.draft import Draft, Finding
from scheduler.register.mistakes import Code
from scheduler.register.tree import Path, entries, items, text
from scheduler.register.values import UNASSIGNED
from scheduler.words import say

# Ids of one group stand in the same spot of a task id or of a rule, and so must differ from each other.
_GROUPS = (("units", "people"), ("obligations", "events"), ("records",))


def check_identity(draft: Draft) -> Iterator[Finding]:
    """Duplicate and reserved ids, former ids that clash, successors, references told twice."""
    for group in _GROUPS:
        yield from _duplicates(draft, group)
    yield from _former(draft)
    yield from _successors(draft)
    yield from _references(draft)


def _duplicates(draft: Draft, group: Sequence[str]) -> Iterator[Finding]:
    seen: dict[str, Path] = {}
    for section in group:
        for number, row in enumerate(items(entries(draft.root).get(section))):
            said = (text(entries(row).get("id")) or "").strip()
            path: Path = (section, number, "id")
            if said == UNASSIGNED and section in ("units", "people"):
                hint = say("请换一个编号")
                yield Finding(Code.RESERVED_ID, say("编号“{id}”留给尚未分办的任务", id=said), hint, path)
            elif said in seen:
                message = say("编号“{id}”用了两次，第一次在 {first}", id=said, first=str(draft.place(seen[said])))
                yield Finding(Code.DUPLICATE_ID, message, say("请换一个编号"), path)
            elif said:
                seen[said] = path


def _former(draft: Draft) -> Iterator[Finding]:
    owners: dict[str, str] = {}
    for number, row in draft.obligations.items():
        for place, former in enumerate(row.formerly):
            path: Path = ("obligations", number, "formerly", place)
            if former in draft.declared["obligations"]:
                message = say("“{id}”仍是现有事项的编号", id=former)
                yield Finding(Code.FORMERLY_CLASH, message, say("formerly 只写已经不用的编号"), path)
            elif former in owners:
                message = say("“{id}”已是 {owner} 的旧编号", id=former, owner=owners[former])
                yield Finding(Code.FORMERLY_CLASH, message, say("一个旧编号的办理记录只能归一个事项"), path)
            owners.setdefault(former, row.id)


def _successors(draft: Draft) -> Iterator[Finding]:
    numbers = {row.id: number for number, row in draft.obligations.items()}
    edges = {row.id: row.superseded_by for row in draft.obligations.values() if row.superseded_by}
    for number, row in draft.obligations.items():
        if row.superseded_by:
            path: Path = ("obligations", number, "superseded_by")
            yield from unknown(Code.UNKNOWN_OBLIGATION, row.superseded_by, draft.declared["obligations"], path)
    for found in cycles(edges):
        message = say("事项互相取代：{ring}", ring=ring(found))
        hint = say("只在被取代的事项上写 superseded_by")
        yield Finding(Code.OBLIGATION_CYCLE, message, hint, ("obligations", numbers[found[0]], "superseded_by"))


def _references(draft: Draft) -> Iterator[Finding]:
    tracked = {ref: row.id for row in draft.obligations.values() for ref in row.refs}
    seen: set[str] = set()
    for number, row in draft.not_tracked.items():
        for place, ref in enumerate(row.refs):
            path: Path = ("not_tracked", number, "refs", place)
            if ref in tracked:
                message = say("{ref} 既列入提醒（{id}）又列入 not_tracked", ref=ref, id=tracked[ref])
                yield Finding(Code.REF_TWICE, message, say("请从一处删去"), path)
            elif ref in seen:
                yield Finding(Code.REF_TWICE, say("{ref} 在 not_tracked 里列了两次", ref=ref), say("请删去一处"), path)
            seen.add(ref)
