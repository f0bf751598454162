"""Mail that comes back after the server took it: written down once, told once, and shown until it is mended."""

import errno
import socket
from pathlib import Path

import pytest
from small_office import ADMIN, CITY, LIN, ZHOU, at

from scheduler.daemon.duties import TROUBLE
from scheduler.daemon.returned import Returned
from scheduler.daemon.undelivered import undelivered
from scheduler.mailing import inbox as inbox_module
from scheduler.mailing.inbox import FolderInbox, Unread
from scheduler.planning.model import FactKind, MessageKind
from scheduler.register import load

SAMPLES = Path(__file__).parents[1] / "mailing" / "bounces"
FRI_9 = "2026-01-23 09:00"


@pytest.fixture
def inbox(office):
    """The folder into which a mail program puts what comes back; `put` returns the letter of somebody."""
    folder = office.folder / "returned"
    folder.mkdir()
    office.env["DUBAN_BOUNCES"] = f"folder:{folder}"

    def put(sample, who="zhou.min", name="1.eml", **changes):
        letter = next(row.message_id for row in office.outbox() if row.recipient.who == who)
        text = (SAMPLES / f"{sample}.eml").read_text().replace("<LETTER@example.gov.cn>", letter)
        for old, new in changes.items():
            text = text.replace(old, new)
        (folder / name).write_text(text)

    return put


def bounced(office):
    return [fact.data for fact in office.facts(FactKind.FAILED) if "bounce" in fact.data]


def shown(office, moment):
    """What `status` and `check` say."""
    register = load(office.table).register
    assert register is not None
    with office.journal as journal:
        return [problem.message.text() for problem in undelivered(journal, register, at(moment))]


@pytest.mark.parametrize("sample", ["postfix", "exchange", "large-provider-report", "words-only", "given-up"])
def test_a_returned_letter_is_a_refusal_that_came_late(office, inbox, sample):
    daemon = office.daemon()
    assert office.beat(daemon, FRI_9) == [LIN, ZHOU]
    inbox(sample)
    assert office.beat(daemon, "2026-01-23 09:10") == []
    (said,) = bounced(office)
    assert (said["final"], [key.partition("@")[0] for key in said["notices"]]) == (True, [f"{CITY}#remind-5wd"])
    assert office.beat(daemon, "2026-01-23 09:11") == [ADMIN]
    told = office.server.letters[-1].text
    assert "周敏" in told
    assert ZHOU in told
    assert said["reason"] in told
    (outcome,) = daemon.desk.plan.history.outcomes(CITY).values()
    assert (outcome.kind, outcome.reason) == ("dead", said["reason"])
    (line,) = shown(office, "2026-01-23 09:12")
    assert ZHOU in line
    assert said["reason"] in line
    with office.journal as journal:
        assert journal.verify().sound


def test_it_counts_once_whoever_reads_it_again_and_however_often_it_comes(office, inbox):
    daemon = office.daemon()
    office.beat(daemon, FRI_9)
    inbox("postfix")
    office.beat(daemon, "2026-01-23 09:10")
    inbox("postfix", name="the same again.eml")
    inbox("postfix", name="of the second copy.eml", **{"5A6B7": "5A6C9"})
    office.beat(daemon, "2026-01-23 09:20")
    other = office.daemon()
    office.beat(other, "2026-01-23 09:21")
    office.beat(other, "2026-01-23 09:30")
    assert len(bounced(office)) == 1
    assert len(office.outbox(MessageKind.WARNING)) == 1


def test_killed_in_the_middle_of_a_look_the_next_daemon_reads_all_of_it(office, inbox, monkeypatch):
    daemon = office.daemon()
    office.beat(daemon, FRI_9)
    inbox("postfix", name="1.eml")
    inbox("postfix", who="lin.lan", name="2.eml", **{ZHOU: LIN, "5A6B7": "5A6C1"})
    fetch = FolderInbox.fetch

    def dies(self, since):
        yield next(iter(fetch(self, since)))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(FolderInbox, "fetch", dies)
        with pytest.raises(KeyboardInterrupt):
            office.beat(daemon, "2026-01-23 09:10")
    office.beat(office.daemon(), "2026-01-23 09:11")
    assert len(bounced(office)) == 2


