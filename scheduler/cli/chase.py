"""`duban chase`: one chaser now, asked for by a person; or its gist in a line for a chat, which sends nothing."""

from __future__ import annotations

import click

from scheduler import clock
from scheduler.cli.desk import plan_around, steady
from scheduler.cli.facts import about, about_task, fact
from scheduler.cli.options import option, output_format, tell
from scheduler.cli.output import line
from scheduler.mailing.short import short_text
from scheduler.planning import chasing
from scheduler.planning.tasknames import named
from scheduler.words import say


@fact(
    "chase",
    "duban chase annual-report.submit/changji-city/2026\nduban chase annual-report.submit/changji-city/2026 --text",
    say("一项任务一个工作日最多催办一次，按提醒办法催办的也算；休息日登记的，到下一个发送时间发出。"),
)
@about_task
@option("--text", is_flag=True, words=say("只写出80字以内的一句话，供转发；不发信，也不登记"))
def chase(*, by_whom: str | None, task: str, text: bool) -> None:
    if text:
        _show(task)
    else:
        about(task, by_whom, lambda clerk, it: chasing.chase(clerk.plan, clerk.by, clerk.now, task=it))


def _show(task: str) -> None:
    desk, now = steady(), clock.now()
    plan = plan_around(desk, desk.history(), now, task)
    found = chasing.open_task(plan, named(task, plan).id, now)
    said = short_text(found, plan, now)
    click.echo(line({"task": found.id, "text": said}) if output_format() == "json" else said)
    click.echo(tell(say("没有发信，没有登记；转发或通话以后用 duban call 登记。")), err=True)
