"""What the people of the office enter, at random, and what a task's facts come to. It knows no notice's moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from scheduler.journal import Entry, Journal
from scheduler.planning.model import FactKind

from .office import ALARM, EVENT, RECORD
from .oracle import Expected, Happened

DAY = timedelta(days=1)


@dataclass
class Said:
    """One fact as the observer keeps it."""

    seq: int
    kind: FactKind
    task: str | None
    now: datetime
    true: datetime
    notice: str | None = None
    voids: int | None = None
    unit: str | None = None
    on: date | None = None


@dataclass
class State:
    """What the facts of a task come to, in their order."""

    closed: bool = False
    reported: bool = False
    paused: date | None = None
    acked: bool = False
    moved: bool = False  # its limit was stopped or extended: the oracle does not follow there
    last: Said | None = None

    @property
    def is_open(self) -> bool:
        """Whether it asks for anything."""
        return not self.closed and not self.reported and self.paused is None


def state_of(task: str, facts: Sequence[Said], needed: int | None = None) -> State:
    """Where a task stands after these facts; `needed` is the number of records that close it."""
    gone = {f.voids for f in facts if f.voids is not None}
    found = State()
    waived = done = False
    for f in facts:
        if f.task != task:
            continue
        found.last = f
        found.moved = found.moved or f.kind in {FactKind.EXTEND, FactKind.PAUSE}
        if f.seq in gone:
            continue
        match f.kind:
            case FactKind.DONE:
                done, found.reported = True, False
            case FactKind.REPORT:
                found.reported = True
            case FactKind.CONFIRM:
                done, found.reported = True, False
            case FactKind.RETURN:
                done = found.reported = found.acked = False
            case FactKind.WAIVE:
                waived = True
            case FactKind.REOPEN:
                done = waived = found.reported = found.acked = False
            case FactKind.ACK:
                found.acked = True
            case FactKind.PAUSE:
                found.paused = f.on
            case FactKind.RESUME:
                found.paused = None
    found.closed = done or waived or (needed is not None and records_of(task, facts) >= needed)
    return found


def records_of(task: str, facts: Sequence[Said]) -> int:
    """The records that count towards a task of a quota."""
    _, unit, year = task.split("/")
    return sum(f.kind is FactKind.RECORD and f.unit == unit and str(f.on.year) == year for f in facts)


# After these something may go at once; after others only less than before.
_STIRRING = {FactKind.EVENT, FactKind.REOPEN, FactKind.RETURN, FactKind.RESUME, FactKind.RELEASE, FactKind.VOID,
             FactKind.EXTEND}  # fmt: skip


def act(world: Any, journal: Journal, rng: Random) -> bool:
    """Somebody enters something sensible. Returns whether a mail may come of it."""
    before = len(world.facts)
    _act(world, journal, rng)
    return any(said.kind in _STIRRING for said in world.facts[before:])


def settle(world: Any, journal: Journal, rng: Random, waiting: Sequence[str]) -> None:
    """Of a notice that waits in the outbox somebody says that it is needless by now."""
    if not waiting:
        return
    key = rng.choice(waiting)
    task, _, rest = key.partition("#")
    state, kind = (
        state_of(task, world.facts),
        rng.choice((FactKind.DONE, FactKind.DONE, FactKind.ACK, FactKind.WITHDRAW)),
    )
    if not state.is_open:
        return
    name = f"{task}#{rest.partition('@')[0]}" if kind is FactKind.WITHDRAW else None
    data = {"notice": name, "reason": "另有安排"} if name else {}
    on = world.now.date() if kind is FactKind.DONE else None
    (fact,) = journal.append([Entry(kind, "he.ping", on, None if name else task, data)], now=world.now)
    _note(world, Said(fact.seq, kind, task, world.now, world.true, name, on=on))


def _act(world: Any, journal: Journal, rng: Random) -> None:
    office = world.versions[-1]
    kinds = {row.kind for row in office.rows}
    for kind, event in (("event", EVENT), ("hours", ALARM)):
        if kind in kinds and rng.random() < 0.3 and sum(e.row_kind == kind for e in world.events) < 4:
            _happens(world, journal, rng, kind, event)
            return
    if "quota" in kinds and rng.random() < 0.2:
        unit = rng.choice([u.id for u in office.units])
        on = world.now.date()
        (fact,) = journal.append([Entry(FactKind.RECORD, "he.ping", on, data={"record": RECORD, "unit": unit})],
                                 now=world.now)  # fmt: skip
        _note(world, Said(fact.seq, FactKind.RECORD, None, world.now, world.true, unit=unit, on=on))
        return
    _about_a_task(world, journal, rng)


def _happens(world: Any, journal: Journal, rng: Random, kind: str, event: str) -> None:
    now = world.now
    unit = rng.choice([u.id for u in world.versions[-1].units if u.id != "office"])
    ref = f"E-{len(world.events)}"
    if kind == "event":
        at: date | datetime = now.date() - rng.choice((0, 0, 0, 1, 4, 12)) * DAY
        data = {"event": event, "ref": ref, "unit": unit}
    else:
        at = (now - timedelta(hours=rng.choice((0, 0, 3, 30)))).replace(second=0, microsecond=0)
        data = {"event": event, "ref": ref, "unit": unit}
    (fact,) = journal.append([Entry(FactKind.EVENT, "he.ping", at, data=data)], now=now)
    world.events.append(Happened(kind, ref, unit, at, now))
    _note(world, Said(fact.seq, FactKind.EVENT, None, now, world.true))
    oracle = world.oracle()
    since = {row.id: world.began for row in oracle.office.rows}
    for e in oracle.expected(world.true.date(), world.true.date(), since, world.events[-1:]):
        if f"/{ref}" in e.task and world.now < e.at < world.end:
            world._put(e.at - world.offset, "sweep", {e.task})


def _about_a_task(world: Any, journal: Journal, rng: Random) -> None:
    now = world.now
    oracle = world.oracle()
    since = {row.id: world.began for row in oracle.office.rows}
    tasks: dict[str, list[Expected]] = {}
    for e in oracle.expected(world.began.date(), world.end.date(), since, world.events):
        target = e.target.date() if isinstance(e.target, datetime) else e.target
        if timedelta(-40) <= target - now.date() <= timedelta(20) and target >= world.began.date():
            tasks.setdefault(e.task, []).append(e)
    if not tasks:
        return
    behind = [t for t, found in tasks.items() if found[0].at < now and not state_of(t, world.facts).closed]
    task = rng.choice(sorted(behind if behind and rng.random() < 0.7 else tasks))
    state = state_of(task, world.facts)
    kind, data = _choice(rng, state, tasks[task], now, task)
    if kind is None:
        return
    on = now.date() if kind not in {FactKind.ACK, FactKind.EXTEND, FactKind.VOID} else None
    about = task if kind not in {FactKind.VOID, FactKind.WITHDRAW, FactKind.RELEASE} else None
    (fact,) = journal.append([Entry(kind, "he.ping", on, about, data)], now=now)
    said = Said(fact.seq, kind, task, now, world.true, data.get("notice"), data.get("seq"), on=on)
    _note(world, said)


def _choice(rng: Any, state: State, notices: list[Expected], now: datetime, task: str) -> tuple[Any, dict[str, Any]]:
    waiting = [e for e in notices if e.ask and e.at <= now]
    coming = [e for e in notices if e.at > now]
    if state.closed:
        kinds = [FactKind.REOPEN, FactKind.VOID, None, None]
    elif state.reported:
        kinds = [FactKind.CONFIRM, FactKind.RETURN]
    elif state.paused:
        kinds = [FactKind.RESUME]
    elif waiting and rng.random() < 0.6:
        return FactKind.RELEASE, {"notice": f"{task}#{waiting[0].name}"}
    else:
        kinds = [FactKind.DONE] * 5 + [FactKind.REPORT] * 3 + [FactKind.ACK] * 4
        kinds += [FactKind.WAIVE, FactKind.PAUSE, FactKind.EXTEND, FactKind.WITHDRAW]
    kind = rng.choice(kinds)
    match kind:
        case FactKind.WITHDRAW:
            if not coming:
                return None, {}
            return kind, {"notice": f"{task}#{rng.choice(coming[:3]).name}", "reason": "另有安排"}
        case FactKind.VOID:
            if state.last is None or state.last.kind not in {FactKind.DONE, FactKind.WAIVE}:
                return None, {}
            return kind, {"seq": state.last.seq, "reason": "登错了"}
        case FactKind.EXTEND:
            return kind, {"by": "5wd", "reason": "情况复杂", "approved_by": "he.ping"}
        case FactKind.WAIVE:
            return kind, {"reason": "不适用", "approved_by": "he.ping"}
        case FactKind.RETURN | FactKind.REOPEN | FactKind.PAUSE:
            return kind, {"reason": "材料不全"}
        case _:
            return kind, {}


def _note(world: Any, said: Said) -> None:
    world.facts.append(said)
    world.counts[f"fact: {said.kind.value}"] += 1
