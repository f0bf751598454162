"""`duban calendar import`: a holiday notice into force, once its faults and the moving deadlines were shown."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from scheduler import clock
from scheduler.cli.desk import login, steady
from scheduler.cli.errors import shown
from scheduler.cli.moments import day
from scheduler.cli.options import command, option, output_format, spoken, tell
from scheduler.cli.output import print_json, problem_data, utter
from scheduler.cli.region import region as read_region
from scheduler.daemon.importing import Import, applied, prepared
from scheduler.daemon.kept import Given
from scheduler.problems import Problem, RefusedError
from scheduler.reports import moves
from scheduler.words import say
from scheduler.workdays import Region


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
    desk, now = steady(), clock.now()
    draft = prepared(desk, file.read_bytes(), str(file), Given(year, published, region, number), now)
    if output_format() == "text":
        _say(draft)
    imported = draft.is_sound and draft.is_news and not dry_run and _agreed(yes)
    if imported:
        applied(desk, draft, by_whom or login(), now)
    _close(draft, imported=imported)
    return 0 if draft.is_sound else 1


def _agreed(yes: bool) -> bool:
    if not yes and not sys.stdin.isatty():
        hint = say("先用 --dry-run 看会变什么，再加 --yes 导入")
        raise RefusedError(Problem("not-confirmed", say("没有确认，未导入"), hint))
    return yes or click.confirm(tell(say("导入吗？")), err=True)


def _say(draft: Import) -> None:
    shown(draft.problems, spoken())
    if draft.is_sound:
        for one in draft.days:
            utter(moves.day_line(one))
        if draft.settled:
            utter(say("{n}天由暂定转为已公布", n=draft.settled))
        for sentence in (*moves.open_lines(draft.open_days), *moves.lines(draft.moves)):
            utter(sentence)


def _close(draft: Import, *, imported: bool) -> None:
    notice = draft.notice
    if output_format() == "json":
        print_json(
            {
                "number": notice.number if notice else None,
                "year": notice.year if notice else None,
                "region": notice.region.value if notice and notice.region else None,
                "published": notice.published.isoformat() if notice and notice.published else None,
                "problems": [problem_data(problem) for problem in draft.problems],
                "days": [moves.day_data(one) for one in draft.days],
                "settled_days": draft.settled,
                "provisional_days": [day.date.isoformat() for day in draft.open_days],
                "settled": moves.settled(draft.moves),
                "moved": [moves.data(one, spoken()) for one in draft.moves],
                "imported": imported,
            }
        )
    elif imported and notice:
        utter(say("已导入{number}（{year}年）。", number=notice.number, year=notice.year))
    elif draft.is_sound and not draft.is_news:
        click.echo(tell(say("这些安排都已在日历中，没有变化，未导入。")))
    else:
        click.echo(tell(say("未导入。")))
