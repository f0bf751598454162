"""A long record: the same office with a journal of growing length, as years of work leave it.

`python -m bench.record FOLDER N` adds to the journal in FOLDER until it has N entries: that a task of bygone years was
acknowledged, reported and confirmed. Mails have entries too; these are left out, for they need places in the outbox.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING

from bench.process import LIMIT, Measured, inside, peak_of, repeated
from bench.scale import FIRST_MORNING, LATER, Work, ready

if TYPE_CHECKING:
    from scheduler.journal import Entry
    from scheduler.register import Register

_DONE = date(2025, 3, 28)
_CHUNK = 5_000
_WORKS = ("first entries to the last", "start to READY", "`duban status`", "`duban audit verify`")


def fill(folder: Path, n: int) -> None:
    """Add entries until there are `n`."""
    from scheduler.clock import BEIJING
    from scheduler.daemon.services import Services
    from scheduler.settings import settings

    services = Services(settings(table=str(folder / "obligations.yaml")))
    journal, now = services.journal, datetime.fromisoformat(FIRST_MORNING).replace(tzinfo=BEIJING)
    wall, cpu = time.perf_counter(), time.process_time()
    missing = n - journal.head().seq
    entries = islice(_entries(services.register), max(0, missing))
    while chunk := list(islice(entries, _CHUNK)):
        journal.append(chunk, now=now)
    shape = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "peak": peak_of()}
    print(json.dumps({**shape, "n": {"facts": journal.head().seq}}))


def _entries(register: Register) -> Iterator[Entry]:
    """What was written of the tasks of bygone years, one after the other, without end."""
    from scheduler.journal import Entry
    from scheduler.planning.model import FactKind

    years = count(2025, -1)
    for year, row, unit in (
        (y, row.id, unit.id) for y in years for row in register.obligations for unit in register.units
    ):
        task, target = f"{row}/{unit}/{year}", "2025-03-31"
        dates = {"printed": target, "due": target, "target": target}
        yield Entry(FactKind.ACK, "he.ping", task=task)
        yield Entry(FactKind.REPORT, unit, _DONE, task, dates | {"evidence": "公开网址"})
        yield Entry(FactKind.CONFIRM, "he.ping", _DONE, task, dates)


def compared(work: Work, sizes: Sequence[int]) -> dict[int, list[Measured]]:
    """Filling, starting, asking and verifying, with a journal of each length."""
    found: dict[int, list[Measured]] = {}
    ready(work, FIRST_MORNING)
    for n in sizes:
        filled = inside("bench.record", str(work.folder), str(n), limit=3 * LIMIT, env=work.env)
        if filled.fault:
            found[n] = [filled]
            break
        found[n] = [
            filled,
            repeated(lambda: ready(work, LATER)),
            repeated(lambda: work.duban(LATER, "status")),
            repeated(lambda: work.duban(LATER, "audit", "verify")),
        ]
    return found


def shown(found: Mapping[int, Sequence[Measured]]) -> Iterator[str]:
    """The table."""
    yield f"| entries in the journal | {' | '.join(_WORKS)} |"
    yield f"|---|{'---:|' * len(_WORKS)}"
    for n, cells in found.items():
        said = [one.fault or f"{one.wall:,.1f} s, {one.peak / 1e6:,.0f} MB" for one in cells]
        yield f"| {n:,} | {' | '.join(said)} |"


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]))
