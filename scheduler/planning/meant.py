"""Units, persons and rows as somebody names them: by id, by name, a unit also by an alias. It guesses nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import NoReturn

from scheduler.problems import Problem, UsageError
from scheduler.register import Register
from scheduler.words import Phrase, say

_LISTED = 8


def unit(word: str, register: Register) -> str:
    """The id of the unit; UsageError for one that the table does not have, or has twice under that name."""
    names = {u.id: (u.name, *u.aliases) for u in register.units}
    return _one(word, names, "unknown-unit", say("台账中没有这个单位：{id}", id=word))


def person(word: str, register: Register) -> str:
    """The id of the person; UsageError like `unit`."""
    names = {p.id: (p.name,) for p in register.people}
    return _one(word, names, "unknown-person", say("台账中没有这个人：{id}", id=word))


def whoever(word: str, register: Register) -> str:
    """The id of a unit or a person; UsageError like `unit`."""
    units = {u.id: (u.name, *u.aliases) for u in register.units}
    names = units | {p.id: (p.name,) for p in register.people}
    return _one(word, names, "unknown-person", say("台账中没有这个人或单位：{id}", id=word))


def obligation(word: str, register: Register) -> str:
    """The id of the row; UsageError like `unit`."""
    names = {row.id: (row.title,) for row in register.obligations}
    return _one(word, names, "unknown-obligation", say("台账中没有这个事项：{id}", id=word))


def unknown(word: str, words: Sequence[str], code: str, message: Phrase, *, also: Sequence[str] = ()) -> NoReturn:
    """Say that the table does not have the word, and what it has, or what is near (`also` in `also`). UsageError."""
    near, some, n = tuple(get_close_matches(word, [*words, *also], 3)), tuple(words[:_LISTED]), len(words)
    if near:
        hint = say("您是不是要找 {near}？", near=near)
    elif n <= _LISTED:
        hint = say("台账中有：{words}", words=some)
    else:
        hint = say("台账中共有{n}个，例如：{words}", n=n, words=some)
    raise UsageError(Problem(code, message, hint))


def _one(word: str, names: Mapping[str, Sequence[str]], code: str, message: Phrase) -> str:
    if word in names:
        return word
    found = [one for one, said in names.items() if word in said]
    if len(found) > 1:
        problem = say("台账中有{n}个{name}", n=len(found), name=word)
        raise UsageError(Problem("ambiguous-name", problem, say("写编号：{ids}", ids=tuple(found))))
    if not found:
        unknown(word, [*names], code, message, also=[name for said in names.values() for name in said])
    return found[0]
