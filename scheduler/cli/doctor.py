"""`duban doctor`: one line per thing that must work, with what to do where it does not. It mends nothing."""

from __future__ import annotations

import click

from scheduler import clock
from scheduler.cli.checkup import Finding, findings
from scheduler.cli.desk import bare
from scheduler.cli.options import command, option, output_format, spoken, tell
from scheduler.cli.output import print_json, problem_data
from scheduler.daemon.services import Services
from scheduler.daemon.trial import Trial, send_test
from scheduler.words import say


@command(
    "doctor",
    formats=("text", "json"),
    example="duban doctor\nduban doctor --format json\nduban doctor --send-test",
    more=say(
        "逐项真的试一次：写磁盘和数据库，登录邮件服务器和退信邮箱，不发邮件。有错误时退出码为1。\n"
        "--send-test 另外给管理员发一封试验邮件，说出服务器的回答；发不出去时退出码为4。"
    ),
)
@option("--send-test", is_flag=True, words=say("给管理员发一封试验邮件"))
def doctor(*, send_test: bool) -> int:
    desk, found = bare(), list[Finding]()
    for finding in findings(desk):
        found.append(finding)
        if output_format() != "json":
            _say(finding)
    sent = _try_mail(desk) if send_test else None
    if output_format() == "json":
        shape: dict[str, object] = {"checks": [_shape(finding) for finding in found]}
        print_json(shape | ({"sent": sent} if sent else {}))
    return int(any(finding.failed for finding in found))


def _try_mail(desk: Services) -> dict[str, object]:
    sent: Trial = send_test(desk, clock.now())
    if output_format() != "json":
        said = say(
            "已给{name}（{address}）发出一封试验邮件，服务器回答：{answer}",
            name=sent.name,
            address=sent.address,
            answer=sent.answer,
        )
        click.echo(tell(said))
        click.echo(tell(say("请到邮箱里看一看；没有收到，就请邮件管理员按 Message-ID 查：{id}", id=sent.message_id)))
    return {"to": sent.address, "answer": sent.answer, "message_id": sent.message_id}


def _say(finding: Finding) -> None:
    if not finding.problems:
        click.echo(tell(say("{what}：正常", what=finding.what)))
    for problem in finding.problems:
        click.echo(tell(say("{what}：{problem}", what=finding.what, problem=problem.text(spoken()))))


def _shape(finding: Finding) -> dict[str, object]:
    problems = [problem_data(problem) for problem in finding.problems]
    return {"check": finding.name, "ok": not finding.failed, "problems": problems}
