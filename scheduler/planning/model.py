"""The words of planning as frozen values: facts, slots, tasks, steps, notices, messages. Nothing is computed here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from msgspec import Struct, field
from msgspec.structs import force_setattr

from scheduler.register import Obligation, Region
from scheduler.register.values import Target
from scheduler.words import Phrase

BEIJING = ZoneInfo("Asia/Shanghai")  # the one time zone of the country
Moment = date | datetime  # a whole day, or (hour-scale) an aware moment in Beijing time
Scalar = str | int | bool | None
NO_DATA: Mapping[str, Scalar | tuple[str, ...]] = MappingProxyType({})


# -- what happened ---------------------------------------------------------------------------------------------------


class FactKind(StrEnum):
    """The closed list of journal entries."""

    EVENT = "event"
    RECORD = "record"
    DONE = "done"
    REPORT = "report"
    CONFIRM = "confirm"
    RETURN = "return"
    ACK = "ack"
    EXTEND = "extend"
    PAUSE = "pause"
    RESUME = "resume"
    WAIVE = "waive"
    REOPEN = "reopen"
    ASSIGN = "assign"
    VOID = "void"
    RELEASE = "release"
    WITHDRAW = "withdraw"
    CHASE = "chase"  # a person asks for one chaser; data: step, at, target
    CALL = "call"  # somebody was telephoned about a task; data: note, person
    CORRECT = "correct"  # a mail was wrong; data: message, text
    TABLE = "table"  # a table went into force; data: digest
    ROW = "row"  # an obligation was seen for the first time; data: obligation
    TABLE_REFUSED = "table-refused"
    CALENDAR = "calendar"
    QUEUED = "queued"  # a message entered the outbox; data: message, kind; `notices` names its notices
    SKIPPED = "skipped"  # a notice will not go; data: notice, reason
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"  # a notice or message in the outbox is no longer wanted; data: notice, reason
    DRAFT = "draft"  # a document was drafted for signature; data: document, label, number, digest, files
    FREEZE = "freeze"  # the plan of a year was frozen; data: year, tasks, digest, files
    STARTED = "started"
    RESTORED = "restored"  # the journal was put back from a copy; data: name, since, head, lost
    HEARTBEAT = "heartbeat"


class Fact(Struct, frozen=True):
    """One entry of the journal. `entered` is when it was written down, `on` when it happened (None: the same)."""

    seq: int
    kind: FactKind
    entered: datetime
    on: Moment | None
    by: str
    task: str | None
    data: Mapping[str, Scalar | tuple[str, ...]]


class Entry(Struct, frozen=True):
    """A fact not yet written down: the journal adds its number and the moment of entry."""

    kind: FactKind
    by: str
    on: Moment | None = None
    task: str | None = None
    data: Mapping[str, Scalar | tuple[str, ...]] = field(default_factory=lambda: NO_DATA)


# -- what is owed ----------------------------------------------------------------------------------------------------


class Bearer(Struct, frozen=True):
    """Who owes a task. `id` is what stands in the task's id: a unit, a person, or `unit:role` (follows: post)."""

    id: str
    unit: str
    person: str | None = None
    role: str | None = None


class LegKind(StrEnum):
    """What one step of the way to a date did."""

    PRINTED = "printed"  # the rule names the day
    OVERRIDE = "override"  # the day that `dates`, or the event itself, gives
    EVENT = "event"  # the event, or the completion, that starts the clock
    COUNT = "count"  # so many units forward
    LEAD = "lead"  # so many units back
    ROLL = "roll"  # moved off a rest day, or not
    STOP = "stop"  # days that are not counted
    RESTART = "restart"  # the clock begins anew
    EXTEND = "extend"  # a longer limit was granted
    OUTER = "outer"  # a second limit from another basis


class Leg(Struct, frozen=True):
    """One step of the way to a date; `words` is what it used: `10wd`, `preceding`, a task's id."""

    kind: LegKind
    start: Moment
    end: Moment
    words: str = ""


class Dates(Struct, frozen=True):
    """The days of a task: `due` is the last moment on time, `target` the day to work to, `outer` a later second limit.

    `outer` and `opens` are calendar days; all three others are days, or moments in Beijing time for hour-scale tasks.
    """

    opens: date
    printed: Moment
    due: Moment
    target: Moment
    outer: date | None
    provisional: bool


class NoticeKind(StrEnum):
    """催办 and 督办 never share a kind."""

    REMINDER = "reminder"
    CHASER = "chaser"
    ESCALATION = "escalation"


class Step(Struct, frozen=True):
    """One rung of a ladder for one slot: when it goes and to whom; the same for all bearers of the slot."""

    kind: NoticeKind
    name: str  # remind-5wd, chase-1, escalate-after-3wd, remind-before-rest, pace-06-30, remind-now
    at: datetime
    to: Target | None  # None: the bearer (a unit's officer, or the person)
    ask: bool = False
    ahead: bool = False  # counted back from the target: reminders, pace notices and `before` rungs
    last: bool = False  # the last reminder, which an acknowledgement does not silence
    repeats: bool = False  # one of the endless `every` chasers
    needs: int | None = None  # of a pace notice: how many must be there for it to stay at home
    by_hand: bool = False  # a chaser that a person asked for; it belongs to one task and is in no slot


