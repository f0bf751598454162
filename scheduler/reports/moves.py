"""Deadlines that moved, and the days that moved them, in words and as JSON. It compares nothing."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from itertools import groupby

from scheduler.planning.moves import Move
from scheduler.planning.spoken import when
from scheduler.reports.shapes import days, together
from scheduler.words import Lang, Phrase, say
from scheduler.workdays import Day
from scheduler.workdays.explain import dated
from scheduler.workdays.spoken import name_said, source_said


def data(move: Move, lang: Lang) -> dict[str, object]:
    """A moved task as JSON; `open` says whether its owner is told, `reason` is for a reader."""
    return {
        "task": move.task.id,
        "old": {**days(move.before), "provisional": move.before.provisional},
        "new": {**days(move.after), "provisional": move.after.provisional},
        "open": move.is_open,
        "reason": move.reason.text(lang),
    }


def lines(moves: Sequence[Move]) -> Iterator[Phrase]:
    """The moves in words, bearers of one row that move alike together, and how many are settled as they stood."""
    moving = [move for move in moves if move.is_dated]
    alike: dict[Hashable, list[Move]] = {}
    for move in moving:
        alike.setdefault((move.task.slot.obligation.id, move.task.slot.period, line(move).text()), []).append(move)
    for same in alike.values():
        yield say("{tasks}", tasks=together([move.task.id for move in same]))
        yield line(same[0])
    yield say("期限改变的任务{n}项，不再是暂定的{m}项", n=len(moving), m=settled(moves))
    if told := sum(move.is_open for move in moving):
        yield say("导入后逐一告知已进入办理期的{n}项的责任单位", n=told)


def settled(moves: Sequence[Move]) -> int:
    """How many are no longer provisional."""
    return sum(move.before.provisional and not move.after.provisional for move in moves)


def line(move: Move) -> Phrase:
    """How one task moves: old → new, and why."""
    old, new = (move.before.target, move.after.target)
    limits: Phrase | str = ""
    if move.before.due != move.after.due and (old, new) != (move.before.due, move.after.due):
        limits = say("，规定期限{old} → {new}", old=when(move.before.due), new=when(move.after.due))
    return say(
        "  办理时限{old} → {new}{limits}（{reason}）", old=when(old), new=when(new), limits=limits, reason=move.reason
    )


def open_lines(days: Sequence[Day]) -> Iterator[Phrase]:
    """The days that stay provisional, by what has not been published."""
    for source, group in groupby(days, key=lambda day: day.source):
        run = [day.date for day in group]
        yield say(
            "仍为暂定：{first}至{last}（{source}）",
            first=dated(run[0]), last=dated(run[-1]), source=source_said(source),
        )  # fmt: skip


def day_line(day: Day) -> Phrase:
    """A day that works or rests otherwise than before."""
    change = say("休息 → 上班") if day.works else say("上班 → 休息")
    name = say("（{name}）", name=name_said(day.name)) if day.name else ""
    return say("{day} {change}{name}", day=dated(day.date), change=change, name=name)


def day_data(day: Day) -> dict[str, object]:
    """The same as JSON."""
    return {"date": day.date.isoformat(), "works": day.works, "kind": day.kind.value, "name": day.name}
