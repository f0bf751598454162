"""What an edited table, another region or a first announcement does to deadlines, and who hears of it."""

from datetime import date, datetime

from calendar_office import PEOPLE, text

from scheduler.clock import BEIJING
from scheduler.daemon.importing import applied, prepared
from scheduler.daemon.kept import Given
from scheduler.planning import Calendars, History, compile_plan
from scheduler.planning.model import Entry, FactKind
from scheduler.planning.moves import moved
from scheduler.register import parse

TABLE = (
    """\
version: 1
office: {name: 望河州人民政府办公室, unit: office, admin: he.ping, send_at: "09:00", start: 2026-01-01}
obligations:
  - id: report
    title: 报送上一年度政府信息公开工作年度报告
    owed_by: {kind: county}
    due: {every: year, by: end of 01, covers: previous, roll: preceding}
"""
    + PEOPLE
)
EARLIER = TABLE.replace("end of 01", "01-20")
OWN_NOTICE = TABLE.replace(
    "roll: preceding}\n", "roll: preceding}\n    dates: {2025: {by: 2026-01-27, basis: {document: 当年工作通知}}}\n"
)
MON_2026_01_12 = "2026-01-12"


def edited(office, table):
    office.table.write_text(table, encoding="utf-8")


def told(office):
    return sorted(mail["To"].addresses[0].addr_spec for mail in office.mails("时限变更"))


BOTH = ["linlan@example.gov.cn", "zhoumin@example.gov.cn"]


def test_an_edited_row_tells_each_owner_once(new_office):
    office = new_office(TABLE, f"{MON_2026_01_12}T10:00")
    office.at(f"{MON_2026_01_12}T10:00")
    edited(office, EARLIER)
    office.at(f"{MON_2026_01_12}T10:05")
    assert told(office) == BOTH
    body = text(office.mails("时限变更")[0])
    assert "原定时限：2026年1月30日（星期五）" in body
    assert "现定时限：2026年1月20日（星期二）" in body
    assert "变更原因：台账修改" in body


def test_the_notice_of_the_year_is_named_as_the_reason(new_office):
    office = new_office(TABLE, f"{MON_2026_01_12}T10:00")
    office.at(f"{MON_2026_01_12}T10:00")
    edited(office, OWN_NOTICE)
    office.at(f"{MON_2026_01_12}T10:05")
    assert told(office) == BOTH
    assert "该期另有规定（当年工作通知）" in text(office.mails("时限变更")[0])


def test_an_edit_at_night_waits_for_the_send_time(new_office):
    office = new_office(TABLE, f"{MON_2026_01_12}T10:00")
    office.at(f"{MON_2026_01_12}T22:00")
    edited(office, EARLIER)
    office.at("2026-01-13T03:00")
    assert told(office) == []
    office.at("2026-01-13T09:00")
    assert told(office) == BOTH


def test_an_edit_while_the_daemon_was_down_is_told_when_it_is_back(new_office):
    office = new_office(TABLE, f"{MON_2026_01_12}T10:00")
    office.at(f"{MON_2026_01_12}T10:00")
    edited(office, EARLIER)
    office.daemon = office.started()
    office.at("2026-01-13T09:00")
    assert told(office) == BOTH


def test_two_edits_make_two_messages_and_the_way_back_is_another(new_office):
    office = new_office(TABLE, f"{MON_2026_01_12}T10:00")
    office.at(f"{MON_2026_01_12}T10:00")
    for n, table in enumerate((EARLIER, TABLE, EARLIER), 1):
        edited(office, table)
        office.at(f"{MON_2026_01_12}T1{n}:00")
        assert len(told(office)) == 2 * n


def test_an_edit_that_moves_no_date_tells_nobody(new_office):
    office = new_office(TABLE, f"{MON_2026_01_12}T10:00")
    office.at(f"{MON_2026_01_12}T10:00")
    edited(office, TABLE.replace("年度报告\n", "年度报告和统计数据\n"))
    office.at(f"{MON_2026_01_12}T10:05")
    assert told(office) == []


