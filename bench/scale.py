"""Offices of growing size, and what the program takes for each of its works: the table of growth."""

from __future__ import annotations

import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from bench.offices import OPENING, Office, office_of
from bench.process import LIMIT, ROOT, RUNS, Measured, cpu_of, inside, peak_of, repeated, run

FIRST_MORNING, NINE, LATER = f"{OPENING}T08:00", "2026-03-24T09:00", "2026-03-24T09:10"
SHORT = 0.1  # seconds below which growth is not judged: what every process pays hides it
_TELLING = 10.0  # seconds from which on a time says how long ten times as much would take
_SLACK = 1.25  # what is called growth beyond n log n goes beyond it by a quarter
_PATIENT = 3 * LIMIT  # for the batch, which ends by itself when its time is up


@dataclass
class Work:
    """An office on disk, with a state folder of its own, and the mail server that it sends to."""

    folder: Path
    office: Office
    port: int
    done: dict[str, Measured] = field(default_factory=dict)

    @property
    def state(self) -> Path:
        """Where its database is."""
        return self.folder / "state"

    @property
    def env(self) -> dict[str, str]:
        """What the environment says to the program."""
        return {
            "DUBAN_TABLE": str(self.folder / "obligations.yaml"),
            "DUBAN_STATE": str(self.state),
            "DUBAN_SMTP": f"smtp://127.0.0.1:{self.port}",
            "DUBAN_SMTP_PER_MINUTE": "0",
            "DUBAN_DATABASE": "",
        }

    def step(self, name: str, limit: float = 2 * LIMIT) -> Measured:
        """One step of `bench.steps`, which has a minute to make ready too."""
        return inside("bench.steps", name, str(self.folder), limit=limit, env=self.env)

    def duban(self, moment: str, *args: str) -> Measured:
        """A command of the program, from a cold start to its last line."""
        return run([sys.executable, "-m", "bench.duban", moment, *args], env=self.env)


