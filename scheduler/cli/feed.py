"""`duban feed`: the targets of a unit, a person or the whole office as a calendar file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from scheduler import clock
from scheduler.cli.desk import steady
from scheduler.cli.files import ending_in, put
from scheduler.cli.options import command, option, spoken, tell
from scheduler.daemon.sender import sender_domain
from scheduler.planning import meant
from scheduler.reports.feed import entries
from scheduler.reports.feed import feed as made
from scheduler.words import say

_BACK, _AHEAD = timedelta(days=60), timedelta(days=400)


@command(
    "feed",
    example="duban feed --unit changji-city -o 昌吉市.ics\nduban feed --person zhou.min -o 周敏.ics",
    more=say("条目的编号固定不变：重新导出、重新导入，原有的条目随之更新。暂定的日期标为“暂定”。"),
)
@option("--unit", metavar="ID", words=say("一个单位的"))
@option("--person", metavar="ID", words=say("一个人的：本人的，和他作为承办人的"))
@option("--office", is_flag=True, words=say("全部单位的；不写 --unit 和 --person 时也是"))
@option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=ending_in("ics"),
    metavar="FILE",
    words=say("写成.ics文件"),
)
def feed(*, unit: str | None, person: str | None, office: bool, output: Path | None) -> None:
    if sum([unit is not None, person is not None, office]) > 1:
        raise click.UsageError(tell(say("--unit、--person、--office 只写一个")), click.get_current_context())
    desk, now = steady(), clock.now()
    register = desk.register
    name = register.office.name
    if unit is not None:
        unit = meant.unit(unit, register)
        name = next(u.name for u in register.units if u.id == unit)
    if person is not None:
        person = meant.person(person, register)
        name = next(p.name for p in register.people if p.id == person)
    since, until = now.date() - _BACK, now.date() + _AHEAD
    plan = desk.plan(now, since, until)
    domain = sender_domain(desk.settings.sender, register)
    title = tell(say("督办：{name}", name=name))
    content = made(
        entries(plan, since, until, unit=unit, person=person), plan, title, now, domain=domain, lang=spoken()
    )
    put(content, output)
