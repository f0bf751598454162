"""The rows that say when: exactly one schedule per obligation. They compute no day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

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
from scheduler.register.rows import AFTER_DONE, TAG, Row
from scheduler.register.values import Covers, Every, Follows
from scheduler.register.who import Selector
from scheduler.words import say
from scheduler.workdays import Convention


class Once(Row):
    """`due: {by: 2018-12-31}`: one day, once."""

    by: OnceText
    from_: DateText | None = Field(None, alias="from")
    roll: Convention | None = None


class Recurring(Row):
    """`due: {every: year, by: MOMENT}`."""

    every: Every
    by: MomentText
    covers: Covers = Covers.CURRENT
    from_: MomentText | None = Field(None, alias="from")
    roll: Convention | None = None


class Within(Row):
    """`due: {within: DURATION, after: EVENT}`; `after: done OBLIGATION` is kept in `after_done`."""

    within: DurationText
    after: Id | None = None
    after_done: Id | None = Field(None, alias=AFTER_DONE)
    roll: Convention | None = None

    @model_validator(mode="before")
    @classmethod
    def _split(cls, data: object) -> object:
        after = data.get("after") if isinstance(data, dict) else None
        if isinstance(data, dict) and isinstance(after, str) and after.split()[:1] == ["done"]:
            rest = {key: value for key, value in data.items() if key != "after"}
            return {**rest, AFTER_DONE: after.strip().removeprefix("done")}
        return data


class With(Row):
    """`due: {with: EVENT, tolerance: DURATION}`: at the same moment as the event (三同步)."""

    with_: Id = Field(alias="with")
    tolerance: DurationText | None = None
    roll: Convention = Convention.NONE


class Before(Row):
    """`due: {before: EVENT or OBLIGATION, lead: DURATION}`: a gate before a planned event, a step before a task."""

    before: Id
    lead: DurationText
    roll: Convention = Convention.PRECEDING


class Rrule(Row):
    """`due: {rrule: "FREQ=…"}` (RFC 5545), for what nothing else says; `from` is its DTSTART."""

    rrule: Line
    from_: DateText | None = Field(None, alias="from")
    roll: Convention | None = None


_LEADS = {"every": Recurring, "within": Within, "with": With, "before": Before, "rrule": Rrule}


def _one_kind(data: object) -> object:
    """Refuse a `due` that is no mapping, says two things, or nothing that makes a date."""
    if not isinstance(data, Mapping):
        return data
    leads = [key for key in _LEADS if key in data]
    if len(leads) > 1:
        message = say("due 里同时写了 {keys}，一个事项只能有一种时限", keys=tuple(leads))
        raise UnreadableError(Code.SCHEDULE_TWO, message, say("只保留一种；确有两个时限的，分成两个事项，或用 outer"))
    if not leads and "by" not in data:
        message = say("due 里没有说明期限")
        hint = say("写 by（日期）、every 加 by（周期）、within 加 after（事件后）、with、before 加 lead，或 rrule")
        raise UnreadableError(Code.SCHEDULE_MISSING, message, hint)
    return data


def _kind(data: object) -> str:
    if isinstance(data, Mapping):
        return TAG + next((key for key in _LEADS if key in data), "by")
    return TAG + next((key for key, model in _LEADS.items() if isinstance(data, model)), "by")


Due = Annotated[
    Annotated[Once, Tag(TAG + "by")]
    | Annotated[Recurring, Tag(TAG + "every")]
    | Annotated[Within, Tag(TAG + "within")]
    | Annotated[With, Tag(TAG + "with")]
    | Annotated[Before, Tag(TAG + "before")]
    | Annotated[Rrule, Tag(TAG + "rrule")],
    Discriminator(_kind),
    BeforeValidator(_one_kind),
]


class Pace(Row):
    """How far a quota should be by a moment; behind it a notice goes, no task."""

    by: MomentText
    at_least: Count = Field(ge=1)


class Quota(Row):
    """`quota: {of: RECORD, at_least: N, every: PERIOD}`: counted per bearer."""

    of: Id
    at_least: Count = Field(ge=1)
    every: Every
    by: MomentText | None = None
    pace: Several[Pace] = ()
    follows: Follows = Follows.PERSON
    roll: Convention = Convention.PRECEDING


class Coverage(Row):
    """`coverage: {of: RECORD, roster: SELECTOR, every or by, share}`: who of a roster has a record in the period."""

    of: Id
    roster: Selector
    every: Every | None = None
    by: DayOrMomentText | None = None
    share: ShareText
    roll: Convention = Convention.PRECEDING


class Check(Row):
    """When a measure is looked at."""

    every: Every
    by: MomentText


class Measure(Row):
    """`measure: {of: RECORD, at_least or share, check}`: a number that must hold."""

    of: Id
    at_least: Count | None = Field(None, ge=0)
    share: ShareText | None = None
    check: Check
    roll: Convention = Convention.PRECEDING


class Review(Row):
    """`review: {every, by}`: somebody attests that it is being done; `soft` prompts are never overdue."""

    every: Every
    by: MomentText
    soft: Flag = False
    roll: Convention = Convention.PRECEDING


Schedule = Once | Recurring | Within | With | Before | Rrule | Quota | Coverage | Measure | Review
