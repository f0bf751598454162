"""The rows that say when: exactly one schedule per obligation. They compute no day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from scheduler.register.grammar import (
    Count,
    DateText,
    DayOrMomentText,
    DurationText,
    Flag,
    Id,
    Line,
    MomentText,
    OnceText,
    Several,
    ShareText,
)
from scheduler.register.mistakes import Code, UnreadableError
from scheduler.register.rows import AFTER_DONE, Chosen, Inner, Least, Row
from scheduler.register.values import Covers, Every, Follows
from scheduler.register.who import Selector
from scheduler.words import say
from scheduler.workdays import Convention


class Once(Row, frozen=True, kw_only=True):
    """`due: {by: 2018-12-31}`: one day, once."""

    by: OnceText
    from_: DateText | None = None
    roll: Convention | None = None


class Recurring(Row, frozen=True, kw_only=True):
    """`due: {every: year, by: MOMENT}`."""

    every: Every
    by: MomentText
    covers: Covers = Covers.CURRENT
    from_: MomentText | None = None
    roll: Convention | None = None


class Within(Row, frozen=True, kw_only=True):
    """`due: {within: DURATION, after: EVENT}`; `after: done OBLIGATION` is kept in `after_done`."""

    within: DurationText
    after: Id | None = None
    after_done: Inner[Id | None] = None
    roll: Convention | None = None

    @classmethod
    def spelled_out(cls, said: object) -> object:
        """`after: done OBLIGATION` is another field."""
        after = said.get("after") if isinstance(said, dict) else None
        if isinstance(said, dict) and isinstance(after, str) and after.split()[:1] == ["done"]:
            rest = {key: value for key, value in said.items() if key != "after"}
            return {**rest, AFTER_DONE: after.strip().removeprefix("done")}
        return said


class With(Row, frozen=True, kw_only=True):
    """`due: {with: EVENT, tolerance: DURATION}`: at the same moment as the event (三同步)."""

    with_: Id
    tolerance: DurationText | None = None
    roll: Convention = Convention.NONE


class Before(Row, frozen=True, kw_only=True):
    """`due: {before: EVENT or OBLIGATION, lead: DURATION}`: a gate before a planned event, a step before a task."""

    before: Id
    lead: DurationText
    roll: Convention = Convention.PRECEDING


class Rrule(Row, frozen=True, kw_only=True):
    """`due: {rrule: "FREQ=…"}` (RFC 5545), for what nothing else says; `from` is its DTSTART."""

    rrule: Line
    from_: DateText | None = None
    roll: Convention | None = None


_LEADS: Mapping[str, type[Row]] = {"every": Recurring, "within": Within, "with": With, "before": Before, "rrule": Rrule}


def _kind(said: object) -> type[Row]:
    """Refuse a `due` that says two things, or nothing that makes a date."""
    if not isinstance(said, Mapping):
        return next((model for model in _LEADS.values() if isinstance(said, model)), Once)
    leads = [key for key in _LEADS if key in said]
    if len(leads) > 1:
        message = say("due 里同时写了 {keys}，一个事项只能有一种时限", keys=tuple(leads))
        raise UnreadableError(Code.SCHEDULE_TWO, message, say("只保留一种；确有两个时限的，分成两个事项，或用 outer"))
    if not leads and "by" not in said:
        message = say("due 里没有说明期限")
        hint = say("写 by（日期）、every 加 by（周期）、within 加 after（事件后）、with、before 加 lead，或 rrule")
        raise UnreadableError(Code.SCHEDULE_MISSING, message, hint)
    return _LEADS[leads[0]] if leads else Once


Due = Annotated[Once | Recurring | Within | With | Before | Rrule, Chosen(_kind)]


class Pace(Row, frozen=True, kw_only=True):
    """How far a quota should be by a moment; behind it a notice goes, no task."""

    by: MomentText
    at_least: Annotated[Count, Least(1)]


class Quota(Row, frozen=True, kw_only=True):
    """`quota: {of: RECORD, at_least: N, every: PERIOD}`: counted per bearer."""

    of: Id
    at_least: Annotated[Count, Least(1)]
    every: Every
    by: MomentText | None = None
    pace: Several[Pace] = ()
    follows: Follows = Follows.PERSON
    roll: Convention = Convention.PRECEDING


class Coverage(Row, frozen=True, kw_only=True):
    """`coverage: {of: RECORD, roster: SELECTOR, every or by, share}`: who of a roster has a record in the period."""

    of: Id
    roster: Selector
    every: Every | None = None
    by: DayOrMomentText | None = None
    share: ShareText
    roll: Convention = Convention.PRECEDING


class Check(Row, frozen=True, kw_only=True):
    """When a measure is looked at."""

    every: Every
    by: MomentText


class Measure(Row, frozen=True, kw_only=True):
    """`measure: {of: RECORD, at_least or share, check}`: a number that must hold."""

    of: Id
    at_least: Annotated[Count, Least(0)] | None = None
    share: ShareText | None = None
    check: Check
    roll: Convention = Convention.PRECEDING


class Review(Row, frozen=True, kw_only=True):
    """`review: {every, by}`: somebody attests that it is being done; `soft` prompts are never overdue."""

    every: Every
    by: MomentText
    soft: Flag = False
    roll: Convention = Convention.PRECEDING


Schedule = Once | Recurring | Within | With | Before | Rrule | Quota | Coverage | Measure | Review
