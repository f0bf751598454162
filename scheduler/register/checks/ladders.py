"""Are the rungs of the ladders in order? Offsets, clocks, names of steps. It asks for no person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from scheduler.register.checks.references import unknown
from scheduler.register.draft import Draft, Finding
from scheduler.register.ladders import built_in
from scheduler.register.mistakes import Code
from scheduler.register.model import Ladder
from scheduler.register.tree import Path
from scheduler.register.values import Duration, LadderClock, Unit
from scheduler.words import say

_HOURS = {Unit.HOUR: 1, Unit.DAY: 24, Unit.WORKDAY: 34, Unit.WEEK: 168, Unit.MONTH: 730, Unit.YEAR: 8760}

_MOST = 50  # of one kind; more would be a slip, and each is a mail


def check_ladders(draft: Draft) -> Iterator[Finding]:
    """Every ladder of the table, and the names by which rows call them."""
    for name, ladder in draft.ladders.items():
        base: Path = ("ladders", name)
        yield from _many(ladder, base)
        yield from _rungs(ladder, base)
        yield from _order(ladder, base)
        yield from _clock(ladder, base)
    known = {*built_in(), *draft.declared["ladders"]}
    for number, row in draft.obligations.items():
        if row.ladder:
            yield from unknown(Code.UNKNOWN_LADDER, row.ladder, known, ("obligations", number, "ladder"))


def length(duration: Duration) -> int:
    """A length in hours, good enough to compare two: a working day counts as 34, five of them as a week."""
    return duration.n * _HOURS[duration.unit]


def _many(ladder: Ladder, base: Path) -> Iterator[Finding]:
    for key, steps in (("remind", ladder.remind), ("chase", ladder.chase), ("escalate", ladder.escalate)):
        if len(steps) > _MOST:
            message = say("{key} 有{n}次，最多{most}次", key=key, n=len(steps), most=_MOST)
            yield Finding(Code.BAD_LADDER, message, say("一再催办用 every，例如 every 5wd"), (*base, key, _MOST))


def _rungs(ladder: Ladder, base: Path) -> Iterator[Finding]:
    seen: set[tuple[str, str, str]] = set()
    for place, rung in enumerate(ladder.escalate):
        path = (*base, "escalate", place)
        if (rung.before is None) == (rung.after is None):
            hint = say("写 before（期限前）或 after（期限后）之一，例如 {after: 3wd, to: deputy}")
            yield Finding(Code.BAD_LADDER, say("督办的一级要写 before 或 after，不能都写"), hint, path)
            continue
        when = ("before", str(rung.before)) if rung.before else ("after", str(rung.after))
        step = (*when, str(rung.to))
        if step in seen:
            hint = say("错开几天，或改用另一个 to")
            yield Finding(Code.BAD_LADDER, say("两级督办在同一时候送同一人"), hint, path)
        seen.add(step)
    if ladder.chase_every and ladder.chase_every.n == 0:
        message = say("every 后面不能是零")
        yield Finding(Code.BAD_LADDER, message, say("例如 every 5wd"), (*base, "chase", len(ladder.chase)))


def _order(ladder: Ladder, base: Path) -> Iterator[Finding]:
    yield from _sorted("remind", ladder.remind, base, sign=-1)
    yield from _sorted("chase", ladder.chase, base, sign=1)


def _sorted(key: str, offsets: Sequence[Duration], base: Path, sign: int) -> Iterator[Finding]:
    for place, (first, second) in enumerate(pairwise(offsets), start=1):
        if sign * length(first) >= sign * length(second):
            hint = say("remind 从早到晚（20wd, 5wd, 1wd），chase 从先到后（1wd, 3wd, 5wd）")
            yield Finding(Code.LADDER_ORDER, say("{key} 的次序颠倒或重复", key=key), hint, (*base, key, place))


def _clock(ladder: Ladder, base: Path) -> Iterator[Finding]:
    if ladder.clock is LadderClock.ANY:
        return
    for key, offsets in (("remind", ladder.remind), ("chase", ladder.chase)):
        for place, offset in enumerate(offsets):
            if offset.unit is Unit.HOUR:
                yield _hours((*base, key, place))
    for place, rung in enumerate(ladder.escalate):
        offset_or_none = rung.before or rung.after
        if offset_or_none and offset_or_none.unit is Unit.HOUR:
            yield _hours((*base, "escalate", place))


def _hours(path: Path) -> Finding:
    message = say("按小时的提醒要昼夜发出")
    return Finding(Code.BAD_LADDER, message, say("给这个提醒办法写 clock: any，或改用 wd"), path)
