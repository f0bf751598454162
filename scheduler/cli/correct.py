"""`duban correct`: 更正 to everybody who really received a wrong mail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import click

from scheduler import clock
from scheduler.cli.desk import existing, login, steady
from scheduler.cli.options import command, option, output_format, tell, written
from scheduler.cli.output import print_json
from scheduler.daemon.corrections import Corrector, entry_of, wrong_mails
from scheduler.daemon.sender import sender_domain
from scheduler.mailing import Letter
from scheduler.mailing.post import Post
from scheduler.planning.model import Message
from scheduler.problems import Problem, RefusedError
from scheduler.words import say


@command(
    "correct",
    formats=("text", "json"),
    example=(
        "duban correct annual-report.submit/changji-city/2026#chase-1 --text 规定期限应为2027年2月26日\n"
        "duban correct '<4f1b2c@example.gov.cn>' --text 该事件登记有误，不需办理 --dry-run"
    ),
    more=say(
        "写通知的名字（任务编号#步骤）、邮件的 Message-ID 或发件箱中的编号。收到过那封邮件的每一个人收到一封，"
        "与原邮件同一会话；工作日发送时间以后登记的随即发出，不列入拟发清单。--dry-run 只看，不发。"
    ),
)
@click.argument("mail")
@option("--text", type=written, metavar="TEXT", required=True, words=say("更正的内容，原样写进邮件"))
@option("--dry-run", is_flag=True, words=say("写成邮件看看，不登记，不发送"))
@option("--by-whom", metavar="WHO", words=say("经办人，不写为登录名"))
def correct(*, mail: str, text: str, dry_run: bool, by_whom: str | None) -> None:
    desk, now = steady(), clock.now()
    existing(desk)
    plan, post = desk.plan(now), Post(desk.settings.templates, desk.settings.sender)
    corrector = Corrector(desk.journal, plan, post, sender_domain(desk.settings.sender, plan.register))
    rows = wrong_mails(mail, desk.journal)
    made = [one for row in rows for one in corrector.letters(row, text, now)]
    if not made:
        raise RefusedError(Problem("nobody-received", say("{mail} 没有人收到", mail=mail), say("不需要更正")))
    entries = [entry_of(row, text, by_whom or login(), plan.history) for row in rows]
    seqs = [] if dry_run else [fact.seq for fact in desk.journal.append(entries, now=now)]
    _answer(made, seqs, "；".join(_said(made, now)), dry_run=dry_run)


def _said(made: list[tuple[Message, Letter]], now: datetime) -> Iterator[str]:
    """When it goes to whom, the first to go first."""
    for at in sorted({message.moment for message, _ in made}):
        names = tuple(dict.fromkeys(message.recipient.name for message, _ in made if message.moment == at))
        if at <= now:
            yield tell(say("已登记更正，随即发给{names}", names=names))
        else:
            yield tell(say("已登记更正，{at}发给{names}", at=f"{at:%Y-%m-%d %H:%M}", names=names))


def _answer(made: list[tuple[Message, Letter]], seqs: list[int], said: str, *, dry_run: bool) -> None:
    if output_format() == "json":
        mails = [{"to": m.recipient.who, "subject": one.subject, "text": one.text} for m, one in made]
        print_json({"seq": seqs, "sent": not dry_run, "mails": mails, "said": None if dry_run else said})
        return
    for message, letter in made if dry_run else ():
        click.echo(tell(say("收件人：{to}", to=f"{message.recipient.name} <{message.recipient.address}>")))
        click.echo(tell(say("主　题：{subject}", subject=letter.subject)))
        click.echo(f"\n{letter.text}")
    if not dry_run:
        click.echo(f"{said}。")
