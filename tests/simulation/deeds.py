"""What people add by hand: chasers, telephone calls, corrections, and what must hold for the mails that come of them.

The program's own refusals decide what may be entered; what goes is judged from the outside, like all else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from scheduler.daemon import corrections
from scheduler.daemon.services import Services
from scheduler.journal import Entry, Journal, OutboxState
from scheduler.planning import chasing
from scheduler.planning.model import FactKind
from scheduler.problems import DubanError

from .people import Said, state_of

if TYPE_CHECKING:
    from .checks import Judge
    from .server import Delivery
    from .world import Beat

DAY = timedelta(days=1)
BY_HAND = "chase-by-hand-"


def act(world: Any, services: Services, journal: Journal, rng: Random) -> None:
    """Somebody asks for a chaser, takes one back, telephones, or corrects a mail."""
    {0: _void, 1: _call, 2: _correct}.get(rng.randrange(8), _chase)(world, services, journal, rng)


def _chase(world: Any, services: Services, journal: Journal, rng: Random) -> None:
    plan = services.plan(world.now)
    hours = {row.id for row in world.versions[-1].rows if row.kind == "hours"}
    tasks = sorted(t.id for t in plan.tasks() if t.slot.obligation.id not in hours)
    behind = [task for task in tasks if any(key.startswith(f"{task}#chase") for key in world.placed)]
    lately = [said.task for said in _standing(world.facts)[-1:]]  # a second time on one day is too much
    for _ in range(5):
        found = rng.choice([lately, behind, tasks]) or tasks or [""]
        task = rng.choice(found)
        try:
            entry = chasing.chase(plan, "he.ping", world.now, task=task).entry
        except DubanError:  # asks for nothing at present, or is chased that day already
            continue
        (fact,) = journal.append([entry], now=world.now)
        name = f"{task}#{entry.data['step']}"
        _note(world, Said(fact.seq, FactKind.CHASE, task, world.now, world.true, name))
        return


def _void(world: Any, _services: Services, journal: Journal, rng: Random) -> None:
    asked = _standing(world.facts)
    if asked:
        said = rng.choice(asked[-3:])
        entry = Entry(FactKind.VOID, "he.ping", data={"seq": said.seq, "reason": "登错了"})
        (fact,) = journal.append([entry], now=world.now)
        _note(world, Said(fact.seq, FactKind.VOID, said.task, world.now, world.true, voids=said.seq))


def _call(world: Any, _services: Services, journal: Journal, rng: Random) -> None:
    tasks = sorted({key.partition("#")[0] for key in world.placed})
    if tasks:
        task, today = rng.choice(tasks), world.now.date()
        (fact,) = journal.append([Entry(FactKind.CALL, "he.ping", today, task, {"note": "已联系"})], now=world.now)
        _note(world, Said(fact.seq, FactKind.CALL, task, world.now, world.true, on=today))


def _correct(world: Any, services: Services, journal: Journal, rng: Random) -> None:
    went = [d for d in world.server.log if d.notices and d.true > world.true - 30 * DAY]
    row = journal.message_with(rng.choice(went).message_id) if went else None
    if row is not None and row.state is OutboxState.SENT:
        text = f"规定期限以{world.now:%m月%d日}的通知为准"
        try:
            entry = corrections.entry_of(row, text, "he.ping", services.history())
        except DubanError:  # the same words on the same day
            return
        (fact,) = journal.append([entry], now=world.now)
        _note(world, Said(fact.seq, FactKind.CORRECT, entry.task, world.now, world.true, row.message_id))


def _note(world: Any, said: Said) -> None:
    world.facts.append(said)
    world.counts[f"fact: {said.kind.value}"] += 1


def _standing(facts: list[Said]) -> list[Said]:
    """The chasers asked for and not taken back."""
    gone = {f.voids for f in facts if f.voids is not None}
    return [f for f in facts if f.kind is FactKind.CHASE and f.seq not in gone]


# -- what must hold ----------------------------------------------------------------------------------------------------


def wrong_chaser(judge: Judge, d: Delivery, key: str, beat: Beat, made: Beat) -> Iterator[tuple[str, str]]:
    """A chaser by hand: asked for, in the office's hours, to the bearer, while the task asks for something."""
    task, _, rest = key.partition("#")
    name, bearer = f"{task}#{rest.partition('@')[0]}", task.split("/")[1]
    facts = judge.world.facts[: d.facts]
    if name not in {f.notice for f in _standing(facts)}:
        yield "SEASON", "nobody asked for it"
    if not judge.world.oracle(beat.version).is_open(d.now):
        yield "HOUR", "on a rest day or before the send time"
    before = judge.world.oracle(made.version)
    days = {made.now.date(), (made.ended or made.now).date()}
    if d.to not in (told := {before.address(bearer, None, day) for day in days}):
        yield "READER", f"should go to {told}"
    state = judge.state(task, d.facts)
    if state.closed or state.reported or (state.paused is not None and d.now.date() > state.paused):
        yield "CLOSED", str(state.last)
    if any(f.kind is FactKind.WITHDRAW and f.notice == name for f in facts):
        yield "RELEASE", "withdrawn"


