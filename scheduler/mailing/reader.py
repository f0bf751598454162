"""Who reads a letter, and how an office speaks to him: 称谓, 你单位 or 贵单位. It counts no deadline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from scheduler.mailing.views import Ask, OfficeView, ReaderView
from scheduler.mailing.wording import cn_short, with_chinese_days
from scheduler.planning import Plan
from scheduler.planning.model import BEIJING, Bearer, Notice, Recipient
from scheduler.planning.people import duty_day
from scheduler.register import Region
from scheduler.workdays import Calendar

_LEADING = frozenset({"deputy", "office-head", "leader"})
# Posts that are no titles to be addressed by: a colleague of that post is a 同志.
_PLAIN_POSTS = ("科员", "办事员", "联络员", "干事", "工作人员", "工程师")
# Two hours behind Beijing's sun: work ends later there by the same clock, and the clock is named.
_WEST = frozenset({Region.XINJIANG, Region.LHASA})
_CLOSING, _CLOSING_WEST, _NOON = time(18), time(19, 30), time(12)


def office_view(plan: Plan) -> OfficeView:
    """The operating office as it signs."""
    office = plan.register.office
    section = office.section or ""
    us = "我科" if section.endswith("科") else "我办"
    return OfficeView(office.name, section, us, plan.roster.person(office.admin).name, office.phone)


def reader_view(
    recipient: Recipient, notices: Sequence[Notice], plan: Plan, on: date, banner: str | None
) -> ReaderView:
    """The reader; `banner` is the line of the trial that says whom the letter was for, None outside of it."""
    leads = _leads(recipient, notices, plan, on)
    notes = [with_chinese_days(recipient.note.text())] if recipient.note is not None else []
    return ReaderView(
        salutation=_salutation(recipient, leads),
        leads=leads,
        banner=banner,
        notes=tuple(notes),
    )


def redirections(recipient: Recipient, notices: Sequence[Notice], plan: Plan, at: datetime) -> tuple[str | None, ...]:
    """Why each notice came to this mailbox rather than to the one for whom it was meant; None for the reader's own."""
    routes = [plan.directory.route(n.task.bearer, n.step.to, at.astimezone(BEIJING)).recipient for n in notices]
    # Who no longer gets a notice of a mail that waited: what its recipient was told of stays true.
    same = [found is not None and found.address.casefold() == recipient.address.casefold() for found in routes]
    notes = [found.note if here and found else recipient.note for found, here in zip(routes, same, strict=True)]
    return tuple(None if note is None else with_chinese_days(note.text()).replace("本邮件", "本项") for note in notes)


def _salutation(recipient: Recipient, leads: bool) -> str:
    if recipient.who == recipient.unit:  # a shared mailbox
        return recipient.name
    return f"{recipient.name}{recipient.post}" if leads and recipient.post else f"{recipient.name}同志"


def _leads(recipient: Recipient, notices: Sequence[Notice], plan: Plan, on: date) -> bool:
    """Whether he is addressed by his post: he holds a leading role, or is told as a superior."""
    if not recipient.post or recipient.post.endswith(_PLAIN_POSTS):
        return False
    if any(n.step.to is not None and n.step.to.upward for n in notices):
        return True
    units = {recipient.unit, *(n.task.bearer.unit for n in notices)} - {None}
    held = {(unit, role) for unit in units if unit for role in _LEADING}
    return any(plan.roster.holder(unit, role, on) == recipient.who for unit, role in held)


def whose(bearer: Bearer, recipient: Recipient, plan: Plan, on: date) -> str:
    """How the letter names the bearer: 你单位 downwards, 贵单位 between equals, 我办 itself, the full name upwards.

    The full name also where the reader is of another unit; 您 where he is the bearer himself.
    """
    office, unit = plan.register.office.unit, plan.roster.unit(bearer.unit)
    if bearer.person == recipient.who:
        return "您"
    if unit.id not in home(recipient, plan, on) or unit.id in plan.roster.above(office):
        return unit.name
    if unit.id == office:
        return "我办"
    return "你单位" if office in plan.roster.above(unit.id) else "贵单位"


def home(recipient: Recipient, plan: Plan, on: date) -> tuple[str, ...]:
    """The units that the recipient belongs to on a day, the one of his first post first."""
    if recipient.who == recipient.unit:
        return (recipient.unit,)
    held = [unit for unit, _ in plan.roster.posts(recipient.who, on)]
    own = [recipient.unit] if recipient.unit is not None and (recipient.unit in held or not held) else []
    own = [unit for unit in own if plan.roster.has_unit(unit)]  # a mail that waits may be for one that left the table
    return tuple(dict.fromkeys([*own, *held]))


def on_duty(plan: Plan, now: datetime) -> str | None:
    """Who leads the shift of that moment and who is on duty, with the telephone; None where no roster says it."""
    entry = plan.roster.on_duty(duty_day(now, plan.register.office.handover))
    if entry is None:
        return None
    name = plan.roster.person(entry.person).name if plan.roster.has_person(entry.person) else entry.person
    lead = f"带班领导{entry.lead}，" if entry.lead else ""
    phone = f"，电话{entry.phone}" if entry.phone else ""
    return f"{cn_short(entry.date)}{lead}值班员{name}{phone}"


def beijing(region: Region | None) -> str:
    """（北京时间） where the clock on the wall and the sun disagree; nothing elsewhere."""
    return "（北京时间）" if region in _WEST else ""


def asked_by(now: datetime, calendar: Calendar, region: Region | None) -> tuple[Ask, Ask]:
    """By when the thing itself (close of business), and by when an explanation (noon); the next day if too late."""
    close = _CLOSING_WEST if region in _WEST else _CLOSING
    return _ask(now, close, calendar, region), _ask(now, _NOON, calendar, region)


def _ask(now: datetime, at: time, calendar: Calendar, region: Region | None) -> Ask:
    day = now.astimezone(BEIJING).date()
    if not calendar.works(day) or datetime.combine(day, at, BEIJING) - now < timedelta(hours=1):
        day = calendar.add(day, 1)
    return Ask(day, f"{at:%H:%M}前{beijing(region)}")
