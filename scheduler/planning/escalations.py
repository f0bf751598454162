"""The order of escalations: one step after the other, one a working day, none left out. It looks at no other notice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from scheduler.planning.case import GONE, Case, Ruling, deliver
from scheduler.planning.model import BEIJING, NoticeKind, Outcome, OutcomeKind, Step, Verdict
from scheduler.planning.reasons import Reason


def escalations(case: Case, steps: Sequence[Step], now: datetime) -> Iterator[Ruling]:
    """One name after the other, one a working day; a step that waits for a release, or has nobody, delays no other."""
    last = _last_escalation(case)
    going: str | None = None
    for step in steps:
        waits = _waits(case, step, now)
        if waits is not None:
            yield waits
        elif case.window.anytime:
            yield deliver(case, step, now, step.at)
        elif going not in {None, step.name}:
            yield Ruling(step, Verdict.HOLD, Reason.ONE_A_DAY, _morning_after(case, now))
        else:
            going = step.name
            yield _in_turn(case, step, now, last)


def held_today(case: Case, step: Step, now: datetime) -> Ruling | None:
    """A HOLD for an escalation in the outbox while another one has gone on this day; None where it may go."""
    sent = [g for g in _gone(case) if g[1].kind is OutcomeKind.SENT and g[0] != step.name]
    if case.window.anytime or not sent:
        return None
    ready = _morning_after(case, max(outcome.at for _, outcome in sent))
    return Ruling(step, Verdict.HOLD, Reason.ONE_A_DAY, ready) if now < ready else None


def _in_turn(case: Case, step: Step, now: datetime, last: tuple[str, Outcome] | None) -> Ruling:
    if last is None or last[0] == step.name:
        return deliver(case, step, now, step.at)
    if last[1].kind is OutcomeKind.QUEUED:
        return Ruling(step, Verdict.HOLD, Reason.IN_ORDER)
    ready = max(step.at, _morning_after(case, last[1].at))
    if now < ready:
        return Ruling(step, Verdict.HOLD, Reason.ONE_A_DAY, ready)
    return deliver(case, step, now, ready)


def _waits(case: Case, step: Step, now: datetime) -> Ruling | None:
    """Why an escalation cannot go yet, or need not any more, whatever the others do."""
    if case.silence is not None:
        return Ruling(step, Verdict.HOLD, case.silence)
    route = case.route(step, now)
    if route.recipient is None:
        return Ruling(step, Verdict.SKIP, route.reason or Reason.NO_ADDRESS, route=route)
    if step.ask or case.is_held(step):
        rungs = [s for s in case.slot.steps if s.kind is NoticeKind.ESCALATION]
        later = [case.outcome(s) for s in rungs[rungs.index(step) + 1 :] if s.name != step.name]
        if any(found is not None and found.kind is OutcomeKind.SENT for found in later):
            return Ruling(step, Verdict.SKIP, Reason.LAPSED)  # also where it was released too late
        if any(found is not None and found.kind is OutcomeKind.QUEUED for found in later):
            return Ruling(step, Verdict.HOLD, Reason.IN_ORDER)  # it may still be taken out of the outbox
        if step.name not in case.released:
            return Ruling(step, Verdict.HOLD, Reason.RESTORED if case.is_held(step) else Reason.NEEDS_RELEASE)
    return None


def _last_escalation(case: Case) -> tuple[str, Outcome] | None:
    """The name and outcome of the escalation that went last, for whatever target; one in the outbox is the last."""
    gone = _gone(case)
    return max(gone, key=lambda g: (g[1].kind is OutcomeKind.QUEUED, g[1].at), default=None)


def _gone(case: Case) -> list[tuple[str, Outcome]]:
    return [
        (key[1:].partition("@")[0], outcome)
        for key, outcome in case.outcomes.items()
        if key.startswith("#escalate-") and outcome.kind in GONE
    ]


def _morning_after(case: Case, moment: datetime) -> datetime:
    return case.window.next(moment.astimezone(BEIJING).date() + timedelta(days=1))
