"""What is measured inside a process: `python -m bench.steps STEP FOLDER`, which prints its figures as a line of JSON.

The folder holds an office that `bench.offices` made. What a step needs is made ready before the clock starts.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.offices import OPENING
from bench.process import LIMIT, peak_of
from scheduler.clock import BEIJING
from scheduler.daemon.alarm import AlarmClock
from scheduler.daemon.service import Daemon
from scheduler.daemon.services import Services
from scheduler.daemon.start import open_daemon
from scheduler.planning import Calendars, History, Plan, coming, compile_plan, statements
from scheduler.planning.alarms import moments
from scheduler.problems import has_errors
from scheduler.register import Register, load
from scheduler.settings import settings

FIRST_MORNING = datetime.combine(OPENING, datetime.min.time(), BEIJING).replace(hour=8)  # nothing is owed yet
NINE = FIRST_MORNING + timedelta(days=1, hours=1)  # five working days before the end of the quarter
LATER = NINE + timedelta(minutes=10)
YEAR = (OPENING, OPENING.replace(year=OPENING.year + 1) - timedelta(days=1))
_FEW = 5
_LONG = 5.0  # seconds after which a step is not repeated


class Clock:
    """A clock that is put forward by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """What it shows."""
        return self.now


class Stopwatch:
    """Wall and CPU time of what runs inside `lap`, run by run."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.cpu: list[float] = []

    @contextmanager
    def lap(self) -> Iterator[None]:
        """One run."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall.append(time.perf_counter() - wall)
        self.cpu.append(time.process_time() - cpu)

    @property
    def enough(self) -> bool:
        """Whether another run is not worth its time."""
        return len(self.wall) >= _FEW or sum(self.wall) > _LONG

    def said(self, **n: object) -> dict[str, Any]:
        """The medians."""
        wall, cpu = statistics.median(self.wall), statistics.median(self.cpu)
        return {"wall": wall, "cpu": cpu, "peak": peak_of(), "runs": len(self.wall), "n": n}


# -- before the daemon -------------------------------------------------------------------------------------------------


def load_(folder: Path) -> dict[str, Any]:
    """Read and check the table: once, as a fresh process does."""
    watch = Stopwatch()
    with watch.lap():
        loaded = load(folder / "obligations.yaml")
    assert loaded.register is not None
    assert not has_errors(loaded.problems)
    return watch.said(bytes=sum(len(content) for _, content in loaded.files))


def plan(folder: Path) -> dict[str, Any]:
    """Compile the plan of a year."""
    register, watch = _register(folder), Stopwatch()
    with watch.lap():
        made = _year(register)
    return watch.said(slots=len(made.slots))


def forecast(folder: Path) -> dict[str, Any]:
    """Compile the plan of a year and add up the messages of each recipient in each week."""
    register, watch = _register(folder), Stopwatch()
    with watch.lap():
        made = _year(register)
        found = coming.load(made, FIRST_MORNING, datetime.combine(YEAR[1], datetime.max.time(), BEIJING))
    tasks = sum(len(made.bearers(slot)) for slot in made.slots)
    reminders = sum(len(made.bearers(slot)) * sum(step.ahead for step in slot.steps) for slot in made.slots)
    return watch.said(tasks=tasks, reminders=reminders, messages=sum(one.messages for one in found), lines=len(found))


# -- the daemon --------------------------------------------------------------------------------------------------------


def nine(folder: Path) -> dict[str, Any]:
    """The nine o'clock batch: what a beat does when the hour has come, and what each part of it takes.

    Where the time for sending is up before the last letter, no further one is begun; the counts say how far it came.
    """
    clock = Clock(FIRST_MORNING)
    daemon = _open(folder, clock)
    daemon.beat()
    daemon.beat()
    clock.now = NINE
    daemon.desk.follow(clock.now)  # the new day's plan was made at midnight
    parts: dict[str, float] = {}
    late = threading.Timer(LIMIT, setattr, (daemon, "_stopping", True))
    late.daemon = True
    _spy(parts, late.start)
    before = daemon.desk.journal.head().seq
    watch = Stopwatch()
    with watch.lap():
        accepted = daemon.beat()
    late.cancel()
    left = daemon.desk.journal.pending_count()
    parts["rest"] = watch.wall[0] - sum(parts.values())
    return watch.said(letters=accepted, left=left, facts=daemon.desk.journal.head().seq - before, parts=parts)


def drain(folder: Path) -> dict[str, Any]:
    """Send what the batch has left over, so that the next steps find a quiet morning."""
    clock, watch = Clock(NINE + timedelta(minutes=5)), Stopwatch()
    daemon = _open(folder, clock)
    with watch.lap():
        sent = daemon.beat() + daemon.beat()
    return watch.said(letters=sent, left=daemon.desk.journal.pending_count())


def sweep(folder: Path) -> dict[str, Any]:
    """A beat when nothing is due, as most are."""
    clock = Clock(LATER)
    daemon, watch = _quiet(folder, clock), Stopwatch()
    while not watch.enough:
        clock.now += timedelta(seconds=30)
        with watch.lap():
            assert daemon.beat() == 0
    return watch.said(facts=daemon.desk.journal.head().seq)


