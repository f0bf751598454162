"""An entry of the record in words, for an 80-column terminal. What programs read is the entry itself, not this."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from scheduler.planning.model import Fact, FactKind, MessageKind, Moment, Scalar
from scheduler.planning.reasons import Reason
from scheduler.planning.spoken import called
from scheduler.reports.shapes import BEIJING
from scheduler.reports.text import folded
from scheduler.words import Lang, Phrase, say

_WIDE, _INDENT = 80, 7
MESSAGES: Mapping[MessageKind, Phrase] = {
    MessageKind.REMINDER: say("提醒"),
    MessageKind.CHASER: say("催办"),
    MessageKind.ESCALATION: say("督办"),
    MessageKind.DIGEST: say("汇总"),
    MessageKind.WEEKLY: say("每周汇总"),
    MessageKind.PREVIEW: say("拟发"),
    MessageKind.WARNING: say("警告"),
    MessageKind.MOVED: say("时限变更"),
    MessageKind.CORRECTION: say("更正"),
    MessageKind.SUMMARY: say("工作情况"),
}
DOCUMENTS = {"bulletin": say("通报"), "order": say("督办单")}
# What is said of an entry, in this order; the rest (digests of files, dates as they stood, keys) is for programs.
_SAID: Mapping[str, Phrase] = {
    "document": say("文件"),
    "label": say("期间"),
    "number": say("编号"),
    "year": say("年份"),
    "event": say("事件"),
    "ref": say("文号"),
    "record": say("记录"),
    "obligation": say("事项"),
    "unit": say("单位"),
    "person": say("人员"),
    "value": say("数值"),
    "title": say("标题"),
    "url": say("网址"),
    "planned": say("预定"),
    "evidence": say("凭证"),
    "note": say("说明"),
    "by": say("延长"),
    "to": say("至"),
    "seq": say("序号"),
    "kind": say("邮件"),
    "notice": say("通知"),
    "notices": say("通知"),
    "step": say("通知"),
    "reason": say("理由"),
    "approved_by": say("批准人"),
    "final": say("不再重试"),
    "response": say("服务器答复"),
    "tasks": say("任务数"),
    "provisional": say("其中暂定"),
    "since": say("备份时间"),
    "lost": say("未能恢复的条数"),
    "text": say("内容"),
    "digest": say("摘要"),
}
_HEADED = {FactKind.QUEUED, FactKind.SENT, FactKind.FAILED, FactKind.DROPPED, FactKind.SKIPPED}


def lines(fact: Fact, lang: Lang) -> Iterator[str]:
    """Number, moment of entry, who, what; below it the task, what was said, and what an edit of the table changed."""
    what, on = called(fact.kind).text(lang), f"  {_moment(fact.on)}" if fact.on else ""
    when = f"{fact.entered.astimezone(BEIJING):%Y-%m-%d %H:%M}"
    first, *rest = folded(f"{fact.seq:>5}  {when}  {fact.by}  {what}{on}", _WIDE)
    yield first
    told = ("；" if lang is Lang.ZH else "; ").join(_told(fact, lang))
    for text in (*rest, fact.task or "", told):
        yield from _indented(text)
    changed = fact.data.get("changed")
    for sentence in changed if isinstance(changed, tuple) else ():
        yield from _indented(sentence)


def _indented(text: str) -> Iterator[str]:
    for line in folded(text, _WIDE - _INDENT) if text else ():
        yield " " * _INDENT + line


def _told(fact: Fact, lang: Lang) -> Iterator[str]:
    for key, words in _SAID.items():
        value = fact.data.get(key)
        if value is None or value is False or value == () or (key == "to" and fact.kind in _HEADED):
            continue
        yield say("{name}：{value}", name=words, value=_value(fact, key, value)).text(lang)
    to = fact.data.get("to")
    if fact.kind in _HEADED and to:
        yield say("收件人：{to}", to=to if isinstance(to, tuple) else (str(to),)).text(lang)


def _value(fact: Fact, key: str, value: Scalar | tuple[str, ...]) -> Phrase | str | tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(map(_step, value)) if key == "notices" else value
    if value is True:
        return say("是")
    if key == "digest":
        return f"{str(value)[:12]}…"
    return _step(str(value)) if key == "notice" else _word(fact, key, str(value))


def _word(fact: Fact, key: str, value: str) -> Phrase | str:
    """A code of ours in words, what somebody wrote as he wrote it."""
    if key == "document":
        return DOCUMENTS.get(value, value)
    if key == "kind" and value in set(MessageKind):
        return MESSAGES[MessageKind(value)]
    return Reason(value).phrase if key == "reason" and fact.kind in _HEADED and value in set(Reason) else value


def _step(key: str) -> str:
    """The notice that a key names, without its target day and role."""
    return key.partition("@")[0]


def _moment(moment: Moment) -> str:
    if isinstance(moment, datetime):
        return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"
    return moment.isoformat()
