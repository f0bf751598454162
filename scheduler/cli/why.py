"""`duban why`: the steps that led to a task's dates, each with its article or notice."""

from __future__ import annotations

import click

from scheduler import clock
from scheduler.cli.desk import plan_around, steady
from scheduler.cli.options import command, output_format, spoken, tell
from scheduler.cli.output import print_json, utter
from scheduler.planning.tasknames import named
from scheduler.planning.why import calls
from scheduler.planning.why import why as explain
from scheduler.reports.shapes import days
from scheduler.words import say


@command(
    "why",
    formats=("text", "json"),
    example="duban why annual-report.submit/changji-city/2026",
    more=say("任务编号是“事项/责任单位/期别”，见 duban status；也可以写其中几段，只有一项任务符合即可。"),
)
@click.argument("task")
def why(*, task: str) -> None:
    desk, now = steady(), clock.now()
    plan = plan_around(desk, desk.history(), now, task)
    found = named(task, plan)
    steps, told = explain(found, plan), calls(found, plan)
    if output_format() == "json":
        print_json(
            {"task": found.id, **days(found.dates), "provisional": found.dates.provisional}
            | {"steps": [step.text(spoken()) for step in steps]}
            | {"calls": [call.text(spoken()) for call in told]}
        )
        return
    utter(say("{task}  {title}", task=found.id, title=found.slot.obligation.title))
    for n, step in enumerate(steps, 1):
        utter(f"{n}. {tell(step)}", indent=len(f"{n}. "))
    for call in told:
        utter(tell(call))