def test_neither_done_nor_dormant_tasks_are_told_of(new_office):
    office = new_office(TABLE, f"{MON_2026_01_12}T10:00")
    office.at(f"{MON_2026_01_12}T10:00")
    done = Entry(FactKind.DONE, "he.ping", date(2026, 1, 9), "report/anquan/2025")
    office.daemon.desk.journal.append([done], now=office.now)
    edited(office, EARLIER)
    office.at(f"{MON_2026_01_12}T10:05")
    assert told(office) == ["linlan@example.gov.cn"]
    asleep, moved_asleep = (table.replace("start: 2026-01-01", "start: 2026-03-01") for table in (TABLE, EARLIER))
    assert [task for task, *_ in moved_tasks(asleep.encode(), moved_asleep.encode()) if task.endswith("2025")] == []


def moved_tasks(old, new):
    """The tasks that move from one table to another, on 12 January 2026."""
    now = datetime(2026, 1, 12, 10, tzinfo=BEIJING)
    span = {"since": now.date(), "until": date(2027, 1, 15)}
    registers = [parse([("obligations.yaml", content)]).register for content in (old, new)]
    before, after = (compile_plan(r, Calendars(r), History(), now=now, **span) for r in registers)
    return [(m.task.id, m.after.target.isoformat(), m.reason.text()) for m in moved(before, after, now) if m.is_dated]


def test_a_row_that_was_renamed_keeps_its_past():
    renamed = EARLIER.replace("  - id: report\n", "  - id: annual\n    formerly: report\n")
    moves = moved_tasks(TABLE.encode(), renamed.encode())
    assert [task for task, *_ in moves if task.endswith("2025")] == ["annual/anquan/2025", "annual/wanghe/2025"]


def test_a_unit_that_counts_by_another_region_says_so():
    table = TABLE.replace("every: year, by: end of 01, covers: previous,", "by: 2026-03-20,")  # 肉孜节 in Xinjiang
    regional = table.replace("name: 安泉市人民政府,", "name: 安泉市人民政府, region: xinjiang,")
    ((task, target, reason),) = moved_tasks(table.encode(), regional.encode())
    assert task == "report/anquan/once"
    assert target != "2026-03-20"
    assert reason == "责任单位的日历由全国改为新疆"


def test_during_the_trial_the_admin_gets_each_message(new_office):
    trial = TABLE.replace("start: 2026-01-01", "start: 2026-01-01, trial: true")
    office = new_office(trial, f"{MON_2026_01_12}T10:00")
    office.at(f"{MON_2026_01_12}T10:00")
    edited(office, trial.replace("end of 01", "01-20"))
    office.at(f"{MON_2026_01_12}T10:05")
    assert told(office) == ["heping@example.gov.cn"] * 2
    assert sum("linlan@example.gov.cn" in text(mail) for mail in office.mails("时限变更")) == 1


NOTICE_2027 = """\
国务院办公厅关于2027年部分节假日安排的通知
国办发明电〔2026〕99号
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（周五）至11日（周四）放假调休，共7天。{make_up}上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。4月25日（周日）上班。
五、端午节：6月9日（周三）放假，共1天。
六、中秋节：9月15日（周三）放假，共1天。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。
2026年12月31日
"""


def test_what_is_only_settled_is_shown_by_the_import_and_mailed_to_nobody(new_office):
    office = new_office(TABLE, "2027-01-04T10:00")
    office.at("2027-01-04T10:00")
    content = NOTICE_2027.format(make_up="2月13日（周六）").encode()
    found = prepared(office.services(), content, "2027.txt", Given(), office.now)
    assert found.problems == ()
    (first, *_) = found.moves
    assert (first.before.provisional, first.after.provisional, first.is_dated) == (True, False, False)
    assert first.reason.text() == "国办发明电〔2026〕99号已经公布"
    applied(office.services(), found, "he.ping", office.now)
    office.at("2027-01-04T10:05")
    assert told(office) == []


def test_the_first_notice_of_a_year_moves_what_rested_on_it(new_office):
    office = new_office(TABLE, "2027-01-04T10:00")
    office.at("2027-01-04T10:00")
    content = NOTICE_2027.format(make_up="1月31日（周日）").encode()
    found = prepared(office.services(), content, "2027.txt", Given(), office.now)
    applied(office.services(), found, "he.ping", office.now)
    office.at("2027-01-04T10:05")
    assert told(office) == BOTH
    body = text(office.mails("时限变更")[0])
    assert "2027年1月31日（星期日）\r\n" in body or "2027年1月31日（星期日）\n" in body
    assert "国办发明电〔2026〕99号：2027年1月31日（周日）改为上班" in body
