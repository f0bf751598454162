"""Many facts at once, in their order: each is judged as if those before it were written down. It writes none down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from types import MappingProxyType

from msgspec import Struct, field
from msgspec.structs import replace

from scheduler.planning import statements
from scheduler.planning.entries import Accepted, Clerk
from scheduler.planning.index import parts
from scheduler.planning.model import BEIJING, Fact, FactKind
from scheduler.planning.periods import around
from scheduler.planning.plan import Plan, made_anew
from scheduler.planning.said import Said, names_of
from scheduler.planning.sheet import Line, named
from scheduler.planning.spoken import when
from scheduler.planning.windows import day_of
from scheduler.problems import DubanError, Problem, UsageError
from scheduler.register.model import Before, Within
from scheduler.register.reader import MAX_PROBLEMS
from scheduler.words import say

# Where a mistake stands; all others stand at the task.
_COLUMN_OF = MappingProxyType(
    {
        "unknown-event": "event",
        "bad-ref": "ref",
        "event-needs-time": "on",
        "event-long-ago": "on",
        "unknown-unit": "unit",
        "unit-not-yet": "unit",
        "unknown-record": "record",
        "unknown-person": "person",
        "record-whose": "record",
        "bad-number": "value",
        "value-missing": "value",
        "in-the-future": "on",
        "done-too-early": "on",
        "resume-before-pause": "on",
        "evidence-missing": "evidence",
    }
)
# A sheet has columns where a command has options.
_HINT_OF = MappingProxyType(
    {
        "event-needs-time": say("“日期”一格写上时刻，例如 2026-11-23 09:30"),
        "event-long-ago": say("年份没有写错的，“往年”一格写“是”"),
        "record-whose": say("“人员”和“单位”写其中一格"),
        "value-missing": say("“数值”一格写上数字，例如 3、85%、52/57"),
        "evidence-missing": say("“凭证”一格写明文号、网址或收文登记号"),
        "extension-not-later": say("“延长”一格例如 20wd，或者“延至”一格写日期"),
    }
)
_WIDE = frozenset({FactKind.EVENT, FactKind.RECORD, FactKind.ASSIGN})  # they may move the tasks of any row


class _Judged(Struct):
    """What has been accepted so far, and what went wrong."""

    accepted: list[Accepted] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    spoiled: set[str] = field(default_factory=set)  # tasks, and references of events, of lines that were refused


def judge(lines: Iterable[Line], plan: Plan, by: str, seq: int) -> tuple[tuple[Accepted, ...], tuple[Problem, ...]]:
    """The entries of all lines and what is wrong with them; with any problem nothing may be written down.

    `seq` is the number of the last fact in the journal. A line that rests on a refused one is not judged.
    """
    batch, found = _Batch(plan, by, seq), _Judged()
    for line in lines:
        said = batch.said(line)
        task = said.task()
        if task is not None and found.spoiled & {task, parts(task)[2]}:
            continue
        try:
            found.accepted.append(batch.take(said))
        except DubanError as error:
            found.problems += (_placed(problem, line) for problem in error.problems)
            found.spoiled.add(task or line.text("ref") or "")
        if len(found.problems) >= MAX_PROBLEMS:
            break
    return tuple(found.accepted), tuple(found.problems[:MAX_PROBLEMS])


def _placed(problem: Problem, line: Line) -> Problem:
    place = problem.place or line.at(_COLUMN_OF.get(problem.code, "task"))
    return replace(problem, place=place, hint=_HINT_OF.get(problem.code, problem.hint))


class _Batch:
    """Takes lines one after the other; of the plan only the rows that a line asks about are made anew."""

    def __init__(self, plan: Plan, by: str, seq: int) -> None:
        self._plan, self._by, self._seq = plan, by, seq
        self._today = plan.now.astimezone(BEIJING).date()
        self._names = names_of(plan.register)
        self._pending: list[Fact] = []  # accepted, and not yet in the plan's history
        self._edition = 0
        self._made: dict[str, int] = {}  # in which edition a row was made anew
        self._recorded: set[tuple[object, ...]] = {
            (r.record, r.person or r.unit, r.on, r.title, r.url, r.value)
            for records in plan.history.records.values()
            for r in records
        }

    def said(self, line: Line) -> Said:
        """What a line says."""
        return Said(line, self._names, self._today)

    def take(self, said: Said) -> Accepted:
        """The entry of a line. Raises UsageError or RefusedError; what is taken counts for the lines after it."""
        task = said.task()
        if task is not None:
            clerk = Clerk(self._around(task), self._by, self._plan.now)
            accepted = _ABOUT_TASKS[said.line.kind](clerk, task, said)
        else:
            accepted = self._event(said) if said.line.kind is FactKind.EVENT else self._record(said)
        self._keep(accepted)
        return accepted

    # -- events and records -------------------------------------------------------------------------------------------

    def _event(self, said: Said) -> Accepted:
        return statements.event(
            self._plan,
            self._by,
            self._plan.now,
            event=said.id("event") or "",
            ref=said.words("ref"),
            at=said.on,
            unit=said.id("unit"),
            title=said.text("title"),
            planned=said.flag("planned"),
            due=said.moment("due"),
            old=said.flag("old"),
        )

    def _record(self, said: Said) -> Accepted:
        accepted = statements.record(
            self._plan,
            self._by,
            self._plan.now,
            record=said.id("record") or "",
            on=said.on,
            person=said.id("person"),
            unit=said.id("unit"),
            value=said.text("value"),
            title=said.text("title"),
            url=said.text("url"),
        )
        data = accepted.entry.data
        who = data.get("person") or data.get("unit")
        key = (str(data["record"]), who, day_of(said.on), data.get("title"), data.get("url"), data.get("value"))
        if key in self._recorded:
            message = say("{who}在{on}的这条记录已经登记", who=str(who), on=when(said.on))
            hint = say("同一个文件不要导入两次；确有两次的，写明标题，以便区分")
            raise UsageError(Problem("record-twice", message, hint, said.line.place))
        self._recorded.add(key)
        return accepted

    # -- the plan -----------------------------------------------------------------------------------------------------

    def _around(self, task: str) -> Plan:
        """The plan with the task's row as it stands after all lines so far."""
        row, _, period = parts(task)
        about_it = any(fact.task == task for fact in self._pending)
        stale = self._made.get(row, 0) < self._edition
        if self._pending and (stale or about_it):
            self._plan = replace(self._plan, history=self._plan.history.extended(self._pending))
            self._pending.clear()
        if row in self._rows and (stale or about_it or self._plan.task(task) is None):
            self._plan = made_anew(self._plan, row, *around(period, self._today))
            self._made[row] = self._edition
        return self._plan

    def _keep(self, accepted: Accepted) -> None:
        entry = accepted.entry
        self._seq += 1
        self._pending.append(Fact(self._seq, entry.kind, self._plan.now, entry.on, entry.by, entry.task, entry.data))
        if entry.kind in _WIDE or (entry.task is not None and parts(entry.task)[0] in self._leading):
            self._edition += 1

    @cached_property
    def _rows(self) -> frozenset[str]:
        return frozenset(row.id for row in self._plan.register.obligations)

    @cached_property
    def _leading(self) -> frozenset[str]:
        """The rows that others hang on."""
        dues = [row.due for row in self._plan.register.obligations]
        found = [due.after_done for due in dues if isinstance(due, Within)]
        found += [due.before for due in dues if isinstance(due, Before)]
        return frozenset(word for word in found if word)


