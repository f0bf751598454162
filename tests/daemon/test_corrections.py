"""更正 after a wrong mail: everybody who really received it gets one, in its thread, once, within the send hours."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default

import pytest
from small_office import ADMIN, CITY, LIN, ZHOU, at

from scheduler.daemon.corrections import entry_of, wrong_mails
from scheduler.mailing import Receipt, TemporaryFailure
from scheduler.mailing.mime import mime
from scheduler.planning import History
from scheduler.planning.model import FactKind, MessageKind
from scheduler.planning.statements import void
from scheduler.problems import RefusedError, UsageError

NOTICE = f"{CITY}#remind-5wd"
TEXT = "规定期限应为2026年2月6日"
LEADER = "suncity@example.gov.cn"


def corrected(office, said: str = NOTICE, text: str = TEXT) -> list[str]:
    """Somebody enters a correction; the keys of the mails that it is about."""
    with office.journal as journal:
        rows = wrong_mails(said, journal)
        history = History.of(journal.facts())
        journal.append([entry_of(row, text, "he.ping", history) for row in rows], now=office.now)
    return [row.key for row in rows]


def corrections(office) -> list[str]:
    """To whom corrections went, in their order."""
    return [letter.to.address for letter in office.server.letters if letter.subject.startswith("【更正】")]


@pytest.fixture
def reminded(office):
    """On Friday, 23 January 2026, the reminder of both counties has gone."""
    daemon = office.daemon()
    assert office.beat(daemon, "2026-01-23 09:00") == [LIN, ZHOU]
    return daemon


def test_it_goes_at_once_in_the_thread_of_the_wrong_mail_to_its_receiver_alone(office, reminded):
    wrong = next(letter for letter in office.server.letters if letter.to.address == ZHOU)
    corrected(office)
    assert office.beat(reminded, "2026-01-23 10:00") == [ZHOU]
    mail = message_from_bytes(mime(office.server.letters[-1]), policy=default)
    assert office.server.letters[-1].subject == "【更正】报送工作年度报告（1月23日提醒邮件）"
    assert mail["In-Reply-To"] == wrong.message_id
    assert mail["References"] == f"{wrong.thread} {wrong.message_id}"
    text = office.server.letters[-1].text
    assert "2026年1月23日（星期五）09:00发出的提醒邮件" in text
    assert f"{TEXT}。" in text
    assert "迟发" not in text


def test_it_goes_once_whatever_happens(office, reminded):
    corrected(office)
    office.beat(reminded, "2026-01-23 10:00")
    office.beat(reminded, "2026-01-23 10:01")
    with office.journal as journal:
        journal.put_mark("corrected", "0")  # as after a crash between the outbox and the mark
    office.beat(office.daemon(), "2026-01-23 10:02")
    assert corrections(office) == [ZHOU]
    (row,) = office.outbox(MessageKind.CORRECTION)
    assert row.key.startswith("correction:zhou.min:")


def test_outside_of_the_send_hours_it_waits(office, reminded):
    office.now = at("2026-01-24 12:00")  # a Saturday
    corrected(office)
    assert office.beat(reminded, "2026-01-24 12:01") == []
    assert office.beat(reminded, "2026-01-26 09:00") == [ZHOU]


def voided(office) -> None:
    """Somebody voids the last entry."""
    with office.journal as journal:
        facts = tuple(journal.facts())
        last = max(fact.seq for fact in facts if fact.kind is FactKind.CORRECT)
        journal.append([void(facts, "he.ping", seq=last, reason="写错了").entry], now=office.now)


@pytest.mark.parametrize("queued", [False, True])
def test_a_mistyped_one_is_voided_before_it_goes_and_may_be_entered_again(office, reminded, queued):
    office.now = at("2026-01-24 20:00")  # a Saturday
    corrected(office)
    if queued:
        office.beat(reminded, "2026-01-24 20:01")
    voided(office)
    office.beat(reminded, "2026-01-26 09:00")
    assert corrections(office) == []
    corrected(office)
    office.beat(reminded, "2026-01-26 10:00")
    assert corrections(office) == [ZHOU]
    with office.journal as journal:
        assert journal.verify().fault is None


def test_on_a_rest_day_of_the_readers_own_unit_it_waits(office, reminded):
    office.edit("    name: 安泉市人民政府\n", "    name: 安泉市人民政府\n    region: xinjiang\n")
    office.now = at("2026-03-20 10:00")  # a festival in Xinjiang
    corrected(office)
    office.beat(reminded, "2026-03-20 10:01")
    assert corrections(office) == []
    office.beat(reminded, "2026-03-23 09:00")
    assert corrections(office) == [ZHOU]


def test_who_left_the_table_with_his_unit_hears_of_it_too(office, reminded):
    county = next(line for line in office.table.read_text("utf-8").splitlines(keepends=True) if "id: county" in line)
    office.edit(county, "")
    corrected(office, "report/county/once#remind-5wd")
    office.beat(reminded, "2026-01-23 10:00")
    assert corrections(office) == [LIN]


def test_the_same_words_are_refused_the_second_time_and_others_go(office, reminded):
    corrected(office)
    with pytest.raises(RefusedError) as caught:
        corrected(office)
    assert caught.value.problems[0].code == "corrected-already"
    corrected(office, text="以上更正有误，规定期限仍为2026年1月30日")
    office.beat(reminded, "2026-01-23 10:00")
    assert corrections(office) == [ZHOU, ZHOU]


@pytest.mark.usefixtures("reminded")
def test_a_mail_is_found_by_its_notice_its_message_id_its_number_and_its_key(office):
    row = next(r for r in office.outbox() if r.recipient.address == ZHOU)
    with office.journal as journal:
        for said in (NOTICE, row.message_id, row.message_id.strip("<>"), str(row.id), row.key):
            assert [found.key for found in wrong_mails(said, journal)] == [row.key]


def test_what_did_not_go_is_refused_and_what_is_not_there_unknown(office):
    daemon = office.daemon()
    with office.journal as journal, pytest.raises(UsageError) as unknown:
        wrong_mails(NOTICE, journal)
    assert unknown.value.problems[0].code == "unknown-mail"
    office.server.trouble = TemporaryFailure("421 busy")
    office.beat(daemon, "2026-01-23 09:00")
    with office.journal as journal, pytest.raises(RefusedError) as waiting:
        wrong_mails(NOTICE, journal)
    assert waiting.value.problems[0].code == "mail-not-sent"


PERSONAL = (
    "obligations:\n",
    """\
