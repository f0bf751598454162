"""催办 by hand: whether a person may have one chaser sent now, and when it would go. It writes nothing down.

A task is chased at most once a working day: no second one is asked for, and none beside the ladder's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from scheduler.planning.byhand import name_of
from scheduler.planning.case import Case
from scheduler.planning.cases import Cases
from scheduler.planning.entries import Accepted, iso, refuse, unknown_task
from scheduler.planning.model import (
    BEIJING,
    Entry,
    FactKind,
    NoticeKind,
    Outcome,
    OutcomeKind,
    State,
    Step,
    Task,
)
from scheduler.planning.plan import Plan
from scheduler.planning.spoken import STATES
from scheduler.planning.standing import standing
from scheduler.planning.windows import end_of
from scheduler.words import Phrase, say

_ASKING = frozenset({State.OPEN, State.OVERDUE})
_WAY_OUT = {
    State.REPORTED: say("先核实；未办结的用 duban return 退回"),
    State.PAUSED: say("恢复计算用 duban resume"),
    **dict.fromkeys((State.DONE, State.DONE_LATE, State.WAIVED), say("确需再办的，先用 duban reopen 重新打开")),
}
_SEARCHED = 20  # send moments that are looked at for the next free one


def chase(plan: Plan, by: str, now: datetime, *, task: str) -> Accepted:
    """One chaser to the bearer, at once where the send time of a working day has come, else at the next send moment.

    Refused for a task that asks for nothing at present, and on a day on which it is chased already.
    """
    found = open_task(plan, task, now)
    cases = Cases(plan)
    case, local = cases.of(found, now), now.astimezone(BEIJING)
    at = local.replace(second=0, microsecond=0) if case.window.is_open(local) else case.window.next(local)
    step = Step(NoticeKind.CHASER, _name(case, at.date()), at, None, by_hand=True)
    route = cases.route(found, step, at)
    if route.recipient is None:
        refuse("nobody-to-tell", say("{task} 没有收件人", task=found.id), say("检查台账中该单位的人员和邮箱"))
    if (other := _other(case, at.date(), now)) is not None:
        refuse("chased-already", say("{task} {other}", task=found.id, other=other), _again(case, at))
    data = {"step": step.name, "at": iso(at), "target": found.dates.target.isoformat()}
    whole = say("{task}：{said}", task=found.id, said=_said(at, local, route.recipient.name, case))
    return Accepted(Entry(FactKind.CHASE, by, None, found.id, data), whole)


def open_task(plan: Plan, task: str, now: datetime) -> Task:
    """The task of that id, which must ask for something at present; UsageError or RefusedError else."""
    found = plan.task(task)
    if found is None:
        unknown_task(plan, task)
    stands = standing(found, plan, now)
    if stands.state not in _ASKING:
        message = say("{task} 现状：{state}，不催办", task=found.id, state=STATES[stands.state])
        refuse("not-to-be-chased", message, _WAY_OUT.get(stands.state))
    return found


def _said(at: datetime, now: datetime, who: str, case: Case) -> Phrase:
    if at <= now:
        return say("已登记催办，随即发给{who}", who=who)
    if case.window.calendar.works(now.date()):
        return say("已登记催办，今天的发送时间还没有到，{at}发给{who}", at=f"{at:%Y-%m-%d %H:%M}", who=who)
    return say("已登记催办，今天休息，{at}发给{who}", at=f"{at:%Y-%m-%d %H:%M}", who=who)


def _known(case: Case) -> dict[str, Outcome]:
    """What became of the steps of a task, by their names."""
    return {key[1:].partition("@")[0]: outcome for key, outcome in case.outcomes.items()}


def _name(case: Case, day: date) -> str:
    """The next free one: the outbox takes no name twice, and one that was voided may have been in it."""
    used = sum(name.startswith(name_of(day)) for name in _known(case))
    return f"{name_of(day)}-{used + 1}" if used else name_of(day)


def _other(case: Case, day: date, now: datetime) -> Phrase | None:
    """The chaser that went or will go on that day; None where the day is free."""
    if _is_asked(case, day):
        return say("{day}已经登记过催办", day=day.isoformat())
    for name, outcome in _known(case).items():
        if name.startswith("chase-") and outcome.kind is OutcomeKind.QUEUED:
            return say("{step} 正在发送", step=name)
        sent = outcome.kind is OutcomeKind.SENT and outcome.at.astimezone(BEIJING).date() == day
        if name.startswith("chase-") and sent:
            return say("{day}已经催办（{step}）", day=day.isoformat(), step=name)
    for step in _own(case, end_of(day)):
        if case.outcome(step) is None and (step.at <= now or step.at.date() == day):
            return say("{day}按提醒办法催办（{step}）", day=day.isoformat(), step=step.name)
    return None


def _is_asked(case: Case, day: date) -> bool:
    return any(step.name.startswith(name_of(day)) for step in case.asked)


def _own(case: Case, until: datetime) -> Iterator[Step]:
    """The ladder's own chasers up to a moment that nobody took out; of the endless ones the latest too."""
    latest = case.repeats.latest(until) if case.repeats is not None else None
    repeated = (case.repeats.step(latest),) if case.repeats is not None and latest is not None else ()
    for step in (*case.slot.steps, *repeated):
        if step.kind is NoticeKind.CHASER and step.at < until and step.name not in case.withdrawn:
            yield step


def _again(case: Case, at: datetime) -> Phrase:
    """When the next one may be asked for."""
    for _ in range(_SEARCHED):
        at = case.window.next(at.date() + timedelta(days=1))
        own = any(step.at.date() == at.date() for step in _own(case, end_of(at.date())))
        if not own and not _is_asked(case, at.date()):
            return say("没有登记；{at}以后可以再催", at=f"{at:%Y-%m-%d %H:%M}")
    return say("没有登记；按提醒办法每个工作日都催办，不必再催")
