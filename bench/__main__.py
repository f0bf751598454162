"""`python -m bench`: measures everything, prints it, and writes it to bench/results.md as far as it has come.

BENCH_SIZES (`100,1000`) are the offices, tasks a year; BENCH_ONLY (`scale,mail`) the parts; BENCH_SMALL=1 keeps the
comparisons small; BENCH_RESULTS is another file to write. What goes wrong in one part stands in its place, and the next
part goes on.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import cold, mail, moments, naive, record, scale, tasklist
from bench.offices import SIZES
from bench.process import ROOT, Measured, inside, run
from bench.sink import sink
from bench.targets import Findings, targets

RESULTS = Path(os.environ.get("BENCH_RESULTS") or Path(__file__).parent / "results.md").absolute()


class Bench:
    """The parts in their order; each gives lines of Markdown, which are written as soon as they are there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._small = bool(os.environ.get("BENCH_SMALL"))
        sizes = os.environ.get("BENCH_SIZES", "")
        self._sizes = [int(size) for size in sizes.replace("_", "").split(",") if size] or list(SIZES)
        self._parts: dict[str, list[str]] = {}
        self._found = Findings()
        self._began = time.perf_counter()

    def run(self) -> None:
        """All parts that are wanted."""
        wanted = [name for name in os.environ.get("BENCH_ONLY", "").split(",") if name]
        parts: dict[str, Callable[[], Iterator[str]]] = {
            "arithmetic": self._arithmetic, "cold": self._cold, "moments": self._moments, "naive": self._naive,
            "mail": self._mail, "tasklist": self._tasklist, "record": self._record, "scale": self._scale,
        }  # fmt: skip
        for name, part in parts.items():
            if not wanted or name in wanted:
                self._one(name, part)
        self._write()
        print(RESULTS.read_text(encoding="utf-8"))

    def _one(self, name: str, part: Callable[[], Iterator[str]]) -> None:
        self._say(f"{name} …")
        lines = self._parts[name] = []
        try:
            lines.extend(part())  # as far as it comes
        except Exception as error:  # noqa: BLE001 - one part that fails must not take the others with it
            self._parts[name] += ["", f"This part failed: {type(error).__name__}: {error}"]
            self._say(self._parts[name][-1])
        self._write()

    def _write(self) -> None:
        """What there is so far; it never stands there half."""
        head = ["# Measured", "", *_machine(), ""]
        body = [line for lines in self._parts.values() for line in (*lines, "")]
        minutes = (time.perf_counter() - self._began) / 60
        foot = [f"Measured in {minutes:.0f} minutes by `make bench`; [where it goes](../docs/performance.md)."]
        text = "\n".join([*head, *targets(self._found), "", *body, *foot, ""])
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        unfinished = RESULTS.with_suffix(".tmp")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(RESULTS)

    def _say(self, line: str) -> None:
        print(f"[{time.perf_counter() - self._began:5.0f} s] {line}", file=sys.stderr, flush=True)

    # -- the parts -----------------------------------------------------------------------------------------------------

    def _arithmetic(self) -> Iterator[str]:
        yield "## Working-day arithmetic, how many times slower than duban"
        yield ""
        found = inside("bench.arithmetic", limit=300)
        if found.fault:
            yield found.fault
            return
        self._found.arithmetic = found.n["cost"]
        yield from found.n["lines"]

    def _cold(self) -> Iterator[str]:
        yield "## From a cold shell"
        yield ""
        self._found.commands = cold.commands(self._folder)
        self._found.province = cold.province(self._folder)
        self._found.idle = cold.idle(self._folder, 20 if self._small else 60)
        yield from cold.shown(self._found.commands, self._found.idle)

    def _moments(self) -> Iterator[str]:
        yield "## A year of reminder moments, beside Remind"
        yield ""
        yield from moments.NOTE.splitlines()
        before = None
        for n in (200, 1_000) if self._small else (1_000, 10_000):
            found = before = moments.compared(self._folder / f"moments-{n}", n, before)
            self._found.moments[n] = found
            yield ""
            yield from moments.shown(found)

    def _naive(self) -> Iterator[str]:
        yield "## The naive design: one APScheduler job per notice, in SQLAlchemyJobStore"
        yield ""
        sizes = (300, 1_000) if self._small else (1_000, 10_000, 100_000)
        self._found.naive = naive.compared(self._folder, sizes)
        yield from naive.shown(self._found.naive)
        yield ""
        yield from naive.NOTE.splitlines()

    def _mail(self) -> Iterator[str]:
        yield "## Mail"
        yield ""
        work = scale.made(self._folder / "mail", 1_000 if self._small else 100_000, 0)
        self._found.mail = mail.compared(work, 100 if self._small else 700)
        yield from mail.shown(self._found.mail)
        yield ""
        yield from mail.NOTE.splitlines()

    def _tasklist(self) -> Iterator[str]:
        yield "## `duban status` beside Taskwarrior's `task list`"
        yield ""
        found: dict[int, dict[str, Measured]] = {}
        for size in (1_000,) if self._small else (1_000, 10_000):
            work = scale.made(self._folder / f"tasks-{size}", size, 0)
            with sink() as work.port:
                scale.ready(work, scale.FIRST_MORNING)
            n, by = tasklist.compared(work)
            found[n] = by
        yield from tasklist.shown(found)
        yield ""
        yield from tasklist.NOTE.splitlines()

    def _record(self) -> Iterator[str]:
        yield "## A long record"
        yield ""
        work = scale.made(self._folder / "record", 1_000 if self._small else 10_000, 0)
        with sink() as work.port:
            found = record.compared(work, (1_000, 10_000) if self._small else (1_000, 10_000, 100_000, 1_000_000))
        yield from record.shown(found)

    def _scale(self) -> Iterator[str]:
        yield "## Offices of growing size"
        yield ""
        works: dict[int, scale.Work] = {}
        before = None
        with sink() as port:
            for size in self._sizes:
                work = works[size] = scale.made(self._folder / f"office-{size}", size, port)
                for cell, found in scale.measured(work, before):
                    self._say(f"{size:>9,} {cell.key:12} {found.fault or f'{found.wall:.3f} s'}")
                    self._found.scale = works
                    self._parts["scale"] = ["## Offices of growing size", "", *scale.tables(works)]
                    self._write()
                before = work
        yield from scale.tables(works)


def _machine() -> Iterator[str]:
    """What it ran on, in general words."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    model = next((line.partition(":")[2].strip() for line in info.splitlines() if line.startswith("model name")), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    kernel = platform.release().split("-")[0]
    yield f"{model or platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB, Linux {kernel},"
    yield f"{platform.python_implementation()} {platform.python_version()}. Medians; each measure in a fresh process."


def _install() -> None:
    """The peers from Debian, where that can be done; else their rows say that they are not installed."""
    missing = [name for name, program in (("remind", "remind"), ("taskwarrior", "task")) if not shutil.which(program)]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        asked = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
        subprocess.run(asked, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300, check=False)


def main() -> None:
    os.chdir(ROOT)
    _install()
    run([sys.executable, "-c", "import scheduler.cli"])  # compiled once, so that no cell pays for it
    with tempfile.TemporaryDirectory(prefix="duban-bench-") as folder:
        Bench(Path(folder)).run()


if __name__ == "__main__":
    main()
