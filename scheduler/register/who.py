"""The rows that say who: units, people, and selectors of them. They hold no lookup; `roster` does."""

from __future__ import annotations

from datetime import date

from msgspec import field

from scheduler.register.grammar import DateText, Frozen, Id, Line, RegionText, Several, SheetDateText, TimeText
from scheduler.register.mistakes import Code, UnreadableError
from scheduler.register.rows import ANY_OF, EVENT_UNIT, Inner, Row, empty
from scheduler.register.values import MailPace
from scheduler.words import say


class Term(Row, frozen=True, kw_only=True):
    """What lasts from a day to a day (both included; open where None)."""

    from_: DateText | None = None
    to: DateText | None = None

    def on(self, day: date) -> bool:
        """Whether it covers the day."""
        return (self.from_ is None or self.from_ <= day) and (self.to is None or day <= self.to)


class Tenure(Term, frozen=True, kw_only=True):
    """Who holds a role of a unit, and for how long."""

    person: Id

    @classmethod
    def spelled_out(cls, said: object) -> object:
        """The person alone."""
        return {"person": said} if isinstance(said, str) else said


class Away(Row, frozen=True, kw_only=True):
    """A person's absence, both days included, and who stands in."""

    from_: DateText
    to: DateText
    delegate: Id


class Person(Row, frozen=True, kw_only=True):
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


class DutyDay(Row, frozen=True, kw_only=True):
    """Who is on duty on a day: 值班员, and 带班领导 who leads the shift.

    `person` is an id where the name means exactly one of `people`, else the name itself; then `email` must be there.
    `email`, where it is given, wins over the person's own address: it is often that of the duty room.
    """

    date: SheetDateText
    person: Line
    lead: Line | None = None
    phone: Line | None = None
    email: Line | None = None


class OfficeUnit(Term, frozen=True, kw_only=True):
    """A unit of the tree: it owes while it exists, reports to another, and has people in roles."""

    id: Id
    name: Line
    aliases: Several[Line] = ()
    kind: Id | None = None
    tags: Several[Id] = ()
    reports_to: Id | None = None
    region: RegionText | None = None
    send_at: TimeText | None = None
    mail: Line | None = None  # a shared mailbox, used where a role has nobody with an address
    people: Frozen[Several[Tenure]] = field(default_factory=empty)

    def __hash__(self) -> int:
        return hash(self.id)


class Selector(Row, frozen=True, kw_only=True):
    """Whom a row means. A list in the file is a union: `any_of`. `event.unit` sets `event_unit`."""

    unit: Several[Id] = ()
    kind: Several[Id] = ()
    tag: Several[Id] = ()
    role: Id | None = None
    of: Selector | None = None
    except_: Selector | None = None
    event_unit: Inner[bool] = False
    any_of: Inner[tuple[Selector, ...]] = ()

    @classmethod
    def spelled_out(cls, said: object) -> object:
        """A list is a union; a text can only be `event.unit`."""
        if isinstance(said, list):
            return {ANY_OF: said}
        if isinstance(said, str):
            return {EVENT_UNIT: _is_event_unit(said)}
        return said


def _is_event_unit(text: str) -> bool:
    if text.strip() == "event.unit":
        return True
    message = say("“{text}”没有说明是单位、类别、标签还是角色", text=text[:60])
    hint = say("请写成 {{unit: {text}}} 或 {{kind: {text}}}；由事件决定的写 event.unit", text=text[:60])
    raise UnreadableError(Code.BAD_SELECTOR, message, hint)
