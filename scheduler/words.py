"""Sentences for readers, in Chinese and English: one place where a message meets its language.

A sentence is written in Chinese where it is used (`say("…{n}…", n=3)`); the English stands in the gettext catalogue
`locale/en`. A `Phrase` is a value: nothing is translated before somebody prints it. It never decides what to say.
"""

from __future__ import annotations

import gettext as _gettext
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct, field

LOCALE = Path(__file__).parent / "locale"


class Lang(StrEnum):
    """The languages that duban speaks."""

    ZH = "zh"
    EN = "en"


@cache
def _catalogue(lang: Lang) -> _gettext.NullTranslations:
    return _gettext.translation("duban", LOCALE, languages=[lang.value], fallback=True)


class _Count(int):
    """A number that knows its plural: in the catalogue, `{n} day{n:s}` makes 1 day and 2 days."""

    def __format__(self, spec: str) -> str:
        if spec == "s":
            return "" if self == 1 else "s"
        return super().__format__(spec)


class Phrase(Struct, frozen=True):
    """A sentence not yet spoken: a Chinese template and values for its `{names}`.

    A value may be a Phrase itself, or a tuple: its parts are listed with the comma of the language.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    def text(self, lang: Lang = Lang.ZH) -> str:
        """The sentence in `lang`; Chinese where the catalogue has no translation."""
        template = self.template if lang is Lang.ZH else _catalogue(lang).gettext(self.template)
        spoken = {name: _spoken(value, lang) for name, value in self.values.items()}
        return template.format(**spoken) if spoken else template

    def __str__(self) -> str:
        return self.text()


def _spoken(value: object, lang: Lang) -> object:
    if isinstance(value, Phrase):
        return value.text(lang)
    if isinstance(value, tuple):
        return say("、").text(lang).join(str(_spoken(part, lang)) for part in value)
    return _Count(value) if type(value) is int else value


def say(template: str, /, **values: object) -> Phrase:
    """A Phrase; the name is the keyword by which `make words` finds the sentences to translate."""
    return Phrase(template, MappingProxyType(values))
