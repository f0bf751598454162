"""Fresh processes, measured from outside: wall time, CPU time and peak memory, each with a time limit."""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
LIMIT = 60.0  # seconds that one run may take
_ENOUGH = 15.0  # seconds that all runs of one cell may take together, unless a single one takes longer
RUNS = 5
_LOOK = 0.004  # seconds between two looks at a process
_SAID = 300  # characters of what a failing process said


@dataclass(frozen=True, slots=True)
class Measured:
    """One cell: seconds of wall and CPU time, bytes at the peak, how many runs these are medians of, and counts.

    `fault` says why there is nothing else.
    """

    wall: float = 0.0
    cpu: float = 0.0
    peak: int = 0
    runs: int = 1
    n: Mapping[str, Any] = field(default_factory=dict)
    fault: str | None = None


def run(
    args: Sequence[str], *, limit: float = LIMIT, env: Mapping[str, str] | None = None, output: Path | None = None
) -> Measured:
    """Run a program to its end. Its output goes to `output` if given, else to /dev/null; `fault` if it fails.

    The peak is looked at every few milliseconds: what `wait4` tells counts in the memory of the process that forked.
    """
    with tempfile.TemporaryFile() as errors, Path(output or os.devnull).open("wb") as out:
        began = time.perf_counter()
        child = subprocess.Popen(
            args, stdin=subprocess.DEVNULL, stdout=out, stderr=errors, env={**os.environ, **(env or {})}, cwd=ROOT,
            start_new_session=True,
        )  # fmt: skip
        watch = _Watch(child, limit)
        watch.start()
        try:
            _, status, used = os.wait4(child.pid, 0)
        except BaseException:
            _end(child)
            raise
        finally:
            watch.over.set()
            watch.join()
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if wall >= limit:
            return Measured(fault=f"> {limit:.0f} s")
        if child.returncode != 0:
            errors.seek(0)
            return Measured(fault=_last(errors.read().decode("utf-8", "replace"), child.returncode))
    return Measured(wall, used.ru_utime + used.ru_stime, watch.peak)


class _Watch(threading.Thread):
    """Looks at the memory of a process every few milliseconds, and ends it when its time is up."""

    def __init__(self, child: subprocess.Popen[bytes], limit: float) -> None:
        super().__init__(daemon=True)
        self.over, self.peak = threading.Event(), 0
        self._child, self._until = child, time.perf_counter() + limit

    def run(self) -> None:
        while not self.over.wait(_LOOK):
            with suppress(OSError, IndexError):  # it has just ended
                self.peak = peak_of(self._child.pid)
            if time.perf_counter() >= self._until:
                _end(self._child)


def inside(module: str, *args: str, limit: float = LIMIT, env: Mapping[str, str] | None = None) -> Measured:
    """Run `python -m MODULE ARGS`, which measures a part of itself and prints it as JSON."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        found = run([sys.executable, "-m", module, *args], limit=limit, env=env, output=Path(file.name))
        if found.fault:
            return found
        said = json.loads(Path(file.name).read_text(encoding="utf-8").splitlines()[-1])
    return Measured(said["wall"], said["cpu"], said["peak"], said.get("runs", 1), said.get("n", {}))


def repeated(once: Callable[[], Measured], runs: int = RUNS) -> Measured:
    """The medians of several runs, each in a process of its own; fewer where one takes long."""
    found, began = list[Measured](), time.perf_counter()
    while len(found) < runs and (not found or found[-1].fault is None):
        found.append(once())
        so_far = time.perf_counter() - began
        if so_far + so_far / len(found) > _ENOUGH:
            break
    good = [one for one in found if one.fault is None]
    if not good:
        return found[-1]
    wall, cpu = statistics.median(o.wall for o in good), statistics.median(o.cpu for o in good)
    return replace(good[0], wall=wall, cpu=cpu, peak=max(o.peak for o in good), runs=len(good))


def peak_of(pid: int | str = "self") -> int:
    """The peak memory of a process that still runs, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def cpu_of(pid: int) -> float:
    """Seconds of CPU time that a process, all its threads counted, has used so far."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text(encoding="ascii").split()[0]) for task in tasks) / 1e9


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a process with all that it started: it leads a session of its own."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _last(said: str, code: int) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return f"failed ({code}): {lines[-1][:_SAID]}" if lines else f"failed ({code})"
