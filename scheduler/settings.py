"""What the environment says (twelve-factor): table, database, mail server, state folder. It opens none of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from msgspec import Struct

from scheduler.problems import Problem, UsageError
from scheduler.words import Lang, say

_HERE = Path(__file__).parent
_ROOT = _HERE.parent
_LONGEST_BEAT = 3600


def _shipped(name: str, packed: Path) -> Path:
    """A file that stands beside the package in a checkout and inside it when installed."""
    beside = _ROOT / name
    return beside if (_ROOT / "pyproject.toml").exists() and beside.exists() else packed


class Settings(Struct, frozen=True):
    """Where things are. `smtp` is a URL: smtps, smtp+starttls, smtp, or folder:PATH (the default)."""

    table: Path
    database: str
    state: Path
    templates: Path
    smtp: str
    smtp_password: str | None
    sender: str | None
    bounces: str | None  # a URL: imaps, imap+starttls, or folder:PATH; None: nobody looks for returned mail
    imap_password: str | None
    lang: Lang
    beat: timedelta  # between two sweeps; tests move the clock and want it short

    def __repr__(self) -> str:
        """No password in a log."""
        return f"Settings(table={str(self.table)!r})"


def _secret(env: Mapping[str, str], credential: str, variable: str) -> str | None:
    folder = env.get("CREDENTIALS_DIRECTORY")
    file = Path(folder) / credential if folder else None
    if file is None or not file.exists():
        return env.get(variable)
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = say("不是 UTF-8 编码的文字") if isinstance(error, ValueError) else error.strerror or ""
        message = say("凭据 {name} 读不出来：{why}", name=credential, why=why)
        hint = say("凭据是只有一行密码的文本文件，运行 duban 的用户要能读它；写法见 systemd/duban.service.d")
        raise UsageError(Problem("credential-unreadable", message, hint)) from None


def settings(
    env: Mapping[str, str] = os.environ,
    *,
    table: str | None = None,
    database: str | None = None,
    lang: str | None = None,
) -> Settings:
    """Read the environment; arguments given on the command line win. Raises UsageError for what it cannot read."""
    state = Path(env.get("DUBAN_STATE") or env.get("STATE_DIRECTORY") or "state").absolute()
    return Settings(
        table=Path(table or env.get("DUBAN_TABLE") or "obligations.yaml"),
        database=database or env.get("DUBAN_DATABASE") or f"sqlite:///{state / 'duban.db'}",
        state=state,
        templates=Path(env.get("DUBAN_TEMPLATES") or _shipped("templates", _HERE / "templates")),
        smtp=env.get("DUBAN_SMTP") or f"folder:{state / 'mail'}",
        smtp_password=_secret(env, "smtp-password", "DUBAN_SMTP_PASSWORD"),
        sender=env.get("DUBAN_FROM"),
        bounces=env.get("DUBAN_BOUNCES") or None,
        imap_password=_secret(env, "imap-password", "DUBAN_IMAP_PASSWORD"),
        lang=_lang(lang or env.get("DUBAN_LANG") or Lang.ZH),
        beat=_beat(env.get("DUBAN_BEAT") or "30"),
    )


def _lang(text: str) -> Lang:
    if text in set(Lang):
        return Lang(text)
    raise UsageError(Problem("lang-unknown", say("DUBAN_LANG 不能是 {text}", text=text), say("可以写 zh 或 en")))


def _beat(text: str) -> timedelta:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if 0 < seconds <= _LONGEST_BEAT:
        return timedelta(seconds=seconds)
    message = say("DUBAN_BEAT 不能是 {text}", text=text)
    hint = say("写两次查看之间的秒数，最多{most}，例如 DUBAN_BEAT=30", most=_LONGEST_BEAT)
    raise UsageError(Problem("beat-unknown", message, hint))
