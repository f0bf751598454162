"""Offices of any size, made up: tables, rosters and events as a real prefecture or province has them.

`python -m bench.offices --tasks 10000 DIR` writes obligations.yaml, units.yaml, people.csv and events.csv there. The
same size and seed give the same bytes. Names of people are invented, and all addresses lie at example.gov.cn.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

from bench.shapes import AREAS, EVENTS, LADDERS, ON_EVENT, RECORDS, RECURRING, Shape

OPENING = date(2026, 3, 23)  # a Monday: what was due before it is not reminded
SEED = 7
SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)

_NAMES = {
    "prefecture": "第{n}自治州人民政府", "county": "第{n}县人民政府", "park": "第{n}开发区管理委员会",
    "department": "第{n}局", "township": "第{n}乡人民政府",
}  # fmt: skip
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_GIVEN = "伟敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英文辉玲芳燕红波宁凯"


@dataclass(frozen=True, slots=True)
class Reach:
    """How many units of each kind an office has under it."""

    prefectures: int
    counties: int
    parks: int
    departments: int
    townships: int


Counts = Mapping[tuple[str, int | None], int]

# From a small office up to a province of 1,300 townships, 120 counties and 3,000 departments.
_REACH = {
    100: Reach(0, 2, 1, 4, 3),
    1_000: Reach(0, 5, 2, 16, 10),
    10_000: Reach(0, 8, 3, 40, 80),
    100_000: Reach(5, 40, 10, 400, 300),
    1_000_000: Reach(14, 120, 30, 3_000, 1_300),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: its id, its kind, to whom it reports, and the area that is its own where rows are told apart by it."""

    id: str
    name: str
    kind: str
    above: str | None
    area: int | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """A generated office: its files by name, and what it amounts to in a year."""

    files: Mapping[str, str]
    told: Sequence[Told]  # what happens in the year; events.csv has the same
    tasks: int  # rows × bearers × periods, those of the events included
    periods: int  # rows × periods and events: what has dates of its own
    obligations: int
    units: int
    people: int

    def write(self, folder: Path) -> Path:
        """Write the files; returns the path of the table."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.files.items():
            (folder / name).write_text(text, encoding="utf-8")
        return folder / "obligations.yaml"


def office_of(tasks: int, *, seed: int = SEED) -> Office:
    """The office whose table makes about so many tasks a year."""
    reach = _REACH[min(_REACH, key=lambda size: abs(size - tasks) / max(size, tasks))]
    units = _units(reach)
    events = _events(units, random.Random(seed))
    counts = _counts(units)
    left = tasks - _on_event(events, counts)
    rows: list[Row] = []
    for row in _rows(random.Random(seed)):
        size = row.bearers(counts) * row.shape.per_year
        if size and size <= left:
            rows.append(row)
            left -= size
        if left < max(4, tasks // 200):
            break
    return _office(units, rows, events)


def office_with(obligations: int, units: int, *, seed: int = SEED) -> Office:
    """The office of so many rows and units, a third of them townships; a row is owed by the units of its area."""
    made = _units(
        Reach(14, units // 40, units // 100, units - 15 - units // 40 - units // 100 - units // 3, units // 3)
    )
    made = [replace(unit, area=n % len(AREAS) + 1) if unit.kind != "office" else unit for n, unit in enumerate(made)]
    rows = list(islice(_rows(random.Random(seed)), obligations - len(ON_EVENT)))
    return _office(made, rows, _events(made, random.Random(seed)))


def office_under(reach: Reach, rows: int, *, seed: int = SEED) -> Office:
    """The office with so many units under it and so many recurring rows, each owed by all units of its kinds."""
    units = _units(reach)
    return _office(units, list(islice(_rows(random.Random(seed)), rows)), _events(units, random.Random(seed)))


# -- units and people --------------------------------------------------------------------------------------------------


def _units(reach: Reach) -> list[Unit]:
    """The tree: an office, prefectures if any, counties, parks and departments under them, townships under counties."""
    office = Unit("head-office", "示例人民政府办公室", "office", None)
    upper = [_unit("prefecture", n, office) for n in range(reach.prefectures)]
    above = upper or [office]
    counties = [_unit("county", n, above[n % len(above)]) for n in range(reach.counties)]
    parks = [_unit("park", n, above[n % len(above)]) for n in range(reach.parks)]
    departments = [_unit("department", n, above[n % len(above)]) for n in range(reach.departments)]
    townships = [_unit("township", n, counties[n % len(counties)]) for n in range(reach.townships)]
    return [office, *upper, *counties, *parks, *departments, *townships]


def _unit(kind: str, n: int, above: Unit) -> Unit:
    return Unit(f"{kind}-{n + 1:04}", _NAMES[kind].format(n=n + 1), kind, above.id)


def _counts(units: Sequence[Unit]) -> Counts:
    """How many units there are of each kind and area."""
    return Counter((unit.kind, unit.area) for unit in units)


def _has_leader(unit: Unit) -> bool:
    return unit.kind in ("prefecture", "county", "park")


def _staff(units: Sequence[Unit], chance: random.Random) -> Iterator[tuple[str, ...]]:
    """The lines of people.csv; some leaders have no address and get their mail through the officer."""
    for unit in units:
        for role, post in (("officer", "科员"), ("deputy", "副主任"), ("office-head", "主任"), ("leader", "负责人")):
            if role == "leader" and not _has_leader(unit):
                continue
            who = f"{unit.id}.{role}"
            name = chance.choice(_SURNAMES) + chance.choice(_GIVEN) + chance.choice(_GIVEN)
            via = f"{unit.id}.officer" if role == "leader" and chance.random() < 0.5 else ""
            email = "" if via else f"{who}@example.gov.cn"
            yield who, name, post, unit.id, role, email, via


# -- rows --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One recurring row: a shape in one area."""

    id: str
    shape: Shape
    area: int
    title: str

    def bearers(self, counts: Counts) -> int:
        """How many owe it."""
        return sum(counts.get((kind, area), 0) for kind in self.shape.kinds for area in (None, self.area))