def _extend(clerk: Clerk, task: str, said: Said) -> Accepted:
    by, to = said.duration("by"), said.moment("to")
    if (by is None) == (to is None):
        message = say("{by}和{to}写其中一个", by=named("by"), to=named("to"))
        raise UsageError(Problem("import-missing", message, say("例如 20wd，或 2027-03-01"), said.line.place))
    return clerk.extend(task, by=by, to=to, reason=said.words("reason"), approved_by=said.words("approved_by"))


def _waive(clerk: Clerk, task: str, said: Said) -> Accepted:
    return clerk.waive(task, reason=said.words("reason"), approved_by=said.words("approved_by"))


_ABOUT_TASKS: Mapping[FactKind, Callable[[Clerk, str, Said], Accepted]] = MappingProxyType(
    {
        FactKind.DONE: lambda c, t, s: c.done(t, on=s.on, evidence=s.text("evidence"), note=s.text("note")),
        FactKind.REPORT: lambda c, t, s: c.report(t, on=s.on, evidence=s.text("evidence"), note=s.text("note")),
        FactKind.CONFIRM: lambda c, t, s: c.confirm(t, on=s.on, evidence=s.text("evidence"), note=s.text("note")),
        FactKind.RETURN: lambda c, t, s: c.return_(t, on=s.on, reason=s.words("reason")),
        FactKind.ACK: lambda c, t, _: c.ack(t),
        FactKind.EXTEND: _extend,
        FactKind.PAUSE: lambda c, t, s: c.pause(t, on=s.on, reason=s.words("reason")),
        FactKind.RESUME: lambda c, t, s: c.resume(t, on=s.on),
        FactKind.WAIVE: _waive,
        FactKind.REOPEN: lambda c, t, s: c.reopen(t, reason=s.words("reason")),
        FactKind.ASSIGN: lambda c, t, s: c.assign(t, unit=s.id("unit") or ""),
    }
)
