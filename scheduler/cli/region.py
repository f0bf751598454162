"""Regions as people type them: xinjiang, CN-XJ, 新疆. It knows no calendar."""

from __future__ import annotations

import click

from scheduler.cli.options import tell
from scheduler.words import say
from scheduler.workdays import Region


def region(value: str) -> Region:
    """The region of that name; raises BadParameter with those there are."""
    found = Region.parse(value)
    if found is None:
        known = tuple(Region)
        raise click.BadParameter(tell(say("没有这个地区的日历“{region}”，可用：{known}", region=value, known=known)))
    return found
