"""`duban plan`: what would happen from what is recorded so far if nothing more were done."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import click
from msgspec import Struct

from scheduler import clock
from scheduler.cli.desk import login, services, steady
from scheduler.cli.files import asked_format, deliver, put
from scheduler.cli.freezing import freeze as frozen_now
from scheduler.cli.moments import day, end_of, start_of
from scheduler.cli.options import command, option, output_format, spoken, tell
from scheduler.cli.output import line, print_json, print_lines, print_streamed, utter
from scheduler.cli.running import running, running_calendars
from scheduler.cli.situation import situation
from scheduler.daemon.services import HORIZON, Services
from scheduler.mailing.templates import Templates
from scheduler.planning import Plan, compile_plan, meant
from scheduler.problems import Problem, UsageError
from scheduler.reports import difference
from scheduler.reports.forecast import Forecast, documents, lines
from scheduler.reports.yearbook import book
from scheduler.reports.yearplan import page as page_of
from scheduler.words import say

_SPAN = timedelta(days=30)
_FILES = ("xlsx", "html")
_YEARS = click.IntRange(2005, 2049)  # what the calendar answers
_LONGEST = 50_000_000  # characters of a page: a year of a thousand units


@command(
    "plan",
    formats=("text", "json", "xlsx", "html"),
    example="""\
duban plan --from 2027-01-01 --to 2027-01-31
duban plan --from 2026-01-01 --to 2026-12-31 --format json
duban plan --who zhou.min
duban plan --against running
duban plan --year 2027 -o 2027年计划.xlsx
duban plan --year 2027 --freeze""",
    more=say(
        "不写 --from 为今天，不写 --to 为30天。--against running 列出改表以后会变的期限和通知，不写 --to 为400天。\n"
        "--year 为全年；写成 .xlsx 或 .html 文件时，按单位、按个人逐周列出，暂定的日期有标记。\n"
        "--freeze 把全年计划定下来、记入办理记录，年中和年末的 duban assess 与它比较；每年一次，重定要先注销。"
    ),
)
@option("--from", "since", type=day, metavar="DATE", words=say("从哪一天"))
@option("--to", "until", type=day, metavar="DATE", words=say("到哪一天（含）"))
@option("--year", type=_YEARS, metavar="YEAR", words=say("全年：1月1日至12月31日"))
@option("--who", metavar="ID", words=say("只看一个人或一个单位"))
@option("--chasers", is_flag=True, words=say("列出每一次催办，不只前两次"))
@option("--freeze", is_flag=True, words=say("年初定计划：冻结 --year 的全年计划"))
@option("--by-whom", metavar="WHO", words=say("经办人，不写为登录名"))
@option("--against", type=click.Choice(["running"]), words=say("与正在运行的台账比较"))
@option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", words=say("全年计划写成哪个文件"))
def plan(
    *,
    since: date | None,
    until: date | None,
    year: int | None,
    who: str | None,
    chasers: bool,
    freeze: bool,
    by_whom: str | None,
    against: str | None,
    output: Path | None,
) -> None:
    now = clock.now()
    form = asked_format(output, _FILES, "text")
    if freeze:
        _freeze(year, (since, until, who, against), by_whom or login())
        if form not in _FILES:
            return
    if form in _FILES or output is not None:
        _year(year, (since, until, who, against), form, output)
        return
    if year is not None:
        since, until = _whole(year, since, until)
    first = since or now.date()
    last = until or first + (HORIZON if against else _SPAN)
    if last < first:
        raise UsageError(Problem("range-reversed", say("--to 早于 --from"), say("先写较早的一天")))
    desk = steady() if against is None else services()  # what is to be compared must be sound itself
    if who is not None:
        who = meant.whoever(who, desk.register)
    span = _Span(start_of(first), end_of(last), who, chasers)
    start = now if first >= now.date() else start_of(first)  # a day that is over is told as it would have gone
    if against is not None:
        _compare(desk, span, start)
        return
    forecast = span.of(desk.plan(start, first, last))
    if form == "json":
        print_streamed({}, "tasks", documents(forecast), (("load", part) for part in (forecast.load(),)))
    else:
        print_lines(lines(forecast, spoken()))


def _freeze(year: int | None, others: tuple[object, ...], by: str) -> None:
    """The plan of a year goes into the record; it is always of the whole office."""
    if year is None or any(others):
        hint = say("例如 duban plan --year 2027 --freeze")
        raise UsageError(Problem("year-plan", say("冻结的是全年计划，只与 --year 一起用"), hint))
    fact = frozen_now(situation(None, date(year, 1, 1), date(year, 12, 31)), year, by)
    if output_format() == "json":
        print_json({"seq": fact.seq, **{key: fact.data[key] for key in ("year", "tasks", "provisional", "digest")}})
        return
    said = say(
        "已冻结{year}年计划：{n}项任务，其中暂定{loose}项；第{seq}号记录，摘要 {digest}",
        year=str(year),
        n=fact.data["tasks"],
        loose=fact.data["provisional"],
        seq=fact.seq,
        digest=fact.data["digest"],
    )
    utter(said, err=output_format() != "text")


def _year(year: int | None, others: tuple[object, ...], form: str, output: Path | None) -> None:
    """A year's plan as a file; it is always of the whole office."""
    if year is None or any(others) or form not in _FILES:
        hint = say("例如 duban plan --year 2027 -o 2027年计划.xlsx")
        raise UsageError(Problem("year-plan", say("写成文件的是全年计划，只与 --year 一起用"), hint))
    found = situation(None, date(year, 1, 1), date(year, 12, 31))
    if form == "xlsx":
        deliver(book(found.plan, year, found.imprint), output)
        return
    page = Templates(found.desk.settings.templates).page(
        "yearplan.html.j2", page_of(found.plan, year, found.imprint), _LONGEST
    )
    put(page.encode(), output)


def _whole(year: int, since: date | None, until: date | None) -> tuple[date, date]:
    if since is not None or until is not None:
        raise UsageError(Problem("range-twice", say("--year 与 --from、--to 不能同时写"), say("只写一种")))
    return date(year, 1, 1), date(year, 12, 31)


class _Span(Struct, frozen=True):
    """The part of a plan that was asked for."""

    since: datetime
    until: datetime
    who: str | None
    chasers: bool

    def of(self, made: Plan) -> Forecast:
        return Forecast(made, self.since, self.until, self.who, self.chasers)


def _compare(desk: Services, span: _Span, now: datetime) -> None:
    """By the table on disk and the calendars of now against those in force; each plan a year ahead at least."""
    register, history = running(desk), desk.history()
    first, last = min(now, span.since).date(), max(now + HORIZON, span.until).date()
    old = compile_plan(register, running_calendars(desk, register), history, now=now, since=first, until=last)
    new = compile_plan(desk.register, desk.calendars(), history, now=now, since=first, until=last)
    found = difference.difference(span.of(old), span.of(new))
    if output_format() == "json":
        print_streamed({}, "tasks", (line(difference.data(changed, spoken())) for changed in found), iter(()))
        return
    for said in difference.lines(found):
        click.echo(tell(said))
    if not found:
        click.echo(tell(say("与正在运行的台账相比，期限和通知都没有变。")))