obligations:
  - id: talk
    title: 解读重要政策
    owed_by: {role: leader, of: {unit: city}}
    due: {by: 2026-01-30, roll: preceding}
    ladder: plain
""",
)


@pytest.fixture
def with_copy(office):
    """The mayor owes a task of his own: the officer gets a copy of his mail."""
    office.edit("officer: zhou.min, deputy", "leader: sun.li, officer: zhou.min, deputy")
    office.edit("people:\n", f"people:\n  - {{id: sun.li, name: 孙立, post: 市长, email: {LEADER}}}\n")
    office.edit(*PERSONAL)
    return office


def test_a_copy_is_corrected_too_each_in_a_mail_of_his_own(with_copy):
    daemon = with_copy.daemon()
    with_copy.beat(daemon, "2026-01-23 09:00")
    corrected(with_copy, "talk/sun.li/once#remind-5wd")
    with_copy.beat(daemon, "2026-01-23 10:00")
    assert sorted(corrections(with_copy)) == [LEADER, ZHOU]
    found = [letter for letter in with_copy.server.letters if letter.subject.startswith("【更正】")]
    assert all(letter.copies == () for letter in found)


def test_a_copy_that_the_server_refused_is_not_corrected(with_copy, monkeypatch):
    daemon = with_copy.daemon()
    deliver = type(with_copy.server).deliver
    monkeypatch.setattr(
        type(with_copy.server),
        "deliver",
        lambda self, letter, _meanwhile: Receipt(deliver(self, letter).answer, tuple(c.address for c in letter.copies)),
    )
    with_copy.beat(daemon, "2026-01-23 09:00")
    corrected(with_copy, "talk/sun.li/once#remind-5wd")
    with_copy.beat(daemon, "2026-01-23 10:00")
    assert corrections(with_copy) == [LEADER]


def test_what_came_back_is_not_corrected(office, reminded):
    row = next(r for r in office.outbox() if r.recipient.address == ZHOU)
    office.tell(FactKind.FAILED, message=row.key, reason="550", final=True, bounce="x")
    corrected(office)
    office.beat(reminded, "2026-01-23 10:00")
    assert corrections(office) == []


def test_of_a_trial_the_admin_alone_is_told_for_whom_it_was_meant(office):
    office.edit("admin: he.ping,", "admin: he.ping, trial: true,")
    daemon = office.daemon()
    office.beat(daemon, "2026-01-23 09:00")
    corrected(office)
    corrected(office, "report/county/once#remind-5wd")
    office.edit(", trial: true", "")  # it is over when the corrections go
    office.beat(daemon, "2026-01-23 10:00")
    assert corrections(office) == [ADMIN, ADMIN]


def test_a_mail_that_was_formed_before_the_trial_and_sent_in_it_was_received_by_the_admin(office):
    daemon = office.daemon()
    office.server.trouble = TemporaryFailure("421 busy")
    office.beat(daemon, "2026-01-23 09:00")
    office.edit("admin: he.ping,", "admin: he.ping, trial: true,")
    office.server.trouble = None
    office.beat(daemon, "2026-01-23 10:05")
    office.beat(daemon, "2026-01-23 11:05")
    office.edit(", trial: true", "")
    corrected(office)
    office.beat(daemon, "2026-01-23 12:00")
    assert corrections(office) == [ADMIN]


def test_during_a_trial_a_correction_of_an_earlier_mail_goes_to_the_admin(office, reminded):
    office.edit("admin: he.ping,", "admin: he.ping, trial: true,")
    corrected(office)
    office.beat(reminded, "2026-01-23 10:00")
    assert corrections(office) == [ADMIN]
    assert "本邮件原送周敏" in office.server.letters[-1].text
