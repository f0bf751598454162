"""The story of the office of Yunling (all invented): a register, what happened, and the message of a step."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache

from scheduler.planning import Calendars, History, Plan, compile_plan
from scheduler.planning.model import (
    BEIJING,
    Fact,
    FactKind,
    Message,
    MessageKind,
    Moment,
    Notice,
    NoticeKind,
    Recipient,
    Task,
)
from scheduler.planning.people import recipients
from scheduler.register import Register, parse

TABLE = """
version: 1
office:
  name: 云岭州人民政府办公室
  unit: yunling
  section: 政务公开科
  phone: 0000-0000000
  admin: he.ping
  send_at: "10:00"
  start: 2026-11-23
units:
  - {id: province, name: 云岭省人民政府办公厅, kind: province, people: {officer: qi.yue}}
  - id: yunling
    name: 州人民政府办公室
    kind: office
    reports_to: province
    people: {officer: he.ping, deputy: xu.wen}
  - id: wanghe-county
    name: 望河县人民政府
    kind: county
    reports_to: yunling
    people: {officer: lin.lan, deputy: hu.bo, leader: sun.li}
  - {id: shidu-county, name: 石渡县人民政府, kind: county, reports_to: yunling, people: {officer: ma.jun}}
  - {id: gaoxin, name: 云岭高新技术产业开发区管委会, kind: park, reports_to: yunling, people: {officer: dai.peng}}
  - {id: anquan-city, name: 安泉市人民政府, kind: county, reports_to: yunling, people: {officer: bai.yun}}
  - id: xishan-county
    name: 西山县人民政府
    kind: county
    reports_to: yunling
    region: xinjiang
    people: {officer: yerlan}
  - {id: archive, name: 云岭州档案馆, kind: archive, people: {officer: cao.yang}}
people:
  - {id: he.ping, name: 何平, post: 科员, email: heping@example.gov.cn}
  - {id: xu.wen, name: 许文, post: 副主任, email: xuwen@example.gov.cn}
  - {id: lin.lan, name: 林岚, post: 科员, email: linlan@example.gov.cn}
  - {id: hu.bo, name: 胡波, post: 副主任, email: hubo@example.gov.cn}
  - {id: sun.li, name: 孙立, post: 县长, via: lin.lan}
  - id: ma.jun
    name: 马俊
    post: 科员
    email: majun@example.gov.cn
    away: [{from: 2026-12-28, to: 2027-01-08, delegate: lin.lan}]
  - {id: dai.peng, name: 戴鹏, email: daipeng@example.gov.cn}
  - {id: bai.yun, name: 白筠, email: baiyun@example.gov.cn}
  - {id: yerlan, name: 叶尔兰, email: yerlan@example.gov.cn}
  - {id: cao.yang, name: 曹阳, email: caoyang@example.gov.cn}
  - {id: qi.yue, name: 齐越, post: 处长, email: qiyue@example.gov.cn}
events:
  - {id: normative-document.issued, title: 规范性文件印发}
  - {id: policy.published, title: 重要政策发布, show_title: true}
  - {id: foi.received, title: 收到政府信息公开申请}
records:
  - {id: interpretation, title: 政策解读}
  - {id: training, title: 业务培训}
ladders:
  standard:
    remind: [20wd, 5wd, 1wd]
    chase: [1wd, 3wd, 5wd, every 5wd]
    escalate:
      - {before: 2wd, to: deputy}
      - {after: 2wd, to: deputy}
      - {after: 4wd, to: reports_to.deputy}
  hours: {clock: any, remind: [4h], escalate: [{after: 0h, to: deputy}]}
