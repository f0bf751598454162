"""The alarm clock: APScheduler jobs that wake the daemon at the moments of the notices. It remembers and sends nothing.

One job per obligation, its trigger over the sorted moments of the obligation's notices, and a sweep job every half
minute; all of them only ring. What is owed is read from the journal, so a job that is lost costs one sweep.
"""

from __future__ import annotations

import os
import select
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.base import STATE_STOPPED
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from scheduler.clock import BEIJING

SWEEP = "/sweep"  # with a slash, which no id of an obligation has
BEAT = timedelta(seconds=30)


class MomentsTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler ships no types
    """Fires at each of a sorted sequence of aware moments; those before `now` are past and do not fire."""

    __slots__ = ("moments",)

    def __init__(self, moments: Sequence[datetime]) -> None:
        self.moments = tuple(moments)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """The first moment at or after `now` and after the previous one; None when there is none left."""
        at = bisect_left(self.moments, now)
        if previous_fire_time is not None:
            at = max(at, bisect_right(self.moments, previous_fire_time))
        return self.moments[at] if at < len(self.moments) else None

    def __str__(self) -> str:
        return f"moments[{len(self.moments)}]"


class AlarmClock(BlockingScheduler):  # type: ignore[misc]  # APScheduler ships no types
    """APScheduler in the main thread. Each ring, and each `wakeup()` from a signal, calls `on_beat` outside of any job.

    The stock loop waits on an Event, which sees neither a step of the wall clock nor a suspend before its time-out
    ends; this one waits on a pipe, at most one beat long, and a beat comes after that time even where the clock was set
    back and no job is due. An error in `on_beat` ends the loop and with it the process.
    """

    def __init__(self, on_beat: Callable[[], None], beat: timedelta = BEAT) -> None:
        super().__init__(
            timezone=BEIJING,
            executors={"default": DebugExecutor()},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._on_beat = on_beat
        self._longest = beat.total_seconds()
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)
        self._rung = True
        self._set: dict[str, tuple[datetime, ...]] = {}
        every = IntervalTrigger(seconds=max(1, round(self._longest)), timezone=BEIJING)
        self.add_job(self._ring, every, id=SWEEP, name=SWEEP)

    @property
    def pipe(self) -> int:
        """The writing end of the pipe that wakes the loop (for signal.set_wakeup_fd)."""
        return self._write

    def set_moments(self, moments: Mapping[str, Sequence[datetime]]) -> int:
        """Make the jobs follow the plan: one per obligation that has moments left. Returns how many jobs changed."""
        wanted = {name: tuple(times) for name, times in moments.items() if times}
        changed = [name for name, times in wanted.items() if self._set.get(name) != times]
        gone = [name for name in self._set if name not in wanted]
        for name in gone + [name for name in changed if name in self._set]:
            if self.get_job(name):
                self.remove_job(name)
        for name in changed:
            self.add_job(self._ring, MomentsTrigger(wanted[name]), id=name, name=name)
        self._set = wanted
        return len(gone) + len(changed)

    def ring(self) -> None:
        """Ask for a beat as soon as the loop comes round (from a signal handler too)."""
        self._rung = True
        self.wakeup()

    def wakeup(self) -> None:
        """Let the loop look at its jobs now."""
        with suppress(BlockingIOError):  # the pipe is full of wake-ups already
            os.write(self._write, b"\0")

    def start(self) -> None:
        """Run until `shutdown`."""
        self._event = _Unused()
        super().start()

    def _ring(self) -> None:
        self._rung = True

    def _main_loop(self) -> None:
        wait, last = 0.0, time.monotonic()
        while self.state != STATE_STOPPED:
            select.select([self._read], [], [], wait)
            self._drain()
            wait = self._until_next_job()
            if (self._rung or time.monotonic() - last >= self._longest) and self.state != STATE_STOPPED:
                self._rung, last = False, time.monotonic()
                self._on_beat()
                wait = 0 if self._rung else self._until_next_job()

    def _until_next_job(self) -> float:
        """Run the jobs that are due; how long to wait for the next one in seconds, a beat at most."""
        wait = self._process_jobs()
        return self._longest if wait is None else min(wait, self._longest)

    def _drain(self) -> None:
        with suppress(BlockingIOError):
            while os.read(self._read, 4096):
                pass


class _Unused:
    """Stands where the stock loop keeps its Event; ours waits on the pipe."""

    def set(self) -> None: ...

    def clear(self) -> None: ...

    def is_set(self) -> bool:
        return False
