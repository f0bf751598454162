"""The words of the calendar as values: a day, a region, a convention, a notice. It holds no facts about any year."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from msgspec import Struct

from scheduler.problems import DubanError, Problem
from scheduler.words import Phrase, say

OFFICE_ENTRY = "本单位台账"


class Kind(StrEnum):
    """Why a day works or rests."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    IN_LIEU = "in-lieu"
    MAKE_UP = "make-up"
    REGIONAL = "regional"
    CLOSURE = "closure"


class Status(StrEnum):
    """Whether the authority has settled the day; what rests on an unsettled day may still move."""

    ANNOUNCED = "announced"
    PROVISIONAL = "provisional"


class Day(Struct, frozen=True):
    """One day: whether it works, why, on whose word (notice number, instrument, 本单位台账), known since when.

    `known_since` is None where no publication date is on file; `name` is the festival, empty on plain days.
    """

    date: dt.date
    works: bool
    kind: Kind
    status: Status
    source: str
    known_since: dt.date | None
    name: str


class Convention(StrEnum):
    """How a calendar day that rests is moved to a working day; the modified forms stay inside the month."""

    NONE = "none"
    PRECEDING = "preceding"
    FOLLOWING = "following"
    MODIFIED_PRECEDING = "modified-preceding"
    MODIFIED_FOLLOWING = "modified-following"


class Region(StrEnum):
    """The regions whose own festivals are on file (全国年节及纪念日放假办法 第四条)."""

    XINJIANG = "xinjiang"
    GUANGXI = "guangxi"
    NINGXIA = "ningxia"
    LHASA = "lhasa"

    @classmethod
    def parse(cls, text: str) -> Region | None:
        """The region by its name, its ISO 3166-2 code or its Chinese name; None for any other word."""
        word = text.strip().lower().replace("_", "-").removeprefix("cn-")
        for region in cls:
            if word in _NAMES[region] or word == region:
                return region
        return None

    @property
    def chinese(self) -> str:
        """The short Chinese name."""
        return _NAMES[self][0]


_NAMES = {
    Region.XINJIANG: ("新疆", "xj", "新疆维吾尔自治区"),
    Region.GUANGXI: ("广西", "gx", "广西壮族自治区"),
    Region.NINGXIA: ("宁夏", "nx", "宁夏回族自治区"),
    Region.LHASA: ("拉萨", "xz-lhasa", "拉萨市"),
}


class Closures(Struct, frozen=True):
    """Days that an office closes or works by its own decision; they override every other layer."""

    rest: frozenset[dt.date] = frozenset()
    work: frozenset[dt.date] = frozenset()


class NoticeDay(Struct, frozen=True):
    """One day that a notice settles: whether it works, and for which festival."""

    date: dt.date
    works: bool
    name: str


class Notice(Struct, frozen=True):
    """The arrangement of one year, or an amendment of it (`amends`), of the whole country or of one `region`.

    `published` is the day on which it became known; None: known from the start.
    """

    number: str
    year: int
    published: dt.date | None
    days: tuple[NoticeDay, ...]
    amends: bool = False
    region: Region | None = None


class CalendarRangeError(DubanError):
    """The question leaves the days that the calendar can answer, or no working day is left to count."""

    exit_code = 1

    @property
    def phrase(self) -> Phrase:
        """What is wrong, in one sentence."""
        return self.problems[0].message


def out_of_range(first: dt.date, last: dt.date) -> CalendarRangeError:
    """The error for a day outside `first` … `last`."""
    message = say("日期超出日历范围（{first} 至 {last}）", first=first.isoformat(), last=last.isoformat())
    hint = say("请把日期改在此范围之内；2004年以前的放假安排没有数据")
    return CalendarRangeError(Problem("calendar-range", message, hint))


def no_working_day() -> CalendarRangeError:
    """The error of a calendar in which every day rests."""
    message = say("日历中没有一个工作日，无法推算")
    return CalendarRangeError(Problem("calendar-no-working-day", message, say("请检查周末和休息日的设置")))
