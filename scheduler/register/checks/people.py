"""Do units and people fit together? The tree, posts, absences, stand-ins. It asks for no address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from scheduler.register.checks.addresses import DUTY
from scheduler.register.checks.references import cycles, ring, unknown
from scheduler.register.draft import Draft, Finding
from scheduler.register.mistakes import Code
from scheduler.register.model import Away, Person, Tenure
from scheduler.register.tree import Path
from scheduler.words import say


def check_people(draft: Draft) -> Iterator[Finding]:
    """Office, tree, posts, absences, and who gets mail for whom."""
    yield from _office(draft)
    yield from _tree(draft)
    yield from _posts(draft)
    yield from _rosters(draft)
    yield from _stand_ins(draft)
    for number, person in draft.people.items():
        yield from _absences(draft, ("people", number, "away"), person)


def _office(draft: Draft) -> Iterator[Finding]:
    if draft.office is None:
        return
    yield from unknown(Code.UNKNOWN_UNIT, draft.office.unit, draft.declared["units"], ("office", "unit"))
    yield from unknown(Code.UNKNOWN_PERSON, draft.office.admin, draft.declared["people"], ("office", "admin"))
    for day in sorted(set(draft.calendar.rest) & set(draft.calendar.work)):
        path: Path = ("calendar", "work", draft.calendar.work.index(day))
        yield Finding(
            Code.BAD_CLOSURE, say("{day}既写放假又写上班", day=day.isoformat()), say("请从 rest 或 work 里删去"), path
        )
    own = next((unit for unit in draft.units.values() if unit.id == draft.office.unit), None)
    if own is not None and (own.from_ or own.to):
        message = say("本办公室的单位写了设立或撤销的日期")
        yield Finding(Code.UNIT_ENDED, message, say("请删去它的 from 和 to"), ("office", "unit"))
    for number, row in draft.summaries.items():
        known = draft.declared["people"] | draft.declared["units"] | {DUTY}
        for place, who in enumerate(row.to):
            yield from unknown(Code.UNKNOWN_PERSON, who, known, ("summaries", number, "to", place))


def _tree(draft: Draft) -> Iterator[Finding]:
    numbers = {unit.id: number for number, unit in draft.units.items()}
    ends = {unit.id: unit.to for unit in draft.units.values()}
    edges = {unit.id: unit.reports_to for unit in draft.units.values() if unit.reports_to}
    for number, unit in draft.units.items():
        if unit.reports_to:
            path: Path = ("units", number, "reports_to")
            yield from unknown(Code.UNKNOWN_UNIT, unit.reports_to, draft.declared["units"], path)
            end = ends.get(unit.reports_to)
            if end is not None and end < (unit.to or date.max):
                message = say("上级单位 {unit} 在{day}撤销，这个单位还在", unit=unit.reports_to, day=end.isoformat())
                yield Finding(Code.UNIT_ENDED, message, say("请改写 reports_to，或给这个单位也写 to"), path)
    for found in cycles(edges):
        message = say("单位互相隶属：{ring}", ring=ring(found))
        path = ("units", numbers[found[0]], "reports_to")
        yield Finding(Code.REPORTS_TO_CYCLE, message, say("请改正其中一个 reports_to"), path)


def _posts(draft: Draft) -> Iterator[Finding]:
    for number, unit in draft.units.items():
        if unit.from_ and unit.to and unit.from_ > unit.to:
            yield Finding(Code.BAD_TENURE, say("设立的日期晚于撤销的日期"), say("请对调 from 和 to"), ("units", number))
        for role, tenures in unit.people.items():
            base: Path = ("units", number, "people", role)
            for place, tenure in enumerate(tenures):
                path = (*base, place, "person")
                yield from unknown(Code.UNKNOWN_PERSON, tenure.person, draft.declared["people"], path)
                if tenure.from_ and tenure.to and tenure.from_ > tenure.to:
                    yield Finding(Code.BAD_TENURE, say("任职的起日晚于止日"), say("请对调 from 和 to"), (*base, place))
            yield from _overlaps(base, role, tenures)


def _overlaps(base: Path, role: str, tenures: Sequence[Tenure]) -> Iterator[Finding]:
    """People named without days are a team; as soon as one has days, the list is a succession."""
    for place, second in enumerate(tenures):
        first = next((one for one in tenures[:place] if _clash(one, second)), None)
        if first is not None:
            message = say(
                "{first} 和 {second} 担任 {role} 的时间重叠", first=first.person, second=second.person, role=role
            )
            yield Finding(Code.TENURE_OVERLAP, message, say("给前任写 to，给后任写 from"), (*base, place))


def _clash(first: Tenure, second: Tenure) -> bool:
    dated = any((first.from_, first.to, second.from_, second.to))
    return (dated or first.person == second.person) and _meet(first.from_, first.to, second.from_, second.to)


def _meet(from1: date | None, to1: date | None, from2: date | None, to2: date | None) -> bool:
    return (from1 or date.min) <= (to2 or date.max) and (from2 or date.min) <= (to1 or date.max)


def _rosters(draft: Draft) -> Iterator[Finding]:
    for number, person in draft.people.items():
        if person.unit:
            yield from unknown(Code.UNKNOWN_UNIT, person.unit, draft.declared["units"], ("people", number, "unit"))
        elif person.role:
            message = say("写了角色却没有写单位")
            yield Finding(Code.MISSING_KEY, message, say("请补上 unit，或删去 role"), ("people", number, "role"))


def _stand_ins(draft: Draft) -> Iterator[Finding]:
    numbers = {person.id: number for number, person in draft.people.items()}
    edges = {person.id: person.via for person in draft.people.values() if person.via}
    for number, person in draft.people.items():
        if person.via:
            yield from unknown(Code.UNKNOWN_PERSON, person.via, draft.declared["people"], ("people", number, "via"))
    for found in cycles(edges):
        message = say("邮件互相转交：{ring}", ring=ring(found))
        path: Path = ("people", numbers[found[0]], "via")
        yield Finding(Code.VIA_CYCLE, message, say("via 最后要指向有邮箱的人"), path)


def _absences(draft: Draft, base: Path, person: Person) -> Iterator[Finding]:
    away = person.away
    for place, absence in enumerate(away):
        path = (*base, place)
        yield from unknown(Code.UNKNOWN_PERSON, absence.delegate, draft.declared["people"], (*path, "delegate"))
        if absence.from_ > absence.to:
            yield Finding(Code.BAD_ABSENCE, say("离岗的起日晚于止日"), say("请对调 from 和 to"), path)
        elif any(_meet(absence.from_, absence.to, other.from_, other.to) for other in away[:place]):
            yield Finding(Code.BAD_ABSENCE, say("两次离岗的时间重叠"), say("请合并成一次，或改正日期"), path)
        elif _comes_back(draft, person.id, absence):
            message = say("{person} 离岗时没有人能代收邮件", person=person.id)
            hint = say("代办人自己也离岗并且又转回来，请另指定 delegate")
            yield Finding(Code.DELEGATE_UNREACHABLE, message, hint, (*path, "delegate"))


def _comes_back(draft: Draft, person: str, absence: Away) -> bool:
    """Whether delegates of the same days lead back to somebody who is away."""
    people = {row.id: row for row in draft.people.values()}
    seen, delegate = {person}, absence.delegate
    while delegate not in seen:
        seen.add(delegate)
        row = people.get(delegate)
        again = [a for a in row.away if _meet(a.from_, a.to, absence.from_, absence.to)] if row else []
        if not again:
            return False
        delegate = again[0].delegate
    return True
