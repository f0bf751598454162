"""What the tasks of a slot have in common in a letter: dates in words, sources, notes. It knows no reader."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from msgspec import Struct

from scheduler.mailing import wording
from scheduler.mailing.datenotes import date_notes, provisional_note
from scheduler.mailing.reader import beijing
from scheduler.planning import Plan
from scheduler.planning.model import BEIJING, Moment, Slot, Task
from scheduler.register import Obligation
from scheduler.register.model import Basis, Selector
from scheduler.register.values import SetBy
from scheduler.workdays import Calendar

_DUE_NAMES = {SetBy.LAW: "法定期限", SetBy.TEXT: "规定期限", SetBy.OFFICE: "规定期限"}
_SAME_YEAR = 300  # days


class SlotWords(Struct, frozen=True):
    """The fields of an item that are the same for all tasks of a slot on a day, while they are (not) overdue.

    `title` is without what an event adds to it; `span` is None where it counts in hours.
    """

    slot: Slot
    title: str
    verb: str
    supporting: str | None
    coordinator: str | None
    on_behalf_of: str | None
    target: date
    target_tail: str
    target_short: str
    due: date
    due_name: str
    due_tail: str
    due_short: str
    set_by_office: bool
    span: str | None
    basis: tuple[str, ...]
    sources: tuple[str, ...]
    date_notes: tuple[str, ...]
    provisional_note: str | None
    complete_when: str | None
    how_to_report: str | None
    replies: bool
    ended: bool


def slot_words(task: Task, plan: Plan, now: datetime, *, overdue: bool) -> SlotWords:
    """What is said alike of all tasks of the slot of `task`, as of the day of `now`."""
    slot, row, dates = task.slot, task.slot.obligation, task.dates
    calendar, clock_name = plan.calendars.of(slot.region), beijing(slot.region)
    title = wording.dated_title(row.title, slot.period)
    bases = tuple(_bases(row, slot.period))
    return SlotWords(
        slot=slot,
        title=title,
        verb=wording.verb_of(title),
        supporting=_units(row.supporting, task, plan),
        coordinator=_units(row.coordinator, task, plan),
        on_behalf_of=_units(row.on_behalf_of, task, plan),
        target=day_of(dates.target),
        target_tail=_tail(dates.target, calendar, clock_name),
        target_short=_short(dates.target, now) + "前",
        due=day_of(dates.due),
        due_name=_DUE_NAMES[row.set_by],
        due_tail=_clock(dates.due, clock_name),
        due_short=_short(dates.due, now),
        set_by_office=row.set_by is SetBy.OFFICE,
        span=None if isinstance(dates.due, datetime) else span_of(task, plan, now),
        basis=tuple(_cited(basis, quoting=True) for basis in bases),
        sources=tuple(_cited(basis, quoting=False) for basis in bases),
        date_notes=date_notes(task, plan, settled=overdue),
        provisional_note=None if overdue else provisional_note(task, plan),
        complete_when=wording.closed(row.complete_when) if row.complete_when else None,
        how_to_report=wording.closed(row.how_to_report) if row.how_to_report else None,
        replies=row.how_to_report is None or "回复" in row.how_to_report,
        ended=_has_ended(task, now),
    )


def day_of(moment: Moment) -> date:
    """The calendar day of a day or a moment, in Beijing."""
    return moment.astimezone(BEIJING).date() if isinstance(moment, datetime) else moment


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


def _hours(due: datetime, now: datetime) -> str:
    late, distance = now > due, abs(due - now)
    if distance < timedelta(hours=1):
        amount = f"{int(distance.total_seconds() // 60)}分钟"
    else:
        amount = f"{int(distance.total_seconds() // 3600)}小时"
    return f"逾期{amount}" if late else f"剩{amount}"


def _has_ended(task: Task, now: datetime) -> bool:
    """Whether it is a quota or coverage of days that are all over: what is done now does not count any more."""
    row, span = task.slot.obligation, task.slot.span
    counts = row.quota is not None or row.coverage is not None
    return counts and span is not None and span[1] < now.astimezone(BEIJING).date()


def _short(moment: Moment, now: datetime) -> str:
    """For a subject: 1月29日, with the year where it is far away, with the hour where it has one."""
    day = day_of(moment)
    words = wording.cn_short(day) if abs((day - now.date()).days) <= _SAME_YEAR else wording.cn_day(day)
    return words + (wording.cn_time(moment) if isinstance(moment, datetime) else "")


def _tail(target: Moment, calendar: Calendar, clock_name: str) -> str:
    """What stands behind the day to work to: an hour, else the close of business (民法典 第二百零三条)."""
    if isinstance(target, datetime):
        return f"{wording.cn_time(target)}前{clock_name}"
    return "下班前" if calendar.works(target) else "前"


def _clock(due: Moment, clock_name: str) -> str:
    return f"{wording.cn_time(due)}{clock_name}" if isinstance(due, datetime) else ""


def _bases(row: Obligation, period: str) -> Iterator[Basis]:
    """The year's own notice first, then the standing documents."""
    if (own := row.dates.get(period)) is not None:
        yield from own.basis
    yield from row.basis


def _cited(basis: Basis, *, quoting: bool) -> str:
    name = basis.document if basis.document.startswith("《") else f"《{basis.document}》"
    cited = wording.full_width(f"{name}{basis.clause or ''}")
    return f"{cited}：“{wording.full_width(basis.quote)}”" if quoting and basis.quote else cited


def _units(selector: Selector | None, task: Task, plan: Plan) -> str | None:
    if selector is None:
        return None
    units = plan.roster.units_on(selector, day_of(task.dates.target), task.slot.event_unit)
    return "、".join(plan.roster.unit(unit).name for unit in units) or None
