"""Made-up drafts and pages, one for each template that makes them, so that a check sees each line at work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from msgspec.structs import asdict

from scheduler.planning.model import BEIJING, Light
from scheduler.reports.bulletin import Ahead, Bulletin, Cells, Fault, Late, Open, RowPart, UnitLine
from scheduler.reports.orders import Order
from scheduler.reports.page import SHAPES, WORDS, Lights, LightView, Line, MonthCell, Page, SlotView, TaskView
from scheduler.reports.status import LIGHTS
from scheduler.reports.wall import DayCell, Due, Wall
from scheduler.reports.yearplan import WORDS as PLAN_WORDS

_NOW = datetime(2027, 2, 3, 18, tzinfo=BEIJING)
_DAY = date(2027, 2, 26)
_TITLE, _UNIT = "报送年度报告", "安泉市人民政府"
_HEAD = "12-7c1e09d2…a904"


def specimens() -> Iterator[tuple[str, Mapping[str, object]]]:
    """The template's file and what it sees, twice where nothing and something read differently."""
    for view in (_bulletin(0), _bulletin(9)):
        yield "bulletin.txt.j2", {**asdict(view), "head": _HEAD}
    for overdue in (False, True):
        yield "order.txt.j2", {**asdict(_order(overdue)), "head": _HEAD}
    yield "page.html.j2", asdict(_page())
    yield "wall.html.j2", asdict(_wall())
    yield "yearplan.html.j2", _yearplan()


def _bulletin(due: int) -> Bulletin:
    cells = Cells(due, 3, 2, 2, 1, 1, "42.9%") if due else Cells(0, 0, 0, 0, 0, 0, "—")
    open_ = (Open(_UNIT, 2, False), Open("望河县人民政府", 1, True))
    late = (Late(_UNIT, _DAY, "2个工作日"), Late(_UNIT, _DAY, "5小时"))
    row = RowPart(_TITLE, "2026", cells, (_UNIT, "甲", "乙"), late, open_)
    faults = (
        Fault(_TITLE, "2026", "2个工作日", False),
        Fault(_TITLE, "once", None, True),
        Fault(_TITLE, "once", None, False),
    )
    return Bulletin(
        office="云岭州人民政府办公室",
        section="政务公开科",
        admin="何平",
        phone="0000-0000000" if due else None,
        approver="许文副主任" if due else None,
        label="2027-01",
        now=_NOW,
        total=cells,
        rows=(row,) if due else (),
        units=(UnitLine(_UNIT, cells, faults * 2),) if due else (),
        paused=due,
        earlier=due,
        ahead=(Ahead(_TITLE, "2026", _DAY, date(2027, 2, 28), 2, True),) if due else (),
        behind=due,
        ask=_DAY,
    )


def _order(overdue: bool) -> Order:
    return Order(
        office="云岭州人民政府办公室",
        section="政务公开科",
        admin="何平",
        phone="0000-0000000" if overdue else None,
        number=3,
        now=_NOW,
        task="annual-report.submit/city/2026",
        title=_TITLE,
        period="2026",
        unit=_UNIT,
        responsible="市长" if overdue else None,
        supporting="州司法局" if overdue else None,
        basis=("《实施细则》一(四)：“每年1月底前”", "《条例》第四十九条"),
        by_law=overdue,
        due=_DAY,
        target=_DAY,
        overdue=overdue,
        late=3 if overdue else 0,
        state="逾期",
        reminded=(_DAY,) if overdue else (),
        chased=(_DAY,) if overdue else (),
        complete_when="加盖公章" if overdue else None,
        answer=_DAY,
    )


def _page() -> Page:
    lights = tuple(LightView(light.value, SHAPES[light], LIGHTS[light].text()) for light in _SHOWN)
    part = Lights(_UNIT, (1, 1, 0, 0), 2, lights[0], ((_TITLE, "t0"),))
    history = (Line("2027-02-03 18:00", "报结（何平）"),)
    task = TaskView("a/b/2026", _UNIT, lights[0], "逾期", "1/2", "2027-02-03", "收文第3号", "2027-02-04 09:00", history)
    bare = TaskView("a/c/2026", _UNIT, lights[1], "办理中", "", "", "", "", ())
    slot = SlotView(
        *("t0", _TITLE, "2026", "2027-01-29", "2027-01-31", "2027-03-31", True, lights[0], (1, 1, 0, 0)),
        *(("步骤",), (task, bare)),
    )
    return Page(
        lang="zh-CN",
        w={name: phrase.text() for name, phrase in WORDS.items()},
        office="云岭州人民政府办公室",
        as_of="2027-02-03 18:00",
        summary="逾期1",
        head=_HEAD,
        announced="2026-12-31",
        lights=lights,
        total=part,
        units=(part,),
        categories=(Lights("未分类", (0, 0, 2, 0), 2, lights[2], ()),),
        year="2027",
        months=tuple(f"{month}月" for month in range(1, 13)),
        timeline=(("未分类", (MonthCell(2, lights[0]), *[MonthCell(0, None)] * 11)),),
        slots=(slot,),
    )


_SHOWN = (Light.RED, Light.YELLOW, Light.GREEN, Light.GREY)


def _wall() -> Wall:
    due = (Due(_TITLE, 2, True), Due(_TITLE, 1, False), Due(_TITLE, 1, False, paused=True))
    busy, rest = DayCell(29, "周五", True, "班", due, 1), DayCell(30, "周六", False, "休？", (), 0)
    months = tuple(f"{month}月" for month in range(1, 13))
    rows = ((busy, rest, None, *[rest] * 9),)
    return Wall(
        "zh-CN", "2027年政务公开事项时间表", 2027, "2027-02-03", "休：放假", "已公布至", "？", "停", months, rows
    )


def _yearplan() -> dict[str, object]:
    row = {
        "target": "2027-01-29（周五）",
        "what": _TITLE,
        "period": "2026",
        "due": "2027-01-31",
        "whose": _UNIT,
        "provisional": True,
        "done": True,
    }
    groups = [
        {"name": _UNIT, "weeks": [{"label": "第4周", "rows": [row, row | {"provisional": False, "done": False}]}]}
    ]
    said = {"lang": "zh", "title": "2027年政务公开工作计划", "office": "办公室", "note": "统计截至", "loose": "暂定"}
    return {
        **said,
        "w": {name: phrase.text() for name, phrase in PLAN_WORDS.items()},
        "units": groups,
        "people": groups,
    }
