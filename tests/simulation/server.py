"""A mail server as a model, the crash points, and the journal seen through them. It judges nothing."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import event

from scheduler.journal import Journal
from scheduler.mailing import (
    ConfigurationFailure,
    Letter,
    PermanentFailure,
    Receipt,
    TemporaryFailure,
    UnknownFailure,
)
from scheduler.words import say


class Crash(BaseException):
    """The process is gone, between two steps."""


@dataclass
class Fuse:
    """Counts steps down to a crash; disarmed while `left` is None. `where` says what counts as a step."""

    counts: Counter[str]
    left: int | None = None
    where: str = "call"  # call, statement, accepted

    def tick(self, where: str, at: str) -> None:
        """One step of this kind."""
        if self.left is None or where != self.where:
            return
        self.left -= 1
        if self.left <= 0:
            self.left = None
            self.counts[f"crash: {at}"] += 1
            raise Crash(at)


class Drawer:
    """A journal that stays open from life to life and year to year, and leads to the file of the year at play.

    A new engine would compile all its statements again, at each start of a daemon.
    """

    def __init__(self, template: Path) -> None:
        self.journal = Journal.open(f"sqlite:///{template}")
        self._path = template
        self._fuse: Fuse | None = None
        event.listen(self.journal._database.engine, "do_connect", self._lead)
        event.listen(self.journal._database.engine, "before_cursor_execute", self._statement)

    def turn(self, path: Path, fuse: Fuse | None = None) -> Journal:
        """The journal in another file; where there is a fuse, each statement is a step of it."""
        self.journal.close()
        self._path, self._fuse = path, fuse
        return self.journal

    def _lead(self, _dialect: Any, _record: Any, where: list[Any], _how: Any) -> None:
        where[0] = str(self._path)

    def _statement(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if self._fuse is not None:
            self._fuse.tick("statement", f"inside a transaction: {statement.split()[0].lower()}")


class Seamed:
    """A journal in which the process may die before and after every call."""

    def __init__(self, journal: Journal, fuse: Fuse) -> None:
        self._journal, self._fuse = journal, fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._journal, name)

        def call(*args: Any, **more: Any) -> Any:
            self._fuse.tick("call", f"before {name}")
            answer = found(*args, **more)
            self._fuse.tick("call", f"after {name}")
            return answer

        return call


@dataclass
class Delivery:
    """One acceptance by the server, with what an observer saw in the database at that moment."""

    message_id: str
    to: str
    copies: tuple[str, ...]
    now: datetime
    true: datetime
    kind: str
    notices: tuple[str, ...]
    attempt_open: bool
    facts: int
    beat: int
    may_repeat: bool = False  # the process died, or the answer was lost, before it was written down
    doubtful: bool = False  # it had been tried before, and a server may have taken it then


class Eye:
    """Looks at the database as another process does: it sees what is committed, and changes nothing."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)

    def rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """The answer to a question."""
        return self._database.execute(question, values).fetchall()

    def message(self, message_id: str) -> tuple[str, tuple[str, ...], bool]:
        """Kind and notices of a message, and whether an attempt to send it stands open."""
        found = self.rows("SELECT id, kind, attempts, state FROM outbox WHERE message_id = ?", message_id)
        if not found:
            return "unheard of", (), False
        ((number, kind, attempts, state),) = found
        keys = self.rows("SELECT key FROM notice WHERE outbox_id = ? AND outcome = 'queued' ORDER BY position", number)
        begun = self.rows(
            "SELECT 1 FROM attempt WHERE outbox_id = ? AND number = ? AND ended IS NULL", number, attempts
        )
        return kind, tuple(key for (key,) in keys), bool(begun) and state == "leased"

    def doubtful(self, message_id: str) -> bool:
        """Whether an earlier attempt to send it may have succeeded."""
        return bool(self.rows(
            "SELECT 1 FROM attempt a JOIN outbox o ON o.id = a.outbox_id WHERE o.message_id = ? AND a.number < o.attempts"
            " AND (a.result IS NULL OR a.result NOT IN ('temporary', 'postponed'))", message_id
        ))  # fmt: skip

    def placed(self, after: int) -> list[str]:
        """The notices of the messages after that number."""
        return [key for (key,) in self.rows("SELECT key FROM notice WHERE outbox_id > ?", after)]

    def waiting(self) -> list[str]:
        """The notices that wait in the outbox."""
        question = (
            "SELECT n.key FROM notice n JOIN outbox o ON o.id = n.outbox_id"
            " WHERE n.outcome = 'queued' AND o.state IN ('pending', 'retry') ORDER BY n.key"
        )
        return [key for (key,) in self.rows(question)]

    def state(self, message_id: str) -> str:
        """Where a message stands."""
        return "".join(state for (state,) in self.rows("SELECT state FROM outbox WHERE message_id = ?", message_id))

    def next_mail(self) -> str | None:
        """When the outbox has something to do next, as the journal writes moments."""
        return self.rows(
            "SELECT min(CASE state WHEN 'leased' THEN lease_until ELSE not_before END) FROM outbox"
            " WHERE state IN ('pending', 'leased', 'retry')"
        )[0][0]

    def close(self) -> None:
        """Stop looking."""
        self._database.close()


