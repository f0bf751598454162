"""What the rows of a generated office look like: schedules as the example tables have them, and titles to match."""

from __future__ import annotations

from dataclasses import dataclass

UPPER = ("county", "park", "department")  # whom most rows of a prefecture's table mean
LOCAL = ("county", "township")
ALL = (*UPPER, "township")

# Fields of open government at the grass roots, and what is done in each.
AREAS = (
    "重大建设项目", "公共资源交易", "财政预决算", "安全生产", "税收管理", "征地补偿", "国有土地上房屋征收",
    "保障性住房", "农村危房改造", "生态环境", "公共文化服务", "公共法律服务", "扶贫救灾", "食品药品监管",
    "城市综合执法", "就业创业", "社会保险", "社会救助", "养老服务", "户籍管理", "涉农补贴", "义务教育",
    "医疗卫生", "市政服务", "自然资源", "乡村振兴",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """One form of schedule: its lines in the table, and how many tasks a bearer gets from it in a year.

    `share` is how many of a hundred rows have it. A `role` makes persons the bearers, in the units of `kinds`.
    """

    slug: str
    title: str
    lines: tuple[str, ...]
    per_year: int
    kinds: tuple[str, ...]
    share: int
    role: str | None = None


def _due(said: str, *more: str) -> tuple[str, ...]:
    return (f"due: {{{said}}}", *more)


def _review(said: str, ladder: str = "routine", *more: str) -> tuple[str, ...]:
    return (f"review: {{{said}}}", "set_by: office", f"ladder: {ladder}", *more)


# Recurring shapes; what they are taken from stands in examples/ and in obligations.yaml.
RECURRING = (
    Shape(
        "annual-report", "报送上一年度{area}信息公开情况",
        _due("every: year, by: end of 01, covers: previous, roll: preceding", "evidence: required"), 1, UPPER, 5,
    ),
    Shape(
        "annual-publish", "公布上一年度{area}信息公开情况",
        _due("every: year, by: end of 02, covers: previous, roll: preceding", "ladder: statutory",
             "outer: {by: 03-31, basis: {document: 中华人民共和国政府信息公开条例, clause: 第五十条}}"),
        1, ("county", "department"), 4,
    ),
    Shape(
        "priorities", "明确本年度{area}公开工作重点",
        _due("every: year, by: 04-30, roll: preceding", "set_by: office"), 1, UPPER, 6,
    ),
    Shape(
        "open-day", "举办本年度{area}政府开放日",
        _due("every: year, from: 05-01, by: 10-31, roll: preceding", "evidence: required"), 1, ("county", "park"), 4,
    ),
    Shape(
        "township-report", "报送上一年度{area}政务公开情况并向社会公布",
        _due("every: year, by: 01-31, covers: previous, roll: preceding", "ladder: township"), 1, LOCAL, 6,
    ),
    Shape(
        "staff", "配备不少于1名{area}公开工作专门人员",
        ("measure: {of: staff, at_least: 1, check: {every: year, by: 03-31}}", "ladder: routine"), 1, UPPER, 5,
    ),
    Shape(
        "interpretation", "主要负责人本年度解读{area}政策不少于2次",
        ("quota:", "  of: interpretation", "  at_least: 2", "  every: year", "  pace: [{by: 06-30, at_least: 1}]",
         "  follows: post", "ladder: leader"),
        1, ("county", "park"), 4, role="leader",
    ),
    Shape(
        "hearing", "主要负责人每半年听取{area}公开工作汇报不少于1次",
        ("quota: {of: hearing, at_least: 1, every: half-year}",), 2, ("county", "park"), 5,
    ),
    Shape(
        "training", "完成本年度{area}公开工作人员轮训",
        ("coverage: {of: training, roster: {role: officer}, every: year, share: 100%}", "set_by: office"),
        1, ("office",), 2,
    ),
    Shape(
        "supervision", "检查本半年{area}公开情况", _review("every: half-year, by: end"), 2, ("county", "office"), 7,
    ),
    Shape(
        "evaluation", "研究本半年是否开展{area}公开情况评估",
        _review("every: half-year, by: end, soft: true"), 2, UPPER, 4,
    ),
    Shape("catalogue", "核对更新{area}主动公开目录", _review("every: quarter, by: end"), 4, UPPER, 13),
    Shape("website", "检查本季度{area}专栏", _review("every: quarter, by: end + 10wd"), 4, LOCAL, 9),
    Shape(
        "quarterly", "公开上季度{area}信息",
        _due("every: quarter, by: start + 10wd, covers: previous", "ladder: short"), 4, ("department", "township"), 12,
    ),
    Shape(
        "statistics", "报送上季度{area}公开统计数据",
        _due("every: quarter, by: start + 25d, covers: previous, roll: following", "ladder: short"), 4, ALL, 6,
    ),
    Shape(
        "monthly", "公开上月{area}情况并解读",
        _due("every: month, by: 20, covers: previous, roll: following", "ladder: monthly"), 12, ("department",), 5,
    ),
    Shape(
        "monthly-figures", "报送上月{area}主要指标",
        _due("every: month, by: start + 5wd, covers: previous", "ladder: monthly"), 12, ("county", "department"), 2,
    ),
    Shape("monthly-check", "核对本月{area}信息发布情况", _review("every: month, by: end"), 12, ("township",), 1),
)  # fmt: skip

# Rows that wait for something to happen; the tasks of a year are those of the events that are told.
ON_EVENT = (
    Shape(
        "normative-document.publish", "规范性文件公开发布",
        _due("within: 5个工作日, after: normative-document.issued", "ladder: short", "evidence: required"), 0, (), 0,
    ),
    Shape(
        "information.publish", "公开应当主动公开的政府信息",
        _due("within: 20个工作日, after: information.formed", "set_by: law", "ladder: statutory"), 0, (), 0,
    ),
    Shape(
        "foi.reply", "答复政府信息公开申请",
        _due("within: 20个工作日, after: foi.received", "extension: {up_to: 20个工作日, times: 1}",
             "set_by: law", "ladder: statutory", "evidence: required"),
        0, (), 0,
    ),
    Shape(
        "important-policy.repost", "转载重要政策信息",
        _due("within: 24小时, after: important-policy.published", "ladder: hours"), 0, ("county", "department"), 0,
    ),
)  # fmt: skip

EVENTS = {
    "normative-document.issued": "规范性文件印发",
    "information.formed": "应当主动公开的政府信息形成或者变更",
    "foi.received": "收到政府信息公开申请",
    "important-policy.published": "国务院、自治区发布重要政策信息",
}
RECORDS = {"interpretation": "主要负责人解读重要政策", "hearing": "主要负责人听取政务公开工作汇报",
           "training": "政务公开业务培训", "staff": "政务公开工作专门人员数"}  # fmt: skip

LADDERS = """\
ladders:
  standard:
    remind: [20wd, 5wd, 1wd]
    chase: [1wd, 3wd, 5wd, every 5wd]
    escalate:
      - {after: 3wd, to: deputy}
      - {after: 5wd, to: office-head, ask: true}
  statutory:
    remind: [10wd, 5wd, 2wd]
    chase: [every 1wd]
    escalate:
      - {before: 3wd, to: deputy}
      - {before: 1wd, to: office-head}
      - {after: 1wd, to: reports_to.officer}
  hours:
    clock: any
    remind: [12h, 4h, 1h]
    escalate:
      - {before: 1h, to: deputy}
      - {after: 0h, to: office-head}
  short:
    remind: [3wd, 1wd]
    chase: [1wd, every 3wd]
    escalate:
      - {after: 2wd, to: deputy}
      - {after: 5wd, to: office-head, ask: true}
  monthly:
    remind: [3wd]
    chase: [1wd, every 3wd]
    escalate:
      - {after: 5wd, to: deputy}
  routine:
    remind: [5wd]
    chase: [3wd, every 10wd]
    escalate:
      - {after: 10wd, to: deputy}
  leader:
    remind: [20wd, 5wd]
    chase: [5wd, every 10wd]
  township:
    remind: [10wd, 2wd]
    chase: [1wd, every 5wd]
    escalate:
      - {after: 3wd, to: reports_to.officer}
"""
