"""A mail server that is busy, refuses, or lets us not in; a template that an edit broke: mail waits, none is lost."""

import shutil
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from small_office import ADMIN, CITY, COUNTY, LIN, TEMPLATES, ZHOU, at

from scheduler.daemon.duties import TROUBLE
from scheduler.journal import OutboxState
from scheduler.mailing import (
    ConfigurationFailure,
    PermanentFailure,
    PolicyFailure,
    Receipt,
    TemporaryFailure,
    UnknownFailure,
)
from scheduler.planning.model import FactKind, MessageKind
from scheduler.words import say

FRI_9 = "2026-01-23 09:00"
BUSY = TemporaryFailure("451 4.3.0 try again")
NO_SUCH = PermanentFailure("550 5.1.1 no such user")
NO_LOGIN = ConfigurationFailure("smtp-login", say("邮件服务器不接受登录：535"), say("核对密码"), answer="535")
NO_TLS = ConfigurationFailure("smtp-tls", say("证书没有通过检查"), say("核对证书"))


def tries(office, who="zhou.min"):
    """When the mail of a person was tried, with what came of it."""
    with office.journal as journal:
        found = [a for row in journal.outbox() if row.recipient.who == who for a in journal.attempts(row.key)]
    return [(f"{a.started:%m-%d %H:%M}", a.result) for a in found]


def go_on(office, daemon, since, until, step=timedelta(minutes=1)):
    """A beat a minute."""
    moment = at(since)
    while moment <= at(until):
        office.now = moment
        daemon.beat()
        moment += step


def test_a_busy_server_is_tried_again_with_growing_pauses(office):
    daemon = office.daemon()
    office.server.trouble = BUSY
    go_on(office, daemon, FRI_9, "2026-01-23 11:30")
    assert [when for when, _ in tries(office)] == ["01-23 09:00", "01-23 09:01", "01-23 09:06", "01-23 09:21",
                                                   "01-23 10:21", "01-23 11:21"]  # fmt: skip
    office.server.trouble = None
    go_on(office, daemon, "2026-01-23 12:20", "2026-01-23 12:22")
    assert tries(office)[-1] == ("01-23 12:21", "accepted")
    assert len(office.server.came) == len(office.server.letters) == 2


def test_retries_keep_to_working_days_and_hours(office):
    """The office's relay is down from Friday morning; at night and at the weekend nobody is written to."""
    daemon = office.daemon()
    office.server.trouble = BUSY
    go_on(office, daemon, FRI_9, "2026-01-23 23:50", timedelta(minutes=10))
    office.server.trouble = None
    go_on(office, daemon, "2026-01-24 00:00", "2026-01-26 08:50", timedelta(minutes=30))
    assert office.server.came == []
    assert tries(office)[-1][1] == "postponed"
    office.beat(daemon, "2026-01-26 09:00")
    assert tries(office)[-1] == ("01-26 09:00", "accepted")


@pytest.mark.parametrize("trouble", [BUSY, UnknownFailure("connection reset")])
def test_after_three_letters_not_accepted_the_others_wait_for_the_next_beat(office, trouble):
    counties = "\n".join(
        f"  - {{id: c{n}, name: 第{n}县, kind: county, reports_to: office, mail: c{n}@example.gov.cn}}"
        for n in range(6)
    )
    office.edit("people:\n  - {id: he", f"{counties}\npeople:\n  - {{id: he")
    daemon = office.daemon()
    office.server.trouble = trouble
    office.beat(daemon, FRI_9)
    assert sum(row.attempts for row in office.outbox()) == 3
    office.server.trouble = None
    assert len(office.beat(daemon, "2026-01-23 09:00:30")) == 5
    assert len(office.beat(daemon, "2026-01-23 09:01")) == 3


def test_a_refused_address_holds_up_nobody_and_the_admin_hears_of_it_once(office):
    daemon = office.daemon()
    office.server.refuses[ZHOU] = NO_SUCH
    assert office.beat(daemon, FRI_9) == [LIN]
    assert office.outcomes() == {"remind-5wd": "dead 550 5.1.1 no such user"}
    assert [f.data["final"] for f in office.facts(FactKind.FAILED)] == [True]
    assert office.beat(daemon, "2026-01-23 09:00:30") == [ADMIN]
    assert "周敏" in office.server.letters[-1].text
    assert "550 5.1.1" in office.server.letters[-1].text
    for minute in range(1, 4):
        assert office.beat(daemon, f"2026-01-23 09:0{minute}") == []
    assert office.beat(office.daemon(), "2026-01-23 09:05") == []
    assert office.beat(daemon, "2026-01-29 09:00") == [LIN]  # the next reminder is tried again, and refused again
    assert office.beat(office.daemon(), "2026-01-29 09:01") == [ADMIN]  # which a restart does not forget


