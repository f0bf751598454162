"""The register: what obligations.yaml says, as frozen values. It knows no file, no place and no calendar.

Field names are the keys of the file; `from`, `with`, `except` carry an underscore here. The types that turn text into
values (`DurationText` and the like) are in `grammar`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from scheduler.register.grammar import (
    Count,
    DateText,
    DayOrMomentText,
    DurationText,
    Flag,
    Frozen,
    Id,
    Line,
    MomentText,
    OnceText,
    RegionText,
    Several,
    ShareText,
    TargetText,
    TimeText,
    Words,
)
from scheduler.register.mistakes import Code, UnreadableError
from scheduler.register.values import (
    Covers,
    Every,
    Follows,
    LadderClock,
    MailPace,
    SetBy,
    UntrackedBy,
)
from scheduler.words import say
from scheduler.workdays import Convention

# Fields that the file fills in another way; no key of a file can be spelled so.
ANY_OF, EVENT_UNIT, AFTER_DONE, CHASE_EVERY = "\0any_of", "\0event_unit", "\0after_done", "\0chase_every"
TAG = "\0"  # before the names of the kinds of `due`, so that no path of an error mistakes them for keys


def _empty() -> Mapping[str, Any]:
    return MappingProxyType({})


class Row(BaseModel):
    """Base of everything in the table: frozen, and no key that the language does not have."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=True)


# -- who -------------------------------------------------------------------------------------------------------------


class Tenure(Row):
    """Who holds a role of a unit, from a day to a day (both included; open where None)."""

    person: Id
    from_: DateText | None = Field(None, alias="from")
    to: DateText | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: object) -> object:
        return {"person": data} if isinstance(data, str) else data

    def on(self, day: date) -> bool:
        """Whether it covers the day."""
        return (self.from_ is None or self.from_ <= day) and (self.to is None or day <= self.to)


class Away(Row):
    """A person's absence, both days included, and who stands in."""

    from_: DateText = Field(alias="from")
    to: DateText
    delegate: Id


class Person(Row):
    """Somebody who can get mail; without `email` it goes to `via`."""

    id: Id
    name: Line
    post: Line | None = None
    email: Line | None = None
    phone: Line | None = None
    unit: Id | None = None  # rosters in CSV say it here instead of in `units[].people`
    role: Id | None = None
    via: Id | None = None
    mail: MailPace = MailPace.DAILY
    away: Several[Away] = ()


class OfficeUnit(Row):
    """A unit of the tree: it owes, reports to another, and has people in roles."""

    id: Id
    name: Line
    aliases: Several[Line] = ()
    kind: Id | None = None
    tags: Several[Id] = ()
    reports_to: Id | None = None
    region: RegionText | None = None
    send_at: TimeText | None = None
    mail: Line | None = None  # a shared mailbox, used where a role has nobody with an address
    people: Frozen[Several[Tenure]] = Field(default_factory=_empty)

    def __hash__(self) -> int:
        return hash(self.id)


class Selector(Row):
    """Whom a row means. A list in the file is a union: `any_of`. `event.unit` sets `event_unit`."""

    unit: Several[Id] = ()
    kind: Several[Id] = ()
    tag: Several[Id] = ()
    role: Id | None = None
    of: Selector | None = None
    except_: Selector | None = Field(None, alias="except")
    event_unit: bool = Field(default=False, alias=EVENT_UNIT)
    any_of: tuple[Selector, ...] = Field((), alias=ANY_OF)

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: object) -> object:
        if isinstance(data, list):
            return {ANY_OF: data}
        if isinstance(data, str):
            return {EVENT_UNIT: _is_event_unit(data)}
        return data


def _is_event_unit(text: str) -> bool:
    if text.strip() == "event.unit":
        return True
    message = say("“{text}”没有说明是单位、类别、标签还是角色", text=text[:60])
    hint = say("请写成 {{unit: {text}}} 或 {{kind: {text}}}；由事件决定的写 event.unit", text=text[:60])
    raise UnreadableError(Code.BAD_SELECTOR, message, hint)


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
        message = say("due 里同时写了 {keys}，一个事项只能有一种时限", keys="、".join(leads))
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


# -- what ------------------------------------------------------------------------------------------------------------


