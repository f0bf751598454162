"""Where every task stands at a moment, what hurts most first. It reads plan and record, and judges nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from scheduler.planning.byhand import asked_steps
from scheduler.planning.cases import SILENT, Cases
from scheduler.planning.history import History
from scheduler.planning.model import Bearer, Light, NoticeKind, Outcome, Slot, Standing, State, Step, Task, tail
from scheduler.planning.plan import Plan
from scheduler.planning.spoken import STATES
from scheduler.planning.standing import standing
from scheduler.planning.taskfacts import Called
from scheduler.planning.windows import day_of, end_of
from scheduler.register.values import SetBy
from scheduler.reports.selection import ALL, Selection
from scheduler.reports.shapes import kind_of
from scheduler.words import Phrase, say

LIGHTS = {Light.RED: say("红"), Light.YELLOW: say("黄"), Light.GREEN: say("绿"), Light.GREY: say("灰")}
NEAR = 64  # companies whose tasks may stand among each other: what is known of so many is kept
_WAITS = {State.REPORTED: 1, State.NOT_OPEN: 1, State.DONE_LATE: 2, State.DONE: 2, State.WAIVED: 2, State.DORMANT: 3}
_EVERY_DAY = frozenset({State.OVERDUE, State.OPEN, State.REPORTED, State.DONE})
_SUMMED = (
    State.OVERDUE, State.OPEN, State.PAUSED, State.REPORTED, State.DONE, State.DONE_LATE, State.WAIVED, State.NOT_OPEN,
    State.DORMANT,
)  # fmt: skip
_HURTS = {light: rank for rank, light in enumerate((Light.RED, Light.YELLOW, Light.GREEN, Light.GREY))}


class Sent(Struct, frozen=True):
    """What became of one notice of a task; `at` is its planned moment, where the plan still has it."""

    kind: NoticeKind
    step: str
    at: datetime
    outcome: Outcome


class Company(Struct, frozen=True, eq=False):
    """Tasks of one slot that stand alike, for nobody said anything of them; or a single one.

    `standing` is that of the first; of a finished task its slot has the dates of then, `slot` those of the plan.
    """

    slot: Slot
    standing: Standing
    bearers: tuple[Bearer, ...]

    @property
    def tasks(self) -> Iterator[Task]:
        """The tasks, made one by one."""
        return (Task(self.standing.task.slot, bearer) for bearer in self.bearers)


class Row(Struct, frozen=True):
    """One task as an auditor sees it."""

    task: Task
    company: Company
    notices: tuple[Sent, ...]
    next_notice: datetime | None
    calls: tuple[Called, ...] = ()

    @property
    def standing(self) -> Standing:
        """Where it stands."""
        return replace(self.company.standing, task=self.task)


def companies(plan: Plan, now: datetime, wanted: Selection = ALL) -> list[Company]:
    """Every opened task that is `wanted` and the next one of each row, red first, then by the due day."""
    cases = Cases(plan)
    found = (
        one for slot in _shown(plan, now.date()) for one in _companies(slot, cases, now) if wanted.meets(one.standing)
    )
    kept = (replace(one, bearers=tuple(filter(wanted.is_owed_by, one.bearers))) for one in found)
    return sorted((one for one in kept if one.bearers), key=_hurt)


def members(found: Sequence[Company], plan: Plan, now: datetime) -> Iterator[Row]:
    """The tasks of companies one by one; those that hurt alike in the order of their ids."""
    maker = _Maker(plan, now)
    for _, alike in groupby(found, key=_hurt):
        tasks = [(task.id, task, one) for one in alike for task in one.tasks]
        for _, task, company in sorted(tasks, key=lambda named: named[0]):
            yield maker.row(task, company)


def rows(plan: Plan, now: datetime, wanted: Selection = ALL) -> list[Row]:
    """All rows at once, for reports that go through them more than once."""
    return list(members(companies(plan, now, wanted), plan, now))


def summary(found: Iterable[tuple[Standing, int]], today: date) -> Phrase:
    """One sentence on so many tasks of each standing: how many are in each state, which make the total; due this week.

    The states of every day are always there, the others where a task is in them.
    """
    counted: Counter[State] = Counter()
    sunday, soon = today + timedelta(6 - today.weekday()), 0
    for stands, n in found:
        counted[stands.state] += n
        if stands.state is State.OPEN and today <= day_of(stands.task.dates.target) <= sunday:
            soon += n
    parts = (
        say("{state}{n}", state=STATES[state], n=counted[state])
        if state is not State.OPEN
        else say("办理中{n}（本周到期{soon}）", n=counted[state], soon=soon)
        for state in _SUMMED
        if counted[state] or state in _EVERY_DAY
    )
    return say("共{n}项，{parts}", n=counted.total(), parts=tuple(parts))


def bearer_name(task: Task, names: Mapping[str, str]) -> str:
    """The name of who owes a task; the id where the table has no name for it."""
    bearer = task.bearer
    name = names.get(bearer.person or bearer.unit, bearer.id)
    return f"{name} {bearer.role}" if bearer.role and not bearer.person else name


def _shown(plan: Plan, today: date) -> Iterator[Slot]:
    """The slots that have opened, and of each row those of the next period that has not."""
    ahead: dict[str, list[Slot]] = {}
    for slot in plan.slots:
        if slot.dates.opens <= today:
            yield slot
        else:
            ahead.setdefault(slot.obligation.id, []).append(slot)
    for slots in ahead.values():
        first = min(slots, key=lambda slot: (slot.dates.opens, end_of(slot.dates.target)))
        yield from (slot for slot in slots if slot.period == first.period)


def _companies(slot: Slot, cases: Cases, now: datetime) -> Iterator[Company]:
    bearers = cases.plan.owing.of(slot)
    apart = cases.said(slot, bearers)
    alike = tuple(bearer for name, bearer in bearers.items() if name not in apart)
    for some in (alike, *((bearers[name],) for name in apart)):
        if some:
            yield Company(slot, standing(Task(slot, some[0]), cases.plan, now), some)


def _hurt(one: Company) -> tuple[int, int, bool, datetime, str]:
    """Red before yellow, open before reported before done; of what is overdue a limit set by law first; then by day."""
    stands, row = one.standing, one.slot.obligation
    lawful = stands.light is Light.RED and row.set_by is SetBy.LAW
    return _HURTS[stands.light], _WAITS.get(stands.state, 0), not lawful, end_of(stands.task.dates.due), f"{row.id}/"


class _Maker:
    """Makes rows; what many of them share it works out once, by the ids of slots that the companies keep alive."""

    def __init__(self, plan: Plan, now: datetime) -> None:
        self._cases, self._history, self._now = Cases(plan), plan.history, now
        self._withdrawn = frozenset(name.rpartition("#")[0] for name in plan.history.withdrawn)
        self._quiet: dict[int, datetime | None] = {}
        self._moments: dict[int, dict[str, datetime]] = {}
        self._repeated: dict[int, datetime | None] = {}

    def row(self, task: Task, company: Company) -> Row:
        """The row of one task of a company."""
        history, stands = self._history, company.standing
        outcomes = history.outcomes(task.id)
        if not outcomes and len(company.bearers) > 1 and task.id not in self._withdrawn:
            slot = id(company.slot)  # which has one company of several
            if slot not in self._quiet:
                self._quiet[slot] = self._next(task, stands)
            return Row(task, company, (), self._quiet[slot])
        sent = self._sent(task, company.slot, outcomes) if outcomes else ()
        return Row(task, company, sent, self._next(task, stands), history.task(task.id).calls)

    def _next(self, task: Task, stands: Standing) -> datetime | None:
        if stands.state in SILENT:
            return None
        slot = id(task.slot)
        if slot not in self._repeated:
            self._repeated[slot] = _repeated(task.slot, self._cases, self._now)
        return _ahead(task, stands, self._history, self._now) or self._repeated[slot]

    def _sent(self, task: Task, slot: Slot, outcomes: Mapping[str, Outcome]) -> tuple[Sent, ...]:
        if id(slot) not in self._moments:
            self._moments[id(slot)] = {tail(step, slot.dates.target): step.at for step in slot.steps}
        moments, start = self._moments[id(slot)], len(task.id)
        found = (_noted(key[start:], outcome, moments) for key, outcome in outcomes.items())
        return tuple(sorted(found, key=lambda one: (one.at, one.step)))


def next_notice(stands: Standing, cases: Cases, now: datetime) -> datetime | None:
    """When the next notice of a task would go if nothing more were done; None if none will."""
    if stands.state in SILENT:
        return None
    return _ahead(stands.task, stands, cases.plan.history, now) or _repeated(stands.task.slot, cases, now)


def _ahead(task: Task, stands: Standing, history: History, now: datetime) -> datetime | None:
    """When the next step of the slot, or of this task alone, comes."""
    name, target = task.id, task.dates.target
    outcomes, withdrawn = history.outcomes(name), history.withdrawn
    steps = (step for step in (*task.slot.steps, *asked_steps(task, history)) if step.at > now)
    for step in sorted(steps, key=lambda step: step.at):
        decided = name + tail(step, target) in outcomes or f"{name}#{step.name}" in withdrawn
        if not decided and _asks(step, stands):
            return step.at
    return None


def _repeated(slot: Slot, cases: Cases, now: datetime) -> datetime | None:
    """When the next of the endless chasers goes, once the first has gone."""
    repeats = cases.repeats(slot)
    latest = repeats.latest(now) if repeats is not None else None
    return repeats.step(latest + 1).at if repeats is not None and latest is not None else None


def _asks(step: Step, stands: Standing) -> bool:
    """Whether a step still has something to ask: neither acknowledged nor on pace."""
    if step.needs is not None:
        return stands.progress is None or stands.progress.done < step.needs
    return step.last or step.kind is not NoticeKind.REMINDER or stands.acknowledged_at is None


def _noted(mark: str, outcome: Outcome, moments: Mapping[str, datetime]) -> Sent:
    """What became of the notice with this `tail`."""
    step = mark[1:].partition("@")[0]
    return Sent(kind_of(step), step, moments.get(mark) or outcome.at, outcome)
