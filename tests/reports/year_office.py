"""A small office's scripted year 2025: what each task's limit was, what people did and when they wrote it down.

The figures are recomputed here from the script alone: by comparing days, with no code of the product.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal

from scheduler.planning import Calendars, History, Plan, compile_plan
from scheduler.planning.model import BEIJING, Fact, FactKind, Scalar
from scheduler.register import Register, parse
from scheduler.reports.assessment import MARGIN

FREEZE = date(2026, 1, 15)  # a Thursday
TABLE = """
version: 1
office: {name: 云岭州人民政府办公室, unit: office, admin: he.ping, start: 2025-01-01}
units:
  - {id: office, name: 州人民政府办公室, kind: office, people: {officer: he.ping}}
  - {id: city, name: 安泉市人民政府, kind: county, reports_to: office, people: {officer: zhou.min, leader: lu.he}}
  - {id: county, name: 望河县人民政府, kind: county, reports_to: city, people: {officer: lin.lan, leader: tang.yu}}
people:
  - {id: he.ping, name: 何平, email: heping@example.gov.cn}
  - {id: zhou.min, name: 周敏, email: zhoumin@example.gov.cn}
  - {id: lu.he, name: 陆禾, email: luhe@example.gov.cn}
  - {id: lin.lan, name: 林岚, email: linlan@example.gov.cn}
  - {id: tang.yu, name: 唐宇, email: tangyu@example.gov.cn}
events: [{id: paper, title: 规范性文件印发}]
records: [{id: talk, title: 解读}, {id: training, title: 培训}]
obligations:
  - id: stats
    title: 报送政务公开统计数据
    basis: {document: 实施细则, clause: 一(四)}
    owed_by: {kind: county}
    supporting: {unit: office}
    category: 统计
    due: {every: month, by: end, roll: none}
  - id: report
    title: =SUM(1)报送年度报告
    basis: {document: 实施细则, clause: 一(三)}
    owed_by: {kind: [county, office]}
    category: 年度报告
    set_by: law
    due: {every: year, by: end of 01, covers: previous, roll: preceding}
  - id: publish
    title: 规范性文件公开发布
    owed_by: event.unit
    category: 公开
    due: {within: 5wd, after: paper}
  - id: talks
    title: 主要负责人解读
    owed_by: {role: leader, of: {kind: county}}
    category: 解读
    quota: {of: talk, at_least: 2, every: year, pace: [{by: 06-30, at_least: 1}]}
  - id: trained
    title: 工作人员轮训
    owed_by: {unit: office}
    coverage: {of: training, roster: {role: officer}, every: year, share: 60%}
  - id: prompt
    title: 适时开展评估
    owed_by: {unit: office}
    review: {every: quarter, by: end, soft: true}
