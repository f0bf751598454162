"""Letters a second: duban's way from the outbox to the server, beside plain smtplib and yagmail, to the same sink.

`python -m bench.mail FOLDER WAY N` sends in a process of its own. The office in FOLDER stands before its nine o'clock.
"""

from __future__ import annotations

import json
import shutil
import smtplib
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.process import LIMIT, Measured, inside, peak_of
from bench.scale import Work
from bench.sink import sink

NOTE = """\
The second column of each pair is the share of plain smtplib's. The letters are those of a nine o'clock, digests most of
them. The sink is a process of its own on loopback. A server that accepts at once is no real one: a real one has the
letter on its disk before it says so, and stands somewhere else, which the other pairs stand for. duban claims, looks
again, renders, delivers and settles each letter, and has the attempt and the result on disk before and after. What of
that every program must do that renders its letters, and writes down each one sent, the second and third row tell.
"""

PAUSES = (0.0, 0.02, 0.05)  # seconds until the server has a letter on its disk; 0: it says so at once
CONNECTIONS, PROCESSES = 4, 2  # of plain smtplib and of duban, for what several bring
_TIME = 12.0  # seconds of sending after which no further letter is begun


@dataclass(frozen=True, slots=True)
class Raw:
    """A letter rendered beforehand."""

    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    content: bytes


class _Keeping:
    """A transport that keeps letters instead of sending them."""

    def __init__(self, most: int) -> None:
        self.letters: list[Any] = []
        self._most = most

    def deliver(self, letter: Any, _meanwhile: Any = None) -> Any:
        """Keep it; after the last one that is wanted the server seems to be gone."""
        from scheduler.mailing import TemporaryFailure
        from scheduler.mailing.letter import Receipt

        if len(self.letters) >= self._most:
            raise TemporaryFailure("enough")
        self.letters.append(letter)
        return Receipt("250 kept")

    def close(self) -> None:
        """Nothing is open."""


def _daemon(folder: Path, transport: Any = None) -> Any:
    from bench.steps import FIRST_MORNING, NINE, Clock
    from scheduler.daemon.services import Services
    from scheduler.daemon.start import open_daemon
    from scheduler.settings import settings

    clock = Clock(FIRST_MORNING)
    services = Services(settings(table=str(folder / "obligations.yaml")), clock)
    daemon = open_daemon(services, clock, transport=transport)
    daemon.beat()
    clock.now = NINE
    daemon.desk.follow(clock.now)
    return daemon


def duban(folder: Path, n: int, _port: int) -> tuple[int, float]:
    """The daemon's own way: claim, look again, render, send, settle, each on disk before and after.

    Once all is queued it waits for the end of its standard input.
    """
    from scheduler.daemon.dispatch import Dispatch

    daemon, took = _daemon(folder), [0.0]
    run = Dispatch.run

    def timed(self: Any, current: Any, tell_time: Any, progress: Callable[[], bool]) -> int:
        print("ready", flush=True)
        sys.stdin.readline()
        began, count = time.perf_counter(), [0]

        def enough() -> bool:
            count[0] += 1
            return progress() and count[0] < n and time.perf_counter() - began < _TIME

        accepted = run(self, current, tell_time, enough)
        took[0] = time.perf_counter() - began
        return accepted

    Dispatch.run = timed  # type: ignore[method-assign]  # only the sending is timed
    return daemon.beat(), took[0]


