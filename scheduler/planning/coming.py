"""What would go if nothing more were done: the rulings of the future, one by one. It records and sends nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scheduler.planning.case import Case
from scheduler.planning.cases import Cases
from scheduler.planning.messages import message_key
from scheduler.planning.model import (
    Notice,
    NoticeKind,
    Outcome,
    OutcomeKind,
    Recipient,
    Slot,
    Step,
    Task,
    Verdict,
    tail,
)
from scheduler.planning.people import Route
from scheduler.planning.plan import Plan
from scheduler.planning.reasons import Reason
from scheduler.planning.verdicts import rulings
from scheduler.planning.windows import Window
from scheduler.register.values import MailPace

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Coming:
    """One notice to come: when, to whom, in which message; `message` is None for one that waits for a release."""

    notice: Notice
    at: datetime
    recipient: Recipient
    copies: tuple[Recipient, ...]
    message: str | None


@dataclass(frozen=True, slots=True)
class Load:
    """How many messages one recipient gets in one ISO week, `2027-W04`."""

    who: str
    week: str
    messages: int


def coming(plan: Plan, since: datetime, until: datetime, *, endless: bool = False) -> Iterator[Coming]:
    """What would go from `since` to `until`, both included, in the order of time, if nothing more were recorded.

    It starts from what is recorded, at the earlier of the plan's moment and `since`: what is owed then goes first. Of
    the repeating chasers only the first two appear, unless `endless`.
    """
    return _with_messages([c for c in _planned(plan, min(plan.now, since), until, endless=endless) if c.at >= since])


def preview(plan: Plan, now: datetime) -> list[Coming]:
    """The chasers and escalations that would go up to the end of the office's next working day, and those that wait."""
    calendar = plan.calendars.of(plan.register.office.region)
    last = Window(calendar, plan.register.office.send_at).on(calendar.add(now.date(), 1))
    until = last.replace(hour=23, minute=59, second=59)
    found = _planned(plan, now, until, endless=True)
    return list(_with_messages([c for c in found if c.notice.step.kind is not NoticeKind.REMINDER]))


def load(plan: Plan, since: datetime, until: datetime, *, endless: bool = False) -> list[Load]:
    """The messages per recipient and week, by week and then by recipient."""
    cases, first = Cases(plan), dict[tuple[str, datetime], str]()
    for task, track in _tracks(cases, min(plan.now, since), until, endless=endless):
        for going in track:
            told = cases.route(task, going.step, going.at).recipient
            if told is not None and not going.waits and going.at >= since:
                box = (told.address.casefold(), going.at)
                first[box] = min(told.who, first.get(box, told.who))
    weeks = {at: f"{at:%G-W%V}" for at in {at for _, at in first}}
    counted = Counter((weeks[at], who) for (_, at), who in first.items())
    return [Load(who, week, n) for (week, who), n in sorted(counted.items())]


@dataclass(frozen=True, slots=True)
class _Going:
    """One step of a track: when it goes, or that it waits for a release."""

    step: Step
    at: datetime
    waits: bool


def _planned(plan: Plan, start: datetime, until: datetime, *, endless: bool) -> Iterator[Coming]:
    """Each notice to come with its recipient; the message not yet made out, but None where it waits."""
    cases = Cases(plan)
    for task, track in _tracks(cases, start, until, endless=endless):
        for going in track:
            route = cases.route(task, going.step, going.at)
            if route.recipient is not None:
                message = None if going.waits else ""
                yield Coming(Notice(task, going.step), going.at, route.recipient, route.copies, message)


def _tracks(cases: Cases, start: datetime, until: datetime, *, endless: bool) -> Iterator[tuple[Task, list[_Going]]]:
    """The future of each task; tasks of a slot that are alike share one."""
    for slot in cases.plan.slots:
        asked = cases.plan.history.asked(slot.obligation.id, slot.period)
        if not asked and (not slot.steps or slot.steps[0].at - cases.lookahead > until):
            continue
        found: dict[object, list[_Going]] = {}
        for task in cases.plan.tasks_of(slot):
            case = cases.of(task, start, endless=endless)
            profile = _profile(case, slot)
            if profile not in found:
                found[profile] = _track(case, start, until)
            yield task, found[profile]


def _profile(case: Case, slot: Slot) -> object:
    """What the future of a task depends on: tasks of a slot that share it share their track."""
    routes = [case.route(step, step.at) for step in slot.steps]
    told = tuple((r.reason, r.pace, _sheet_time(case, r)) for r in routes)
    marks = tuple((key, found.kind, found.at) for key, found in case.outcomes.items())
    said = (case.acknowledged, case.progress, case.resumed, case.withdrawn, case.released, case.asked)
    return (told, marks, case.silence, *said)


def _sheet_time(case: Case, route: Route) -> object:
    weekly = route.pace is MailPace.WEEKLY and route.recipient is not None
    return case.sheet(route.recipient) if weekly and route.recipient is not None else None


def _track(case: Case, start: datetime, until: datetime) -> list[_Going]:
    """The steps of a task as they would go one after the other: ask, note what went, go on to the next moment."""
    outcomes, found = dict(case.outcomes), list[_Going]()
    case = replace(case, outcomes=outcomes)
    target, waiting = case.slot.dates.target, set[str]()
    now: datetime | None = start
    while now is not None and now <= until:
        later = _next_moments(case, now)
        for ruling in rulings(case, now):
            mark = tail(ruling.step, target)
            if ruling.verdict is Verdict.SEND:
                found.append(_Going(ruling.step, ruling.at or now, waits=False))
                outcomes[mark] = Outcome(mark, OutcomeKind.SENT, now, ruling.reason)
            elif ruling.verdict is Verdict.SKIP:
                outcomes[mark] = Outcome(mark, OutcomeKind.SKIPPED, now, ruling.reason)
            elif ruling.reason in {Reason.NEEDS_RELEASE, Reason.RESTORED} and mark not in waiting:
                waiting.add(mark)
                found.append(_Going(ruling.step, ruling.step.at, waits=True))
            elif ruling.at is not None and ruling.at > now:
                later.append(ruling.at)
        now = min(later, default=None)
    return found


def _next_moments(case: Case, now: datetime) -> list[datetime]:
    """The next moments at which a step may come."""
    found = [at for s in case.steps if s.at > now and (at := case.comes(s, s.at.date())) > now]
    if case.repeats is not None:
        found.append(case.repeats.following(now).at)
    return found


def _with_messages(found: list[Coming]) -> Iterator[Coming]:
    """In the order of time, each with the key of the message that it would stand in."""
    together: dict[tuple[str, datetime], list[str]] = {}
    for one in found:
        if one.message is not None:
            together.setdefault((one.recipient.address.casefold(), one.at), []).append(one.notice.key)
    keys = {box: message_key(*box, notices) for box, notices in together.items()}
    for one in sorted(found, key=lambda c: (c.at, c.notice.key)):
        waits = one.message is None
        yield one if waits else replace(one, message=keys[one.recipient.address.casefold(), one.at])