def ready(work: Work, moment: str) -> Measured:
    """`duban run` from the start of the process until it says READY."""
    address = str(work.folder / "notify")
    Path(address).unlink(missing_ok=True)
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as listening:
        listening.bind(address)
        listening.settimeout(LIMIT)
        began = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, "-m", "bench.duban", moment, "run"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | work.env | {"NOTIFY_SOCKET": address},
            cwd=ROOT,
        )
        try:
            while b"READY=1" not in listening.recv(4096):
                pass
            return Measured(time.perf_counter() - began, cpu_of(child.pid), peak_of(child.pid))
        except TimeoutError:
            return Measured(fault=f"> {LIMIT:.0f} s" if child.poll() is None else f"failed ({child.returncode})")
        finally:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(timeout=15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


# -- the works, in the order in which they are done --------------------------------------------------------------------


def _first_start(work: Work) -> Measured:
    def once() -> Measured:
        shutil.rmtree(work.state, ignore_errors=True)
        return ready(work, FIRST_MORNING)

    return repeated(once)


def _nine(work: Work) -> Measured:
    """The batch, each time from the same state of the evening before."""
    told = list(_events(work.office))
    (work.folder / "told.csv").write_text("\n".join(told) + "\n", encoding="utf-8")
    if len(told) > 1:
        work.duban(NINE, "import", str(work.folder / "told.csv"))
    evening = work.folder / "evening"
    shutil.rmtree(evening, ignore_errors=True)
    shutil.copytree(work.state, evening)

    def once() -> Measured:
        shutil.rmtree(work.state)
        shutil.copytree(evening, work.state)
        return work.step("nine", _PATIENT)

    found = repeated(once)
    if found.n.get("left"):
        work.step("drain", _PATIENT)
    return found


def _events(office: Office) -> Iterator[str]:
    """The lines of events.csv up to the morning of the batch."""
    head, *lines = office.files["events.csv"].splitlines()
    yield head
    yield from (line for line in lines if line.rpartition(",")[2] < NINE)


@dataclass(frozen=True, slots=True)
class Cell:
    """One work: what it is called, and how it is measured.

    `steady`: it must not grow with the tasks. `ends`: it stops by itself when its time is up.
    """

    key: str
    title: str
    measure: Callable[[Work], Measured]
    steady: bool = False
    ends: bool = False


CELLS = (
    Cell("load", "load + check", lambda w: repeated(lambda: w.step("load")), steady=True),
    Cell("plan", "plan of a year", lambda w: repeated(lambda: w.step("plan")), steady=True),
    Cell("forecast", "… with the load per recipient and week", lambda w: repeated(lambda: w.step("forecast"))),
    Cell("listing", "`duban plan`, a year listed as JSON", lambda w: repeated(lambda: w.duban(
        FIRST_MORNING, "plan", "--from", "2026-03-23", "--to", "2027-03-22", "--format", "json"))),
    Cell("first", "first start to READY", _first_start, steady=True),
    Cell("nine", "nine o'clock batch", _nine, ends=True),
    Cell("start", "start to READY, the batch on record", lambda w: repeated(lambda: ready(w, LATER)), steady=True),
    Cell("sweep", "sweep when nothing is due", lambda w: w.step("sweep"), steady=True),
    Cell("asking", "… when it asks the whole plan", lambda w: w.step("asking")),
    Cell("event", "one event → new jobs", lambda w: w.step("event"), steady=True),
    Cell("policy", "one event that concerns all → new jobs", lambda w: w.step("policy")),
    Cell("reload", "reload after a one-line edit", lambda w: w.step("reload"), steady=True),
    Cell("status", "`duban status`", lambda w: repeated(lambda: w.duban(LATER, "status"))),
    Cell("status-json", "… as JSON", lambda w: repeated(lambda: w.duban(LATER, "status", "--format", "json"))),
    Cell("status-xlsx", "… as XLSX", lambda w: repeated(lambda: w.duban(
        LATER, "status", "--format", "xlsx", "-o", str(w.folder / "status.xlsx")))),
    Cell("verify", "`duban audit verify`", lambda w: repeated(lambda: w.duban(LATER, "audit", "verify"))),
)  # fmt: skip


def measured(work: Work, before: Work | None) -> Iterator[tuple[Cell, Measured]]:
    """Each work in turn; one that would take much too long, judged by the size before, is not begun."""
    for cell in CELLS:
        expected = _expected(cell, work, before)
        if expected is not None and expected > 2 * LIMIT:
            found = Measured(fault=f"not run: about {expected:,.0f} s")
        else:
            try:
                found = cell.measure(work)
            except (OSError, ValueError, KeyError) as error:
                found = Measured(fault=f"failed: {error}")
        work.done[cell.key] = found
        yield cell, found


def _expected(cell: Cell, work: Work, before: Work | None) -> float | None:
    earlier = before.done.get(cell.key) if before else None
    if before is None or earlier is None or earlier.fault or earlier.wall < _TELLING or cell.steady or cell.ends:
        return None
    return earlier.wall * work.office.tasks / before.office.tasks


# -- the tables --------------------------------------------------------------------------------------------------------


def tables(works: Mapping[int, Work]) -> Iterator[str]:
    """What was measured, as Markdown: the offices, time, CPU, memory, the batch, growth."""
    sizes = list(works)
    yield from _grid("office of about … tasks a year", sizes, _offices(works))
    yield ""
    yield "Wall time; in brackets the number of runs where it is not five."
    yield ""
    yield from _grid("wall", sizes, _rows(works, _wall))
    yield ""
    yield from _grid("CPU", sizes, _rows(works, lambda m: _seconds(m.cpu)))
    yield ""
    yield from _grid("peak memory of the process", sizes, _rows(works, lambda m: f"{m.peak / 1e6:,.0f} MB"))
    yield ""
    yield from _grid("the nine o'clock batch", sizes, _batch(works))
    yield ""
    yield from _growth(works)


def _grid(head: str, sizes: list[int], rows: Iterator[tuple[str, list[str]]]) -> Iterator[str]:
    yield f"| {head} | {' | '.join(f'{size:,}' for size in sizes)} |"
    yield f"|---|{'---:|' * len(sizes)}"
    for title, cells in rows:
        yield f"| {title} | {' | '.join(cells)} |"


def _offices(works: Mapping[int, Work]) -> Iterator[tuple[str, list[str]]]:
    for name in ("tasks", "obligations", "periods", "units", "people"):
        title = "obligations × periods, and events" if name == "periods" else name
        yield title, [f"{getattr(w.office, name):,}" for w in works.values()]
    yield "bytes of the table", [f"{_bytes(w):,}" for w in works.values()]


def _bytes(work: Work) -> int:
    return sum(len(text.encode()) for name, text in work.office.files.items() if name != "events.csv")


def _rows(works: Mapping[int, Work], say: Callable[[Measured], str]) -> Iterator[tuple[str, list[str]]]:
    for cell in CELLS:
        found = [work.done.get(cell.key) for work in works.values()]
        yield cell.title, ["—" if m is None else m.fault or say(m) for m in found]


def _wall(one: Measured) -> str:
    return _unfinished(one) or _seconds(one.wall) + (f" ({one.runs})" if one.runs != RUNS else "")


def _unfinished(one: Measured) -> str | None:
    """What is said of a batch that was stopped before its end."""
    return f"> {LIMIT:.0f} s" if one.n.get("left") else None


def _batch(works: Mapping[int, Work]) -> Iterator[tuple[str, list[str]]]:
    found = [work.done.get("nine", Measured(fault="—")) for work in works.values()]
    for part in ("decide", "form", "enqueue", "send", "rest"):
        yield part, ["—" if m.fault else _seconds(m.n["parts"].get(part, 0.0)) for m in found]
    yield "letters sent", ["—" if m.fault else f"{m.n['letters']:,}" for m in found]
    yield "… left when the time was up", ["—" if m.fault else f"{m.n['left']:,}" for m in found]
    yield (
        "letters a second",
        ["—" if m.fault else f"{m.n['letters'] / max(m.n['parts']['send'], 1e-9):,.0f}" for m in found],
    )
    yield "facts written", ["—" if m.fault else f"{m.n['facts']:,}" for m in found]


def _growth(works: Mapping[int, Work]) -> Iterator[str]:
    """How many times longer from size to size, and whether that is more than n log n."""
    pairs = list(zip(works.values(), list(works.values())[1:], strict=False))
    if not pairs:
        return
    yield f"| times longer than the size before | {' | '.join(f'{b.office.tasks:,}' for _, b in pairs)} |"
    yield f"|---|{'---:|' * len(pairs)}"
    for title, count in (("tasks", _tasks), ("obligations × periods", _periods), ("bytes of the table", _bytes)):
        yield f"| *{title}* | {' | '.join(f'*{count(b) / count(a):.1f}*' for a, b in pairs)} |"
    for cell in CELLS:
        yield f"| {cell.title} | {' | '.join(_factor(cell, a, b) for a, b in pairs)} |"
    yield ""
    yield "**!** grows faster than n log n, n being the tasks; for load, plan, start, sweep, event and reload it is"
    yield f"obligations × periods, or the bytes of the table if they grew more. Below {SHORT} s nothing is judged."


def _tasks(work: Work) -> int:
    return work.office.tasks


def _periods(work: Work) -> int:
    return work.office.periods


def _factor(cell: Cell, smaller: Work, larger: Work) -> str:
    a, b = smaller.done.get(cell.key), larger.done.get(cell.key)
    if a is None or b is None or a.fault or b.fault or _unfinished(a) or _unfinished(b):
        return "—"
    counts = (_periods, _bytes) if cell.steady else (_tasks,)
    most = max(_n_log_n(count(larger)) / _n_log_n(count(smaller)) for count in counts)
    factor = b.wall / a.wall
    return f"{factor:.1f}{' **!**' if b.wall >= SHORT and factor > most * _SLACK else ''}"


def _n_log_n(n: int) -> float:
    return n * math.log(n)


def _seconds(wall: float) -> str:
    if wall < 0.01:
        return f"{wall * 1000:.1f} ms"
    return f"{wall * 1000:,.0f} ms" if wall < 1 else f"{wall:,.1f} s"


def made(folder: Path, size: int, port: int) -> Work:
    """The office of a size, written to a folder."""
    office = office_of(size)
    office.write(folder)
    return Work(folder, office, port)
