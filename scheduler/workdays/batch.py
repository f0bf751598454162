"""One record in, one record out: the `--batch` form of `duban date`. A bad record makes an error, never a halt."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date

from scheduler.problems import DubanError, Problem, UsageError
from scheduler.words import Lang, Phrase, say
from scheduler.workdays.answers import WEEKDAYS, evaluate
from scheduler.workdays.days import Closures, Notice, Region
from scheduler.workdays.expr import parse, parse_day
from scheduler.workdays.layers import calendar
from scheduler.workdays.table import Calendar

_ISO = re.compile(r"\s*\d{4}-\d{2}-\d{2}\s*")
_LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def answer(record: object, *, lang: Lang = Lang.ZH, imported: Sequence[Notice] = ()) -> dict[str, object]:
    """The answer to `{"id","expr","region","as_of","calendar"}`: `date` or `count`, `works`, `weekday`, `status`.

    `calendar`, where given, replaces every layer. It never raises: `error` says in `lang` what is wrong.
    """
    fields = record if isinstance(record, Mapping) else {}
    head: dict[str, object] = {"id": fields.get("id"), "expr": fields.get("expr")}
    try:
        found = evaluate(parse(_text(fields, "expr")), calendar_of(fields, imported=imported))
    except DubanError as error:
        said = "；".join(p.message.text(lang) for p in error.problems)
        return head | {"date": None, "works": None, "weekday": None, "status": None, "error": said}
    value = {"count": found.count} if found.date is None else {"date": found.date.isoformat()}
    return head | value | {"works": found.works, "weekday": found.weekday, "status": str(found.status), "error": None}


def answer_line(line: str, *, lang: Lang = Lang.ZH, imported: Sequence[Notice] = ()) -> dict[str, object]:
    """The answer to one line of JSON."""
    try:
        record: object = json.loads(line)
    except (ValueError, RecursionError):
        record = None
    if isinstance(record, dict):
        return answer(record, lang=lang, imported=imported)
    error = say("这一行不是JSON对象").text(lang)
    return {"id": None, "expr": None, "date": None, "works": None, "weekday": None, "status": None, "error": error}


def calendar_of(fields: Mapping[str, object], *, imported: Sequence[Notice] = ()) -> Calendar:
    """The calendar that a record asks for; raises UsageError."""
    region = _region(fields)
    as_of = _day(fields["as_of"], "as_of") if fields.get("as_of") is not None else None
    if fields.get("calendar") is not None:
        return custom_calendar(fields["calendar"])
    return calendar(region, closures=Closures(), as_of=as_of, imported=imported)


def custom_calendar(content: object) -> Calendar:
    """The calendar `{"weekend": […], "rest": […], "work": […]}`, without `weekend` sat and sun; raises UsageError."""
    if not isinstance(content, Mapping):
        raise _mistake(say("calendar 应是一个对象"))
    unknown = set(content) - {"weekend", "rest", "work", "name"}
    if unknown:
        raise _mistake(say("calendar 中没有这个键：{keys}", keys=tuple(sorted(map(str, unknown)))))
    weekend = content.get("weekend", ["sat", "sun"])
    if isinstance(weekend, str):
        weekend = [word for word in re.split(r"[,，、\s]+", weekend) if word]
    rest = [_day(d, "rest") for d in _list(content.get("rest"), "rest")]
    work = [_day(d, "work") for d in _list(content.get("work"), "work")]
    return Calendar.custom([_weekday(word) for word in _list(weekend, "weekend")], rest, work)


def _region(fields: Mapping[str, object]) -> Region | None:
    if fields.get("region") is None or fields["region"] == "":
        return None
    region = Region.parse(_text(fields, "region"))
    if region is None:
        known = tuple(Region)
        raise _mistake(say("没有这个地区的日历：{region}（可用：{known}）", region=fields["region"], known=known))
    return region


def _weekday(word: object) -> int:
    name = word.strip().lower() if isinstance(word, str) else ""
    for n, (short, long) in enumerate(zip(WEEKDAYS, _LONG, strict=True)):
        digit = "一二三四五六日"[n]
        if name in {short.lower(), long, f"周{digit}", f"星期{digit}"}:
            return n
    raise _mistake(say("没有这个星期几：{word}", word=word))


def _day(value: object, key: str) -> date:
    if not isinstance(value, str) or not _ISO.fullmatch(value):
        raise _mistake(say("{key} 应是日期，如 2018-02-14：{value}", key=key, value=value))
    return parse_day(value)


def _list(value: object, key: str) -> Sequence[object]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise _mistake(say("{key} 应是一个列表", key=key))
    return value


def _text(fields: Mapping[str, object], key: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str):
        raise _mistake(say("缺少 {key}，或它不是文字", key=key))
    return value


def _mistake(message: Phrase) -> UsageError:
    return UsageError(
        Problem("batch-record", message, say("例如：{line}", line='{"id": 1, "expr": "2018-02-14 + 20wd"}'))
    )
