"""What the program says first: what it loaded, what is due next, when who gets mail, where things are, how to stop."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import groupby, islice
from zoneinfo import ZoneInfo

from scheduler.planning.coming import Coming, coming
from scheduler.planning.model import Slot
from scheduler.planning.plan import Plan
from scheduler.planning.windows import day_of, end_of
from scheduler.reports.forecast import WEEKDAYS
from scheduler.settings import Settings
from scheduler.words import Phrase, say

_AHEAD, _DUE, _MAILS = timedelta(weeks=10), 8, 5


def opening(plan: Plan, settings: Settings, now: datetime) -> Iterator[Phrase]:
    """A screenful of sentences for somebody who starts it for the first time."""
    register = plan.register
    yield say("督办已启动：{office}，台账 {file}", office=register.office.name, file=str(settings.table))
    yield say(
        "事项{n}项，单位{u}个，人员{p}人；时间均为北京时间。",
        n=len(register.obligations), u=len(register.units), p=len(register.people),
    )  # fmt: skip
    if register.office.trial:
        yield say("试运行：全部邮件只发给管理员。")
    yield from _due(plan, now)
    yield from _mails(plan, now)
    yield _mail(settings.smtp)
    yield say("记录：{where}", where=_shown(settings.database.removeprefix("sqlite:///")))
    yield say("按 Ctrl-C 停止；台账改动后自动重新读取。另开一个窗口可以运行 duban status、duban plan。")


def _due(plan: Plan, now: datetime) -> Iterator[Phrase]:
    until = now + _AHEAD
    slots = [s for s in plan.slots if not s.dormant and now < end_of(s.dates.target) <= until]
    slots = [s for s in sorted(slots, key=lambda s: (end_of(s.dates.target), s.obligation.id)) if plan.bearers(s)]
    yield say("今后{n}周到期：", n=_AHEAD.days // 7) if slots else say("今后{n}周没有到期的任务。", n=_AHEAD.days // 7)
    for slot in slots[:_DUE]:
        yield _falls(slot, plan)
    if len(slots) > _DUE:
        yield say("  等{n}项，全部见 duban plan", n=len(slots))


def _falls(slot: Slot, plan: Plan) -> Phrase:
    day, mark = day_of(slot.dates.target), say("（暂定）") if slot.dates.provisional else ""
    n, title = len(plan.bearers(slot)), slot.obligation.title
    return say(
        "  {day}（{weekday}）{mark} {title}，{n}个责任单位或责任人",
        day=day.isoformat(), weekday=WEEKDAYS[day.weekday()], mark=mark, title=title, n=n,
    )  # fmt: skip


def _mails(plan: Plan, now: datetime) -> Iterator[Phrase]:
    last = datetime.combine((now + _AHEAD).date(), time.max, ZoneInfo("Asia/Shanghai"))
    found = (one for one in coming(plan, now, last) if one.message is not None)
    moments = list(islice(((at, list(group)) for at, group in groupby(found, key=lambda one: one.at)), _MAILS))
    yield say("接下来发邮件的时间：") if moments else say("今后{n}周没有要发的邮件。", n=_AHEAD.days // 7)
    for at, group in moments:
        yield _goes(at, group)


def _goes(at: datetime, group: list[Coming]) -> Phrase:
    people = list(dict.fromkeys(one.recipient.name for one in group))
    more = say("等{n}人", n=len(people)) if len(people) > 3 else ""
    who = tuple(people[:3])
    return say("  {at:%Y-%m-%d %H:%M} {who}{more}，{n}个通知", at=at, who=who, more=more, n=len(group))


def _mail(url: str) -> Phrase:
    scheme, _, folder = url.partition(":")
    if scheme == "folder":
        return say("邮件：写成文件，放在 {folder}（设了 DUBAN_SMTP 才经邮件服务器发出）", folder=folder)
    return say("邮件：经 {server} 发出", server=_shown(url))


def _shown(url: str) -> str:
    """The URL without a password."""
    scheme, mark, rest = url.partition("://")
    user, at, host = rest.rpartition("@")
    return f"{scheme}{mark}{user.partition(':')[0]}{at}{host}" if mark and at else url
