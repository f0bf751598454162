"""`duban audit`: the record itself, read, verified and exported. It adds nothing to it."""

from __future__ import annotations

from pathlib import Path

import click

from scheduler.cli.desk import bare, existing
from scheduler.cli.files import ending_in, put_lines
from scheduler.cli.index import COMMANDS
from scheduler.cli.options import Group, command, option, output_format, spoken, tell
from scheduler.cli.output import line, print_json, utter
from scheduler.planning.model import Fact, FactKind
from scheduler.reports.log import lines
from scheduler.reports.shapes import iso
from scheduler.words import say

_KIND = click.Choice([kind.value for kind in FactKind])


@click.group(
    "audit",
    cls=Group,
    words=COMMANDS["audit"].words,
    example="duban audit log --task annual-report.submit/changji-city/2026\nduban audit verify",
    invoke_without_command=True,
)
@click.pass_context
def audit(ctx: click.Context) -> None:
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@command(
    "log",
    group=audit,
    words=say("办理记录，按登记先后"),
    formats=("text", "json", "jsonl"),
    example="duban audit log\nduban audit log --task annual-report.submit/changji-city/2026 --format jsonl",
)
@option("--task", metavar="TASK", words=say("只看一项任务"))
@option("--kind", type=_KIND, multiple=True, metavar="KIND", words=say("只看这类记录"))
@option("--last", type=click.IntRange(min=1), metavar="N", words=say("只看最后N条"))
def log(*, task: str | None, kind: tuple[str, ...], last: int | None) -> None:
    desk = bare()
    existing(desk)
    found = [fact for fact in desk.facts() if _wanted(fact, task, kind)]
    found = found[-last:] if last else found
    if task and not found:
        click.echo(tell(say("没有 {task} 的这类记录；任务编号要写全，见 duban status", task=task)), err=True)
    if output_format() == "json":
        print_json({"facts": [_shape(fact) for fact in found]})
        return
    for fact in found:
        for text in [line(_shape(fact))] if output_format() == "jsonl" else lines(fact, spoken()):
            click.echo(text)


@command(
    "verify",
    group=audit,
    words=say("校验记录有没有被改动、删除、调换、截断"),
    formats=("text", "json"),
    example="duban audit verify\nduban audit verify --head 128-7c1e09d2…a904",
    more=say("--head 是以前记下的数据校验码（见 status、每日拟发清单），可查出末尾被截去的记录。\n有问题时退出码为1。"),
)
@option("--head", metavar="HEAD", words=say("以前记下的数据校验码"))
def verify(*, head: str | None) -> int:
    desk = bare()
    existing(desk)
    result = desk.record.verify(head)
    fault = result.fault
    if output_format() == "json":
        shape = {"kind": fault.kind.value, "seq": fault.seq, "message": tell(fault.message)} if fault else None
        print_json({"sound": result.sound, "head": str(result.head), "seq": result.head.seq, "fault": shape})
    elif fault is None:
        utter(say("{n}条记录完好，数据校验码 {head}", n=result.head.seq, head=str(result.head)))
        if head is None:
            utter(say("没有给出以前的校验码（--head），末尾的登记若被截去，不一定查得出。"))
    else:
        utter(fault.message)
    return int(fault is not None)


@command(
    "export",
    group=audit,
    words=say("导出全部记录，每行一个JSON，可用别的程序校验"),
    formats=("text", "jsonl"),
    example="duban audit export -o facts.jsonl\nduban audit export | gzip > facts.jsonl.gz",
)
@option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=ending_in("jsonl"),
    metavar="FILE",
    words=say("写成.jsonl文件"),
)
def export(*, output: Path | None) -> None:
    desk = bare()
    existing(desk)
    put_lines(desk.record.export(), output)


def _wanted(fact: Fact, task: str | None, kinds: tuple[str, ...]) -> bool:
    return (task is None or fact.task == task) and (not kinds or fact.kind.value in kinds)


def _shape(fact: Fact) -> dict[str, object]:
    return {
        "seq": fact.seq,
        "kind": fact.kind.value,
        "entered": iso(fact.entered),
        "on": iso(fact.on),
        "by": fact.by,
        "task": fact.task,
        "data": {key: list(value) if isinstance(value, tuple) else value for key, value in fact.data.items()},
    }
