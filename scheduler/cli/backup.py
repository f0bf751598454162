"""`duban backup`: a copy of the journal while the daemon works, checked before it gets its name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scheduler.cli.desk import bare, existing
from scheduler.cli.options import command, option, output_format, spoken, tell
from scheduler.cli.output import print_json
from scheduler.daemon.services import Services
from scheduler.problems import Problem, UnreachableError
from scheduler.words import say

if TYPE_CHECKING:
    from scheduler.journal.copies import Copy

_MB = 2**20
_NO_ROOM = {"database-full", "database-read-only"}


@command(
    "backup",
    formats=("text", "json"),
    example="duban backup /media/usb/duban-2026-11-22.db\nduban backup latest.db --force",
    more=say("服务不用停。PostgreSQL 请用 pg_dump。备份里有全部办理记录和收件人的邮箱，请妥善保管。"),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@option("--force", is_flag=True, words=say("覆盖已有的文件"))
def backup(*, file: Path, force: bool) -> int:
    desk = bare()
    existing(desk)
    found = _copied(desk, file, force=force)
    audit = found.audit
    if output_format() == "json":
        shape = {"file": str(file), "size": found.size, "sound": audit.sound, "head": str(audit.head)}
        print_json(shape | {"seq": audit.head.seq, "waiting": found.waiting, "files": found.files})
    else:
        size = f"{found.size / _MB:.1f}"
        click.echo(tell(say("已备份到 {file}（{size} MB）。", file=str(file), size=size)))
        held = say("其中有{n}条记录、{m}封待发邮件、{k}个存档文件。", n=audit.head.seq, m=found.waiting, k=found.files)
        click.echo(tell(held))
        click.echo(tell(say("数据校验码：{head}", head=str(audit.head))))
    if audit.fault is not None:
        message = say("备份已写成，但办理记录不完好：{what}", what=audit.fault.message)
        hint = say("这份备份不能用来恢复；请保留以前的备份，并用 duban audit verify 核对")
        click.echo(Problem("backup-unsound", message, hint).text(spoken()), err=True)
    return int(audit.fault is not None)


def _copied(desk: Services, file: Path, *, force: bool) -> Copy:
    """A disk that is full or read-only is no reason not to copy what is on it to another one."""
    from scheduler.journal.copies import back_up, file_of  # noqa: PLC0415 - SQLAlchemy is heavy
    from scheduler.journal.reading import has_log  # noqa: PLC0415 - only a backup looks at the file itself

    try:
        return desk.journal.backup(file, force=force)
    except UnreachableError as error:
        database = file_of(desk.settings.database)
        if error.problems[0].code not in _NO_ROOM or database is None or has_log(str(database)):
            raise
        return back_up(database, file, force=force, still=True)
