"""The small values of the rule language: durations, moments of a period, rolls. It reads no file and counts no day."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from scheduler.words import Phrase, say
from scheduler.workdays import Unit

__all__ = [
    "UNASSIGNED",
    "Anchor",
    "Covers",
    "Duration",
    "Every",
    "Follows",
    "LadderClock",
    "MailPace",
    "Moment",
    "SetBy",
    "Share",
    "Target",
    "Unit",
    "UntrackedBy",
]

UNASSIGNED = "unassigned"  # the bearer of a task whose event named no unit yet; no id of a unit or a person


_UNIT_WORDS = {
    Unit.WORKDAY: "{n}个工作日",
    Unit.DAY: "{n}日",
    Unit.HOUR: "{n}小时",
    Unit.WEEK: "{n}周",
    Unit.MONTH: "{n}个月",
    Unit.YEAR: "{n}年",
}
_ = (say("{n}个工作日"), say("{n}日"), say("{n}小时"), say("{n}周"), say("{n}个月"), say("{n}年"))


class Duration(Struct, frozen=True):
    """A length of time, never negative: `5wd`, `24h`, `1m`. Working days follow the bearer's calendar."""

    n: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.n}{self.unit}"

    def phrase(self) -> Phrase:
        """In words: 5个工作日."""
        return say(_UNIT_WORDS[self.unit], n=self.n)


class Anchor(StrEnum):
    """What a Moment starts from, inside a period."""

    START = "start"  # the eve of the period's first day
    END = "end"  # the period's last day
    DATE = "date"  # MM-DD
    DAY = "day"  # DD of the month
    WEEKDAY = "weekday"  # mon … sun of the week; `day` is 0 … 6
    MONTH_END = "month-end"  # end of MM


class Moment(Struct, frozen=True):
    """A day of a period: an anchor, and a Duration to add (`sign` 1) or to take off (`sign` -1).

    A day that a month lacks is its last day (民法典 第二百零二条).
    """

    anchor: Anchor
    month: int | None = None
    day: int | None = None
    offset: Duration | None = None
    sign: int = 1

    @property
    def is_workday(self) -> bool:
        """Whether it falls on a working day by construction, so that no roll is needed."""
        return self.offset is not None and self.offset.unit is Unit.WORKDAY and self.offset.n > 0


class Every(StrEnum):
    """The periods that a schedule may repeat in."""

    YEAR = "year"
    HALF_YEAR = "half-year"
    QUARTER = "quarter"
    MONTH = "month"
    WEEK = "week"


class Covers(StrEnum):
    """Which period the work is about, and hence which one labels the task."""

    CURRENT = "current"
    PREVIOUS = "previous"


class Follows(StrEnum):
    """Whose count it is when a leader changes in mid-period."""

    PERSON = "person"
    POST = "post"


class SetBy(StrEnum):
    """Who chose the number: the text of the document, a law, or this office (本单位自定)."""

    TEXT = "text"
    LAW = "law"
    OFFICE = "office"


class MailPace(StrEnum):
    """How often a person wants mail: at each moment, one sheet on the week's first working day, or escalations only."""

    DAILY = "daily"
    WEEKLY = "weekly"
    URGENT = "urgent"


class LadderClock(StrEnum):
    """When the notices of a ladder may go: at the send time of working days, or at any minute of any day."""

    WORKING = "working"
    ANY = "any"


class UntrackedBy(StrEnum):
    """What covers a row that is not reminded automatically (不列入自动提醒，不等于不履行)."""

    PAPERWORK = "办文流程"
    DAILY = "日常工作"
    DUTY = "值班与舆情"
    SYSTEM = "业务系统"
    OTHER_UNIT = "其他单位"
    PAST = "已到期"


class Share(Struct, frozen=True):
    """A percentage, exact: 80% is Share(80, 100); compared by cross-multiplication, never as a float."""

    numerator: int
    denominator: int

    def __str__(self) -> str:
        return f"{100 * self.numerator / self.denominator:g}%"

    def met_by(self, part: int, whole: int) -> bool:
        """Whether `part` of `whole` reaches the share; an empty whole does not."""
        return whole > 0 and part * self.denominator >= self.numerator * whole


class Target(Struct, frozen=True):
    """To whom a rung goes: a role of the bearer's own unit, or of the one it reports to (`reports_to.officer`)."""

    role: str
    upward: bool = False

    def __str__(self) -> str:
        return f"reports_to.{self.role}" if self.upward else self.role
