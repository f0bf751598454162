"""Is the duty roster sound? Each day once, with somebody who can be told. It knows no today: `register.duty` does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from scheduler.register.checks.addresses import DUTY, reachable
from scheduler.register.checks.references import unknown
from scheduler.register.draft import Draft, Finding
from scheduler.register.mistakes import Code
from scheduler.register.model import DutyDay
from scheduler.register.tree import Path, entries, items
from scheduler.words import say


def check_duty(draft: Draft) -> Iterator[Finding]:
    """Days that stand twice, persons whom nobody knows or can reach, and rungs that ask for a roster there is not."""
    yield from _twice(draft)
    yield from _unreachable(draft)
    if not items(entries(draft.root).get("duty")):
        yield from _nobody(draft)


def _twice(draft: Draft) -> Iterator[Finding]:
    seen: dict[date, Path] = {}
    for number, row in draft.duty.items():
        path: Path = ("duty", number, "date")
        if row.date in seen:
            first = str(draft.place(seen[row.date]))
            message = say("{day}的值班排了两次，第一次在 {first}", day=row.date.isoformat(), first=first)
            yield Finding(Code.DUTY_TWICE, message, say("一天只写一行；几个人值班的，写收信的那一位"), path)
        seen.setdefault(row.date, path)


def _unreachable(draft: Draft) -> Iterator[Finding]:
    people = {person.id: person.name for person in draft.people.values()}
    known = reachable(draft)
    lacking = {number: row for number, row in draft.duty.items() if row.email is None and row.person not in known}
    days = Counter(row.person for row in lacking.values())
    told: set[str] = set()
    for number, row in lacking.items():
        if row.person not in people:
            yield from _unknown(row, people, draft.declared["people"], ("duty", number, "person"))
        elif row.person not in told:
            told.add(row.person)
            whom = say("{id}（{name}）", id=row.person, name=people[row.person])
            message = say("值班员 {person} 没有邮箱（排了{n}天）", person=whom, n=days[row.person])
            hint = say("给此人写 email 或 via，或在他值班的各行写邮箱")
            yield Finding(Code.ADDRESS_MISSING, message, hint, ("duty", number, "email"))


def _unknown(row: DutyDay, people: dict[str, str], declared: frozenset[str], path: Path) -> Iterator[Finding]:
    named = [person for person, name in people.items() if name == row.person]
    if len(named) > 1:
        message = say("人员中有{n}个人叫{name}", n=len(named), name=row.person)
        yield Finding(Code.UNKNOWN_PERSON, message, say("值班员改写编号：{ids}", ids=tuple(named)), path)
    elif row.person not in declared:
        for found in unknown(Code.UNKNOWN_PERSON, row.person, declared | set(people.values()), path):
            yield found._replace(hint=say("{hint}；不在人员之列的，在这一行写邮箱", hint=found.hint))


def _nobody(draft: Draft) -> Iterator[Finding]:
    if any(DUTY in unit.people for unit in draft.units.values()):
        return
    for name, ladder in draft.ladders.items():
        for place, rung in enumerate(ladder.escalate):
            if rung.to.role == DUTY:
                hint = say("把值班表写进 include，例如 include: [duty.csv]")
                message = say("没有值班表，送值班员的督办都送管理员")
                yield Finding(Code.DUTY_MISSING, message, hint, ("ladders", name, "escalate", place, "to"))