def test_killed_before_the_admin_was_told_he_is_told_by_the_next_daemon(office):
    daemon = office.daemon()
    office.server.refuses[ZHOU] = NO_SUCH
    office.beat(daemon, FRI_9)
    assert office.beat(office.daemon(), "2026-01-23 09:01") == [ADMIN]


def test_many_refused_addresses_make_one_mail(office):
    daemon = office.daemon()
    office.server.refuses |= {ZHOU: NO_SUCH, LIN: NO_SUCH}
    office.beat(daemon, FRI_9)
    assert office.beat(daemon, "2026-01-23 09:01") == [ADMIN]
    assert office.server.letters[-1].text.count("代码：mail-refused") == 2


def test_a_refused_warning_is_not_told_of(office):
    daemon = office.daemon()
    office.server.refuses |= {ZHOU: NO_SUCH, ADMIN: NO_SUCH}
    for minute in range(5):
        office.beat(daemon, f"2026-01-23 09:0{minute}")
    assert len(office.outbox(MessageKind.WARNING)) == 1


def test_a_refused_copy_is_told_of_and_the_mail_counts_as_sent(office):
    office.edit("owed_by: {kind: county}", "owed_by: {role: deputy, of: {kind: county}}")
    daemon = office.daemon()
    office.server.deliver = lambda letter, _meanwhile: Receipt("250 OK", tuple(c.address for c in letter.copies))
    office.beat(daemon, FRI_9)
    assert set(office.outcomes("report/hu.bo/once").values()) == {"sent"}
    office.beat(daemon, "2026-01-23 09:01")
    (warning,) = office.outbox(MessageKind.WARNING)
    assert "周敏" in warning.body.text
    assert "copy-refused" in warning.body.text


@pytest.mark.parametrize("failure", [NO_LOGIN, NO_TLS])
def test_a_login_or_a_certificate_that_fails_stops_all_mail_until_it_is_mended(office, failure):
    daemon = office.daemon()
    office.server.trouble = failure
    go_on(office, daemon, FRI_9, "2026-01-23 09:10")
    assert sum(row.attempts for row in office.outbox()) == 3  # one letter, at 9:00, 9:01 and 9:06
    with office.journal as journal:
        assert failure.problems[0].code in journal.mark(TROUBLE)
    assert failure.problems[0].message.text() in daemon._status()
    assert office.outbox(MessageKind.WARNING) == []  # it could not leave either
    office.server.trouble = None
    go_on(office, daemon, "2026-01-23 09:11", "2026-01-23 09:21")
    assert office.server.taken() == [LIN, ZHOU]
    with office.journal as journal:
        assert journal.mark(TROUBLE) == ""
    assert failure.problems[0].message.text() not in daemon._status()


def test_while_no_mail_can_leave_the_warning_lies_in_the_mail_folder_one_file_a_day(office):
    daemon = office.daemon()
    office.server.trouble = NO_LOGIN
    go_on(office, daemon, FRI_9, "2026-01-23 09:10")
    office.beat(office.daemon(), "2026-01-23 10:30")
    folder = office.folder / "mail"
    (file,) = folder.iterdir()
    mail = message_from_bytes(file.read_bytes(), policy=default)
    assert mail["To"].addresses[0].addr_spec == ADMIN
    assert "smtp-login" in mail.get_body(("plain",)).get_content()
    office.beat(daemon, "2026-01-26 10:30")
    assert len(list(folder.iterdir())) == 2


def test_of_a_server_that_refuses_everybody_the_warning_lies_there_too(office):
    units = "".join(
        f"  - {{id: c{n}, name: 第{n}县, kind: county, reports_to: office, mail: c{n}@example.gov.cn}}\n"
        for n in range(2)
    )
    office.edit("people:\n  - {id: he", f"{units}people:\n  - {{id: he")
    daemon = office.daemon()
    office.server.trouble = PolicyFailure("554 5.7.1 message refused")
    go_on(office, daemon, FRI_9, "2026-01-23 09:10")
    (file,) = (office.folder / "mail").iterdir()
    mail = message_from_bytes(file.read_bytes(), policy=default)
    assert "smtp-refuses-all" in mail.get_body(("plain",)).get_content()


def test_a_mail_folder_that_cannot_be_written_to_stops_no_beat(office):
    (office.folder / "mail").write_text("")
    daemon = office.daemon()
    office.server.trouble = NO_LOGIN
    office.beat(daemon, FRI_9)
    office.server.trouble = None
    assert office.beat(daemon, "2026-01-23 09:10") == [LIN, ZHOU]


def test_a_clock_set_back_ends_the_rest_after_a_failed_login(office):
    daemon = office.daemon()
    office.server.trouble = NO_LOGIN
    go_on(office, daemon, FRI_9, "2026-01-23 10:00")
    office.server.trouble = None
    assert len(office.beat(daemon, "2026-01-23 09:10")) == 2  # the pause of the one that was tried ends too


