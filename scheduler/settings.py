"""What the environment says (twelve-factor): table, database, mail server, state folder. It opens none of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from scheduler.words import Lang

_HERE = Path(__file__).parent
_ROOT = _HERE.parent


def _shipped(name: str, packed: Path) -> Path:
    """A file that stands beside the package in a checkout and inside it when installed."""
    beside = _ROOT / name
    return beside if (_ROOT / "pyproject.toml").exists() and beside.exists() else packed


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are. `smtp` is a URL: smtps, smtp+starttls, smtp, or folder:PATH (the default)."""

    table: Path
    database: str
    state: Path
    templates: Path
    smtp: str
    smtp_password: str | None
    sender: str | None
    lang: Lang
    beat: timedelta  # between two sweeps; tests move the clock and want it short


def _password(env: Mapping[str, str]) -> str | None:
    folder = env.get("CREDENTIALS_DIRECTORY")
    if folder and (secret := Path(folder) / "smtp-password").is_file():
        return secret.read_text(encoding="utf-8").strip()
    return env.get("DUBAN_SMTP_PASSWORD")


def settings(
    env: Mapping[str, str] = os.environ,
    *,
    table: str | None = None,
    database: str | None = None,
    lang: str | None = None,
) -> Settings:
    """Read the environment; arguments given on the command line win."""
    state = Path(env.get("DUBAN_STATE") or env.get("STATE_DIRECTORY") or "state").absolute()
    return Settings(
        table=Path(table or env.get("DUBAN_TABLE") or _default_table()),
        database=database or env.get("DUBAN_DATABASE") or f"sqlite:///{state / 'duban.db'}",
        state=state,
        templates=Path(env.get("DUBAN_TEMPLATES") or _shipped("templates", _HERE / "templates")),
        smtp=env.get("DUBAN_SMTP") or f"folder:{state / 'mail'}",
        smtp_password=_password(env),
        sender=env.get("DUBAN_FROM"),
        lang=Lang(lang or env.get("DUBAN_LANG") or Lang.ZH),
        beat=timedelta(seconds=float(env.get("DUBAN_BEAT") or 30)),
    )


def _default_table() -> Path:
    here = Path("obligations.yaml")
    return here if here.exists() else _shipped("obligations.yaml", _HERE / "sample" / "obligations.yaml")
