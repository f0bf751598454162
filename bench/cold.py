"""What an admin waits for at the shell, and what the idle daemon costs: the installed program on the sample office."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.offices import office_with
from bench.process import ROOT, Measured, cpu_of, inside, repeated, run

PROGRAM = str(Path(sys.executable).with_name("duban"))
ROWS, UNITS = 2_000, 5_000
_SETTLES = 60.0  # seconds that a daemon has at most to send what was owed at its start


def commands(folder: Path) -> dict[str, Measured]:
    """The commands from a cold shell: the script that pip installed, in a new process each time."""
    env = _env(folder / "sample", ROOT / "obligations.yaml")
    run([PROGRAM, "run", "--once"], env=env)  # so that there is a journal to ask
    found = {
        "`duban --help`": repeated(lambda: run([PROGRAM, "--help"], env=env), 9),
        "`duban status`, the sample office": repeated(lambda: run([PROGRAM, "status"], env=env), 9),
        "`duban check`, the sample office": repeated(lambda: run([PROGRAM, "check"], env=env), 9),
    }
    office = office_with(ROWS, UNITS)
    env = _env(folder / "state", office.write(folder / "province"))
    title = f"`duban check`, {office.obligations:,} obligations and {office.units:,} units"
    found[title] = repeated(lambda: run([PROGRAM, "check"], env=env))
    return found


def province(folder: Path) -> Measured:
    """Load and check of 2,000 obligations and 5,000 units alone, without the start of a process."""
    office_with(ROWS, UNITS).write(folder / "province")
    return repeated(lambda: inside("bench.steps", "load", str(folder / "province")))


def idle(folder: Path, seconds: float) -> Measured:
    """The daemon with nothing to do: its memory, and the CPU that it takes while the time goes by."""
    shutil.rmtree(folder / "idle", ignore_errors=True)
    env = os.environ | _env(folder / "idle", ROOT / "obligations.yaml")
    null = subprocess.DEVNULL
    child = subprocess.Popen([PROGRAM, "run"], env=env, stdin=null, stdout=null, stderr=null)
    try:
        _settled(child.pid)
        before = cpu_of(child.pid)
        time.sleep(seconds)
        if child.poll() is not None:
            return Measured(fault=f"ended ({child.returncode})")
        return Measured(seconds, cpu_of(child.pid) - before, _resident(child.pid))
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(timeout=15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _settled(pid: int) -> None:
    """Wait until a process has done what it had to do at its start: three seconds in which it hardly runs."""
    until = time.perf_counter() + _SETTLES
    time.sleep(3)
    used = -1.0
    while time.perf_counter() < until and cpu_of(pid) - used > 0.01:
        used = cpu_of(pid)
        time.sleep(3)


def _resident(pid: int) -> int:
    """The memory of a process as it is now, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


def _env(state: Path, table: Path) -> dict[str, str]:
    return {
        "DUBAN_STATE": str(state),
        "DUBAN_TABLE": str(table),
        "DUBAN_SMTP": f"folder:{state / 'mail'}",
        "DUBAN_DATABASE": "",
    }


def shown(found: Mapping[str, Measured], asleep: Measured) -> Iterator[str]:
    """The table."""
    yield "| from a cold shell | wall | CPU | peak memory |"
    yield "|---|---:|---:|---:|"
    for title, one in found.items():
        cells = (f"{one.wall:.2f} s ({one.runs})", f"{one.cpu:.2f} s", f"{one.peak / 1e6:,.0f} MB")
        yield f"| {title} | {' | '.join((one.fault, '', '') if one.fault else cells)} |"
    yield ""
    if asleep.fault:
        yield f"The idle daemon: {asleep.fault}."
    else:
        share = 100 * asleep.cpu / asleep.wall
        yield f"The idle daemon: {asleep.peak / 1e6:,.0f} MB, {share:.3f} % of a core over {asleep.wall:.0f} s."
