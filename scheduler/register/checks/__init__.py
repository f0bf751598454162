"""Does a table make sense? Pure questions to a Draft, each answered with Problems; none needs a calendar."""

from __future__ import annotations

from scheduler.problems import Problem
from scheduler.register.draft import Draft


def check(draft: Draft) -> tuple[Problem, ...]:
    """Every problem that all checks find."""
    del draft
    return ()
