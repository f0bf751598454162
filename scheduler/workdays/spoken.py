"""The names and the sources of days in the reader's language. It knows no day, and a notice number stays as it is."""

from __future__ import annotations

import re

from scheduler.words import Phrase, say

_NAMES = (
    say("元旦"), say("春节"), say("清明节"), say("劳动节"), say("端午节"), say("中秋节"), say("国庆节"), say("肉孜节"),
    say("开斋节"), say("古尔邦节"), say("壮族三月三"), say("藏历新年"), say("雪顿节"), say("抗战胜利70周年"),
    say("新疆"), say("广西"), say("宁夏"), say("拉萨"),
)  # fmt: skip
_SOURCES = (
    say("{year}年放假安排未公布"),
    say("{region}{year}年{festival}放假安排未公布或未收录"),
    say("{year}年放假安排通知（{day}）"),
    say("{year}年放假安排通知"),
    say("自治区人民政府令第{number}号，日期据公开报道"),
    say("自治区年度放假通知，日期据公开报道"),
    say("拉萨市放假通知，日期据公开报道"),
    say("本单位台账"),
    say("自定日历"),
)


def name_said(name: str) -> tuple[Phrase, ...]:
    """A festival, or several that share a day (国庆节、中秋节)."""
    return tuple(Phrase(part) for part in name.split("、"))


def source_said(source: str) -> Phrase:
    """On whose word a day rests; what is no sentence of this program is quoted."""
    for form in _SOURCES:
        if found := re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>.+?)", form.template), source):
            return Phrase(form.template, {part: Phrase(text) for part, text in found.groupdict().items()})
    return Phrase(source)
