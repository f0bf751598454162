"""Brings Postfix and Dovecot to this machine where it may; says what is missing where it may not. Starts nothing."""

import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

PACKAGES = {"postfix": "/usr/sbin/postfix", "dovecot-imapd": "/usr/sbin/dovecot", "faketime": None}
LIBRARIES = "*/faketime/libfaketime.so.1"
_START_NOTHING = Path("/usr/sbin/policy-rc.d")


class Impossible(Exception):  # noqa: N818 - it is no error, it is why a test is skipped
    """There can be no servers here, and why."""


def prepare() -> None:
    """All programs are there, installed now if need be. Raises Impossible."""
    if os.geteuid() != 0:
        raise Impossible("Postfix and Dovecot start as root only")
    missing = [package for package, program in PACKAGES.items() if not _is_there(program)]
    if not missing:
        return
    if shutil.which("apt-get") is None:
        raise Impossible(f"not installed, and there is no apt-get: {' '.join(missing)}")
    with _nothing_started():
        for command in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
            _apt(*command)


def _is_there(program: str | None) -> bool:
    return any(Path("/usr/lib").glob(LIBRARIES)) if program is None else Path(program).exists()


def _apt(*command: str) -> None:
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    call = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", *command]
    done = subprocess.run(call, env=env, capture_output=True, encoding="utf-8", timeout=600, check=False)
    if done.returncode:
        raise Impossible(f"apt-get {' '.join(command)}: {done.stderr.strip()[-500:]}")


@contextmanager
def _nothing_started():
    """The packages' own services, with their public ports and their own settings, stay off while they are installed."""
    if _START_NOTHING.exists():
        yield
        return
    subprocess.run(
        ["debconf-set-selections"],
        input="postfix postfix/main_mailer_type select No configuration\n",
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    _START_NOTHING.write_text("#!/bin/sh\nexit 101\n")
    _START_NOTHING.chmod(0o755)
    try:
        yield
    finally:
        _START_NOTHING.unlink()
