"""The first design that comes to mind: one APScheduler job for each notice, kept in its SQLAlchemy job store.

`python -m bench.naive load|start FILE N` measures one half of it in a process of its own. Its fastest honest way: a
store on SQLite that does not wait for the disk, a scheduler that is started but paused, so that a job is written once.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from bench.process import LIMIT, Measured, inside, peak_of

NOTE = """\
Loading gives the scheduler a job for each notice; starting opens the store of last time and lists what is planned. The
store is on SQLite that does not wait for the disk (`synchronous=OFF`), and the scheduler is started but paused. The
target counts a job for each reminder of the office of 100,000 tasks, and none for its chasers and escalations.
"""

_BEGIN = datetime(2030, 1, 1, 9, tzinfo=timezone(timedelta(hours=8)))  # nothing falls due while it is measured


def remind(task: str, step: str) -> None:
    """What a job would call."""
    raise AssertionError(task, step)


def _scheduler(file: Path) -> Any:
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.background import BackgroundScheduler
    from sqlalchemy import create_engine, event

    engine = create_engine(f"sqlite:///{file}")

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")

    return BackgroundScheduler(jobstores={"default": SQLAlchemyJobStore(engine=engine)}, timezone="Asia/Shanghai")


def load(file: Path, n: int) -> None:
    """Give the scheduler one job for each notice."""
    scheduler = _scheduler(file)
    scheduler.start(paused=True)
    for number in range(n):
        at = _BEGIN + timedelta(minutes=number)
        args = (f"duty-{number % 100}/unit-{number // 100}/2026", "remind-5wd")
        scheduler.add_job(remind, "date", run_date=at, args=args, id=f"notice-{number}", misfire_grace_time=None)
    scheduler.shutdown()


def start(file: Path, n: int) -> None:
    """Start with the jobs of last time in the store; and list them, as each look at what is planned does."""
    scheduler = _scheduler(file)
    scheduler.start()
    assert len(scheduler.get_jobs()) == n
    scheduler.shutdown()


def compared(folder: Path, sizes: Sequence[int]) -> dict[int, dict[str, Measured]]:
    """Loading and starting with so many jobs; what would take too long is reckoned from fewer."""
    found: dict[int, dict[str, Measured]] = {}
    for n in sizes:
        before = next(reversed(found.items()), None)
        if before and not before[1]["load"].fault and before[1]["load"].wall * n / before[0] > LIMIT:
            found[n] = {what: _reckoned(one, n / before[0]) for what, one in before[1].items()}
        else:
            file = str(folder / f"naive-{n}.db")
            found[n] = {what: inside("bench.naive", what, file, str(n), limit=2 * LIMIT) for what in ("load", "start")}
    return found


def _reckoned(one: Measured, times: float) -> Measured:
    return one if one.fault else Measured(one.wall * times, one.cpu * times, runs=0)


def shown(found: Mapping[int, Mapping[str, Measured]]) -> Iterator[str]:
    """The table."""
    yield "| one job per notice | load | peak | start and list | peak |"
    yield "|---|---:|---:|---:|---:|"
    for n, by in found.items():
        cells = [cell for what in ("load", "start") for cell in _cells(by[what])]
        yield f"| {n:,} notices | {' | '.join(cells)} |"


def _cells(one: Measured) -> tuple[str, str]:
    if one.fault:
        return one.fault, ""
    if not one.runs:
        return f"{one.wall:,.0f} s (reckoned from fewer)", ""
    return f"{one.wall:,.1f} s", f"{one.peak / 1e6:,.0f} MB"


def main() -> None:
    what, file, n = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    wall, cpu = time.perf_counter(), time.process_time()
    {"load": load, "start": start}[what](file, n)
    shape = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "peak": peak_of()}
    print(json.dumps(shape))


if __name__ == "__main__":
    main()
