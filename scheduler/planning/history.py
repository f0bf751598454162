"""The journal's facts, folded once and indexed for every question that planning asks. It never writes one.

What the `data` of a fact holds, by kind; days and moments are in ISO form, an absent value is left out or None:

- event: `event`, `ref`, `unit`, `title`, `planned` (bool: it has not happened yet), `due` (a limit of its own),
  `closed` (the day on which it ended: a clock that it stopped goes on); `on` is when it happens. The same event and
  ref again replaces what was said before.
- record: `record`, `person`, `unit`, `value` (`3`, `85%`, `52/57`), `title`, `url`
- done, report, confirm: `evidence`, `note`, `printed`, `due`, `target`; waive: the dates, `reason`, `approved_by`
- extend: `by` or `to`, `reason`, `approved_by`; pause, resume, return, reopen: `reason`; assign: `unit`
- chase: `step` (chase-by-hand-2026-11-23), `at`, `target`; call: `note`, `person`; correct: `message` (a key), `text`
- void: `seq`, `reason`; release, withdraw: `notice` (TASK#STEP), `reason`; row: `obligation`; table: `digest`,
  `files`, `changed` (sentences: what differs from the table before it)
- queued: `message`, `kind`, `notices` (keys), `to`, `message_id`; sent: the same and `queue_id`; failed: the same and
  `reason`, `final` (bool: refused for good); skipped, dropped: `notice` or `notices` (keys), `reason`
- restored: `name` of the copy that was put back, `since` (its last entry), its `head`, `lost` (entries beyond it)
- freeze: `year`, `tasks` (how many), `provisional`, `digest` of the plan, `files`
- draft: `document` (bulletin, order), `label` or `number` and `target`, its `digest`, `files` (digests of what is kept)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from types import MappingProxyType

from msgspec import Struct, field

from scheduler.planning.index import Gap, Happening, Index, Recorded, decided, effective, matching, parts
from scheduler.planning.model import Fact, FactKind, Outcome
from scheduler.planning.taskfacts import NOTHING, Closing, TaskFacts
from scheduler.register.values import UNASSIGNED

_Stamp = tuple[int, int]  # of the facts about a task: how many, and the number of the last
_NOWHERE: Mapping[str, datetime] = MappingProxyType({})
_NO_OUTCOMES: Mapping[str, Outcome] = MappingProxyType({})


class _Common(Struct):
    """What a history shares with those that grow from it: the facts, and what was made of those of a task.

    The log is only ever added to. A stamp says which facts something was made of, so that no history takes another's.
    """

    log: list[Fact]
    folded: dict[str, tuple[_Stamp, TaskFacts]] = field(default_factory=dict)
    decided: dict[str, tuple[_Stamp, Mapping[str, Outcome]]] = field(default_factory=dict)


class History:
    """What happened, as far as it is known. Immutable: `extended`, `until` and `renamed` give another one.

    Voided facts are gone from all of it. A task's facts are folded when first asked for.
    """

    def __init__(
        self,
        log: Iterable[Fact] = (),
        former: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
        *,
        grown: tuple[Index, _Common] | None = None,
    ) -> None:
        if grown is None:
            facts = list(log)
            grown = Index(), _Common(facts)
            grown[0].take(effective(facts))
        self._index, self._common = grown
        self._length = len(self._common.log)  # what later histories add lies behind it
        self._former = former

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> History:
        """The history that these facts make, in the order of their numbers."""
        return cls(facts)

    def extended(self, facts: Iterable[Fact]) -> History:
        """The same with what was entered since; far cheaper than a new one, unless a fact is voided."""
        more = tuple(facts)
        if any(f.kind is FactKind.VOID for f in more):
            return History((*self._facts, *more), self._former)
        common = self._common if len(self._common.log) == self._length else _Common(self._facts)
        common.log.extend(more)
        return History(former=self._former, grown=(self._index.extended(more), common))

    def until(self, moment: datetime) -> History:
        """What had been entered up to and including `moment`."""
        return History((f for f in self._facts if f.entered <= moment), self._former)

    def renamed(self, former: Mapping[str, tuple[str, ...]]) -> History:
        """The same history, in which an obligation also has what was recorded under its former ids."""
        if former == self._former:
            return self
        log = self._common.log if len(self._common.log) == self._length else self._facts
        return History(former=former, grown=(self._index, _Common(log)))

    @property
    def _facts(self) -> list[Fact]:
        return self._common.log[: self._length]

    # -- events and records ------------------------------------------------------------------------------------------

    @cached_property
    def events(self) -> Mapping[str, tuple[Happening, ...]]:
        """All events by id, as last stated, in the order in which they were first entered."""
        return {event: self.happenings(event) for event in self._index.events}

    def happenings(self, event: str) -> tuple[Happening, ...]:
        """The events of one id."""
        return tuple(h for same in self._index.events.get(event, {}).values() for h in same)

    def happening(self, event: str, ref: str, unit: str | None = None) -> Happening | None:
        """One event by its reference; `unit` tells apart those of several units."""
        return matching(self._index.events.get(event, {}).get(ref, ()), unit)

    @property
    def records(self) -> Mapping[str, tuple[Recorded, ...]]:
        """All records by id, in the order of the journal."""
        return {record: tuple(found) for record, found in self._index.records.items()}

    def recorded(self, record: str, who: str) -> tuple[Recorded, ...]:
        """The records of one kind of one person or unit, by day."""
        return tuple(sorted(self._index.by_whom.get((record, who), ()), key=lambda r: (r.on, r.seq)))

    def has_any(self, record: str) -> bool:
        """Whether there is a record of that kind."""
        return record in self._index.records

    def recorders(self, record: str) -> frozenset[str]:
        """The persons and units that have a record of that kind."""
        return frozenset(who for kind, who in self._index.by_whom if kind == record)

    # -- tasks -------------------------------------------------------------------------------------------------------

    def task(self, task_id: str) -> TaskFacts:
        """What was recorded about a task, under its present and its former names."""
        found = [said for name in self._names(task_id) if (said := self._index.tasks.get(name))]
        if not found:
            return NOTHING
        facts = [fact for said in found for fact in said]
        stamp = len(facts), max(fact.seq for fact in facts)
        known = self._common.folded.get(task_id)
        if known is None or known[0] != stamp:
            known = self._common.folded[task_id] = stamp, TaskFacts.of(sorted(facts, key=lambda f: f.seq))
        return known[1]

    def touched(self, obligation: str, period: str) -> frozenset[str]:
        """The bearers with facts about their task of that period."""
        return self._bearers(self._index.touched, obligation, period)

    def marked(self, obligation: str, period: str) -> frozenset[str]:
        """The bearers about whose task of that period anything is recorded, a notice included."""
        return self.touched(obligation, period) | self._bearers(self._index.told, obligation, period)

    def mentions(self, obligation: str) -> bool:
        """Whether anything is recorded about any of its tasks, a notice included."""
        return obligation in self._index.named or not self._index.named.isdisjoint(self._former.get(obligation, ()))

    def is_silent(self, obligation: str, period: str, targets: frozenset[str]) -> bool:
        """Whether nothing is recorded of that period that could change its dates or its notices for these `targets`."""
        index = self._index
        keys = [(name, period) for name in (obligation, *self._former.get(obligation, ()))]
        return not any(key in index.touched or index.targets.get(key, _NOWHERE).keys() - targets for key in keys)

    def adjusted(self, obligation: str, period: str) -> frozenset[str]:
        """The bearers whose task of that period was extended, paused or resumed."""
        return self._bearers(self._index.adjusted, obligation, period)

    def asked(self, obligation: str, period: str) -> frozenset[str]:
        """The bearers about whose task of that period a person asked for a chaser."""
        if not self._index.asked:  # it is asked of every slot, and hardly ever true
            return frozenset()
        return self._bearers(self._index.asked, obligation, period)

    def _bearers(self, table: Mapping[tuple[str, str], list[str]], obligation: str, period: str) -> frozenset[str]:
        names = (obligation, *self._former.get(obligation, ()))
        found = {(name, bearer) for name in names for bearer in table.get((name, period), ())}
        nobody = {f"{name}/{bearer}/{period}" for name, bearer in found if bearer == UNASSIGNED}
        given = [self._given(task) or {UNASSIGNED} for task in nobody]
        return frozenset({bearer for _, bearer in found} - {UNASSIGNED}).union(*given)

    def periods(self, obligation: str) -> tuple[str, ...]:
        """The periods of an obligation about which something was recorded."""
        names = (obligation, *self._former.get(obligation, ()))
        return tuple(dict.fromkeys(period for name in names for period in self._index.labels.get(name, ())))

    def completed(self, obligation: str, period: str) -> Mapping[str, Closing]:
        """The bearers that have done their task of that period, in the order of their ids."""
        touched = sorted(self.touched(obligation, period))
        found = {bearer: self.task(f"{obligation}/{bearer}/{period}").done for bearer in touched}
        return {bearer: done for bearer, done in found.items() if done is not None}

    @property
    def assigned(self) -> Mapping[str, str]:
        """To which unit a task `obligation/unassigned/ref` was given."""
        return self._index.assigned

    # -- notices -----------------------------------------------------------------------------------------------------

    def outcomes(self, task_id: str) -> Mapping[str, Outcome]:
        """What became of a task's notices, by their keys, under its present and its former names."""
        found: list[tuple[str, list[tuple[str, Fact]]]] = []
        number = last = 0
        for name in self._names(task_id):  # hardly ever more than one
            said = self._index.outcomes.get(name)
            if said and (name == task_id or f"/{UNASSIGNED}/" not in name):
                found.append((name, said))
                number, last = number + len(said), max(last, said[-1][1].seq)
        if not found:
            return _NO_OUTCOMES
        stamp = number, last
        known = self._common.decided.get(task_id)
        if known is None or known[0] != stamp:
            every = [(name, key, fact) for name, said in found for key, fact in said]
            ordered = ((task_id + key[len(name) :], fact) for name, key, fact in sorted(every, key=_by_number))
            known = self._common.decided[task_id] = stamp, decided(ordered)
        return known[1]

    def has_outcomes(self, task_id: str, tails: Sequence[str]) -> bool:
        """Whether every notice of a task with one of these tails has an outcome; it is not asked which."""
        if self._former or self._index.assigned or self._index.claimed or self._index.gap is not None:
            return self.outcomes(task_id).keys() >= {task_id + tail for tail in tails}
        said = self._index.outcomes.get(task_id)
        return not tails if said is None else {key for key, _ in said}.issuperset([task_id + tail for tail in tails])

    def strays(self, obligation: str, period: str, targets: frozenset[str]) -> datetime | None:
        """When a notice of that period was last decided for a target that is none of `targets` (ISO); None if never."""
        names = (obligation, *self._former.get(obligation, ()))
        found = [self._index.targets.get((name, period), {}) for name in names]
        return max((at for seen in found for target, at in seen.items() if target not in targets), default=None)

    def changed_after(self, moment: datetime) -> datetime | None:
        """When a table or a calendar next went into force after `moment`."""
        return next((at for at in self._index.changes if at > moment), None)

    @property
    def released(self) -> frozenset[str]:
        """The names (TASK#STEP) of the notices that a person let go."""
        return frozenset(self._index.released)

    @property
    def doubted(self) -> frozenset[str]:
        """The names of those let go before the journal was put back from a copy: they may have gone since."""
        return frozenset(self._index.doubted)

    @property
    def gap(self) -> Gap | None:
        """What this journal cannot know, where it was put back from a copy."""
        return self._index.gap

    @property
    def corrections(self) -> Mapping[int, tuple[str, str]]:
        """更正 that stand, by number: the key of the message that was wrong, and what is right."""
        return self._index.corrections

    @property
    def withdrawn(self) -> Mapping[str, str]:
        """The names of the notices that a person took out, with the reason."""
        return self._index.withdrawn

    # -- the table ---------------------------------------------------------------------------------------------------

    @property
    def first_seen(self) -> Mapping[str, datetime]:
        """When each obligation was first loaded."""
        return self._index.first_seen

    def seen(self, obligation: str) -> datetime | None:
        """When an obligation was first loaded, under its present or a former id."""
        seen = self._index.first_seen
        if obligation not in self._former:
            return seen.get(obligation)
        return min(filter(None, map(seen.get, (obligation, *self._former[obligation]))), default=None)

    @property
    def loaded(self) -> datetime | None:
        """When a table was first loaded at all."""
        return self._index.opened

    def _names(self, task_id: str) -> tuple[str, ...]:
        """Under which names a task may be on record. It is asked of every task, and hardly ever more than one."""
        if not (self._former or self._index.assigned or self._index.claimed):
            return (task_id,)
        obligation, bearer, period = parts(task_id)
        known = (obligation, *self._former.get(obligation, ()))
        names = [f"{name}/{bearer}/{period}" for name in known]
        if self._index.assigned or self._index.claimed:
            nobody = [f"{name}/{UNASSIGNED}/{period}" for name in known]
            names += [name for name in nobody if bearer in self._given(name)]
        return tuple(names)

    def _given(self, unassigned: str) -> frozenset[str]:
        """The unit to which an unassigned task went: by an assignment, else with its event; none yet.

        Several where events of several kinds share the reference; only one of them has a task of this obligation.
        """
        if (unit := self._index.assigned.get(unassigned)) is not None:
            return frozenset({unit})
        return self._index.claimed.get(parts(unassigned)[2], frozenset())


def _by_number(said: tuple[str, str, Fact]) -> int:
    return said[2].seq
