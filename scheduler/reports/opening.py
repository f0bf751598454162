"""What the daemon says when it starts: what is loaded, what is due soon, who gets mail next, where things are, how to stop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice

from scheduler.planning import Coming, Plan, coming, standing
from scheduler.planning.model import Slot, State
from scheduler.planning.windows import day_of
from scheduler.reports.text import aligned
from scheduler.words import Lang, Phrase, say

_SOON = timedelta(weeks=10)
_DUE_LINES, _MAIL_LINES, _NAMES = 8, 5, 4
_WEEKDAYS = (say("周一"), say("周二"), say("周三"), say("周四"), say("周五"), say("周六"), say("周日"))
_ASKED = frozenset({State.OPEN, State.NOT_OPEN, State.OVERDUE, State.REPORTED})


def opening(plan: Plan, now: datetime, *, table: str, mail: str, record: str, lang: Lang) -> Iterator[str]:
    """The lines, in the language asked for; `mail` and `record` say where they are."""
    yield from (phrase.text(lang) for phrase in _loaded(plan, table))
    yield ""
    yield say("近期到期：").text(lang)
    yield from _due(plan, now, lang)
    yield ""
    yield say("接下来发信：").text(lang)
    yield from _mails(plan, now, lang)
    yield ""
    yield say("邮件  {mail}", mail=mail).text(lang)
    yield say("记录  {record}", record=record).text(lang)
    yield say("停止  按 Ctrl-C；另开一个终端可以运行 duban status、duban plan").text(lang)


def _loaded(plan: Plan, table: str) -> Iterator[Phrase]:
    register = plan.register
    yield say("{office}", office=register.office.name)
    yield say(
        "台账  {table}：事项{rows}项，单位{units}个，人员{people}人",
        table=table,
        rows=len(register.obligations),
        units=len(register.units),
        people=len(register.people),
    )
    until = plan.calendars.of(register.office.region).announced_until
    yield say("日历  放假安排已公布，{until}以后的日期为暂定", until=until.isoformat())
    if register.office.trial:
        yield say("试运行：所有邮件只发给管理员")


def _due(plan: Plan, now: datetime, lang: Lang) -> Iterator[str]:
    """The slots that fall due soon and still have somebody who owes them, the nearest first."""
    today = now.date()
    soon = sorted(
        (slot for slot in plan.slots if today <= day_of(slot.dates.target) <= today + _SOON and not slot.dormant),
        key=lambda slot: (day_of(slot.dates.target), slot.obligation.id),
    )
    lines = [(slot, owing) for slot in soon if (owing := _owing(slot, plan, now))]
    yield from aligned([_due_line(slot, owing, lang) for slot, owing in lines[:_DUE_LINES]], gap="  ")
    if len(lines) > _DUE_LINES:
        yield say("  ……另有{n}项，见 duban plan", n=len(lines) - _DUE_LINES).text(lang)
    if not lines:
        yield say("  今后十周没有到期的任务").text(lang)


def _due_line(slot: Slot, owing: int, lang: Lang) -> list[str]:
    mark = say("（暂定）").text(lang) if slot.dates.provisional else ""
    return [
        f"  {_day(day_of(slot.dates.target), lang)}{mark}",
        slot.obligation.title,
        say("{n}个", n=owing).text(lang),
    ]


def _owing(slot: Slot, plan: Plan, now: datetime) -> int:
    return sum(standing(task, plan, now).state in _ASKED for task in plan.tasks_of(slot))


def _mails(plan: Plan, now: datetime, lang: Lang) -> Iterator[str]:
    """The next moments at which somebody gets mail, with the first few names."""
    moments: dict[datetime, dict[str, Coming]] = defaultdict(dict)
    for one in coming(plan, now, now + _SOON):
        if one.message is not None:
            moments[one.at].setdefault(one.message, one)
    for at, mails in islice(sorted(moments.items()), _MAIL_LINES):
        names = [one.recipient.name for one in mails.values()]
        more = say("等").text(lang) if len(names) > _NAMES else ""
        who = "、".join(names[:_NAMES]) + more
        yield f"  {_day(at.date(), lang)} {at:%H:%M}  " + say("{n}封：{who}", n=len(mails), who=who).text(lang)
    if not moments:
        yield say("  今后十周没有要发的邮件").text(lang)


def _day(day: date, lang: Lang) -> str:
    return f"{day.isoformat()} {_WEEKDAYS[day.weekday()].text(lang)}"
