"""What another process writes into the journal counts from the next beat on, up to the last moment before a mail."""

import pytest
from small_office import CITY, COUNTY, LIN, ZHOU, at

from scheduler.journal import OutboxState
from scheduler.mailing import TemporaryFailure
from scheduler.planning.model import FactKind

FRI_9 = "2026-01-23 09:00"
BUSY = TemporaryFailure("451 4.3.0 try again")


@pytest.mark.parametrize(
    ("kind", "reason"), [(FactKind.DONE, "done"), (FactKind.REPORT, "reported"), (FactKind.WAIVE, "waived")]
)
def test_what_waits_in_the_outbox_is_dropped_with_a_reason(office, kind, reason):
    daemon = office.daemon()
    office.server.trouble = BUSY
    office.beat(daemon, FRI_9)
    office.tell(kind, CITY)
    office.beat(daemon, "2026-01-23 09:00:30")  # the next try is in a minute
    assert office.outcomes() == {"remind-5wd": f"dropped {reason}"}
    assert [row.state for row in office.outbox() if row.recipient.who == "zhou.min"] == [OutboxState.DROPPED]
    office.server.trouble = None
    assert office.beat(daemon, "2026-01-23 09:10") == [LIN]


def test_a_release_that_was_voided_while_its_letter_waits_counts_no_more(office):
    daemon = office.daemon()
    office.beat(daemon, "2026-02-03 09:00")
    office.tell(FactKind.RELEASE, CITY, notice=f"{CITY}#escalate-after-3wd")
    office.server.trouble = BUSY
    office.beat(daemon, "2026-02-04 09:00")
    assert office.outcomes()["escalate-after-3wd"] == "queued"
    office.tell(FactKind.VOID, CITY, seq=str(office.facts(FactKind.RELEASE)[0].seq))
    office.server.trouble = None
    assert "anping@example.gov.cn" not in office.beat(daemon, "2026-02-04 09:05")
    assert office.outcomes()["escalate-after-3wd"] == "dropped needs-release"


def test_done_while_the_daemon_is_sending_counts_for_the_letters_not_yet_sent(office):
    daemon = office.daemon()

    def finish(letter):
        for address, task in ((ZHOU, CITY), (LIN, COUNTY)):
            if letter.to.address != address:
                office.tell(FactKind.DONE, task)

    office.server.on_delivery = finish
    assert len(office.beat(daemon, FRI_9)) == 1
    assert sorted([*office.outcomes(CITY).values(), *office.outcomes(COUNTY).values()]) == ["dropped done", "sent"]


def test_of_two_duties_in_one_letter_only_the_open_one_is_told(office):
    office.edit("  - id: publish", "  - {id: plan, title: 报送计划, owed_by: {unit: city}, due: {by: 2026-01-30,"
                " roll: preceding}, ladder: plain}\n  - id: publish")  # fmt: skip
    daemon = office.daemon()
    office.server.trouble = BUSY
    office.beat(daemon, FRI_9)
    office.tell(FactKind.DONE, CITY)
    office.server.trouble = None
    assert ZHOU in office.beat(daemon, "2026-01-23 09:05")
    (letter,) = [one for one in office.server.letters if one.to.address == ZHOU]
    assert "报送计划" in letter.text
    assert "报送工作年度报告" not in letter.text


def test_an_event_is_reminded_from_the_next_send_moment(office):
    daemon = office.daemon()
    office.beat(daemon, "2026-01-19 15:00")
    office.tell(FactKind.EVENT, event="paper.issued", ref="A-1", unit="county")
    office.beat(daemon, "2026-01-19 15:01")
    assert daemon.desk.plan.task("publish/county/A-1")
    assert office.beat(daemon, "2026-01-20 09:00") == [LIN]


def test_what_is_withdrawn_does_not_go_and_what_is_released_does(office):
    daemon = office.daemon()
    office.tell(FactKind.WITHDRAW, notice=f"{CITY}#remind-5wd", reason="已电话告知")
    assert office.beat(daemon, FRI_9) == [LIN]
    assert office.outcomes() == {"remind-5wd": "skipped withdrawn"}
    for day in ("01-29", "02-02", "02-03", "02-04"):
        office.beat(daemon, f"2026-{day} 09:00")
    assert "escalate-after-3wd" not in office.outcomes()
    office.tell(FactKind.RELEASE, notice=f"{CITY}#escalate-after-3wd")
    assert office.beat(daemon, "2026-02-04 10:00") == ["anping@example.gov.cn"]


def test_after_a_return_the_duty_is_chased_again(office):
    daemon = office.daemon()
    office.now = at("2026-01-22 10:00")
    office.tell(FactKind.REPORT, CITY)
    assert office.beat(daemon, FRI_9) == [LIN]
    office.now = at("2026-01-28 15:00")
    office.tell(FactKind.RETURN, CITY, reason="缺附件")
    assert office.beat(daemon, "2026-01-29 09:00") == [LIN, ZHOU]
    assert office.outcomes() == {"remind-5wd": "skipped reported", "remind-1wd": "sent"}


def test_a_voided_done_counts_no_more(office):
    daemon = office.daemon()
    office.tell(FactKind.DONE, CITY)
    office.beat(daemon, "2026-01-19 09:00")
    (done,) = office.facts(FactKind.DONE)
    office.tell(FactKind.VOID, seq=done.seq, reason="报错了")
    assert office.beat(daemon, FRI_9) == [LIN, ZHOU]