def _rows(chance: random.Random) -> Iterator[Row]:
    """Rows without end, in proportions as the example tables have them."""
    spread = [shape for shape in RECURRING for _ in range(shape.share)]
    made: dict[str, int] = {}
    while True:
        chance.shuffle(spread)
        for shape in spread:
            n = made[shape.slug] = made.get(shape.slug, 0) + 1
            again, area = divmod(n - 1, len(AREAS))
            name = AREAS[area] + (f"（第{again + 1}项）" if again else "")
            yield Row(f"{shape.slug}.{n}", shape, area + 1, shape.title.format(area=name))


def _owed_by(shape: Shape, area: int | None) -> str:
    if not shape.kinds:
        return "event.unit"
    tag = f", tag: area-{area}" if area and "office" not in shape.kinds else ""
    kinds = f"{{kind: [{', '.join(shape.kinds)}]{tag}}}"
    return f"{{role: {shape.role}, of: {kinds}}}" if shape.role else kinds


def _row(row_id: str, shape: Shape, title: str, area: int | None = None) -> Iterator[str]:
    yield f"  - id: {row_id}"
    yield f"    title: {title}"
    yield "    basis:"
    yield "      document: 示例全面推进政务公开重点工作实施细则"
    yield "      clause: 一(四)"
    yield f"      quote: 各单位要按照职责分工{title},按时报送有关情况"
    yield f"    owed_by: {_owed_by(shape, area)}"
    yield from (f"    {line}" for line in shape.lines)
    yield "    complete_when: 有关内容已经公布或者报送，可以核对。"
    yield "    how_to_report: 回复本邮件，写明办理日期和网址。"


# -- events ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """One event of the year: what happened, under which reference, where (None: everywhere), and when."""

    event: str
    ref: str
    unit: str | None
    on: datetime