def crowded(judge: Judge) -> Iterator[tuple[str, str]]:
    """A task is chased once a day, where a person has a hand in it."""
    days: defaultdict[tuple[str, Any], set[str]] = defaultdict(set)
    for key, d in judge.first.items():
        task, _, rest = key.partition("#")
        if rest.startswith("chase-"):
            days[task, d.now.date()].add(rest)
    for (task, day), steps in days.items():
        moved = len({step.partition("@")[2] for step in steps}) > 1 or judge.state(task, len(judge.world.facts)).moved
        ahead = any(a.low.date() - DAY <= day <= a.high.date() for a in judge.world.ahead)
        edited = len({b.version for b in judge.world.beats if day - DAY <= b.now.date() <= day}) > 1
        if len(steps) > 1 and any(step.startswith(BY_HAND) for step in steps) and not (moved or ahead or edited):
            yield "A_DAY", f"{task}: {sorted(steps)} on {day}"


def lost(judge: Judge) -> Iterator[tuple[str, str]]:
    """A chaser that was asked for goes in the next healthy round of its day, unless something else happened."""
    world = judge.world
    for said in _standing(world.facts):
        day = said.notice.partition(BY_HAND)[2][:10]
        later = [b for b in world.beats if b.true > said.true and f"{b.now:%F}" == day]
        ready = [b for b in later if b.healthy and not b.grew and world.oracle(b.version).is_open(b.now)]
        if not ready:
            continue
        beat = ready[0]
        bearer = said.task.split("/")[1]
        address = world.oracle(beat.version).address(bearer, None, beat.now.date())
        others = [f for f in world.facts if f.task == said.task and said.true < f.true <= beat.true]
        silent = not state_of(said.task, world.facts[: beat.facts]).is_open or others
        edited = len({b.version for b in world.beats if said.true - DAY <= b.true <= beat.true}) > 1
        ahead = any(a.low - DAY <= beat.true and said.true <= a.high + DAY for a in world.ahead)
        came = any(key.startswith(f"{said.notice}@") and d.true <= beat.true + DAY / 96
                   for key, d in judge.first.items())  # fmt: skip
        refused = (
            address is None
            or address in world.server.refuses
            or any(key.startswith(f"{said.notice}@") for _, keys in world.server.refused for key in keys)
        )
        if not (came or silent or edited or ahead or refused):
            yield "LOST", f"{said.notice}, asked for at {said.now:%F %T}, by {beat.now:%F %T}"


def wrong_correction(judge: Judge, d: Delivery) -> Iterator[tuple[str, str]]:
    """A correction goes to somebody who got a mail that was corrected."""
    meant = {f.notice for f in judge.world.facts[: d.facts] if f.kind is FactKind.CORRECT}
    if d.to not in {other.to for other in judge.world.server.log if other.message_id in meant and other.true <= d.true}:
        yield "READER", "a correction of a mail that he did not get"
