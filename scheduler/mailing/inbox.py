"""Where returned mail is found: a folder of mails, or a mailbox reached by IMAP. It changes nothing there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from scheduler import clock
from scheduler.mailing.errors import ConfigurationFailure, DeliveryError
from scheduler.mailing.urls import patience
from scheduler.problems import Problem
from scheduler.words import Phrase, say

if TYPE_CHECKING:
    from scheduler.mailing.imap import Account

_PORTS = {"imaps": 993, "imap+starttls": 143}
LARGEST = 512 * 1024  # bytes of one mail that are read: the report stands in front, the returned letter behind
_PATIENCE = 10.0  # seconds for one answer of the mailbox
_OLDEST = 30 * 24 * 3600  # seconds; older files are not looked at


class InboxFailure(DeliveryError):  # noqa: N818 - one family of names
    """The mailbox of returned mail cannot be read just now, or not with these settings; sending goes on."""


class Unread(Struct, frozen=True):
    """One mail that cannot be read: the name of its file, or its number in the mailbox, and why."""

    name: str
    why: str


class Inbox(Protocol):
    """Where returned mail is found."""

    def fetch(self, since: str | None) -> Iterator[tuple[bytes | Unread, str]]:
        """Each mail that came after the place `since` and may be a bounce, whole, and the new place; the others are
        given though one cannot be read. May raise InboxFailure at any point; what was given until then counts.
        """
        ...

    def check(self) -> None:
        """Open it and look; InboxFailure where that fails."""
        ...


def inbox_for(url: str, password: str | None, *, env: Mapping[str, str] = os.environ) -> Inbox:
    """The inbox that DUBAN_BOUNCES names: imaps://, imap+starttls:// or folder:PATH. Raises ConfigurationFailure."""
    if url.startswith("folder:"):
        path = url.removeprefix("folder:")
        if not path:
            raise _bad(say("folder: 后面没有写文件夹"))
        return FolderInbox(Path(path))
    account = _account(url)
    if not password:
        message = say("读退信的邮箱要求登录，没有给出密码")
        hint = say("请用 systemd 凭据 imap-password 或环境变量 DUBAN_IMAP_PASSWORD 提供密码")
        raise ConfigurationFailure("imap-password-missing", message, hint)
    from scheduler.mailing.imap import ImapInbox  # noqa: PLC0415 - most offices read no mailbox

    ca = env.get("DUBAN_SMTP_CA")
    return ImapInbox(account, password, Path(ca) if ca else None, min(patience(env), _PATIENCE))


def _account(url: str) -> Account:
    from scheduler.mailing.imap import Account  # noqa: PLC0415 - see above

    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _bad(say("端口应当是 1 到 65535 的数字")) from None
    if parts.scheme not in _PORTS:
        raise _bad(say("前面不是 imaps:// 、imap+starttls:// 或 folder:"))
    if not parts.hostname or not parts.username or port == 0:
        raise _bad(say("没有写用户或服务器名称"))
    if parts.password is not None:
        message = say("邮箱的 URL 里写了密码")
        hint = say("请从 URL 中删去密码，改用 systemd 凭据 imap-password 或环境变量 DUBAN_IMAP_PASSWORD")
        raise ConfigurationFailure("imap-url-password", message, hint)
    return Account(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        implicit=parts.scheme == "imaps",
        user=unquote(parts.username),
        folder=unquote(parts.path.strip("/")) or "INBOX",
    )


def _bad(reason: Phrase) -> ConfigurationFailure:
    message = say("DUBAN_BOUNCES 写得不对：{reason}", reason=reason)
    hint = say("可以写 imaps://用户@服务器/INBOX、imap+starttls://用户@服务器/INBOX 或 folder:存放退信的文件夹")
    return ConfigurationFailure("bounces-url", message, hint)


class FolderInbox:
    """Mails as files, in the folder itself or as Maildir in its `new` and `cur`. It remembers what it has read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: set[tuple[str, int, int]] = set()

    def fetch(self, since: str | None) -> Iterator[tuple[bytes | Unread, str]]:
        """The mails not read yet since the start; there is no place, a bounce read twice counts once."""
        seen: set[tuple[str, int, int]] = set()
        for file in self._files():
            try:
                stat = file.stat()
                stamp = file.name.partition(":")[0], stat.st_size, stat.st_mtime_ns  # Maildir adds flags after a colon
                mail = None if self._is_known(stamp, stat.st_mtime) else _beginning(file)
            except FileNotFoundError:
                continue  # a mail program moved it just now
            except OSError as error:
                yield Unread(file.name, error.strerror or ""), since or ""
                continue
            if mail is not None:
                yield mail, since or ""
            seen.add(stamp)
        self._read = seen

    def check(self) -> None:
        """List it."""
        self._files()

    def _is_known(self, stamp: tuple[str, int, int], written: float) -> bool:
        return stamp in self._read or written <= clock.now().timestamp() - _OLDEST

    def _files(self) -> list[Path]:
        with self._told():
            places = [p for p in (self._folder / "new", self._folder / "cur") if p.is_dir()] or [self._folder]
            return sorted(f for place in places for f in place.iterdir() if f.is_file() and f.name[0] != ".")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            message = say("读不了退信文件夹 {folder}：{why}", folder=str(self._folder), why=error.strerror or "")
            hint = say("请检查 DUBAN_BOUNCES 所写的文件夹和权限；发信不受影响")
            raise InboxFailure(Problem("bounces-folder", message, hint)) from error


def _beginning(file: Path) -> bytes:
    with file.open("rb") as mail:
        return mail.read(LARGEST)
