"""The plan of some weeks: tasks, the notices that would go, and each person's mails. It computes no date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cache, cached_property, lru_cache, partial
from heapq import merge
from itertools import groupby
from json import JSONEncoder
from operator import itemgetter

from msgspec import Struct
from msgspec.structs import replace

from scheduler.planning.coming import Coming, Outlook, Way
from scheduler.planning.model import Bearer, Dates, Notice, NoticeKind, Recipient, Slot, Task
from scheduler.planning.plan import Plan
from scheduler.planning.spoken import when
from scheduler.planning.tracks import Going
from scheduler.planning.windows import day_of, end_of
from scheduler.reports.shapes import days, iso
from scheduler.reports.text import aligned
from scheduler.words import Lang, Phrase, say

KINDS = {NoticeKind.REMINDER: say("提醒"), NoticeKind.CHASER: say("催办"), NoticeKind.ESCALATION: say("督办")}
WEEKDAYS = (say("周一"), say("周二"), say("周三"), say("周四"), say("周五"), say("周六"), say("周日"))
_KEPT = 4096  # names as they are written
_encoded = JSONEncoder(ensure_ascii=False).encode


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
        for one in self._outlook.coming():
            if self.who is None or self._concerns(one.notice.task.bearer, one.recipient, one.copies):
                yield one if one.at >= self.plan.now else replace(one, at=self.goes(one))

    def goes(self, one: Going | Coming) -> datetime:
        """The moment at which it can go: what is owed since this morning goes now."""
        return one.at if one.at >= self.plan.now else self.plan.now.replace(second=0, microsecond=0)

    def tasks(self) -> Iterator[tuple[Task, Sequence[Coming]]]:
        """The tasks with a target or a notice in the range, by target, each with its notices."""
        for slot, bearer, ways in self.ways():
            task = Task(slot, bearer)
            yield (
                task,
                tuple(
                    Coming(Notice(task, going.step), self.goes(going), who, copies, self.message(going, who))
                    for going, who, copies in ways
                ),
            )

    def ways(self) -> Iterator[tuple[Slot, Bearer, Sequence[Way]]]:
        """The same, with what goes to whom in place of notices."""
        for slot in sorted(self.plan.slots, key=lambda s: (end_of(s.dates.target), s.obligation.id, s.period)):
            falls = self.falls(slot)
            for bearer, found in self._outlook.of(slot):
                ways = found if self.who is None else [way for way in found if self._concerns(bearer, way[1], way[2])]
                if ways or (falls and self._owes(bearer)):
                    yield slot, bearer, ways

    def message(self, going: Going, who: Recipient) -> str | None:
        """The key of the message that a notice stands in; None where it waits."""
        return self._outlook.message(going, who)

    def falls(self, slot: Slot) -> bool:
        """Whether the target of a slot lies in the range."""
        return self.since.date() <= day_of(slot.dates.target) <= self.until.date()

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

    def _concerns(self, bearer: Bearer, recipient: Recipient, copies: Iterable[Recipient]) -> bool:
        return self._owes(bearer) or self.who == recipient.who or self.who in {copy.who for copy in copies}

    def _owes(self, bearer: Bearer) -> bool:
        return self.who is None or self.who in {bearer.id, bearer.unit, bearer.person}


def documents(forecast: Forecast) -> Iterator[str]:
    """Each task with its notices as one line of JSON; what those of a slot share is written once."""
    name = lru_cache(_KEPT)(_encoded)
    for slot, run in groupby(forecast.ways(), key=itemgetter(0)):
        shared = {"period": slot.period, **days(slot.dates), "provisional": slot.dates.provisional}
        row, rest = _encoded(slot.obligation.id), _encoded(shared)[1:-1]
        step = cache(partial(_step, forecast))
        for _, bearer, ways in run:
            notices = (
                f'{step(going)}{name(who.who)}], "cc": {_copied(copies)}'
                f', "message": {_quoted(forecast.message(going, who))}}}'
                for going, who, copies in ways
            )
            yield (
                f'{{"task": {_encoded(Task(slot, bearer).id)}, "obligation": {row}, "bearer": {name(bearer.id)}'
                f', {rest}, "notices": [{", ".join(notices)}]}}'
            )


def _step(forecast: Forecast, going: Going) -> str:
    """A notice as JSON, up to its reader."""
    shape = {"kind": going.step.kind.value, "step": going.step.name, "at": iso(forecast.goes(going))}
    return f'{_encoded(shape)[:-1]}, "to": ['


def _copied(copies: Sequence[Recipient]) -> str:
    return _encoded([copy.who for copy in copies]) if copies else "[]"


def _quoted(key: str | None) -> str:
    """A message's key, which is hexadecimal, as JSON."""
    return "null" if key is None else f'"{key}"'


def lines(forecast: Forecast, lang: Lang) -> Iterator[str]:
    """By date: what is due that day (not what is dormant), and what goes at which time to whom; then the load."""
    names: dict[str, str] = {}
    entries = merge(_due(forecast, lang), _told(forecast, lang, names), key=itemgetter(0))
    day = None
    for day, run in groupby(entries, key=itemgetter(0)):
        yield say("{date}（{weekday}）", date=day.isoformat(), weekday=WEEKDAYS[day.weekday()]).text(lang)
        yield from (f"  {entry}" for _, entry in run)
    if day is None:
        yield say("这段时间没有到期的任务，也没有要发的通知。").text(lang)
    load = forecast.load()
    if load:
        yield ""
        yield say("每人每周的邮件数").text(lang)
        table = [(str(r["week"]), names.get(str(r["who"]), str(r["who"])), str(r["messages"])) for r in load]
        yield from (f"  {line}" for line in aligned(table))


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


# -- what tasks share is said once, with a gap for the rest ------------------------------------------------------------


def _due(forecast: Forecast, lang: Lang) -> Iterator[tuple[date, str]]:
    """What is due, by day."""
    found = [(slot, bearer) for slot, bearer, _ in forecast.ways() if forecast.falls(slot) and not slot.dormant]
    found.sort(key=lambda owed: day_of(owed[0].dates.target))
    for slot, run in groupby(found, key=itemgetter(0)):
        day, said = day_of(slot.dates.target), _due_said(slot.dates).text(lang)
        yield from ((day, said.format(task=Task(slot, bearer).id)) for _, bearer in run)


def _told(forecast: Forecast, lang: Lang, names: dict[str, str]) -> Iterator[tuple[date, str]]:
    """What goes, by day; `names` takes in those of the readers."""
    said = lru_cache(_KEPT)(lambda *of: _going_said(*of).text(lang))
    for one in forecast.notices():
        slot, day = one.notice.task.slot, one.at.date()
        loose = slot.dates.provisional or not forecast.plan.calendars.of(slot.region).announced(day)
        names[one.recipient.who] = one.recipient.name
        shared = said(one.at, one.notice.step.kind, one.message is None, loose)
        yield day, shared.format(who=one.recipient.name, notice=one.notice.name)


def _due_said(dates: Dates) -> Phrase:
    return say(
        "办理时限 {task}{due}{mark}",
        task="{task}",
        due="" if dates.due == dates.target else say("，规定期限{due}", due=when(dates.due)),
        mark=say("，暂定") if dates.provisional else "",
    )


def _going_said(at: datetime, kind: NoticeKind, waits: bool, loose: bool) -> Phrase:
    return say(
        "{at:%H:%M} {kind} {who}  {notice}{waits}{mark}",
        at=at,
        kind=KINDS[kind],
        who="{who}",
        notice="{notice}",
        waits=say("，等待放行") if waits else "",
        mark=say("，暂定") if loose else "",
    )
