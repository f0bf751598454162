"""What another table would change: deadlines old → new, and the mails that come or go. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scheduler.planning.coming import Coming
from scheduler.planning.model import Dates, Task
from scheduler.reports.forecast import KINDS, Forecast, notice_data
from scheduler.reports.shapes import days, iso
from scheduler.words import Phrase, say


@dataclass(frozen=True, slots=True)
class Changed:
    """One task that is not the same in two plans; a missing side is None."""

    task: str
    old: Dates | None
    new: Dates | None
    gone: tuple[Coming, ...]
    come: tuple[Coming, ...]

    @property
    def moved(self) -> bool:
        """Whether a deadline changed, or the task appeared or went."""
        return self.old is None or self.new is None or days(self.old) != days(self.new)


def difference(old: Forecast, new: Forecast) -> list[Changed]:
    """The tasks of either plan that differ in a date or in a mail, in the order of their ids."""
    before = {task.id: (task, notices) for task, notices in old.tasks()}
    after = {task.id: (task, notices) for task, notices in new.tasks()}
    found = [_compared(name, before.get(name), after.get(name)) for name in sorted({*before, *after})]
    return [changed for changed in found if changed.moved or changed.gone or changed.come]


def data(changed: Changed) -> dict[str, object]:
    """A changed task as JSON."""
    return {
        "task": changed.task,
        "old": days(changed.old) if changed.old else None,
        "new": days(changed.new) if changed.new else None,
        "notices": {
            "removed": [notice_data(one) for one in changed.gone],
            "added": [notice_data(one) for one in changed.come],
        },
    }


def lines(changed: Changed) -> Iterator[Phrase]:
    """A changed task in words."""
    old, new = changed.old, changed.new
    if old is None and new is not None:
        yield say("新增 {task}，办理时限{target}", task=changed.task, target=iso(new.target))
    elif new is None and old is not None:
        yield say("取消 {task}，原办理时限{target}", task=changed.task, target=iso(old.target))
    elif old is not None and new is not None and changed.moved:
        yield say("改期 {task}，办理时限{old} → {new}", task=changed.task, old=iso(old.target), new=iso(new.target))
        if old.due != new.due:
            yield say("  规定期限{old} → {new}", old=iso(old.due), new=iso(new.due))
    else:
        yield say("不变 {task}，通知有变", task=changed.task)
    for one in changed.gone:
        yield say("  不再发 {notice}", notice=_said(one))
    for one in changed.come:
        yield say("  将会发 {notice}", notice=_said(one))


_Side = tuple[Task, Sequence[Coming]] | None


def _compared(name: str, before: _Side, after: _Side) -> Changed:
    old, new = before[1] if before else (), after[1] if after else ()
    kept = {_same(one) for one in old} & {_same(one) for one in new}
    return Changed(
        name,
        before[0].dates if before else None,
        after[0].dates if after else None,
        tuple(one for one in old if _same(one) not in kept),
        tuple(one for one in new if _same(one) not in kept),
    )


def _same(one: Coming) -> tuple[object, ...]:
    return one.notice.step.name, one.at, one.recipient.who, tuple(copy.who for copy in one.copies)


def _said(one: Coming) -> Phrase:
    return say(
        "{at:%Y-%m-%d %H:%M} {kind} {who}（{step}）",
        at=one.at,
        kind=KINDS[one.notice.step.kind],
        who=one.recipient.who,
        step=one.notice.step.name,
    )
