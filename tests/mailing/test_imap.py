"""Returned mail in a mailbox: what is new is read once, and nothing there is changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from imap_server import ImapServer, mailbox
from post_office import Authority

from scheduler.mailing import Inbox, InboxFailure, inbox_for, read_bounce
from scheduler.mailing.inbox import LARGEST, Unread

SAMPLES = Path(__file__).with_name("bounces")
POSTFIX = (SAMPLES / "postfix.eml").read_bytes()
ANSWER = (SAMPLES / "answer.eml").read_bytes()


@pytest.fixture
def server(authority: Authority) -> Iterator[ImapServer]:
    with mailbox(authority.server) as running:
        running.mails = {3: ANSWER, 4: POSTFIX}
        yield running


def inbox(server: ImapServer, ca: Path | None, *, password: str = "secret", folder: str = "INBOX") -> Inbox:
    env = {"DUBAN_SMTP_CA": str(ca or ""), "DUBAN_SMTP_TIMEOUT": "5"}
    return inbox_for(f"imaps://zwgk@127.0.0.1:{server.port}/{folder}", password, env=env)


def test_what_is_new_is_read_once_and_the_place_says_how_far(server: ImapServer, authority: Authority) -> None:
    found = inbox(server, authority.ca)
    read = list(found.fetch(None))
    assert [place for _, place in read] == ["7:3", "7:4"]
    assert [read_bounce(raw) is not None for raw, _ in read] == [False, True]
    assert list(found.fetch("7:4")) == []
    server.mails[9] = POSTFIX
    assert [place for _, place in found.fetch("7:4")] == ["7:9"]


def test_a_mail_that_the_server_will_not_give_holds_up_no_other(server: ImapServer, authority: Authority) -> None:
    server.mails[5] = POSTFIX
    server.damaged = {4}
    read = list(inbox(server, authority.ca).fetch(None))
    assert read[1] == (Unread("4", "[SERVERBUG] cannot be read"), "7:4")
    assert [place for raw, place in read if isinstance(raw, bytes)] == ["7:3", "7:5"]


def test_a_mailbox_that_was_made_anew_is_read_from_the_start(server: ImapServer, authority: Authority) -> None:
    server.validity = 8
    assert [place for _, place in inbox(server, authority.ca).fetch("7:4")] == ["8:3", "8:4"]


def test_nothing_is_changed_and_of_other_mail_only_the_head_is_read(server: ImapServer, authority: Authority) -> None:
    list(inbox(server, authority.ca).fetch(None))
    assert 'EXAMINE "INBOX"' in server.heard  # opened to be read only
    fetched = [said for said in server.heard if "FETCH" in said]
    assert fetched == [
        "UID FETCH 3 (BODY.PEEK[HEADER])",
        "UID FETCH 4 (BODY.PEEK[HEADER])",
        f"UID FETCH 4 (BODY.PEEK[]<0.{LARGEST}>)",
    ]
    assert server.heard.index('ID ("name" "duban")') < server.heard.index('EXAMINE "INBOX"')


def test_a_large_letter_that_came_back_is_read_as_far_as_the_report_goes(
    server: ImapServer, authority: Authority
) -> None:
    server.mails = {4: POSTFIX.replace(b"5ZGo5pWP5ZCM5b+X", b"5ZGo" * LARGEST)}
    ((raw, _),) = inbox(server, authority.ca).fetch(None)
    assert len(raw) == LARGEST
    assert read_bounce(raw) == read_bounce(POSTFIX)


@pytest.mark.parametrize("wrong", ["password", "folder"])
def test_a_login_or_a_folder_that_is_refused_is_told_of_without_an_address(
    server: ImapServer, authority: Authority, wrong: str
) -> None:
    found = inbox(server, authority.ca, **{wrong: "nonsense"})
    for ask in (found.check, lambda: list(found.fetch(None))):
        with pytest.raises(InboxFailure, match="imap-unreachable") as failure:
            ask()
        assert "zwgk" not in str(failure.value)
        assert "nonsense" not in str(failure.value)


def test_a_certificate_that_nobody_vouches_for_gets_no_password(server: ImapServer) -> None:
    with pytest.raises(InboxFailure, match="imap-tls"):
        inbox(server, None).check()
    assert server.heard == []
