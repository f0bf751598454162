"""The register: what obligations.yaml says, as frozen values. It knows no file, no place and no calendar.

Field names are the keys of the file; `from`, `with`, `except` carry an underscore here. The types that turn text into
values (`DurationText` and the like) are in `grammar`.
"""

from __future__ import annotations

from datetime import time
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from scheduler.register.grammar import (
    DateText,
    DurationText,
    Frozen,
    Id,
    MomentText,
    OnceText,
    Several,
    ShareText,
    TargetText,
    TimeText,
    Words,
)
from scheduler.register.values import (
    Covers,
    Every,
    Follows,
    LadderClock,
    MailPace,
    SetBy,
    UntrackedBy,
)
from scheduler.workdays import Convention, Region


class Row(BaseModel):
    """Base of everything in the table: frozen, and no key that the language does not have."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=True)


# -- who -------------------------------------------------------------------------------------------------------------


class Tenure(Row):
    """Who holds a role of a unit, from a day to a day (both included; open where None)."""

    person: Id
    from_: DateText | None = Field(None, alias="from")
    to: DateText | None = None


class Away(Row):
    """A person's absence, both days included, and who stands in."""

    from_: DateText = Field(alias="from")
    to: DateText
    delegate: Id


class Person(Row):
    """Somebody who can get mail; without `email` it goes to `via`."""

    id: Id
    name: Words
    post: Words | None = None
    email: Words | None = None
    phone: Words | None = None
    unit: Id | None = None  # rosters in CSV say it here instead of in `units[].people`
    role: Id | None = None
    via: Id | None = None
    mail: MailPace = MailPace.DAILY
    away: Several[Away] = ()


class OfficeUnit(Row):
    """A unit of the tree: it owes, reports to another, and has people in roles."""

    id: Id
    name: Words
    aliases: Several[Words] = ()
    kind: Id | None = None
    tags: Several[Id] = ()
    reports_to: Id | None = None
    region: Region | None = None
    send_at: TimeText | None = None
    mail: Words | None = None  # a shared mailbox, used where a role has nobody with an address
    people: Frozen[Several[Tenure]] = Field(default_factory=dict)


class Selector(Row):
    """Whom a row means. A list in the file is a union: `any_of`. `event.unit` sets `event_unit`."""

    unit: Several[Id] = ()
    kind: Several[Id] = ()
    tag: Several[Id] = ()
    role: Id | None = None
    of: Selector | None = None
    except_: Selector | None = Field(None, alias="except")
    event_unit: bool = False
    any_of: tuple[Selector, ...] = ()


# -- when: exactly one schedule per obligation -----------------------------------------------------------------------


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
    after_done: Id | None = None
    roll: Convention | None = None


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

    rrule: Words
    from_: DateText | None = Field(None, alias="from")
    roll: Convention | None = None


Due = Once | Recurring | Within | With | Before | Rrule


class Pace(Row):
    """How far a quota should be by a moment; behind it a notice goes, no task."""

    by: MomentText
    at_least: int = Field(ge=1)


class Quota(Row):
    """`quota: {of: RECORD, at_least: N, every: PERIOD}`: counted per bearer."""

    of: Id
    at_least: int = Field(ge=1)
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
    by: OnceText | MomentText | None = None
    share: ShareText
    roll: Convention = Convention.PRECEDING


class Check(Row):
    """When a measure is looked at."""

    every: Every
    by: MomentText


class Measure(Row):
    """`measure: {of: RECORD, at_least or share, check}`: a number that must hold."""

    of: Id
    at_least: int | None = Field(None, ge=0)
    share: ShareText | None = None
    check: Check
    roll: Convention = Convention.PRECEDING


class Review(Row):
    """`review: {every, by}`: somebody attests that it is being done; `soft` prompts are never overdue."""

    every: Every
    by: MomentText
    soft: bool = False
    roll: Convention = Convention.PRECEDING


Schedule = Due | Quota | Coverage | Measure | Review


# -- what ------------------------------------------------------------------------------------------------------------


class Basis(Row):
    """Where the duty comes from."""

    document: Words
    clause: Words | None = None
    quote: Words | None = None


class PeriodDate(Row):
    """A year's own notice: the day for one period, which wins over the rule."""

    by: DateText
    basis: Several[Basis] = ()
    roll: Convention = Convention.PRECEDING


class Outer(Row):
    """A second, later limit for the same act, from another basis; a moment of the due day's own period, or a day."""

    by: OnceText | MomentText
    basis: Several[Basis] = ()
    roll: Convention = Convention.NONE


