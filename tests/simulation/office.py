"""A random small office as plain values, its edits, and the table that says it. It knows no date of a notice."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random

ADMIN = "he.ping"
EVENT, ALARM, RECORD = "paper.issued", "flood.reported", "interpretation"
SURNAMES = ("赵", "钱", "孙", "李", "周", "吴", "郑", "王")


@dataclass(frozen=True)
class Rung:
    """One escalation: `n` working days (hours) before or after the target."""

    when: str  # before, after
    n: int
    to: str
    ask: bool = False


@dataclass(frozen=True)
class Ladder:
    """Days before and after the target; of an `anytime` ladder all numbers are hours."""

    name: str
    remind: tuple[int, ...]
    chase: tuple[int, ...] = ()
    every: int | None = None
    rungs: tuple[Rung, ...] = ()
    anytime: bool = False

    def text(self) -> str:
        """The ladder as the table says it."""
        unit = "h" if self.anytime else "wd"
        chase = [f"{n}{unit}" for n in self.chase] + ([f"every {self.every}{unit}"] if self.every else [])
        rungs = [f"{{{r.when}: {r.n}{unit}, to: {r.to}{', ask: true' if r.ask else ''}}}" for r in self.rungs]
        clock = "clock: any, " if self.anytime else ""
        remind = ", ".join(f"{n}{unit}" for n in self.remind)
        return (
            f"  {self.name}: {{{clock}remind: [{remind}], chase: [{', '.join(chase)}], escalate: [{', '.join(rungs)}]}}"
        )


@dataclass(frozen=True)
class Row:
    """One obligation. `kind` says which of the fields count."""

    id: str
    kind: str  # once, year, month, event, hours, quota
    ladder: str
    units: tuple[str, ...] = ()
    day: date | None = None  # once: the day; year: month and day
    n: int = 0  # month: day (roll) or working day (start); event: working days; hours: hours; quota: how many
    roll: str = ""  # none, preceding, following; empty: counted from the start of the month
    pace: date | None = None

    def text(self) -> str:
        """The row as the table says it."""
        roll = f", roll: {self.roll}" if self.roll else ""
        owed = "[" + ", ".join(f"{{unit: {u}}}" for u in self.units) + "]"
        match self.kind:
            case "once":
                said = f"due: {{by: {self.day}{roll}}}"
            case "year":
                said = f"due: {{every: year, by: {self.day:%m-%d}{roll}}}"
            case "month":
                by = f"{self.n:02d}" if self.roll else f"start + {self.n}wd"
                said = f"due: {{every: month, by: {by}{roll}}}"
            case "event":
                said, owed = f"due: {{within: {self.n}wd, after: {EVENT}}}", "event.unit"
            case "hours":
                said, owed = f"due: {{within: {self.n}h, after: {ALARM}}}", "event.unit"
            case _:
                pace = f", pace: [{{by: {self.pace:%m-%d}, at_least: 1}}]" if self.pace else ""
                said = f"quota: {{of: {RECORD}, at_least: {self.n}, every: year{pace}}}"
        return (
            f"  - id: {self.id}\n    title: 事项{self.id}\n    owed_by: {owed}\n    {said}\n    ladder: {self.ladder}"
        )


@dataclass(frozen=True)
class Person:
    """`email` None: `via` has his mail. Away from `away[0]` to `away[1]` his delegate gets it."""

    id: str
    email: str | None
    via: str | None = None
    away: tuple[date, date] | None = None
    delegate: str | None = None
    pace: str = "daily"

    def text(self) -> str:
        """The person as the table says it."""
        parts = [f"id: {self.id}", f"name: {SURNAMES[sum(map(ord, self.id)) % 8]}{self.id.partition('.')[0]}"]
        parts += [f"email: {self.email}"] if self.email else []
        parts += [f"via: {self.via}"] if self.via else []
        parts += [f"mail: {self.pace}"] if self.pace != "daily" else []
        if self.away:
            parts.append(f"away: [{{from: {self.away[0]}, to: {self.away[1]}, delegate: {self.delegate}}}]")
        return f"  - {{{', '.join(parts)}}}"


@dataclass(frozen=True)
class Unit:
    """A unit and who holds which role in it."""

    id: str
    roles: tuple[tuple[str, str], ...]

    def holder(self, role: str) -> str | None:
        """The person in a role."""
        return dict(self.roles).get(role)


@dataclass(frozen=True)
class Office:
    """One version of the table."""

    start: date
    send_at: str
    units: tuple[Unit, ...]
    people: tuple[Person, ...]
    ladders: tuple[Ladder, ...]
    rows: tuple[Row, ...]
    rest: frozenset[date] = field(default=frozenset())
    work: frozenset[date] = field(default=frozenset())

    def unit(self, id_: str) -> Unit:
        """A unit by its id."""
        return next(u for u in self.units if u.id == id_)

    def person(self, id_: str) -> Person:
        """A person by his id."""
        return next(p for p in self.people if p.id == id_)

    def row(self, id_: str) -> Row | None:
        """A row by its id."""
        return next((r for r in self.rows if r.id == id_), None)

    def ladder(self, row: Row) -> Ladder:
        """The ladder of a row."""
        return next(x for x in self.ladders if x.name == row.ladder)

    def text(self) -> str:
        """The whole table."""
        units = []
        for unit in self.units:
            roles = ", ".join(f"{role}: {who}" for role, who in unit.roles)
            up = "" if unit.id == "office" else "kind: county, reports_to: office, "
            units.append(f"  - {{id: {unit.id}, name: 单位{unit.id}, {up}people: {{{roles}}}}}")
        days = (("rest", self.rest), ("work", self.work))
        calendar = ", ".join(f"{word}: [{', '.join(map(str, sorted(found)))}]" for word, found in days)
        return "\n".join([
            "version: 1",
            f'office: {{name: 云岭州人民政府办公室, unit: office, admin: {ADMIN}, send_at: "{self.send_at}", '
            f"start: {self.start}}}",
            f"calendar: {{{calendar}}}",
            "units:", *units,
            "people:", *(p.text() for p in self.people),
            "events:", f"  - {{id: {EVENT}, title: 文件印发}}", f"  - {{id: {ALARM}, title: 汛情}}",
            "records:", f"  - {{id: {RECORD}, title: 政策解读}}",
            "ladders:", *(x.text() for x in self.ladders),
            "obligations:", *(r.text() for r in self.rows), "",
        ])  # fmt: skip


def random_office(rng: Random, start: date) -> Office:
    """An office of two to five units with one to five rows: at most some forty tasks in its year."""
    names = [f"u{n}" for n in range(rng.choice((1, 1, 2, 2, 3, 4)))]
    people = [Person(who, f"{who}@example.gov.cn") for who in (ADMIN, "xu.office", "qiu.office")]
    units = [Unit("office", (("officer", ADMIN), ("deputy", "xu.office"), ("office-head", "qiu.office")))]
    for name in names:
        own = [(role, f"{word}.{name}") for role, word in (("officer", "a"), ("deputy", "b"), ("office-head", "c"))]
        roles = [r for r in own if r[0] == "officer" or rng.random() < 0.85]
        for role, who in roles:
            via = f"a.{name}" if role == "office-head" and rng.random() < 0.15 else None
            pace = "weekly" if role != "officer" and rng.random() < 0.08 else "daily"
            away = None
            if role == "officer" and rng.random() < 0.3 and dict(roles).get("deputy"):
                first = start + timedelta(days=rng.randrange(360))
                away = first, first + timedelta(days=rng.randrange(1, 25))
            email = None if via else f"{who}@example.gov.cn"
            people.append(Person(who, email, via, away, f"b.{name}" if away else None, pace))
        units.append(Unit(name, tuple(roles)))
    office = Office(start, rng.choice(("09:00", "10:30")), tuple(units), tuple(people), _ladders(rng), ())
    for n in range(rng.choice((1, 1, 2, 2, 2, 3, 3, 5))):
        office = replace(office, rows=(*office.rows, random_row(rng, office, f"r{n}")))
    return office


def _ladders(rng: Random) -> tuple[Ladder, ...]:
    return (*(_ladder(rng, name) for name in ("plain", "strict")), _hours(rng))


def _ladder(rng: Random, name: str) -> Ladder:
    remind = tuple(sorted(rng.sample((1, 2, 3, 5, 8, 10), rng.randint(1, 3)), reverse=True))
    chase = tuple(sorted(rng.sample((1, 2, 3, 4, 6), rng.randint(0, 3))))
    every = rng.choice((None, None, None, 5, 15)) if chase else None
    before = rng.sample((1, 2, 4), rng.choice((0, 0, 1, 2)))
    after = rng.sample((1, 2, 3, 4, 5), rng.choice((0, 1, 2, 3)))
    people = ("deputy", "office-head", "reports_to.officer")
    rungs = [Rung("before", n, rng.choice(people)) for n in sorted(before, reverse=True)]
    rungs += [Rung("after", n, rng.choice(people), ask=rng.random() < 0.25) for n in sorted(after)]
    return Ladder(name, remind, chase, every, tuple(rungs))


def _hours(rng: Random) -> Ladder:
    rungs = (Rung("before", 1, "deputy"), Rung("after", 1, "office-head"))[: rng.randint(0, 2)]
    return Ladder("hourly", tuple(sorted(rng.sample((12, 6, 4, 2), 2), reverse=True)), (2,), None, rungs, anytime=True)


def random_row(rng: Random, office: Office, id_: str) -> Row:
    """A row of any kind; monthly ones for few units."""
    kind = rng.choice(("once", "once", "year", "year", "year", "month", "event", "event", "hours", "quota"))
    names = [u.id for u in office.units if u.id != "office"]
    units = tuple(sorted(rng.sample(names, rng.randint(1, min(len(names), 1 if kind == "month" else 4)))))
    ladder = rng.choice(("plain", "strict"))
    day = office.start + timedelta(days=rng.randrange(5, 360))
    others = [row.day for row in office.rows if row.day is not None and row.day >= office.start + timedelta(days=5)]
    if others and rng.random() < 0.6:  # many fall due together: their mails meet
        day = rng.choice(others) + timedelta(days=rng.randrange(5))
    match kind:
        case "once" | "year":
            return Row(id_, kind, ladder, units, day, roll=rng.choice(("none", "preceding", "following")))
        case "month":
            roll = rng.choice(("", "preceding", "following"))
            return Row(id_, kind, ladder, units, n=rng.randint(3, 9) if not roll else rng.randint(1, 28), roll=roll)
        case "event":
            return Row(id_, kind, ladder, n=rng.choice((3, 5, 7, 20)))
        case "hours":
            return Row(id_, kind, "hourly", n=rng.choice((24, 48)))
        case _:
            pace = date(2020, rng.randint(2, 11), rng.randint(1, 28)) if rng.random() < 0.7 else None
            return Row(id_, kind, ladder, units, n=rng.choice((1, 2)), pace=pace)


def edited(rng: Random, office: Office, now: datetime, fresh: str) -> tuple[str, Office]:
    """One edit of the table: what was done, and the table after it. `fresh` is an id for a new row."""
    what = rng.choice(("target", "target", "row-added", "row-removed", "ladder", "person", "closure", "closure"))
    match what:
        case "target":
            rows = [r for r in office.rows if r.day is not None or r.kind == "month"]
            if rows:
                old = rng.choice(rows)
                if old.day is not None:
                    new = replace(old, day=old.day + timedelta(days=rng.choice((-15, -6, -1, 1, 4, 20))))
                else:
                    new = replace(old, n=max(1, old.n - 1) if old.n > 4 else old.n + 2)
                return what, replace(office, rows=tuple(new if r is old else r for r in office.rows))
        case "row-added" if len(office.rows) < 8:
            here = replace(office, start=now.date() - timedelta(days=10))
            return what, replace(office, rows=(*office.rows, random_row(rng, here, fresh)))
        case "row-removed" if len(office.rows) > 1:
            gone = rng.choice(office.rows)
            return what, replace(office, rows=tuple(r for r in office.rows if r is not gone))
        case "ladder":
            at = rng.randrange(2)
            new = _ladder(rng, office.ladders[at].name)
            return what, replace(office, ladders=tuple(new if n == at else x for n, x in enumerate(office.ladders)))
        case "person":
            unit = rng.choice([u for u in office.units if u.id != "office"])
            who = f"n{fresh}.{unit.id}"
            roles = tuple((role, who if role == "officer" else held) for role, held in unit.roles)
            people = (*office.people, Person(who, f"{who}@example.gov.cn"))
            units = tuple(Unit(u.id, roles) if u is unit else u for u in office.units)
            return what, replace(office, units=units, people=people)
        case "closure":
            day = now.date() + timedelta(days=rng.randrange(2, 40))
            if day in office.rest | office.work:
                return "", office
            if rng.random() < 0.75:
                return what, replace(office, rest=office.rest | {day})
            return what, replace(office, work=office.work | {day})
    return "", office
