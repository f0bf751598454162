"""`duban restore`: puts the journal back from a copy. What may have gone since waits, so that nothing goes twice."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from scheduler import clock
from scheduler.cli.desk import bare, existing, login
from scheduler.cli.options import command, option, output_format, tell
from scheduler.cli.output import print_json
from scheduler.daemon import restoring
from scheduler.daemon.restoring import Restored
from scheduler.problems import Problem, RefusedError, UsageError
from scheduler.reports.shapes import iso
from scheduler.words import Phrase, say

_SHOWN = 20


@command(
    "restore",
    formats=("text", "json"),
    example="duban restore /media/usb/duban-2026-11-22.db --yes\nduban restore --in-place --yes",
    more=say(
        "先停止服务。备份先核对，不完好的不恢复；现在的数据库另存，不删除。\n"
        "备份之后、恢复之前可能已经发出的通知不会自动重发，由经办人用 duban release 或 duban withdraw 决定。\n"
        "在终端上先询问；没有终端的（脚本、定时任务），加 --yes。\n"
        "--in-place 用于已经用 pg_restore 等办法恢复好的数据库：只补记一条，作用相同。"
    ),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@option("--head", metavar="HEAD", words=say("以前记下的数据校验码，备份要与它相符"))
@option("--in-place", is_flag=True, words=say("数据库已经用别的办法恢复好了"))
@option("--yes", is_flag=True, words=say("不再询问"))
@option("--force", is_flag=True, words=say("与现在的数据库没有一条相同记录的备份，也恢复"))
@option("--by-whom", metavar="WHO", words=say("经办人，不写为登录名"))
def restore(
    *, file: Path | None, head: str | None, in_place: bool, yes: bool, force: bool, by_whom: str | None
) -> None:
    desk, now, by = bare(), clock.now(), by_whom or login()
    if (file is None) != in_place:
        hint = say("例如 duban restore /media/usb/duban.db")
        raise UsageError(Problem("restore-what", say("写明备份文件，或者 --in-place，两者选一"), hint))
    if file is not None:
        file.open("rb").close()  # a file that cannot be read is told of before anybody is asked
        question = say("用 {file} 替换现在的数据库吗？", file=str(file))
    else:
        existing(desk)
        question = say("现在的数据库是刚恢复好的，而且服务已经停了吗？待发的邮件要等放行")
    if not _agreed(question, yes=yes):
        click.echo(tell(say("没有恢复。")))
        return
    if file is not None:
        found = restoring.restore(desk, file, by, now, head=head, force=force)
    else:
        found = restoring.note(desk, by, now)
    if output_format() == "json":
        print_json(_shape(found))
        return
    for sentence in _said(found):
        click.echo(tell(sentence))


def _agreed(question: Phrase, *, yes: bool) -> bool:
    if not yes and not sys.stdin.isatty():
        raise RefusedError(Problem("not-confirmed", say("没有确认，没有恢复"), say("核对文件以后加 --yes")))
    return yes or click.confirm(tell(question), err=True)


def _said(found: Restored) -> Iterator[Phrase]:
    head = say("数据校验码：{head}", head=str(found.head))
    yield say("已恢复：{n}条记录，到{since:%Y-%m-%d %H:%M}为止。{head}", n=found.head.seq, since=found.since, head=head)
    if found.aside is not None:
        yield say("原来的数据库另存为 {file}。", file=str(found.aside))
    if found.strange:
        yield say("注意：这份备份与原来的数据库没有一条相同的记录，请核对是不是拿错了文件。")
    elif found.lost:
        yield say("原来的数据库比备份多{n}条记录；其中由人登记的，请重新登记。", n=found.lost)
    if not found.held:
        yield say("没有可能重复的通知。")
        return
    yield say("下列{n}个通知在备份以后可能已经发出，不会自动重发，等待放行：", n=len(found.held))
    for name in found.held[:_SHOWN]:
        yield say("  {name}", name=name)
    if len(found.held) > _SHOWN:
        yield say("  另有{n}个，见 duban outbox", n=len(found.held) - _SHOWN)
    yield say("补发一个：duban release 名称；全部补发：duban release --restored")
    yield say("都不补发：duban withdraw --restored --reason 理由")


def _shape(found: Restored) -> dict[str, object]:
    return {
        "seq": found.fact.seq,
        "head": str(found.head),
        "since": iso(found.since),
        "lost": found.lost,
        "strange": found.strange,
        "aside": str(found.aside) if found.aside else None,
        "held": list(found.held),
    }
