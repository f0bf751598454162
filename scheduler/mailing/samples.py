"""Made-up letters by which templates are checked: every branch of the shipped ones is taken. All names are invented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from msgspec.structs import replace

from scheduler.clock import BEIJING
from scheduler.mailing.templates import fields
from scheduler.mailing.views import (
    Ask,
    ChangeView,
    ComingView,
    CountView,
    ItemView,
    LetterView,
    OfficeView,
    ProblemView,
    ReaderView,
    SummaryView,
    TallyView,
    WrongView,
)

_NOW = datetime(2027, 2, 3, 10, 30, tzinfo=BEIJING)
_NOTE = "2027年节假日安排尚未公布，上述日期为暂定；如有变动，另行告知。"

_OFFICE = OfficeView("云岭州人民政府办公室", "政务公开科", "我科", "何平", "0000-0000000")
_READER = ReaderView("林岚同志", leads=False, banner=None, notes=())
_LEADER = ReaderView("许文副主任", leads=True, banner="试运行：本邮件原送许文。", notes=("现送您处理。",))

_ITEM = ItemView(
    id="annual-report.submit/wanghe-county/2026",
    kind="reminder",
    step="remind-20wd",
    title="报送2026年度政府信息公开工作年度报告和统计数据",
    subject="2026年度政府信息公开工作年度报告和统计数据",
    verb="报送",
    unit="望河县人民政府",
    whose="你单位",
    by_person=False,
    responsible="望河县人民政府",
    supporting=None,
    coordinator=None,
    on_behalf_of=None,
    target=date(2027, 1, 29),
    target_tail="下班前",
    target_short="1月29日前",
    due=date(2027, 1, 31),
    due_name="规定期限",
    due_tail="",
    due_short="1月31日",
    set_by_office=False,
    outer=None,
    provisional=False,
    overdue=False,
    span="剩20个工作日",
    basis=("《云岭州全面推进政务公开工作实施细则》一（四）：“于每年1月底前报送州人民政府办公室。”",),
    sources=("《云岭州全面推进政务公开工作实施细则》一（四）",),
    date_notes=(),
    provisional_note=None,
    progress=None,
    count=None,
    missing=(),
    complete_when=None,
    how_to_report=None,
    replies=True,
    contact=None,
    officer=None,
    reminded=(),
    chased=(),
    unsent=0,
    called=(),
    by_hand=False,
    feedback="尚未反馈",
    mark="提醒",
    ended=False,
)
_RICH = replace(
    _ITEM,
    kind="escalation",
    by_person=True,
    responsible="孙立（望河县人民政府县长）",
    verb="办结",
    supporting="望河县司法局",
    coordinator="望河县人民政府办公室",
    on_behalf_of="望河县政务公开工作领导小组",
    set_by_office=True,
    outer=date(2027, 3, 31),
    provisional=True,
    overdue=True,
    span="逾期3个工作日",
    date_notes=(_NOTE,),
    provisional_note=_NOTE,
    progress="政策解读：已登记1/2",
    count="1/2",
    missing=("林岚", "何平"),
    complete_when="已报齐。",
    how_to_report="通过公文交换系统报送。",
    replies=False,
    contact="何平　电话：0000-0000000",
    officer="林岚",
    reminded=(date(2026, 12, 31), date(2027, 1, 22)),
    chased=(date(2027, 2, 1),),
    unsent=2,
    called=(date(2027, 2, 2),),
    by_hand=True,
    feedback="2月2日已签收",
    mark="督办",
    ended=True,
    duty="1月30日带班领导许文，值班员马远，电话0000-0000000",
    note="本项原送孙立（其2027年1月30日至2月5日不在岗），现送您处理。",
)
_LETTER = LetterView(
    office=_OFFICE,
    reader=_READER,
    now=_NOW,
    beijing="",
    late_from=None,
    items=(_ITEM,),
    ask=Ask(date(2027, 2, 3), "18:00前"),
    explain=Ask(date(2027, 2, 3), "12:00前"),
    review_day=date(2027, 2, 18),
    upward=False,
    released=False,
    tally=None,
    mark="提醒",
)
_LATE = replace(
    _LETTER, reader=_LEADER, items=(_RICH,), beijing="（北京时间）", late_from=_NOW, released=True, mark="督办"
)
_TALLY = TallyView(_ITEM.title, 25, 22, 3)

_COMING = ComingView(_NOW, "催办", "林岚", _ITEM.title, _ITEM.unit, "逾期3个工作日", f"{_ITEM.id}#chase-3", asks=False)
_PROBLEM = ProblemView("obligations.yaml:12:5", "owner-missing", "未指定承办人", "请写 owed_by")
_CHANGE = ChangeView(
    _ITEM.id, _ITEM.title, _ITEM.unit, "2027年1月29日", "2027年1月31日", "放假安排已经公布", "2027年1月31日"
)
_COUNT = CountView("全部", "once", 57, 50, 2, 3, 1, 1, "90.9%")
_SUMMARY = SummaryView(
    "2027-01",
    _NOW,
    _COUNT,
    (replace(_COUNT, name=_ITEM.title, period="2026"), CountView("公开规范性文件", "once", 1, 1, 0, 0, 0, 0, "—")),
    (replace(_COUNT, name=_ITEM.unit),),
)


def samples() -> Iterator[tuple[str, Mapping[str, object]]]:
    """Template names, each with what it is given; several for those that branch."""
    before_rest = replace(_LETTER, items=(replace(_ITEM, step="remind-before-rest", reminded=_RICH.reminded),))
    again = replace(_LETTER, items=(replace(_ITEM, reminded=_RICH.reminded),))
    for view in (_LETTER, before_rest, again, _LATE):
        yield "reminder", fields(view)
    for view in (_LETTER, again, _LATE):
        yield "chaser", fields(view)
    several = replace(_LATE, items=(_RICH, _ITEM), upward=True, tally=_TALLY)
    for view in (_LETTER, _LATE, several, replace(several, items=(_ITEM, _RICH), tally=None)):
        yield "escalation", fields(view)
    for name in ("digest", "weekly"):
        for view in (replace(_LETTER, items=(_ITEM, _ITEM)), several):
            yield name, fields(view)
    plain = fields(replace(_LETTER, items=()))
    held = replace(_COMING, asks=True)
    for coming in ((), (_COMING,), (_COMING, held)):
        yield "preview", {**plain, "coming": coming, "head": "7c1e…a904"}
    for summary in (_SUMMARY, SummaryView("2027Q1", _NOW, CountView("全部", "once", 0, 0, 0, 0, 0, 0, "—"), (), ())):
        yield "summary", {**plain, "summary": summary, "head": "12-7c1e…a904"}
    yield "warning", {**plain, "problems": (_PROBLEM, replace(_PROBLEM, place=None))}
    for changes in ((_CHANGE,), (_CHANGE, _CHANGE)):
        yield "moved", {**plain, "changes": changes}
    for titles in ((), (_ITEM.title,), (_ITEM.title, _RICH.title)):
        wrong = WrongView(_NOW, "催办", titles, (_ITEM.id,) * len(titles))
        yield "correction", {**plain, "wrong": wrong, "text": "规定期限应为2027年2月26日。"}
