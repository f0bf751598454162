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
- draft: `document` (bulletin, order), `label` or `number`, `digest` of the document, `files` (digests of what is kept)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from types import MappingProxyType

from scheduler.planning.index import Gap, Happening, Index, Recorded, decided, effective, matching, parts
from scheduler.planning.model import Fact, FactKind, Outcome
from scheduler.planning.taskfacts import NOTHING, Closing, TaskFacts

UNASSIGNED = "unassigned"  # the bearer of a task whose event named no unit yet

_NO_OUTCOMES: Mapping[str, Outcome] = MappingProxyType({})


class History:
    """What happened, as far as it is known. Immutable: `extended`, `until` and `renamed` give another one.

    Voided facts are gone from all of it. A task's facts are folded when first asked for.
    """

    def __init__(
        self, log: tuple[Fact, ...] = (), former: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    ) -> None:
        self._log = log
        self._former = former
        self._folded: dict[str, TaskFacts] = {}
        self._decided: dict[str, Mapping[str, Outcome]] = {}
        self._index = Index()
        self._index.take(effective(log))

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> History:
        """The history that these facts make, in the order of their numbers."""
        return cls(tuple(facts))

    def extended(self, facts: Iterable[Fact]) -> History:
        """The same with what was entered since; far cheaper than a new one, unless a fact is voided."""
        more = tuple(facts)
        if any(f.kind is FactKind.VOID for f in more):
            return History(self._log + more, self._former)
        index = self._index.extended(more)
        touched = {fact.task for fact in more}
        # Under other names a task's facts may have grown unseen; then everything is folded anew.
        known = {} if self._former or index.assigned or index.claimed else self._folded
        folded = {task: found for task, found in known.items() if task not in touched}
        return self._derived(self._log + more, self._former, index, folded)

    def until(self, moment: datetime) -> History:
        """What had been entered up to and including `moment`."""
        return History(tuple(f for f in self._log if f.entered <= moment), self._former)

    def renamed(self, former: Mapping[str, tuple[str, ...]]) -> History:
        """The same history, in which an obligation also has what was recorded under its former ids."""
        return self if former == self._former else self._derived(self._log, former, self._index)

    @classmethod
    def _derived(
        cls,
        log: tuple[Fact, ...],
        former: Mapping[str, tuple[str, ...]],
        index: Index,
        folded: Mapping[str, TaskFacts] = MappingProxyType({}),
    ) -> History:
        found = cls((), former)
        found._log, found._index = log, index
        found._folded.update(folded)
        return found

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

    @cached_property
    def _by_whom(self) -> Mapping[tuple[str, str], tuple[Recorded, ...]]:
        found: defaultdict[tuple[str, str], list[Recorded]] = defaultdict(list)
        for record, entries in self._index.records.items():
            for entry in entries:
                for who in (entry.person, entry.unit):
                    if who is not None:
                        found[record, who].append(entry)
        return {key: tuple(sorted(entries, key=lambda r: (r.on, r.seq))) for key, entries in found.items()}

    def recorded(self, record: str, who: str) -> tuple[Recorded, ...]:
        """The records of one kind of one person or unit, by day."""
        return self._by_whom.get((record, who), ())

    def recorders(self, record: str) -> frozenset[str]:
        """The persons and units that have a record of that kind."""
        return frozenset(who for kind, who in self._by_whom if kind == record)

    # -- tasks -------------------------------------------------------------------------------------------------------

    def task(self, task_id: str) -> TaskFacts:
        """What was recorded about a task, under its present and its former names."""
        found = self._folded.get(task_id)
        if found is None:
            names = self._names(task_id)
            facts = [fact for name in names for fact in self._index.tasks.get(name, ())]
            if not facts:
                return NOTHING
            found = TaskFacts.of(sorted(facts, key=lambda f: f.seq) if len(names) > 1 else facts)
            self._folded[task_id] = found
        return found

    def touched(self, obligation: str, period: str) -> frozenset[str]:
        """The bearers with facts about their task of that period."""
        return self._bearers(self._index.touched, obligation, period)

    def marked(self, obligation: str, period: str) -> frozenset[str]:
        """The bearers about whose task of that period anything is recorded, a notice included."""
        return self.touched(obligation, period) | self._bearers(self._index.told, obligation, period)

    def adjusted(self, obligation: str, period: str) -> frozenset[str]:
        """The bearers whose task of that period was extended, paused or resumed."""
        return self._bearers(self._index.adjusted, obligation, period)

    def asked(self, obligation: str, period: str) -> frozenset[str]:
        """The bearers about whose task of that period a person asked for a chaser."""
        return self._bearers(self._index.asked, obligation, period)

    def _bearers(self, table: Mapping[tuple[str, str], list[str]], obligation: str, period: str) -> frozenset[str]:
        names = (obligation, *self._former.get(obligation, ()))
        found = {(name, bearer) for name in names for bearer in table.get((name, period), ())}
        return frozenset(
            self._given(f"{name}/{bearer}/{period}") or bearer if bearer == UNASSIGNED else bearer
            for name, bearer in found
        )

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
        found = self._decided.get(task_id)
        if found is None:
            names = [n for n in self._names(task_id) if n == task_id or f"/{UNASSIGNED}/" not in n]
            said = [(task_id + key[len(n) :], fact) for n in names for key, fact in self._index.outcomes.get(n, ())]
            if not said:
                return _NO_OUTCOMES
            found = self._decided[task_id] = decided(sorted(said, key=_by_number) if len(names) > 1 else said)
        return found

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
    def gap(self) -> Gap | None:
        """What this journal cannot know, where it was put back from a copy."""
        return self._index.gap

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
        names = (obligation, *self._former.get(obligation, ()))
        return min((at for name in names if (at := self._index.first_seen.get(name))), default=None)

    @property
    def loaded(self) -> datetime | None:
        """When a table was first loaded at all."""
        return self._index.opened

    def _names(self, task_id: str) -> tuple[str, ...]:
        obligation, bearer, period = parts(task_id)
        known = (obligation, *self._former.get(obligation, ()))
        names = [f"{name}/{bearer}/{period}" for name in known]
        if self._index.assigned or self._index.claimed:
            nobody = [f"{name}/{UNASSIGNED}/{period}" for name in known]
            names += [name for name in nobody if self._given(name) == bearer]
        return tuple(names)

    def _given(self, unassigned: str) -> str | None:
        """The unit to which an unassigned task went: by an assignment, else with its event."""
        return self._index.assigned.get(unassigned) or self._index.claimed.get(parts(unassigned)[2])


def _by_number(said: tuple[str, Fact]) -> int:
    return said[1].seq
