"""To whom a notice really goes: role or duty roster → person → delegate → `via` → shared mailbox → admin."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from scheduler.planning.model import BEIJING, Bearer, Moment, Notice, Recipient
from scheduler.planning.reasons import Reason
from scheduler.planning.windows import day_of
from scheduler.register import Register, Roster
from scheduler.register.model import Away, DutyDay, Person
from scheduler.register.values import UNASSIGNED, MailPace, Target
from scheduler.words import Phrase, say

OFFICER, DUTY = "officer", "duty"
Turn = tuple[int, date | None]  # a span between two changes of people, and for a duty the day of the roster


class Route(Struct, frozen=True):
    """Where a notice goes: a recipient and copies, or the `reason` why to nobody; `pace` is how he wants his mail."""

    recipient: Recipient | None
    copies: tuple[Recipient, ...] = ()
    reason: Reason | None = None
    pace: MailPace = MailPace.DAILY


def recipients(notice: Notice, roster: Roster, on: Moment) -> tuple[Recipient | None, tuple[Recipient, ...]]:
    """The recipient of a notice on a day (or, for a duty, at a moment), and who gets a copy; None for nobody."""
    route = Directory(roster).route(notice.task.bearer, notice.step.to, on)
    return route.recipient, route.copies


class Directory:
    """Answers for one register who gets mail on a day; it remembers its answers, for a million tasks share them."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._office = roster.register.office
        self._found: dict[tuple[str, str, str | None, Target | None, Turn], Route] = {}

    def route(self, bearer: Bearer, to: Target | None, on: Moment) -> Route:
        """The way to the bearer (`to` None) or to a role of his line on that day; a duty may change hands in the day.

        A bearer is a unit's officer, or a person (copy to the unit's officer). Where a rung has nobody, or the person
        told would be the one who owes it, nobody is told and the reason says so.
        """
        turn = self.turn(to, on)
        key = (bearer.id, bearer.unit, bearer.person, to, turn)
        found = self._found.get(key)
        if found is None:
            day = day_of(on)
            found = self._to_bearer(bearer, day) if to is None else self._to_rung(bearer, to, day, turn[1])
            self._found[key] = found
        return found

    @cached_property
    def has_weekly(self) -> bool:
        """Whether anybody wants one sheet a week."""
        return any(person.mail is MailPace.WEEKLY for person in self._roster.register.people)

    @cached_property
    def _changes(self) -> list[date]:
        return sorted(set(_changes(self._roster.register)))

    def turn(self, to: Target | None, on: Moment) -> Turn:
        """Between two changes of people all days have the same answers: what is equal here has the same routes."""
        shift = duty_day(on, self._office.handover) if to is not None and to.role == DUTY else None
        return bisect_right(self._changes, day_of(on)), shift

    def on_duty(self, on: Moment) -> Route:
        """The way to whoever is on duty at the operating office then."""
        return self._to_duty(duty_day(on, self._office.handover), None)

    def admin(self, on: date) -> Recipient | None:
        """The admin at his own address, away or not; through another only where he has none."""
        person = self._roster.person(self._office.admin)
        return _recipient(person, person.email, None) if person.email else self._mailbox_of(person.id, on)

    def _to_bearer(self, bearer: Bearer, on: date) -> Route:
        unit = bearer.unit
        person = self._person(bearer, on)
        recipient = self._reach(person, unit, on)
        if recipient is None or bearer.id == UNASSIGNED:
            chased = recipient and replace(recipient, note=recipient.note or say("该任务尚未确定承办单位，请协调。"))
            return self._routed(chased)
        officer = self._roster.holder(unit, OFFICER, on)
        copy = self._mailbox_of(officer, on) if officer is not None else None
        return self._routed(recipient, copy if copy is not None and copy.address != recipient.address else None)

    def _to_rung(self, bearer: Bearer, to: Target, on: date, shift: date | None) -> Route:
        owing = self._person(bearer, on)
        line = self._roster.unit(bearer.unit).reports_to if to.upward else bearer.unit
        target = self._roster.holder(line, to.role, on) if line is not None else None
        if target is None and shift is not None:
            return self._to_duty(shift, owing)
        if target is None or line is None:
            return Route(None, reason=Reason.RUNG_MISSING)
        recipient = self._reach(target, line, on, avoid=owing) if target != owing else None
        if target == owing or (recipient is not None and recipient.who == owing):
            return Route(None, reason=Reason.HIMSELF)
        return self._routed(recipient)

    def _to_duty(self, shift: date, owing: str | None) -> Route:
        """Whoever the roster names for that day, at the row's address, else at his own; the admin where nobody is."""
        entry = self._roster.on_duty(shift)
        if entry is None:
            none = say("{day}没有排值班员", day=shift.isoformat())
            why = none if self._roster.register.duty else say("尚无值班表")
            return self._routed(self._admin(say("值班人员"), why, shift))
        if entry.person == owing:
            return Route(None, reason=Reason.HIMSELF)
        found = self._at_duty_room(entry) if entry.email else self._mailbox_of(entry.person, shift, owing)
        if found is not None and found.who == owing:
            return Route(None, reason=Reason.HIMSELF)
        if found is None:
            return self._routed(self._admin(say("值班人员"), say("值班员没有邮箱"), shift))
        # Urgent by its nature: it waits for nobody's weekly sheet.
        return Route(replace(found, unit=found.unit or self._office.unit, note=found.note or _duty_note(entry)))

    def _at_duty_room(self, entry: DutyDay) -> Recipient:
        """The person at the address of the row; the record names one who is not among the people by the day."""
        known, address = self._roster.has_person(entry.person), entry.email or ""
        if known:
            return _recipient(self._roster.person(entry.person), address, None)
        return Recipient(f"{DUTY}:{entry.date.isoformat()}", entry.person, None, self._office.unit, address)

    def _person(self, bearer: Bearer, on: date) -> str | None:
        """Who owes it on that day: the person, the holder of the post that it follows, or the unit's officer."""
        if bearer.role is not None and bearer.id == f"{bearer.unit}:{bearer.role}":
            held = self._roster.holder(bearer.unit, bearer.role, on)
        else:
            held = bearer.person
        return held or self._roster.holder(bearer.unit, OFFICER, on)

    def _reach(self, who: str | None, unit_id: str, on: date, avoid: str | None = None) -> Recipient | None:
        """The mailbox for a person, else the unit's own, else the admin's; never that of the person to `avoid`."""
        found = self._mailbox_of(who, on, avoid) if who is not None else None
        if found is not None:
            return found if found.unit is not None else replace(found, unit=unit_id)
        unit = self._roster.unit(unit_id)
        meant, why = unit.name, say("未登记承办人")
        if who is not None:
            person, away = self._roster.person(who), self._away(who, on)
            meant = person.name
            if away is not None:
                why = _absence(away)
            else:
                why = say("未登记邮箱") if person.via is None else say("代收人就是承办人")
        if unit.mail is not None:
            note = None if who is None else _note(meant, why)
            return Recipient(unit.id, unit.name, None, unit.id, unit.mail, note)
        return self._admin(meant, why, on)

    def _mailbox_of(self, who: str, on: date, avoid: str | None = None) -> Recipient | None:
        """The person, his delegate while he is away, or the one through whom he gets his mail."""
        meant = person = self._roster.person(who)
        why: Phrase | None = None
        seen = {who}
        while True:
            away = self._away(person.id, on)
            if away is not None and away.delegate not in seen:
                why, step = why or _absence(away), away.delegate
            elif person.email is not None and person.id != avoid:
                return _recipient(person, person.email, _note(meant.name, why) if why else None)
            elif person.via is not None and person.via not in seen:
                why, step = why or say("其邮件由您转呈"), person.via
            else:
                return None
            seen.add(step)
            person = self._roster.person(step)

    def _admin(self, meant: str | Phrase, why: Phrase, on: date) -> Recipient | None:
        found = self._mailbox_of(self._office.admin, on)
        return replace(found, note=_note(meant, why)) if found is not None else None

    def _away(self, who: str, on: date) -> Away | None:
        return next((a for a in self._roster.person(who).away if a.from_ <= on <= a.to), None)

    def _routed(self, recipient: Recipient | None, copy: Recipient | None = None) -> Route:
        if recipient is None:
            return Route(None, reason=Reason.NO_ADDRESS)
        # A shared mailbox carries its unit's id and is nobody's own.
        shared = recipient.who == recipient.unit
        pace = MailPace.DAILY if shared else self._roster.person(recipient.who).mail
        return Route(recipient, () if copy is None else (copy,), pace=pace)


