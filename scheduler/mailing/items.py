"""Task → ItemView: every date counted at the moment of sending, every name looked up. It decides not what is sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from scheduler.mailing import wording
from scheduler.mailing.datenotes import date_notes, provisional_note
from scheduler.mailing.letter import one_line
from scheduler.mailing.reader import beijing, on_duty, whose
from scheduler.mailing.views import ChangeView, ItemView
from scheduler.planning import Plan, standing
from scheduler.planning.case import LATE, origin
from scheduler.planning.cases import Cases
from scheduler.planning.model import (
    BEIJING,
    Moment,
    Notice,
    NoticeKind,
    OutcomeKind,
    Progress,
    Recipient,
    Standing,
    Task,
    tail,
)
from scheduler.planning.reasons import Reason
from scheduler.planning.standing import is_overdue
from scheduler.register import Obligation
from scheduler.register.model import Basis, Selector
from scheduler.register.values import SetBy
from scheduler.workdays import Calendar

MARKS = {NoticeKind.REMINDER: "提醒", NoticeKind.CHASER: "催办", NoticeKind.ESCALATION: "督办"}
_DUE_NAMES = {SetBy.LAW: "法定期限", SetBy.TEXT: "规定期限", SetBy.OFFICE: "规定期限"}
_ROLES = {"leader": "主要负责人", "deputy": "分管负责人", "office-head": "办公室主要负责人", "officer": "承办人"}
_TOO_LATE = frozenset({Reason.OVERTAKEN, Reason.TARGET_PASSED})
_MOST_NAMES = 20
_LONGEST_TITLE = 60  # characters of what somebody typed as the title of an event
_SAME_YEAR = 300  # days


def item_view(notice: Notice, plan: Plan, now: datetime, reader: Recipient, note: str | None = None) -> ItemView:
    """One task, for the letter to `reader`; `note` says why it came to his mailbox."""
    task, row, dates = notice.task, notice.task.slot.obligation, notice.task.dates
    unit = plan.roster.unit(task.bearer.unit)
    calendar = plan.calendars.of(task.slot.region)
    title = title_of(task, plan)
    how = standing(task, plan, now)
    verb = wording.verb_of(title)
    said_on = tuple(_mailed(task, plan, now))
    overdue = is_overdue(dates.due, now)
    return ItemView(
        id=task.id,
        kind=notice.step.kind.value,
        step=notice.step.name,
        title=title,
        subject=title.removeprefix(verb),
        verb=verb,
        unit=unit.name,
        whose=whose(task.bearer, reader, plan, now.date()),
        by_person=bool(task.bearer.person or task.bearer.role),
        responsible=_responsible(task, plan, now.date()),
        supporting=_units(row.supporting, task, plan),
        coordinator=_units(row.coordinator, task, plan),
        on_behalf_of=_units(row.on_behalf_of, task, plan),
        target=day_of(dates.target),
        target_tail=_tail(dates.target, calendar, beijing(task.slot.region)),
        target_short=_short(dates.target, now) + "前",
        due=day_of(dates.due),
        due_name=_DUE_NAMES[row.set_by],
        due_tail=_clock(dates.due, beijing(task.slot.region)),
        due_short=_short(dates.due, now),
        set_by_office=row.set_by is SetBy.OFFICE,
        outer=dates.outer,
        provisional=dates.provisional and not overdue,  # a day that is over does not move any more
        overdue=overdue,
        span=span_of(task, plan, now),
        basis=tuple(_cited(basis, quoting=True) for basis in _bases(row, task.slot.period)),
        sources=tuple(_cited(basis, quoting=False) for basis in _bases(row, task.slot.period)),
        date_notes=date_notes(task, plan, settled=overdue),
        provisional_note=None if overdue else provisional_note(task, plan),
        progress=_progress(notice, how.progress, plan),
        count=f"{how.progress.done}/{how.progress.required}" if how.progress else None,
        missing=_missing(how.progress, plan),
        complete_when=wording.closed(row.complete_when) if row.complete_when else None,
        how_to_report=wording.closed(row.how_to_report) if row.how_to_report else None,
        replies=row.how_to_report is None or "回复" in row.how_to_report,
        contact=row.contact,
        officer=_officer(task, plan, now.date()),
        reminded=tuple(on for on, kind in said_on if kind in {"remind", "pace"}),
        chased=tuple(on for on, kind in said_on if kind == "chase"),
        unsent=_unsent(task, plan, now),
        called=tuple(sorted({day_of(call.on) for call in plan.history.task(task.id).calls})),
        by_hand=notice.step.by_hand,
        feedback=_feedback(task, how, plan),
        mark=MARKS[notice.step.kind],
        ended=_has_ended(task, now),
        duty=on_duty(plan, now) if isinstance(dates.target, datetime) else None,
        note=note,
    )


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


def day_of(moment: Moment) -> date:
    """The calendar day of a day or a moment, in Beijing."""
    return moment.astimezone(BEIJING).date() if isinstance(moment, datetime) else moment


def title_of(task: Task, plan: Plan) -> str:
    """The title of the task's own period. An event's title is in it only where the event says `show_title`."""
    slot = task.slot
    title = wording.dated_title(slot.obligation.title, slot.period)
    shown = {event.id for event in plan.register.events if event.show_title}
    for event in sorted(shown.intersection(_events(slot.obligation)) if shown else ()):
        happening = plan.history.happening(event, slot.event or slot.period, task.bearer.unit)
        if happening is not None and happening.title:
            title += f"：{_cut(one_line(happening.title))}"
    return title


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TITLE else f"{text[: _LONGEST_TITLE - 1]}…"


def span_of(task: Task, plan: Plan, now: datetime) -> str:
    """剩20个工作日, 逾期1个工作日, 剩4小时: by the bearer's calendar, as of `now`."""
    dates = task.dates
    if isinstance(dates.due, datetime):
        return _hours(dates.due, now)
    calendar, today = plan.calendars.of(task.slot.region), now.astimezone(BEIJING).date()
    if today > dates.due:
        late = calendar.count(dates.due, today)
        return f"逾期{late}个工作日" if late else "已过规定期限"
    target = day_of(dates.target)
    if today >= target:
        return "当日到期" if today in {dates.due, target} else "已过办理时限"
    left = calendar.count(today, target)
    return f"剩{left}个工作日" if left else f"剩{(target - today).days}日"


