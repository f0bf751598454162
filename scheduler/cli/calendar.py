"""`duban calendar`: a year on one screen. What a year holds is said by the calendar; nothing is computed here."""

from __future__ import annotations

import click

from scheduler import clock
from scheduler.cli.index import COMMANDS
from scheduler.cli.options import Group, command, option, output_format, spoken
from scheduler.cli.output import print_json
from scheduler.cli.table import loaded
from scheduler.planning.calendars import Calendars
from scheduler.problems import Problem, UsageError
from scheduler.reports.year import data, missing_notice, sheet
from scheduler.words import say
from scheduler.workdays import Calendar, Region
from scheduler.workdays import calendar as national


@click.group(
    "calendar",
    cls=Group,
    words=COMMANDS["calendar"].words,
    example="duban calendar show 2026\nduban calendar show 2027 --region xinjiang",
)
def calendar() -> None:
    pass


@command(
    "show",
    group=calendar,
    words=say("一年的放假安排，排在一屏之内"),
    formats=("text", "json"),
    example="duban calendar show 2026\nduban calendar show 2026 --region CN-GX --format json",
    more=say("不写年份为今年；不写地区按台账中本单位的地区和放假安排。"),
)
@click.argument("year", required=False, type=int)
@option("--region", metavar="REGION", words=say("xinjiang、guangxi、ningxia、lhasa 或 CN-XJ 等"))
def show(*, year: int | None, region: str | None) -> None:
    today = clock.now().date()
    table = _table(region)
    if output_format() == "json":
        print_json(data(table, year or today.year))
        return
    for line in sheet(table, year or today.year, spoken()):
        click.echo(line)
    if problem := missing_notice(table, today):
        click.echo(problem.text(spoken()), err=True)


def _table(region: str | None) -> Calendar:
    if region is not None:
        found = Region.parse(region)
        if found is None:
            hint = say("可用：{known}", known="、".join(Region))
            raise UsageError(Problem("region-unknown", say("没有这个地区的日历：{region}", region=region), hint))
        return national(found)
    register = loaded().register
    return Calendars(register).of(register.office.region) if register else national()
