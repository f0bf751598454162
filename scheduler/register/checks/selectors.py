"""Do the rows mean somebody? Every selector of every obligation, part by part. It counts nobody on a particular day."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import Struct

from scheduler.register.checks.references import unknown
from scheduler.register.draft import Draft, Finding
from scheduler.register.mistakes import Code
from scheduler.register.model import Before, Obligation, Selector, With, Within
from scheduler.register.roster import Roster
from scheduler.register.tree import Path
from scheduler.words import say


class _Known(Struct, frozen=True):
    units: Collection[str]
    kinds: Collection[str]
    tags: Collection[str]
    roles: Collection[str]


def check_selectors(draft: Draft, roster: Roster) -> Iterator[Finding]:
    """Unknown units, kinds, tags and roles; selectors that select nobody; `event.unit` where there is no event."""
    units = draft.units.values()
    known = _Known(
        units=draft.declared["units"],
        kinds={unit.kind for unit in units if unit.kind},
        tags={tag for unit in units for tag in unit.tags},
        roles={role for unit in units for role in roster.roles(unit.id)},
    )
    for number, row in draft.obligations.items():
        for key, selector, has_event in _selectors(draft, row):
            path: Path = ("obligations", number, *key)
            found = [*_parts(selector, known, path, has_event=has_event)]
            yield from found or _nobody(roster, selector, path)


def _selectors(draft: Draft, row: Obligation) -> Iterator[tuple[Path, Selector, bool]]:
    has_event = _hangs_on_event(draft, row)
    for key in ("owed_by", "supporting", "coordinator", "on_behalf_of"):
        if (selector := getattr(row, key)) is not None:
            yield (key,), selector, has_event
    if row.coverage:
        yield ("coverage", "roster"), row.coverage.roster, False


def _hangs_on_event(draft: Draft, row: Obligation) -> bool:
    match row.due:
        case Within() | With():
            return True
        case Before(before=before):
            return before in draft.declared["events"]
        case _:
            return row.starts is not None


def _parts(selector: Selector, known: _Known, path: Path, *, has_event: bool) -> Iterator[Finding]:
    for place, one in enumerate(selector.any_of):
        yield from _parts(one, known, (*path, place), has_event=has_event)
    if selector.event_unit and not has_event:
        message = say("event.unit 只能用在由事件引起的事项里")
        yield Finding(Code.EVENT_UNIT, message, say("请写明单位：{unit: 单位编号} 或 {kind: 类别}"), path)
    yield from _words(selector, known, path)
    for key, inner in (("of", selector.of), ("except", selector.except_)):
        if inner is not None:
            yield from _parts(inner, known, (*path, key), has_event=has_event)
    if not selector.any_of and not selector.event_unit:
        yield from _shape(selector, path)


def _words(selector: Selector, known: _Known, path: Path) -> Iterator[Finding]:
    for code, key, words, among in (
        (Code.UNKNOWN_UNIT, "unit", selector.unit, known.units),
        (Code.UNKNOWN_KIND, "kind", selector.kind, known.kinds),
        (Code.UNKNOWN_TAG, "tag", selector.tag, known.tags),
        (Code.UNKNOWN_ROLE, "role", (selector.role,) if selector.role else (), known.roles),
    ):
        for place, word in enumerate(words):
            yield from unknown(code, word, among, (*path, key, place))


def _shape(selector: Selector, path: Path) -> Iterator[Finding]:
    if selector.of and not selector.role:
        hint = say("写成 {role: 角色, of: …}，或去掉 of")
        yield Finding(Code.BAD_SELECTOR, say("of 只与 role 合用"), hint, (*path, "of"))
    elif not (selector.unit or selector.kind or selector.tag or selector.role):
        hint = say("写 unit、kind、tag 或 role 之一")
        yield Finding(Code.BAD_SELECTOR, say("没有说明是谁"), hint, path)


def _nobody(roster: Roster, selector: Selector, path: Path) -> Iterator[Finding]:
    if not roster.units(selector) and not names_event_unit(selector):
        message = say("这里一个单位、一个人也没有选到")
        hint = say("同一个大括号里的条件要同时满足；几种都要时写成列表；再核对 except")
        yield Finding(Code.SELECTS_NOBODY, message, hint, path)


def names_event_unit(selector: Selector) -> bool:
    """Whether an event decides which unit is meant."""
    inner = (*selector.any_of, *((selector.of,) if selector.of else ()))
    return selector.event_unit or any(names_event_unit(one) for one in inner)