def asking(folder: Path) -> dict[str, Any]:
    """A beat that asks the whole plan whether anything is owed, as it does every ten minutes."""
    clock = Clock(LATER)
    daemon, watch = _quiet(folder, clock), Stopwatch()
    while not watch.enough:
        clock.now += timedelta(minutes=11)
        with watch.lap():
            assert daemon.beat() == 0
    return watch.said()


def event(folder: Path) -> dict[str, Any]:
    """One event is told: until the plan has its task and the alarm clock its jobs."""
    return _told(folder, "normative-document.issued", "department-0001")


def policy(folder: Path) -> dict[str, Any]:
    """One event that gives every county and department a task."""
    return _told(folder, "important-policy.published", None)


def reload(folder: Path) -> dict[str, Any]:
    """One line of the table is edited: until the new table is in force and the alarm clock has its jobs."""
    clock, table = Clock(LATER), folder / "obligations.yaml"
    daemon, watch = _quiet(folder, clock), Stopwatch()
    alarm = _alarm(daemon)
    original = table.read_text(encoding="utf-8")
    head, edited, tail = original.rpartition("    title: ")
    while not watch.enough:
        table.write_text(f"{head}{edited}第{len(watch.wall)}次修改{tail}", encoding="utf-8")
        clock.now += timedelta(seconds=30)
        digest = daemon.desk.register.digest
        with watch.lap():
            daemon.beat()
            alarm.set_moments(moments(daemon.desk.plan))
        assert daemon.desk.register.digest != digest
    table.write_text(original, encoding="utf-8")
    return watch.said()


# -- what they share ---------------------------------------------------------------------------------------------------


def _register(folder: Path) -> Register:
    found = load(folder / "obligations.yaml").register
    assert found is not None
    return found


def _year(register: Register) -> Plan:
    return compile_plan(
        register, Calendars(register), History(), now=FIRST_MORNING, since=YEAR[0], until=YEAR[1]
    )  # fmt: skip


def _open(folder: Path, clock: Clock) -> Daemon:
    daemon = open_daemon(Services(settings(table=str(folder / "obligations.yaml")), clock), clock)
    gc.collect()
    gc.freeze()  # as `duban run` does
    return daemon


def _quiet(folder: Path, clock: Clock) -> Daemon:
    """The daemon when it has done what there was to do."""
    daemon = _open(folder, clock)
    for _ in range(3):
        daemon.beat()
    return daemon


def _alarm(daemon: Daemon) -> AlarmClock:
    alarm = AlarmClock(lambda: None, timedelta(seconds=30))
    alarm.set_moments(moments(daemon.desk.plan))
    return alarm


def _told(folder: Path, what: str, unit: str | None) -> dict[str, Any]:
    clock, slots = Clock(LATER), 0
    daemon, watch = _quiet(folder, clock), Stopwatch()
    alarm = _alarm(daemon)
    while not watch.enough:
        clock.now += timedelta(seconds=30)
        plan_, ref = daemon.desk.plan, f"BENCH-{len(watch.wall) + 1}"
        said = statements.event(plan_, "bench", clock.now, event=what, ref=ref, at=clock.now, unit=unit)
        daemon.desk.journal.append([said.entry], now=clock.now)
        with watch.lap():
            daemon.beat()
            alarm.set_moments(moments(daemon.desk.plan))
        slots = len(daemon.desk.plan.slots) - len(plan_.slots)
        assert slots > 0
    return watch.said(slots=slots)


def _spy(parts: dict[str, float], sending: Callable[[], None]) -> None:
    """Have the parts of a beat note what they take, what has another name by now under `rest`; tell when it sends."""
    from scheduler.daemon import dispatch, service
    from scheduler.journal import Journal

    for name, where, attribute in (
        ("decide", service, "owed"),
        ("form", service, "messages"),
        ("enqueue", Journal, "enqueue"),
        ("send", dispatch.Dispatch, "run"),
    ):
        if hasattr(where, attribute):
            told = sending if name == "send" else None
            setattr(where, attribute, _timed(getattr(where, attribute), parts, name, told))


def _timed(
    function: Callable[..., Any], parts: dict[str, float], name: str, told: Callable[[], None] | None
) -> Callable[..., Any]:
    def timed(*args: Any, **more: Any) -> Any:
        began = time.perf_counter()
        if told:
            told()
        try:
            return function(*args, **more)
        finally:
            parts[name] = parts.get(name, 0.0) + time.perf_counter() - began

    return timed


STEPS: Mapping[str, Callable[[Path], dict[str, Any]]] = {
    "load": load_, "plan": plan, "forecast": forecast, "nine": nine, "drain": drain, "sweep": sweep, "asking": asking,
    "event": event, "policy": policy, "reload": reload,
}  # fmt: skip


def main() -> None:
    step, folder = sys.argv[1], Path(sys.argv[2])

    said = STEPS[step](folder)
    print(json.dumps(said))


if __name__ == "__main__":
    main()
