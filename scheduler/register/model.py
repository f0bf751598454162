"""The register: what obligations.yaml says, as frozen values. It knows no file, no place and no calendar.

Field names are the keys of the file; `from`, `with`, `except` carry an underscore here. Who is meant stands in `who`,
when something is due in `when`; the types that turn text into values (`DurationText` and the like) in `grammar`.
"""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal

from msgspec import field

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
    RegionText,
    Several,
    TargetText,
    TimeText,
    Words,
)
from scheduler.register.rows import CHASE_EVERY, Inner, Least, Row, empty
from scheduler.register.values import Every, LadderClock, SetBy, UntrackedBy
from scheduler.register.when import (
    Before,
    Check,
    Coverage,
    Due,
    Measure,
    Once,
    Pace,
    Quota,
    Recurring,
    Review,
    Rrule,
    Schedule,
    With,
    Within,
)
from scheduler.register.who import Away, DutyDay, OfficeUnit, Person, Selector, Tenure
from scheduler.workdays import Convention

# -- what ------------------------------------------------------------------------------------------------------------


class Basis(Row, frozen=True, kw_only=True):
    """Where the duty comes from."""

    document: Line
    clause: Line | None = None
    quote: Words | None = None


class PeriodDate(Row, frozen=True, kw_only=True):
    """A year's own notice: the day for one period, which wins over the rule."""

    by: DateText
    basis: Several[Basis] = ()
    roll: Convention = Convention.PRECEDING


class Outer(Row, frozen=True, kw_only=True):
    """A second, later limit for the same act, from another basis; a moment of the due day's own period, or a day."""

    by: DayOrMomentText
    basis: Several[Basis] = ()
    roll: Convention = Convention.NONE


class Extension(Row, frozen=True, kw_only=True):
    """How far and how often a task may be extended, counted from the old due day."""

    up_to: DurationText
    times: Annotated[Count, Least(1)] = 1


class Effective(Row, frozen=True, kw_only=True):
    """The days between which a rule holds, both included."""

    from_: DateText | None = None
    until: DateText | None = None


class Obligation(Row, frozen=True, kw_only=True):
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
    dates: Frozen[PeriodDate] = field(default_factory=empty)
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


class Untracked(Row, frozen=True, kw_only=True):
    """Rows of the documents that are not reminded automatically, and what covers them."""

    refs: Several[Line]
    title: Line
    by: UntrackedBy


# -- how it is said --------------------------------------------------------------------------------------------------


class Event(Row, frozen=True, kw_only=True):
    """Something that happens and starts, stops or closes clocks."""

    id: Id
    title: Line
    show_title: Flag = False


class RecordKind(Row, frozen=True, kw_only=True):
    """A fact that counts towards a quota, a coverage or a measure."""

    id: Id
    title: Line


def _repeats(text: object) -> bool:
    return isinstance(text, str) and text.split()[:1] == ["every"] and len(text.split()) > 1


class Rung(Row, frozen=True, kw_only=True):
    """One step of an escalation: before or after the target, to whom, and whether a person must release it."""

    before: DurationText | None = None
    after: DurationText | None = None
    to: TargetText
    ask: Flag = False


class Ladder(Row, frozen=True, kw_only=True):
    """Which notices a task gets. `chase` lists offsets after the target; a last `every 5wd` repeats (`chase_every`)."""

    remind: Several[DurationText] = ()
    chase: Several[DurationText] = ()
    chase_every: Inner[DurationText | None] = None
    escalate: Several[Rung] = ()
    clock: LadderClock = LadderClock.WORKING
    send_at: TimeText | None = None

    @classmethod
    def spelled_out(cls, said: object) -> object:
        """A last `every …` of `chase` is what repeats."""
        chase = said.get("chase") if isinstance(said, dict) else None
        chase = [chase] if isinstance(chase, str) else chase
        if isinstance(said, dict) and isinstance(chase, list) and chase and _repeats(chase[-1]):
            return {**said, "chase": chase[:-1], CHASE_EVERY: chase[-1].split(None, 1)[1]}
        return said


class SummaryRow(Row, frozen=True, kw_only=True):
    """When the 工作情况 goes, and to whom."""

    every: Every
    by: MomentText
    to: Several[Id]


class ClosureDays(Row, frozen=True, kw_only=True):
    """Closures of this office: days it rests, days it works."""

    rest: Several[DateText] = ()
    work: Several[DateText] = ()


class Office(Row, frozen=True, kw_only=True):
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
    handover: TimeText = time()  # when the duty of a day begins, Beijing time


class Register(Row, frozen=True, kw_only=True):
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
    duty: tuple[DutyDay, ...] = ()
    digest: str  # SHA-256 of the bytes of the file and its includes, in order

    def __hash__(self) -> int:
        return hash(self.digest)


__all__ = [
    "Away", "Basis", "Before", "Check", "ClosureDays", "Coverage", "Due", "DutyDay", "Effective", "Event", "Extension",
    "Ladder", "Measure", "Obligation", "Office", "OfficeUnit", "Once", "Outer", "Pace", "PeriodDate", "Person", "Quota",
    "RecordKind", "Recurring", "Register", "Review", "Row", "Rrule", "Rung", "Schedule", "Selector", "SummaryRow",
    "Tenure", "Untracked", "With", "Within",
]  # fmt: skip