def _events(units: Sequence[Unit], chance: random.Random) -> list[Told]:
    """One event a year for every second unit, from four weeks before the opening; two policies that concern all."""
    kinds = [kind for kind in EVENTS if kind != "important-policy.published"]
    first = datetime.combine(OPENING - timedelta(weeks=4), time(9, 30))
    found = [Told("important-policy.published", f"ZC-{n}", None, first + timedelta(days=100 * n)) for n in (1, 2)]
    for n, unit in enumerate(u for u in units[::2] if u.kind != "office"):
        when = first + timedelta(days=chance.randrange(360))
        found.append(Told(chance.choice(kinds), f"SJ-{n + 1:05}", unit.id, when))
    return sorted(found, key=lambda told: (told.on, told.ref))


def _on_event(events: Sequence[Told], counts: Counts) -> int:
    everywhere = sum(n for (kind, _), n in counts.items() if kind in ("county", "department"))
    return sum(everywhere if told.unit is None else 1 for told in events)


# -- files -------------------------------------------------------------------------------------------------------------


def _office(units: Sequence[Unit], rows: Sequence[Row], events: Sequence[Told]) -> Office:
    staff = list(_staff(units, random.Random(len(units))))
    counts, told_apart = _counts(units), units[-1].area is not None
    return Office(
        told=events,
        files={
            "obligations.yaml": "\n".join(
                [_HEAD, LADDERS, *_sections(), "obligations:", *_table(rows, told_apart=told_apart), ""]
            ),
            "units.yaml": "\n".join(["units:", *(_unit_line(unit) for unit in units), ""]),
            "people.csv": "\n".join(["id,name,post,unit,role,email,via", *(",".join(one) for one in staff), ""]),
            "events.csv": "\n".join(["kind,event,ref,unit,on", *(_event_line(told) for told in events), ""]),
        },
        tasks=sum(row.bearers(counts) * row.shape.per_year for row in rows) + _on_event(events, counts),
        periods=sum(row.shape.per_year for row in rows) + len(events),
        obligations=len(rows) + len(ON_EVENT),
        units=len(units),
        people=len(staff),
    )


_HEAD = f"""\
# 示例台账：由 bench/offices.py 生成，单位、人员均为虚构。
version: 1
office:
  name: 示例人民政府办公室
  unit: head-office
  admin: head-office.officer
  start: {OPENING}
  section: 政务公开科
  phone: 0000-0000000
  mail_domains: [example.gov.cn]
include: [units.yaml, people.csv]
"""


def _sections() -> Iterator[str]:
    yield "events:"
    for event, title in EVENTS.items():
        yield f"  - {{id: {event}, title: {title}}}"
    yield "records:"
    for record, title in RECORDS.items():
        yield f"  - {{id: {record}, title: {title}}}"


def _table(rows: Sequence[Row], *, told_apart: bool) -> Iterator[str]:
    for shape in ON_EVENT:
        yield from _row(shape.slug, shape, shape.title)
    for row in rows:
        yield from _row(row.id, row.shape, row.title, row.area if told_apart else None)


def _unit_line(unit: Unit) -> str:
    above = f", reports_to: {unit.above}" if unit.above else ""
    tags = f", tags: [area-{unit.area}]" if unit.area else ""
    return f"  - {{id: {unit.id}, name: {unit.name}, kind: {unit.kind}{tags}{above}}}"


def _event_line(told: Told) -> str:
    return ",".join(("event", told.event, told.ref, told.unit or "", told.on.isoformat(timespec="minutes")))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.offices", description="writes an office of a given size")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tasks", type=int, help="about so many tasks a year")
    parser.add_argument("--obligations", type=int, default=2_000, help="without --tasks: so many rows")
    parser.add_argument("--units", type=int, default=5_000, help="without --tasks: so many units")
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    if given.tasks:
        office = office_of(given.tasks, seed=given.seed)
    else:
        office = office_with(given.obligations, given.units, seed=given.seed)
    office.write(given.folder)
    said = (f"{name} {getattr(office, name):,}" for name in ("tasks", "periods", "obligations", "units", "people"))
    print(", ".join(said))


if __name__ == "__main__":
    main()
