"""The types of the model's fields: text becomes a value, a value is taken as it is. It reads no file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time
from types import MappingProxyType
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from scheduler.register import moments, scalars
from scheduler.register.mistakes import Code, UnreadableError
from scheduler.register.scalars import half_width
from scheduler.register.values import Duration, Moment, Share, Target
from scheduler.words import say
from scheduler.workdays import Region

T = TypeVar("T")


def _reads(parse: Callable[[str], object]) -> BeforeValidator:
    """Parse text; leave what is no text to pydantic, so that Python code may hand over ready values."""

    def read(value: object) -> object:
        if isinstance(value, list | dict):
            raise UnreadableError(Code.BAD_VALUE, say("这里应是一个词，不是列表或分项"), say("请把值直接写在冒号后面"))
        return half_width(parse, value) if isinstance(value, str) else value

    return BeforeValidator(read)


def _form(description: str, **more: object) -> WithJsonSchema:
    """What an editor is told about the text form of a value."""
    return WithJsonSchema({"type": ["string", "number"], "description": description, **more})


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


class _OneOrSeveral:
    """For an editor: a list, or its only item without the brackets."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        several = handler(schema)
        return {"anyOf": [several["items"], several]}


Id = Annotated[str, _reads(scalars.identifier), _form("id", type="string", pattern=r"^[\w][\w.\-]*$")]
Words = Annotated[str, _reads(scalars.prose), WithJsonSchema({"type": ["string", "number"]})]
Line = Annotated[str, _reads(scalars.line), WithJsonSchema({"type": ["string", "number"]})]
Several = Annotated[tuple[T, ...], BeforeValidator(_as_list), _OneOrSeveral()]
Frozen = Annotated[Mapping[str, T], AfterValidator(MappingProxyType)]
Count = Annotated[int, _reads(scalars.count)]
Flag = Annotated[bool, _reads(scalars.flag), WithJsonSchema({"type": "boolean"})]
RegionText = Annotated[Region, _reads(scalars.region), _form("地区", enum=[r.value for r in Region])]
DateText = Annotated[date, _reads(moments.day), _form("2018-12-31 或 2018年12月31日", type="string")]
TimeText = Annotated[time, _reads(scalars.clock_time), _form("10:30（北京时间）", type="string")]
SheetDateText = Annotated[date, _reads(moments.sheet_day), _form("2026-11-22", type="string")]
OnceText = Annotated[
    date, _reads(moments.once), _form("2018-12-31、end of 2018-07、2018年底、2018年7月底", type="string")
]
DurationText = Annotated[
    Duration, _reads(scalars.duration), _form("5wd、20d、24h、2w、1m、1y 或 5个工作日、20日、24小时、2周、1个月、1年")
]
MomentText = Annotated[
    Moment, _reads(moments.moment), _form("start、end、MM-DD、DD、mon…sun、end of MM，可加 + 或 - 时长")
]
DayOrMomentText = Annotated[
    date | Moment, _reads(moments.day_or_moment), _form("日期或周期里的日子：2018-12-31、03-31、end of 02")
]
ShareText = Annotated[Share, _reads(scalars.share), _form("80%", type="string")]
TargetText = Annotated[Target, _reads(scalars.target), _form("deputy、office-head、reports_to.officer", type="string")]
