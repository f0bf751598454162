"""Task → ItemView: every date counted at the moment of sending, every name looked up. It decides not what is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from scheduler.mailing import wording
from scheduler.mailing.letter import one_line
from scheduler.mailing.reader import on_duty, whose
from scheduler.mailing.slotwords import SlotWords, day_of, slot_words, span_of
from scheduler.mailing.views import ChangeView, ItemView
from scheduler.planning import Plan, standing
from scheduler.planning.case import LATE, origin
from scheduler.planning.cases import Cases
from scheduler.planning.model import (
    BEIJING,
    Moment,
    Notice,
    NoticeKind,
    Outcome,
    OutcomeKind,
    Progress,
    Recipient,
    Standing,
    Task,
    tail,
)
from scheduler.planning.reasons import Reason
from scheduler.planning.standing import is_overdue
from scheduler.planning.taskfacts import TaskFacts
from scheduler.register import Obligation

MARKS = {NoticeKind.REMINDER: "提醒", NoticeKind.CHASER: "催办", NoticeKind.ESCALATION: "督办"}
_ROLES = {"leader": "主要负责人", "deputy": "分管负责人", "office-head": "办公室主要负责人", "officer": "承办人"}
_TOO_LATE = frozenset({Reason.OVERTAKEN, Reason.TARGET_PASSED})
_MOST_NAMES = 20
_LONGEST_TITLE = 60  # characters of what somebody typed as the title of an event
_MOST_SLOTS = 2000  # of which words are kept


class Items:
    """Makes item views. What the tasks of a slot have in common is put into words once for a table and a day."""

    def __init__(self) -> None:
        self._as_of: tuple[object, ...] = ()
        self._known: dict[tuple[int, bool], SlotWords] = {}

    def view(self, notice: Notice, plan: Plan, now: datetime, reader: Recipient, note: str | None = None) -> ItemView:
        """One task, for the letter to `reader`; `note` says why it came to his mailbox."""
        task, today = notice.task, now.date()
        overdue = is_overdue(task.dates.due, now)
        same = self._of(task, plan, now, overdue=overdue)
        title = same.title + _event_title(task, plan)
        how = standing(task, plan, now)
        facts, outcomes = plan.history.task(task.id), plan.history.outcomes(task.id)
        said_on = tuple(_mailed(outcomes, now))
        return ItemView(
            id=task.id,
            kind=notice.step.kind.value,
            step=notice.step.name,
            title=title,
            subject=title.removeprefix(same.verb),
            verb=same.verb,
            unit=plan.roster.unit(task.bearer.unit).name,
            whose=whose(task.bearer, reader, plan, today),
            by_person=bool(task.bearer.person or task.bearer.role),
            responsible=_responsible(task, plan, today),
            supporting=same.supporting,
            coordinator=same.coordinator,
            on_behalf_of=same.on_behalf_of,
            target=same.target,
            target_tail=same.target_tail,
            target_short=same.target_short,
            due=same.due,
            due_name=same.due_name,
            due_tail=same.due_tail,
            due_short=same.due_short,
            set_by_office=same.set_by_office,
            outer=task.dates.outer,
            provisional=task.dates.provisional and not overdue,  # a day that is over does not move any more
            overdue=overdue,
            span=same.span or span_of(task, plan, now),
            basis=same.basis,
            sources=same.sources,
            date_notes=same.date_notes,
            provisional_note=same.provisional_note,
            progress=_progress(notice, how.progress, plan),
            count=f"{how.progress.done}/{how.progress.required}" if how.progress else None,
            missing=_missing(how.progress, plan),
            complete_when=same.complete_when,
            how_to_report=same.how_to_report,
            replies=same.replies,
            contact=task.slot.obligation.contact,
            officer=_officer(task, plan, today),
            reminded=tuple(on for on, kind in said_on if kind in {"remind", "pace"}),
            chased=tuple(on for on, kind in said_on if kind == "chase"),
            unsent=_unsent(task, outcomes, plan, now),
            called=tuple(sorted({day_of(call.on) for call in facts.calls})),
            by_hand=notice.step.by_hand,
            feedback=_feedback(facts, how),
            mark=MARKS[notice.step.kind],
            ended=same.ended,
            duty=on_duty(plan, now) if isinstance(task.dates.target, datetime) else None,
            note=note,
        )

    def _of(self, task: Task, plan: Plan, now: datetime, *, overdue: bool) -> SlotWords:
        as_of = (plan.roster, plan.calendars, now.date(), now.astimezone(BEIJING).date())
        if as_of != self._as_of or len(self._known) >= _MOST_SLOTS:
            self._as_of, self._known = as_of, {}
        key = (id(task.slot), overdue)  # what is known of a slot keeps it, and so its id
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = slot_words(task, plan, now, overdue=overdue)
        return found


def change_view(task: Task, plan: Plan, *, before: Moment, after: Moment, reason: str) -> ChangeView:
    """A deadline of `task` that moved from `before` to `after`, for a mail 时限变更."""
    tentative = "（暂定）" if task.dates.provisional else ""
    return ChangeView(
        id=task.id,
        title=title_of(task, plan),
        unit=plan.roster.unit(task.bearer.unit).name,
        before=_whole(before),
        after=_whole(after) + tentative,
        reason=reason,
        day=wording.cn_day(day_of(after)),
    )


def title_of(task: Task, plan: Plan) -> str:
    """The title of the task's own period. An event's title is in it only where the event says `show_title`."""
    return wording.dated_title(task.slot.obligation.title, task.slot.period) + _event_title(task, plan)


def _event_title(task: Task, plan: Plan) -> str:
    """What an event that shows its title adds to the task's."""
    slot, title = task.slot, ""
    shown = {event.id for event in plan.register.events if event.show_title}
    for event in sorted(shown.intersection(_events(slot.obligation)) if shown else ()):
        happening = plan.history.happening(event, slot.event or slot.period, task.bearer.unit)
        if happening is not None and happening.title:
            title += f"：{_cut(one_line(happening.title))}"
    return title


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TITLE else f"{text[: _LONGEST_TITLE - 1]}…"


