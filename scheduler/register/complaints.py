"""pydantic's errors → Problems: place, stable code, what is wrong, how to mend it. It finds nothing by itself."""

from __future__ import annotations

import re
import types
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import Tag
from pydantic_core import ErrorDetails

from scheduler.problems import Problem
from scheduler.register.mistakes import Code, UnreadableError, problem
from scheduler.register.rows import CHASE_EVERY, TAG, Row
from scheduler.register.syntax import COLON_HINT, WORD_AND_COLON
from scheduler.register.tree import Node, Path, follow, plain, text
from scheduler.words import Phrase, say

_PLAIN_KEY = re.compile(r"[a-z_]+")


def explain(model: type[Row], node: Node, detail: ErrorDetails) -> Problem:
    """The Problem behind one error of `model` at `node`."""
    loc = detail["loc"]
    spot = _spot(node, loc)
    if detail["type"] == "extra_forbidden":
        return unknown_key(follow(node, loc[:-1]), str(loc[-1]), known_keys(model, loc[:-1]))
    if detail["type"] == "missing":
        return _missing(node, loc)
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, UnreadableError):
        return problem(cause.code, cause.message, cause.hint, spot.place)
    code, message, hint = _plain_words(detail, spot)
    return problem(code, message, hint, spot.place)


def _spot(node: Node, loc: tuple[str | int, ...]) -> Node:
    if CHASE_EVERY in loc:
        return follow(node, (*loc[: loc.index(CHASE_EVERY)], "chase", -1))
    return follow(node, loc)


def _missing(node: Node, loc: tuple[str | int, ...]) -> Problem:
    key = str(loc[-1])
    parent = follow(node, loc[:-1])
    place = parent.value[key].key_place if isinstance(parent.value, dict) and key in parent.value else parent.place
    if key == "owed_by":
        hint = say("写 owed_by，例如 {unit: 单位编号}、{kind: 类别}、{role: 角色, of: {kind: 类别}} 或 event.unit")
        return problem(Code.OWNER_MISSING, say("未指定承办人"), hint, place)
    return problem(
        Code.MISSING_KEY, say("缺少 {key}", key=key), _MISSING_HINTS.get(key, say("请补上 {key}: …", key=key)), place
    )


_MISSING_HINTS: Mapping[str, Phrase] = {
    "id": say("给这一行一个编号，例如 id: annual-report"),
    "by": say("写明到哪一天，例如 by: 2018-12-31；周期性的写 by: end of 01"),
    "title": say("写明事项或事件的名称：title: …"),
    "by_": say("请补上 by"),
    "lead": say("写明提前多久，例如 lead: 5wd"),
    "admin": say("写明管理员在 people 里的编号"),
    "delegate": say("写明代办人在 people 里的编号"),
}


def unknown_key(node: Node, key: str, known: Collection[str]) -> Problem:
    """A key that the language does not have, with the one that was probably meant."""
    child = follow(node, (key,))
    message = say("不认识的项“{key}”", key=key[:60])
    return problem(Code.UNKNOWN_KEY, message, _key_hint(node, child, key, known), child.key_place)


def _key_hint(node: Node, child: Node, key: str, known: Collection[str]) -> Phrase:
    if WORD_AND_COLON.fullmatch(key):
        return COLON_HINT
    if close := get_close_matches(key.lower().replace("-", "_"), known, n=1, cutoff=0.6):
        return say("是不是 {key}？", key=close[0])
    if node.flow and child.value is None and not _PLAIN_KEY.fullmatch(key):
        return say("大括号里的半角逗号会把文字断开：请把这段文字加引号，或改成分行书写")
    return say("这里可以写：{keys}", keys=tuple(known))


def _plain_words(detail: ErrorDetails, spot: Node) -> tuple[Code, Phrase, Phrase]:
    """Code, message and hint for what pydantic found by itself."""
    kind, context = detail["type"], detail.get("ctx", {})
    said = (text(spot) or "")[:60]
    if kind in ("enum", "literal_error"):
        expected = str(context.get("expected", "")).replace(" or ", ", ").replace("'", "")
        return (
            Code.BAD_VALUE,
            say("不能写“{said}”", said=said),
            say("可用的值：{values}", values=tuple(expected.split(", "))),
        )
    if kind == "greater_than_equal":
        return Code.BAD_NUMBER, say("“{said}”太小", said=said), say("至少为{least}", least=context.get("ge"))
    if kind in ("model_type", "model_attributes_type", "dict_type", "mapping_type"):
        hint = say("冒号用半角，后面空一格；或写成 {项: 值}")
        return Code.BAD_VALUE, say("这里应分项书写，而不是“{said}”", said=said or _shape(spot)), hint
    return Code.BAD_VALUE, say("这里的值不对：{said}", said=said or _shape(spot)), say("请对照说明书里这一项的写法")


def _shape(spot: Node) -> str:
    return str(plain(spot))[:40]


def known_keys(model: type[Row], loc: Path) -> list[str]:
    """The keys that the language has at `loc` inside `model`; none where any name may stand."""
    found: Any = model
    for step in loc:
        found = _step(_bare(found), step)
    names = dict.fromkeys(info.alias or name for row in _rows(_bare(found)) for name, info in row.model_fields.items())
    return [name for name in names if not name.startswith(TAG)]


def _step(found: Any, step: str | int) -> Any:
    """The type one step further; lists of one may be written without their brackets, and selectors as lists."""
    if get_origin(found) is tuple:
        inner = _bare(get_args(found)[0])
        return inner if isinstance(step, int) else _step(inner, step)
    if get_origin(found) in (Union, types.UnionType):
        tagged = [arm for arm in get_args(found) if Tag(str(step)) in getattr(arm, "__metadata__", ())]
        arms = (_step(_bare(arm), step) for arm in get_args(found))
        return tagged[0] if tagged else next((arm for arm in arms if arm is not None), None)
    if isinstance(found, type) and issubclass(found, Row):
        named = (i.annotation for name, i in found.model_fields.items() if step in (i.alias, name))
        return found if isinstance(step, int) else next(named, None)
    arguments = get_args(found)
    return arguments[-1] if arguments else None


def _rows(found: Any) -> list[type[Row]]:
    if get_origin(found) in (Union, types.UnionType):
        return [row for arm in get_args(found) for row in _rows(_bare(arm))]
    if get_origin(found) is tuple:
        return _rows(_bare(get_args(found)[0]))
    return [found] if isinstance(found, type) and issubclass(found, Row) else []


def _bare(found: Any) -> Any:
    """A type without Annotated and None."""
    while True:
        if get_origin(found) is Annotated:
            found = get_args(found)[0]
        elif get_origin(found) in (Union, types.UnionType):
            arms = [arm for arm in get_args(found) if arm is not type(None)]
            if len(arms) != 1:
                return found
            found = arms[0]
        else:
            return found
