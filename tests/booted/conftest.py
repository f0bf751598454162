"""A booted Debian on which duban was installed by the README's own commands; `make test-systemd` asks for it."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from debian import Impossible, prepare, tar
from installing import carry, copy_of_the_project, install
from machine import Machine


@pytest.fixture(scope="session")
def folder():
    with TemporaryDirectory(prefix="duban-machine-") as name:
        yield Path(name)


@pytest.fixture(scope="session")
def source(folder):
    """A copy of this checkout, whose version may be raised."""
    return copy_of_the_project(folder / "source")


@pytest.fixture(scope="session")
def machine(request, folder):
    try:
        prepare()
        machine = Machine(folder, tar())
        machine.boot()
    except Impossible as why:
        pytest.exit(f"no machine can be booted here: {why}", returncode=0)
    try:
        carry(request.getfixturevalue("source"), machine)
        install(machine)
        yield machine
    finally:
        machine.halt()