def processes(folder: Path, n: int, port: int) -> tuple[int, float]:
    """The same by several processes, which share the outbox; the longest of their times counts."""
    asked = [sys.executable, "-m", "bench.mail", str(folder), "duban", str(n // PROCESSES), str(port)]
    children = [
        subprocess.Popen(asked, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(PROCESSES)
    ]
    for child in children:
        assert child.stdout is not None
        child.stdout.readline()
    for child in children:  # all are ready
        assert child.stdin is not None
        child.stdin.close()
    found = [json.loads(child.stdout.read().splitlines()[-1]) for child in children if child.stdout is not None]
    for child in children:
        child.wait()
    return sum(one["n"]["letters"] for one in found), max(one["wall"] for one in found)


def jobs(folder: Path, n: int) -> list[Callable[[], Any]]:
    """What makes the same letters."""
    from scheduler.mailing import Post

    found, compose = list[Callable[[], Any]](), Post.compose

    def kept(*job: Any, **more: Any) -> Any:
        found.append(lambda: compose(*job, **more))
        return compose(*job, **more)

    Post.compose = kept  # type: ignore[method-assign]  # each letter is to be made again
    _daemon(folder, _Keeping(n)).beat()
    return found[:n]


def rendered(folder: Path, n: int) -> list[Raw]:
    """The same letters, rendered beforehand."""
    return [_raw(job()) for job in jobs(folder, n)]


def _raw(letter: Any) -> Raw:
    from scheduler.mailing.mime import mime

    to = (letter.to.address, *(copy.address for copy in letter.copies))
    return Raw(letter.sender.address, to, letter.subject, letter.text, letter.html, mime(letter))


def rendering(folder: Path, n: int, port: int, record: Path | None = None) -> tuple[int, float]:
    """smtplib, one connection, each letter rendered when its turn has come; in the record before the next, if any."""
    found = jobs(folder, n)
    with closing(sqlite3.connect(record or ":memory:", isolation_level=None)) as written:
        for said in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE sent (id TEXT, answer TEXT)"):
            written.execute(said)
        began = time.perf_counter()

        def letters() -> Iterator[Raw]:
            for job in found:
                letter = job()
                yield _raw(letter)
                if record is not None:
                    written.execute("INSERT INTO sent VALUES (?, 'accepted')", (letter.message_id,))

        return plain(letters(), port), time.perf_counter() - began


def plain(letters: Iterable[Raw], port: int) -> int:
    """smtplib, one connection, nothing but the dialogue."""
    sent = 0
    with smtplib.SMTP("127.0.0.1", port) as server:
        until = time.perf_counter() + _TIME
        for letter in letters:
            server.sendmail(letter.sender, letter.to, letter.content)
            sent += 1
            if time.perf_counter() > until:
                break
    return sent


def several(letters: Sequence[Raw], port: int) -> int:
    """smtplib on several connections, a thread each."""
    counts = [0] * CONNECTIONS

    def work(number: int) -> None:
        counts[number] = plain(letters[number::CONNECTIONS], port)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)


def yagmail_(letters: Sequence[Raw], port: int) -> int:
    """yagmail as its manual shows it, a connection for each mail; it makes the MIME itself, from rendered parts."""
    import yagmail

    until, sent = time.perf_counter() + _TIME, 0
    for letter in letters:
        with yagmail.SMTP(
            letter.sender, "none", host="127.0.0.1", port=port, smtp_ssl=False, smtp_starttls=False,
            smtp_skip_login=True, soft_email_validation=False,
        ) as server:  # fmt: skip
            server.send(list(letter.to), letter.subject, [letter.text, letter.html])
        sent += 1
        if time.perf_counter() > until:
            break
    return sent


_PEERS: Mapping[str, Callable[[Sequence[Raw], int], int]] = {"plain": plain, "several": several, "yagmail": yagmail_}
WAYS = {
    "plain": "smtplib, one connection, rendered beforehand",
    "rendering": "smtplib, one connection, rendered by our templates in its turn",
    "durable": "the same, and each one sent written down by SQLite, on disk",
    "duban": "duban, from the outbox, rendering and record included",
    "processes": f"duban, {PROCESSES} processes on one outbox",
    "several": f"smtplib, {CONNECTIONS} connections, rendered beforehand",
    "yagmail": "yagmail, one connection per mail, rendered beforehand",
}


def compared(work: Work, n: int) -> dict[float, dict[str, Measured]]:
    """Letters a second of each way, by how long the server takes to accept one."""
    found: dict[float, dict[str, Measured]] = {}
    for pause in PAUSES:
        found[pause] = {}
        with sink(pause) as port:
            work.port = port
            for way in WAYS:
                shutil.rmtree(work.state, ignore_errors=True)
                for old in work.folder.glob("sent.sqlite*"):
                    old.unlink()
                found[pause][way] = inside(
                    "bench.mail", str(work.folder), way, str(n), str(port), limit=2 * LIMIT, env=work.env
                )
    return found


def rate(one: Measured) -> float | None:
    """Letters a second."""
    return None if one.fault or not one.wall else one.n["letters"] / one.wall


def shown(found: Mapping[float, Mapping[str, Measured]]) -> Iterator[str]:
    """The table."""
    heads = ("at once" if not pause else f"after {pause * 1000:.0f} ms" for pause in found)
    yield f"| letters a second, a server that accepts … | {' | | '.join(heads)} | |"
    yield f"|---|{'---:|---:|' * len(found)}"
    for way, title in WAYS.items():
        cells = []
        for by in found.values():
            own, base = rate(by[way]), rate(by["plain"])
            cells.append(by[way].fault or f"{own:,.0f}")
            cells.append(f"{own / base:.2f}" if own and base else "")
        yield f"| {title} | {' | '.join(cells)} |"


def main() -> None:
    folder, way, n, port = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    cpu = time.process_time()
    if way == "duban":
        sent, wall = duban(folder, n, port)
    elif way == "processes":
        sent, wall = processes(folder, n, port)
    elif way in {"rendering", "durable"}:
        sent, wall = rendering(folder, n, port, folder / "sent.sqlite" if way == "durable" else None)
    else:
        letters = rendered(folder, n)
        cpu, began = time.process_time(), time.perf_counter()
        sent = _PEERS[way](letters, port)
        wall = time.perf_counter() - began
    cpu = time.process_time() - cpu
    print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak_of(), "n": {"letters": sent}}))


if __name__ == "__main__":
    main()
