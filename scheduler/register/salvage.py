"""A row with mistakes → the same row without them, so that the rest of it can still be checked. It reports nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import TypeVar

from scheduler.register.parts import UnfitError, fit
from scheduler.register.rows import Row
from scheduler.register.tree import Path, Plain
from scheduler.register.values import UntrackedBy

R = TypeVar("R", bound=Row)

# What stands in for a required key that is wrong; chosen so that no check finds fault with it.
_STAND_INS: Mapping[str, Plain] = {
    "id": "未知",
    "title": "…",
    "name": "…",
    "owed_by": {"unit": "未知"},
    "share": "100%",
    "at_least": "999",
    "within": "1wd",
    "lead": "1wd",
    "up_to": "1wd",
}
_OUTERMOST: Mapping[str, Plain] = {**_STAND_INS, "by": UntrackedBy.PAST.value}


def salvage(model: type[R], raw: Plain, wrong: Iterable[Path]) -> tuple[R | None, frozenset[Path]]:
    """What is left of a row without what is wrong in it, and the paths at which nothing more should be said.

    First only the wrong keys themselves are put aside, then, if that makes no row, the outermost keys they stand in.
    """
    paths = list(wrong)
    outermost = frozenset(path[:1] for path in paths)
    for mended, doubtful in ((_without(raw, paths), frozenset(paths)), (_without(raw, outermost), outermost)):
        try:
            return fit(model, mended), doubtful
        except UnfitError:
            continue
    return None, outermost


def _without(raw: Plain, paths: Iterable[Path]) -> Plain:
    mended = deepcopy(raw)
    for path in paths:
        _put_aside(mended, path)
    return mended


def _put_aside(raw: Plain, path: Path) -> None:
    """Take the last key of a path away, or put its stand-in there; steps that the row does not have are passed over."""
    holder: dict[str, Plain] | None = None
    key = ""
    part = raw
    for step in path:
        if isinstance(part, dict) and isinstance(step, str):
            holder, key = part, step
            part = part.get(step, "")
        elif isinstance(part, list) and isinstance(step, int) and step < len(part):
            part = part[step]
    if holder is None:
        return
    holder.pop(key, None)
    if (stand_in := (_OUTERMOST if len(path) == 1 else _STAND_INS).get(key)) is not None:
        holder[key] = stand_in
