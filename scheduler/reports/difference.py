"""What another table would change: deadlines old → new, and the mails that come or go. It decides nothing."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from scheduler.planning.coming import Coming
from scheduler.planning.index import parts
from scheduler.planning.model import Dates, Task
from scheduler.planning.moves import reason
from scheduler.planning.plan import Plan
from scheduler.planning.spoken import when
from scheduler.reports.forecast import KINDS, Forecast, notice_data
from scheduler.reports.shapes import days, target_said, together
from scheduler.words import Lang, Phrase, say


class Changed(Struct, frozen=True):
    """One task that is not the same in two plans; a missing side is None."""

    task: str
    old: Dates | None
    new: Dates | None
    gone: tuple[Coming, ...]
    come: tuple[Coming, ...]
    reason: Phrase | None = None

    @property
    def moved(self) -> bool:
        """Whether a date, or its being provisional, changed, or the task appeared or went."""
        return self.old is None or self.new is None or _dates(self.old) != _dates(self.new)


def difference(old: Forecast, new: Forecast) -> list[Changed]:
    """The tasks of either plan that differ in a date or in a mail, in the order of their ids.

    A task of which only one side lies in the span is looked up in the other plan: it moved, and is not new or gone.
    """
    names = {former: row.id for row in new.plan.register.obligations for former in row.formerly}
    former = {row.id: row.formerly for row in new.plan.register.obligations}
    before = {_renamed(task.id, names): (task, notices) for task, notices in old.tasks()}
    after = {task.id: (task, notices) for task, notices in new.tasks()}
    found = []
    for name in sorted({*before, *after}):
        row, _, rest = name.partition("/")
        earlier = next(filter(None, (old.plan.task(f"{n}/{rest}") for n in (row, *former.get(row, ())))), None)
        later = new.plan.task(name)
        sides = _side(before.get(name), earlier), _side(after.get(name), later)
        if all(sides) and new.plan.history.task(name).finished is not None:
            continue  # what is finished stays as it was
        found.append(_compared(name, *sides, old.plan, new.plan))
    return [changed for changed in found if changed.moved or changed.gone or changed.come]


def data(changed: Changed, lang: Lang) -> dict[str, object]:
    """A changed task as JSON."""
    return {
        "task": changed.task,
        "old": _dates(changed.old) if changed.old else None,
        "new": _dates(changed.new) if changed.new else None,
        "reason": changed.reason.text(lang) if changed.reason else None,
        "notices": {
            "removed": [notice_data(one) for one in changed.gone],
            "added": [notice_data(one) for one in changed.come],
        },
    }


def lines(found: Iterable[Changed]) -> Iterator[Phrase]:
    """Changed tasks in words; where a row changes in the same way for several bearers, it is said once."""
    alike: dict[Hashable, list[Changed]] = {}
    for changed in found:
        row, _, period = parts(changed.task)
        alike.setdefault((row, period, _way(changed)), []).append(changed)
    for tasks in alike.values():
        yield _headline(tasks[0], together([changed.task for changed in tasks]))
        yield from _details(tasks[0], alone=len(tasks) == 1)


def _way(changed: Changed) -> Hashable:
    """How a task changes, whosoever it is."""
    sides = (repr(_dates(side)) if side else None for side in (changed.old, changed.new))
    mails = (tuple((one.notice.step.name, one.at) for one in side) for side in (changed.gone, changed.come))
    return (*sides, *mails, changed.reason.text() if changed.reason else None)


def _headline(changed: Changed, task: Phrase | str) -> Phrase:
    old, new = changed.old, changed.new
    if old is None and new is not None:
        return say("新增 {task}，办理时限{target}", task=task, target=target_said(new))
    if new is None and old is not None:
        return say("取消 {task}，原办理时限{target}", task=task, target=target_said(old))
    if old is None or new is None or not changed.moved:
        return say("不变 {task}，通知有变", task=task)
    why = say("（{reason}）", reason=changed.reason) if changed.reason else ""
    if days(old) == days(new):
        flip = say("改为暂定") if new.provisional else say("不再是暂定的")
        return say(
            "日期不变 {task}，办理时限{day}{flip}{reason}", task=task, day=when(new.target), flip=flip, reason=why
        )
    return say(
        "改期 {task}，办理时限{old} → {new}{reason}",
        task=task, old=target_said(old), new=target_said(new), reason=why,
    )  # fmt: skip


def _details(changed: Changed, *, alone: bool) -> Iterator[Phrase]:
    old, new = changed.old, changed.new
    if old and new and old.due != new.due:
        yield say("  规定期限{old} → {new}", old=when(old.due), new=when(new.due))
    for one in changed.gone:
        yield say("  不再发 {notice}", notice=_said(one, alone=alone))
    for one in changed.come:
        yield say("  将会发 {notice}", notice=_said(one, alone=alone))


def _dates(dates: Dates) -> dict[str, object]:
    return {**days(dates), "provisional": dates.provisional}


def _renamed(task: str, names: Mapping[str, str]) -> str:
    row, stroke, rest = task.partition("/")
    return names.get(row, row) + stroke + rest


_Side = tuple[Task, Sequence[Coming]] | None


def _side(listed: _Side, found: Task | None) -> _Side:
    return listed if listed is not None or found is None else (found, ())


def _compared(name: str, before: _Side, after: _Side, old: Plan, new: Plan) -> Changed:
    gone, come = before[1] if before else (), after[1] if after else ()
    kept = {_same(one) for one in gone} & {_same(one) for one in come}
    moved = before and after and _dates(before[0].dates) != _dates(after[0].dates)
    return Changed(
        name,
        before[0].dates if before else None,
        after[0].dates if after else None,
        tuple(one for one in gone if _same(one) not in kept),
        tuple(one for one in come if _same(one) not in kept),
        reason(before[0].slot, after[0].slot, old, new) if moved and before and after else None,
    )


def _same(one: Coming) -> tuple[object, ...]:
    return one.notice.step.name, one.at, one.recipient.who, tuple(copy.who for copy in one.copies)


def _said(one: Coming, *, alone: bool) -> Phrase:
    step, kind = one.notice.step.name, KINDS[one.notice.step.kind]
    if alone:
        return say(
            "{at:%Y-%m-%d %H:%M} {kind} {who}（{step}）", at=one.at, kind=kind, who=one.recipient.name, step=step
        )
    return say("{at:%Y-%m-%d %H:%M} {kind}（{step}）", at=one.at, kind=kind, step=step)