"""


@dataclass(frozen=True)
class Told:
    """One scripted task. `due` is its limit as finally granted; `done` is only what had been written down in time."""

    task: str
    unit: str
    category: str | None
    due: date
    done: date | None = None
    waived: bool = False
    moved_out: bool = False  # extended beyond the year
    granted: bool = False  # extended at all

    @property
    def fate(self) -> str:
        if self.waived:
            return "waived"
        if self.moved_out:
            return "extended"
        if self.done is None:
            return "open"
        return "on_time" if self.done <= self.due else "late"


MONTHS = [date(2025, month, monthrange(2025, month)[1]) for month in range(1, 13)]
# Five working days after each day of issue, counted by hand: over May Day (with no make-up day after it) and over
# National Day, before which Sunday 28 September was worked.
PAPERS = {
    "P-1": (date(2025, 3, 3), date(2025, 3, 10)),
    "P-2": (date(2025, 4, 30), date(2025, 5, 12)),
    "P-3": (date(2025, 6, 30), date(2025, 7, 7)),
    "P-4": (date(2025, 9, 26), date(2025, 10, 10)),
    "P-5": (date(2025, 12, 26), date(2026, 1, 5)),  # a limit of 2026
}


class Year:
    """Writes the facts down and tells beside it what they amount to."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.told: dict[str, Told] = {}
        self._stats()
        self._reports()
        self._papers()
        self._counts()

    def add(
        self, kind: FactKind, on: date, task: str | None = None, entered: date | None = None, **data: Scalar
    ) -> int:
        at = datetime.combine(entered or on, time(10), BEIJING)
        self.facts.append(Fact(len(self.facts) + 1, kind, at, on, "he.ping", task, data))
        return len(self.facts)

    def tell(self, task: str, unit: str, category: str | None, due: date, **more: object) -> None:
        self.told[task] = Told(task, unit, category, due, **more)  # type: ignore[arg-type]  # as Told says

    def done(self, task: str, unit: str, category: str | None, due: date, on: date, **more: object) -> None:
        self.add(FactKind.DONE, on, task, evidence="收文〔2025〕1号")
        self.tell(task, unit, category, due, done=on, **more)

    def _stats(self) -> None:
        for due in MONTHS:
            for unit in ("city", "county"):
                task = f"stats/{unit}/{due:%Y-%m}"
                special = self._special().get((unit, due.month))
                if special is None:
                    self.done(task, unit, "统计", due, due.replace(day=25))
                else:
                    special(task, unit, due)

    def _special(self) -> dict[tuple[str, int], Callable[[str, str, date], None]]:
        return {
            ("city", 3): lambda task, unit, due: self.done(task, unit, "统计", due, date(2025, 4, 2)),
            ("city", 5): self._waived,
            ("city", 7): self._extended,
            ("city", 9): lambda task, unit, due: self.tell(task, unit, "统计", due),
            ("city", 12): self._entered_too_late,
            ("county", 2): self._reported,
            ("county", 10): self._moved_out,
            ("county", 11): lambda task, unit, due: self._voided(task, unit, due, date(2025, 12, 9)),
            ("county", 12): lambda task, unit, due: self._voided(task, unit, due, date(2026, 1, 19)),
        }

    def _waived(self, task: str, unit: str, due: date) -> None:
        self.add(FactKind.WAIVE, due.replace(day=20), task, reason="机构改革", approved_by="he.ping")
        self.tell(task, unit, "统计", due, waived=True)

    def _extended(self, task: str, unit: str, due: date) -> None:
        """Five working days from Thursday 31 July: Thursday 7 August; done on the Tuesday before."""
        self.add(FactKind.EXTEND, due.replace(day=28), task, by="5wd", reason="系统升级", approved_by="he.ping")
        self.done(task, unit, "统计", date(2025, 8, 7), date(2025, 8, 5), granted=True)

    def _entered_too_late(self, task: str, unit: str, due: date) -> None:
        self.add(FactKind.DONE, date(2025, 12, 30), task, entered=date(2026, 1, 20), evidence="补登")
        self.tell(task, unit, "统计", due)

    def _reported(self, task: str, unit: str, due: date) -> None:
        self.add(FactKind.REPORT, due.replace(day=20), task)
        self.tell(task, unit, "统计", due)

    def _moved_out(self, task: str, unit: str, due: date) -> None:
        self.add(FactKind.EXTEND, due.replace(day=20), task, to="2026-02-10", reason="灾情", approved_by="he.ping")
        self.tell(task, unit, "统计", due, moved_out=True, granted=True)

    def _voided(self, task: str, unit: str, due: date, on: date) -> None:
        """A slip: voided before the freeze it never was, voided later it counts."""
        seq = self.add(FactKind.DONE, due.replace(day=25), task)
        self.add(FactKind.VOID, on, seq=seq, reason="记错")
        self.tell(task, unit, "统计", due, done=due.replace(day=25) if on > FREEZE else None)

    def _reports(self) -> None:
        due = date(2025, 1, 31)  # a Friday
        self.done("report/city/2024", "city", "年度报告", due, date(2025, 1, 24))
        self.done("report/county/2024", "county", "年度报告", due, date(2025, 2, 5))
        self._waived_report(due)

    def _waived_report(self, due: date) -> None:
        self.add(FactKind.WAIVE, due, "report/office/2024", reason="不适用", approved_by="he.ping")
        self.tell("report/office/2024", "office", "年度报告", due, waived=True)

    def _papers(self) -> None:
        done = {"P-1": date(2025, 3, 10), "P-2": date(2025, 5, 13), "P-4": date(2025, 10, 10)}
        for ref, (issued, due) in PAPERS.items():
            self.add(FactKind.EVENT, issued, event="paper", ref=ref, unit="city")
            task = f"publish/city/{ref}"
            if ref in done:
                self.done(task, "city", "公开", due, done[ref])
            elif due.year == 2025:
                self.tell(task, "city", "公开", due)

    def _counts(self) -> None:
        last = date(2025, 12, 31)
        for on in (date(2025, 4, 1), date(2025, 11, 3)):
            self.add(FactKind.RECORD, on, record="talk", person="lu.he")
        self.tell("talks/lu.he/2025", "city", "解读", last, done=date(2025, 11, 3))
        self.add(FactKind.RECORD, date(2025, 5, 6), record="talk", person="tang.yu")
        self.add(FactKind.RECORD, date(2025, 6, 6), entered=date(2026, 1, 16), record="talk", person="tang.yu")
        self.tell("talks/tang.yu/2025", "county", "解读", last)
        for person, on in (("he.ping", date(2025, 9, 1)), ("lin.lan", date(2025, 9, 2))):  # two of three are not 60 %
            self.add(FactKind.RECORD, on, record="training", person=person)
        self.tell("trained/office/2025", "office", None, last, done=date(2025, 9, 2))

    # -- recomputed --------------------------------------------------------------------------------------------------

    def expected(self, unit: str | None = None, category: str | None = "every") -> dict[str, set[str]]:
        """The tasks behind each figure."""
        mine = [
            told for told in self.told.values() if unit in {None, told.unit} and category in {"every", told.category}
        ]
        found = {fate: {t.task for t in mine if t.fate == fate} for fate in FATES}
        return {"due": {t.task for t in mine}, **found}


FATES = ("on_time", "late", "open", "extended", "waived")


def rate(figures: dict[str, set[str]]) -> str:
    """91.2% by the words of the bulletin; — from fewer than five."""
    asked = len(figures["due"]) - len(figures["extended"]) - len(figures["waived"])
    if len(figures["due"]) < 5 or not asked:
        return "—"
    said = (Decimal(100 * len(figures["on_time"])) / asked).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{said.normalize():f}%"


def register() -> Register:
    loaded = parse([("obligations.yaml", TABLE.encode())])
    assert loaded.register is not None, [p.text() for p in loaded.problems]
    return loaded.register


def plan(year: Year, at: datetime) -> Plan:
    """The plan of the year at a moment, of what had been entered by then."""
    table = register()
    facts: Iterator[Fact] = (fact for fact in year.facts if fact.entered <= at)
    history = History.of(sorted(facts, key=lambda fact: fact.seq))
    since, until = date(2025, 1, 1) - MARGIN[0], date(2025, 12, 31) + MARGIN[1]
    return compile_plan(table, Calendars(table), history, now=at, since=since, until=until)
