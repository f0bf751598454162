"""`duban bulletin`: the 通报 of a period as a draft for signature, and the tasks behind each of its numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from scheduler import clock
from scheduler.cli.desk import login
from scheduler.cli.drafts import Draft, lines, save
from scheduler.cli.files import ending_in
from scheduler.cli.moments import moment
from scheduler.cli.options import command, option, output_format, tell
from scheduler.cli.output import print_json
from scheduler.cli.situation import Situation, situation
from scheduler.planning.model import Moment, State
from scheduler.planning.periods import Period
from scheduler.planning.spoken import when
from scheduler.problems import Problem, UsageError
from scheduler.reports.bulletin import COLUMNS, MARGIN, bulletin_of, of_earlier, of_period, traced
from scheduler.reports.figures import Counted, Figures, Result, by_unit
from scheduler.reports.paper import plain
from scheduler.reports.shapes import iso
from scheduler.words import Phrase, say

BULLETIN = "bulletin"
_EARLIER = say("以前到期、尚未登记办结")
_HEADS = {
    "due": say("到期任务"),
    "on-time": say("按时办结"),
    "late": say("逾期办结"),
    "open": say("尚未办结"),
    "extended": say("经批准延期"),
    "waived": say("免报"),
}


@command(
    "bulletin",
    formats=("text", "json"),
    example="""\
duban bulletin --month 2027-01
duban bulletin --month 2027-01 -o 通报.docx
duban bulletin --month 2027-01 --explain""",
    more=say(
        "只是代拟稿，签发以后才成为通报；不写 -o 只显示文字。--month 也可写季度2027Q1、半年2027H1、全年2027。\n"
        "文字在模板 bulletin.txt.j2 里，可以改；已有的文件不覆盖。"
    ),
)
@option("--month", required=True, metavar="LABEL", words=say("哪个月：2027-01"))
@option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=ending_in("docx"),
    metavar="FILE",
    words=say("写成.docx文件"),
)
@option("--explain", is_flag=True, words=say("列出每个数字是由哪些任务得出的"))
@option("--as-of", type=moment, metavar="TIME", words=say("统计截至什么时候，不写为现在"))
@option("--by-whom", metavar="WHO", words=say("经办人，不写为登录名"))
def bulletin(*, month: str, output: Path | None, explain: bool, as_of: Moment | None, by_whom: str | None) -> None:
    period = _period(month)
    found = situation(as_of, since=period.first - MARGIN[0], until=period.last + MARGIN[1])
    tasks = of_period(found.plan, period, found.now)
    _warn(tasks, period, found)
    if explain or (output_format() == "json" and output is None):
        _explain(tasks, period, found)
    if output is None and (explain or output_format() == "json"):
        return
    view = bulletin_of(tasks, found.plan, period, found.now)
    drafted = lines(found.desk, "bulletin.txt.j2", view, found.head)
    if output is None:
        for line in plain(drafted):
            click.echo(line)
        return
    figures = json.dumps(_traced(tasks, period, found), ensure_ascii=False, sort_keys=True).encode()
    title = f"{view.office} {period.label}"
    data = {"label": period.label, "cut_off": iso(found.now), "due": view.total.due, "on_time": view.total.on_time}
    draft = Draft(BULLETIN, title, drafted, data, figures=figures)
    fact = save(found.desk, lambda _: draft, output, by_whom or login(), clock.now())
    digest = str(fact.data["digest"])
    click.echo(tell(say("已写成 {file}（代拟稿，待签发），摘要 {digest}", file=str(output), digest=digest)))


def _period(label: str) -> Period:
    period = Period.named(label)
    if period is None:
        hint = say("写成 2027-01、2027Q1、2027H1 或 2027")
        raise UsageError(Problem("bad-period", say("看不懂期间“{label}”", label=label), hint))
    return period


def _warn(tasks: Sequence[Counted], period: Period, found: Situation) -> None:
    """What an officer should know before he hands the draft on."""
    waiting = sum(one.standing.state is State.REPORTED for one in tasks)
    if found.now.date() <= period.last:
        click.echo(tell(say("{label} 还没有过完，只统计期限已过的任务。", label=period.label)), err=True)
    if waiting:
        click.echo(tell(say("有{n}项已报结、待核实，按尚未办结统计；请先核实再出稿。", n=waiting)), err=True)


def _traced(tasks: Sequence[Counted], period: Period, found: Situation) -> dict[str, object]:
    head = {"period": period.label, "cut_off": iso(found.now), "head": found.head}
    return {**head, **traced(tasks, found.plan, of_earlier(found.plan, period, found.now))}


def _explain(tasks: Sequence[Counted], period: Period, found: Situation) -> None:
    if output_format() == "json":
        print_json(_traced(tasks, period, found))
        return
    for unit, held in by_unit(tasks, found.plan).items():
        click.echo(found.plan.roster.unit(unit).name)
        for name, results in COLUMNS[1:]:
            _cell(_HEADS[name], held, results)
    _total(Figures(tuple(tasks)))
    _cell(_EARLIER, Figures(of_earlier(found.plan, period, found.now)), (Result.OPEN,))


def _cell(head: Phrase, figures: Figures, results: tuple[Result, ...]) -> None:
    held = [one for one in figures.tasks if one.result in results]
    if held:
        click.echo(f"  {tell(head)} {len(held)}")
    for one in held:
        stands = one.standing
        done = say("，{on}办结", on=when(stands.done_on)) if stands.done_on else ""
        proof = say("，凭证：{evidence}", evidence=stands.evidence) if stands.evidence else ""
        said = say("{task}　期限{due}{done}{proof}", task=one.task.id, due=when(one.due), done=done, proof=proof)
        click.echo(f"    {tell(said)}")


def _total(figures: Figures) -> None:
    counts = tuple(say("{head}{n}", head=_HEADS[r.value], n=figures.n(r)) for r in Result)
    click.echo(tell(say("合计：到期任务{n}＝{counts}", n=figures.due, counts=counts)))