@pytest.mark.parametrize("sample", ["delayed", "delivered", "read-receipt", "answer"])
def test_what_is_no_failure_is_not_written_down(office, inbox, sample):
    daemon = office.daemon()
    office.beat(daemon, FRI_9)
    inbox(sample)
    office.beat(daemon, "2026-01-23 09:10")
    assert bounced(office) == []


def test_the_bounce_of_a_mail_that_is_not_ours_is_not_our_business(office, inbox):
    daemon = office.daemon()
    office.beat(daemon, FRI_9)
    inbox("postfix", **{"Message-ID: <": "Message-ID: <other."})
    office.beat(daemon, "2026-01-23 09:10")
    assert bounced(office) == []


def test_a_copy_that_comes_back_leaves_the_letter_delivered(office, inbox):
    office.edit("owed_by: {kind: county}", "owed_by: {role: deputy, of: {kind: county}}")
    daemon = office.daemon()
    office.beat(daemon, FRI_9)
    inbox("postfix", who="hu.bo")  # it came to Hu Bo; the copy to Zhou Min did not
    office.beat(daemon, "2026-01-23 09:10")
    (said,) = bounced(office)
    assert (said["copies"], said["final"]) == (("zhou.min",), False)
    assert set(office.outcomes("report/hu.bo/once").values()) == {"sent"}
    assert office.beat(daemon, "2026-01-23 09:11") == [ADMIN]
    assert ZHOU in office.server.letters[-1].text
    assert ZHOU in shown(office, "2026-01-23 09:12")[0]


def test_of_an_address_that_is_in_no_letter_of_several_recipients_the_admin_is_told_that_nobody_can_tell(office, inbox):
    office.edit("owed_by: {kind: county}", "owed_by: {role: deputy, of: {kind: county}}")
    daemon = office.daemon()
    office.beat(daemon, FRI_9)
    inbox("postfix", who="hu.bo", **{ZHOU: "zhou@elsewhere.example.com"})
    office.beat(daemon, "2026-01-23 09:10")
    office.beat(daemon, "2026-01-23 09:11")
    assert "mail-bounced" in office.server.letters[-1].text
    assert shown(office, "2026-01-23 09:12") == []


def test_an_address_is_shown_until_the_table_has_another_or_a_later_mail_has_arrived(office, inbox):
    daemon = office.daemon()
    office.beat(daemon, FRI_9)
    inbox("postfix")
    office.beat(daemon, "2026-01-23 09:10")
    assert shown(office, "2026-01-22 09:00") == []  # as of the day before
    assert len(shown(office, "2026-01-24 09:00")) == 1
    office.edit(ZHOU, "zhou.min@example.gov.cn")
    assert shown(office, "2026-01-24 09:00") == []
    office.edit("zhou.min@example.gov.cn", ZHOU)
    assert len(shown(office, "2026-01-24 09:00")) == 1
    office.beat(daemon, "2026-01-29 09:00")  # the next reminder: accepted, and it does not come back
    assert shown(office, "2026-01-29 09:01") == []
    assert len(shown(office, "2026-01-28 09:00")) == 1  # as of the day before that, seen from today


def test_a_mailbox_that_cannot_be_read_hurts_no_mail_and_is_told_of_after_a_while(office):
    office.env["DUBAN_BOUNCES"] = f"folder:{office.folder / 'returned'}"
    daemon = office.daemon()
    assert office.beat(daemon, FRI_9) == [LIN, ZHOU]
    went = [to for minute in range(5, 60, 5) for to in office.beat(daemon, f"2026-01-23 09:{minute:02d}")]
    assert went == [ADMIN]
    assert "bounces-folder" in office.server.letters[-1].text
    with office.journal as journal:
        assert "bounces-folder" in journal.mark(TROUBLE)
    (office.folder / "returned").mkdir()
    office.beat(daemon, "2026-01-23 11:00")
    with office.journal as journal:
        assert journal.mark(TROUBLE) == ""


