"""All commands by name: where each lives and what it does in one line. Reading this table imports nothing."""

from __future__ import annotations

from msgspec import Struct

from scheduler.words import Phrase, say


class Line(Struct, frozen=True):
    """A command: the module of this package that holds it, and its one line of help."""

    module: str
    words: Phrase


COMMANDS: dict[str, Line] = {
    "init": Line("init", say("写一张起步的台账，带说明，试运行")),
    "check": Line("check", say("检查台账和日历，一次列出全部问题")),
    "where": Line("where", say("去向：文件各条由什么提醒、由什么承担")),
    "plan": Line("plan", say("列出一段时间内的任务和将发的通知")),
    "status": Line("status", say("各项任务现在（或当时）办到哪一步")),
    "ledger": Line("ledger", say("台账：每项任务一行，写成Excel文件")),
    "assess": Line("assess", say("年度考核：按单位和类别统计按时率，证据截至某日")),
    "why": Line("why", say("一项任务的日期是怎样一步步算出来的")),
    "date": Line("date", say("推算工作日和期限")),
    "calendar": Line("calendar", say("查看、核对、导入放假安排")),
    "run": Line("run", say("启动服务；--once 只发一次应发的")),
    "jobs": Line("jobs", say("每个事项下一次醒来的时间")),
    "outbox": Line("outbox", say("待发的邮件；--tomorrow 看下一个工作日")),
    "preview": Line("preview", say("把一个通知写成邮件看看，不发送")),
    "release": Line("outbox", say("放行一个等待确认的督办")),
    "withdraw": Line("outbox", say("撤下一个还没有发出的通知")),
    "correct": Line("correct", say("发出的邮件有误，给收到的人各发一封更正")),
    "event": Line("facts", say("登记一个事件，例如规范性文件印发")),
    "record": Line("facts", say("登记一次解读、培训等，计入次数")),
    "done": Line("facts", say("记为办结")),
    "report": Line("facts", say("报结，等待核实")),
    "confirm": Line("facts", say("核实报结，办结")),
    "return": Line("facts", say("退回报结，继续办理")),
    "ack": Line("facts", say("签收")),
    "extend": Line("facts", say("延期")),
    "pause": Line("facts", say("暂停计算期限")),
    "resume": Line("facts", say("恢复计算期限")),
    "waive": Line("facts", say("免报或不适用")),
    "reopen": Line("facts", say("重新打开已办结的任务")),
    "assign": Line("facts", say("为还没有责任单位的任务指定单位")),
    "chase": Line("chase", say("人工催办一次；--text 写成一句话供转发")),
    "call": Line("facts", say("登记一次电话联系")),
    "void": Line("facts", say("注销一条记错的办理记录")),
    "import": Line("imports", say("从 CSV 或 XLSX 批量登记事实，要么全部、要么不登记")),
    "audit": Line("audit", say("查看、校验、导出办理记录")),
    "feed": Line("feed", say("导出日历订阅文件（.ics）")),
    "page": Line("page", say("督办情况网页；--year 全年一览")),
    "bulletin": Line("bulletin", say("通报代拟稿；--explain 说明每个数字的来历")),
    "order": Line("order", say("督办单代拟稿")),
    "doctor": Line("doctor", say("检查数据库、磁盘、邮件、日历和收件人")),
    "backup": Line("backup", say("备份数据库，服务不用停")),
    "restore": Line("restore", say("用备份恢复数据库；可能已发的通知等待放行")),
    "schema": Line("schema", say("输出台账的 JSON Schema，供编辑器使用")),
}


def attribute(name: str) -> str:
    """The name under which a module holds the command: that of the command, with a stroke where the word is taken."""
    return f"{name}_" if name in _TAKEN else name


_TAKEN = frozenset({"date", "return", "import"})
