"""A scripted 2027 of the shipped sample office: what is due, what people did, and what that amounts to.

The table is read here as plain YAML; limits are written down or counted by hand, fates drawn from the ids of the tasks,
and every figure is recomputed by comparing days. Of the product only the plan that is to be judged is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import yaml

from scheduler.planning import Calendars, History, Plan, compile_plan
from scheduler.planning.model import BEIJING, Fact, FactKind, Scalar
from scheduler.register import Register, parse

SAMPLE = Path(__file__).parents[2] / "obligations.yaml"
FREEZE = datetime(2028, 1, 16, tzinfo=BEIJING)  # the end of 15 January
KNOWN = date(2026, 11, 22)  # 2027 is provisional: no arrangement that comes later moves a day
QUARTERS = {"Q1": date(2027, 3, 31), "Q2": date(2027, 6, 30), "Q3": date(2027, 9, 30), "Q4": date(2027, 12, 31)}
# Ten working days after each quarter; Qingming (5 April) and National Day (1 October) lie between.
SUPERVISED = {
    "2026Q4": date(2027, 1, 15),
    "2027Q1": date(2027, 4, 15),
    "2027Q2": date(2027, 7, 14),
    "2027Q3": date(2027, 10, 15),
}
# The row, its period's label and its limit; what rolls back keeps the printed day as its limit.
YEARLY = {
    "annual-priorities": ("2027", date(2027, 4, 30)),
    "annual-report.self-check": ("2026", date(2027, 1, 15)),
    "annual-report.submit": ("2026", date(2027, 1, 31)),
    "annual-report.publish-department": ("2026", date(2027, 1, 31)),
    "annual-report.publish-county": ("2026", date(2027, 2, 28)),
    "annual-report.publish-prefecture": ("2026", date(2027, 2, 28)),
    "annual-report.publish-park": ("2026", date(2027, 1, 31)),
    "annual-report.township": ("2026", date(2027, 1, 31)),
    "open-day": ("2027", date(2027, 10, 31)),
    "training.plan": ("2027", date(2027, 3, 31)),
    "assessment.reference": ("2027", date(2027, 12, 15)),
}
MEASURED = {
    "website.staff": ("website-staff", "2", date(2027, 3, 31)),
    "new-media.staff": ("new-media-staff", "1", date(2027, 3, 31)),
    "interaction.staff": ("interaction-staff", "3", date(2027, 3, 31)),
    "assessment.weight": ("assessment-weight", "5%", date(2027, 6, 30)),
}
# In weeks without a festival five working days are a week, and twenty are four.
PAPERS = {"P-1": date(2027, 6, 15), "P-2": date(2027, 7, 5), "P-3": date(2027, 9, 6), "P-4": date(2027, 11, 1)}
LETTERS = {"2027-001": date(2027, 7, 5), "2027-002": date(2027, 7, 6), "2027-003": date(2027, 11, 15)}
HEARD = date(2027, 6, 14)  # a Monday; ten working days later is Monday 28 June
END = date(2027, 12, 31)


@dataclass
class Told:
    """One task of the year with all that the script says about it."""

    task: str
    unit: str
    category: str
    due: date
    extended_to: date | None = None
    needs: int = 0  # records until it is done; 0: it is done by saying so


class Year:
    """The facts of the year, and beside them what each task is."""

    def __init__(self) -> None:
        table = yaml.safe_load(SAMPLE.read_text("utf-8"))
        self._units = table["units"]
        self._rows = {row["id"]: row for row in table["obligations"]}
        self.order = [unit["id"] for unit in self._units]
        self.facts: list[Fact] = []
        self.tasks: dict[str, Told] = {}
        self.records: dict[str, list[Fact]] = {}  # what counts for a task
        self._periodic()
        self._counted()
        self._from_events()

    # -- the script --------------------------------------------------------------------------------------------------

    def _fact(
        self, kind: FactKind, on: date, task: str | None = None, entered: date | None = None, **data: Scalar
    ) -> Fact:
        at = datetime.combine(entered or on, time(10), BEIJING)
        self.facts.append(Fact(len(self.facts) + 1, kind, at, on, "he.ping", task, data))
        return self.facts[-1]

    def _bearers(self, row: str) -> list[str]:
        """By kind, tag or id, as the row says."""
        owed = self._rows[row]["owed_by"]
        if "unit" in owed:
            return [owed["unit"]]
        kinds = owed.get("kind", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        return [u["id"] for u in self._units if u.get("kind") in kinds or owed.get("tag") in u.get("tags", [])]

    def _add(self, row: str, bearer: str, label: str, due: date, *, unit: str = "", **more: object) -> Told:
        category = self._rows[row].get("category", "")
        told = Told(f"{row}/{bearer}/{label}", unit or bearer, category, due, **more)  # type: ignore[arg-type]  # as Told
        self.tasks[told.task] = told
        return told

    def _periodic(self) -> None:
        for row, (label, due) in YEARLY.items():
            for unit in self._bearers(row):
                self._fare(self._add(row, unit, label, due))
        for row in ("catalogue.review", "website.operate"):
            for (name, due), unit in ((q, u) for q in QUARTERS.items() for u in self._bearers(row)):
                self._fare(self._add(row, unit, f"2027{name}", due))
        for unit in self._bearers("website.supervise"):
            for label, due in SUPERVISED.items():
                self._fare(self._add("website.supervise", unit, label, due))
        for unit in self._bearers("supervision.review"):
            for label, due in (("2027H1", date(2027, 6, 30)), ("2027H2", END)):
                self._fare(self._add("supervision.review", unit, label, due))

    def _fare(self, told: Told) -> None:
        """What happens to a task, drawn from its id: most are done in time, and each slip of a clerk happens too."""
        draw = int(hashlib.sha256(told.task.encode()).hexdigest(), 16) % 20
        early, late = told.due - timedelta(days=draw % 5), told.due + timedelta(days=1 + draw % 7)
        match draw:
            case 11 | 12:
                self._fact(FactKind.DONE, late, told.task)
            case 13:
                pass
            case 14:
                self._fact(FactKind.REPORT, early, told.task)
            case 15:
                self._fact(FactKind.WAIVE, early, told.task, reason="机构改革", approved_by="xu.wen")
            case 16:  # done in time, and written down only after the year was assessed
                self._fact(FactKind.DONE, early, told.task, entered=date(2028, 1, 18))
            case 17 | 18:  # a slip, voided the next week, or only after the year was assessed
                slip = self._fact(FactKind.DONE, early, told.task)
                voided = early + timedelta(days=7) if draw == 17 else date(2028, 1, 19)
                self._fact(FactKind.VOID, voided, seq=slip.seq, reason="记错")
            case 19:  # returned, and done again too late
                self._fact(FactKind.REPORT, early, told.task)
                self._fact(FactKind.RETURN, told.due, told.task, reason="数据不全")
                self._fact(FactKind.DONE, late, told.task)
            case _:
                self._fact(FactKind.DONE, early, told.task, evidence="收文第1号")

    def _count(self, told: Told, on: date, record: str, **whose: Scalar) -> None:
        fact = self._fact(FactKind.RECORD, on, record=record, **whose)
        self.records.setdefault(told.task, []).append(fact)

    def _counted(self) -> None:
        for row, (record, value, due) in MEASURED.items():
            for n, unit in enumerate(self._bearers(row)):
                told = self._add(row, unit, "2027", due, needs=1)
                if n % 3:
                    self._count(told, due - timedelta(days=n % 9), record, unit=unit, value=value)
        self._leaders()
        for n, unit in enumerate(self._bearers("leader-hearing")):
            told = self._add("leader-hearing", unit, "2027", END, needs=1)
            if n % 4:
                self._count(told, HEARD, "hearing", unit=unit)
                self._fare(self._add("leader-hearing.publish", unit, "2027", HEARD + timedelta(days=14)))
        told = self._add("training.staff", "prefecture-office", "2027", END, needs=10_000)  # one officer is left out
        for officer in self.officers()[1:]:
            self._count(told, date(2027, 9, 1), "training", person=officer)

    def _leaders(self) -> None:
        """Two interpretations are asked of each leader: some give none, one, two, or a second that nobody enters."""
        units = [
            u for u in self._units if u.get("kind") in {"county", "park"} or "macro-livelihood" in u.get("tags", [])
        ]
        for n, unit in enumerate(units):
            told = self._add("leader-interpretation", f"{unit['id']}:leader", "2027", END, unit=unit["id"], needs=2)
            days = (date(2027, 3, 2), date(2027, 11, 3), date(2027, 12, 1))[: n % 4]
            for day in days:
                self._count(told, day, "interpretation", person=_holder(unit, "leader"))
            if n % 4 == 1:
                fact = self._fact(
                    FactKind.RECORD, date(2027, 12, 2), entered=date(2028, 1, 17),
                    record="interpretation", person=_holder(unit, "leader"),
                )  # fmt: skip
                self.records[told.task].append(fact)

    def officers(self) -> list[str]:
        """Everybody who is some unit's officer."""
        return list(dict.fromkeys(_holder(u, "officer") for u in self._units if "officer" in u.get("people", {})))

    def _from_events(self) -> None:
        for n, (ref, issued) in enumerate(PAPERS.items()):
            unit = ("changji-city", "fukang-city", "justice", "finance")[n]
            self._fact(FactKind.EVENT, issued, event="normative-document.issued", ref=ref, unit=unit)
            self._fare(self._add("normative-document.publish", unit, ref, issued + timedelta(days=7)))
        for ref, received in LETTERS.items():
            self._fact(FactKind.EVENT, received, event="foi.received", ref=ref, unit="prefecture-office")
            told = self._add("foi.reply", "prefecture-office", ref, received + timedelta(days=28))
            if ref == "2027-001":
                self._fact(FactKind.DONE, date(2027, 7, 30), told.task)
                continue
            said = {"by": "20wd", "reason": "需征求第三方意见", "approved_by": "xu.wen"}
            self._fact(FactKind.EXTEND, told.due - timedelta(days=3), told.task, **said)
            if ref == "2027-002":  # Tuesday 3 August, and by twenty working days Tuesday 31 August
                told.extended_to = date(2027, 8, 31)
                self._fact(FactKind.DONE, date(2027, 8, 20), told.task)
            else:
                told.extended_to = date(2028, 1, 10)  # into the next year, where it is answered

    # -- what it amounts to ------------------------------------------------------------------------------------------

    def fate(self, told: Told, first: date, last: date, at: datetime) -> str | None:
        """What a task counts as in a span, by what was entered by `at`; None: it is in no figure of the span."""
        entered = [fact for fact in self.facts if fact.entered <= at]
        voided = {fact.data["seq"] for fact in entered if fact.kind is FactKind.VOID}
        mine = [fact for fact in entered if fact.task == told.task and fact.seq not in voided]
        granted = any(fact.kind is FactKind.EXTEND for fact in mine) and told.extended_to
        due = granted or told.due
        if granted and first <= told.due <= last < granted and at.date() > told.due:
            return "extended"
        if not first <= due <= last or at.date() <= due:
            return None
        if any(fact.kind is FactKind.WAIVE for fact in mine):
            return "waived"
        done = self.done_on(told, at, mine)
        if done is None:
            return "open"
        return "on-time" if done <= due else "late"

    def done_on(self, told: Told, at: datetime, mine: Sequence[Fact]) -> date | None:
        """The day it was done, or on which enough had been counted."""
        if told.needs:
            days = sorted(f.on for f in self.records.get(told.task, ()) if f.entered <= at and f.on)
            return days[told.needs - 1] if len(days) >= told.needs else None
        done = [fact.on for fact in mine if fact.kind is FactKind.DONE]
        return done[-1] if done else None

    def expected(
        self, first: date, last: date, at: datetime, *, unit: str | None = None, category: str | None = None
    ) -> dict[str, set[str]]:
        """The tasks behind each figure of a span."""
        found: dict[str, set[str]] = {fate: set() for fate in ("on-time", "late", "open", "extended", "waived")}
        for told in self.tasks.values():
            if unit in {None, told.unit} and category in {None, told.category}:
                fate = self.fate(told, first, last, at)
                if fate is not None:
                    found[fate].add(told.task)
        return {"due": set().union(*found.values()), **found}

    # -- the plan that is judged -------------------------------------------------------------------------------------

    def plan(self, at: datetime, since: date, until: date) -> Plan:
        """The product's plan at a moment, of what had been entered by then."""
        table = register()
        history = History.of([fact for fact in self.facts if fact.entered <= at])
        calendars = Calendars(table, as_of=KNOWN)
        return compile_plan(table, calendars, history, now=at, since=since, until=until)


def register() -> Register:
    loaded = parse([("obligations.yaml", SAMPLE.read_bytes())])
    assert loaded.register is not None, [problem.text() for problem in loaded.problems]
    return loaded.register


def months() -> Iterator[tuple[str, date, date]]:
    """The months of 2027: label, first day, last day."""
    for month in range(1, 13):
        first = date(2027, month, 1)
        last = (date(2027, month + 1, 1) if month < 12 else date(2028, 1, 1)) - timedelta(days=1)
        yield f"{first:%Y-%m}", first, last


def rate(figures: dict[str, set[str]]) -> str:
    """91.2% by the words of the bulletin; — from fewer than five."""
    asked = len(figures["due"]) - len(figures["extended"]) - len(figures["waived"])
    if len(figures["due"]) < 5 or not asked:
        return "—"
    said = (Decimal(100 * len(figures["on-time"])) / asked).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{said.normalize():f}%"


def _holder(unit: dict[str, object], role: str) -> str:
    held = unit["people"][role]  # type: ignore[index]  # a mapping of the table
    return held if isinstance(held, str) else held[-1]["person"]
