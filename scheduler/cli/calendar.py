"""`duban calendar`: a year on one screen, what is wrong with a notice, and (in `notice`) its import."""

from __future__ import annotations

from pathlib import Path

import click

from scheduler import clock
from scheduler.cli.desk import services
from scheduler.cli.index import COMMANDS
from scheduler.cli.notice import import_
from scheduler.cli.options import Group, command, option, output_format, spoken, tell
from scheduler.cli.output import print_json, problem_data
from scheduler.cli.region import region as read_region
from scheduler.problems import Problem, has_errors
from scheduler.reports.year import data, missing_notice, sheet
from scheduler.words import say
from scheduler.workdays import Calendar, Region
from scheduler.workdays import calendar as national
from scheduler.workdays.facts import library_days
from scheduler.workdays.lint import lint, lint_year
from scheduler.workdays.notice import decoded, parse_notice


@click.group(
    "calendar",
    cls=Group,
    words=COMMANDS["calendar"].words,
    example="duban calendar\nduban calendar show 2027 --region xinjiang",
    invoke_without_command=True,
)
@click.pass_context
def calendar(ctx: click.Context) -> None:
    if ctx.invoked_subcommand is None:
        ctx.invoke(show, year=None, region=None)


@command(
    "show",
    group=calendar,
    words=say("一年的放假安排，排在一屏之内"),
    formats=("text", "json"),
    example="duban calendar show 2026\nduban calendar show 2026 --region CN-GX --format json",
    more=say("不写年份为今年；不写地区按台账中本单位的地区和放假安排。"),
)
@click.argument("year", required=False, type=click.IntRange(2004, 2050))
@option("--region", type=read_region, metavar="REGION", words=say("xinjiang、guangxi、ningxia、lhasa 或 CN-XJ 等"))
def show(*, year: int | None, region: Region | None) -> None:
    today = clock.now().date()
    table = _table(region)
    if output_format() == "json":
        print_json(data(table, year or today.year))
        return
    for line in sheet(table, year or today.year, spoken()):
        click.echo(line)
    if problem := missing_notice(table, today):
        click.echo(problem.text(spoken()), err=True)


@command(
    "lint",
    group=calendar,
    words=say("核对放假通知：星期、补班、天数"),
    formats=("text", "json"),
    example="duban calendar lint 2027年放假通知.txt\nduban calendar lint",
    more=say("文件是通知全文，或 holiday-cn 的 JSON。不写文件则核对随程序带来的各年。有错误时退出码为1。"),
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@option("--year", type=click.IntRange(1, 9999), metavar="YEAR", words=say("哪一年的安排；正文看不出时写"))
def lint_(*, file: Path | None, year: int | None) -> int:
    problems = _of_file(file, year) if file else _on_file(year)
    if output_format() == "json":
        print_json({"problems": [problem_data(problem) for problem in problems]})
    else:
        for problem in problems:
            click.echo(problem.text(spoken()))
        if not problems:
            click.echo(tell(say("没有问题。")))
    return int(has_errors(problems))


def _of_file(file: Path, year: int | None) -> tuple[Problem, ...]:
    parsed = parse_notice(decoded(file.read_bytes()), file=str(file), year=year)
    found = lint(parsed.notice, places=parsed.places) if parsed.notice else ()
    return (*parsed.problems, *found)


def _on_file(year: int | None) -> tuple[Problem, ...]:
    years = [year] if year else sorted(library_days())
    return tuple(problem for one in years for problem in lint_year(one))


def _table(region: Region | None) -> Calendar:
    """That of the region, else that of the table's office, with what was imported."""
    desk = services()
    register = desk.loaded.register
    if register is not None:
        return desk.calendars(register).of(region or register.office.region)
    return national(region, imported=desk.imported())


calendar.add_command(import_)