class Basis(Row):
    """Where the duty comes from."""

    document: Line
    clause: Line | None = None
    quote: Words | None = None


class PeriodDate(Row):
    """A year's own notice: the day for one period, which wins over the rule."""

    by: DateText
    basis: Several[Basis] = ()
    roll: Convention = Convention.PRECEDING


class Outer(Row):
    """A second, later limit for the same act, from another basis; a moment of the due day's own period, or a day."""

    by: DayOrMomentText
    basis: Several[Basis] = ()
    roll: Convention = Convention.NONE


class Extension(Row):
    """How far and how often a task may be extended, counted from the old due day."""

    up_to: DurationText
    times: Count = Field(1, ge=1)


class Effective(Row):
    """The days between which a rule holds, both included."""

    from_: DateText | None = Field(None, alias="from")
    until: DateText | None = None


class Obligation(Row):
    """One row of the table; lasts for years."""

    id: Id
    title: Line
    basis: Several[Basis] = ()
    refs: Several[Line] = ()
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
    dates: Frozen[PeriodDate] = Field(default_factory=_empty)
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
    category: Line | None = None
    contact: Words | None = None
    complete_when: Words | None = None
    how_to_report: Words | None = None

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def schedule(self) -> Schedule:
        """The one schedule that the row has."""
        found = self.schedule_or_none
        if found is None:
            raise ValueError(self.id)  # the reader refuses such a row
        return found

    @property
    def schedule_or_none(self) -> Schedule | None:
        """The same while the table is still being read, when it may be missing."""
        return self.due or self.quota or self.coverage or self.measure or self.review


class Untracked(Row):
    """Rows of the documents that are not reminded automatically, and what covers them."""

    refs: Several[Line]
    title: Line
    by: UntrackedBy


# -- how it is said --------------------------------------------------------------------------------------------------


class Event(Row):
    """Something that happens and starts, stops or closes clocks."""

    id: Id
    title: Line
    show_title: Flag = False


class RecordKind(Row):
    """A fact that counts towards a quota, a coverage or a measure."""

    id: Id
    title: Line


def _repeats(text: object) -> bool:
    return isinstance(text, str) and text.split()[:1] == ["every"] and len(text.split()) > 1


class Rung(Row):
    """One step of an escalation: before or after the target, to whom, and whether a person must release it."""

    before: DurationText | None = None
    after: DurationText | None = None
    to: TargetText
    ask: Flag = False


class Ladder(Row):
    """Which notices a task gets. `chase` lists offsets after the target; a last `every 5wd` repeats (`chase_every`)."""

    remind: Several[DurationText] = ()
    chase: Several[DurationText] = ()
    chase_every: DurationText | None = Field(None, alias=CHASE_EVERY)
    escalate: Several[Rung] = ()
    clock: LadderClock = LadderClock.WORKING
    send_at: TimeText | None = None

    @model_validator(mode="before")
    @classmethod
    def _split(cls, data: object) -> object:
        chase = data.get("chase") if isinstance(data, dict) else None
        chase = [chase] if isinstance(chase, str) else chase
        if isinstance(data, dict) and isinstance(chase, list) and chase and _repeats(chase[-1]):
            return {**data, "chase": chase[:-1], CHASE_EVERY: chase[-1].split(None, 1)[1]}
        return data


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

    name: Line
    unit: Id
    admin: Id
    section: Line | None = None  # 科室 that signs the mails
    phone: Line | None = None
    region: RegionText | None = None
    send_at: TimeText = time(9, 0)
    start: DateText | None = None
    trial: Flag = False
    mail_domains: Several[Line] = ()


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

    def __hash__(self) -> int:
        return hash(self.digest)


__all__ = [
    "Away", "Basis", "Before", "Check", "ClosureDays", "Coverage", "Due", "Effective", "Event", "Extension", "Ladder",
    "Measure", "Obligation", "Office", "OfficeUnit", "Once", "Outer", "Pace", "PeriodDate", "Person", "Quota",
    "RecordKind", "Recurring", "Register", "Review", "Row", "Rrule", "Rung", "Schedule", "Selector", "SummaryRow",
    "Tenure", "Untracked", "With", "Within",
]  # fmt: skip
