"""How days, moments and dates look in JSON, the same in every report: ISO, moments with +08:00, null for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from scheduler.planning.index import parts
from scheduler.planning.model import Dates, Moment, NoticeKind
from scheduler.planning.spoken import when
from scheduler.words import Phrase, say

_LISTED = 3
BEIJING = ZoneInfo("Asia/Shanghai")


def iso(moment: Moment | None) -> str | None:
    """A day as 2027-01-29, a moment as 2027-01-29T10:30:00+08:00."""
    if isinstance(moment, datetime):
        return moment.astimezone(BEIJING).isoformat(timespec="seconds")
    return moment.isoformat() if moment else None


def target_said(dates: Dates) -> Phrase:
    """The target, with the mark that its day is not settled yet: 2027-01-29（暂定）."""
    mark = say("（暂定）") if dates.provisional else ""
    return say("{day}{mark}", day=when(dates.target), mark=mark)


def together(tasks: Sequence[str]) -> Phrase | str:
    """Tasks of one row and period in a line: the id of one, the first bearers of several."""
    if len(tasks) == 1:
        return tasks[0]
    row, _, period = parts(tasks[0])
    first = tuple(parts(task)[1] for task in tasks[:_LISTED])
    if len(tasks) <= _LISTED:
        return say("{row}/…/{period}（{bearers}）", row=row, period=period, bearers=first)
    return say("{row}/…/{period}（{bearers}等{n}个）", row=row, period=period, bearers=first, n=len(tasks))


def days(dates: Dates) -> dict[str, object]:
    """The dates that status and plan share."""
    return {
        "opens": iso(dates.opens),
        "printed": iso(dates.printed),
        "due": iso(dates.due),
        "target": iso(dates.target),
    }


def kind_of(step: str) -> NoticeKind:
    """What a notice is, by the name of its step, for those that the plan no longer has."""
    if step.startswith("chase"):
        return NoticeKind.CHASER
    return NoticeKind.ESCALATION if step.startswith("escalate") else NoticeKind.REMINDER
