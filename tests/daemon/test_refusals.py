"""A 5xx answer may be the address's doing or the server's: what is believed, and what waits."""

import pytest
from small_office import ADMIN, CITY, LIN, ZHOU, at

from scheduler.daemon.duties import TROUBLE
from scheduler.daemon.refusals import Belief, Refusals
from scheduler.journal import OutboxState
from scheduler.mailing import MalformedFailure, PermanentFailure, PolicyFailure
from scheduler.planning.model import MessageKind

FRI_9 = "2026-01-23 09:00"
NO_SUCH = PermanentFailure("550 5.1.1 no such user")
SPAM = PolicyFailure("554 5.7.1 message refused")
RELAY = PolicyFailure("554 5.7.1 Relay access denied", relaying=True)


def more_counties(office, n):
    """Units with a mailbox of their own, beside the two that the office has."""
    units = "\n".join(
        f"  - {{id: c{i}, name: 第{i}县, kind: county, reports_to: office, mail: c{i}@example.gov.cn}}"
        for i in range(n)
    )
    office.edit("people:\n  - {id: he", f"{units}\npeople:\n  - {{id: he")


def trouble(office):
    with office.journal as journal:
        return journal.mark(TROUBLE)


@pytest.mark.parametrize("refusal", [SPAM, RELAY, NO_SUCH])
def test_a_server_that_refuses_everybody_keeps_all_mail_and_loses_none_but_what_names_two_mailboxes(office, refusal):
    more_counties(office, 6)
    daemon = office.daemon()
    office.server.trouble = refusal
    for minute in range(0, 60, 5):
        office.beat(daemon, f"2026-01-23 09:{minute:02d}")
    assert "smtp-refuses-all" in trouble(office)
    assert "服务器" in daemon._status()
    dead = [row for row in office.outbox() if row.state is OutboxState.DEAD]
    assert len(dead) == (2 if refusal is NO_SUCH else 0)
    assert sum(row.attempts for row in office.outbox()) <= 3 + 12  # one more every five minutes
    office.server.trouble = None
    for minute in range(0, 60, 5):
        office.beat(daemon, f"2026-01-23 10:{minute:02d}")
    office.beat(daemon, "2026-01-23 11:01")
    assert {row.state for row in office.outbox()} - {OutboxState.DEAD} == {OutboxState.SENT}
    assert trouble(office) == ""


def test_a_server_that_will_not_relay_to_anybody_is_one_trouble_and_one_warning(office):
    more_counties(office, 6)
    daemon = office.daemon()
    office.server.trouble = RELAY
    for minute in range(0, 60, 5):
        office.beat(daemon, f"2026-01-23 09:{minute:02d}")
    assert ("smtp-refuses-all" in trouble(office), "smtp-relay" in trouble(office)) == (True, False)
    office.server.trouble = None
    for minute in range(0, 60, 5):
        office.beat(daemon, f"2026-01-23 10:{minute:02d}")
    assert len(office.outbox(MessageKind.WARNING)) == 1


def test_the_admin_is_written_to_of_a_server_that_refuses_all_and_that_mail_is_the_next_trial(office):
    """Only the admin's own server takes mail: he hears of it, and the others are tried again."""
    more_counties(office, 3)
    office.server.refuses |= dict.fromkeys((ZHOU, LIN, *(f"c{i}@example.gov.cn" for i in range(3))), SPAM)
    daemon = office.daemon()
    went = [to for minute in range(0, 60, 5) for to in office.beat(daemon, f"2026-01-23 09:{minute:02d}")]
    assert went[0] == ADMIN
    assert "smtp-refuses-all" in office.server.letters[0].text


def test_days_without_a_server_that_takes_mail_leave_one_warning_and_not_one_a_day(office):
    more_counties(office, 3)
    daemon = office.daemon()
    office.server.trouble = SPAM
    for day in (23, 26, 27):
        for minute in range(0, 30, 5):
            office.beat(daemon, f"2026-01-{day} 09:{minute:02d}")
    assert len(office.outbox(MessageKind.WARNING)) == 1
    office.server.trouble = None
    for hour in range(10, 18):
        office.beat(daemon, f"2026-01-27 {hour}:00")
    office.server.trouble = SPAM
    for minute in range(0, 30, 5):
        office.beat(daemon, f"2026-01-29 09:{minute:02d}")
    assert [row.state for row in office.outbox(MessageKind.WARNING)] == [OutboxState.SENT, OutboxState.RETRY]