obligations:
  - id: annual-report.submit
    title: 报送上一年度政府信息公开工作年度报告和统计数据
    basis:
      document: 云岭州全面推进政务公开工作实施细则
      clause: 一(四)
      quote: 各县市、园区、各部门将上一年度政府信息公开工作年度报告和全年统计数据于每年1月底前报送州人民政府办公室。
    owed_by: {kind: [county, park]}
    due: {every: year, by: end of 01, covers: previous, roll: preceding}
    complete_when: 年度报告（经单位负责人审定，加盖公章）和统计数据表均已报齐，以我科收文登记为准。
    how_to_report: 通过公文交换系统报送，请勿以电子邮件发送未公开稿件。
    contact: 何平　电话：0000-0000000
  - id: annual-report.publish
    title: 公布上一年度政府信息公开工作年度报告
    basis: {document: 中华人民共和国政府信息公开条例, clause: 第四十九条}
    set_by: law
    owed_by: {unit: [yunling, archive]}
    due: {every: year, by: end of 02, covers: previous, roll: preceding}
    outer: {by: 03-31, basis: {document: 中华人民共和国政府信息公开条例, clause: 第四十九条}}
  - id: normative-document.publish
    title: 公开规范性文件
    basis: {document: 云岭州全面推进政务公开工作实施细则, clause: 一(一)}
    owed_by: event.unit
    due: {within: 5个工作日, after: normative-document.issued}
  - id: policy.repost
    title: 转载重要政策信息
    basis: {document: 云岭州全面推进政务公开工作实施细则, clause: 三(二)}
    owed_by: event.unit
    due: {within: 24小时, after: policy.published}
    ladder: hours
  - id: foi.reply
    title: 答复政府信息公开申请
    basis: {document: 中华人民共和国政府信息公开条例, clause: 第三十三条}
    set_by: law
    owed_by: event.unit
    due: {within: 20个工作日, after: foi.received}
    extension: {up_to: 20wd}
  - id: leader-interpretation
    title: 主要负责人本年度解读重要政策不少于2次
    basis: {document: 云岭州全面推进政务公开工作实施细则, clause: 二(七)}
    owed_by: {role: leader, of: {unit: wanghe-county}}
    quota: {of: interpretation, at_least: 2, every: year}
  - id: staff-training
    title: 完成本年度政务公开工作人员轮训
    basis: {document: 云岭州全面推进政务公开工作实施细则, clause: 六(二)}
    set_by: office
    owed_by: {unit: yunling}
    coverage: {of: training, roster: {role: officer, of: {kind: county}}, every: year, share: 100%}
"""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@cache
def register(table: str = TABLE) -> Register:
    loaded = parse([("obligations.yaml", table.encode())])
    assert loaded.register is not None, [p.text() for p in loaded.problems]
    return loaded.register


class Facts:
    """Facts in the order in which they are told."""

    def __init__(self) -> None:
        start = at("2026-11-20T09:00")
        self.told = [Fact(1, FactKind.TABLE, start, None, "duban", None, {"digest": "0"})]
        for row in register().obligations:
            self.add(FactKind.ROW, start, obligation=row.id)

    def add(
        self, kind: FactKind, entered: datetime, *, task: str | None = None, on: Moment | None = None, **data: object
    ) -> "Facts":
        seq = len(self.told) + 1
        self.told.append(Fact(seq, kind, entered, on, "he.ping", task, data))  # type: ignore[arg-type]  # plain values
        return self

    def mailed(self, moment: str, *notices: Notice) -> "Facts":
        keys = tuple(n.key for n in notices)
        return self.add(FactKind.SENT, at(moment), message="m", notices=keys, to=("lin.lan",), message_id="<m@x>")


def plan_at(now: datetime, facts: Facts | None = None, table: str = TABLE) -> Plan:
    """The plan at `now`, with the calendar as it was known on 2026-11-22, so that 2027 stays provisional for ever."""
    one = register(table)
    history = History.of((facts or Facts()).told)
    calendars = Calendars(one, as_of=date(2026, 11, 22))
    return compile_plan(one, calendars, history, now=now, since=date(2026, 11, 1), until=date(2027, 12, 31))


def task(plan: Plan, task_id: str) -> Task:
    found = plan.task(task_id)
    assert found is not None, [t.id for t in plan.tasks()]
    return found


def notice(plan: Plan, task_id: str, step: str) -> Notice:
    one = task(plan, task_id)
    steps = {s.name: s for s in one.slot.steps}
    assert step in steps, sorted(steps)
    return Notice(one, steps[step])


def message(plan: Plan, sent: datetime, due: Sequence[Notice], **changes: object) -> Message:
    """The message that planning would make of these notices for the first one's recipient."""
    recipient, copies = recipients(due[0], plan.roster, sent.date())
    assert recipient is not None
    kinds = {n.step.kind for n in due}
    rows = {n.task.slot.obligation.id for n in due}
    single = len(due) == 1 or (kinds == {NoticeKind.ESCALATION} and len(rows) == 1)
    kind = MessageKind(due[0].step.kind) if single else MessageKind.DIGEST
    fields: dict[str, object] = {
        "key": "k", "kind": kind, "recipient": recipient, "copies": copies, "moment": sent, "notices": tuple(due),
    }  # fmt: skip
    return Message(**{**fields, **changes})  # type: ignore[arg-type]  # tests change one field at a time


def to_admin(plan: Plan, moment: datetime, kind: MessageKind) -> Message:
    admin = plan.roster.person(plan.register.office.admin)
    recipient = Recipient(admin.id, admin.name, admin.post, "yunling", admin.email or "")
    return Message("k", kind, recipient, (), moment, (), cause="test")
