"""The oracle: what should go, when and to whom, worked out anew from the office and a list of working days.

It shares no line with the product: its days come from a file, its ladders are counted one day after the other.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from .office import ADMIN, Ladder, Office, Row

DAY = timedelta(days=1)


@cache
def national() -> frozenset[date]:
    """The working days of the whole country."""
    path = Path(__file__).parents[1] / "workdays" / "data" / "workdays.csv"
    with path.open(encoding="utf-8") as file:
        return frozenset(date.fromisoformat(r["date"]) for r in csv.DictReader(file) if r["is_workday"] == "1")


@dataclass(frozen=True)
class Happened:
    """An event that somebody entered."""

    row_kind: str  # event, hours
    ref: str
    unit: str
    at: datetime | date
    entered: datetime


@dataclass(frozen=True)
class Expected:
    """One notice as it should be: when it may go at the earliest, and until when it is of use (None: for ever)."""

    key: str
    task: str
    name: str
    kind: str  # remind, pace, chase, escalate
    at: datetime
    until: datetime | None
    target: date | datetime
    due: date | datetime
    bearer: str
    to: str | None
    order: int = 0
    last: bool = False
    ask: bool = False
    ahead: bool = False
    anytime: bool = False
    useful: bool = True  # False: it may go, but nobody is owed it (it lay before the task was known)


class Oracle:
    """The answers for one version of the table."""

    def __init__(self, office: Office, zone) -> None:
        self.office = office
        self._zone = zone
        self._send_at = time.fromisoformat(office.send_at)

    # -- days ----------------------------------------------------------------------------------------------------------

    def works(self, day: date) -> bool:
        """Whether mail may go on a day."""
        if day in self.office.rest:
            return False
        return day in self.office.work or day in national()

    def step(self, day: date, n: int) -> date:
        """The n-th working day strictly after a day, or before it."""
        sign = DAY if n > 0 else -DAY
        for _ in range(abs(n)):
            day += sign
            while not self.works(day):
                day += sign
        return day

    def roll(self, day: date, how: str) -> date:
        """The day itself, or the next working day in the direction of the roll."""
        move = {"preceding": -DAY, "following": DAY}.get(how)
        while move is not None and not self.works(day):
            day += move
        return day

    def send(self, day: date) -> datetime:
        """The send moment of a day."""
        return datetime.combine(day, self._send_at, self._zone)

    def is_open(self, now: datetime) -> bool:
        """Whether mail in working days may go now."""
        return self.works(now.date()) and now.time() >= self._send_at

    def next_send(self, now: datetime) -> datetime:
        """The first send moment not before now."""
        if self.works(now.date()) and now <= self.send(now.date()):
            return self.send(now.date())
        return self.send(self.step(now.date(), 1))

    # -- people --------------------------------------------------------------------------------------------------------

    def address(self, bearer: str, to: str | None, day: date) -> str | None:
        """The mailbox for a bearer's officer, or for a role of his line; None where nobody is told."""
        unit = self.office.unit(bearer)
        owing = unit.holder("officer")
        if to is None:
            return self._mailbox(owing, day)
        if to.startswith("reports_to."):
            who = self.office.unit("office").holder(to.partition(".")[2])
        else:
            who = unit.holder(to)
        if who is None or who == owing:
            return None
        return self._mailbox(who, day, avoid=owing) or self._mailbox(ADMIN, day)

    def _mailbox(self, who: str | None, day: date, avoid: str | None = None) -> str | None:
        person = self.office.person(who)
        seen = {who}
        while True:
            if person.away and person.away[0] <= day <= person.away[1] and person.delegate not in seen:
                person = self.office.person(person.delegate)
            elif person.email and person.id != avoid:
                return person.email
            elif person.via and person.via not in seen:
                person = self.office.person(person.via)
            else:
                return None
            seen.add(person.id)

    def weekly(self, address: str | None) -> bool:
        """Whether the reader gets one sheet a week."""
        return any(p.email == address and p.pace == "weekly" for p in self.office.people)

    # -- notices -------------------------------------------------------------------------------------------------------

    def expected(
        self, since: date, until: date, seen: dict[str, datetime], events: list[Happened]
    ) -> Iterator[Expected]:
        """Every notice of every task with a target in the days asked for; `seen` is since when each row is known."""
        self._until = until
        loaded = min(seen.values(), default=None)
        for row in self.office.rows:
            known = seen.get(row.id)
            if known is None:
                continue
            came_later = row.kind != "once" and known.date() > loaded.date()
            first = max(self.office.start, known.date()) if came_later else self.office.start
            for label, unit, target, due, born in self._tasks(row, since, until, events):
                if (due.date() if isinstance(due, datetime) else due) < first:
                    continue
                yield from self._notices(row, f"{row.id}/{unit}/{label}", unit, target, due, max(known, born or known))

    def _tasks(self, row: Row, since: date, until: date, events: list[Happened]):
        if row.kind in {"event", "hours"}:
            for e in events:
                if e.row_kind == row.kind:
                    if row.kind == "event":
                        target = self.step(e.at, row.n)
                    else:
                        target = e.at + timedelta(hours=row.n)
                    yield e.ref, e.unit, target, target, e.entered
            return
        for label, printed in self._printed(row, since, until):
            target = self.roll(printed, row.roll)
            for unit in row.units:
                yield label, unit, target, max(printed, target), None

    def _printed(self, row: Row, since: date, until: date) -> Iterator[tuple[str, date]]:
        years = range(since.year - 1, until.year + 2)
        match row.kind:
            case "once":
                yield "once", row.day
            case "year":
                for year in years:
                    feb29 = (row.day.month, row.day.day) == (2, 29) and year % 4
                    yield str(year), date(year, row.day.month, 28 if feb29 else row.day.day)
            case "month":
                for year in years:
                    for month in range(1, 13):
                        first = date(year, month, 1)
                        day = date(year, month, row.n) if row.roll else self.step(first - DAY, row.n)
                        yield f"{first:%Y-%m}", day
            case "quota":
                for year in years:
                    yield str(year), self.roll(date(year, 12, 31), "preceding")

    def _notices(self, row: Row, task: str, unit: str, target, due, known: datetime) -> Iterator[Expected]:
        ladder = self.office.ladder(row)

        def notice(name: str, kind: str, at: datetime, until: datetime | None, **more: object) -> Expected:
            to = more.pop("to", None)
            key = f"{task}#{name}@{target.isoformat()}>{to or 'bearer'}"
            useful = bool(more.pop("useful", True)) and at >= known
            return Expected(key, task, name, kind, at, until, target, due, unit, to, useful=useful,
                            anytime=ladder.anytime, **more)  # fmt: skip

        yield from self._reminders(ladder, target, known, notice)
        yield from self._paces(row, task, target, notice)
        yield from self._chasers(ladder, target, notice)
        order = 0
        rungs = sorted(ladder.rungs, key=lambda r: (r.when == "after", -r.n if r.when == "before" else r.n))
        for rung in rungs:
            at = self._at(ladder, target, -rung.n if rung.when == "before" else rung.n)
            unit_ = "h" if ladder.anytime else "wd"
            order += 1
            yield notice(f"escalate-{rung.when}-{rung.n}{unit_}", "escalate", at, None, to=rung.to, order=order,
                         ask=rung.ask, ahead=rung.when == "before")  # fmt: skip

    def _at(self, ladder: Ladder, target, n: int) -> datetime:
        if ladder.anytime:
            return target + timedelta(hours=n)
        return self.send(self.step(target, n))

    def _reminders(self, ladder: Ladder, target, known: datetime, notice) -> Iterator[Expected]:
        unit = "h" if ladder.anytime else "wd"
        found = {self._at(ladder, target, -n): f"remind-{n}{unit}" for n in ladder.remind}
        rest = None if ladder.anytime else self._before_rest(target)
        if rest is not None and rest not in found:
            found[rest] = "remind-before-rest"
        end = target if isinstance(target, datetime) else datetime.combine(target + DAY, time(), self._zone)
        if any(at < known for at in found):
            now = known if ladder.anytime else self.next_send(known)
            later = [at for at in found if at >= known]
            if now < end and not (later and min(later) <= now):
                yield notice("remind-now", "remind", now, min([*later, end]), last=not later)
        moments = sorted(found)
        for at in moments:
            after = [x for x in moments if x > at]
            until = min([*after, end])
            yield notice(found[at], "remind", at, until, last=not after)

    def _before_rest(self, target: date) -> datetime | None:
        """The last working day before a rest of five days or more, of which at most three working days are left."""
        day = target if self.works(target) else self.step(target, -1)
        left, run = 1, 0
        for _ in range(60):
            day -= DAY
            if self.works(day):
                if run >= 5:
                    return self.send(day)
                left, run = left + 1, 0
                if left > 3:
                    return None
            else:
                run += 1
        return None

    def _paces(self, row: Row, task: str, target, notice) -> Iterator[Expected]:
        if row.pace is not None:
            by = self.roll(date(target.year, row.pace.month, row.pace.day), "preceding")
            end = datetime.combine(target + DAY, time(), self._zone)
            yield notice(f"pace-{by:%m-%d}", "pace", self.send(by), end)

    def _chasers(self, ladder: Ladder, target, notice) -> Iterator[Expected]:
        moments = [self._at(ladder, target, n) for n in ladder.chase]
        while ladder.every and moments[-1].date() <= self._until:
            moments.append(self.send(self.step(moments[-1].date(), ladder.every)))
        for n, at in enumerate(moments):
            yield notice(f"chase-{n + 1}", "chase", at, moments[n + 1] if n + 1 < len(moments) else None)