def test_a_refusal_of_unclear_cause_is_final_once_somebody_else_got_mail_and_it_is_refused_again(office):
    daemon = office.daemon()
    office.server.refuses[ZHOU] = SPAM
    assert office.beat(daemon, FRI_9) == [LIN]
    assert office.outcomes() == {"remind-5wd": "queued"}
    assert "smtp-policy" in trouble(office)
    assert office.beat(daemon, "2026-01-23 09:01") == [ADMIN]
    assert office.outcomes() == {"remind-5wd": "dead 554 5.7.1 message refused"}
    assert office.beat(daemon, "2026-01-23 09:02") == [ADMIN]
    assert trouble(office) == ""
    assert "mail-refused" in office.server.letters[-1].text


def test_a_server_that_will_not_relay_to_one_domain_holds_that_mail_and_no_other_until_it_does(office):
    daemon = office.daemon()
    office.server.refuses[ZHOU] = RELAY
    assert office.beat(daemon, FRI_9) == [LIN]
    for minute in range(1, 60, 4):
        office.beat(daemon, f"2026-01-23 09:{minute:02d}")
    assert office.outcomes() == {"remind-5wd": "queued"}
    assert "smtp-relay" in trouble(office)
    office.server.refuses.clear()
    office.server.taken()
    assert office.beat(daemon, "2026-01-23 10:30") == [ZHOU]
    assert trouble(office) == ""
    assert len(office.outbox(MessageKind.WARNING)) == 1


def test_letters_held_do_not_make_the_others_wait_for_the_next_beat(office):
    """Three temporary failures in a row end a beat; refusals with an acceptance between them do not."""
    more_counties(office, 4)
    office.server.refuses |= {"c0@example.gov.cn": SPAM, "c1@example.gov.cn": SPAM}
    daemon = office.daemon()
    assert office.beat(daemon, FRI_9) == ["c2@example.gov.cn", "c3@example.gov.cn", LIN, ZHOU]


def test_a_held_letter_that_nobody_wants_any_more_is_no_trouble(office):
    daemon = office.daemon()
    office.server.refuses[ZHOU] = RELAY
    office.beat(daemon, FRI_9)
    with office.journal as journal:
        (row,) = [row for row in journal.outbox() if row.recipient.who == "zhou.min"]
        journal.drop_waiting(row.notices, "withdrawn", at(FRI_9))
    office.beat(daemon, "2026-01-23 09:01")
    assert trouble(office) == ""


def test_addresses_that_nobody_could_deliver_to_say_nothing_of_the_server():
    refusals = Refusals()
    bad = MalformedFailure("553 5.1.3 malformed address")
    assert {refusals.refused(f"m{n}", f"a{n}", bad) for n in range(5)} == {Belief.FINAL}


def test_the_same_address_again_and_again_is_no_row_of_addresses():
    refusals = Refusals()
    assert [refusals.refused(f"m{n}", "a", NO_SUCH) for n in range(5)] == [Belief.FINAL] * 5
    assert refusals.refused("m5", "b", NO_SUCH) is Belief.FINAL
    assert refusals.refused("m6", "c", NO_SUCH) is Belief.ALL
    refusals.accepted("m7")
    assert refusals.refused("m6", "c", NO_SUCH) is Belief.FINAL


def test_a_reminder_outlives_a_day_on_which_the_server_refused_everybody(office):
    more_counties(office, 2)
    daemon = office.daemon()
    office.server.trouble = SPAM
    for hour in range(9, 18):
        for minute in range(0, 60, 5):
            office.beat(daemon, f"2026-01-23 {hour:02d}:{minute:02d}")
    office.server.trouble = None
    went = [to for minute in range(0, 60, 5) for to in office.beat(daemon, f"2026-01-26 09:{minute:02d}")]
    assert {ZHOU, LIN, "c0@example.gov.cn", "c1@example.gov.cn"} <= set(went)
    assert office.outcomes(CITY) == {"remind-5wd": "sent"}
