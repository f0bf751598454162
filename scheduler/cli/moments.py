"""Days and moments as options of a command; an unreadable one is a wrong use of it. Times are Beijing's."""

from __future__ import annotations

from datetime import date, datetime, time

import click

from scheduler import clock
from scheduler.cli.options import tell
from scheduler.planning.stated import read_moment
from scheduler.register.mistakes import UnreadableError
from scheduler.words import say


def moment(value: str) -> date | datetime:
    """A calendar day, or an aware moment in Beijing time where a time of day is given; raises BadParameter."""
    try:
        return read_moment(value, clock.now().date())
    except UnreadableError as error:
        raise click.BadParameter(tell(error.message)) from None


def day(value: str) -> date:
    """A calendar day; raises BadParameter."""
    found = moment(value)
    if isinstance(found, datetime):
        raise click.BadParameter(tell(say("只写日期，不写时刻：{text}", text=value)))
    return found


def end_of(when: date | datetime) -> datetime:
    """The moment itself, or the last one of the day: nothing that was entered on it comes after."""
    return when if isinstance(when, datetime) else datetime.combine(when, time.max, clock.BEIJING)


def start_of(when: date) -> datetime:
    """The first moment of the day, in Beijing."""
    return datetime.combine(when, time(), clock.BEIJING)
