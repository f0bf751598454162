"""The envelope of a letter: sender, thread, calendar file, and what cannot be sent at all."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from story import TABLE, Facts, at, message, notice, plan_at, to_admin

from scheduler.mailing import ConfigurationFailure, Letter, MemoryTransport, Post, Rendered
from scheduler.planning.model import FactKind, MessageKind

TEMPLATES = Path(__file__).parents[2] / "templates"
REPORT = "annual-report.submit/wanghe-county/2026"
SHIDU = "annual-report.submit/shidu-county/2026"
ROOT = "<thread."


def letter(
    *steps: tuple[str, str], sender: str | None = None, table: str = TABLE, facts: Facts | None = None
) -> Letter:
    now = at("2026-12-31T10:00")
    plan = plan_at(now, facts, table)
    due = [notice(plan, one, step) for one, step in steps]
    number = len(steps[0][1])
    return Post(TEMPLATES, sender).compose(
        message(plan, now, due), plan, now, message_id=f"<{number}.m@duban.example.gov.cn>"
    )


def test_the_sender_is_the_office_and_replies_go_to_its_admin() -> None:
    one = letter((REPORT, "remind-20wd"))
    assert (one.sender.name, one.sender.address) == ("云岭州人民政府办公室政务公开科", "heping@example.gov.cn")
    assert one.reply_to == one.sender
    own = letter((REPORT, "remind-20wd"), sender="督办平台 <duban@example.gov.cn>")
    assert (own.sender.name, own.sender.address) == ("督办平台", "duban@example.gov.cn")
    assert own.reply_to.address == "heping@example.gov.cn"
    assert (
        letter((REPORT, "remind-20wd"), sender="duban@example.gov.cn").sender.name == "云岭州人民政府办公室政务公开科"
    )


@pytest.mark.parametrize("sender", ["督办", "a@b@c", "x@例子.中国"])
def test_a_sender_that_cannot_be_is_a_fault_of_the_settings(sender: str) -> None:
    with pytest.raises(ConfigurationFailure, match="mail-from"):
        letter((REPORT, "remind-20wd"), sender=sender)


def test_an_office_without_any_address_cannot_send() -> None:
    table = TABLE.replace("post: 科员, email: heping@example.gov.cn}", "post: 科员, via: lin.lan}")
    with pytest.raises(ConfigurationFailure, match="mail-from"):
        letter((REPORT, "remind-20wd"), table=table)


def test_all_mails_of_a_task_hang_on_one_root_and_those_of_another_do_not() -> None:
    first, later = letter((REPORT, "remind-20wd")), letter((REPORT, "chase-1"))
    assert first.thread is not None
    assert first.thread == later.thread
    assert first.thread.startswith(ROOT)
    assert first.thread.endswith("@duban.example.gov.cn>")
    assert letter((SHIDU, "remind-20wd")).thread != first.thread


def test_a_table_of_one_row_has_a_thread_and_a_mixed_list_has_none() -> None:
    step = "escalate-after-4wd"
    assert letter((REPORT, step), (SHIDU, step)).thread is not None
    assert letter((REPORT, "remind-20wd"), ("leader-interpretation/sun.li/2026", "remind-5wd")).thread is None


def event(one: Letter) -> dict[str, object]:
    assert one.invitation is not None
    (found,) = Calendar.from_ical(one.invitation.decode()).walk("VEVENT")
    return {name: found.decoded(name) for name in found} | {"alarms": found.walk("VALARM")}


def test_a_reminder_brings_the_target_as_a_tentative_whole_day_with_an_alarm() -> None:
    found = event(letter((REPORT, "remind-20wd")))
    assert found["DTSTART"] == date(2027, 1, 29)
    assert found["DTEND"] == date(2027, 1, 30)
    assert found["STATUS"] == "TENTATIVE"
    assert found["SEQUENCE"] == 0
    assert str(found["SUMMARY"]).endswith("统计数据（暂定）")
    (alarm,) = found["alarms"]  # type: ignore[misc]  # a list by icalendar
    assert alarm["TRIGGER"].dt == timedelta(hours=-15)
    content = letter((REPORT, "remind-20wd")).invitation or b""
    assert b"METHOD:PUBLISH" in content
    assert max(map(len, content.split(b"\r\n"))) <= 75


def test_a_moved_target_is_the_same_entry_with_a_higher_sequence() -> None:
    before = event(letter((REPORT, "remind-20wd")))
    earlier = f"{REPORT}#remind-20wd@2027-01-28>bearer"
    facts = Facts().add(FactKind.SENT, at("2026-12-30T10:00"), notices=(earlier,))
    after = event(letter((REPORT, "remind-20wd"), facts=facts))
    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)


def test_only_reminders_of_one_task_bring_a_calendar_file() -> None:
    assert letter((REPORT, "chase-1")).invitation is None
    assert letter((REPORT, "remind-20wd"), (SHIDU, "remind-20wd")).invitation is None


def test_a_target_in_hours_is_a_moment_and_the_alarm_an_hour_before() -> None:
    moment = at("2026-12-30T16:00")
    facts = Facts().add(FactKind.EVENT, moment, on=moment, event="policy.published", ref="P-1", unit="wanghe-county")
    found = event(letter(("policy.repost/wanghe-county/P-1", "remind-4h"), facts=facts))
    assert found["DTSTART"] == at("2026-12-31T16:00")
    (alarm,) = found["alarms"]  # type: ignore[misc]  # a list by icalendar
    assert alarm["TRIGGER"].dt == timedelta(hours=-1)


def test_a_letter_without_notices_goes_to_the_admin_without_thread_or_calendar() -> None:
    now = at("2026-11-24T16:30")
    plan = plan_at(now)
    admin = to_admin(plan, now, MessageKind.WARNING)
    one = Post(TEMPLATES).warning(admin, plan, now, message_id="<w@example.gov.cn>", problems=())
    assert one.thread is None
    assert one.invitation is None
    assert MemoryTransport().deliver(one).refused == ()


def test_words_written_earlier_are_sent_as_they_stand() -> None:
    now = at("2026-11-24T16:30")
    plan = plan_at(now)
    admin = to_admin(plan, now, MessageKind.PREVIEW)
    words = Rendered("【拟发】", "何平同志：\n", "<p>何平同志：</p>")
    one = Post(TEMPLATES).written(admin, plan, now, message_id="<p@example.gov.cn>", rendered=words)
    assert (one.subject, one.text, one.html) == (words.subject, words.text, words.html)
    assert one.to.address == "heping@example.gov.cn"