def test_a_file_that_cannot_be_read_holds_up_no_other_and_is_told_of_once_a_day(office, inbox, monkeypatch):
    daemon = office.daemon()
    office.beat(daemon, FRI_9)
    inbox("postfix", name="2.eml")
    (office.folder / "returned" / "1.eml").write_text("")
    beginning = inbox_module._beginning

    def damaged(file):
        if file.name.startswith("1.eml"):
            raise OSError(errno.EIO, "Input/output error")
        return beginning(file)

    monkeypatch.setattr(inbox_module, "_beginning", damaged)
    office.beat(daemon, "2026-01-23 09:10")
    assert len(bounced(office)) == 1
    with office.journal as journal:
        assert "bounce-unreadable" in journal.mark(TROUBLE)
    assert office.beat(daemon, "2026-01-23 09:11") == [ADMIN, ADMIN]  # of what came back, and of what cannot be read
    assert "1.eml" in "".join(letter.text for letter in office.server.letters[-2:])
    (office.folder / "returned" / "1.eml.old").write_text("")  # another file: the text is another one
    for moment in ("2026-01-23 09:20", "2026-01-23 09:30"):
        assert office.beat(daemon, moment) == []
    assert [to for minute in range(3) for to in office.beat(daemon, f"2026-01-24 09:0{minute}")] == [ADMIN]
    monkeypatch.undo()
    office.beat(daemon, "2026-01-24 10:00")
    with office.journal as journal:
        assert journal.mark(TROUBLE) == ""


class Mailbox:
    """Mails by number, two of them in one look; those that are None cannot be read."""

    def __init__(self, mails):
        self.mails = mails

    def fetch(self, since):
        new = [number for number in sorted(self.mails) if number > int(since or 0)]
        for number in new[:2]:
            yield self.mails[number] or Unread(str(number), f"busy, {len(new)} wait"), str(number)


def looks(office, box, count):
    """So many looks, each by a process of its own, as `duban run --once` makes them."""
    for _ in range(count):
        with office.journal as journal:
            Returned(journal, box, "imaps://zwgk@mail.example.gov.cn").run(at("2026-01-23 09:10"))


def test_a_mail_that_the_mailbox_would_not_give_for_a_moment_is_read_at_the_next_look(office, inbox):
    office.beat(office.daemon(), FRI_9)
    inbox("postfix")
    bounce = (office.folder / "returned" / "1.eml").read_bytes()
    box = Mailbox({1: None, 2: b"Subject: x"})
    looks(office, box, 2)
    box.mails[1] = bounce
    looks(office, box, 1)
    assert len(bounced(office)) == 1


def test_mails_that_can_never_be_read_do_not_block_those_behind_them(office, inbox):
    office.beat(office.daemon(), FRI_9)
    inbox("postfix")
    box = Mailbox({1: None, 2: None, 3: (office.folder / "returned" / "1.eml").read_bytes()})
    looks(office, box, 3)
    assert bounced(office) == []
    looks(office, box, 1)
    assert len(bounced(office)) == 1


def test_a_mailbox_nobody_answers_for_is_asked_less_and_less_often(office, monkeypatch):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        office.env |= {
            "DUBAN_BOUNCES": f"imaps://zwgk@127.0.0.1:{nobody.getsockname()[1]}/INBOX",
            "DUBAN_IMAP_PASSWORD": "secret",
        }
        daemon = office.daemon()
        asked = []
        look = daemon._returned._look
        monkeypatch.setattr(daemon._returned, "_look", lambda *a: asked.append(f"{office.now:%H:%M}") or look(*a))
        for minute in range(60):
            office.beat(daemon, f"2026-01-22 09:{minute:02d}")
    assert asked == ["09:00", "09:10", "09:30"]
