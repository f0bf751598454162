"""How many letters a minute may leave, so that a relay does not take us for a spammer. It waits for nothing itself."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

_WINDOW = timedelta(minutes=1)


class Pace:
    """Counts the letters of the last minute; `most` None: without a limit."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._went: deque[datetime] = deque()

    def pause(self, now: datetime) -> timedelta:
        """How long until the next one may go; nothing where it may go now."""
        while self._went and not timedelta() <= now - self._went[0] < _WINDOW:  # or the clock was set back
            self._went.popleft()
        if self._most is None or len(self._went) < self._most:
            return timedelta()
        return self._went[0] + _WINDOW - now

    def went(self, now: datetime) -> None:
        """One was handed to the server, whatever it said."""
        if self._most is not None:
            self._went.append(now)
