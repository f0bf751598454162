"""What the daemon says by itself: the preview, a line a day; and whom it writes to during the trial."""

import pytest
from small_office import ADMIN, CITY, LIN, ZHOU

from scheduler.mailing import TemporaryFailure
from scheduler.planning.model import FactKind, MessageKind

FRI_9 = "2026-01-23 09:00"
ON_TRIAL = ('send_at: "09:00"', 'send_at: "09:00", trial: true')


@pytest.mark.parametrize(
    ("moment", "previews"),
    [
        ("2026-01-30 16:29", []),
        ("2026-01-30 16:30", [ADMIN]),  # Friday: chasers on Monday
        ("2026-01-31 16:30", []),  # Saturday
        ("2026-01-28 16:30", []),  # nothing but reminders ahead
    ],
)
def test_the_preview_comes_at_half_past_four_of_a_working_day_if_anything_is_coming(office, moment, previews):
    daemon = office.daemon()
    office.beat(daemon, "2026-01-29 09:00" if moment > "2026-01-29" else "2026-01-26 09:00")
    assert office.beat(daemon, moment) == previews


def test_the_preview_comes_once_also_after_restarts_in_the_evening(office):
    office.beat(office.daemon(), "2026-01-29 09:00")
    went = [to for hour in range(17, 24) for to in office.beat(office.daemon(), f"2026-01-30 {hour}:05")]
    assert went == [ADMIN]
    (letter,) = [one for one in office.server.letters if "拟发" in one.subject]
    assert "chase-1" in letter.text
    assert f"{CITY}#chase-1" in letter.text


def test_what_the_preview_shows_is_what_goes(office):
    daemon = office.daemon()
    office.beat(daemon, "2026-01-29 09:00")
    office.beat(daemon, "2026-01-30 16:30")
    (letter,) = [one for one in office.server.letters if "拟发" in one.subject]
    shown = {step for step in ("chase-1", "chase-2", "escalate-after-2wd") if f"{CITY}#{step}" in letter.text}
    office.beat(daemon, "2026-02-02 09:00")
    assert shown == {step for step in office.outcomes() if not step.startswith("remind")} == {"chase-1"}


def test_the_preview_names_the_head_of_the_journal(office):
    daemon = office.daemon()
    office.beat(daemon, "2026-01-30 10:00")
    with office.journal as journal:
        head = journal.head().short
    office.beat(daemon, "2026-01-30 16:30")
    assert head in office.server.letters[-1].text


def test_once_a_day_a_line_says_that_the_daemon_lives(office):
    daemon = office.daemon()
    for moment in ("2026-01-20 00:00", "2026-01-20 12:00", "2026-01-21 09:00", "2026-01-22 23:59", FRI_9):
        office.beat(daemon, moment)
    office.beat(office.daemon(), "2026-01-23 10:00")
    assert [(f"{f.entered:%m-%d}", f.data["due"]) for f in office.facts(FactKind.HEARTBEAT)] == [
        ("01-20", 0), ("01-21", 0), ("01-22", 0), ("01-23", 0),
    ]  # fmt: skip


def test_the_line_of_a_day_counts_what_will_go_on_it(office):
    office.beat(office.daemon(), "2026-01-23 00:01")
    assert [f.data["due"] for f in office.facts(FactKind.HEARTBEAT)] == [2]


def test_during_the_trial_every_mail_goes_to_the_admin_alone_and_says_whom_it_was_for(office):
    office.edit(*ON_TRIAL)
    office.edit("owed_by: {kind: county}", "owed_by: {role: deputy, of: {kind: county}}")  # copies to the officers
    daemon = office.daemon()
    assert office.beat(daemon, FRI_9) == [ADMIN, ADMIN]
    for letter, (name, address) in zip(
        sorted(office.server.letters, key=lambda one: "胡波" not in one.text),
        [("胡波", "hubo@example.gov.cn"), ("唐宇", "tangyu@example.gov.cn")],
        strict=True,
    ):
        assert letter.copies == ()
        for body in (letter.text, letter.html):
            assert body.count("试运行") == 1
            assert f"原送{name}（{address}）" in body
        assert f"\n{name}" in letter.text  # it speaks to the one whom it was for


def test_the_end_of_the_trial_renews_nothing(office):
    office.edit(*ON_TRIAL)
    daemon = office.daemon()
    assert office.beat(daemon, FRI_9) == [ADMIN, ADMIN]
    office.edit(*reversed(ON_TRIAL))
    assert office.beat(daemon, "2026-01-23 10:00") == []
    assert office.beat(daemon, "2026-01-29 09:00") == [LIN, ZHOU]
    assert "试运行" not in office.server.letters[-1].text


def test_a_mail_that_waits_when_a_trial_begins_goes_to_the_admin_too(office):
    daemon = office.daemon()
    office.server.trouble = TemporaryFailure("451")
    office.beat(daemon, FRI_9)
    office.edit(*ON_TRIAL)
    office.server.trouble = None
    assert office.beat(daemon, "2026-01-23 09:05") == [ADMIN, ADMIN]
    assert all("试运行" in letter.text for letter in office.server.letters)
    assert all("trial" in str(f.data["response"]) for f in office.facts(FactKind.SENT))


def test_a_preview_and_a_warning_during_the_trial_are_the_admins_own(office):
    office.edit(*ON_TRIAL)
    daemon = office.daemon()
    office.beat(daemon, "2026-01-29 09:00")
    office.server.letters.clear()
    office.beat(daemon, "2026-01-30 16:30")
    office.table.write_text("version: [1")
    office.beat(daemon, "2026-01-30 16:31")
    assert [row.kind for row in office.outbox(MessageKind.PREVIEW, MessageKind.WARNING)] == ["preview", "warning"]
    assert not any("试运行" in letter.text for letter in office.server.letters)


def test_nothing_before_the_start_of_the_office_is_chased(office):
    office.edit("start: 2026-01-01", "start: 2026-02-01")
    daemon = office.daemon()
    assert [to for day in ("02", "03", "04") for to in office.beat(daemon, f"2026-02-{day} 09:00")] == []
