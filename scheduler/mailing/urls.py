"""DUBAN_SMTP → transport. It reads the URL and the settings beside it, opens nothing and sends nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from scheduler.mailing.errors import ConfigurationFailure
from scheduler.mailing.transport import FolderTransport, Transport
from scheduler.words import Phrase, say

if TYPE_CHECKING:
    from scheduler.mailing.smtp import Server

_PORTS = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}
_PER_MINUTE, _PER_CONNECTION = 600, 100
_LONGEST_COUNT = 6  # digits


def transport_for(url: str, password: str | None = None, *, env: Mapping[str, str] = os.environ) -> Transport:
    """The transport that `url` names: smtps://, smtp+starttls://, smtp:// or folder:PATH.

    `DUBAN_SMTP_CA` (a PEM file), `DUBAN_SMTP_TIMEOUT` (seconds, 30) and `DUBAN_SMTP_PER_CONNECTION` (letters, 100) are
    read from `env`. Raises ConfigurationFailure.
    """
    if url.startswith("folder:"):
        path = url.removeprefix("folder:")
        if not path:
            raise _bad(say("folder: 后面没有写文件夹"))
        return FolderTransport(Path(path))
    server = _server(url, env)
    from scheduler.mailing.smtp import SmtpTransport  # noqa: PLC0415 - yagmail is heavy, and `folder:` needs none of it

    return SmtpTransport(server, password)


def _server(url: str, env: Mapping[str, str]) -> Server:
    from scheduler.mailing.smtp import Security, Server  # noqa: PLC0415 - yagmail is heavy, see above

    parts = _parts(url)
    ca = env.get("DUBAN_SMTP_CA")
    return Server(
        host=parts.hostname or "",
        port=parts.port or _PORTS[parts.scheme],
        security=Security(parts.scheme),
        user=unquote(parts.username) if parts.username else None,
        ca=Path(ca) if ca else None,
        timeout=patience(env),
        per_connection=_limit(env, "DUBAN_SMTP_PER_CONNECTION", _PER_CONNECTION) or sys.maxsize,
    )


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _bad(say("端口应当是 1 到 65535 的数字")) from None
    if not parts.scheme or not url.startswith(f"{parts.scheme}://"):
        raise _bad(say("前面没有 smtps:// 这样的开头"))
    if parts.scheme not in _PORTS:
        raise _bad(say("不认识的开头：{scheme}", scheme=f"{parts.scheme}://"))
    if not parts.hostname or port == 0:
        raise _bad(say("没有写服务器名称或端口"))
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise _bad(say("服务器和端口后面有多余的内容"))
    if parts.password is not None:
        message = say("邮件服务器的 URL 里写了密码")
        hint = say("请从 URL 中删去密码，改用 systemd 凭据 smtp-password 或环境变量 DUBAN_SMTP_PASSWORD")
        raise ConfigurationFailure("smtp-url-password", message, hint)
    return parts


def patience(env: Mapping[str, str]) -> float:
    """How many seconds the mail server has for an answer: DUBAN_SMTP_TIMEOUT, else 30. Raises ConfigurationFailure."""
    text = env.get("DUBAN_SMTP_TIMEOUT")
    if not text:
        return 30.0
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        message = say("DUBAN_SMTP_TIMEOUT 应当是大于零的秒数")
        raise ConfigurationFailure("smtp-timeout", message, say("例如 DUBAN_SMTP_TIMEOUT=30"))
    return seconds


def per_minute(url: str, env: Mapping[str, str]) -> int | None:
    """How many letters the server of `url` may get in a minute: DUBAN_SMTP_PER_MINUTE, else 600; None: as many as come.

    Files in a folder are not counted. Raises ConfigurationFailure.
    """
    most = _limit(env, "DUBAN_SMTP_PER_MINUTE", _PER_MINUTE)
    return None if url.startswith("folder:") else most


def _limit(env: Mapping[str, str], name: str, usual: int) -> int | None:
    """So many at most; None: there is no limit (written 0)."""
    text = env.get(name)
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_COUNT):
        message = say("{name} 应当是一个整数，不能是 {text}", name=name, text=text)
        raise ConfigurationFailure("smtp-limit", message, say("例如 {name}=60；写 0 表示不限", name=name))
    return int(text) or None


def _bad(reason: Phrase) -> ConfigurationFailure:
    message = say("DUBAN_SMTP 写得不对：{reason}", reason=reason)
    hint = say(
        "可以写：smtps://用户@服务器:465、smtp+starttls://用户@服务器:587、smtp://不用登录的中继:25、folder:存放邮件的文件夹"
    )
    return ConfigurationFailure("smtp-url", message, hint)
