"""`duban calendar import`: a holiday notice into force, once its faults and the moving deadlines were shown."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import click

from scheduler import clock
from scheduler.cli.desk import login, services
from scheduler.cli.moments import day
from scheduler.cli.options import command, option, output_format, spoken, tell
from scheduler.cli.output import print_json, problem_data
from scheduler.cli.region import region as read_region
from scheduler.daemon.kept import Given, entry_of, read_notice
from scheduler.daemon.services import HORIZON, Services
from scheduler.planning import Calendars, Plan, compile_plan
from scheduler.problems import Problem, UsageError, has_errors
from scheduler.reports import moves
from scheduler.words import say
from scheduler.workdays import Notice, Region
from scheduler.workdays import calendar as known
from scheduler.workdays.lint import lint


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice that may go into force, what is wrong with it, and the deadlines that it would move."""

    notice: Notice | None
    problems: tuple[Problem, ...]
    moved: tuple[moves.Moved, ...] = ()
    settled: int = 0


@command(
    "import",
    words=say("导入放假通知：先列出会变的期限，确认后生效"),
    formats=("text", "json"),
    example="duban calendar import 2027年放假通知.txt --dry-run\nduban calendar import 2027年放假通知.txt --yes",
    more=say("文件是通知全文，或 holiday-cn 的 JSON。有错误时不导入，退出码为1。"),
)
@click.argument("file", type=click.Path(path_type=Path))
@option("--year", type=click.IntRange(2004, 2050), metavar="YEAR", words=say("哪一年的安排；正文看不出时写"))
@option("--published", type=day, metavar="DATE", words=say("公布日期；正文没有时写，不写为今天"))
@option("--region", type=read_region, metavar="REGION", words=say("只管一个地区的通知"))
@option("--number", metavar="TEXT", words=say("文号；正文没有时写"))
@option("--dry-run", is_flag=True, words=say("只看会变什么，不导入"))
@option("--yes", is_flag=True, words=say("不再询问"))
@option("--by-whom", metavar="WHO", words=say("经办人，不写为登录名"))
def import_(
    *,
    file: Path,
    year: int | None,
    published: date | None,
    region: Region | None,
    number: str | None,
    dry_run: bool,
    yes: bool,
    by_whom: str | None,
) -> int:
    desk, content = services(), file.read_bytes()
    draft = _draft(desk, content, file, Given(year, published, region, number))
    wrong = draft.notice is None or has_errors(draft.problems)
    if output_format() == "text":
        _say(draft)
    imported = not wrong and not dry_run and _agreed(yes)
    if imported and draft.notice is not None:
        _put(desk, draft.notice, content, file, by_whom or login())
    _close(draft, imported=imported)
    return int(wrong)


def _draft(desk: Services, content: bytes, file: Path, given: Given) -> Draft:
    """Read it, lint it against what is known, and plan with and without it."""
    earlier = desk.imported()
    parsed = read_notice(content, str(file), given, earlier)
    if parsed.notice is None:
        return Draft(None, parsed.problems)
    notice = replace(parsed.notice, published=parsed.notice.published or clock.now().date())
    before = known(notice.region, imported=earlier)
    problems = (*parsed.problems, *lint(notice, before, parsed.places))
    if has_errors(problems):
        return Draft(notice, problems)
    old, new = _plan(desk, earlier), _plan(desk, (*earlier, notice))
    return Draft(notice, problems, tuple(moves.moved(old, new)), moves.settled(old, new))


def _plan(desk: Services, imported: tuple[Notice, ...]) -> Plan:
    now = clock.now()
    calendars = Calendars(desk.register, imported=imported)
    until = now.date() + HORIZON
    return compile_plan(desk.register, calendars, desk.history(), now=now, since=now.date(), until=until)


def _agreed(yes: bool) -> bool:
    if yes:
        return True
    if not sys.stdin.isatty():
        hint = say("先用 --dry-run 看会变什么，再加 --yes 导入")
        raise UsageError(Problem("not-confirmed", say("没有确认，未导入"), hint))
    return click.confirm(tell(say("导入吗？")), err=True)


def _put(desk: Services, notice: Notice, content: bytes, file: Path, by: str) -> None:
    now = clock.now()
    digest = desk.journal.keep("calendar", file.name, content, now)
    desk.journal.append([entry_of(notice, str(file), digest, by)], now=now)


def _say(draft: Draft) -> None:
    for problem in draft.problems:
        click.echo(problem.text(spoken()), err=True)
    if draft.notice is not None and not has_errors(draft.problems):
        for line in moves.lines(list(draft.moved), draft.settled):
            click.echo(tell(line))


def _close(draft: Draft, *, imported: bool) -> None:
    notice = draft.notice
    if output_format() == "json":
        print_json(
            {
                "number": notice.number if notice else None,
                "year": notice.year if notice else None,
                "region": notice.region.value if notice and notice.region else None,
                "published": notice.published.isoformat() if notice and notice.published else None,
                "problems": [problem_data(problem) for problem in draft.problems],
                "moved": [moves.data(one) for one in draft.moved],
                "settled": draft.settled,
                "imported": imported,
            }
        )
    elif imported and notice:
        click.echo(tell(say("已导入{number}（{year}年）。", number=notice.number, year=notice.year)))
    else:
        click.echo(tell(say("未导入。")))
