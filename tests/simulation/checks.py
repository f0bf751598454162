"""The promises, asked of a finished year from the outside: the server's log and the journal against the oracle."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import groupby

from scheduler.clock import BEIJING
from scheduler.planning.model import FactKind

from . import deeds
from .office import ADMIN
from .oracle import Expected
from .people import Said, State, state_of
from .server import Delivery
from .world import Beat, World

DAY = timedelta(days=1)
_LAXLY = {FactKind.ACK, FactKind.RELEASE, FactKind.WITHDRAW, FactKind.EVENT, FactKind.CALL, FactKind.CORRECT}


class Promise(StrEnum):
    """What is kept in every year."""

    LOST = "each notice that is of use is accepted once at least"
    TWICE = "a second time only where nobody could know of the first, and with the same Message-ID"
    ATTEMPT = "no mail without an attempt on disk"
    STORM = "one mail for a reader and moment, also after an outage"
    HOUR = "none on a rest day, or before the send time, or before its moment"
    READER = "none for anybody but the one of the ladder"
    CLOSED = "none after it was done, reported, waived or paused"
    SEASON = "none that is of no use any more, or not yet"
    RELEASE = "none that was withdrawn, or not released"
    ORDER = "escalations in their order, and none left out"
    A_DAY = "one escalation a working day"
    CHAIN = "the chain verifies"
    RECORD = "what the journal calls sent was accepted"
    REASON = "each notice that did not go has a recorded reason"
    EDIT = "a bad edit changes nothing, and the admin hears of it"


Broken = tuple[Promise, str]


def violations(world: World) -> list[str]:
    """What was promised and not kept, a line each; the name of the promise first."""
    judge = Judge(world)
    found = [
        *judge.chain(), *judge.repeats(), *judge.storms(), *judge.letters(), *judge.escalations(), *judge.losses(),
        *judge.reasons(), *judge.edits(),
    ]  # fmt: skip
    by_hand = [*deeds.crowded(judge), *deeds.lost(judge)]
    return [f"{promise.name}: {what}" for promise, what in found] + [f"{name}: {what}" for name, what in by_hand]


def _end(day: date | datetime) -> datetime:
    """The first moment after it."""
    return day if isinstance(day, datetime) else datetime.combine(day + DAY, time(), BEIJING)


class Judge:
    """Everything known about one year."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._expected: dict[tuple[object, ...], dict[str, Expected]] = {}
        self._states: dict[tuple[str, int], State] = {}
        self.first: dict[str, Delivery] = {}
        for delivery in world.server.log:
            for key in delivery.notices:
                self.first.setdefault(key, delivery)

    # -- what was known when -------------------------------------------------------------------------------------------

    @cached_property
    def _lapsed(self) -> dict[str, datetime]:
        """When it was written down of a notice that a later step had made it needless."""
        skipped = (f for f in self.world.record if f.kind is FactKind.SKIPPED and f.data["reason"] == "lapsed")
        return {str(f.data["notice"]): f.entered for f in skipped}

    @cached_property
    def _seen(self) -> list[tuple[datetime, str]]:
        return [(f.entered, str(f.data["obligation"])) for f in self.world.record if f.kind is FactKind.ROW]

    def expected(self, beat: Beat) -> dict[str, Expected]:
        """The notices as they should have been in a round, by key."""
        world = self.world
        latest = max(b.now for b in world.beats[: world.beats.index(beat) + 1]) + DAY / 24
        seen: dict[str, datetime] = {}
        for entered, row in self._seen:
            if entered <= latest:
                seen.setdefault(row, entered)
        key = beat.version, beat.events, len(seen)
        if key not in self._expected:
            oracle = world.oracle(beat.version)
            since, until = world.began.date(), world.end.date()
            found = oracle.expected(since, until, seen, world.events[: beat.events])
            self._expected[key] = {e.key: e for e in found}
        return self._expected[key]

    def state(self, task: str, facts: int) -> State:
        """Where a task stood after so many facts."""
        if (task, facts) not in self._states:
            row = self.world.versions[0].row(task.partition("/")[0]) or next(
                (r for v in self.world.versions if (r := v.row(task.partition("/")[0]))), None
            )
            needed = row.n if row is not None and row.kind == "quota" else None
            self._states[task, facts] = state_of(task, self.world.facts[:facts], needed)
        return self._states[task, facts]

    def said(self, kind: FactKind, name: str, facts: int) -> bool:
        """Whether a notice was withdrawn, or released."""
        return any(f.kind is kind and f.notice == name for f in self.world.facts[:facts])

    # -- the promises --------------------------------------------------------------------------------------------------

    def chain(self) -> Iterator[Broken]:
        """The chain verifies, and what the journal calls sent was accepted."""
        if not self.world.audit.sound:
            yield Promise.CHAIN, str(self.world.audit.fault)
        came = {d.message_id for d in self.world.server.log}
        for fact in self.world.record:
            if fact.kind is FactKind.SENT and fact.data["message_id"] not in came:
                yield Promise.RECORD, f"no server took {fact.data['notices']}"

    def repeats(self) -> Iterator[Broken]:
        """Twice only where nobody could know, and then with the same Message-ID; no attempt without a record."""
        before: dict[str, Delivery] = {}
        mails: defaultdict[str, set[str]] = defaultdict(set)
        for d in self.world.server.log:
            if not d.attempt_open:
                yield Promise.ATTEMPT, f"{d.now:%F %T} to {d.to}"
            if (last := before.get(d.message_id)) is not None and not last.may_repeat:
                yield Promise.TWICE, f"{d.now:%F %T} to {d.to}, though its acceptance was known: {d.notices}"
            before[d.message_id] = d
            for key in d.notices:
                mails[key].add(d.message_id)
        for key, ids in mails.items():
            if len(ids) > 1:
                yield Promise.TWICE, f"{key} in {len(ids)} mails"

    def storms(self) -> Iterator[Broken]:
        """One message per recipient and round, unless one of them may have come before, or time went by meanwhile."""
        came: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
        for d in self.world.server.log:
            beat = self.world.beats[d.beat - 1]
            if d.notices and not d.doubtful and not self.world.rival and d.now - beat.now < DAY / 24 / 60:
                came[d.beat, d.to].add(d.message_id)
        for (number, address), ids in came.items():
            if len(ids) > 1 and not self.world.beats[number - 1].grew:
                yield Promise.STORM, f"{len(ids)} mails to {address} at {self.world.beats[number - 1].now:%F %T}"

    def letters(self) -> Iterator[Broken]:
        """Right hour, right person, still wanted: each letter that the server took, notice by notice."""
        for d in self.world.server.log:
            beat = self.world.beats[d.beat - 1]
            oracle = self.world.oracle(beat.version)
            where = f"{d.now:%a %F %T} to {d.to}"
            if d.kind == "unheard of":
                yield Promise.TWICE, f"{where}: a Message-ID that the outbox does not have"
                continue
            if d.kind in {"preview", "warning"}:
                if not (d.to == oracle.office.person(ADMIN).email or d.copies):
                    yield Promise.READER, f"{where}: a {d.kind} to another than the admin"
                continue
            if not d.notices and not oracle.is_open(d.now):
                yield Promise.HOUR, f"{where}: {d.kind} at a time without mail"
            if d.copies:
                yield Promise.READER, f"{where}: copies to {d.copies}"
            if d.kind == "correction":
                for name, wrong in deeds.wrong_correction(self, d):
                    yield Promise[name], f"{where}: {wrong}"
            for key in d.notices:
                for promise, wrong in self._notice(d, key, beat, self._made(key)):
                    yield promise, f"{where}: {key}: {wrong}"

    def _made(self, key: str) -> Beat:
        """The round in which a notice came into the outbox."""
        return self.world.beats[self.world.placed[key]]

    def _notice(self, d: Delivery, key: str, beat: Beat, made: Beat) -> Iterator[Broken]:
        task, _, rest = key.partition("#")
        if rest.startswith(deeds.BY_HAND):
            for name, wrong in deeds.wrong_chaser(self, d, key, beat, made):
                yield Promise[name], wrong
            return
        state = self.state(task, d.facts)
        then, now = self.expected(made).get(key), self.expected(beat).get(key)
        if state.moved:
            name = rest.partition("@")[0]
            same = [e for e in self.expected(beat).values() if e.task == task]
            found = [e for e in same if e.name == name]
            if name.startswith("remind"):  # which of them there are hangs on the target
                found += [replace(e, name=name) for e in same if e.kind == "remind"]
            then = now = found[0] if found else None
        if then is None and rest.startswith("remind-now@") and self._had_another_target(task, key, made):
            return
        if then is None or now is None:
            gone = (Promise.READER, "nobody should get this")
            yield gone if then is None else (Promise.SEASON, "its row, step or target is gone")
            return
        oracle = self.world.oracle(beat.version)
        if not now.anytime and not oracle.is_open(d.now):
            yield Promise.HOUR, "on a rest day or before the send time"
        before = self.world.oracle(made.version)
        days = {made.now.date(), (made.ended or made.now).date()}
        told = {before.address(then.bearer, then.to, day) for day in days}
        if d.to not in told:
            yield Promise.READER, f"should go to {told}"
        if d.now < then.at and not state.moved and not before.weekly(d.to):
            yield Promise.HOUR, f"before its moment {then.at}"
        if state.closed or state.reported or (state.paused is not None and d.now.date() > state.paused):
            yield Promise.CLOSED, str(state.last)
        if self.said(FactKind.WITHDRAW, f"{task}#{now.name}", d.facts):
            yield Promise.RELEASE, "withdrawn"
        if now.ask and not self.said(FactKind.RELEASE, f"{task}#{now.name}", d.facts):
            yield Promise.RELEASE, "not released"
        if not state.moved:
            yield from self._in_season(d, now, state)

    def _had_another_target(self, task: str, key: str, made: Beat) -> bool:
        """Whether the target moved: what then lies before the present is made up for once."""
        target = key.partition("@")[2]
        earlier = self.world.beats[: self.world.beats.index(made) + 1]
        return any(
            e.task == task and e.key.partition("@")[2] != target for b in earlier for e in self.expected(b).values()
        )

    def _in_season(self, d: Delivery, e: Expected, state: State) -> Iterator[Broken]:
        if e.kind in {"remind", "pace"} and d.now >= _end(e.target):
            yield Promise.SEASON, "a reminder after the target"
        if not e.ahead and e.kind in {"chase", "escalate"} and d.now < _end(e.due):
            yield Promise.SEASON, "a chaser before it was overdue"
        elsewhere = e.name == "remind-now" and self._had_another_target(e.task, e.key, self._made(e.key))
        if e.kind == "remind" and state.acked and not e.last and not elsewhere:
            yield Promise.SEASON, "acknowledged"

    def escalations(self) -> Iterator[Broken]:
        """In their order, none left out, one a day."""
        went: defaultdict[str, list[tuple[Expected, Delivery, Beat]]] = defaultdict(list)
        for key, d in self.first.items():
            made = self._made(key)
            e = self.expected(made).get(key)
            if e is not None and e.kind == "escalate" and not e.anytime:
                went[e.task].append((e, d, made))
        for task, steps in went.items():
            days = Counter(d.now.date() for _, d, _ in steps)
            for day, n in days.items():
                if n > 1 and not any(a.low.date() <= day <= a.high.date() for a in self.world.ahead):
                    yield Promise.A_DAY, f"{task}: {n} escalations on {day}"
            for (a, _, one), (b, at, other) in zip(steps, steps[1:], strict=False):
                if (a.target, one.version) == (b.target, other.version) and b.order < a.order:
                    yield Promise.ORDER, f"{task}: {b.name} after {a.name} on {at.now:%F}"
            for e, d, made in steps:
                yield from self._left_out(e, d, made)

    def _left_out(self, e: Expected, d: Delivery, made: Beat) -> Iterator[Broken]:
        oracle = self.world.oracle(made.version)
        for key, other in self.expected(made).items():
            if other.task != e.task or other.kind != "escalate" or other.order >= e.order or other.ask:
                continue
            told = {oracle.address(other.bearer, other.to, day) for day in (made.now.date(), other.at.date())}
            excused = (
                not other.useful or told & {None} or self._refused(key) or self._touched(e.task, d.facts)
                or self.said(FactKind.WITHDRAW, f"{e.task}#{other.name}", d.facts) or self._edited(other.at, d.true)
            )  # fmt: skip
            if not excused and (key not in self.first or self.first[key].true > d.true):
                yield Promise.ORDER, f"{e.key} went on {d.now:%F}, {other.name} did not go before it"

    # -- nothing lost --------------------------------------------------------------------------------------------------

    def losses(self) -> Iterator[Broken]:
        """In each healthy round all that is of use by then has been accepted."""
        since: dict[str, tuple[datetime, datetime]] = {}
        told: set[str] = set()
        known: dict[str, Expected] = {}
        for beat in self.world.beats:
            found = self.expected(beat)
            if found is not known:
                since = {
                    k: since[k] if k in since and since[k][0] == e.at else (e.at, beat.true) for k, e in found.items()
                }
                known = found
                waiting = sorted((e for e in found.values() if e.useful), key=lambda e: e.at)
                moments = [e.at for e in waiting]
            if not beat.healthy:
                continue
            for e in waiting[: bisect_left(moments, beat.now + timedelta(seconds=1))]:
                came = self.first.get(e.key)
                if e.key in told or (came is not None and came.true <= beat.true + DAY / 96):
                    continue
                if e.until is not None and beat.now >= e.until:
                    continue
                if beat.grew and since[e.key][1] == beat.true:
                    continue  # entered while the daemon went round: the next round's
                if self._is_required(e, beat, since[e.key][1]):
                    told.add(e.key)
                    yield Promise.LOST, f"by {beat.now:%a %F %T}: {e.key}, which was to go at {e.at:%a %F %T}"

    def _is_required(self, e: Expected, beat: Beat, first_seen: datetime) -> bool:
        oracle = self.world.oracle(beat.version)
        if not (e.anytime or oracle.is_open(beat.now)):
            return False
        slack = timedelta(minutes=10) if e.name == "remind-now" else timedelta(0)
        if first_seen > e.at + slack or not self._was_asked(e, beat):
            return False
        if (lapsed := self._lapsed.get(e.key)) is not None and lapsed < beat.now and self._edited(lapsed, beat.true):
            return False  # another table asks for it again; what has lapsed stays so
        if any(a.low - DAY <= (e.until or self.world.end) and e.at <= a.high and beat.true >= a.low
               for a in self.world.ahead):  # fmt: skip
            return False
        address = oracle.address(e.bearer, e.to, beat.now.date())
        if address is None or address in self.world.server.refuses or self._refused(e.key) or oracle.weekly(address):
            return False
        if not e.ahead and e.kind in {"chase", "escalate"} and beat.now < _end(e.due):
            return False
        return self._is_next(e, beat)

    def _was_asked(self, e: Expected, beat: Beat) -> bool:
        """Whether the task was open all the while, and nothing else silences this notice."""
        state = self.state(e.task, beat.facts)
        if not state.is_open or state.moved or self.said(FactKind.WITHDRAW, f"{e.task}#{e.name}", beat.facts):
            return False
        if any(e.at - DAY / 24 <= f.now for f in self._about(e.task, beat.facts) if f.kind not in _LAXLY):
            return False
        if e.kind == "remind" and state.acked and not e.last:
            return False
        if e.kind == "pace":
            return not any(f.kind is FactKind.RECORD for f in self.world.facts[: beat.facts])
        return not e.ask or self.said(FactKind.RELEASE, f"{e.task}#{e.name}", beat.facts)

    def _is_next(self, e: Expected, beat: Beat) -> bool:
        """Whether no other step of its kind stands before it, or has made it needless."""
        others = [
            (o, d) for key, d in self.first.items()
            if key.startswith(f"{e.task}#") and (o := self.expected(beat).get(key)) is not None and o.kind == e.kind
        ]  # fmt: skip
        if e.kind != "escalate":
            return not any(o.at > e.at and d.true <= beat.true + DAY for o, d in others)
        if e.anytime:
            return True
        oracle = self.world.oracle(beat.version)
        for _, d in self._escalated(e.task):
            if d.true <= beat.true + DAY and oracle.next_send(_end(d.now.date())) > beat.now:
                return False
        if e.ask and any(o.order > e.order for o, _ in others):
            return False
        for o in self.expected(beat).values():
            if o.task == e.task and o.kind == "escalate" and o.order < e.order and o.at <= beat.now:
                address = oracle.address(o.bearer, o.to, beat.now.date())
                came = self.first.get(o.key)
                asks = o.ask and not self.said(FactKind.RELEASE, f"{o.task}#{o.name}", beat.facts)
                waits = (came is None or came.true > beat.true) and not asks
                if waits and not o.useful and beat.now < e.at + 7 * DAY:
                    return False  # known late: steps follow one a day, and one that nobody reads has its day, too
                if (
                    waits
                    and address is not None
                    and (oracle.weekly(address) or self._refused(o.key) or address in self.world.server.refuses)
                ):
                    return False
        return True

    # -- what is written down ------------------------------------------------------------------------------------------

    def reasons(self) -> Iterator[Broken]:
        """A decision has a reason, also the decision not to send."""
        known: set[str] = set()
        for fact in self.world.record:
            if fact.kind in {FactKind.SKIPPED, FactKind.DROPPED} and not fact.data.get("reason"):
                yield Promise.REASON, f"none given for {fact.data}"
            if fact.kind in {FactKind.QUEUED, FactKind.SKIPPED}:
                known |= {str(key) for key in (*fact.data.get("notices", ()), fact.data.get("notice"))}
        for _, rounds in groupby(self.world.beats, key=lambda beat: beat.version):
            beats = list(rounds)
            first, last = beats[0], beats[-1]
            for e in self.expected(last).values():
                if e.key not in known and e.useful and e.at > first.true + 9 * DAY and self._is_settled(e, last):
                    yield Promise.REASON, f"of {e.key} nothing is known"

    def _is_settled(self, e: Expected, last: Beat) -> bool:
        """Whether it was decided on for sure: its time ran out, and nobody had touched the task."""
        if e.until is None or e.until > last.true - 9 * DAY:
            return False
        if e.kind == "chase" and self.state(e.task, last.facts).closed:  # the endless ones end with the task
            return False
        then = max((b.facts for b in self.world.beats if b.now <= e.at), default=0)
        if self.state(e.task, then).closed:  # what was to go of it afterwards needs no other reason
            return False
        if any(a.low - DAY <= e.until and e.at <= a.high for a in self.world.ahead):
            return False
        oracle = self.world.oracle(last.version)
        address = oracle.address(e.bearer, e.to, e.at.date())
        looked = next((b.now for b in self.world.beats if b.now >= e.until and b.ended), last.now)
        touched = any(f.now <= looked for f in self._about(e.task, last.facts))
        return not touched and address is not None and not oracle.weekly(address)

    def edits(self) -> Iterator[Broken]:
        """Of a bad table the admin is told in the first round that reads it; of the same one once a day."""
        beats = self.world.beats
        warned = [(f.beat, beats[f.beat].now.date()) for f in self.world.formed if f.kind == "warning"]
        for first, until in self.world.breaks:
            today = beats[first].now.date()
            told = any(first <= n < until or (n < first and day == today) for n, day in warned)
            if any(beats[n].ended for n in range(first, until)) and not told:
                yield Promise.EDIT, f"nobody told of it: {beats[first].now:%F %T}"

    def _escalated(self, task: str) -> list[tuple[str, Delivery]]:
        return [(key, d) for key, d in self.first.items() if key.startswith(f"{task}#escalate-")]

    def _about(self, task: str, facts: int) -> list[Said]:
        return [f for f in self.world.facts[:facts] if f.task == task]

    def _touched(self, task: str, facts: int) -> bool:
        return any(f.kind not in _LAXLY for f in self._about(task, facts))

    def _refused(self, key: str) -> bool:
        return any(key in keys for _, keys in self.world.server.refused)

    def _edited(self, since: datetime, until: datetime) -> bool:
        """Whether another table came into force in between."""
        before = [b.version for b in self.world.beats if b.true < since - DAY]
        return len({*before[-1:], *(b.version for b in self.world.beats if since - DAY <= b.true <= until)}) > 1
