"""One office-year under a seed: the clock, the daemon, the people, the faults. It writes down what happened."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from random import Random

import pytest

from scheduler.clock import BEIJING
from scheduler.daemon import desk, start
from scheduler.daemon.service import Daemon
from scheduler.daemon.services import Services
from scheduler.daemon.start import open_daemon
from scheduler.journal import Journal
from scheduler.mailing import Post
from scheduler.problems import TableError
from scheduler.settings import settings
from scheduler.workdays import Calendar
from scheduler.workdays.keeping import written

from . import deeds
from .office import Office, edited, random_office
from .oracle import Happened, Oracle
from .people import Said, act, settle, state_of
from .server import Crash, Drawer, Eye, Fuse, Seamed, Server

ROOT = Path(__file__).parents[2]
HEALS = timedelta(minutes=75)  # after the last trouble all pauses and leases are over
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LENGTH = 365


@dataclass
class Beat:
    """One round of the daemon: when by its own clock and by the true one, and what it knew."""

    now: datetime
    true: datetime
    healthy: bool
    version: int
    facts: int
    events: int
    ended: datetime | None = None
    grew: bool = False  # something was entered while it went round


@dataclass
class Ahead:
    """A while in which the daemon's clock was ahead: what lay between `low` and `high` it may have judged too early."""

    low: datetime
    high: datetime


@dataclass
class Formed:
    """A message as the outbox has it, and the round in which it was made."""

    message_id: str
    address: str
    kind: str
    moment: str
    formed_at: str
    beat: int


