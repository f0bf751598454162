"""A task's target as a calendar file, so that a reminder can be put into any calendar. It invites nobody."""

from __future__ import annotations

from datetime import datetime, timedelta

from scheduler.mailing.letter import Mailbox
from scheduler.mailing.views import ItemView
from scheduler.planning.model import Moment


def invitation(item: ItemView, target: Moment, *, uid: str, sequence: int, sender: Mailbox, now: datetime) -> bytes:
    """An iCalendar file (RFC 5546, PUBLISH): one event on the target day, provisional ones TENTATIVE, with an alarm.

    The same `uid` with a higher `sequence` moves the entry that an earlier mail left in a calendar.
    """
    from icalendar import Alarm, Calendar, Event, vCalAddress, vText  # noqa: PLC0415 - heavy, and few mails need it

    event = Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", now)
    event.add("dtstart", target)
    if not isinstance(target, datetime):
        event.add("dtend", target + timedelta(days=1))
    tentative = "（暂定）" if item.provisional else ""
    event.add("summary", f"办理时限：{item.title}{tentative}")
    event.add("description", _description(item))
    event.add("status", "TENTATIVE" if item.provisional else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    organizer = vCalAddress(f"mailto:{sender.address}")
    organizer.params["CN"] = vText(sender.name)
    event.add("organizer", organizer)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", item.title)
    # Nine in the morning of the day before, or an hour before the moment.
    alarm.add("trigger", timedelta(hours=-1) if isinstance(target, datetime) else timedelta(hours=-15))
    event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//duban//duban//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _description(item: ItemView) -> str:
    return "\n".join([*item.date_notes, *item.basis, f"事项编号：{item.id}"])