class Slot(Struct, frozen=True):
    """One obligation in one period (or of one event), in one region with one send time: what all its bearers share."""

    obligation: Obligation
    period: str
    region: Region | None
    dates: Dates
    steps: tuple[Step, ...]
    known: datetime | None = (
        None  # since when the task exists, where that is later than its first step (late event, new row)
    )
    event: str | None = None  # the reference of the event that it hangs on
    send_at: time = time(9)  # of the bearers' units, Beijing time; the ladder's own wins over it
    event_unit: str | None = None  # the unit of that event, where it named one
    only: Bearer | None = None  # the one bearer whose own slot this is (extension, pause, chain, lapse of a measure)
    without: frozenset[str] = frozenset()  # bearers of the group whose task has dates of its own, in another slot
    dormant: bool = False  # nothing is asked: due before the start, or the event that `starts` it has not come
    paused: bool = False  # its clock stands still at the plan's moment
    span: tuple[date, date] | None = None  # the days whose records count; None for tasks that count none
    legs: tuple[Leg, ...] = ()  # how its dates were reached, in order


class Task(Struct, frozen=True):
    """One obligation × one bearer × one period: the thing with a deadline."""

    slot: Slot
    bearer: Bearer

    @property
    def id(self) -> str:
        """`obligation/bearer/period`; stable across edits of the table."""
        return f"{self.slot.obligation.id}/{self.bearer.id}/{self.slot.period}"

    @property
    def dates(self) -> Dates:
        """The days of the task."""
        return self.slot.dates


class State(StrEnum):
    """Where a task stands; derived, never stored."""

    DORMANT = "dormant"
    NOT_OPEN = "not-open"
    OPEN = "open"
    REPORTED = "reported"
    PAUSED = "paused"
    OVERDUE = "overdue"
    DONE = "done"
    DONE_LATE = "done-late"
    WAIVED = "waived"


class Light(StrEnum):
    """Green; yellow inside the ladder; red overdue; grey where nothing is asked."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"


class Progress(Struct, frozen=True):
    """How far a quota, coverage or measure is; `missing` are person or unit ids."""

    done: int
    required: int
    missing: tuple[str, ...] = ()


class Standing(Struct, frozen=True):
    """A task's state at a moment, with what an auditor asks about it."""

    task: Task
    state: State
    light: Light
    progress: Progress | None
    done_on: Moment | None
    evidence: str | None
    acknowledged_at: datetime | None
    extensions: int


# -- what is said ----------------------------------------------------------------------------------------------------


def tail(step: Step, target: Moment) -> str:
    """What makes a notice unique within its task: step, target and role."""
    return f"#{step.name}@{target.isoformat()}>{step.to or 'bearer'}"


class Notice(Struct, frozen=True):
    """One reminder, chaser or escalation of one task.

    `key` is unique for ever: its name, the target day and the role. A moved target makes a new notice.
    """

    task: Task
    step: Step
    key: str = ""  # kept, never given: a notice that goes is asked for it a dozen times

    def __post_init__(self) -> None:
        """Put the key together, once."""
        force_setattr(self, "key", self.task.id + tail(self.step, self.task.dates.target))

    @property
    def name(self) -> str:
        """What people call it: TASK#STEP."""
        return f"{self.task.id}#{self.step.name}"


class OutcomeKind(StrEnum):
    """What became of a notice."""

    QUEUED = "queued"
    SENT = "sent"
    SKIPPED = "skipped"
    DROPPED = "dropped"
    DEAD = "dead"  # refused for good by the mail server


class Outcome(Struct, frozen=True):
    """The recorded end (or present place) of a notice."""

    key: str
    kind: OutcomeKind
    at: datetime  # when it was decided, or sent
    reason: str
    message_id: str | None = None
    to: tuple[str, ...] = ()  # person ids (or unit ids for shared mailboxes)


class Verdict(StrEnum):
    """What to do with a notice whose moment has come."""

    SEND = "send"
    SKIP = "skip"
    HOLD = "hold"


class Recipient(Struct, frozen=True):
    """To whom a notice really goes. `who` is a person id (a unit id for a shared mailbox); `note` says why another."""

    who: str
    name: str
    post: str | None
    unit: str | None
    address: str
    note: Phrase | None = None


class Decision(Struct, frozen=True):
    """A verdict on one notice, with its reason (a stable code), also when the answer is no."""

    notice: Notice
    verdict: Verdict
    reason: str
    recipient: Recipient | None = None
    copies: tuple[Recipient, ...] = ()
    late: bool = False
    at: datetime | None = None  # the send moment that it goes with; of a HOLD when it may go, None: when a person acts


class MessageKind(StrEnum):
    """What a mail is, and so its subject mark and template."""

    REMINDER = "reminder"
    CHASER = "chaser"
    ESCALATION = "escalation"
    DIGEST = "digest"  # several notices of different tasks in one
    WEEKLY = "weekly"
    PREVIEW = "preview"
    WARNING = "warning"
    MOVED = "moved"  # 时限变更
    CORRECTION = "correction"  # 更正
    SUMMARY = "summary"


class Message(Struct, frozen=True):
    """One mail: the notices of one moment for one recipient, most urgent first. `key` makes its Message-ID."""

    key: str
    kind: MessageKind
    recipient: Recipient
    copies: tuple[Recipient, ...]
    moment: datetime
    notices: tuple[Notice, ...]
    late: bool = False
    cause: str | None = None  # for messages without notices: what makes them unique
