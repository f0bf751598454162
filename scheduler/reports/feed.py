"""Calendar feeds (RFC 5545): the targets of a unit, a person or the office, for any calendar. It invites nobody."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from scheduler.planning.cases import SILENT
from scheduler.planning.model import BEIJING, Moment, Standing, State, Task
from scheduler.planning.plan import Plan
from scheduler.planning.spoken import STATES, when
from scheduler.planning.standing import standing
from scheduler.planning.windows import day_of
from scheduler.words import Lang, Phrase, say

_OVER = frozenset({State.DONE, State.DONE_LATE, State.WAIVED})
_DAYS_AHEAD = (7, 1)  # the alarms of a day: at nine in the morning, so many days before
_NINE = timedelta(hours=9)


def entries(plan: Plan, since: date, until: date, *, unit: str | None = None, person: str | None = None) -> list[Task]:
    """The tasks with a target in [since, until] of a unit, or of a person (his own, and as officer his unit's).

    Neither: all. Dormant ones are left out; in the order of their targets.
    """
    found = [
        task
        for task in plan.tasks()
        if not task.slot.dormant and since <= day_of(task.dates.target) <= until and _is_whose(task, plan, unit, person)
    ]
    return sorted(found, key=lambda task: (_local(task.dates.target), task.id))


def feed(tasks: Iterable[Task], plan: Plan, name: str, now: datetime, *, domain: str, lang: Lang = Lang.ZH) -> bytes:
    """The calendar file. An entry has the UID of the calendar file in the task's mails, which does not change.

    So a target that moved moves the entry, whether it came by mail or by feed; `domain` is that of the mails.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//duban//duban//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    for task in tasks:
        calendar.add_component(_event(task, plan, now, domain, lang))
    return bytes(calendar.to_ical())


def _event(task: Task, plan: Plan, now: datetime, domain: str, lang: Lang) -> Event:
    stands = standing(task, plan, now)
    target = task.dates.target
    event = Event()
    event.add("uid", f"{hashlib.sha256(task.id.encode()).hexdigest()[:32]}@{domain}")
    event.add("dtstamp", now)
    event.add("dtstart", target)
    event.add("dtend", target + (timedelta(0) if isinstance(target, datetime) else timedelta(days=1)))
    event.add("summary", _title(task, plan, stands).text(lang))
    event.add("description", "\n".join(phrase.text(lang) for phrase in _lines(task, stands)))
    event.add("status", "TENTATIVE" if _may_move(stands) else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("sequence", _moves(task, plan))
    if task.slot.obligation.category:
        event.add("categories", [task.slot.obligation.category])
    for alarm in () if stands.state in SILENT else _alarms(target, task, lang):
        event.add_component(alarm)
    return event


def _may_move(stands: Standing) -> bool:
    """Whether its day rests on one that is not announced yet, or on the day on which its clock goes on."""
    loose = stands.task.dates.provisional or stands.state is State.PAUSED
    return loose and stands.state not in _OVER


def _moves(task: Task, plan: Plan) -> int:
    """How many other targets mails have told of."""
    told = {key.partition("@")[2].partition(">")[0] for key in plan.history.outcomes(task.id)}
    return len(told - {task.dates.target.isoformat()})


def _title(task: Task, plan: Plan, stands: Standing) -> Phrase:
    mark = say("（暂定）") if task.dates.provisional else ""
    done = say("［{state}］", state=STATES[stands.state]) if stands.state in SILENT else ""
    unit = plan.roster.unit(task.bearer.unit).name
    return say("{done}{title}（{unit}）{mark}", done=done, title=task.slot.obligation.title, unit=unit, mark=mark)


def _lines(task: Task, stands: Standing) -> Iterator[Phrase]:
    dates = task.dates
    yield say("办理时限：{day}", day=when(dates.target))
    yield say("规定期限：{day}", day=when(dates.due))
    if dates.outer is not None:
        yield say("最迟期限：{day}", day=when(dates.outer))
    yield say("现状：{state}", state=STATES[stands.state])
    if dates.provisional:
        yield say("日期暂定：该年放假安排尚未公布，公布后可能变动")
    for basis in task.slot.obligation.basis:
        yield say("依据：{place}", place=f"《{basis.document.strip('《》')}》{basis.clause or ''}")
    yield say("事项编号：{task}", task=task.id)


def _alarms(target: Moment, task: Task, lang: Lang) -> Iterator[Alarm]:
    hourly = isinstance(target, datetime)
    before = (timedelta(hours=4), timedelta(hours=1)) if hourly else (timedelta(days=n) - _NINE for n in _DAYS_AHEAD)
    for length in before:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", say("办理时限：{title}", title=task.slot.obligation.title).text(lang))
        alarm.add("trigger", -length)
        yield alarm


def _is_whose(task: Task, plan: Plan, unit: str | None, person: str | None) -> bool:
    bearer = task.bearer
    if unit is not None and bearer.unit != unit:
        return False
    if person is None:
        return True
    if bearer.person is not None:
        return bearer.person == person
    return plan.roster.holder(bearer.unit, bearer.role or "officer", day_of(task.dates.target)) == person


def _local(moment: Moment) -> date:
    return day_of(moment.astimezone(BEIJING) if isinstance(moment, datetime) else moment)
