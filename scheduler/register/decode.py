"""The tree of a table → rows of the model, mistakes with their places. It keeps a row without its bad keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from msgspec import Struct, field

from scheduler.problems import Problem
from scheduler.register.complaints import explain, unknown_key
from scheduler.register.draft import Draft
from scheduler.register.mistakes import Code, UnreadableError, problem
from scheduler.register.model import (
    ClosureDays,
    DutyDay,
    Event,
    Ladder,
    Obligation,
    Office,
    OfficeUnit,
    Person,
    RecordKind,
    Row,
    SummaryRow,
    Untracked,
)
from scheduler.register.parts import UnfitError, fit, known_keys
from scheduler.register.salvage import salvage
from scheduler.register.scalars import identifier
from scheduler.register.sections import LISTS, SECTIONS
from scheduler.register.tree import Node, Path, entries, follow, items, plain, text, valueless
from scheduler.words import say

R = TypeVar("R", bound=Row)

MAX_PROBLEMS = 1000
_SCHEDULES = ("due", "quota", "coverage", "measure", "review")


class _Decoder(Struct):
    """One walk over the sections; gathers problems and the paths that they stand at."""

    root: Node
    problems: list[Problem] = field(default_factory=list)
    doubtful: set[Path] = field(default_factory=set)

    def one(self, model: type[R], path: Path, node: Node) -> R | None:
        """The row at `path`, without the keys that are wrong; None where nothing useful is left."""
        raw = plain(node)
        if raw is None:
            return None
        for absent in valueless(node):
            known = known_keys(model, absent[:-1])
            if known and absent[-1] not in known:
                self.problems.append(unknown_key(follow(node, absent[:-1]), str(absent[-1]), known))
        try:
            return fit(model, raw)
        except UnfitError as error:
            faults = error.faults
        room = MAX_PROBLEMS - len(self.problems)
        self.problems += [explain(node, fault) for fault in faults[: max(room, 0)]]
        row, doubtful = salvage(model, raw, [fault.path for fault in faults])
        self.doubtful |= {(*path, *rest) for rest in doubtful}
        return row

    def rows(self, model: type[R], section: str) -> Mapping[int, R]:
        """The rows of a list section by their number in it."""
        node = entries(self.root).get(section)
        if node is None or node.value is None:
            return {}
        if not isinstance(node.value, list):
            self.problems.append(_no_list(section, node))
            return {}
        found = ((i, self.one(model, (section, i), child)) for i, child in enumerate(node.value))
        return {i: row for i, row in found if row is not None}

    def ladders(self) -> Mapping[str, Ladder]:
        """The table's own ladders by name."""
        found: dict[str, Ladder] = {}
        for name, node in entries(entries(self.root).get("ladders")).items():
            try:
                identifier(name)
            except UnreadableError as error:
                self.problems.append(problem(error.code, error.message, error.hint, node.key_place))
                continue
            ladder = self.one(Ladder, ("ladders", name), node)
            if ladder is not None:
                found[name] = ladder
        return found


def _no_list(section: str, node: Node) -> Problem:
    hint = say("每一项另起一行，以“- ”开头，例如 - {id: …}")
    return problem(Code.BAD_VALUE, say("{section} 应是一个列表", section=section), hint, node.place)


def decode(root: Node) -> tuple[Draft, tuple[Problem, ...]]:
    """The draft of a table, and every mistake in the form of its rows."""
    decoder = _Decoder(root)
    decoder.problems += _sections(root)
    decoder.problems += _schedules(root)
    draft = Draft(
        root=root,
        office=decoder.one(Office, ("office",), entries(root)["office"]) if "office" in entries(root) else None,
        units=decoder.rows(OfficeUnit, "units"),
        people=decoder.rows(Person, "people"),
        events=decoder.rows(Event, "events"),
        records=decoder.rows(RecordKind, "records"),
        ladders=decoder.ladders(),
        obligations=decoder.rows(Obligation, "obligations"),
        not_tracked=decoder.rows(Untracked, "not_tracked"),
        summaries=decoder.rows(SummaryRow, "summaries"),
        duty=decoder.rows(DutyDay, "duty"),
        calendar=_calendar(decoder, root),
        declared={
            **{section: _declared(root, section) for section in LISTS},
            "ladders": frozenset(entries(entries(root).get("ladders"))),
        },
        doubtful=frozenset(decoder.doubtful),
    )
    return draft, tuple(decoder.problems)


def _calendar(decoder: _Decoder, root: Node) -> ClosureDays:
    node = entries(root).get("calendar")
    return (decoder.one(ClosureDays, ("calendar",), node) if node else None) or ClosureDays()


def _declared(root: Node, section: str) -> frozenset[str]:
    ids = (text(entries(row).get("id")) for row in items(entries(root).get(section)))
    return frozenset(said.strip() for said in ids if said)


def _sections(root: Node) -> list[Problem]:
    """Mistakes in the outermost keys."""
    if not isinstance(root.value, dict):
        hint = say("第一行写 version: 1，再写 office、units、people、obligations 各部分")
        return [problem(Code.BAD_VALUE, say("这不是一张台账"), hint, root.place)]
    problems = [unknown_key(root, key, SECTIONS) for key in root.value if key not in SECTIONS]
    version = root.value.get("version")
    if version is None or version.value is None:
        problems.append(problem(Code.MISSING_KEY, say("缺少 version"), say("在文件开头写 version: 1"), root.place))
    elif version.value != "1":
        problems.append(problem(Code.VERSION, say("不认识的台账版本"), say("请写 version: 1"), version.place))
    for key in ("office", "units", "people", "obligations"):
        node = root.value.get(key)
        if node is None or node.value is None:
            place = node.key_place if node else root.place
            problems.append(problem(Code.MISSING_KEY, say("缺少 {key}", key=key), _SECTION_HINTS[key], place))
    ladders = root.value.get("ladders")
    if ladders is not None and not isinstance(ladders.value, dict | None):
        hint = say("ladders 下写名称，例如 standard: {remind: [5wd, 1wd]}")
        problems.append(problem(Code.BAD_VALUE, say("ladders 应按名称分项"), hint, ladders.place))
    return problems


_SECTION_HINTS = {
    "office": say("写出本单位：office: {name: …, unit: 单位编号, admin: 管理员编号}"),
    "units": say("列出各责任单位：units: [{id: …, name: …}]"),
    "people": say("列出人员：people: [{id: …, name: …, email: …}]，或用 include 引入 CSV"),
    "obligations": say("列出事项：obligations: [{id: …, title: …, owed_by: …, due: …}]"),
}


def _schedules(root: Node) -> list[Problem]:
    """Rows without a schedule, or with two."""
    problems: list[Problem] = []
    for row in items(entries(root).get("obligations")):
        if not isinstance(row.value, dict):
            continue
        found = [key for key in _SCHEDULES if key in row.value and row.value[key].value is not None]
        if not found:
            hint = say("写 due（时限）、quota（次数）、coverage（覆盖面）、measure（指标）或 review（定期检视）之一")
            problems.append(problem(Code.SCHEDULE_MISSING, say("事项没有写时限"), hint, row.place))
        elif len(found) > 1:
            message = say("同时写了 {keys}，一个事项只能有一种时限", keys=tuple(found))
            hint = say("只保留一种，另一种写成另一个事项")
            problems.append(problem(Code.SCHEDULE_TWO, message, hint, follow(row, (found[1],)).key_place))
    return problems
