"""Does every mail that a ladder may send reach somebody? Addresses, domains, unfilled roles. It sends nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from scheduler.register.checks.references import unknown
from scheduler.register.checks.selectors import names_event_unit
from scheduler.register.draft import Draft, Finding
from scheduler.register.ladders import ladder_name
from scheduler.register.mistakes import Code
from scheduler.register.model import Ladder, Selector
from scheduler.register.roster import Roster
from scheduler.register.tree import Path
from scheduler.register.values import Target
from scheduler.words import Phrase, say

OFFICER = "officer"
DUTY = "duty"  # a duty roster stands behind it, not a role of the unit
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")

Needs = dict[str, set[str]]  # role → the units in which a mail may go to it


def check_addresses(draft: Draft, roster: Roster) -> Iterator[Finding]:
    """The form and domain of addresses, officers, and whether all who may get mail can."""
    yield from _written(draft)
    yield from _officers(draft, roster)
    reached = reachable(draft)
    yield from _office(draft, reached)
    needs = _needs(draft, roster)
    yield from _unreachable(draft, roster, needs, reached)
    yield from _unfilled(draft, roster)


def _written(draft: Draft) -> Iterator[Finding]:
    domains = draft.office.mail_domains if draft.office else ()
    for place, domain in enumerate(domains):
        if not _DOMAIN.fullmatch(domain):
            message = say("“{domain}”不是邮箱的域名", domain=domain[:60])
            yield Finding(Code.BAD_ADDRESS, message, say("例如 example.gov.cn"), ("office", "mail_domains", place))
    for address, path in _addresses(draft):
        yield from _address(address, domains, path)


def _addresses(draft: Draft) -> Iterator[tuple[str, Path]]:
    yield from ((row.email, ("people", number, "email")) for number, row in draft.people.items() if row.email)
    yield from ((row.mail, ("units", number, "mail")) for number, row in draft.units.items() if row.mail)
    yield from ((row.email, ("duty", number, "email")) for number, row in draft.duty.items() if row.email)


def _address(address: str, domains: Sequence[str], path: Path) -> Iterator[Finding]:
    local, _, domain = address.rpartition("@")
    if len(local) > 64 or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        message = say("“{address}”不是邮箱地址", address=address[:60])
        yield Finding(Code.BAD_ADDRESS, message, _address_hint(address), path)
        return
    if domains and not any(f".{domain.lower()}".endswith(f".{allowed.lower()}") for allowed in domains):
        message = say("邮箱 {address} 不在允许的域名之内", address=address)
        hint = say("允许的域名：{domains}；要放宽请改 office.mail_domains", domains=tuple(domains))
        yield Finding(Code.ADDRESS_DOMAIN, message, hint, path)


def _address_hint(address: str) -> Phrase:
    if "＠" in address or "．" in address:
        return say("@ 和点要用半角")
    if not address.isascii():
        return say("不支持中文邮箱地址，请用英文地址")
    return say("例如 zhoumin@example.gov.cn；只写一个地址，不写姓名")


def _officers(draft: Draft, roster: Roster) -> Iterator[Finding]:
    for number, unit in draft.units.items():
        if unit.mail is None and OFFICER not in roster.roles(unit.id):
            message = say("{unit} 没有联络员，也没有单位邮箱", unit=unit.name)
            hint = say("写 people: {officer: 人员编号}，或 mail: 单位邮箱")
            yield Finding(Code.OFFICER_MISSING, message, hint, ("units", number, "people"))


def reachable(draft: Draft) -> frozenset[str]:
    """The persons who have an address, their own or by `via`."""
    people = {person.id: person for person in draft.people.values()}

    def reaches(person_id: str) -> bool:
        seen: set[str] = set()
        while (person := people.get(person_id)) and person_id not in seen:
            if person.email:
                return True
            seen.add(person_id)
            person_id = person.via or ""
        return person_id != "" and person is None  # an unknown person is complained of elsewhere

    return frozenset(person for person in people if reaches(person))


def _office(draft: Draft, reached: frozenset[str]) -> Iterator[Finding]:
    hint = say("写 email，或用 via 指定代收邮件的人")
    people = {person.id for person in draft.people.values()}
    if draft.office and draft.office.admin in people - reached:
        yield Finding(Code.ADDRESS_MISSING, say("管理员没有邮箱"), hint, ("office", "admin"))
    for number, row in draft.summaries.items():
        for place, who in enumerate(row.to):
            if who in people - reached:
                message = say("{person} 收工作情况，却没有邮箱", person=who)
                yield Finding(Code.ADDRESS_MISSING, message, hint, ("summaries", number, "to", place))
    for number, person in draft.people.items():
        for place, absence in enumerate(person.away):
            if absence.delegate in people - reached:
                message = say("代办人 {person} 没有邮箱", person=absence.delegate)
                path: Path = ("people", number, "away", place, "delegate")
                yield Finding(Code.DELEGATE_UNREACHABLE, message, hint, path)


def _uses(draft: Draft) -> dict[tuple[Selector, str], int]:
    """(bearers, ladder) → the number of the first row that has them; rows of one kind are asked about once."""
    uses: dict[tuple[Selector, str], int] = {}
    for number, row in draft.obligations.items():
        uses.setdefault((row.owed_by, ladder_name(row)), number)
    return uses


def _needs(draft: Draft, roster: Roster) -> Needs:
    """In which units a mail may go to which role: officers everywhere, bearers by role, rungs of ladders in use."""
    everywhere = {unit.id for unit in draft.units.values()}
    needs: Needs = {OFFICER: everywhere}
    for owed_by, name in _uses(draft):
        units = everywhere if names_event_unit(owed_by) else set(roster.units(owed_by))
        for selector in owed_by.any_of or (owed_by,):
            if selector.role:
                needs.setdefault(selector.role, set()).update(roster.units(selector))
        ladder = roster.register.ladders.get(name)
        for rung in ladder.escalate if ladder else ():
            needs.setdefault(rung.to.role, set()).update(_addressed(roster, rung.to, units))
    needs.pop(DUTY, None)
    return needs


def _rungs(draft: Draft, roster: Roster) -> dict[tuple[str, Target], tuple[set[str], int]]:
    """(ladder, target) → the units of the rows that use it, and the number of the first such row."""
    found: dict[tuple[str, Target], tuple[set[str], int]] = {}
    for (owed_by, name), number in _uses(draft).items():
        ladder = roster.register.ladders.get(name)
        for rung in ladder.escalate if ladder else ():
            units, _ = found.setdefault((name, rung.to), (set(), number))
            units.update(roster.units(owed_by))
    return found


def _addressed(roster: Roster, target: Target, units: set[str]) -> set[str]:
    """The units in which a target is looked for."""
    if not target.upward:
        return units
    above = (roster.unit(unit).reports_to for unit in units)
    return {unit for unit in above if unit and roster.has_unit(unit)}


def _unreachable(draft: Draft, roster: Roster, needs: Needs, reached: frozenset[str]) -> Iterator[Finding]:
    numbers = {person.id: number for number, person in draft.people.items()}
    doubtful = numbers.keys() - reached
    if not doubtful:
        return
    told: set[str] = set()
    for role, units in needs.items():
        for unit in (u.id for u in draft.units.values() if u.id in units):
            for person in roster.ever(unit, role):
                if person not in doubtful or person in told or roster.unit(unit).mail:
                    continue
                told.add(person)
                message = say(
                    "{person}（{unit}的{role}）没有邮箱", person=person, unit=roster.unit(unit).name, role=role
                )
                hint = say("写 email，或用 via 指定代收邮件的人，或给单位写 mail")
                yield Finding(Code.ADDRESS_MISSING, message, hint, ("people", numbers[person], "email"))


def _unfilled(draft: Draft, roster: Roster) -> Iterator[Finding]:
    """Rungs whose role nobody holds: an error if nowhere at all, a warning where only some units lack it."""
    held = _held(draft, roster)
    yield from _never_held(draft, set(held))
    for (name, target), (units, number) in _rungs(draft, roster).items():
        asked = _addressed(roster, target, units)
        without = asked - held.get(target.role, set())
        lacking = [u.name for u in draft.units.values() if u.id in without] if without else []
        if target.role in (DUTY, OFFICER) or not lacking or (target.role not in held and name in draft.ladders):
            continue
        message = say(
            "{count}个单位没有 {role}，督办到这一级时略过：{units}",
            count=len(lacking),
            role=target.role,
            units=(*lacking[:3], "…") if len(lacking) > 3 else tuple(lacking),
        )
        hint = say("在这些单位的 people 里写明谁担任 {role}", role=target.role)
        yield Finding(Code.ROLE_UNFILLED, message, hint, _rung_path(draft.ladders, name, target, number))


def _held(draft: Draft, roster: Roster) -> Mapping[str, set[str]]:
    """Role → the units in which somebody holds it, at whatever time; also roles that units name and nobody holds."""
    found: dict[str, set[str]] = {}
    for unit in (one.id for one in draft.units.values()):
        for role in roster.roles(unit):
            units = found.setdefault(role, set())
            if roster.ever(unit, role):
                units.add(unit)
    return found


def _never_held(draft: Draft, held: set[str]) -> Iterator[Finding]:
    for name, ladder in draft.ladders.items():
        for place, rung in enumerate(ladder.escalate):
            yield from unknown(
                Code.UNKNOWN_ROLE, rung.to.role, held | {DUTY}, ("ladders", name, "escalate", place, "to")
            )


def _rung_path(ladders: Mapping[str, Ladder], name: str, target: Target, number: int) -> Path:
    if name not in ladders:
        return ("obligations", number, "ladder")
    place = [rung.to for rung in ladders[name].escalate].index(target)
    return ("ladders", name, "escalate", place, "to")
