"""One task in a line of at most 80 characters, to be pasted into a chat by hand. It sends nothing."""

from __future__ import annotations

from datetime import datetime

from scheduler.mailing.items import title_of
from scheduler.mailing.slotwords import day_of, span_of
from scheduler.mailing.wording import cn_short, cn_time
from scheduler.planning import Plan
from scheduler.planning.model import Moment, Task
from scheduler.planning.standing import is_overdue
from scheduler.register.values import SetBy

LONGEST = 80
_LEAST_TITLE = 16  # characters; below that the telephone is left out


def short_text(task: Task, plan: Plan, now: datetime) -> str:
    """【催办】 who, what, by when, how late it is or how much is left, whom to answer; counted as of `now`."""
    office, bearer = plan.register.office, task.bearer
    admin = f"{office.section or office.name}{plan.roster.person(office.admin).name}"
    whole, brief = (
        f"，{_limit(task, now)}，{span_of(task, plan, now)}。请回复{admin}{more}。" for more in _phone(office.phone)
    )
    head = f"【催办】{plan.roster.unit(bearer.unit).name}："
    if bearer.person is not None and plan.roster.has_person(bearer.person):
        head = f"【催办】{plan.roster.person(bearer.person).name}："
    tail = whole if LONGEST - len(head) - len(whole) >= _LEAST_TITLE else brief
    return f"{head}{_cut(title_of(task, plan), LONGEST - len(head) - len(tail))}{tail}"[:LONGEST]


def _phone(phone: str | None) -> tuple[str, str]:
    return (f"，电话{phone}" if phone else "", "")


def _limit(task: Task, now: datetime) -> str:
    """The day to work to; once that is over, the limit."""
    dates, row = task.dates, task.slot.obligation
    if not is_overdue(dates.target, now):
        return f"办理时限{_said(dates.target)}"
    return f"{'法定期限' if row.set_by is SetBy.LAW else '规定期限'}{_said(dates.due)}"


def _said(moment: Moment) -> str:
    """11月24日, of a limit in hours 11月24日10:00."""
    return cn_short(day_of(moment)) + (cn_time(moment) if isinstance(moment, datetime) else "")


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: max(room - 1, 0)]}…"
