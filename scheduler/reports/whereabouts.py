"""去向: for every row of the source documents, what reminds of it or what else covers it. It judges no row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from scheduler.register import Obligation, Register
from scheduler.register.model import Once
from scheduler.register.values import UntrackedBy
from scheduler.reports.text import aligned
from scheduler.words import Lang, Phrase, say

COVERED = {
    UntrackedBy.PAPERWORK: say("办文流程"),
    UntrackedBy.DAILY: say("日常工作"),
    UntrackedBy.DUTY: say("值班与舆情"),
    UntrackedBy.SYSTEM: say("业务系统"),
    UntrackedBy.OTHER_UNIT: say("其他单位"),
    UntrackedBy.PAST: say("已到期"),
}


class Whereabouts(Struct, frozen=True):
    """One row of a document: the obligations that remind of it, or what covers it."""

    ref: str
    title: str
    obligations: tuple[str, ...]
    by: UntrackedBy | None
    past: bool = False  # the days of all its obligations lie before the office's start

    @property
    def tracked(self) -> bool:
        """Whether it is reminded automatically (or was, where it is past)."""
        return bool(self.obligations)


def whereabouts(register: Register) -> tuple[Whereabouts, ...]:
    """Every ref that the table mentions, once, in order; one that is both tracked and not tracked counts as tracked."""
    rows: dict[str, list[Obligation]] = {}
    for obligation in register.obligations:
        for ref in obligation.refs:
            rows.setdefault(ref, []).append(obligation)
    found = {
        ref: Whereabouts(ref, held[0].title, tuple(o.id for o in held), None, all(_past(o, register) for o in held))
        for ref, held in rows.items()
    }
    for row in register.not_tracked:
        for ref in row.refs:
            found.setdefault(ref, Whereabouts(ref, row.title, (), row.by))
    return tuple(found[ref] for ref in sorted(found, key=_natural))


def gaps(rows: tuple[Whereabouts, ...]) -> tuple[str, ...]:
    """Numbers that are missing in a run like 000-01 … 000-58, below the highest one mentioned."""
    return tuple(_missing({row.ref for row in rows}))


def data(rows: tuple[Whereabouts, ...]) -> dict[str, object]:
    """The answer as JSON."""
    by = Counter(row.by for row in rows if row.by)
    return {
        "rows": len(rows),
        "tracked": sum(row.tracked for row in rows),
        "past": sum(row.past for row in rows),
        "not_tracked": sum(not row.tracked for row in rows),
        "by": {reason.value: by[reason] for reason in UntrackedBy if by[reason]},
        "gaps": list(gaps(rows)),
        "refs": [
            {
                "ref": row.ref,
                "title": row.title,
                "tracked": row.tracked,
                "past": row.past,
                "obligations": list(row.obligations),
                "by": row.by.value if row.by else None,
            }
            for row in rows
        ],
    }


def summary(rows: tuple[Whereabouts, ...]) -> Iterator[Phrase]:
    """The counts, in sentences."""
    tracked, past = sum(row.tracked for row in rows), sum(row.past for row in rows)
    yield say(
        "文件事项共{n}条：自动提醒{tracked}条，不列入自动提醒{rest}条。",
        n=len(rows),
        tracked=tracked,
        rest=len(rows) - tracked,
    )
    if past:
        yield say("自动提醒的{tracked}条中，{past}条在启用日期之前已到期，留作历史。", tracked=tracked, past=past)
    by = Counter(row.by for row in rows if row.by)
    if by:
        listed = tuple(
            say("{reason}{n}条", reason=COVERED[reason], n=by[reason]) for reason in UntrackedBy if by[reason]
        )
        yield say("不列入自动提醒的由以下承担：{listed}。不列入自动提醒，不等于不履行。", listed=listed)
    missing = gaps(rows)
    if missing:
        yield say("编号不连续，台账没有交代：{missing}", missing=tuple(missing))
    elif rows:
        yield say("全部有交代。")


def lines(rows: tuple[Whereabouts, ...], lang: Lang) -> list[str]:
    """A line per row of the documents, within 80 columns."""
    table = [(row.ref, COVERED[row.by].text(lang) if row.by else " ".join(row.obligations), row.title) for row in rows]
    return aligned(table, (12, 34, 28))


def _past(obligation: Obligation, register: Register) -> bool:
    start = register.office.start
    return start is not None and isinstance(obligation.schedule, Once) and obligation.schedule.by < start


def _natural(ref: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", ref) if part]


def _missing(refs: set[str]) -> Iterator[str]:
    runs: dict[str, list[str]] = {}
    for ref in refs:
        head, dash, tail = ref.rpartition("-")
        if dash and tail.isdigit():
            runs.setdefault(head, []).append(tail)
    for head, tails in sorted(runs.items()):
        width, numbers = max(map(len, tails)), {int(tail) for tail in tails}
        yield from (f"{head}-{n:0{width}}" for n in range(1, max(numbers)) if n not in numbers)