_TROUBLES = {
    "temporary": "refused for now (4xx)", "configuration": "login refused", "unknown-before": "line dropped before acceptance",
    "unknown-after": "line dropped after acceptance", "slow": "slow server", "time-out": "time-out",
}  # fmt: skip


class Server:
    """Takes letters and loses none; `mode` and `refuses` are its troubles, and now and then a letter has its own."""

    def __init__(self, world: Any, rng: Random) -> None:
        self._world, self._rng = world, rng
        self.mode = "ok"  # ok, temporary, configuration, flaky
        self.refuses: set[str] = set()
        self.log: list[Delivery] = []
        self.refused: list[tuple[datetime, tuple[str, ...]]] = []  # when, the notices that died
        self.on_accepted: Callable[[], None] = lambda: None

    def deliver(self, letter: Letter, meanwhile: Callable[[], object]) -> Receipt:
        """One dialogue."""
        world, address = self._world, letter.to.address
        world.fuse.tick("call", "before deliver")
        trouble = self._trouble()
        if trouble in {"slow", "time-out"}:
            world.pass_time(timedelta(seconds=self._rng.randint(5, 90)))
        if trouble not in {"", "slow"}:
            world.ill()
        if trouble in {"temporary", "time-out"}:
            raise TemporaryFailure("451 4.3.0 try again later")
        if trouble == "configuration":
            raise ConfigurationFailure("mail-login", say("登录被拒"), say("核对口令"), answer="535 5.7.8")
        if trouble == "unknown-before":
            raise UnknownFailure("line dropped")
        if address in self.refuses:
            world.counts["letter: refused for good (5xx)"] += 1
            self.refused.append((world.true, world.eye.message(letter.message_id)[1]))
            raise PermanentFailure("550 5.1.1 user unknown")
        meanwhile()
        self._accept(letter, unknown=trouble == "unknown-after")
        if trouble == "unknown-after":
            raise UnknownFailure("line dropped")
        return Receipt(f"250 2.0.0 Ok: queued as {len(self.log):X}")

    def close(self) -> None:
        """Nothing is held open."""

    def _trouble(self) -> str:
        """What befalls this letter."""
        found = self.mode if self.mode in {"temporary", "configuration"} else ""
        if not found and self._rng.random() < (0.35 if self.mode == "flaky" else 0.03):
            found = self._rng.choice(("unknown-before", "unknown-after", "slow", "time-out", "temporary"))
        if found:
            self._world.counts[f"letter: {_TROUBLES.get(found, found)}"] += 1
        return found

    def _accept(self, letter: Letter, *, unknown: bool) -> None:
        world = self._world
        kind, keys, begun = world.eye.message(letter.message_id)
        copies = tuple(copy.address for copy in letter.copies)
        self.log.append(
            Delivery(letter.message_id, letter.to.address, copies, world.now, world.true, kind, keys, begun,
                     len(world.facts), len(world.beats), may_repeat=unknown,
                     doubtful=world.eye.doubtful(letter.message_id))
        )  # fmt: skip
        world.fuse.tick("accepted", "between acceptance and settlement")
        world.fuse.tick("call", "after deliver")
        self.on_accepted()
