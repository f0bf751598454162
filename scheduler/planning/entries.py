"""What a person may record about a task: each function looks at the state, and gives the entry and one sentence.

They refuse what the state does not allow (RefusedError) and what nobody can mean (UsageError). They write nothing down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import NoReturn

from msgspec import Struct

from scheduler.planning import meant
from scheduler.planning.changes import stopped_since
from scheduler.planning.earliest import earliest, is_before
from scheduler.planning.meant import unknown
from scheduler.planning.model import BEIJING, Entry, FactKind, Moment, Scalar, Standing, State, Task
from scheduler.planning.plan import Plan
from scheduler.planning.spoken import STATES, when
from scheduler.planning.standing import standing
from scheduler.planning.windows import day_of, end_of, shift
from scheduler.problems import Problem, RefusedError, UsageError
from scheduler.register.values import UNASSIGNED, Duration
from scheduler.words import Phrase, say

_CLOSED = frozenset({State.DONE, State.DONE_LATE, State.WAIVED})


class Accepted(Struct, frozen=True):
    """An entry that may be written down, and what it changes."""

    entry: Entry
    said: Phrase


class Clerk(Struct, frozen=True):
    """Who records something, and when: `now` is aware and in Beijing time."""

    plan: Plan
    by: str
    now: datetime

    # -- the bearer's side --------------------------------------------------------------------------------------------

    def ack(self, task_id: str) -> Accepted:
        """签收: reminders but the last fall silent."""
        task, found = self._open(task_id)
        if found.acknowledged_at is not None:
            refuse("already-acknowledged", say("{task} 已经签收", task=task.id))
        return self._task(FactKind.ACK, task, None, {}, say("已签收，此后只发最后一次提醒；逾期仍催办"))

    def report(self, task_id: str, *, on: Moment, evidence: str | None = None, note: str | None = None) -> Accepted:
        """报结: everything of the bearer's falls silent until it is confirmed or returned."""
        task, found = self._open(task_id)
        if found.state is State.REPORTED:
            refuse("already-reported", say("{task} 已经报结，等待核实", task=task.id))
        self._past(on)
        _not_too_early(task, on, self.now)
        data = _dated(task) | {"evidence": evidence, "note": note}
        return self._task(FactKind.REPORT, task, on, data, say("已报结，等待核实；提醒、催办和督办停发"))

    # -- the office's side --------------------------------------------------------------------------------------------

    def done(self, task_id: str, *, on: Moment, evidence: str | None = None, note: str | None = None) -> Accepted:
        """办结, at once. Where the row demands evidence it is required."""
        task, _ = self._open(task_id)
        self._past(on)
        _not_too_early(task, on, self.now)
        _proved(task, evidence)
        data = _dated(task) | {"evidence": evidence, "note": note}
        return self._task(FactKind.DONE, task, on, data, _finished(on))

    def confirm(self, task_id: str, *, on: Moment, evidence: str | None = None, note: str | None = None) -> Accepted:
        """核实: the task is done as of the reported day."""
        task, found = self._known(task_id)
        reported = self.plan.history.task(task.id).reported
        if found.state in _CLOSED or reported is None:
            refuse("not-reported", _no_report(task, found))
        self._past(on)
        _proved(task, evidence or reported.evidence)
        data = _dated(task) | {"evidence": evidence, "note": note}
        return self._task(FactKind.CONFIRM, task, on, data, _finished(reported.on))

    def return_(self, task_id: str, *, on: Moment, reason: str) -> Accepted:
        """退回: the task is open again."""
        task, found = self._known(task_id)
        if self.plan.history.task(task.id).reported is None or found.state in _CLOSED:
            hint = say("已办结的任务用 duban reopen 重新打开")
            refuse("not-reported", _no_report(task, found), hint)
        self._past(on)
        return self._task(FactKind.RETURN, task, on, {"reason": reason}, say("已退回，继续办理，提醒、催办恢复"))

    def waive(self, task_id: str, *, reason: str, approved_by: str) -> Accepted:
        """免报 or 不适用: approved by somebody, with a reason."""
        task, _ = self._open(task_id)
        data = _dated(task) | {"reason": reason, "approved_by": approved_by}
        return self._task(FactKind.WAIVE, task, None, data, say("已免报，不再提醒、催办"))

    def reopen(self, task_id: str, *, reason: str) -> Accepted:
        """重新打开: neither done nor waived any more."""
        task, found = self._known(task_id)
        if found.state not in _CLOSED:
            refuse("not-closed", say("{task} 没有办结（现状：{state}）", task=task.id, state=STATES[found.state]))
        return self._task(FactKind.REOPEN, task, None, {"reason": reason}, say("已重新打开，提醒、催办恢复"))

    # -- the limit ----------------------------------------------------------------------------------------------------

    def extend(
        self, task_id: str, *, reason: str, approved_by: str, by: Duration | None = None, to: Moment | None = None
    ) -> Accepted:
        """延期, before the target: as often and as far as the row allows, counted from the old due day."""
        task, found = self._open(task_id)
        until = self._extended(task, found, by, to)
        data = {"by": str(by) if by else None, "to": iso(to), "reason": reason, "approved_by": approved_by}
        said = say("已延期，规定期限由{old}改为{new}", old=when(task.dates.due), new=when(until))
        return self._task(FactKind.EXTEND, task, None, data, said)

    def pause(self, task_id: str, *, on: Moment, reason: str) -> Accepted:
        """不计入期限: from the day after `on` no day is counted."""
        task, found = self._open(task_id)
        if found.state is State.PAUSED:
            refuse("already-paused", say("{task} 已经暂停计算", task=task.id))
        self._past(on)
        said = say("自{on}次日起不计入期限，提醒、催办停发，恢复计算后继续", on=when(on))
        return self._task(FactKind.PAUSE, task, on, {"reason": reason}, said)

    def resume(self, task_id: str, *, on: Moment) -> Accepted:
        """恢复计算: the first day counted is the one after `on`."""
        task, _ = self._known(task_id)
        since = stopped_since(task, self.plan.history)
        if since is None:
            refuse("not-paused", say("{task} 没有暂停计算", task=task.id))
        self._past(on)
        if day_of(on) < day_of(since):
            refuse("resume-before-pause", say("恢复日期{on}早于暂停日期{paused}", on=when(on), paused=when(since)))
        days = (day_of(on) - day_of(since)).days
        said = say("自{on}次日起恢复计算，其间{days}天不计入期限", on=when(on), days=days)
        return self._task(FactKind.RESUME, task, on, {}, said)

    def assign(self, task_id: str, *, unit: str) -> Accepted:
        """Name the unit that owes a task which nobody owed yet; its history follows."""
        task, _ = self._known(task_id)
        if task.bearer.id != UNASSIGNED:
            refuse("already-assigned", say("{task} 已有责任单位", task=task.id))
        unit = meant.unit(unit, self.plan.register)
        said = say("责任单位定为{unit}", unit=self.plan.roster.unit(unit).name)
        return self._task(FactKind.ASSIGN, task, None, {"unit": unit}, said)

    def call(self, task_id: str, *, on: Moment, note: str, person: str | None = None) -> Accepted:
        """电话联系, in whatever state the task is: what was said, and to whom."""
        task, _ = self._known(task_id)
        self._past(on)
        if person is not None:
            person = meant.person(person, self.plan.register)
        return self._task(FactKind.CALL, task, on, {"note": note, "person": person}, say("已登记电话联系"))

    # -- what they have in common -------------------------------------------------------------------------------------

    def _known(self, task_id: str) -> tuple[Task, Standing]:
        task = self.plan.task(task_id)
        if task is None:
            unknown_task(self.plan, task_id)
        return task, standing(task, self.plan, self.now)

    def _open(self, task_id: str) -> tuple[Task, Standing]:
        task, found = self._known(task_id)
        if found.state in _CLOSED:
            message = say("{task} 已是{state}状态", task=task.id, state=STATES[found.state])
            refuse("already-closed", message, say("确需改动的，先用 duban reopen 重新打开"))
        return task, found

    def _past(self, on: Moment) -> None:
        not_later(on, self.now)

    def _extended(self, task: Task, found: Standing, by: Duration | None, to: Moment | None) -> Moment:
        rule, due = task.slot.obligation.extension, task.dates.due
        if rule is None:
            refuse("no-extension", say("{id} 没有写可以延期（extension）", id=task.slot.obligation.id))
        if found.extensions >= rule.times:
            refuse("extension-used", say("{task} 已延期{n}次，不能再延", task=task.id, n=found.extensions))
        since = stopped_since(task, self.plan.history)  # a clock that stands still has not run out
        if day_of(self.now if since is None else since) > day_of(task.dates.target):
            refuse("extension-too-late", say("办理时限{target}已过，不能延期", target=when(task.dates.target)))
        calendar = self.plan.calendars.of(task.slot.region)
        until = shift(due, by, calendar) if by else to
        limit = shift(due, rule.up_to, calendar)
        if until is None or end_of(until) <= end_of(due):
            raise UsageError(
                Problem("extension-not-later", say("新期限应晚于原规定期限{due}", due=when(due)), say("例如 --by 20wd"))
            )
        if end_of(until) > end_of(limit):
            message = say("最多延长{length}，至{limit}", length=rule.up_to.phrase(), limit=when(limit))
            refuse("extension-too-long", message)
        return until

    def _task(
        self, kind: FactKind, task: Task, on: Moment | None, data: Mapping[str, Scalar], said: Phrase
    ) -> Accepted:
        whole = say("{task}：{said}", task=task.id, said=said)
        return Accepted(Entry(kind, self.by, on, task.id, present(data)), whole)


