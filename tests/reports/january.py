"""A scripted January 2027 of the office of Yunling (all invented): what fell due, what was done when, the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from mailing.story import TABLE, Facts, at, register

from scheduler.planning import Calendars, History, Plan, compile_plan
from scheduler.planning.model import FactKind

CUT_OFF = at("2027-02-03T18:00")
REPORT, DOCUMENT, REPLY = "annual-report.submit", "normative-document.publish", "foi.reply"


@dataclass(frozen=True)
class Scripted:
    """One task as the script has it: `done` None is open; `moved` a new limit; days are of January unless they say."""

    row: str
    unit: str
    period: str
    due: date
    done: date | None = None
    waived: bool = False
    moved: date | None = None
    reported: date | None = None

    @property
    def id(self) -> str:
        return f"{self.row}/{self.unit}/{self.period}"


JAN_31, FEB_1, FEB_2 = date(2027, 1, 31), date(2027, 2, 1), date(2027, 2, 2)  # a Sunday, a Monday, a Tuesday
SCRIPT = (
    Scripted(REPORT, "wanghe-county", "2026", JAN_31),
    Scripted(REPORT, "shidu-county", "2026", JAN_31, done=FEB_2),
    Scripted(REPORT, "gaoxin", "2026", JAN_31, reported=date(2027, 1, 28)),
    Scripted(REPORT, "anquan-city", "2026", JAN_31, done=date(2027, 1, 18)),
    Scripted(REPORT, "xishan-county", "2026", JAN_31, waived=True),
    # Within five working days of a Monday: the next Monday.
    Scripted(DOCUMENT, "anquan-city", "AQ-1", date(2027, 1, 11), done=date(2027, 1, 8)),
    Scripted(DOCUMENT, "anquan-city", "AQ-2", date(2027, 1, 18), done=date(2027, 1, 20)),
    Scripted(DOCUMENT, "anquan-city", "AQ-3", date(2027, 1, 25), done=date(2027, 1, 25)),
    Scripted(DOCUMENT, "wanghe-county", "WH-1", date(2027, 1, 11), done=date(2027, 1, 11)),
    Scripted(DOCUMENT, "shidu-county", "SD-1", FEB_1, done=date(2027, 1, 29)),  # due in February
    # Twenty working days after 21 December (a Monday): 19 January, with New Year's Day between;
    # twenty more: Thursday 18 February, with the 5th and the 8th (as far as anybody knows) at rest.
    Scripted(REPLY, "yunling", "6", date(2027, 1, 19), moved=date(2027, 2, 18)),
)
_ISSUED = {"AQ-1": "2027-01-04", "AQ-2": "2027-01-11", "AQ-3": "2027-01-18", "WH-1": "2027-01-04", "SD-1": "2027-01-25"}


def facts() -> Facts:
    """The script as facts of the journal."""
    told = Facts()
    received = at("2026-12-21T10:00")
    told.add(FactKind.EVENT, received, on=received.date(), event="foi.received", ref="6", unit="yunling")
    for one in SCRIPT:
        if one.period in _ISSUED:
            issued = at(f"{_ISSUED[one.period]}T15:00")
            told.add(
                *(FactKind.EVENT, issued),
                on=issued.date(),
                event="normative-document.issued",
                ref=one.period,
                unit=one.unit,
                title="不公开的标题",
            )
    for one in SCRIPT:
        if one.moved:
            told.add(
                FactKind.EXTEND, at("2027-01-15T10:00"), task=one.id, on=date(2027, 1, 15), by="20wd", reason="需要"
            )
        if one.waived:
            told.add(FactKind.WAIVE, at("2027-01-20T10:00"), task=one.id, reason="机构撤并", approved_by="xu.wen")
        if one.reported:
            told.add(FactKind.REPORT, at("2027-01-28T10:00"), task=one.id, on=one.reported)
        if one.done:
            entered = at(f"{one.done.isoformat()}T17:00")
            told.add(FactKind.DONE, entered, task=one.id, on=one.done, evidence=f"收文{one.period}")
    return told


@cache
def plan() -> Plan:
    """The plan at the cut-off, with the calendar as it was known on 2026-11-22."""
    one = register(TABLE)
    calendars, day = Calendars(one, as_of=date(2026, 11, 22)), CUT_OFF.date()
    span = {"since": date(2026, 11, 1), "until": day + timedelta(days=400)}
    return compile_plan(one, calendars, History.of(facts().told), now=CUT_OFF, **span)


def expected(unit: str | None = None) -> dict[str, list[str]]:
    """The ids by result, by plain comparisons of the script's days: no code of the product."""
    found: dict[str, list[str]] = {name: [] for name in ("on-time", "late", "open", "extended", "waived")}
    for one in SCRIPT:
        if (unit and one.unit != unit) or not date(2027, 1, 1) <= one.due <= JAN_31:
            continue
        if one.waived:
            result = "waived"
        elif one.moved:
            result = "extended"
        elif one.done is None:
            result = "open"
        else:
            result = "on-time" if one.done <= one.due else "late"
        found[result].append(one.id)
    return found
