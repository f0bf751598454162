"""The types of the model's fields: what text becomes which value, and what an editor is told. It reads no file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Annotated, TypeVar

from scheduler.register import moments, scalars
from scheduler.register.rows import Json, Reads
from scheduler.register.values import Duration, Moment, Share, Target
from scheduler.workdays import Region

T = TypeVar("T")

_WORD: Mapping[str, Json] = {"type": ["string", "number"]}
_TEXT: Mapping[str, Json] = {"type": "string"}


def _form(description: str, kind: Mapping[str, Json] = _WORD, **more: Json) -> Mapping[str, Json]:
    return {"description": description, **more, **kind}


Id = Annotated[str, Reads(scalars.identifier, _form("id", _TEXT, pattern=r"^[\w][\w.\-]*$"))]
Words = Annotated[str, Reads(scalars.prose, _WORD)]
Line = Annotated[str, Reads(scalars.line, _WORD)]
Several = tuple[T, ...]
Frozen = Mapping[str, T]
Count = Annotated[int, Reads(scalars.count, {"type": "integer"})]
Flag = Annotated[bool, Reads(scalars.flag, {"type": "boolean"})]
RegionText = Annotated[Region, Reads(scalars.region, _form("地区", enum=[r.value for r in Region]))]
DateText = Annotated[date, Reads(moments.day, _form("2018-12-31 或 2018年12月31日", _TEXT))]
TimeText = Annotated[time, Reads(scalars.clock_time, _form("10:30（北京时间）", _TEXT))]
SheetDateText = Annotated[date, Reads(moments.sheet_day, _form("2026-11-22", _TEXT))]
OnceText = Annotated[date, Reads(moments.once, _form("2018-12-31、end of 2018-07、2018年底、2018年7月底", _TEXT))]
DurationText = Annotated[
    Duration, Reads(scalars.duration, _form("5wd、20d、24h、2w、1m、1y 或 5个工作日、20日、24小时、2周、1个月、1年"))
]
MomentText = Annotated[
    Moment, Reads(moments.moment, _form("start、end、MM-DD、DD、mon…sun、end of MM，可加 + 或 - 时长"))
]
DayOrMomentText = Annotated[
    date | Moment, Reads(moments.day_or_moment, _form("日期或周期里的日子：2018-12-31、03-31、end of 02"))
]
ShareText = Annotated[Share, Reads(scalars.share, _form("80%", _TEXT))]
TargetText = Annotated[Target, Reads(scalars.target, _form("deputy、office-head、reports_to.officer", _TEXT))]
