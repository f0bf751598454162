"""The year 2026 of a small table, line by line: a changed date is a changed line in `golden/plan-2026.txt`."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from task_office import Book, office, plan

from scheduler.planning import Plan
from scheduler.planning.model import LegKind, Slot
from scheduler.planning.windows import day_of

GOLDEN = Path(__file__).parent / "golden" / "plan-2026.txt"
WORKDAYS = Path(__file__).parent.parent / "workdays" / "data" / "workdays.csv"

REPORT = "due: {every: year, by: end of 01, covers: previous, roll: preceding}"
ROWS = (
    "id: report\nowed_by: {kind: [county, border]}\n" + REPORT,
    "id: publish\n" + REPORT.replace("01", "02") + "\nouter: {by: 03-31, basis: {document: 条例}}",
    "id: draft\ndue: {before: report, lead: 10wd}",
    "id: month\ndue: {every: month, by: start + 3wd}",
    "id: quarter\ndue: {every: quarter, by: end + 10wd}",
    "id: half\ndue: {every: half-year, by: end, roll: preceding}",
    "id: week\neffective: {from: 2026-09-21, until: 2026-10-18}\ndue: {every: week, by: sun, roll: following}",
    "id: leap\ndue: {every: year, by: 02-29, roll: none}",
    "id: window\ndue: {every: year, from: 11-01, by: end of 11, roll: preceding}",
    'id: rule\ndue: {rrule: "FREQ=YEARLY;BYMONTH=5,10;BYMONTHDAY=1", from: 2026-01-01, roll: following}',
    "id: normative\nowed_by: event.unit\ndue: {within: 5wd, after: paper}",
    "id: reply\nowed_by: event.unit\ndue: {within: 20wd, after: paper}",
    "id: repost\nowed_by: {kind: county}\ndue: {within: 24h, after: ended}",
    "id: quota\nowed_by: {role: leader, of: {kind: county}}\nquota: {of: talk, at_least: 2, every: year}",
    "id: cover\nowed_by: {unit: office}\ncoverage: {of: talk, roster: {role: officer}, every: year, share: 100%}",
    "id: floor\nmeasure: {of: staff, at_least: 3, check: {every: year, by: 03-31}}",
    "id: look\nreview: {every: quarter, by: end, soft: true}",
    "id: once\ndue: {by: end of 2026, roll: preceding}",
)


def small_year() -> Plan:
    book = Book().loaded("2025-11-03", *(row.split("\n")[0][4:] for row in ROWS))
    book.event("2026-09-30", "2026-17").event("2026-09-11", "2026-16").event(
        "2026-10-01 22:30", "2026-9", event="ended"
    )
    book.record("2026-03-05", "staff", unit="city", value="2")
    table = office(*ROWS, start="2025-12-01")
    return plan(table, book, now="2026-01-01", until="2026-12-31", as_of="2026-11-22")


def line(found: Plan, slot: Slot) -> str:
    days = slot.dates
    shown = [f"{day:%Y-%m-%d %a}" for day in (days.printed, days.target)]
    due = "" if days.due == days.printed else f" due {days.due:%m-%d %a}"
    outer = f" outer {days.outer:%m-%d}" if days.outer else ""
    marks = " provisional" if days.provisional else ""
    steps = " ".join(f"{s.name}={s.at:%m-%d}" for s in slot.steps if s.ahead)
    who = ",".join(b.id for b in found.bearers(slot))
    return f"{slot.obligation.id}/{who}/{slot.period}: {shown[0]} → {shown[1]}{due}{outer}{marks} | {steps}".rstrip(
        " |"
    )


def test_the_year_2026_is_as_written_down() -> None:
    found = small_year()
    assert [line(found, slot) for slot in found.slots] == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_an_independent_list_of_days_agrees() -> None:
    with WORKDAYS.open(encoding="utf-8") as lines:
        works = {date.fromisoformat(row["date"]): row["is_workday"] == "1" for row in csv.DictReader(lines)}
    national = [slot for slot in small_year().slots if slot.region is None]
    legs = [leg for slot in national for leg in slot.legs if day_of(slot.dates.target) in works]
    rolls = [leg for leg in legs if leg.kind is LegKind.ROLL]
    counts = [leg for leg in legs if leg.kind is LegKind.COUNT and leg.words.endswith("wd")]
    assert all(works[day_of(leg.end)] for leg in rolls)
    for leg in counts:
        passed = [d for d in works if day_of(leg.start) < d <= day_of(leg.end) and works[d]]
        assert f"{len(passed)}wd" == leg.words
    assert (len(rolls), len(counts)) == (23, 21)


def test_every_task_is_found_by_its_id_and_ids_are_stable() -> None:
    found, again = small_year(), small_year()
    ids = [task.id for task in found.tasks()]
    assert len(ids) == len(set(ids))
    assert ids == [task.id for task in again.tasks()]
    assert all((known := found.task(i)) is not None and known.id == i for i in ids)
    assert found.task("report/nobody/2025") is None
    assert found.task("nonsense") is None
