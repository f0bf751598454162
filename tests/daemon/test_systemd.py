"""The shipped unit is one that systemd understands and that is hardened."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[2] / "systemd" / "duban.service"
pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed on this machine")


def test_systemd_verifies_the_unit(tmp_path):
    unit = tmp_path / "duban.service"
    unit.write_text(UNIT.read_text().replace("/opt/duban/bin/duban", sys.executable))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_its_exposure_is_at_most_one_and_a_half():
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=15", UNIT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-400:]


def test_each_setting_of_the_service_has_its_reason_above():
    block: list[str] = []
    for line in UNIT.read_text().splitlines():
        if line.startswith(("[", "#")) or not line:
            block = [line] if line.startswith("#") else []
        else:
            assert block or line.startswith(("Description=", "Documentation=", "WantedBy=", "SystemCall", "DUBAN")), (
                line
            )
