"""What templates see: plain values with every date counted and every name looked up. Templates add the words around."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct


class OfficeView(Struct, frozen=True):
    """Who signs. `us` is 我科 or 我办; `phone` is the office's, never a private number."""

    name: str
    section: str
    us: str
    admin: str
    phone: str | None


class ReaderView(Struct, frozen=True):
    """To whom: 林岚同志, 许文副主任 or a unit's full name.

    `notes` say why all of it came to this mailbox, `banner` that it is a trial.
    """

    salutation: str
    leads: bool
    banner: str | None
    notes: tuple[str, ...]


class Ask(Struct, frozen=True):
    """By when something is asked for in a chaser: the day, and the words behind it (18:00前)."""

    day: date
    tail: str


class ItemView(Struct, frozen=True):
    """One task in a letter.

    `target_short` is 1月29日前, `count` 1/2, `subject` the title without its verb. `whose` is 你单位, 贵单位, 我办, 您
    or the full name. `span` is 剩20个工作日 or 逾期1个工作日, by the bearer's calendar at the moment of sending.
    `unsent` counts the reminders and chasers that an outage kept back until they were of no more use. `called` are the
    days of telephone calls; `by_hand` says that a person asked for this chaser. `mark` is 提醒, 催办 or 督办; `note`
    says why this one came to this mailbox, where that is not true of all in the letter. `ended`: the period that counts
    is over, so that nothing more can be done, only registered or explained. `duty` names who is on duty at the moment
    of sending, for what counts in hours.
    """

    id: str
    kind: str
    step: str
    title: str
    subject: str
    verb: str
    unit: str
    whose: str
    by_person: bool
    responsible: str
    supporting: str | None
    coordinator: str | None
    on_behalf_of: str | None
    target: date
    target_tail: str
    target_short: str
    due: date
    due_name: str
    due_tail: str
    due_short: str
    set_by_office: bool
    outer: date | None
    provisional: bool
    overdue: bool
    span: str
    basis: tuple[str, ...]
    sources: tuple[str, ...]
    date_notes: tuple[str, ...]
    provisional_note: str | None
    progress: str | None
    count: str | None
    missing: tuple[str, ...]
    complete_when: str | None
    how_to_report: str | None
    replies: bool
    contact: str | None
    officer: str | None
    reminded: tuple[date, ...]
    chased: tuple[date, ...]
    unsent: int
    called: tuple[date, ...]
    by_hand: bool
    feedback: str
    mark: str
    ended: bool
    duty: str | None = None
    note: str | None = None


class TallyView(Struct, frozen=True):
    """How many of all who owe the same thing have done it."""

    title: str
    units: int
    done: int
    open: int


class LetterView(Struct, frozen=True):
    """Everything about one letter. `late_from` is the moment at which it should have gone.

    `mark` is 提醒, 催办 or 督办, the gravest of its notices; `upward` whether it goes to the unit above the bearers'.
    """

    office: OfficeView
    reader: ReaderView
    now: datetime
    beijing: str
    late_from: datetime | None
    items: tuple[ItemView, ...]
    ask: Ask
    explain: Ask
    review_day: date
    upward: bool
    released: bool
    tally: TallyView | None
    mark: str


class ComingView(Struct, frozen=True):
    """One mail that will go, in the preview: `names` are TASK#STEP."""

    at: datetime
    kind: str
    reader: str
    title: str
    unit: str
    span: str
    name: str
    asks: bool


class CountView(Struct, frozen=True):
    """One line of the 工作情况: a row of the table, a unit, or all; `period` labels a row's title, else `once`."""

    name: str
    period: str
    due: int
    on_time: int
    late: int
    open: int
    extended: int
    waived: int
    rate: str


class SummaryView(Struct, frozen=True):
    """工作情况 of a period: what fell due in it and what became of that, as of `cut_off`."""

    label: str
    cut_off: datetime
    total: CountView
    rows: tuple[CountView, ...]
    units: tuple[CountView, ...]


class ProblemView(Struct, frozen=True):
    """One problem for the admin."""

    place: str | None
    code: str
    message: str
    hint: str


class WrongView(Struct, frozen=True):
    """An earlier mail that was wrong: when it went, what it was (催办, 时限变更), what it was about."""

    sent: datetime
    mark: str
    titles: tuple[str, ...]
    ids: tuple[str, ...]


class ChangeView(Struct, frozen=True):
    """A deadline that moved: before, after, and why; `day` is the new day alone."""

    id: str
    title: str
    unit: str
    before: str
    after: str
    reason: str
    day: str