def unknown_task(plan: Plan, task_id: str) -> NoReturn:
    """Say that there is no such task, and which ones are near. Raises UsageError."""
    obligation = task_id.partition("/")[0]
    rows = [row.id for row in plan.register.obligations]
    if obligation in rows:
        ids = [task.id for slot in plan.slots if slot.obligation.id == obligation for task in plan.tasks_of(slot)]
        near = get_close_matches(task_id, ids, 3, 0.4)
    else:
        near = get_close_matches(obligation, rows, 3)
    names = say("编号见 duban status；用名称的写两段：事项/单位")
    hint = say("您是不是要找 {near}？", near=tuple(near)) if near else names
    raise UsageError(Problem("unknown-task", say("没有这项任务：{task}", task=task_id), hint))


def known(word: str, words: Sequence[str], code: str, message: Phrase) -> None:
    """Make sure that the table has the word; UsageError with the nearest ones else."""
    if word not in words:
        unknown(word, words, code, message)


def refuse(code: str, message: Phrase, hint: Phrase | None = None) -> NoReturn:
    """The state does not allow it. Raises RefusedError."""
    raise RefusedError(Problem(code, message, hint or say("没有登记，记录未变")))


def not_later(on: Moment, now: datetime) -> None:
    """Make sure that what is said to have happened lies not in the future; RefusedError else."""
    later = on > now if isinstance(on, datetime) else on > now.astimezone(BEIJING).date()
    if later:
        refuse("in-the-future", say("{on} 还没有到，不能登记为已经发生", on=when(on)))