@dataclass
class World:
    """Everything of one seed. `run` plays it; the checks read what it leaves."""

    seed: int
    rounds: int = 2000  # a broken program may go round for ever
    by_hand: bool = False  # people ask for chasers, telephone and correct mails as well
    rng: Random = field(init=False)
    counts: Counter[str] = field(default_factory=Counter)
    beats: list[Beat] = field(default_factory=list)
    facts: list[Said] = field(default_factory=list)
    events: list[Happened] = field(default_factory=list)
    formed: list[Formed] = field(default_factory=list)
    placed: dict[str, int] = field(default_factory=dict)  # in which round each notice came into the outbox
    breaks: list[tuple[int, int]] = field(default_factory=list)  # in which rounds the table was broken
    ahead: list[Ahead] = field(default_factory=list)
    versions: list[Office] = field(default_factory=list)
    offset: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)
        self._deeds = Random(f"deeds {self.seed}")
        self._luck = Random(f"luck {self.seed}")  # what hangs on the program's doings changes no plan of the year
        first = date(self.rng.randint(2012, 2023), 1, 1) + timedelta(days=self.rng.randrange(360))
        self.true = datetime.combine(first, datetime.min.time(), BEIJING) + self.rng.randrange(24) * HOUR
        self.began, self.end = self.true, self.true + LENGTH * DAY
        self.versions = [random_office(self.rng, first)]
        self.version = 0  # the table in force, as the daemon knows it
        self.fuse = Fuse(self.counts)
        self.server = Server(self, Random(f"server {self.seed}"))
        self.broken = False
        self.daemons: list[tuple[Daemon, Journal]] = []
        self.rival = self.rng.random() < 0.2
        self.counts["two daemons all year"] += self.rival
        self.up_again: datetime | None = self.true
        self.heals_at = self.true + HEALS
        self._looks: list[datetime] = []
        self._agenda: list[tuple[datetime, int, str, object]] = []
        self._numbers = count()
        self._nested = False
        self._oracles: dict[int, Oracle] = {}
        self.server.on_accepted = self._meanwhile

    # -- clocks --------------------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """The daemon's clock."""
        return self.true + self.offset

    def pass_time(self, span: timedelta) -> None:
        """Time goes by within a round."""
        self.true += span

    def ill(self, span: timedelta = timedelta(0)) -> None:
        """Something is wrong now, and its pauses last `span` longer than usual."""
        self.heals_at = max(self.heals_at, self.true + HEALS + span)

    def oracle(self, version: int | None = None) -> Oracle:
        """The oracle of a version of the table, by default the last one written."""
        number = len(self.versions) - 1 if version is None else version
        if number not in self._oracles:
            self._oracles[number] = Oracle(self.versions[number], BEIJING)
        return self._oracles[number]

    # -- the play ------------------------------------------------------------------------------------------------------

    def run(self) -> World:
        """Play the year."""
        with _folder() as folder:
            self._open(folder)
            self._plan_ahead()
            try:
                while self.true < self.end and len(self.beats) < self.rounds:
                    self._next()
                self._stop()
                self.audit = self._hand.verify()
                self.record = tuple(self._hand.facts())
                self.counts["waiting mails made one"] += sum("merged" in f.data for f in self.record)
            finally:
                self._stop()
                self.eye.close()
                self._hand.close()
        return self

    def _open(self, folder: Path) -> None:
        self.table = folder / "obligations.yaml"
        shutil.copyfile(_empty_journal(), folder / "duban.db")
        self._env = {"DUBAN_TABLE": str(self.table), "DUBAN_STATE": str(folder)}
        self._env["DUBAN_TEMPLATES"] = str(ROOT / "templates")
        self._write(self.versions[-1].text())
        self.eye = Eye(folder / "duban.db")
        *self._own, hand = _drawers()
        self._hand = hand.turn(folder / "duban.db")

    def _plan_ahead(self) -> None:
        """Put the year's troubles and doings on the agenda."""
        rng = self.rng
        seen = {row.id: self.true for row in self.versions[0].rows}
        coming = self._coming(seen)
        moments = sorted({at for at, _ in coming})

        def near() -> datetime:
            """A minute before something goes, or any time."""
            if moments and rng.random() < 0.8:
                return rng.choice(moments) - MINUTE
            return self._any_time()

        for what, most in (("fact", 40), ("sweep", 8), ("edit", 3), ("break", 2), ("outage", 3), ("flaky", 2)):
            for _ in range(rng.randint(most // 4, most)):
                self._put(self._any_time(), what)
        for what, least, most in (("crash", 3, 14), ("temporary", 0, 3), ("configuration", 0, 2), ("refuse", 0, 2)):
            for _ in range(rng.randint(least, most)):
                self._put(near(), what)
        for _ in range(12 if self.by_hand else 0):
            at = self.began + self._deeds.random() * (self.end - self.began - 14 * DAY)
            at = at.replace(hour=self._deeds.randrange(8, 17))
            self._put(at, "deed")
            self._put(at + HOUR, "deed")
        for _ in range(rng.choice((0, 0, 1, 2))):
            self._put(self._any_time(), "clock", rng.choice((-30, -2, -1, 1, 3, 26, 50)) * HOUR)
        for at, tasks in coming:
            self._put(at + rng.choice((0, 0, 20)) * timedelta(seconds=1), "sweep", tasks)
        for what in ("temporary", "flaky"):  # in the end all is well
            self._put(self.end - 9 * DAY, f"{what}-over")

    def _coming(self, seen: dict[str, datetime]) -> list[tuple[datetime, set[str]]]:
        """The moments of notices to come, and whose they are."""
        found: dict[datetime, set[str]] = {}
        for e in self.oracle().expected(self.true.date(), self.end.date(), seen, self.events):
            if self.true < e.at < self.end:
                found.setdefault(e.at, set()).add(e.task)
        return sorted(found.items())

    def _any_time(self) -> datetime:
        at = self.began + self.rng.random() * (self.end - self.began - 10 * DAY)
        return at if self.rng.random() < 0.4 else at.replace(hour=self.rng.randrange(8, 18))

    def _put(self, at: datetime, what: str, more: object = None) -> None:
        heappush(self._agenda, (at, next(self._numbers), what, more))

    def _next(self) -> None:
        """Go on to what comes next, and do it."""
        at, what, more = self.end, "", None
        if self._agenda:
            at, _, what, more = self._agenda[0]
        round_at = self._next_round()
        if round_at < at:
            self.true = max(self.true, round_at)
            if self.true < self.end:
                self._round()
            return
        self.true = max(self.true, at)
        if what:
            heappop(self._agenda)
            self._do(what, more)

    def _next_round(self) -> datetime:
        """When the daemon comes round next as far as anything may be to do."""
        if not self.daemons:
            return max(self.up_again or self.end, self.true)
        soon = self.true + 30 * timedelta(seconds=1)
        found = [self.end]
        if (mail := self.eye.next_mail()) is not None:
            found.append(max(datetime.fromisoformat(mail) - self.offset, soon))
            if found[-1] == soon:
                found[-1] = self.true + 10 * MINUTE
            if self.server.mode in {"temporary", "configuration"}:  # until it is over each try is like the last
                found[-1] = max(found[-1], self.true + 3 * HOUR)
        found += [at - self.offset for at in self._looks if at > self.now][:1]
        return min(found)

    def _look_tomorrow(self) -> None:
        """Something happened: what it held back may go at the next send moment; and look in now and then on any day."""
        now = self.now
        looks = {self.oracle().next_send(now + MINUTE), *(at for at in self._looks if at > now)}
        if self._luck.random() < 0.1:
            looks.add((now + DAY).replace(hour=self._luck.choice((2, 11, 17))))
        self._looks = sorted(looks)

    # -- the daemon ----------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        """Start a daemon, two where a rival runs; it does not start on a broken table."""
        self.up_again = None
        for drawer in self._own[: 2 if self.rival else 1]:
            services = Services(settings(self._env), lambda: self.now)
            journal = drawer.turn(self.table.with_name("duban.db"), self.fuse)
            services.__dict__["journal"] = Seamed(journal, self.fuse)
            try:
                daemon = open_daemon(services, lambda: self.now, {}, transport=self.server)
            except TableError:
                journal.close()
                assert self.broken
                self.counts["start refused: broken table"] += 1
                self.up_again = self.true + HOUR
                self.ill()
                return
            except Crash:
                journal.close()
                raise
            self.daemons.append((daemon, journal))
        self._look_tomorrow()

    def _stop(self) -> None:
        for _, journal in self.daemons:
            journal.close()
        self.daemons = []
        self.ill()

    def _round(self) -> None:
        """One round of all daemons; a crash takes them all down for a while."""
        healthy = self.true >= self.heals_at and not self.offset
        accepted = len(self.server.log)
        if not self.broken:
            self.version = len(self.versions) - 1
        beat = Beat(self.now, self.true, healthy, self.version, len(self.facts), len(self.events))
        self.beats.append(beat)
        try:
            if not self.daemons:
                self._start()
            for daemon, _ in self.daemons:
                daemon.beat()
            beat.ended = self.now
        except Crash:
            self._died()
        beat.grew = beat.facts < len(self.facts)
        beat.events, beat.facts = len(self.events), len(self.facts)
        beat.healthy = healthy and self.true >= self.heals_at and beat.ended is not None
        if any("#escalate-" in key for d in self.server.log[accepted:] for key in d.notices):
            self._look_tomorrow()  # one escalation a day
        self._watch_outbox()

    def _died(self) -> None:
        self._stop()
        for delivery in self.server.log:
            if self.eye.state(delivery.message_id) != "sent":
                delivery.may_repeat = True
        after = self._luck.choice((0, 0.5, 5, 30, 60 * 5)) * MINUTE
        self.up_again = self.true + after

    def _meanwhile(self) -> None:
        """What happens while a server takes a letter: another daemon goes round, a person enters something."""
        if self._nested:
            return
        self._nested = True
        try:
            if len(self.daemons) > 1:
                self.counts["two daemons in one dialogue"] += 1
                self.daemons[1][0].beat()
            if self._luck.random() < 0.1:
                self.pass_time(timedelta(seconds=1))
                act(self, self._hand, self._luck)
                self._soon()
        finally:
            self._nested = False

    def _watch_outbox(self) -> None:
        question = "SELECT message_id, address, kind, moment, formed_at FROM outbox WHERE id > ? ORDER BY id"
        for key in self.eye.placed(len(self.formed)):
            self.placed.setdefault(key, len(self.beats) - 1)
        for row in self.eye.rows(question, len(self.formed)):
            self.formed.append(Formed(*row, len(self.beats) - 1))

    # -- what befalls it -----------------------------------------------------------------------------------------------

    def _do(self, what: str, more: object) -> None:
        getattr(self, "_" + what.replace("-", "_"))(more)

    def _sweep(self, tasks: object) -> None:
        """A round, unless it was only to be one for tasks that are closed by now."""
        if not self.daemons or (self.beats and self.beats[-1].true == self.true):
            return
        if not isinstance(tasks, set) or any(state_of(task, self.facts).is_open for task in tasks):
            self._round()

    def _fact(self, _: object) -> None:
        if act(self, self._hand, self.rng) or self._luck.random() < 0.3:
            self._soon()

    def _deed(self, _: object) -> None:
        if not self.broken:
            services = Services(settings(self._env), lambda: self.now)
            services.__dict__["journal"] = self._hand
            deeds.act(self, services, self._hand, self._deeds)
            self._soon()

    def _soon(self) -> None:
        """A round within the minute, and one at the next send moment where that may hold back what came of it."""
        self._put(self.true + self._luck.randrange(1, 40) * timedelta(seconds=1), "sweep")
        if not self.oracle().is_open(self.now) or self._luck.random() < 0.1:
            self._look_tomorrow()

    def _edit(self, _: object) -> None:
        if self.broken:
            return
        what, office = edited(self.rng, self.versions[-1], self.now, f"x{len(self.versions)}")
        if what:
            self.counts[f"edit: {what}"] += 1
            self.versions.append(office)
            self._write(office.text())
            seen = {row.id: self.true for row in office.rows}
            for at, tasks in self._coming(seen):
                self._put(at, "sweep", tasks)
            self._soon()

    def _break(self, _: object) -> None:
        if not self.broken:
            self.counts["table broken"] += 1
            self.broken = True
            self._broken_since = len(self.beats)
            self._write("version: 1\noffice: [\n")
            self._put(self.true + self.rng.choice((1, 5, 30, 70)) * HOUR, "mend")
            self._soon()

    def _mend(self, _: object) -> None:
        self.broken = False
        if self.daemons:  # one that started meanwhile did not start at all
            self.breaks.append((self._broken_since, len(self.beats)))
        self._write(self.versions[-1].text())
        self._soon()

    def _outage(self, _: object) -> None:
        if self.daemons:
            span = self.rng.choice((2, 9, 30, 80, 200, 500)) * HOUR
            self.counts[f"outage: {'hours' if span < DAY else 'days' if span < 7 * DAY else 'weeks'}"] += 1
            self._stop()
            self.up_again = min(self.true + span, self.end - 9 * DAY)

    def _crash(self, _: object) -> None:
        where = self.rng.choice(("call", "call", "statement", "accepted"))
        self.fuse.where = where
        self.fuse.left = {"call": self.rng.randint(1, 45), "statement": self.rng.randint(1, 90), "accepted": 1}[where]

    def _temporary(self, _: object) -> None:
        self._mode("temporary")

    def _configuration(self, _: object) -> None:
        self._mode("configuration")

    def _flaky(self, _: object) -> None:
        self._mode("flaky")

    def _mode(self, mode: str) -> None:
        if self.server.mode == "ok" and self.true < self.end - 12 * DAY:
            self.counts[f"server: {mode}"] += 1
            self.server.mode = mode
            span = self.rng.choice((0.2, 2, 10, 30, 100, 170)) * HOUR
            self._put(self.true + span, "temporary-over")
            self._put(self.true + 0.9 * span, "settle")
            self.ill()

    def _settle(self, _: object) -> None:
        settle(self, self._hand, self._luck, self.eye.waiting())

    def _temporary_over(self, _: object) -> None:
        if self.server.mode != "ok":
            self.server.mode = "ok"
            self.ill()

    _flaky_over = _temporary_over

    def _refuse(self, _: object) -> None:
        people = [p.email for p in self.versions[-1].people if p.email]
        address = self.rng.choice(people)
        self.counts["address refused"] += 1
        self.server.refuses.add(address)
        self._put(self.true + self.rng.randrange(1, 20) * DAY, "take", address)

    def _take(self, address: object) -> None:
        self.server.refuses.discard(str(address))

    def _clock(self, step: object) -> None:
        if self.offset or self.true > self.end - 14 * DAY:
            return
        assert isinstance(step, timedelta)
        self.counts[f"clock: {'ahead' if step > timedelta(0) else 'back'}"] += 1
        self.offset = step
        back = self.true + self.rng.choice((0.5, 3, 20, 40)) * HOUR
        self.ahead.append(Ahead(self.true, max(back, back + step) + HEALS))
        self._put(back, "clock-right")
        self._soon()

    def _clock_right(self, _: object) -> None:
        step, self.offset = self.offset, timedelta(0)
        self.ill(abs(step))
        self._soon()

    def _write(self, text: str) -> None:
        fresh = self.table.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self.table)


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder of its own, in memory where the machine has such a place."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="duban-", dir=memory if memory.is_dir() else None) as name:
        yield Path(name)


@cache
def _drawers() -> tuple[Drawer, Drawer, Drawer]:
    """For two daemons and the people."""
    return Drawer(_empty_journal()), Drawer(_empty_journal()), Drawer(_empty_journal())


@cache
def _empty_journal() -> Path:
    """A journal that holds nothing yet: making one takes longer than a month of the simulation."""
    folder = Path(tempfile.mkdtemp(prefix="duban-"))
    with closing(Journal.open(f"sqlite:///{folder / 'duban.db'}")):
        pass
    return folder / "duban.db"


_post = cache(Post)


@contextmanager
def prepared() -> Iterator[None]:
    """A silent log; templates compiled and calendars written out once, not at each start and day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logging.getLogger("duban"), "disabled", True)
        patch.setattr(start, "Post", _post)
        patch.setattr(desk, "written", _written)
        yield


_sheets: dict[tuple[int, ...], tuple[tuple[Calendar, ...], bytes]] = {}


def _written(tables: Iterable[Calendar]) -> bytes:
    found = tuple(tables)
    key = tuple(id(table.sheet) for table in found)
    if key not in _sheets:
        _sheets[key] = found, written(found)  # kept, or another sheet might get its number
    return _sheets[key][1]
