"""The README's own commands, as they stand there, run outside and inside of the machine. It adds none."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from debian import call
from machine import Machine

ROOT = Path(__file__).parents[2]
PASSWORD = "Zw9-gk!7"
_BLOCKS = re.findall(r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
_FETCH, _INSTALL, _UPGRADE = (
    next(block for block in _BLOCKS if word in block) for word in ("pip wheel", "useradd", "--upgrade")
)


def copy_of_the_project(target: Path) -> Path:
    """What a user has who cloned it."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
    return target


def carry(source: Path, machine: Machine) -> None:
    """Fetch duban and all it needs where there is internet, and put the folder into root's home in the machine."""
    shutil.rmtree(source / "wheels", ignore_errors=True)
    call("sh", "-euc", f"cd {source}\n{_FETCH}", PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    shutil.copytree(source / "wheels", machine.root / "root" / "wheels", dirs_exist_ok=True)


def install(machine: Machine) -> None:
    """On the server, the password typed when it is asked for."""
    machine.run(_INSTALL, stdin=PASSWORD + "\n")


def upgrade(machine: Machine) -> None:
    """On the server."""
    machine.run(_UPGRADE)