def test_a_line_that_drops_after_the_letter_was_handed_over_means_a_second_copy_with_the_same_message_id(office):
    daemon = office.daemon()
    handed = []

    def drop(letter):
        if letter.to.address == ZHOU and not handed:
            handed.append(letter)
            raise UnknownFailure("connection reset")

    office.server.on_delivery = drop
    assert office.beat(daemon, FRI_9) == [LIN, ZHOU]
    assert office.outcomes() == {"remind-5wd": "queued"}
    office.now = at("2026-01-23 09:01")
    daemon.beat()
    (second,) = office.server.came
    assert second.message_id == handed[0].message_id
    assert [result for _, result in tries(office)] == ["unknown", "accepted"]


@pytest.fixture
def templates(office):
    """A folder of the office's own."""
    folder = office.folder / "templates"
    shutil.copytree(TEMPLATES, folder)
    office.env["DUBAN_TEMPLATES"] = str(folder)

    def spoil(name):
        file = folder / f"{name}.txt.j2"
        good = file.read_text()
        file.write_text(good + "{{ nobody.knows }}\n")
        return lambda: file.write_text(good)

    return spoil


def test_a_typo_in_a_template_keeps_back_only_the_mail_that_needs_it(office, templates):
    office.tell(FactKind.EVENT, event="paper.issued", ref="A-1", unit="city")  # due on the 26th
    daemon = office.daemon()
    mend = templates("reminder")
    assert office.beat(daemon, "2026-01-27 09:00") == [ZHOU]  # two duties in one mail, by another template
    assert office.beat(daemon, "2026-01-27 09:00:30") == [ADMIN]
    warning = office.server.letters[-1].text
    assert "reminder.txt.j2" in warning
    assert "nobody" in warning
    with office.journal as journal:
        assert "reminder.txt.j2" in journal.mark(TROUBLE)
    assert office.outcomes(COUNTY) == {"remind-5wd": "queued"}
    mend()
    go_on(office, daemon, "2026-01-27 09:01", "2026-01-27 09:20")
    assert LIN in office.server.taken()
    assert office.outcomes(COUNTY) == {"remind-5wd": "sent"}
    with office.journal as journal:
        assert journal.mark(TROUBLE) == ""
    assert len(office.outbox(MessageKind.WARNING)) == 1


def test_a_typo_in_the_template_of_warnings_is_told_in_plain_words(office, templates):
    daemon = office.daemon()
    templates("warning")
    office.table.write_text("version: [1")
    assert office.beat(daemon, "2026-01-19 09:00") == [ADMIN]
    text = office.server.letters[-1].text
    assert "obligations.yaml:2:1" in text
    assert "warning.txt.j2" in text


def test_a_typo_in_the_template_of_the_preview_stops_nothing_and_is_made_good(office, templates):
    daemon = office.daemon()
    mend = templates("preview")
    office.beat(daemon, "2026-01-29 09:00")
    assert office.beat(daemon, "2026-01-30 16:30") == []
    assert office.beat(daemon, "2026-01-30 16:31") == [ADMIN]  # of the template
    mend()
    office.beat(daemon, "2026-01-30 16:32")
    assert [row.state for row in office.outbox(MessageKind.PREVIEW)] == [OutboxState.SENT]


def test_a_fault_of_which_the_mail_was_dropped_is_no_trouble_any_more(office, templates):
    daemon = office.daemon()
    templates("reminder")
    office.beat(daemon, FRI_9)
    for task in (CITY, COUNTY):
        office.tell(FactKind.DONE, task)
    office.beat(daemon, "2026-01-23 09:01")
    with office.journal as journal:
        assert journal.mark(TROUBLE) == ""


def test_a_preview_that_could_not_leave_for_days_is_not_sent_any_more(office):
    daemon = office.daemon()
    office.server.refuses[ADMIN] = BUSY
    for day in ("30", "31"):
        go_on(office, daemon, f"2026-01-{day} 16:30", f"2026-01-{day} 18:00", timedelta(minutes=10))
    office.server.refuses.clear()
    office.beat(daemon, "2026-02-03 09:00")
    first, *_ = office.outbox(MessageKind.PREVIEW)
    assert (first.state, first.last_error) == (OutboxState.DROPPED, "overtaken")


def test_a_server_that_is_slow_to_answer_does_not_keep_done_from_counting(office):
    """Each letter takes a minute; the clock that the second one sees is the later one."""
    daemon = office.daemon()

    def slow(_letter):
        office.now += timedelta(minutes=1)

    office.server.on_delivery = slow
    office.beat(daemon, FRI_9)
    moments = sorted(tries(office) + tries(office, "lin.lan"))
    assert [when for when, _ in moments] == ["01-23 09:00", "01-23 09:01"]
