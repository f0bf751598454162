"""Two registers → what an edit added, removed and changed, in words for the journal. It knows nothing of deadlines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from msgspec import Struct

from scheduler.register.model import Register
from scheduler.register.rows import Row
from scheduler.words import Phrase, say


class ChangeKind(StrEnum):
    """What happened to a row."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    CHANGED = "changed"


class Change(Struct, frozen=True):
    """One row that differs. `fields` are the keys that changed; `former` is the old id of a renamed row."""

    kind: ChangeKind
    section: str
    id: str
    fields: tuple[str, ...] = ()
    former: str | None = None

    def phrase(self) -> Phrase:
        """The change in one sentence."""
        what = _SECTIONS[self.section]
        match self.kind:
            case ChangeKind.ADDED:
                return say("新增{what}{id}", what=what, id=self.id)
            case ChangeKind.REMOVED:
                return say("删去{what}{id}", what=what, id=self.id)
            case ChangeKind.RENAMED:
                return say("{what}{former}改编号为{id}", what=what, former=self.former, id=self.id)
            case ChangeKind.CHANGED:
                return say("修改{what}{id}：{fields}", what=what, id=self.id, fields=tuple(self.fields))


_SECTIONS: Mapping[str, Phrase] = {
    "office": say("本单位"),
    "units": say("单位"),
    "people": say("人员"),
    "events": say("事件"),
    "records": say("记录"),
    "ladders": say("提醒办法"),
    "obligations": say("事项"),
    "calendar": say("放假安排"),
    "duty": say("值班安排"),
}


def diff(old: Register, new: Register) -> tuple[Change, ...]:
    """The rows in which two registers differ, section by section, in the order of the new table and then of the old."""
    return tuple(
        change
        for section in _SECTIONS
        for change in _section(section, _rows(old, section), _rows(new, section), _renames(old, new, section))
    )


def _rows(register: Register, section: str) -> Mapping[str, Row]:
    if section in ("office", "calendar"):
        return {section: getattr(register, section)}
    if section == "ladders":
        return register.ladders
    if section == "duty":
        return {row.date.isoformat(): row for row in register.duty}
    return {row.id: row for row in getattr(register, section)}


def _renames(old: Register, new: Register, section: str) -> Mapping[str, str]:
    """New id → old id, for obligations that say `formerly` something that has gone."""
    if section != "obligations":
        return {}
    gone = {row.id for row in old.obligations} - {row.id for row in new.obligations}
    return {row.id: former for row in new.obligations for former in row.formerly if former in gone}


def _section(
    section: str, old: Mapping[str, Row], new: Mapping[str, Row], renames: Mapping[str, str]
) -> Iterator[Change]:
    for row_id, row in new.items():
        former = renames.get(row_id)
        if former and row_id not in old:
            yield Change(ChangeKind.RENAMED, section, row_id, former=former)
        before = old.get(former or row_id)
        if before is None:
            yield Change(ChangeKind.ADDED, section, row_id)
        elif fields := _changed(before, row):
            yield Change(ChangeKind.CHANGED, section, row_id, fields)
    for row_id in old:
        if row_id not in new and row_id not in renames.values():
            yield Change(ChangeKind.REMOVED, section, row_id)


def _changed(before: Row, after: Row) -> tuple[str, ...]:
    """The keys, as the file spells them, whose values differ; a new id and its `formerly` are told as a renaming."""
    if before == after:
        return ()
    return tuple(
        dict.fromkeys(
            "chase" if name == "chase_every" else name.removesuffix("_")
            for name in after.__struct_fields__
            if name not in ("id", "formerly") and getattr(before, name) != getattr(after, name)
        )
    )
