"""Why a notice goes, waits or does not go: the closed list of reasons and their words. It decides nothing."""

from __future__ import annotations

from enum import StrEnum

from scheduler.words import Phrase, say


class Reason(StrEnum):
    """The code of a decision; stable, it stands in the journal."""

    # it goes
    DUE = "due"
    LATE = "late"
    RELEASED = "released"
    WEEKLY = "weekly-sheet"  # also: it waits for the sheet
    # it waits
    WINDOW = "until-send-moment"
    NEEDS_RELEASE = "needs-release"
    RESTORED = "restored"
    ONE_A_DAY = "one-a-day"
    IN_ORDER = "in-order"
    NOT_OVERDUE = "not-overdue"
    NOT_OPEN = "not-open"
    # it does not go
    OVERTAKEN = "overtaken"
    TARGET_PASSED = "target-passed"
    ACKNOWLEDGED = "acknowledged"
    BEFORE_KNOWN = "before-known"
    ON_PACE = "on-pace"
    DONE = "done"
    REPORTED = "reported"
    WAIVED = "waived"
    PAUSED = "paused"
    DORMANT = "dormant"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    RUNG_MISSING = "rung-missing"
    HIMSELF = "himself"
    NO_ADDRESS = "no-address"
    URGENT_ONLY = "urgent-only"
    MOVED = "moved"
    GONE = "gone"

    @property
    def phrase(self) -> Phrase:
        """The reason in words."""
        return _WORDS[self]


_WORDS = {
    Reason.DUE: say("发送时间已到"),
    Reason.LATE: say("发送时间已过，补发"),
    Reason.RELEASED: say("已经放行"),
    Reason.WEEKLY: say("并入每周第一个工作日的汇总"),
    Reason.WINDOW: say("等待工作日的发送时间"),
    Reason.NEEDS_RELEASE: say("等待放行"),
    Reason.RESTORED: say("恢复备份之前可能已经发出，等待放行"),
    Reason.ONE_A_DAY: say("同一任务的督办每个工作日只发一级，顺延"),
    Reason.IN_ORDER: say("上一级督办尚未发出，依次等待"),
    Reason.NOT_OVERDUE: say("尚未逾期"),
    Reason.NOT_OPEN: say("尚未进入办理期"),
    Reason.OVERTAKEN: say("已有更近的一次，不再补发"),
    Reason.TARGET_PASSED: say("办理时限已过，不再提醒"),
    Reason.ACKNOWLEDGED: say("已签收，仅保留最后一次提醒"),
    Reason.BEFORE_KNOWN: say("登记时该时间点已过"),
    Reason.ON_PACE: say("进度已达到要求"),
    Reason.DONE: say("已办结"),
    Reason.REPORTED: say("已报结，待核"),
    Reason.WAIVED: say("免报或不适用"),
    Reason.PAUSED: say("暂停计算期限"),
    Reason.DORMANT: say("尚未启用"),
    Reason.WITHDRAWN: say("已撤回"),
    Reason.LAPSED: say("更高一级督办已发出，不再放行"),
    Reason.RUNG_MISSING: say("台账中没有这一级的人员"),
    Reason.HIMSELF: say("收件人就是承办人本人"),
    Reason.NO_ADDRESS: say("找不到可以投递的邮箱"),
    Reason.URGENT_ONLY: say("收件人只收催办和督办"),
    Reason.MOVED: say("办理时限已变更"),
    Reason.GONE: say("台账中已没有这项任务或这一次通知"),
}
