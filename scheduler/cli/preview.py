"""`duban preview NOTICE`: the mail that a notice would become, on the screen. Nothing is sent and nothing recorded."""

from __future__ import annotations

import click

from scheduler import clock
from scheduler.cli.desk import plan_around, steady
from scheduler.cli.options import command, output_format, tell
from scheduler.cli.output import print_json
from scheduler.mailing import Letter, Mailbox
from scheduler.mailing.post import Post
from scheduler.planning.messages import messages
from scheduler.planning.model import Decision, Verdict
from scheduler.planning.people import recipients
from scheduler.planning.statements import notices
from scheduler.problems import Problem, RefusedError
from scheduler.words import say


@command(
    "preview",
    formats=("text", "json", "html"),
    example="duban preview annual-report.submit/changji-city/2026#remind-20wd",
    more=say("通知的名字是“任务编号#步骤”，见 duban plan、duban outbox --tomorrow。"),
)
@click.argument("notice")
def preview(*, notice: str) -> None:
    desk, now = steady(), clock.now()
    plan = plan_around(desk, desk.history(), now, notice.partition("#")[0])
    found = notices(plan, notice)
    at = max(now, found[0].step.at)
    told = [(one, *recipients(one, plan.roster, at)) for one in found]
    decisions = [Decision(one, Verdict.SEND, "preview", to, cc, at=at) for one, to, cc in told if to is not None]
    if not decisions:
        hint = say("检查台账中该单位的人员和邮箱")
        raise RefusedError(Problem("nobody-to-tell", say("{notice} 没有收件人", notice=notice), hint))
    post = Post(desk.settings.templates, desk.settings.sender)
    for message in messages(decisions, plan, at):
        _show(post.compose(message, plan, at, message_id=f"<{message.key}@preview.invalid>"))


def _show(letter: Letter) -> None:
    if output_format() == "json":
        print_json(
            {"from": _box(letter.sender), "to": _box(letter.to), "cc": [_box(copy) for copy in letter.copies]}
            | {"subject": letter.subject, "text": letter.text, "html": letter.html}
        )
    elif output_format() == "html":
        click.echo(letter.html)
    else:
        click.echo(tell(say("发件人：{sender}", sender=_box(letter.sender))))
        click.echo(tell(say("收件人：{to}", to=_box(letter.to))))
        if letter.copies:
            click.echo(tell(say("抄　送：{cc}", cc=tuple(_box(copy) for copy in letter.copies))))
        click.echo(tell(say("主　题：{subject}", subject=letter.subject)))
        click.echo(f"\n{letter.text}")


def _box(box: Mailbox) -> str:
    return f"{box.name} <{box.address}>"