def present(data: Mapping[str, Scalar]) -> dict[str, Scalar | tuple[str, ...]]:
    """The data of a fact without what was not said."""
    return {key: value for key, value in data.items() if value is not None}


def _not_too_early(task: Task, on: Moment, now: datetime) -> None:
    """Nobody has done what had not begun; RefusedError else."""
    found = earliest(task.slot)
    if found is None or not is_before(on, found[0]):
        return
    first, what = found
    today = now.astimezone(BEIJING).date()
    hint = say("可写{first}至{today}，检查年份和月份", first=iso(first), today=today.isoformat())
    if day_of(first) > today:
        hint = say("{first}以后再登记", first=when(first))
    message = say(
        "{task} 不会在{on}办结：早于{what}（{first}）", task=task.id, on=when(on), what=what, first=when(first)
    )
    refuse("done-too-early", message, hint)


def _proved(task: Task, evidence: str | None) -> None:
    if task.slot.obligation.evidence == "required" and not evidence:
        hint = say("加上 --evidence，写明文号、网址或收文登记号")
        refuse("evidence-missing", say("{task} 办结要有办结依据", task=task.id), hint)


def _no_report(task: Task, found: Standing) -> Phrase:
    return say("{task} 没有待核的报结（现状：{state}）", task=task.id, state=STATES[found.state])


def _finished(on: Moment) -> Phrase:
    return say("已办结（{on}），不再提醒、催办", on=when(on))


def _dated(task: Task) -> dict[str, Scalar]:
    """The dates as they stand now, so that a later edit of the table does not rewrite the past."""
    dates = task.dates
    return {"printed": iso(dates.printed), "due": iso(dates.due), "target": iso(dates.target)}


def iso(moment: Moment | None) -> str | None:
    """A day or a moment as it is written down: ISO, moments with +08:00."""
    if isinstance(moment, datetime):
        return moment.astimezone(BEIJING).isoformat(timespec="minutes")
    return moment.isoformat() if moment else None
