"""How the notices of one task go from now on if nothing more is recorded: when each step goes or waits. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from scheduler.planning.case import Case
from scheduler.planning.cases import Cases
from scheduler.planning.crowds import Crowd, Crowds
from scheduler.planning.model import Outcome, OutcomeKind, Slot, Step, Verdict, tail
from scheduler.planning.reasons import Reason
from scheduler.planning.verdicts import rulings


class Going(Struct, frozen=True, eq=False):
    """One step of a track: when it goes, or that it waits for a release."""

    step: Step
    at: datetime
    waits: bool


class Track(Struct, frozen=True):
    """What goes to a crowd of a slot, in the order of time."""

    slot: Slot
    crowd: Crowd
    goings: tuple[Going, ...]


def tracks(cases: Cases, crowds: Crowds, start: datetime, until: datetime, *, endless: bool) -> Iterator[Track]:
    """The future of all tasks from `start` to `until`, slot by slot; those to which nothing goes are left out."""
    for slot in cases.plan.slots:
        asked = cases.plan.history.asked(slot.obligation.id, slot.period)
        if not asked and (not slot.steps or slot.steps[0].at - cases.lookahead > until):
            continue
        for case, crowd in crowds.of(slot, start, endless=endless):
            if goings := _goings(case, start, until):
                yield Track(slot, crowd, goings)


def _goings(case: Case, start: datetime, until: datetime) -> tuple[Going, ...]:
    """Ask, note what went, go on to the next moment."""
    outcomes, found = dict(case.outcomes), list[Going]()
    case = replace(case, outcomes=outcomes)
    target, waiting = case.slot.dates.target, set[str]()
    now: datetime | None = start
    while now is not None and now <= until:
        later = _next_moments(case, now)
        for ruling in rulings(case, now):
            mark = tail(ruling.step, target)
            if ruling.verdict is Verdict.SEND:
                found.append(Going(ruling.step, ruling.at or now, waits=False))
                outcomes[mark] = Outcome(mark, OutcomeKind.SENT, now, ruling.reason)
            elif ruling.verdict is Verdict.SKIP:
                outcomes[mark] = Outcome(mark, OutcomeKind.SKIPPED, now, ruling.reason)
            elif ruling.reason in {Reason.NEEDS_RELEASE, Reason.RESTORED} and mark not in waiting:
                waiting.add(mark)
                found.append(Going(ruling.step, ruling.step.at, waits=True))
            elif ruling.at is not None and ruling.at > now:
                later.append(ruling.at)
        now = min(later, default=None)
    return tuple(found)


def _next_moments(case: Case, now: datetime) -> list[datetime]:
    """The next moments at which a step may come."""
    found = [at for s in case.steps if s.at > now and (at := case.comes(s, s.at.date())) > now]
    if case.repeats is not None:
        found.append(case.repeats.following(now).at)
    return found
