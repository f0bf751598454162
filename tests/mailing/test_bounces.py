"""Returned mail as several servers write it, and mail that only looks like it."""

import random
import socket
import time
from pathlib import Path

import pytest

from scheduler.mailing import Bounce, ConfigurationFailure, Failure, InboxFailure, inbox_for, read_bounce
from scheduler.mailing.imap import _quoted
from scheduler.mailing.inbox import FolderInbox

SAMPLES = Path(__file__).with_name("bounces")
ZHOU = "zhoumin@example.gov.cn"
LETTER = "<LETTER@example.gov.cn>"


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.eml").read_bytes()


def bounce(name: str) -> Bounce:
    found = read_bounce(sample(name))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("postfix", '5.1.1 unknown user: "zhoumin"'),
        ("exchange", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"),
        ("large-provider-report", "5.0.0 550 User not found: …"),
        ("given-up", "4.4.1 connect to mx.example.gov.cn: Connection timed out"),
    ],
)
def test_a_report_names_the_letter_the_recipient_and_the_reason(name: str, reason: str) -> None:
    found = bounce(name)
    assert found.letters[0] == LETTER
    assert found.failures == (Failure((ZHOU,), reason),)


def test_a_report_in_words_alone_is_understood() -> None:
    found = bounce("words-only")
    assert found.letters == (LETTER,)
    (failure,) = found.failures
    assert failure.addresses == (ZHOU,)
    assert "550 Mailbox not found" in failure.reason
    assert "@" not in failure.reason


@pytest.mark.parametrize("charset", [b"gb2312", b"no-such", b"base64", b"idna", b"punycode", b"undefined", b"a\0b"])
def test_no_name_of_a_character_set_hurts_the_reader(charset: bytes) -> None:
    head = b"From: MAILER-DAEMON@example.com\nIn-Reply-To: <LETTER@example.gov.cn>\n"
    body = b"550 5.1.1 no such user \xff zhoumin@example.gov.cn\n"
    found = read_bounce(head + b'Content-Type: text/plain; charset="' + charset + b'"\n\n' + body)
    assert found is not None
    assert "550 5.1.1 no such user" in found.failures[0].reason


def test_a_report_without_parts_in_no_charset_at_all_is_passed_over() -> None:
    head = b"From: MAILER-DAEMON@example.com\nIn-Reply-To: <LETTER@example.gov.cn>\n"
    assert read_bounce(head + b"Content-Type: multipart/report; charset*=utf-8''gbk\n\n550 5.1.1 \xff") is None


@pytest.mark.parametrize("name", ["delayed", "delivered", "read-receipt", "answer"])
def test_what_is_late_has_arrived_or_was_read_is_no_failure(name: str) -> None:
    assert read_bounce(sample(name)) is None


def test_of_a_forwarded_letter_the_address_it_was_sent_to_comes_first() -> None:
    (failure,) = bounce("forwarded").failures
    assert failure.addresses == (ZHOU, "zhou@elsewhere.example.com")


def test_each_recipient_of_a_report_is_judged_alone() -> None:
    assert [f.addresses[0] for f in bounce("two-recipients").failures] == [ZHOU, "hubo@example.gov.cn"]


def test_a_bounce_is_known_by_its_own_message_id() -> None:
    raw = sample("postfix")
    assert bounce("postfix").key == read_bounce(raw.replace(b"Auto-Submitted", b"X-Other")).key
    assert bounce("postfix").key != read_bounce(raw.replace(b"5A6B7", b"5A6C0")).key
    nameless = raw.replace(b"Message-Id: <20260123010003.5A6B7@mail.example.gov.cn>\n", b"")
    assert read_bounce(nameless).key == read_bounce(nameless).key


def test_a_mail_of_which_only_the_beginning_was_read_is_understood() -> None:
    raw = sample("postfix")
    assert read_bounce(raw[: raw.index(b"Content-Transfer-Encoding: base64")]) == bounce("postfix")


def test_nothing_that_a_mail_may_hold_stops_the_reader() -> None:
    rng = random.Random(5)
    raws = [file.read_bytes() for file in sorted(SAMPLES.iterdir())]
    nested = b"".join(b'Content-Type: multipart/report; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3000))
    assert read_bounce(b"From: <>\n" + nested) is None
    for _ in range(400):
        raw = bytearray(rng.choice(raws))
        for _ in range(rng.randint(1, 30)):
            place = rng.randrange(len(raw))
            raw[place : place + rng.randint(0, 8)] = rng.randbytes(rng.randint(0, 8))
        read_bounce(bytes(raw))


# -- where they are found --------------------------------------------------------------------------------------------


def read(inbox: FolderInbox) -> int:
    return len(list(inbox.fetch(None)))


@pytest.mark.parametrize("layout", ["flat", "maildir"])
def test_a_folder_gives_each_mail_once_and_a_changed_one_again(tmp_path: Path, layout: str) -> None:
    new = tmp_path if layout == "flat" else tmp_path / "new"
    new.mkdir(exist_ok=True)
    (new / "one").write_bytes(sample("postfix")[:500])
    inbox = FolderInbox(tmp_path)
    assert read(inbox) == 1
    assert read(inbox) == 0
    (new / "one").write_bytes(sample("postfix"))
    (new / ".half").write_bytes(b"")
    assert read(inbox) == 1
    if layout == "maildir":
        (tmp_path / "cur").mkdir()
        (new / "one").rename(tmp_path / "cur" / "one:2,S")
        assert read(inbox) == 0
    assert read(FolderInbox(tmp_path)) == 1


def test_a_folder_that_is_not_there_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(InboxFailure, match="bounces-folder"):
        read(FolderInbox(tmp_path / "missing"))
    with pytest.raises(InboxFailure, match="bounces-folder"):
        FolderInbox(tmp_path / "missing").check()


@pytest.mark.parametrize(
    ("url", "password", "code"),
    [
        ("foo", "x", "bounces-url"),
        ("folder:", None, "bounces-url"),
        ("imap://zwgk@127.0.0.1/INBOX", "x", "bounces-url"),
        ("imaps://127.0.0.1/INBOX", "x", "bounces-url"),
        ("imaps://zwgk@127.0.0.1:99999/INBOX", "x", "bounces-url"),
        ("imaps://zwgk:x@127.0.0.1/INBOX", None, "imap-url-password"),
        ("imaps://zwgk@127.0.0.1/INBOX", None, "imap-password-missing"),
    ],
)
def test_a_setting_that_cannot_work_is_a_problem_with_a_hint(url: str, password: str | None, code: str) -> None:
    with pytest.raises(ConfigurationFailure) as failure:
        inbox_for(url, password, env={})
    (problem,) = failure.value.problems
    assert problem.code == code
    assert problem.hint.text()


@pytest.mark.parametrize("scheme", ["imaps", "imap+starttls"])
def test_a_mailbox_that_says_nothing_is_given_up_soon(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"{scheme}://zwgk@127.0.0.1:{silent.getsockname()[1]}/INBOX"
        inbox = inbox_for(url, "secret", env={"DUBAN_SMTP_TIMEOUT": "0.3"})
        begun = time.monotonic()
        with pytest.raises(InboxFailure, match="imap-unreachable"):
            inbox.check()
        assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("name", "coded"),
    [("INBOX", '"INBOX"'), ("退信", '"&kABP4Q-"'), ("R&D", '"R&-D"'), ('a"b', '"a\\"b"')],
)
def test_a_mailbox_is_named_as_imap_wants_it(name: str, coded: str) -> None:
    assert _quoted(name) == coded
