"""`duban ledger`: the ledger (台账) as an Excel file, or as CSV."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from typing import Any

import click

from scheduler.cli.files import asked_format, deliver, put
from scheduler.cli.filters import filters, selection
from scheduler.cli.moments import moment
from scheduler.cli.options import command, option, spoken
from scheduler.cli.output import safe
from scheduler.cli.situation import situation
from scheduler.planning.model import Moment
from scheduler.reports.ledger import ledger as book_of
from scheduler.reports.ledger import table
from scheduler.reports.status import rows
from scheduler.words import say

_BOM = "\ufeff"  # without it Excel reads Chinese as GB18030


@command(
    "ledger",
    formats=("xlsx", "csv"),
    example="""\
duban ledger -o 台账.xlsx
duban ledger --tree changji-city --period 2026 -o 昌吉市2026年台账.xlsx
duban ledger --as-of 2027-03-31 -o 一季度末台账.csv""",
    more=say(
        "每项任务一行：依据、责任单位、收到时间、期限、状态、办结日期、凭证、签收、提醒催办督办、延期、暂停、免报。\n"
        "每个考核类别一张表，前面两张是总览；A4横向打印，每页重复表头。"
    ),
)
@option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", words=say("写成哪个文件（.xlsx 或 .csv）"))
@option("--as-of", type=moment, metavar="TIME", words=say("当时的台账，只用当时已登记的记录"))
@filters
def ledger(*, output: Path | None, as_of: Moment | None, **asked: Any) -> None:
    form = asked_format(output, ("xlsx", "csv"), "xlsx")
    found = situation(as_of)
    wanted = selection(found.register, found.now.date(), tree_of=asked.pop("tree"), **asked)
    kept = rows(found.plan, found.now, wanted)
    if form == "xlsx":
        deliver(book_of(kept, found.plan, found.imprint), output)
        return
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(
        [safe(cell) for cell in line] for line in table(kept, found.plan, spoken())
    )
    put((_BOM + text.getvalue()).encode(), output)
