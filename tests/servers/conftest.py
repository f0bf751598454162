"""Postfix, Dovecot and an office that writes through them; `make test-servers` asks for it."""

import os
import shutil
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from mail_house import GreyServer, MailHouse, certificates
from prepare import LIBRARIES, Impossible, prepare
from writing_office import Office


@pytest.fixture(scope="session")
def house():
    """Both servers, started once."""
    if "DUBAN_SERVERS" not in os.environ:
        pytest.skip("`make test-servers` installs and starts mail servers for it")
    try:
        prepare()
    except Impossible as why:
        pytest.skip(f"no mail servers here: {why}")
    with TemporaryDirectory(prefix="duban-mail-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "certificates").mkdir()
        certificates(folder / "certificates", next(Path("/usr/lib").glob(LIBRARIES)))
        house = MailHouse(folder, GreyServer())
        before = signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))  # so that all is stopped
        try:
            house.start()
            yield house
        finally:
            house.stop()
            signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="session")
def begun(house, tmp_path_factory):
    """The state of an office that began on Monday 19 January: what was due before is not chased."""
    office = Office(tmp_path_factory.mktemp("begun"), house, next(Path("/usr/lib").glob(LIBRARIES)))
    assert office.once("2026-01-19 08:00:00").returncode == 0
    return office.folder / "state"


@pytest.fixture
def office(house, begun, tmp_path):
    """An office of its own, whose people have mailboxes that are empty."""
    house.empty()
    shutil.copytree(begun, tmp_path / "state")
    return Office(tmp_path, house, next(Path("/usr/lib").glob(LIBRARIES)))
