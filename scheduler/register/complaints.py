"""What is wrong with a row → Problems: place, stable code, message, how to mend it. It finds nothing by itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches

from scheduler.problems import Problem
from scheduler.register.mistakes import Code, problem
from scheduler.register.parts import Fault, Kind
from scheduler.register.rows import CHASE_EVERY
from scheduler.register.syntax import COLON_HINT, WORD_AND_COLON
from scheduler.register.tree import Node, Path, follow, plain, text
from scheduler.words import Phrase, say

_PLAIN_KEY = r"[a-z_]+"


def explain(node: Node, fault: Fault) -> Problem:
    """The Problem behind what is wrong with a row at `node`."""
    path = fault.path
    spot = _spot(node, path)
    if fault.kind is Kind.UNKNOWN_KEY:
        return unknown_key(follow(node, path[:-1]), str(path[-1]), fault.values)
    if fault.kind is Kind.MISSING:
        return _missing(node, path)
    if fault.cause:
        return problem(fault.cause.code, fault.cause.message, fault.cause.hint, spot.place)
    code, message, hint = _plain_words(fault, spot)
    return problem(code, message, hint, spot.place)


def _spot(node: Node, path: Path) -> Node:
    if CHASE_EVERY in path:
        return follow(node, (*path[: path.index(CHASE_EVERY)], "chase", -1))
    return follow(node, path)


def _missing(node: Node, path: Path) -> Problem:
    key = str(path[-1])
    parent = follow(node, path[:-1])
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
    if re.fullmatch(WORD_AND_COLON, key):
        return COLON_HINT
    if close := get_close_matches(key.lower().replace("-", "_"), known, n=1, cutoff=0.6):
        return say("是不是 {key}？", key=close[0])
    if node.flow and child.value is None and not re.fullmatch(_PLAIN_KEY, key):
        return say("大括号里的半角逗号会把文字断开：请把这段文字加引号，或改成分行书写")
    return say("这里可以写：{keys}", keys=tuple(known))


def _plain_words(fault: Fault, spot: Node) -> tuple[Code, Phrase, Phrase]:
    """Code, message and hint for a value that can be read but will not do."""
    said = (text(spot) or "")[:60]
    if fault.kind is Kind.NO_CHOICE:
        message = say("不能写“{said}”", said=said)
        return Code.BAD_VALUE, message, say("可用的值：{values}", values=fault.values)
    if fault.kind is Kind.TOO_SMALL:
        return Code.BAD_NUMBER, say("“{said}”太小", said=said), say("至少为{least}", least=fault.least)
    hint = say("冒号用半角，后面空一格；或写成 {项: 值}")
    return Code.BAD_VALUE, say("这里应分项书写，而不是“{said}”", said=said or _shape(spot)), hint


def _shape(spot: Node) -> str:
    return str(plain(spot))[:40]
