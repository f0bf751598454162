"""What `duban doctor` looks at, one thing after another, each tried for real. It mends nothing and sends nothing."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from scheduler import clock
from scheduler.cli.templates import faulty_templates
from scheduler.daemon.services import Services
from scheduler.daemon.standstill import stopped, untaken
from scheduler.daemon.undelivered import undelivered
from scheduler.mailing import TemporaryFailure, inbox_for, transport_for
from scheduler.mailing.post import named
from scheduler.problems import DubanError, Level, Problem
from scheduler.register import gaps
from scheduler.register.mistakes import Code
from scheduler.reports.year import missing_notice
from scheduler.words import Phrase, say

_LEAST = 100 * 1024 * 1024  # bytes; a year of an office takes a tenth of it
_OF_RECIPIENTS = frozenset(
    {Code.ADDRESS_MISSING, Code.BAD_ADDRESS, Code.ADDRESS_DOMAIN, Code.OFFICER_MISSING, Code.ROLE_UNFILLED}
    | {Code.DELEGATE_UNREACHABLE, Code.VIA_CYCLE}
)


class Finding(Struct, frozen=True):
    """One thing that was looked at, and what is wrong with it."""

    name: str
    what: Phrase
    problems: tuple[Problem, ...]

    @property
    def failed(self) -> bool:
        """Whether it keeps the daemon from working."""
        return any(problem.level is Level.ERROR for problem in self.problems)


def findings(desk: Services) -> Iterator[Finding]:
    """Everything that must work, looked at when it is asked for."""
    for name, what, look in _checks(desk):
        try:
            yield Finding(name, what, look())
        except DubanError as error:
            yield Finding(name, what, error.problems)


def _checks(desk: Services) -> Iterator[tuple[str, Phrase, Callable[[], tuple[Problem, ...]]]]:
    yield "table", say("台账"), lambda: tuple(p for p in desk.loaded.problems if p.code not in _OF_RECIPIENTS)
    yield "calendar", say("放假安排"), lambda: _calendar(desk)
    yield "templates", say("模板"), lambda: faulty_templates(desk.settings.templates)
    yield "disk", say("磁盘"), lambda: _disk(desk.settings.state)
    yield "database", say("数据库"), lambda: _database(desk)
    yield "running", say("运行"), lambda: _running(desk)
    yield "mail", say("邮件服务器"), lambda: _mail(desk)
    if desk.settings.bounces:
        yield "bounces", say("退信邮箱"), lambda: _bounces(desk, desk.settings.bounces or "")
    yield "recipients", say("收件人"), lambda: _recipients(desk)


def _calendar(desk: Services) -> tuple[Problem, ...]:
    register = desk.register
    problem = missing_notice(desk.calendars(register).of(register.office.region), clock.now().date())
    return (problem,) if problem else ()


def _disk(state: Path) -> tuple[Problem, ...]:
    """The state folder can be written to and has room; where it is not made yet, the place for it could be."""
    place = next(folder for folder in (state, *state.parents) if folder.exists())
    try:
        _written(place) if place == state else _writable(place)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return (_full(place, 0),)
        message = say("不能写入 {folder}：{why}", folder=str(place), why=error.strerror or "")
        return (Problem("state-read-only", message, say("把文件夹交给运行 duban 的用户，或设 DUBAN_STATE")),)
    free = shutil.disk_usage(place).free
    return (_full(place, free),) if free < _LEAST else ()


def _written(folder: Path) -> None:
    """Write a little and have it on the disk; the file goes away by itself."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(4096))
        file.flush()
        os.fsync(file.fileno())


def _writable(folder: Path) -> None:
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _full(place: Path, free: int) -> Problem:
    return Problem(
        "disk-full", say("{folder} 只剩 {free} MB", folder=str(place), free=free // 2**20), say("请清理磁盘")
    )


def _database(desk: Services) -> tuple[Problem, ...]:
    """It can be opened, written to, and holds what was written into it."""
    if not desk.has_journal:
        hint = say("第一次运行 duban run 时会建立")
        return (Problem("database-missing", say("还没有数据库"), hint, level=Level.WARNING),)
    desk.journal.put_mark("doctor", clock.now().isoformat())
    fault = desk.journal.verify().fault
    if fault is None:
        return ()
    hint = say("先另存数据库，再用 duban audit verify 核对")
    return (Problem("record-damaged", say("办理记录不完好：{what}", what=fault.message), hint),)


def _mail(desk: Services) -> tuple[Problem, ...]:
    """The server lets us in under the sender's name; what waits, waits for a reason."""
    url = desk.settings.smtp
    sender, transport = _sender(desk), transport_for(url, desk.settings.smtp_password)
    try:
        transport.check(sender)
    except TemporaryFailure as failure:
        message = say("连不上邮件服务器，或者它暂不受理：{answer}", answer=failure.answer)
        hint = say("请核对 DUBAN_SMTP 的服务器名称和端口、网络和防火墙；用 systemd 的，IPAddressAllow 要放行它的地址")
        return (Problem("smtp-unreachable", message, hint), *_waiting(desk))
    finally:
        transport.close()
    if url.startswith("folder:"):
        hint = say("设 DUBAN_SMTP，例如 smtps://user@mail.example.gov.cn:465")
        message = say("没有邮件服务器，邮件写成文件：{where}", where=url.removeprefix("folder:"))
        return (Problem("mail-folder", message, hint, level=Level.WARNING), *_waiting(desk))
    return _waiting(desk)


def _waiting(desk: Services) -> tuple[Problem, ...]:
    return untaken(desk.record) if desk.has_journal else ()


def _running(desk: Services) -> tuple[Problem, ...]:
    return stopped(desk.record, clock.now()) if desk.has_journal else ()


def _sender(desk: Services) -> str:
    """The address that mail comes from: DUBAN_FROM, else the admin's; nothing while the table cannot be read.

    Raises ConfigurationFailure.
    """
    if desk.settings.sender:
        return named(desk.settings.sender)[1]
    register = desk.loaded.register
    admin = register and next((p.email for p in register.people if p.id == register.office.admin), None)
    return admin or ""


def _bounces(desk: Services, url: str) -> tuple[Problem, ...]:
    inbox_for(url, desk.settings.imap_password).check()
    return ()


def _recipients(desk: Services) -> tuple[Problem, ...]:
    """Addresses that are missing, not allowed, refused or returned; days with nobody on duty."""
    loaded = desk.loaded
    found = (*(p for p in loaded.problems if p.code in _OF_RECIPIENTS), *gaps(loaded, clock.now().date()))
    if loaded.register is None or not desk.has_journal:
        return found
    return (*found, *undelivered(desk.record, loaded.register, clock.now()))
