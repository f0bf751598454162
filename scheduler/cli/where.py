"""`duban where`: 去向, what became of every row of the source documents."""

from __future__ import annotations

import click

from scheduler.cli.options import command, output_format, spoken, tell
from scheduler.cli.output import print_csv, print_json
from scheduler.cli.table import register
from scheduler.reports import whereabouts as report
from scheduler.words import say


@command(
    "where",
    example="duban where\nduban where --format json",
    more=say("不列入自动提醒，不等于不履行：每条都写明由什么承担。"),
    formats=("text", "json", "csv"),
)
def where() -> None:
    rows = report.whereabouts(register())
    if output_format() == "json":
        print_json(report.data(rows))
    elif output_format() == "csv":
        head = ("ref", "title", "tracked", "past", "obligations", "by")
        print_csv(head, ([r.ref, r.title, r.tracked, r.past, " ".join(r.obligations), r.by or ""] for r in rows))
    else:
        for sentence in report.summary(rows):
            click.echo(tell(sentence))
        click.echo("")
        for line in report.lines(rows, spoken()):
            click.echo(line)
