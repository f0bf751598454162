"""`duban import`: the facts of a spreadsheet, all or nothing; every mistake is told with its line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from scheduler import clock
from scheduler.cli.desk import enter, login, steady
from scheduler.cli.errors import shown
from scheduler.cli.files import ending_in, put, taken
from scheduler.cli.options import command, option, output_format, spoken, tell
from scheduler.cli.output import print_json, problem_data
from scheduler.planning import History
from scheduler.planning.batch import judge
from scheduler.planning.entries import Accepted
from scheduler.planning.model import Fact, FactKind
from scheduler.planning.sheet import FORMS, read_lines
from scheduler.problems import Problem, RefusedError
from scheduler.register.reader import MAX_BYTES
from scheduler.reports.blank import blank
from scheduler.words import say


@command(
    "import",
    formats=("text", "json"),
    example=(
        "duban import --template 登记.xlsx\n"
        "duban import 第三季度培训.xlsx --dry-run\nduban import facts.csv --by-whom he.ping"
    ),
    more=say(
        "每行一个事实，按行的先后登记，后面的可以以前面的为依据；有一处错误，就一行也不登记。\n"
        "第一行是表头：事实（kind）必有，其余按需要：任务（task），或事项（obligation）、单位（unit）、期间（period）；"
        "事件（event）、编号（ref）、记录（record）、人员（person）、日期（on）、凭证（evidence）、说明（note）、"
        "数值（value）、标题（title）、网址（url）、理由（reason）、批准人（approved_by）、延长（by）、延至（to）、"
        "期限（due）、预定（planned）、往年（old）。\n"
        "事实可写：登记事件、记录、办结、报结、核实、退回、签收、延期、暂停计算、恢复计算、免报、重新打开、指定单位。\n"
        "单位、人员、事项等写编号或台账中的名称。CSV 用 UTF-8 或 GB18030 编码；XLSX 读第一张工作表。"
    ),
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@option(
    "--template",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=ending_in("xlsx"),
    metavar="FILE",
    words=say("写一张空表：表头、说明、可选的词"),
)
@option("--dry-run", is_flag=True, words=say("只检查，不登记"))
@option("--by-whom", metavar="WHO", words=say("经办人，不写为登录名"))
def import_(*, file: Path | None, template: Path | None, dry_run: bool, by_whom: str | None) -> int:
    if (file is None) == (template is None) or (template is not None and (dry_run or by_whom is not None)):
        words = say("写要登记的文件（可加 --dry-run、--by-whom），或者只写 --template")
        raise click.UsageError(tell(words), click.get_current_context())
    if file is None:
        if template is not None and template.is_file():
            raise RefusedError(taken(template))
        put(blank(steady().register, spoken()), template)
        return 0
    with file.open("rb") as opened:
        content = opened.read(MAX_BYTES + 1)
    lines, problems = read_lines(str(file), content)
    desk, now = steady(), clock.now()
    facts = desk.facts()
    plan = desk.plan(now, history=History.of(facts))
    accepted, refused = judge(lines, plan, by_whom or login(), facts[-1].seq if facts else 0)
    if problems or refused:
        return _refused(file, (*problems, *refused))
    written = () if dry_run else enter(desk, [one.entry for one in accepted], now)
    _told(accepted, written, dry_run=dry_run)
    return 0


def _refused(file: Path, problems: Sequence[Problem]) -> int:
    ordered = tuple(sorted(problems, key=lambda p: (p.place.line, p.place.column) if p.place else (0, 0)))
    if output_format() == "json":
        print_json({"written": False, "facts": 0, "kinds": {}, "problems": [problem_data(p) for p in ordered]})
    else:
        shown(ordered, spoken())
        click.echo(tell(say("{file}：{n}个错误，一行也没有登记", file=str(file), n=len(ordered))), err=True)
    return 1


def _told(accepted: Sequence[Accepted], written: Sequence[Fact], *, dry_run: bool) -> None:
    """How many of what; before anything is written down also what each line says."""
    kinds = Counter(one.entry.kind for one in accepted)
    if output_format() == "json":
        head = {"written": not dry_run, "facts": len(accepted), "kinds": {k.value: n for k, n in kinds.items()}}
        print_json(head | {"seq": [written[0].seq, written[-1].seq] if written else None, "problems": []})
        return
    counted = tuple(say("{kind}{n}条", kind=FORMS[kind].name, n=kinds[kind]) for kind in FactKind if kinds[kind])
    if dry_run:
        for one in accepted:
            click.echo(tell(one.said))
        click.echo(tell(say("没有错误，可以登记{n}条事实：{counted}", n=len(accepted), counted=counted)))
    else:
        click.echo(tell(say("已登记{n}条事实：{counted}", n=len(accepted), counted=counted)))
