"""Deadlines that moved between two plans: old → new, with the reason, and who is to be told. It records nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from scheduler.planning.messages import addressee, on_trial
from scheduler.planning.model import BEIJING, Dates, Message, MessageKind, Recipient, Slot, State, Task
from scheduler.planning.plan import Plan
from scheduler.planning.reckoning import looked_at
from scheduler.planning.standing import standing
from scheduler.planning.windows import Window
from scheduler.words import Phrase, say
from scheduler.workdays import Calendar
from scheduler.workdays.explain import dated
from scheduler.workdays.spoken import source_said

_OVER = frozenset({State.DORMANT, State.DONE, State.DONE_LATE, State.WAIVED})


class Move(Struct, frozen=True):
    """One task whose deadline is not what it was, or is settled now; `task` is as the new plan has it."""

    task: Task
    before: Dates
    is_open: bool  # it has begun, by the old dates or by the new ones
    reason: Phrase

    @property
    def after(self) -> Dates:
        """The dates as they are now."""
        return self.task.dates

    @property
    def is_dated(self) -> bool:
        """Whether a day changed, and not only its being provisional."""
        return _days(self.before) != _days(self.after)


class Telling(Struct, frozen=True):
    """A message 时限变更 and the moves that it tells of."""

    message: Message
    moves: tuple[Move, ...]


def moved(old: Plan, new: Plan, now: datetime) -> tuple[Move, ...]:
    """The tasks of both plans that are neither finished nor asleep and whose target, due day or 暂定 changed.

    In the order of the new plan. To see the effect of a table or a calendar alone, both plans need the same history.
    """
    return tuple(_moves(old, new, now))


def reason(before: Slot, after: Slot, old: Plan, new: Plan) -> Phrase:
    """The year's own notice, the edited row, another calendar, or the days whose status changed, with their source."""
    row, former, period = after.obligation, before.obligation, after.period
    stated = row.dates.get(period)
    if stated is not None and stated != former.dates.get(period) and stated.basis:
        return say("该期另有规定（{document}）", document=stated.basis[0].document)
    if (row.schedule, stated, row.outer) != (former.schedule, former.dates.get(period), former.outer):
        return say("台账修改")
    if before.region is not after.region:
        names = [region.chinese if region else say("全国") for region in (before.region, after.region)]
        return say("责任单位的日历由{old}改为{new}", old=names[0], new=names[1])
    return _by_calendar(before, after, old.calendars.of(before.region), new.calendars.of(after.region))


def tellings(moves: Iterable[Move], plan: Plan, now: datetime, cause: str) -> list[Telling]:
    """One message for each owner of open tasks whose day changed; `cause` makes it unique.

    It goes at once where the owner's send time of a working day has come, and else at his next send moment.
    """
    directory = plan.directory
    mailboxes: dict[str, list[_Told]] = {}
    for move in moves:
        if move.is_open and move.is_dated:
            bearer = move.task.bearer
            at = _moment(bearer.unit, plan, now)
            route = directory.route(bearer, None, at.date())
            if route.recipient is not None:
                told = _Told(move, at, route.recipient, route.copies)
                mailboxes.setdefault(route.recipient.address.casefold(), []).append(told)
    found = [_telling(sharing, cause) for sharing in mailboxes.values()]
    if plan.register.office.trial:
        admin = directory.admin(now.astimezone(BEIJING).date())
        return [replace(one, message=on_trial(one.message, admin)) for one in found] if admin is not None else []
    return found


class _Told(Struct, frozen=True):
    """A move, when its owner hears of it, and who that is."""

    move: Move
    at: datetime
    recipient: Recipient
    copies: tuple[Recipient, ...]


def _telling(sharing: Sequence[_Told], cause: str) -> Telling:
    recipient = addressee([told.recipient for told in sharing])
    copies = {c.address: c for told in sharing for c in told.copies if c.address != recipient.address}
    message = Message(
        key=f"{MessageKind.MOVED}:{recipient.who}:{cause}",
        kind=MessageKind.MOVED,
        recipient=recipient,
        copies=tuple(copies.values()),
        moment=max(told.at for told in sharing),
        notices=(),
        cause=f"{cause}:{recipient.who}",  # during the trial all go to one person, and each is another
    )
    return Telling(message, tuple(told.move for told in sharing))


def _moves(old: Plan, new: Plan, now: datetime) -> Iterator[Move]:
    before: dict[tuple[str, str], list[Slot]] = {}
    for slot in old.slots:
        before.setdefault((slot.obligation.id, slot.period), []).append(slot)
    for slot in new.slots:
        names = (slot.obligation.id, *slot.obligation.formerly)
        earlier = [one for name in names for one in before.get((name, slot.period), ())]
        if all(_same(one.dates, slot.dates) for one in earlier):
            continue  # a million tasks share a few thousand slots
        reasons: dict[int, Phrase] = {}
        for task in new.tasks_of(slot):
            known = next(filter(None, (old.task(_named(name, task)) for name in names)), None)
            if known is None or _same(known.dates, slot.dates):
                continue
            state = standing(task, new, now).state
            if state not in _OVER:
                why = reasons.get(id(known.slot)) or reason(known.slot, slot, old, new)
                reasons[id(known.slot)] = why
                is_open = state is not State.NOT_OPEN or known.dates.opens <= now.astimezone(BEIJING).date()
                yield Move(task, known.dates, is_open, why)


def _named(obligation: str, task: Task) -> str:
    return f"{obligation}/{task.bearer.id}/{task.slot.period}"


def _days(dates: Dates) -> tuple[object, ...]:
    return dates.target, dates.due


def _same(a: Dates, b: Dates) -> bool:
    return _days(a) == _days(b) and a.provisional == b.provisional


def _moment(unit: str, plan: Plan, now: datetime) -> datetime:
    window = Window(plan.calendars.of(plan.roster.region(unit)), plan.roster.send_at(unit))
    return now if window.is_open(now.astimezone(BEIJING)) else window.next(now.astimezone(BEIJING))


def _by_calendar(before: Slot, after: Slot, old: Calendar, new: Calendar) -> Phrase:
    days = list(_asked(before, after, new))
    changed = [d for d in days if old.works(d) != new.works(d)]
    if changed:
        first, last, day = changed[0], changed[-1], new.day(changed[0])
        if first == last:
            works = say("上班") if day.works else say("休息")
            return say("{source}：{day}改为{works}", source=source_said(day.source), day=dated(first), works=works)
        span = say("{a}至{b}", a=dated(first), b=dated(last))
        return say("{source}：{span}有{n}天改变上班或休息", source=source_said(day.source), span=span, n=len(changed))
    flipped = next((d for d in days if old.announced(d) != new.announced(d)), None)
    if flipped is None:
        return say("台账修改")
    if new.announced(flipped):
        return say("{source}已经公布", source=source_said(new.day(flipped).source))
    return say("{source}", source=source_said(new.day(flipped).source))


def _asked(before: Slot, after: Slot, table: Calendar) -> Iterator[date]:
    """The days on which either deadline rests, each once, in order."""
    spans = [span for slot in (before, after) for leg in slot.legs if (span := looked_at(leg, table)) is not None]
    if spans:
        first, last = min(a for a, _ in spans), max(b for _, b in spans)
        yield from (date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1))
