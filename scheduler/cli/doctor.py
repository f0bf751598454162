"""`duban doctor`: one line per thing that must work, with what to do where it does not. It mends nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from scheduler import clock
from scheduler.cli.desk import services
from scheduler.cli.options import command, output_format, spoken, tell
from scheduler.cli.output import print_json, problem_data
from scheduler.daemon.services import Services
from scheduler.mailing import transport_for
from scheduler.mailing.checking import check_templates
from scheduler.problems import DubanError, Level, Problem
from scheduler.register import gaps
from scheduler.reports.year import missing_notice
from scheduler.words import Phrase, say

_LEAST = 100 * 1024 * 1024  # bytes; a year of an office takes a tenth of it


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what is wrong with it."""

    name: str
    what: Phrase
    problems: tuple[Problem, ...]

    @property
    def failed(self) -> bool:
        """Whether it keeps the daemon from working."""
        return any(problem.level is Level.ERROR for problem in self.problems)


@command("doctor", formats=("text", "json"), example="duban doctor\nduban doctor --format json")
def doctor() -> int:
    found = [_looked(name, what, look) for name, what, look in _checks(services())]
    if output_format() == "json":
        print_json({"checks": [_shape(finding) for finding in found]})
    else:
        for finding in found:
            _say(finding)
    return int(any(finding.failed for finding in found))


def _checks(desk: Services) -> Iterator[tuple[str, Phrase, Callable[[], tuple[Problem, ...]]]]:
    yield "table", say("台账"), lambda: (*desk.loaded.problems, *gaps(desk.loaded, clock.now().date()))
    yield "calendar", say("放假安排"), lambda: _calendar(desk)
    yield "templates", say("邮件模板"), lambda: tuple(check_templates(desk.settings.templates))
    yield "disk", say("磁盘"), lambda: _disk(desk.settings.state)
    yield "database", say("数据库"), lambda: _database(desk)
    yield "mail", say("邮件设置"), lambda: _mail(desk)


def _looked(name: str, what: Phrase, look: Callable[[], tuple[Problem, ...]]) -> Finding:
    try:
        return Finding(name, what, look())
    except DubanError as error:
        return Finding(name, what, error.problems)


def _calendar(desk: Services) -> tuple[Problem, ...]:
    register = desk.register
    problem = missing_notice(desk.calendars(register).of(register.office.region), clock.now().date())
    return (problem,) if problem else ()


def _disk(state: Path) -> tuple[Problem, ...]:
    """The state folder, or where it would be made, can be written to and has room."""
    place = next(folder for folder in (state, *state.parents) if folder.exists())
    if not os.access(place, os.W_OK | os.X_OK):
        hint = say("把文件夹交给运行 duban 的用户，或设 DUBAN_STATE")
        return (Problem("state-read-only", say("不能写入 {folder}", folder=str(place)), hint),)
    free = shutil.disk_usage(place).free
    if free < _LEAST:
        message = say("{folder} 只剩 {free} MB", folder=str(place), free=free // 2**20)
        return (Problem("disk-full", message, say("请清理磁盘")),)
    return ()


def _database(desk: Services) -> tuple[Problem, ...]:
    if not desk.has_journal:
        hint = say("第一次运行 duban run 时会建立")
        return (Problem("database-missing", say("还没有数据库"), hint, level=Level.WARNING),)
    fault = desk.record.verify().fault
    if fault is None:
        return ()
    hint = say("先另存数据库，再用 duban audit verify 核对")
    return (Problem("record-damaged", say("办理记录不完好：{what}", what=fault.message), hint),)


def _mail(desk: Services) -> tuple[Problem, ...]:
    transport_for(desk.settings.smtp, desk.settings.smtp_password).close()
    if desk.settings.smtp.startswith("folder:"):
        hint = say("设 DUBAN_SMTP，例如 smtps://user@mail.example.gov.cn:465")
        message = say("没有邮件服务器，邮件写成文件：{where}", where=desk.settings.smtp.removeprefix("folder:"))
        return (Problem("mail-folder", message, hint, level=Level.WARNING),)
    return ()


def _say(finding: Finding) -> None:
    if not finding.problems:
        click.echo(tell(say("{what}：正常", what=finding.what)))
    for problem in finding.problems:
        click.echo(tell(say("{what}：{problem}", what=finding.what, problem=problem.text(spoken()))))


def _shape(finding: Finding) -> dict[str, object]:
    problems = [problem_data(problem) for problem in finding.problems]
    return {"check": finding.name, "ok": not finding.failed, "problems": problems}
