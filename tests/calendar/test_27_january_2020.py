"""27 January 2020: the State Council prolongs Spring Festival in mid-holiday, and four open tasks move."""

from datetime import date, datetime

import pytest
from calendar_office import NOTICES, PEOPLE, text

from scheduler.clock import BEIJING
from scheduler.daemon.importing import applied, prepared
from scheduler.daemon.kept import Given
from scheduler.planning.model import Entry, FactKind

TABLE = (
    """\
version: 1
office: {name: 望河州人民政府办公室, unit: office, admin: he.ping, send_at: "09:00", start: 2020-01-01}
events:
  - {id: document.issued, title: 规范性文件印发}
obligations:
  - {id: publish, title: 公开规范性文件, owed_by: event.unit, due: {within: 15wd, after: document.issued}}
  - {id: explain, title: 解读规范性文件, owed_by: event.unit, due: {within: 20wd, after: document.issued}}
  - {id: spring, title: 报送春季工作情况, owed_by: {kind: county}, due: {every: year, by: end of 03, roll: preceding}}
"""
    + PEOPLE
)
SUN_2020_01_19, SUN_2020_01_26, MON_2020_01_27, MON_2020_02_03 = "2020-01-19", "2020-01-26", "2020-01-27", "2020-02-03"
MOVED = {
    "publish/anquan/AQ-1": ("2020-02-13", "2020-02-17"),
    "explain/anquan/AQ-1": ("2020-02-20", "2020-02-24"),
    "publish/wanghe/WH-1": ("2020-02-13", "2020-02-17"),
    "explain/wanghe/WH-1": ("2020-02-20", "2020-02-24"),
}


@pytest.fixture
def story(new_office):
    """The office up to the evening of 26 January, knowing of the calendar what was known then."""
    office = new_office(TABLE, f"{SUN_2020_01_19}T09:00", as_of=date(2020, 1, 26))
    for unit, ref in (("anquan", "AQ-1"), ("wanghe", "WH-1")):
        event = {"event": "document.issued", "ref": ref, "unit": unit}
        office.daemon.desk.journal.append(
            [Entry(FactKind.EVENT, "he.ping", date(2020, 1, 19), data=event)], now=office.now
        )
    office.at(f"{SUN_2020_01_19}T10:00")
    office.at(f"{SUN_2020_01_26}T18:00")
    return office


def imported(office, moment):
    office.now = datetime.fromisoformat(moment).replace(tzinfo=BEIJING)
    content = (NOTICES / "2020-amendment.txt").read_bytes()
    found = prepared(office.services(), content, "2020-amendment.txt", Given(), office.now)
    applied(office.services(), found, "he.ping", office.now)
    return found


def targets(office):
    return {task.id: task.dates.target.isoformat() for task in office.daemon.desk.plan.tasks() if task.id in MOVED}


def test_the_import_foresees_the_days_and_the_four_tasks(story):
    assert targets(story) == {task: old for task, (old, _) in MOVED.items()}
    found = imported(story, f"{MON_2020_01_27}T08:00")
    assert found.problems == ()
    assert [(d.date.isoformat(), d.works) for d in found.days] == [("2020-01-31", False), ("2020-02-01", False)]
    shown = {m.task.id: (m.before.target.isoformat(), m.after.target.isoformat()) for m in found.moves if m.is_open}
    assert shown == MOVED
    assert all("国办发明电〔2020〕1号" in move.reason.text() for move in found.moves)
    story.at(f"{MON_2020_01_27}T08:01")
    assert targets(story) == {task: new for task, (_, new) in MOVED.items()}


def test_each_owner_gets_one_message_on_the_first_working_day(story):
    imported(story, f"{MON_2020_01_27}T08:00")
    for moment in (f"{MON_2020_01_27}T10:00", "2020-01-31T10:00", f"{MON_2020_02_03}T08:59"):
        story.at(moment)
        assert story.mails("时限变更") == []  # nobody is written to in the holiday, or at night
    story.at(f"{MON_2020_02_03}T09:00")
    story.at("2020-02-04T09:00")
    mails = story.mails("时限变更")
    assert sorted(mail["To"].addresses[0].addr_spec for mail in mails) == [
        "linlan@example.gov.cn",
        "zhoumin@example.gov.cn",
    ]
    for mail in mails:
        body = text(mail)
        assert "2020年2月13日" in body
        assert "2020年2月17日" in body
        assert "国办发明电〔2020〕1号" in body
        assert "2020年2月3日\n" in body.replace("\r\n", "\n")  # the day at the foot is the day of sending


def test_a_restart_before_the_send_time_neither_loses_nor_doubles_it(story):
    imported(story, f"{MON_2020_01_27}T08:00")
    story.daemon = story.started()
    story.at(f"{MON_2020_01_27}T09:00")
    story.daemon = story.started()
    story.at(f"{MON_2020_02_03}T09:00")
    story.daemon = story.started()
    story.at(f"{MON_2020_02_03}T09:30")
    assert len(story.mails("时限变更")) == 2


def test_a_task_that_is_done_in_between_is_not_told_of(story):
    imported(story, f"{MON_2020_01_27}T08:00")
    done = [Entry(FactKind.DONE, "he.ping", date(2020, 1, 23), f"{row}/wanghe/WH-1") for row in ("publish", "explain")]
    story.daemon.desk.journal.append(done, now=story.now)
    story.at(f"{MON_2020_02_03}T09:00")
    (mail,) = story.mails("时限变更")
    assert mail["To"].addresses[0].addr_spec == "zhoumin@example.gov.cn"


def test_the_journal_names_the_notice_and_keeps_it_whole(story):
    imported(story, f"{MON_2020_01_27}T08:00")
    journal = story.daemon.desk.journal
    (fact,) = [f for f in journal.facts() if f.kind is FactKind.CALENDAR and "number" in f.data]
    assert (fact.data["number"], fact.data["year"], fact.by) == ("国办发明电〔2020〕1号", 2020, "he.ping")
    assert journal.kept(fact.data["digest"]) == (NOTICES / "2020-amendment.txt").read_bytes()
    assert journal.verify().fault is None


def test_a_voided_import_moves_the_days_back_and_the_owners_hear_of_it(story):
    imported(story, f"{MON_2020_01_27}T08:00")
    story.at(f"{MON_2020_02_03}T09:00")
    journal = story.daemon.desk.journal
    (fact,) = [f for f in journal.facts() if "number" in f.data]
    journal.append([Entry(FactKind.VOID, "he.ping", data={"seq": fact.seq, "reason": "误导入"})], now=story.now)
    story.at(f"{MON_2020_02_03}T10:00")
    assert targets(story) == {task: old for task, (old, _) in MOVED.items()}
    assert len(story.mails("时限变更")) == 4


def test_a_mistake_taken_back_before_the_send_time_is_no_news(story):
    imported(story, f"{MON_2020_01_27}T08:00")
    story.at(f"{MON_2020_01_27}T08:30")
    journal = story.daemon.desk.journal
    (fact,) = [f for f in journal.facts() if "number" in f.data]
    journal.append([Entry(FactKind.VOID, "he.ping", data={"seq": fact.seq, "reason": "误导入"})], now=story.now)
    story.at(f"{MON_2020_02_03}T09:00")
    assert story.mails("时限变更") == []
