"""One message per recipient and moment: what stands in it, in which order, of which kind, under which key."""

from __future__ import annotations

import pytest
from notice_office import Story, at, row, told

from scheduler.planning.messages import message_key
from scheduler.planning.model import FactKind, MessageKind

LATER = row(by="2026-02-06", id="plan")


def test_notices_of_one_moment_for_one_reader_are_one_message() -> None:
    story = Story(row(), row(id="plan"))
    (message,) = story.beat("2026-01-23 09:00")
    assert told([message]) == ["zhou.min: remind-5wd+remind-5wd"]
    assert (message.kind, message.moment) == (MessageKind.DIGEST, at("2026-01-23 09:00"))


def test_the_most_urgent_stands_first() -> None:
    # The office's officer: a rung two days overdue, a chaser and a reminder of his own.
    mine = "{unit: office}"
    story = Story(
        row(by="2026-02-04", owed_by=mine, id="c-reminded"),
        row(by="2026-02-02", owed_by=mine, id="b-chased"),
        row(by="2026-01-30", ladder="line", id="a-escalated"),
    )
    story.days("2026-01-05", "2026-02-02")
    (mail,) = [m for m in story.beat("2026-02-03 09:00") if m.recipient.who == "he.ping"]
    assert [n.name for n in mail.notices] == [
        "a-escalated/city/once#escalate-after-2wd",
        "b-chased/office/once#chase-1",
        "c-reminded/office/once#remind-1wd",
    ]


@pytest.mark.parametrize(
    ("rows", "when", "kinds"),
    [
        ([row()], "2026-01-23 09:00", {"zhou.min": MessageKind.REMINDER}),
        ([row()], "2026-02-02 09:00", {"zhou.min": MessageKind.CHASER}),
        (
            [row(ladder="line", owed_by="{unit: [city, town]}")],
            "2026-01-29 09:00",
            {"zhou.min": MessageKind.REMINDER, "tang.yu": MessageKind.DIGEST, "hu.bo": MessageKind.ESCALATION},
        ),
        (
            [row(), row(id="plan", ladder="line")],
            "2026-01-29 09:00",
            {"zhou.min": MessageKind.DIGEST, "hu.bo": MessageKind.ESCALATION},
        ),
    ],
)
def test_the_kind_is_that_of_its_notices(rows: list[str], when: str, kinds: dict[str, MessageKind]) -> None:
    assert {m.recipient.who: m.kind for m in Story(*rows).beat(when)} == kinds


def test_several_units_of_one_duty_are_one_table_for_the_superior() -> None:
    story = Story(row(ladder="line", owed_by="{unit: [city, county]}"))
    story.days("2026-01-05", "2026-02-02")
    (mail,) = [m for m in story.beat("2026-02-03 09:00") if m.recipient.who == "he.ping"]
    assert mail.kind is MessageKind.ESCALATION
    assert {n.task.bearer.id for n in mail.notices} == {"city", "county"}


def test_roles_that_share_an_address_share_the_mail() -> None:
    story = Story(row(ladder="line", owed_by="{unit: town}"))
    (mail,) = story.beat("2026-01-29 09:00")
    assert [n.step.name for n in mail.notices] == ["escalate-before-1wd", "remind-1wd"]
    assert mail.recipient.name == "唐宇、石渡镇人民政府"
    assert mail.recipient.address == "shidu@example.gov.cn"


def test_a_copy_goes_along_but_never_to_the_recipient() -> None:
    story = Story(row(owed_by="{role: leader, of: {unit: city}}"))
    (mail,) = story.beat("2026-01-23 09:00")
    assert (mail.recipient.who, [c.who for c in mail.copies]) == ("lu.he", ["zhou.min"])


def test_in_trial_every_mail_goes_to_the_admin_alone_and_says_whom_it_was_meant_for() -> None:
    rows = [row(owed_by="{role: leader, of: {unit: city}}"), row(owed_by="{unit: county}", id="plan")]
    mails = Story(*rows, office=", trial: true").beat("2026-01-23 09:00")
    assert [(m.recipient.who, m.copies) for m in mails] == [("he.ping", ()), ("he.ping", ())]
    assert {str(m.recipient.note) for m in mails} == {
        "试运行：本邮件原送陆禾（luhe@example.gov.cn）。",
        "试运行：本邮件原送林岚（linlan@example.gov.cn）。",
    }
    assert {m.key for m in mails} == {m.key for m in Story(*rows).beat("2026-01-23 09:00")}


def test_the_key_is_the_same_however_often_it_is_computed() -> None:
    first = Story(row(), LATER).beat("2026-01-23 09:00")
    again = Story(LATER, row()).beat("2026-01-23 09:20")
    assert [m.key for m in first] == [m.key for m in again]


def test_the_key_changes_with_mailbox_moment_and_notices() -> None:
    moment = at("2026-01-23 09:00")
    keys = {
        message_key("a@example.gov.cn", moment, ["x", "y"]),
        message_key("A@example.gov.cn", moment, ["y", "x"]),  # the same
        message_key("b@example.gov.cn", moment, ["x", "y"]),
        message_key("a@example.gov.cn", at("2026-01-24 09:00"), ["x", "y"]),
        message_key("a@example.gov.cn", moment, ["x"]),
    }
    assert len(keys) == 4
    assert {len(key) for key in keys} == {32}


def test_after_an_outage_a_reader_gets_one_late_message_for_all_his_tasks() -> None:
    story = Story(row(), row(by="2026-02-09", id="plan"), row(by="2026-01-23", id="list"))
    story.days("2026-01-01", "2026-01-20")
    (mail,) = story.beat("2026-02-03 14:00")
    assert told([mail]) == ["zhou.min: chase-3+chase-1+remind-5wd (late)"]
    assert mail.moment == at("2026-02-03 09:00")


def test_what_is_done_stands_in_no_message() -> None:
    story = Story(row(), row(id="plan"))
    story.tell(FactKind.DONE, "2026-01-22 10:00", "paper/city/once")
    (mail,) = story.beat("2026-01-23 09:00")
    assert [n.task.id for n in mail.notices] == ["plan/city/once"]