def _whole(moment: Moment) -> str:
    return wording.cn_moment(moment) if isinstance(moment, datetime) else wording.cn_date(moment)


def _events(row: Obligation) -> Iterator[str]:
    for name in ("after", "with_", "before"):
        event = getattr(row.schedule, name, None)
        if isinstance(event, str):
            yield event


def _responsible(task: Task, plan: Plan, on: date) -> str:
    bearer, unit = task.bearer, plan.roster.unit(task.bearer.unit)
    role = bearer.role or ""
    who = bearer.person or (plan.roster.holder(bearer.unit, role, on) if role else None)
    if who is not None:
        person = plan.roster.person(who)
        return f"{person.name}（{unit.name}{person.post or ''}）"
    return f"{unit.name}{_ROLES.get(role, role)}"


def _officer(task: Task, plan: Plan, on: date) -> str | None:
    who = plan.roster.holder(task.bearer.unit, "officer", on)
    return plan.roster.person(who).name if who is not None else None


def _mailed(outcomes: Mapping[str, Outcome], now: datetime) -> Iterator[tuple[date, str]]:
    """The days of earlier mails about the task, each with what it was (remind, chase, escalate), in order."""
    sent = [o for o in outcomes.values() if o.kind is OutcomeKind.SENT and o.at <= now]
    seen = set()
    for outcome in sorted(sent, key=lambda o: o.at):
        step = outcome.key.partition("#")[2]
        one = (day_of(outcome.at), step.partition("-")[0])
        if one not in seen:
            seen.add(one)
            yield one


def _unsent(task: Task, outcomes: Mapping[str, Outcome], plan: Plan, now: datetime) -> int:
    """How many reminders and chasers never went: when mail could leave again they had been overtaken."""
    late = {key.partition("#")[2]: o for key, o in outcomes.items() if o.reason in _TOO_LATE and o.at <= now}
    if not late:
        return 0
    steps = (step for step in task.slot.steps if step.kind is not NoticeKind.ESCALATION)
    found = ((step, late.get(tail(step, task.dates.target)[1:])) for step in steps)
    skipped = [(step, o.at) for step, o in found if o is not None]
    case = Cases(plan).of(task, now)
    moments = ((origin(case, step, at), at) for step, at in skipped)
    return sum(since is not None and at - since > LATE for since, at in moments)


def _progress(notice: Notice, progress: Progress | None, plan: Plan) -> str | None:
    row = notice.task.slot.obligation
    of = row.quota or row.coverage or row.measure
    if progress is None or of is None:
        return None
    record, done, required = plan.roster.record(of.of).title, progress.done, progress.required
    if row.coverage:
        counter = "人" if row.coverage.roster.role else "个单位"
        return f"{record}：应有{required}{counter}，已登记{done}{counter}"
    counter = "次" if row.quota else ""
    pace = f"（目前应不少于{notice.step.needs}次）" if notice.step.needs is not None else ""
    return f"{record}：已登记{done}{counter}，应不少于{required}{counter}{pace}"


def _missing(progress: Progress | None, plan: Plan) -> tuple[str, ...]:
    if progress is None:
        return ()
    roster = plan.roster
    names = [roster.person(who).name if roster.has_person(who) else roster.unit(who).name for who in progress.missing]
    if len(names) <= _MOST_NAMES:
        return tuple(names)
    *first, last = names[:_MOST_NAMES]
    return *first, f"{last}等{len(names)}个"


def _feedback(facts: TaskFacts, how: Standing) -> str:
    if facts.returned is not None:
        return "报结后退回，待补正"
    if how.acknowledged_at is not None:
        return f"{wording.cn_short(day_of(how.acknowledged_at))}已签收"
    return "尚未反馈"
