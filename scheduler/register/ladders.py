"""The ladders that every table has without writing them: standard, statutory and hours. A table may redefine each."""

from __future__ import annotations

from scheduler.register.model import Before, Ladder, Obligation, With, Within
from scheduler.register.parts import fit
from scheduler.register.values import Unit

STANDARD, STATUTORY, HOURS = "standard", "statutory", "hours"


def built_in() -> dict[str, Ladder]:
    """The three ladders by name."""
    return {
        STANDARD: _ladder(
            remind=["20wd", "5wd", "1wd"],
            chase=["1wd", "3wd", "5wd", "every 5wd"],
            escalate=[{"after": "3wd", "to": "deputy"}, {"after": "5wd", "to": "office-head", "ask": "true"}],
        ),
        STATUTORY: _ladder(
            remind=["10wd", "5wd", "2wd"],
            chase=["every 1wd"],
            escalate=[
                {"before": "3wd", "to": "deputy"},
                {"before": "1wd", "to": "office-head"},
                {"after": "1wd", "to": "reports_to.officer"},
            ],
        ),
        HOURS: _ladder(
            clock="any",
            remind=["12h", "4h", "1h"],
            escalate=[{"before": "1h", "to": "deputy"}, {"after": "0h", "to": "office-head"}],
        ),
    }


def _ladder(**rungs: object) -> Ladder:
    return fit(Ladder, rungs)


def ladder_name(row: Obligation) -> str:
    """The ladder a row uses: the one it names, else `hours` for a limit in hours, else `standard`."""
    return row.ladder or (HOURS if is_hourly(row) else STANDARD)


def is_hourly(row: Obligation) -> bool:
    """Whether the limit of a row is a moment of the day, not a whole day."""
    match row.due:
        case Within(within=length) | Before(lead=length):
            return length.unit is Unit.HOUR
        case With(tolerance=tolerance) if tolerance:
            return tolerance.unit is Unit.HOUR
        case _:
            return False
