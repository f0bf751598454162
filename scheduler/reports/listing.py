"""Where every task stands, written out: lines for a terminal, JSON, CSV. It chooses no task and judges nothing.

A province has a hundred thousand tasks and a few thousand companies of them: what a company shares is written once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from json import JSONEncoder

from scheduler.planning.model import OutcomeKind, Slot, State
from scheduler.planning.plan import Plan
from scheduler.planning.spoken import STATES, when
from scheduler.planning.standing import has_lapsed
from scheduler.planning.windows import day_of
from scheduler.reports.shapes import days, iso
from scheduler.reports.status import LIGHTS, NEAR, Company, Row, Sent, bearer_name
from scheduler.reports.text import cells, clipped, folded
from scheduler.words import Lang, Phrase, say

COLUMNS = (
    "task", "obligation", "title", "bearer", "period", "state", "light", "opens", "printed", "due", "target", "outer",
    "provisional", "done", "required", "missing", "done_on", "evidence", "acknowledged_at", "extensions", "next_notice",
)  # fmt: skip
_WIDE = 80
_NAMED = 75  # what the indent leaves for a name and the time
_HOUR = 60  # minutes
_encoded = JSONEncoder(ensure_ascii=False).encode


def documents(found: Iterable[Row]) -> Iterator[str]:
    """Each task as one line of JSON."""
    shared = lru_cache(NEAR)(lambda company: tuple(_inside(part(company)) for part in (_named, _stands)))
    ahead = lru_cache(NEAR)(lambda at: _inside({"notices": [], "next_notice": iso(at), "calls": []}))
    for row in found:
        task, bearer = _encoded(row.task.id), _encoded(row.task.bearer.id)
        named, stands = shared(row.company)
        alone = ahead(row.next_notice) if not row.notices and not row.calls else _inside(_own(row))
        parts = (f'"task": {task}', named, f'"bearer": {bearer}', stands, alone)
        yield f"{{{', '.join(filter(None, parts))}}}"


def records(found: Iterable[Row]) -> Iterator[list[object]]:
    """Each task as a row of CSV, in the order of COLUMNS."""
    shared = lru_cache(NEAR)(_cells)
    for row in found:
        shape = shared(row.company) | {
            "task": row.task.id,
            "bearer": row.task.bearer.id,
            "next_notice": iso(row.next_notice),
        }
        yield [shape[column] for column in COLUMNS]


def _cells(company: Company) -> dict[str, object]:
    progress = company.standing.progress
    shape = _named(company) | _stands(company) | {"done": None, "required": None, "missing": None}
    if progress:
        shape |= {"done": progress.done, "required": progress.required, "missing": " ".join(progress.missing)}
    return shape


def _named(company: Company) -> dict[str, object]:
    return {"obligation": company.slot.obligation.id, "title": company.slot.obligation.title}


def _stands(company: Company) -> dict[str, object]:
    """What the tasks of a company share."""
    stands, dates = company.standing, company.standing.task.dates
    progress = stands.progress
    return {
        "period": company.slot.period,
        "state": stands.state.value,
        "light": stands.light.value,
        **days(dates),
        "outer": iso(dates.outer),
        "provisional": dates.provisional,
        "progress": progress
        and {"done": progress.done, "required": progress.required, "missing": list(progress.missing)},
        "done_on": iso(stands.done_on),
        "evidence": stands.evidence,
        "acknowledged_at": iso(stands.acknowledged_at),
        "extensions": stands.extensions,
    }


def _own(row: Row) -> dict[str, object]:
    """What is told of one task alone."""
    return {
        "notices": [_sent(sent) for sent in row.notices],
        "next_notice": iso(row.next_notice),
        "calls": [{"on": iso(c.on), "person": c.person, "note": c.note, "by": c.by} for c in row.calls],
    }


def _inside(shape: dict[str, object]) -> str:
    """The members of a JSON object without its braces."""
    return _encoded(shape)[1:-1]


def lines(found: Iterable[Row], plan: Plan, now: datetime, lang: Lang) -> Iterator[str]:
    """The tasks in their order, each run of tasks of one row and period under a heading; 80 columns."""
    names = {u.id: u.name for u in plan.register.units} | {p.id: p.name for p in plan.register.people}
    shared = lru_cache(NEAR)(lambda company: _shared(company, plan, now, lang))
    for slot, run in groupby(found, key=lambda row: row.task.slot):
        yield from folded(_heading(slot).text(lang), _WIDE)
        for row in run:
            stands, left, room = shared(row.company)
            yield f"  {stands}  {row.task.id}"
            yield f"     {clipped(bearer_name(row.task, names), room)}{left}"


def _shared(company: Company, plan: Plan, now: datetime, lang: Lang) -> tuple[str, str, int]:
    """Light and state, what is left of the time, and the room that it leaves for a name."""
    stands = company.standing
    left = "".join(said.text(lang) for said in _left(company, plan, now))
    return f"{LIGHTS[stands.light].text(lang)} {STATES[stands.state].text(lang)}", left, _NAMED - cells(left)


def _heading(slot: Slot) -> Phrase:
    dates = slot.dates
    return say(
        "{title}　办理时限{target}{mark}{due}",
        title=slot.obligation.title,
        target=when(dates.target),
        mark=say("（暂定）") if dates.provisional else "",
        due="" if dates.due == dates.target else say("，规定期限{due}", due=when(dates.due)),
    )


def _sent(sent: Sent) -> dict[str, object]:
    outcome = sent.outcome
    return {
        "kind": sent.kind.value,
        "step": sent.step,
        "at": iso(sent.at),
        "sent_at": iso(outcome.at) if outcome.kind is OutcomeKind.SENT else None,
        "to": list(outcome.to),
        "message_id": outcome.message_id,
        "outcome": outcome.kind.value,
        "reason": outcome.reason or None,
    }


def _left(company: Company, plan: Plan, now: datetime) -> Iterator[Phrase]:
    """剩N个工作日 or 逾期N个工作日, counted on the bearer's calendar; what a quota still lacks."""
    stands, dates = company.standing, company.standing.task.dates
    if stands.state in {State.DONE, State.DONE_LATE}:
        yield say("，{day}办结", day=when(stands.done_on))
        return
    if stands.progress and stands.state is not State.WAIVED:
        yield say("，已完成{done}/{required}", done=stands.progress.done, required=stands.progress.required)
    if has_lapsed(stands, now):
        yield say("，已过，不再提示")
    elif stands.state in {State.OPEN, State.OVERDUE} and isinstance(dates.due, datetime):
        yield _hours(dates.due, now)
    elif stands.state in {State.OPEN, State.OVERDUE}:
        n = plan.calendars.of(company.slot.region).count(now.date(), day_of(dates.target))
        yield say("，剩{n}个工作日", n=n) if stands.state is State.OPEN else say("，逾期{n}个工作日", n=-n)


def _hours(due: datetime, now: datetime) -> Phrase:
    """What is left of a limit in hours, or how long it is over: whole hours, minutes below one."""
    minutes = int(abs(due - now).total_seconds() // 60)
    if minutes >= _HOUR:
        n = minutes // _HOUR
        return say("，逾期{n}小时", n=n) if now > due else say("，剩{n}小时", n=n)
    return say("，逾期{n}分钟", n=minutes) if now > due else say("，剩{n}分钟", n=minutes)
