"""`duban assess`: a year's figures by unit and category at a frozen moment, and in mid-year how far things are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from scheduler import clock
from scheduler.cli.files import asked_format, deliver
from scheduler.cli.freezing import frozen
from scheduler.cli.moments import moment
from scheduler.cli.options import command, option, spoken, tell
from scheduler.cli.output import WIDE, print_json
from scheduler.cli.situation import situation
from scheduler.planning import meant
from scheduler.planning.model import Moment
from scheduler.planning.spoken import when
from scheduler.planning.windows import end_of
from scheduler.reports import compared
from scheduler.reports.assessed import MID_YEAR, YEAR_END, View, book, explained, lines
from scheduler.reports.assessment import MARGIN, data
from scheduler.reports.assessment import assess as assessment_of
from scheduler.reports.frozen import Comparison, compare
from scheduler.reports.frozen import data as plan_data
from scheduler.reports.shapes import iso
from scheduler.reports.text import folded
from scheduler.words import say

_FORMATS = ("text", "json", "xlsx")
_YEARS = click.IntRange(2005, 2048)  # the calendar, less the margin


@command(
    "assess",
    formats=_FORMATS,
    example="""\
duban assess 2026 --freeze 2027-01-15
duban assess 2026 --freeze 2027-01-15 -o 2026年考核.xlsx
duban assess 2026 --freeze 2027-01-15 --explain changji-city
duban assess 2026 --mid""",
    more=say(
        "--freeze 是证据截止的日期（含当日）：其后登记的一律不计入，以后再算结果不变。不写则按现在已登记的。\n"
        "全年计划已经冻结的（duban plan --year 年份 --freeze），同时与年初计划比较。\n"
        "按时率＝按时办结÷（到期任务－经批准延期－免报），到期任务不足5项的不计算；每个数都可以用 --explain 查到任务。"
    ),
)
@click.argument("year", type=_YEARS)
@option("--freeze", type=moment, metavar="DATE", words=say("证据截止的日期"))
@option("--mid", is_flag=True, words=say("年中进度：已到期的和还没有到期的"))
@option("--explain", metavar="UNIT", words=say("列出这个单位每个数后面的任务"))
@option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", words=say("写成哪个文件（.xlsx）"))
def assess(*, year: int, freeze: Moment | None, mid: bool, explain: str | None, output: Path | None) -> None:
    form = asked_format(output, ("xlsx",), "text")
    now = clock.now()
    # A day counts as a whole: its tasks are due and its entries count. What is still to come freezes nothing.
    past = freeze is not None and end_of(freeze) <= now
    found = situation(freeze if past else None, date(year, 1, 1) - MARGIN[0], date(year, 12, 31) + MARGIN[1])
    if explain is not None:
        explain = meant.unit(explain, found.register)
    if freeze is not None and not past:
        click.echo(tell(say("截止时点{at}还没有到，以下按现在已登记的记录，不是最后结果。", at=when(freeze))), err=True)
    made = assessment_of(found.plan, year, end_of(freeze) if past and freeze is not None else now)
    view = View(made, found.imprint, MID_YEAR if mid else YEAR_END)
    held = frozen(found.desk, year, made.at)
    beside = compare(held, made) if held is not None else None
    if form == "json":
        shape = {"as_of": iso(found.now), "frozen": past, "head": found.head}
        print_json(shape | data(made, unit=explain) | {"plan": beside and plan_data(beside, explain)})
    elif form == "xlsx":
        deliver(book(view, compared.sheets(beside, view) if beside else ()), output)
    else:
        for line in _lines(view, beside, explain):
            click.echo(line)


def _lines(view: View, beside: Comparison | None, unit: str | None) -> Iterator[str]:
    """The figures and then the frozen plan, or all that stands behind those of a unit."""
    if unit is not None:
        yield from explained(view.found, unit, spoken())
        yield from compared.explained(beside, unit, spoken()) if beside else ()
        return
    yield from lines(view)
    yield ""
    yield from compared.lines(beside, view) if beside else folded(tell(compared.none(view.found.year)), WIDE)
