"""`duban jobs`: the moments at which the daemon will wake for each row of the table, the next one first."""

from __future__ import annotations

import click

from scheduler import clock
from scheduler.cli.desk import steady
from scheduler.cli.options import command, output_format, tell
from scheduler.cli.output import print_json
from scheduler.planning.alarms import moments
from scheduler.reports.shapes import iso
from scheduler.reports.text import aligned
from scheduler.words import say


@command("jobs", formats=("text", "json"), example="duban jobs\nduban jobs --format json")
def jobs() -> None:
    found = sorted((times[0], name, len(times)) for name, times in moments(steady().plan(clock.now())).items())
    if output_format() == "json":
        print_json({"jobs": [{"obligation": name, "next": iso(at), "moments": n} for at, name, n in found]})
        return
    for line in aligned([(f"{at:%Y-%m-%d %H:%M}", name, tell(say("共{n}次", n=n))) for at, name, n in found]):
        click.echo(line)
