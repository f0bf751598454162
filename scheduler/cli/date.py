"""`duban date`: working-day arithmetic for a person, a line of JSON for a program. It reads no table.

Notices that were imported count, where there is a journal that holds them.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path

import click

from scheduler.cli.desk import services
from scheduler.cli.moments import day
from scheduler.cli.options import command, option, output_format, spoken, tell
from scheduler.cli.output import line
from scheduler.problems import Problem, UsageError
from scheduler.words import Phrase, say
from scheduler.workdays import Calendar
from scheduler.workdays.answers import Answer, evaluate
from scheduler.workdays.batch import answer, answer_line, calendar_of
from scheduler.workdays.days import Status
from scheduler.workdays.explain import dated, explain
from scheduler.workdays.expr import parse


@command(
    "date",
    formats=("text", "json"),
    example="""\
duban date 2026-02-28
duban date "2018-02-14 + 20wd" --explain
duban date "end of 2018-02 roll preceding"
duban date "2025-01-10 + 20wd pausing 2025-01-15..2025-02-06"
duban date "workdays 2020-01-15..2020-02-15" --as-of 2020-01-20
duban date --batch < questions.jsonl""",
    more=say(
        "+ 5wd 是之后第5个工作日，起算当日不计；单位 wd、d、w、m、y、h 或中文；\n"
        "roll 后写 preceding、following、modified-preceding、modified-following、none；\n"
        "start of 2022-10 指前一日。--batch 每行一个JSON：\n"
        '{"id","expr","region","as_of","calendar":{"weekend","rest","work"}}'
    ),
)
@click.argument("expr", nargs=-1, metavar="EXPR")
@option("--explain", is_flag=True, words=say("分步说明，附条文和放假通知文号"))
@option("--as-of", type=day, metavar="DATE", words=say("按当日已公布的安排计算"))
@option("--region", metavar="REGION", words=say("xinjiang、guangxi、ningxia、lhasa 或 CN-XJ 等"))
@option("--calendar", type=click.Path(path_type=Path), metavar="FILE", words=say("自定日历（JSON）"))
@option("--batch", is_flag=True, words=say("从标准输入逐行读JSON，逐行回答"))
def date_(
    *,
    expr: tuple[str, ...],
    explain: bool,
    as_of: dt.date | None,
    region: str | None,
    calendar: Path | None,
    batch: bool,
) -> int:
    if batch == bool(expr):
        hint = say('例如：duban date "2018-02-14 + 20wd"')
        raise UsageError(Problem("date-what", say("请写一个算式，或者用 --batch 从标准输入读"), hint))
    if batch:
        return _batch()
    fields: dict[str, object] = {
        "expr": " ".join(expr),
        "region": region,
        "as_of": as_of.isoformat() if as_of else None,
        "calendar": _content(calendar) if calendar else None,
    }
    imported = services().imported()
    table = calendar_of(fields, imported=imported)
    found = evaluate(parse(" ".join(expr)), table)
    if output_format() == "json":
        click.echo(line(answer(fields, lang=spoken(), imported=imported)))
    else:
        _say(found, table, explained=explain)
    return 0


def _batch() -> int:
    failed, imported = False, services().imported()
    for raw in sys.stdin.buffer:
        if raw.strip():
            found = answer_line(raw.decode("utf-8-sig", "replace"), lang=spoken(), imported=imported)
            failed |= found["error"] is not None
            click.echo(line(found))
    return int(failed)


def _say(found: Answer, table: Calendar, *, explained: bool) -> None:
    click.echo(tell(_result(found)))
    if explained:
        for n, sentence in enumerate(explain(found, table), 1):
            click.echo(f"{n}. {tell(sentence)}")


def _result(found: Answer) -> Phrase:
    mark = say("，暂定") if found.status is Status.PROVISIONAL else ""
    if found.date is None:
        return say("{n}个工作日{mark}", n=found.count, mark=mark)
    works = say("工作日") if found.works else say("休息日")
    when = found.moment.isoformat(timespec="minutes") if found.moment else dated(found.date)
    return say("{when} {works}{mark}", when=when, works=works, mark=mark)


def _content(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError:
        hint = say('例如：{"weekend": ["sat", "sun"], "rest": ["2026-01-01"], "work": []}')
        raise UsageError(Problem("calendar-unreadable", say("{file} 不是JSON日历", file=str(path)), hint)) from None
