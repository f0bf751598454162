"""`duban init`: a table to start from, on trial, with comments. It asks nothing and replaces nothing."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from scheduler import clock
from scheduler.cli.files import claimed
from scheduler.cli.options import command, tell
from scheduler.problems import Problem
from scheduler.words import say

_STARTER = Path(__file__).with_name("starter.yaml")
_START = "start: 2026-11-23"  # the day in it, for which today is put


@command(
    "init",
    example="duban init 督办\nduban init",
    more=say("写成文件夹里的 obligations.yaml，带说明，trial: true：邮件只发给管理员。已有的不覆盖。"),
)
@click.argument("folder", required=False, default=".", type=click.Path(path_type=Path, file_okay=False))
def init(*, folder: Path) -> None:
    path = folder / "obligations.yaml"
    table = _STARTER.read_text(encoding="utf-8").replace(_START, f"start: {clock.now().date()}")
    folder.mkdir(parents=True, exist_ok=True)
    hint = say("换一个文件夹，或者直接改这一张")
    there = Problem("table-exists", say("已经有台账了：{file}", file=str(path)), hint)
    with claimed(path, there) as file:
        file.write(table.encode())
    click.echo(tell(say("已写成 {file}，试运行：邮件只发给管理员。", file=str(path))))
    click.echo(tell(say("先把单位、人员和邮箱改成自己的，再运行：")))
    for name in ("check", "plan", "run"):
        click.echo(f"  duban {name} --table {shlex.quote(str(path))}")
