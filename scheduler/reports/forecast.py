"""The plan of some weeks: tasks, the notices that would go, and each person's mails. It computes no date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from scheduler.planning.coming import Coming, Outlook
from scheduler.planning.model import NoticeKind, Task
from scheduler.planning.plan import Plan
from scheduler.planning.spoken import when
from scheduler.planning.windows import day_of, end_of
from scheduler.reports.shapes import days, iso
from scheduler.reports.text import aligned
from scheduler.words import Lang, Phrase, say

KINDS = {NoticeKind.REMINDER: say("提醒"), NoticeKind.CHASER: say("催办"), NoticeKind.ESCALATION: say("督办")}
WEEKDAYS = (say("周一"), say("周二"), say("周三"), say("周四"), say("周五"), say("周六"), say("周日"))


class Forecast(Struct, frozen=True, dict=True):
    """What lies between two moments, both included; `who` keeps one person or unit alone, `chasers` every repetition.

    Nothing of it is held: the tasks of a province's year come one by one.
    """

    plan: Plan
    since: datetime
    until: datetime
    who: str | None = None
    chasers: bool = False

    @cached_property
    def _outlook(self) -> Outlook:
        today = self.plan.now.date() == self.since.date()
        start = self.plan.now if today else min(self.plan.now, self.since)
        return Outlook(self.plan, start, self.until, since=self.since, endless=self.chasers)

    def notices(self) -> Iterator[Coming]:
        """What would go, in the order of time."""
        return (self._still(one) for one in self._outlook.coming() if self._meant(one))

    def tasks(self) -> Iterator[tuple[Task, Sequence[Coming]]]:
        """The tasks with a target or a notice in the range, by target, each with its notices."""
        first, last = self.since.date(), self.until.date()
        for slot in sorted(self.plan.slots, key=lambda s: (end_of(s.dates.target), s.obligation.id, s.period)):
            falls = first <= day_of(slot.dates.target) <= last
            for task, going in self._outlook.of(slot):
                notices = tuple(self._still(one) for one in going if self._meant(one))
                if notices or (falls and self._owes(task)):
                    yield task, notices

    def load(self) -> list[dict[str, object]]:
        """How many messages each recipient gets in each ISO week."""
        if self.who is None:
            return [{"who": one.who, "week": one.week, "messages": one.messages} for one in self._outlook.load()]
        sent: dict[str, tuple[str, str]] = {}
        for one in self.notices():
            if one.message is not None:
                mail = (f"{one.at:%G-W%V}", one.recipient.who)
                sent[one.message] = min(mail, sent.get(one.message, mail))
        counted = Counter(sent.values())
        return [{"who": who, "week": week, "messages": n} for (week, who), n in sorted(counted.items())]

    def _still(self, one: Coming) -> Coming:
        """With the moment at which it can go: what is owed since this morning goes now."""
        return one if one.at >= self.plan.now else replace(one, at=self.plan.now.replace(second=0, microsecond=0))

    def _meant(self, one: Coming) -> bool:
        return self.who is None or _concerns(one, self.who)

    def _owes(self, task: Task) -> bool:
        return self.who is None or self.who in {task.bearer.id, task.bearer.unit, task.bearer.person}


def data(task: Task, notices: Sequence[Coming]) -> dict[str, object]:
    """A task and its notices as JSON."""
    return {
        "task": task.id,
        "obligation": task.slot.obligation.id,
        "bearer": task.bearer.id,
        "period": task.slot.period,
        **days(task.dates),
        "provisional": task.dates.provisional,
        "notices": [notice_data(one) for one in notices],
    }


def lines(forecast: Forecast, lang: Lang) -> Iterator[str]:
    """By date: what is due that day (not what is dormant), and what goes at which time to whom; then the load."""
    entries: dict[date, list[str]] = {}
    names: dict[str, str] = {}
    for task, _ in forecast.tasks():
        target = day_of(task.dates.target)
        if forecast.since.date() <= target <= forecast.until.date() and not task.slot.dormant:
            entries.setdefault(target, []).append(_due(task).text(lang))
    for one in forecast.notices():
        names[one.recipient.who] = one.recipient.name
        entries.setdefault(one.at.date(), []).append(_going(one, forecast.plan).text(lang))
    for day in sorted(entries):
        yield say("{date}（{weekday}）", date=day.isoformat(), weekday=WEEKDAYS[day.weekday()]).text(lang)
        yield from (f"  {entry}" for entry in entries[day])
    if not entries:
        yield say("这段时间没有到期的任务，也没有要发的通知。").text(lang)
    load = forecast.load()
    if load:
        yield ""
        yield say("每人每周的邮件数").text(lang)
        table = [(str(r["week"]), names.get(str(r["who"]), str(r["who"])), str(r["messages"])) for r in load]
        yield from (f"  {line}" for line in aligned(table))


def _concerns(one: Coming, who: str) -> bool:
    bearer = one.notice.task.bearer
    people = {one.recipient.who, *(copy.who for copy in one.copies)}
    return who in people | {bearer.id, bearer.unit, bearer.person}


def notice_data(one: Coming) -> dict[str, object]:
    """A notice to come as JSON."""
    return {
        "kind": one.notice.step.kind.value,
        "step": one.notice.step.name,
        "at": iso(one.at),
        "to": [one.recipient.who],
        "cc": [copy.who for copy in one.copies],
        "message": one.message,
    }


def _due(task: Task) -> Phrase:
    dates = task.dates
    return say(
        "办理时限 {task}{due}{mark}",
        task=task.id,
        due="" if dates.due == dates.target else say("，规定期限{due}", due=when(dates.due)),
        mark=say("，暂定") if dates.provisional else "",
    )


def _going(one: Coming, plan: Plan) -> Phrase:
    slot = one.notice.task.slot
    loose = slot.dates.provisional or not plan.calendars.of(slot.region).announced(one.at.date())
    return say(
        "{at:%H:%M} {kind} {who}  {notice}{waits}{mark}",
        at=one.at,
        kind=KINDS[one.notice.step.kind],
        who=one.recipient.name,
        notice=one.notice.name,
        waits=say("，等待放行") if one.message is None else "",
        mark=say("，暂定") if loose else "",
    )
