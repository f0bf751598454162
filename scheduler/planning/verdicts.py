"""What to do at a moment with the notices of one task: SEND, SKIP or HOLD, and why. It looks up nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec.structs import replace

from scheduler.planning.byhand import BY_HAND
from scheduler.planning.case import GONE, UNFINISHED, Case, Ruling, deliver, ordinal
from scheduler.planning.escalations import escalations, held_today
from scheduler.planning.model import NoticeKind, Step, Verdict
from scheduler.planning.reasons import Reason
from scheduler.planning.windows import end_of


def rulings(case: Case, now: datetime) -> list[Ruling]:
    """The verdict on each step that is due and has no outcome yet."""
    due = case.due(now)
    if not due or case.silence is Reason.DORMANT:
        return []
    found, left = [], []
    for step in due:
        reason = _silenced(case, step, now)
        if reason is not None:
            found.append(Ruling(step, Verdict.SKIP, reason))
        else:
            left.append(step)
    reminders = [s for s in left if s.kind is NoticeKind.REMINDER and s.needs is None]
    # Of two that come at one moment the ladder's own speaks for the one that was asked for.
    chasers = sorted((s for s in left if s.kind is NoticeKind.CHASER), key=lambda s: (s.at, not s.by_hand))
    found += _latest(case, reminders, now)
    found += [deliver(case, s, now, s.at) for s in left if s.needs is not None]
    found += _latest(case, chasers, now)
    found = [_unless_held(case, ruling) for ruling in found]
    return [*found, *escalations(case, [s for s in left if s.kind is NoticeKind.ESCALATION], now)]


def second_look(case: Case, step: Step, now: datetime) -> Ruling:
    """The verdict on a step that is in the outbox already; its recipient and its week stand."""
    reason = _silenced(case, step, now)
    if case.silence in UNFINISHED and step.kind is NoticeKind.ESCALATION:
        reason = case.silence  # an outbox cannot wait for a return
    if reason is None and step.kind is not NoticeKind.ESCALATION and step.needs is None and _overtaken(case, step):
        reason = Reason.OVERTAKEN
    if reason is None and (case.is_held(step) or (step.ask and step.name not in case.released)):
        reason = Reason.NEEDS_RELEASE  # the release was voided meanwhile
    if reason is not None:
        return Ruling(step, Verdict.SKIP, reason)
    if step.kind is NoticeKind.ESCALATION and (held := held_today(case, step, now)) is not None:
        return held
    window = case.window_for(case.route(step, now))
    if not window.is_open(now):
        return Ruling(step, Verdict.HOLD, Reason.WINDOW, window.next(now))
    return Ruling(step, Verdict.SEND, Reason.DUE, now)


def _unless_held(case: Case, ruling: Ruling) -> Ruling:
    """What may have gone before the journal was put back waits for a person; what is of no use is skipped as ever."""
    if ruling.verdict is Verdict.SKIP or not case.is_held(ruling.step):
        return ruling
    return replace(ruling, verdict=Verdict.HOLD, reason=Reason.RESTORED, at=None)


def _silenced(case: Case, step: Step, now: datetime) -> Reason | None:
    """Why a step will never go, whatever the others do.

    An escalation outlives a report and a pause: after a return no rung may be missing.
    """
    if step.name in case.withdrawn:
        return Reason.WITHDRAWN
    if case.silence is not None and not (case.silence in UNFINISHED and step.kind is NoticeKind.ESCALATION):
        return case.silence
    if step.kind is NoticeKind.ESCALATION:
        known = case.slot.known
        return Reason.BEFORE_KNOWN if step.ahead and known is not None and step.at < known else None
    if step.kind is NoticeKind.REMINDER:
        return _useless(case, step, now)
    return None


def _useless(case: Case, step: Step, now: datetime) -> Reason | None:
    if now >= end_of(case.slot.dates.target):
        return Reason.TARGET_PASSED
    if step.needs is not None:
        return Reason.ON_PACE if case.progress >= step.needs else None
    return Reason.ACKNOWLEDGED if case.acknowledged and not step.last else None


def _latest(case: Case, steps: Sequence[Step], now: datetime) -> Iterator[Ruling]:
    """Of several reminders, or chasers, only the latest is of use, and none that a later one has overtaken."""
    if not steps:
        return
    for step in steps:
        if step is not steps[-1] or _overtaken(case, step):
            yield Ruling(step, Verdict.SKIP, Reason.OVERTAKEN)
        else:
            yield deliver(case, step, now, step.at)


def _overtaken(case: Case, step: Step) -> bool:
    """Whether a later reminder, or a later chaser, is in the outbox or was sent."""
    if step.kind is NoticeKind.CHASER:
        mark = f"@{case.slot.dates.target.isoformat()}>"
        gone = {key[1:].partition("@")[0]: o for key, o in case.outcomes.items() if mark in key and o.kind in GONE}
        if step.by_hand:
            return any(name.startswith("chase-") and name != step.name and o.at > step.at for name, o in gone.items())
        own = (name for name in gone if name.startswith("chase-") and not name.startswith(BY_HAND))
        return any(ordinal(name) > ordinal(step.name) for name in own)
    later = [s for s in case.slot.steps if s.kind is step.kind and s.needs is None and s.at >= step.at]
    return any(s != step and case.has_gone(s) for s in later)
