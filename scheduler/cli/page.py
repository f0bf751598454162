"""`duban page`: how things stand on one HTML page, or the year on one sheet. A file that needs no network."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from scheduler.cli.files import ending_in, put
from scheduler.cli.filters import filters, selection
from scheduler.cli.moments import moment
from scheduler.cli.options import command, option, spoken
from scheduler.cli.rendering import rendered, status_page
from scheduler.cli.situation import Situation, situation
from scheduler.planning import meant
from scheduler.planning.model import Moment
from scheduler.planning.standing import standing
from scheduler.reports.feed import entries
from scheduler.reports.status import rows
from scheduler.reports.wall import wall
from scheduler.words import say


@command(
    "page",
    formats=("text", "html"),
    example="""\
duban page -o status.html
duban page --tree changji-city -o 昌吉市.html
duban page --year 2027 -o 2027年历.html""",
    more=say("写成一个网页文件，不连网，也不用脚本；--year 写成一张全年一览，用A3纸横向打印。不写 -o 用管道接。"),
)
@option("--as-of", type=moment, metavar="TIME", words=say("当时的情况，只用当时已登记的记录"))
@option("--year", type=click.IntRange(2004, 2050), metavar="YEAR", words=say("这一年的全年一览"))
@filters
@option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=ending_in("html"),
    metavar="FILE",
    words=say("写成.html文件"),
)
def page(*, as_of: Moment | None, year: int | None, output: Path | None, **asked: Any) -> None:
    span = (date(year, 1, 1), date(year, 12, 31)) if year is not None else (None, None)
    found = situation(as_of, *span)
    html = _status(found, asked) if year is None else _wall(found, year, asked)
    put(html.encode(), output)


def _status(found: Situation, asked: dict[str, Any]) -> str:
    wanted = selection(found.register, found.now.date(), tree_of=asked.pop("tree"), **asked)
    kept = rows(found.plan, found.now, wanted)
    return status_page(found, kept)


def _wall(found: Situation, year: int, asked: dict[str, Any]) -> str:
    plan, now, units = found.plan, found.now, asked["unit"]
    wanted = selection(found.register, now.date(), tree_of=asked.pop("tree"), **asked)
    tasks = entries(plan, date(year, 1, 1), date(year, 12, 31))
    kept = [task for task in tasks if wanted.keeps(standing(task, plan, now))]
    name = found.register.office.name
    if len(units) == 1:
        name = plan.roster.unit(meant.unit(units[0], found.register)).name
    return rendered(found, "wall.html.j2", wall(kept, plan, year, name, now, lang=spoken()))
