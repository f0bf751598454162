"""What a database says when it fails, as one Problem of ours. Nothing is tried again here."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scheduler.problems import Problem, UnreachableError
from scheduler.words import say

_SAID = {
    "database-unreachable": (
        say("打不开数据库 {where}：{detail}"),
        say("检查 DUBAN_DATABASE 的地址、目录权限和数据库服务是否在运行；duban doctor 会逐项检查"),
    ),
    "database-url": (
        say("数据库地址写得不对：{where}"),
        say("可以写 sqlite:////绝对路径/duban.db 或 postgresql://用户:密码@服务器:5432/库名；密码里的 @ 写成 %40"),
    ),
    "database-driver": (
        say("连接 {where} 要用的程序包没有装好：{detail}"),
        say("请运行 pip install 'duban[postgresql]'，或者把 DUBAN_DATABASE 改为 sqlite:///…"),
    ),
    "database-read-only": (
        say("数据库 {where} 只能读，不能写入"),
        say("检查数据库文件及其所在目录是否属于运行 duban 的用户、磁盘是否以只读方式挂载"),
    ),
    "database-full": (
        say("数据库 {where} 所在的磁盘已满，这一步没有写入，也没有发出邮件"),
        say("清理磁盘空间后会自动继续，已有记录不受影响"),
    ),
    "database-locked": (
        say("数据库 {where} 被另一个程序占用超过5秒"),
        say("看看是否有备份或其他程序长时间占着数据库；稍后再试"),
    ),
    "database-damaged": (
        say("数据库 {where} 已损坏或不是 duban 的数据库：{detail}"),
        say("停止服务，用 duban restore 恢复最近一次备份；原来的文件会自动另存"),
    ),
    "database-newer": (
        say("数据库 {where} 是更新版本的 duban 建立的（{detail}）"),
        say("安装新版本的 duban，或恢复升级前的备份"),
    ),
    "backup-failed": (
        say("不能备份到 {where}：{detail}"),
        say("检查目录是否存在、是否可写、磁盘有没有空间"),
    ),
    "backup-exists": (
        say("{where} 已经存在，没有备份"),
        say("换一个文件名；要覆盖旧的备份，加 --force"),
    ),
    "backup-elsewhere": (
        say("数据库 {where} 不是文件，不能由 duban 备份"),
        say("PostgreSQL 请用 pg_dump 备份、pg_restore 恢复，恢复后先运行 duban restore --in-place 再启动服务"),
    ),
}

_SQLITE = {
    sqlite3.SQLITE_BUSY: "database-locked",
    sqlite3.SQLITE_LOCKED: "database-locked",
    sqlite3.SQLITE_READONLY: "database-read-only",
    sqlite3.SQLITE_FULL: "database-full",
    sqlite3.SQLITE_CORRUPT: "database-damaged",
    sqlite3.SQLITE_NOTADB: "database-damaged",
    sqlite3.SQLITE_ERROR: "database-damaged",  # a table or column that is not there
    sqlite3.SQLITE_CONSTRAINT: "database-damaged",  # what is there fits our rules no more
    sqlite3.SQLITE_MISMATCH: "database-damaged",
}

_POSTGRESQL = {
    "55P03": "database-locked",  # lock_not_available
    "57014": "database-locked",  # query_canceled, by a time-out
    "25006": "database-read-only",
    "42501": "database-read-only",  # insufficient_privilege
    "53100": "database-full",
    "XX001": "database-damaged",
    "XX002": "database-damaged",
    "42P01": "database-damaged",  # undefined_table
    "42703": "database-damaged",  # undefined_column
    "23502": "database-damaged",  # not_null_violation, and the like: what is there fits our rules no more
    "23503": "database-damaged",
    "23505": "database-damaged",
}

_ROOM = 1 << 16  # bytes: two pages of the log's index


def failure(code: str, where: str, detail: str = "") -> UnreachableError:
    """The error for one of the stable codes; `where` is the URL without its password."""
    message, hint = _SAID[code]
    return UnreachableError(Problem(code, say(message.template, where=where, detail=detail), hint))


class UnreadableError(Exception):
    """A row that nobody of us has written so; it never leaves this room."""


@contextmanager
def readable(what: str) -> Iterator[None]:
    """Turn the failure to read what stands in a row into an UnreadableError."""
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UnreadableError(what) from error


@contextmanager
def told(where: str) -> Iterator[None]:
    """Turn an error of the SQLite driver, or a row that cannot be read, into an UnreachableError."""
    try:
        yield
    except sqlite3.Error as error:
        raise explained(error, where) from error
    except UnreadableError as error:
        raise failure("database-damaged", where, str(error)) from error


def explained(error: BaseException | None, where: str) -> UnreachableError:
    """What a driver's error means."""
    code = _code(error)
    if code == "database-unreachable":
        code = "database-full" if _is_full(where) else "database-read-only" if _is_shut(where) else code
    return failure(code, where, next(iter(str(error).splitlines()), ""))


def _is_full(where: str) -> bool:
    """Whether there is no room beside a SQLite file: even a question needs some, and is told of an I/O error."""
    folder = Path(where.removeprefix("sqlite:///")).parent
    if not folder.is_dir():
        return False
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize < _ROOM


def _is_shut(where: str) -> bool:
    """Whether a SQLite file is there, in a directory that takes no log beside it: then it cannot even be read."""
    path = Path(where.removeprefix("sqlite:///"))
    return os.access(path, os.R_OK) and not os.access(path.parent, os.W_OK)


def _code(error: BaseException | None) -> str:
    if isinstance(error, sqlite3.OperationalError) and not hasattr(error, "sqlite_errorcode"):
        return "database-damaged"  # a text that is none
    if isinstance(error, sqlite3.Error):
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, "database-unreachable")
    return _POSTGRESQL.get(getattr(error, "sqlstate", None) or "", "database-unreachable")
