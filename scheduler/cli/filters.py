"""The options by which `status` and `ledger` choose tasks, and what they mean in a table. They choose nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import click

from scheduler.cli.options import option
from scheduler.planning import meant
from scheduler.planning.model import Light, State
from scheduler.planning.periods import Period
from scheduler.planning.spoken import STATES
from scheduler.problems import Problem, UsageError
from scheduler.register import Register, Roster
from scheduler.reports.selection import Selection, named, tree
from scheduler.reports.status import LIGHTS
from scheduler.words import Lang, Phrase, say

F = TypeVar("F", bound=Callable[..., object])
Asked = tuple[str, ...]


def filters(function: F) -> F:
    """Add the options; the command takes them as keywords and hands them to `selection`."""
    for add in reversed(_OPTIONS):
        function = add(function)
    return function


class Named(click.Choice[str]):
    """Members of a closed set, by the word of the program or by that which reports write; the case does not matter."""

    def __init__(self, called: Mapping[Any, Phrase]) -> None:
        self._called = called
        super().__init__([word for member, said in called.items() for word in (member.value, said.text(Lang.ZH))])

    @cached_property
    def values(self) -> Mapping[str, str]:
        """Word → the word of the program; asked only where somebody uses the option, since it opens the catalogue."""
        words = {said.text(lang).lower(): member.value for member, said in self._called.items() for lang in Lang}
        return words | {member.value: member.value for member in self._called}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word of the program; raises BadParameter."""
        return self.values.get(str(value).strip().lower()) or super().convert(value, param, ctx)


_OPTIONS = (
    option("--unit", multiple=True, metavar="UNIT", words=say("只看这个单位（编号、名称或简称），可写几次")),
    option("--tree", metavar="UNIT", words=say("只看这个单位和它下面的所有单位")),
    option("--person", multiple=True, metavar="PERSON", words=say("只看这个人（编号或姓名）的，含他承办的")),
    option(
        "--state",
        type=Named(STATES),
        multiple=True,
        metavar="STATE",
        words=say("只看这种状态：逾期、待核、overdue 等，可重复"),
    ),
    option(
        "--light",
        type=Named(LIGHTS),
        multiple=True,
        metavar="LIGHT",
        words=say("只看这种灯：红、黄、绿、灰，或 red 等"),
    ),
    option("--obligation", multiple=True, metavar="ID", words=say("只看这个事项")),
    option("--category", multiple=True, metavar="NAME", words=say("只看这个考核类别；没有类别的写“未分类”")),
    option("--period", multiple=True, metavar="LABEL", words=say("只看这个期间：2026、2026H1、2026Q1、2026-03")),
)


def selection(
    register: Register,
    today: date,
    *,
    unit: Asked,
    tree_of: str | None,
    person: Asked,
    state: Asked,
    light: Asked,
    obligation: Asked,
    category: Asked,
    period: Asked,
) -> Selection:
    """What the options mean in this table; UsageError for a name that it does not have."""
    units = tuple(meant.unit(one, register) for one in unit)
    root = meant.unit(tree_of, register) if tree_of is not None else None
    people = tuple(meant.person(one, register) for one in person)
    categories = named(category)
    for one in sorted(categories - {""}):
        heads = sorted({row.category for row in register.obligations if row.category})
        if one not in heads:
            meant.unknown(one, heads, "unknown-category", say("台账中没有这个类别：{id}", id=one))
    for one in period:
        _period(one)
    roster = Roster(register)
    return Selection(
        units=_units(roster, units, root),
        people=frozenset(people),
        posts=frozenset(post for one in people for post in roster.posts(one, today)),
        states=frozenset(map(State, state)),
        lights=frozenset(map(Light, light)),
        obligations=frozenset(meant.obligation(one, register) for one in obligation),
        categories=categories,
        periods=frozenset(period),
    )


def _units(roster: Roster, unit: Asked, tree_of: str | None) -> frozenset[str] | None:
    """Both options together are a union; neither asks nothing."""
    if not unit and tree_of is None:
        return None
    return frozenset(unit) | (tree(roster, tree_of) if tree_of is not None else frozenset())


def _period(label: str) -> None:
    """An event's reference may be any word; what looks like a year must be a period."""
    if label[:4].isdigit() and len(label) <= 8 and Period.named(label) is None and label.count("-") < 2:
        hint = say("写成 2026、2026H1、2026Q1、2026-03 或 2026-W09")
        raise UsageError(Problem("bad-period", say("看不懂期间“{label}”", label=label), hint))