def duty_day(on: Moment, handover: time) -> date:
    """The day whose duty it is: Beijing's calendar day, before the hour of the handover the day before."""
    if not isinstance(on, datetime):
        return on
    local = on.astimezone(BEIJING)
    return local.date() - timedelta(days=local.time() < handover)


def _changes(register: Register) -> Iterator[date]:
    """The days from which on somebody else may be told: posts and absences that begin, or ended the day before."""
    tenures = ((t.from_, t.to) for unit in register.units for held in unit.people.values() for t in held)
    absences = ((away.from_, away.to) for person in register.people for away in person.away)
    for first, last in chain(tenures, absences):
        if first is not None:
            yield first
        if last is not None:
            yield last + timedelta(days=1)


def _recipient(person: Person, address: str, note: Phrase | None) -> Recipient:
    return Recipient(person.id, person.name, person.post, person.unit, address, note)


def _absence(away: Away) -> Phrase:
    return say("其{first}至{last}不在岗", first=away.from_.isoformat(), last=away.to.isoformat())


def _note(meant: str | Phrase, why: Phrase) -> Phrase:
    return say("本邮件原送{meant}（{why}），现送您处理。", meant=meant, why=why)


def _duty_note(entry: DutyDay) -> Phrase:
    day = entry.date.isoformat()
    if entry.lead is None:
        return say("本邮件送{day}值班员。", day=day)
    return say("本邮件送{day}值班员，带班领导{lead}。", day=day, lead=entry.lead)
