"""年初定计划: what falls due in a year, per unit and per person, week by week. It reckons no date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

from msgspec import Struct

from scheduler.planning.model import BEIJING, State, Task
from scheduler.planning.occasions import ONCE
from scheduler.planning.people import OFFICER
from scheduler.planning.plan import Plan
from scheduler.planning.standing import standing
from scheduler.planning.windows import day_of
from scheduler.reports.forecast import WEEKDAYS
from scheduler.reports.shapes import iso
from scheduler.reports.workbook import Imprint
from scheduler.words import Lang, Phrase, say

_FINISHED = frozenset({State.DONE, State.DONE_LATE, State.WAIVED})
LOOSE = say(
    "暂定：该日所依据的放假安排尚未公布，公布后可能变动，另行告知。由事件引起的任务（例如规范性文件印发）在事件登记后列入。"
)


class Item(Struct, frozen=True):
    """Something to be done by a day: a task by its target, or so much of a quota by its pace (`pace` of it)."""

    task: Task
    day: date
    person: str | None  # the id of who owes it, or of the unit's officer on that day
    pace: int | None
    finished: bool

    @property
    def unit(self) -> str:
        """The unit that owes it."""
        return self.task.bearer.unit

    @property
    def week(self) -> tuple[int, int]:
        """The ISO year and week: a week belongs to where its Thursday lies."""
        year, week, _ = self.day.isocalendar()
        return year, week

    @property
    def period(self) -> Phrase:
        """The period's label."""
        label = self.task.slot.period
        return say("一次") if label == ONCE else say("{label}", label=label)

    @property
    def title(self) -> Phrase:
        """What is to be done."""
        title = self.task.slot.obligation.title
        return (
            say("{title}", title=title)
            if self.pace is None
            else say("{title}（至此不少于{n}次）", title=title, n=self.pace)
        )


def span(week: tuple[int, int]) -> str:
    """The days of an ISO week, Monday to Sunday: 02-01～02-07."""
    monday = date.fromisocalendar(*week, 1)
    return f"{monday:%m-%d}～{monday + timedelta(days=6):%m-%d}"


def items(plan: Plan, year: int) -> list[Item]:
    """All that falls due in the year and of which something is asked, by day, in the order of the table."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    found = [item for task in plan.tasks() if not task.slot.dormant for item in _of(task, plan, first, last)]
    return sorted(found, key=lambda item: item.day)


def _of(task: Task, plan: Plan, first: date, last: date) -> Iterator[Item]:
    target = day_of(task.dates.target)
    paces = [(step.at.astimezone(BEIJING).date(), step.needs) for step in task.slot.steps if step.needs is not None]
    days: list[tuple[date, int | None]] = [*paces, (target, None)]
    wanted = [(day, pace) for day, pace in days if first <= day <= last]
    if not wanted:
        return
    finished = standing(task, plan, plan.now).state in _FINISHED
    for day, pace in wanted:
        yield Item(task, day, _person(task, plan, day), pace, finished)


def _person(task: Task, plan: Plan, on: date) -> str | None:
    bearer = task.bearer
    return bearer.person or plan.roster.holder(bearer.unit, bearer.role or OFFICER, on)


# -- the page --------------------------------------------------------------------------------------------------------


def page(plan: Plan, year: int, imprint: Imprint) -> dict[str, object]:
    """What the template of the page sees: texts only, by unit and by person, week by week."""
    lang, by_unit, by_person = imprint.lang, defaultdict(list), defaultdict(list)
    for item in items(plan, year):
        by_unit[item.unit].append(item)
        by_person[item.person].append(item)
    units = [(unit.name, by_unit[unit.id]) for unit in plan.register.units if unit.id in by_unit]
    people = [(person.name, by_person[person.id]) for person in plan.register.people if person.id in by_person]
    return {
        "lang": lang.value,
        "title": say("{year}年政务公开工作计划", year=year).text(lang),
        "office": imprint.office,
        "note": imprint.note.text(lang),
        "loose": LOOSE.text(lang),
        "w": {name: said.text(lang) for name, said in WORDS.items()},
        "units": [{"name": name, "weeks": _weeks(held, plan, lang)} for name, held in units],
        "people": [{"name": name, "weeks": _weeks(held, plan, lang)} for name, held in people],
    }


WORDS = {
    "units": say("按单位"),
    "people": say("按个人"),
    "target": say("办理时限"),
    "what": say("事项"),
    "period": say("期间"),
    "due": say("规定期限"),
    "whose": say("责任单位、责任人"),
    "provisional": say("暂定"),
    "done": say("已办"),
}


def _weeks(held: Sequence[Item], plan: Plan, lang: Lang) -> list[dict[str, object]]:
    return [
        {
            "label": say("第{n}周　{days}", n=week[1], days=span(week)).text(lang),
            "rows": [_texts(item, plan, lang) for item in run],
        }
        for week, run in groupby(held, key=lambda item: item.week)
    ]


def _texts(item: Item, plan: Plan, lang: Lang) -> dict[str, object]:
    day, weekday = item.day.isoformat(), WEEKDAYS[item.day.weekday()]
    names = (plan.roster.unit(item.unit).name, plan.roster.person(item.person).name if item.person else None)
    return {
        "target": say("{day}（{weekday}）", day=day, weekday=weekday).text(lang),
        "what": item.title.text(lang),
        "period": item.period.text(lang),
        "due": iso(item.task.dates.due),
        "whose": "　".join(name for name in names if name),
        "provisional": item.task.dates.provisional,
        "done": item.finished,
    }
