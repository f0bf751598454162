"""A year beside its frozen plan, for readers: lines of text and sheets of a file. It counts nothing."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.planning.model import BEIJING
from scheduler.planning.spoken import STATES, when
from scheduler.reports.assessed import View, table
from scheduler.reports.columns import UNSORTED
from scheduler.reports.frozen import Compared, Comparison, Since
from scheduler.reports.text import folded
from scheduler.reports.workbook import Cell, Column, Kind, Sheet, Tone, Toned
from scheduler.words import Lang, Phrase, say

_WIDE = 80
SINCE = {
    Since.KEPT: say("照计划"),
    Since.MOVED: say("有变动"),
    Since.GONE: say("已取消"),
    Since.ADDED: say("计划外新增"),
}
_TONES = {Since.MOVED: Tone.YELLOW, Since.GONE: Tone.RED, Since.ADDED: Tone.GREY}
_COLUMNS = (
    ("planned", say("计划任务"), say("计划")),
    ("done", say("已办结"), say("办结")),
    ("as_planned", say("按计划时限办结"), say("按计划")),
    ("moved", say("有变动"), say("变动")),
    ("gone", say("已取消"), say("取消")),
    ("added", say("计划外新增"), say("新增")),
)
_NOTE = say(
    "按计划时限办结，是不晚于计划冻结时所定的规定期限办结，期限以后变动的，仍按计划所定的统计；"
    "计划外新增包括计划冻结以后登记的事件引起的任务。"
)


def heading(found: Comparison) -> Phrase:
    """Which plan it is compared with, and where that stands in the record."""
    frozen = found.frozen
    day = frozen.at.astimezone(BEIJING).date().isoformat()
    n, digest = len(frozen.tasks), frozen.digest[:12]
    return say(
        "与年初计划比较：{day}冻结，{n}项任务，第{seq}号记录，摘要{digest}…",
        day=day,
        n=n,
        seq=frozen.seq,
        digest=digest,
    )


def none(year: int) -> Phrase:
    """That there is no plan to compare with."""
    return say("{year}年的计划没有冻结（duban plan --year {year} --freeze），不与年初计划比较。", year=str(year))


def lines(found: Comparison, view: View) -> Iterator[str]:
    """By unit on the screen, and what moved, one by one; 80 columns."""
    lang = view.imprint.lang
    yield from folded(heading(found).text(lang), _WIDE)
    heads = [say("责任单位").text(lang), *(short.text(lang) for _, _, short in _COLUMNS)]
    yield from table([heads, *([name, *map(str, numbers)] for name, numbers in _rows(found, view))])
    for one in found.tasks:
        if one.since in {Since.MOVED, Since.GONE}:
            yield f"  {one.task}"
            yield f"    {_said(one).text(lang)}"
    yield from folded(_NOTE.text(lang), _WIDE)


def explained(found: Comparison, unit: str, lang: Lang) -> Iterator[str]:
    """Each figure of a unit with the tasks behind it."""
    figures = found.figures(unit)
    for name, words, _ in _COLUMNS:
        yield say("年初计划，{what}：{n}项", what=words, n=len(figures[name])).text(lang)
        yield from (f"  {task}" for task in figures[name])


def sheets(found: Comparison, view: View) -> tuple[Sheet, Sheet]:
    """By unit, and every task of the plan and of the year, by which each figure can be traced."""
    rows: list[list[Cell]] = [[name, *numbers] for name, numbers in _rows(found, view)]
    rows[-1] = [Toned(cell, Tone.SUM) for cell in rows[-1] if isinstance(cell, str | int)]
    lang, notes = view.imprint.lang, (view.imprint.note, heading(found))
    by_unit = Sheet(
        name=say("计划对照").text(lang),
        title=say("{year}年政务公开工作计划完成情况", year=str(found.frozen.year)),
        columns=(Column(say("责任单位"), 42), *(Column(words, 14, Kind.NUMBER) for _, words, _ in _COLUMNS)),
        rows=rows,
        notes=notes,
        after=(_NOTE,),
        filtered=False,
    )
    return by_unit, _tasks(found, view)


def _tasks(found: Comparison, view: View) -> Sheet:
    return Sheet(
        name=say("计划明细").text(view.imprint.lang),
        title=say("{year}年政务公开工作计划完成情况", year=str(found.frozen.year)),
        columns=(
            *(Column(say("责任单位"), 22), Column(say("考核类别"), 16), Column(say("事项"), 30)),
            *(Column(say("任务编号"), 34), Column(say("计划规定期限"), 12, Kind.DAY), Column(say("计划时暂定"), 7)),
            *(Column(say("现规定期限"), 12, Kind.DAY), Column(say("办结日期"), 12, Kind.DAY)),
            *(Column(say("状态"), 11), Column(say("与计划比较"), 12), Column(say("按计划时限办结"), 9)),
        ),
        rows=[_line(one, view) for one in found.tasks],
        notes=(view.imprint.note, heading(found)),
    )


def _line(one: Compared, view: View) -> list[Cell]:
    stands, planned = one.standing, one.planned
    since: Cell = SINCE[one.since]
    if one.since in _TONES:
        since = Toned(SINCE[one.since], _TONES[one.since])
    return [
        view.names.get(one.unit, one.unit),
        one.category or UNSORTED,
        *(one.title, one.task, planned.due if planned else None),
        say("暂定") if planned and planned.provisional else None,
        *(one.due, stands.done_on if stands and one.done else None, STATES[stands.state] if stands else None),
        *(since, say("是") if one.as_planned else None),
    ]


def _rows(found: Comparison, view: View) -> Iterator[tuple[str, list[int]]]:
    """The numbers of each unit that has any, in the order of the table; a unit that is no more; and all."""
    held = {one.unit for one in found.tasks}
    order = [unit.id for unit in view.found.plan.register.units]
    for unit in [*(unit for unit in order if unit in held), *sorted(held - {*order})]:
        yield view.names.get(unit, unit), _numbers(found, unit)
    yield say("合计").text(view.imprint.lang), _numbers(found, None)


def _numbers(found: Comparison, unit: str | None) -> list[int]:
    figures = found.figures(unit)
    return [len(figures[name]) for name, _, _ in _COLUMNS]


def _said(one: Compared) -> Phrase:
    planned = when(one.planned.due) if one.planned else None
    if one.since is Since.GONE:
        return say("计划的规定期限{old}，已取消", old=planned)
    if one.planned and one.planned.due == one.due:
        return say("次数由计划的{old}次变为{new}次", old=one.planned.required, new=one.required)
    return say("规定期限由计划的{old}变为{new}", old=planned, new=when(one.due))
