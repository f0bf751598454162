"""`duban order TASK`: a 督办单 with its serial number, as a draft for signature."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from scheduler import clock
from scheduler.cli.desk import login, plan_around, steady
from scheduler.cli.drafts import Draft, lines, save
from scheduler.cli.files import ending_in
from scheduler.cli.options import command, option, tell
from scheduler.planning.model import Fact
from scheduler.planning.tasknames import named
from scheduler.problems import Problem, RefusedError
from scheduler.reports.orders import ORDER, TARGET, can_be_ordered, next_number, number_of, order_of
from scheduler.reports.shapes import iso
from scheduler.words import say


@command(
    "order",
    example="duban order annual-report.submit/changji-city/2026 -o 督办单.docx",
    more=say(
        "只是代拟稿，由人签发；编号每年从1起，不给别的任务用。"
        "同一任务、同一办理时限再写一次的，编号不变。已有的文件不覆盖。"
    ),
)
@click.argument("task")
@option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    callback=ending_in("docx"),
    metavar="FILE",
    words=say("写成.docx文件"),
)
@option("--new", is_flag=True, words=say("另取新的编号"))
@option("--by-whom", metavar="WHO", words=say("经办人，不写为登录名"))
def order(*, task: str, output: Path, new: bool, by_whom: str | None) -> None:
    desk, now = steady(), clock.now()
    plan = plan_around(desk, desk.history(), now, task)
    found = named(task, plan)
    if not can_be_ordered(found, plan, now):
        message = say("{task} 没有未办的事，不能督办", task=found.id)
        raise RefusedError(Problem("nothing-to-order", message, say("用 duban status 看它办到哪一步")))
    head = desk.record.head()

    def compose(drafts: Sequence[Fact]) -> Draft:
        known = None if new else number_of(drafts, found, now.year)
        number = known or next_number(drafts, now.year)
        view = order_of(found, plan, number, now)
        drafted = lines(desk, "order.txt.j2", view, str(head) if head.seq else None)
        data = {"number": number, TARGET: iso(found.dates.target)}
        return Draft(ORDER, f"{view.office} {now.year}-{number}", drafted, data, task=found.id)

    fact = save(desk, compose, output, by_whom or login(), now)
    n, digest = fact.data["number"], str(fact.data["digest"])
    said = say("已写成 {file}（第{n}号，代拟稿），摘要 {digest}", file=str(output), n=n, digest=digest)
    click.echo(tell(say("{task}：{said}", task=found.id, said=said)))
