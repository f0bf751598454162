"""Does a table make sense? Pure questions to a Draft, each answered with Problems; none needs a calendar."""

from __future__ import annotations

from itertools import chain

from scheduler.problems import Problem
from scheduler.register.checks.addresses import check_addresses
from scheduler.register.checks.duty import check_duty
from scheduler.register.checks.identity import check_identity
from scheduler.register.checks.ladders import check_ladders
from scheduler.register.checks.people import check_people
from scheduler.register.checks.schedules import check_schedules
from scheduler.register.checks.selectors import check_selectors
from scheduler.register.draft import Draft
from scheduler.register.roster import Roster


def check(draft: Draft) -> tuple[Problem, ...]:
    """Every problem that all checks find, but at spots that have been complained of already."""
    roster = Roster(draft.register(""))
    findings = chain(
        check_identity(draft),
        check_people(draft),
        check_selectors(draft, roster),
        check_addresses(draft, roster),
        check_duty(draft),
        check_ladders(draft),
        check_schedules(draft),
    )
    return tuple(found for finding in findings if (found := draft.problem(finding)))