class Extension(Row):
    """How far and how often a task may be extended, counted from the old due day."""

    up_to: DurationText
    times: int = Field(1, ge=1)


class Effective(Row):
    """The days between which a rule holds, both included."""

    from_: DateText | None = Field(None, alias="from")
    until: DateText | None = None


class Obligation(Row):
    """One row of the table; lasts for years."""

    id: Id
    title: Words
    basis: Several[Basis] = ()
    refs: Several[Words] = ()
    owed_by: Selector
    supporting: Selector | None = None
    coordinator: Selector | None = None
    on_behalf_of: Selector | None = None
    due: Due | None = None
    quota: Quota | None = None
    coverage: Coverage | None = None
    measure: Measure | None = None
    review: Review | None = None
    ladder: Id | None = None
    dates: Frozen[PeriodDate] = Field(default_factory=dict)
    outer: Outer | None = None
    evidence: Literal["required"] | None = None
    extension: Extension | None = None
    stops_for: Several[Id] = ()
    restarts_on: Several[Id] = ()
    starts: Id | None = None
    closes: Id | None = None
    effective: Effective = Effective(from_=None, until=None)
    superseded_by: Id | None = None
    formerly: Several[Id] = ()
    set_by: SetBy = SetBy.TEXT
    category: Words | None = None
    contact: Words | None = None
    complete_when: Words | None = None
    how_to_report: Words | None = None

    @property
    def schedule(self) -> Schedule:
        """The one schedule that the row has."""
        found = self.due or self.quota or self.coverage or self.measure or self.review
        if found is None:
            raise ValueError(self.id)  # the reader refuses such a row
        return found


class Untracked(Row):
    """Rows of the documents that are not reminded automatically, and what covers them."""

    refs: Several[Words]
    title: Words
    by: UntrackedBy


# -- how it is said --------------------------------------------------------------------------------------------------


class Event(Row):
    """Something that happens and starts, stops or closes clocks."""

    id: Id
    title: Words
    show_title: bool = False


class RecordKind(Row):
    """A fact that counts towards a quota, a coverage or a measure."""

    id: Id
    title: Words


class Rung(Row):
    """One step of an escalation: before or after the target, to whom, and whether a person must release it."""

    before: DurationText | None = None
    after: DurationText | None = None
    to: TargetText
    ask: bool = False


class Ladder(Row):
    """Which notices a task gets. `chase` lists offsets after the target; a last `every 5wd` repeats (`chase_every`)."""

    remind: Several[DurationText] = ()
    chase: Several[DurationText] = ()
    chase_every: DurationText | None = None
    escalate: Several[Rung] = ()
    clock: LadderClock = LadderClock.WORKING
    send_at: TimeText | None = None


class SummaryRow(Row):
    """When the 工作情况 goes, and to whom."""

    every: Every
    by: MomentText
    to: Several[Id]


class ClosureDays(Row):
    """Closures of this office: days it rests, days it works."""

    rest: Several[DateText] = ()
    work: Several[DateText] = ()


class Office(Row):
    """The operating office."""

    name: Words
    unit: Id
    admin: Id
    section: Words | None = None  # 科室 that signs the mails
    phone: Words | None = None
    region: Region | None = None
    send_at: TimeText = time(9, 0)
    start: DateText | None = None
    trial: bool = False
    mail_domains: Several[Words] = ()


class Register(Row):
    """The validated content of obligations.yaml and its includes."""

    version: Literal[1]
    office: Office
    units: tuple[OfficeUnit, ...]
    people: tuple[Person, ...]
    events: tuple[Event, ...] = ()
    records: tuple[RecordKind, ...] = ()
    ladders: Frozen[Ladder]
    obligations: tuple[Obligation, ...]
    not_tracked: tuple[Untracked, ...] = ()
    calendar: ClosureDays = ClosureDays()
    summaries: tuple[SummaryRow, ...] = ()
    digest: str  # SHA-256 of the bytes of the file and its includes, in order


__all__ = [
    "Away", "Basis", "Before", "Check", "ClosureDays", "Coverage", "Due", "Effective", "Event", "Extension", "Ladder",
    "Measure", "Obligation", "Office", "OfficeUnit", "Once", "Outer", "Pace", "PeriodDate", "Person", "Quota",
    "RecordKind", "Recurring", "Register", "Review", "Row", "Rrule", "Rung", "Schedule", "Selector", "SummaryRow",
    "Tenure", "Untracked", "With", "Within",
]  # fmt: skip