def _has_ended(task: Task, now: datetime) -> bool:
    """Whether it is a quota or coverage of days that are all over: what is done now does not count any more."""
    row, span = task.slot.obligation, task.slot.span
    counts = row.quota is not None or row.coverage is not None
    return counts and span is not None and span[1] < now.astimezone(BEIJING).date()


def _hours(due: datetime, now: datetime) -> str:
    late, distance = now > due, abs(due - now)
    if distance < timedelta(hours=1):
        amount = f"{int(distance.total_seconds() // 60)}分钟"
    else:
        amount = f"{int(distance.total_seconds() // 3600)}小时"
    return f"逾期{amount}" if late else f"剩{amount}"


def _short(moment: Moment, now: datetime) -> str:
    """For a subject: 1月29日, with the year where it is far away, with the hour where it has one."""
    day = day_of(moment)
    words = wording.cn_short(day) if abs((day - now.date()).days) <= _SAME_YEAR else wording.cn_day(day)
    return words + (wording.cn_time(moment) if isinstance(moment, datetime) else "")


def _whole(moment: Moment) -> str:
    return wording.cn_moment(moment) if isinstance(moment, datetime) else wording.cn_date(moment)


def _tail(target: Moment, calendar: Calendar, clock_name: str) -> str:
    """What stands behind the day to work to: an hour, else the close of business (民法典 第二百零三条)."""
    if isinstance(target, datetime):
        return f"{wording.cn_time(target)}前{clock_name}"
    return "下班前" if calendar.works(target) else "前"


def _clock(due: Moment, clock_name: str) -> str:
    return f"{wording.cn_time(due)}{clock_name}" if isinstance(due, datetime) else ""


def _events(row: Obligation) -> Iterator[str]:
    for name in ("after", "with_", "before"):
        event = getattr(row.schedule, name, None)
        if isinstance(event, str):
            yield event


def _bases(row: Obligation, period: str) -> Iterator[Basis]:
    """The year's own notice first, then the standing documents."""
    if (own := row.dates.get(period)) is not None:
        yield from own.basis
    yield from row.basis


def _cited(basis: Basis, *, quoting: bool) -> str:
    name = basis.document if basis.document.startswith("《") else f"《{basis.document}》"
    cited = wording.full_width(f"{name}{basis.clause or ''}")
    return f"{cited}：“{wording.full_width(basis.quote)}”" if quoting and basis.quote else cited


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


def _units(selector: Selector | None, task: Task, plan: Plan) -> str | None:
    if selector is None:
        return None
    units = plan.roster.units_on(selector, day_of(task.dates.target), task.slot.event_unit)
    return "、".join(plan.roster.unit(unit).name for unit in units) or None


def _mailed(task: Task, plan: Plan, now: datetime) -> Iterator[tuple[date, str]]:
    """The days of earlier mails about the task, each with what it was (remind, chase, escalate), in order."""
    sent = [o for o in plan.history.outcomes(task.id).values() if o.kind is OutcomeKind.SENT and o.at <= now]
    seen = set()
    for outcome in sorted(sent, key=lambda o: o.at):
        step = outcome.key.partition("#")[2]
        one = (day_of(outcome.at), step.partition("-")[0])
        if one not in seen:
            seen.add(one)
            yield one


def _unsent(task: Task, plan: Plan, now: datetime) -> int:
    """How many reminders and chasers never went: when mail could leave again they had been overtaken."""
    outcomes = {key.partition("#")[2]: o for key, o in plan.history.outcomes(task.id).items() if o.at <= now}
    steps = (step for step in task.slot.steps if step.kind is not NoticeKind.ESCALATION)
    found = ((step, outcomes.get(tail(step, task.dates.target)[1:])) for step in steps)
    skipped = [(step, o.at) for step, o in found if o is not None and o.reason in _TOO_LATE]
    if not skipped:
        return 0
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


def _feedback(task: Task, how: Standing, plan: Plan) -> str:
    if plan.history.task(task.id).returned is not None:
        return "报结后退回，待补正"
    if how.acknowledged_at is not None:
        return f"{wording.cn_short(day_of(how.acknowledged_at))}已签收"
    return "尚未反馈"
