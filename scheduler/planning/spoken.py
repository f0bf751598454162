"""What readers call states, outcomes of notices, kinds of entries and moments. It judges nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from scheduler.planning.model import BEIJING, FactKind, Moment, OutcomeKind, State
from scheduler.words import Phrase, say

STATES: Mapping[State, Phrase] = {
    State.DORMANT: say("未启用"),
    State.NOT_OPEN: say("未到办理期"),
    State.OPEN: say("办理中"),
    State.REPORTED: say("待核"),
    State.PAUSED: say("暂停计算"),
    State.OVERDUE: say("逾期"),
    State.DONE: say("办结"),
    State.DONE_LATE: say("逾期办结"),
    State.WAIVED: say("免报"),
}
OUTCOMES: Mapping[OutcomeKind, Phrase] = {
    OutcomeKind.QUEUED: say("待发"),
    OutcomeKind.SENT: say("已发"),
    OutcomeKind.SKIPPED: say("未发"),
    OutcomeKind.DROPPED: say("撤下"),
    OutcomeKind.DEAD: say("被拒收"),
}
_KINDS: Mapping[str, Phrase] = {
    "event": say("登记事件"),
    "record": say("记录"),
    "done": say("办结"),
    "report": say("报结"),
    "confirm": say("核实"),
    "return": say("退回"),
    "ack": say("签收"),
    "extend": say("延期"),
    "pause": say("暂停计算"),
    "resume": say("恢复计算"),
    "waive": say("免报"),
    "reopen": say("重新打开"),
    "assign": say("指定单位"),
    "void": say("注销"),
    "release": say("放行"),
    "withdraw": say("撤下"),
    "chase": say("人工催办"),
    "call": say("电话联系"),
    "correct": say("更正邮件"),
    "table": say("台账生效"),
    "row": say("事项初次列入"),
    "table-refused": say("台账有错，未采用"),
    "calendar": say("放假安排生效"),
    "queued": say("邮件待发"),
    "skipped": say("通知不发"),
    "sent": say("邮件已发"),
    "failed": say("发送未成"),
    "dropped": say("不再发送"),
    "draft": say("拟稿"),
    "freeze": say("冻结年度计划"),
    "started": say("启动"),
    "restored": say("由备份恢复"),
    "heartbeat": say("每日检查"),
}


def called(kind: FactKind) -> Phrase:
    """What readers call a kind of entry."""
    return _KINDS[kind.value]


def when(moment: Moment | None) -> str:
    """A day as 2026-11-24, a moment as 2026-11-24 10:00 (Beijing), nothing as nothing."""
    if isinstance(moment, datetime):
        return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"
    return moment.isoformat() if moment else ""
