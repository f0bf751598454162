"""Freezing the plan of a year, and finding the frozen one again. It computes no date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from scheduler.cli.situation import Situation
from scheduler.daemon.services import Services
from scheduler.journal import Drawn, Entry, File
from scheduler.planning.model import Fact, FactKind, Scalar
from scheduler.problems import Problem, RefusedError
from scheduler.reports.frozen import KIND, Frozen, in_force, planned, read, written
from scheduler.words import say

_KINDS = (FactKind.FREEZE, FactKind.VOID)


def freeze(found: Situation, year: int, by: str) -> Fact:
    """Keep the plan of a year whole and note it in the journal, once; RefusedError where that was done before."""
    tasks = planned(found.plan, year)
    file = File(KIND, f"{year}.json", written(year, tasks))

    def drawn(facts: Sequence[Fact]) -> Drawn:
        before = in_force(facts, year)
        if before is not None:
            message = say("{year}年的计划已经冻结（第{seq}号记录）", year=str(year), seq=before.seq)
            hint = say("确需重新冻结的，先注销：duban void {seq} --reason 理由", seq=before.seq)
            raise RefusedError(Problem("plan-frozen", message, hint))
        loose = sum(one.provisional for one in tasks)
        said: dict[str, Scalar] = {"year": year, "tasks": len(tasks), "provisional": loose, "digest": file.digest}
        return Drawn(Entry(FactKind.FREEZE, by, data={**said, "files": (file.digest,)}), (file,))

    return found.desk.journal.draw(_KINDS, drawn, now=found.now)


def frozen(desk: Services, year: int, until: datetime) -> Frozen | None:
    """The plan of a year as it was frozen, of what had been entered by `until`."""
    if not desk.has_journal:
        return None
    fact = in_force(desk.record.facts(until=until, kinds=_KINDS), year)
    return read(fact, desk.record.kept(str(fact.data["digest"]))) if fact is not None else None
