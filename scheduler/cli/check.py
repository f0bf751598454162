"""`duban check`: every problem of the table and the calendar, each with its place and how to mend it."""

from __future__ import annotations

from pathlib import Path

import click

from scheduler import clock
from scheduler.cli.desk import bare
from scheduler.cli.options import command, option, output_format, spoken, tell
from scheduler.cli.output import print_json, problem_data
from scheduler.cli.table import chosen
from scheduler.daemon.services import HORIZON
from scheduler.daemon.undelivered import undelivered
from scheduler.planning import Calendars, History, compile_plan
from scheduler.problems import Level, Problem, UnreachableError, has_errors
from scheduler.register import Loaded, gaps, load
from scheduler.reports.unsettled import missing
from scheduler.reports.year import missing_notice
from scheduler.words import say

_GLANCE = 500  # occasions that are looked at to name what is provisional; a check must not take as long as a plan


@command(
    "check",
    formats=("text", "json"),
    example="duban check\nduban check obligations.yaml --strict\nduban check --format json",
    more=say("有错误时退出码为1；只有警告为0，加 --strict 为1。"),
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@option("--strict", is_flag=True, words=say("警告也算问题"))
def check(*, file: Path | None, strict: bool) -> int:
    path = file or chosen().table
    loaded = load(path)
    problems = (*loaded.problems, *gaps(loaded, clock.now().date()), *_calendar(loaded), *_undelivered(loaded))
    if output_format() == "json":
        print_json({"problems": [problem_data(problem) for problem in problems]})
    else:
        for problem in problems:
            click.echo(problem.text(spoken()))
        click.echo(_summary(path, loaded, problems), err=True)
    return int(has_errors(problems) or (strict and bool(problems)))


def _calendar(loaded: Loaded) -> tuple[Problem, ...]:
    """Whether next year's arrangement is missing, and what is provisional by it; the database is not needed for it."""
    now, register = clock.now(), loaded.register
    if register is None or missing_notice(Calendars(register).of(register.office.region), now.date()) is None:
        return ()
    desk = bare()
    try:
        calendars, history = desk.calendars(register), desk.history()
    except UnreachableError:
        calendars, history = Calendars(register), History()
    until = now.date() + HORIZON
    budget = iter(range(_GLANCE))
    plan = compile_plan(register, calendars, history, now=now, since=now.date(), until=until, budget=budget)
    return missing(plan, now.date(), whole=next(budget, None) is not None)


def _undelivered(loaded: Loaded) -> tuple[Problem, ...]:
    """The addresses to which mail did not arrive; nothing where there is no database to ask."""
    desk = bare()
    if loaded.register is None or not desk.has_journal:
        return ()
    try:
        return undelivered(desk.record, loaded.register, clock.now())
    except UnreachableError:
        return ()


def _summary(path: Path, loaded: Loaded, problems: tuple[Problem, ...]) -> str:
    errors = sum(problem.level is Level.ERROR for problem in problems)
    warnings = len(problems) - errors
    if errors or loaded.register is None:
        return tell(say("{file}：{n}个错误，{m}个警告", file=str(path), n=errors, m=warnings))
    counted = say("事项{n}项，单位{u}个，人员{p}人", **_counts(loaded))
    said = say("没有问题") if not problems else say("没有错误，{m}个警告", m=warnings)
    return tell(say("{file}：{said}（{counted}）", file=str(path), said=said, counted=counted))


def _counts(loaded: Loaded) -> dict[str, int]:
    register = loaded.register
    assert register is not None  # noqa: S101 - the caller has looked
    return {"n": len(register.obligations), "u": len(register.units), "p": len(register.people)}
