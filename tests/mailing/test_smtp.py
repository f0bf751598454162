"""The dialogue with real and with misbehaving servers, all on loopback."""

import logging
import socket
from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from functools import partial
from pathlib import Path

import pytest
from post_office import LIN_LAN, Authority, Script, Start, letter

from scheduler.mailing import (
    ConfigurationFailure,
    DeliveryError,
    Mailbox,
    PermanentFailure,
    PolicyFailure,
    TemporaryFailure,
    UnknownFailure,
    per_minute,
    transport_for,
)
from scheduler.mailing.smtp import Security, Server, SmtpTransport

# The test server warns of what our side refuses: a login without TLS on anything but loopback.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
HE_PING = Mailbox("何平", "heping@example.gov.cn")
HELLO = ("220 mail ESMTP", "250 mail")


def plain(port: int, timeout: float = 5.0) -> SmtpTransport:
    return SmtpTransport(Server("127.0.0.1", port, Security.NONE, timeout=timeout), None)


def test_a_plain_relay_takes_the_letter_and_its_queue_id_is_kept(serve: Start) -> None:
    sink, port = serve()
    transport = transport_for(f"smtp://127.0.0.1:{port}", None, env={})
    receipt = transport.deliver(letter(copies=(HE_PING,)))
    transport.close()
    assert receipt.answer == "250 2.0.0 Ok: queued as 4F1C2"
    assert receipt.refused == ()
    (envelope,) = sink.envelopes
    assert envelope.mail_from == "zwgk@example.gov.cn"
    assert envelope.rcpt_tos == [LIN_LAN.address, HE_PING.address]
    mail = message_from_bytes(envelope.content, policy=default)
    assert mail["Subject"].startswith("【提醒】报送2026年度")
    assert mail["Message-ID"] == "<n1@example.gov.cn>"


def test_starttls_and_login_with_an_authority_of_the_office(serve: Start, authority: Authority) -> None:
    sink, port = serve(tls_context=authority.server, require_starttls=True, auth_required=True)
    env = {"DUBAN_SMTP_CA": str(authority.ca), "DUBAN_SMTP_TIMEOUT": "5"}
    transport = transport_for(f"smtp+starttls://zwgk%40example.gov.cn@127.0.0.1:{port}", "secret", env=env)
    for number in range(3):
        transport.deliver(letter(message_id=f"<n{number}@example.gov.cn>"))
    transport.close()
    assert sink.logins == [b"zwgk@example.gov.cn"]  # one connection, one login
    assert sink.protected == [True] * 3


def test_implicit_tls_and_a_login_name_without_a_domain(serve: Start, authority: Authority) -> None:
    sink, port = serve(implicit=authority.server, auth_required=True, auth_require_tls=False)
    env = {"DUBAN_SMTP_CA": str(authority.ca)}
    transport = transport_for(f"smtps://zwgk@127.0.0.1:{port}", "secret", env=env)
    transport.deliver(letter())
    transport.close()
    assert sink.logins == [b"zwgk"]
    assert len(sink.envelopes) == 1


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_certificate_that_nobody_vouches_for_stops_all_sending(
    serve: Start, authority: Authority, scheme: str
) -> None:
    implicit = authority.server if scheme == "smtps" else None
    sink, port = serve(implicit=implicit, tls_context=None if implicit else authority.server, auth_required=True)
    transport = transport_for(f"{scheme}://zwgk@127.0.0.1:{port}", "secret", env={})
    with pytest.raises(ConfigurationFailure) as failure:
        transport.deliver(letter())
    assert failure.value.problems[0].code == "smtp-tls"
    assert sink.logins == []
    assert sink.envelopes == []


def test_a_certificate_for_another_name_stops_all_sending(serve: Start, authority: Authority) -> None:
    _, port = serve(implicit=authority.server)
    transport = transport_for(f"smtps://localhost:{port}", None, env={"DUBAN_SMTP_CA": str(authority.ca)})
    with pytest.raises(ConfigurationFailure, match="smtp-tls"):
        transport.deliver(letter())


@pytest.mark.skipif(not LIBRARIES, reason="libfaketime is not installed on this machine")
@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_certificate_that_has_expired_stops_all_sending(serve: Start, tmp_path: Path, scheme: str) -> None:
    env = {"PATH": "/usr/bin:/bin", "LD_PRELOAD": str(LIBRARIES[0]), "FAKETIME": "@2020-01-01 08:00:00"}
    old = Authority.made_in(tmp_path, env)  # for a thousand days
    implicit = old.server if scheme == "smtps" else None
    sink, port = serve(implicit=implicit, tls_context=None if implicit else old.server, auth_required=True)
    transport = transport_for(f"{scheme}://zwgk@127.0.0.1:{port}", "secret", env={"DUBAN_SMTP_CA": str(old.ca)})
    with pytest.raises(ConfigurationFailure, match="smtp-tls") as failure:
        transport.deliver(letter())
    assert "expired" in failure.value.answer
    assert (sink.logins, sink.envelopes) == ([], [])


def test_a_server_that_hides_starttls_gets_no_password(serve: Start) -> None:
    sink, port = serve(auth_required=True, auth_require_tls=False)
    transport = transport_for(f"smtp+starttls://zwgk@127.0.0.1:{port}", "secret", env={})
    with pytest.raises(ConfigurationFailure, match="smtp-not-supported"):
        transport.deliver(letter())
    assert sink.logins == []


def test_a_wrong_password_is_a_configuration_fault_and_is_never_repeated_in_words(
    serve: Start, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG, "yagmail")
    sink, port = serve(auth_required=True, auth_require_tls=False)
    transport = transport_for(f"smtp://zwgk@127.0.0.1:{port}", "guessed-wrong", env={})
    with pytest.raises(ConfigurationFailure) as failure:
        transport.deliver(letter())
    assert failure.value.answer.startswith("535 ")
    # Every mechanism that the server offers is tried within the one login.
    assert set(sink.logins) == {b"zwgk"}
    said = str(failure.value) + "".join(r.getMessage() for r in caplog.records if r.name.startswith("yagmail"))
    out, err = capfd.readouterr()
    assert "guessed-wrong" not in said + out + err
    assert "zwgk" not in said + out + err


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ("451 4.3.0 try later", TemporaryFailure),
        ("450 4.2.0 greylisted", TemporaryFailure),
        ("550 5.1.1 <linlan@example.gov.cn>: no such user", PermanentFailure),
        ("553 5.1.3 bad address", PermanentFailure),
        ("552 5.2.2 mailbox full", PermanentFailure),
        ("550 Mailbox not found", PolicyFailure),
        ("550 5.1.8 sender's domain not found", PolicyFailure),
        ("554 5.7.1 <linlan@example.gov.cn>: Relay access denied", PolicyFailure),
        ("550 relaying to linlan@example.gov.cn prohibited", PolicyFailure),
        ("530 5.7.0 authentication required", ConfigurationFailure),
    ],
)
def test_the_answer_to_the_recipient_decides(serve: Start, answer: str, failure: type[DeliveryError]) -> None:
    sink, port = serve()
    sink.answers[LIN_LAN.address] = answer
    transport = plain(port)
    with pytest.raises(failure) as raised:
        transport.deliver(letter())
    assert type(raised.value) is failure
    assert getattr(raised.value, "relaying", False) == ("elay" in answer)
    assert "linlan" not in str(raised.value) + raised.value.answer
    assert sink.envelopes == []
    # The connection survives for the next letter.
    sink.answers.clear()
    assert transport.deliver(letter()).answer.startswith("250")
    transport.close()


@pytest.mark.parametrize(
    ("answer", "failure"),
    [("452 4.3.1 disk full", TemporaryFailure), ("554 5.7.1 content refused", PolicyFailure)],
)
def test_the_answer_to_the_content_decides(serve: Start, answer: str, failure: type[DeliveryError]) -> None:
    sink, port = serve()
    sink.data_answer = answer
    transport = plain(port)
    with pytest.raises(failure) as raised:
        transport.deliver(letter())
    assert raised.value.answer == answer
    transport.close()


@pytest.mark.parametrize("answer", ["550 5.1.1 no such user", "451 4.3.0 try later"])
def test_a_refused_copy_does_not_cost_the_recipient_the_letter(serve: Start, answer: str) -> None:
    sink, port = serve()
    sink.answers[HE_PING.address] = answer
    transport = plain(port)
    receipt = transport.deliver(letter(copies=(HE_PING, Mailbox("谁", "谁@例子.中国"))))
    transport.close()
    assert set(receipt.refused) == {HE_PING.address, "谁@例子.中国"}
    assert sink.envelopes[0].rcpt_tos == [LIN_LAN.address]


def test_a_drop_after_the_letter_was_handed_over_is_unknown(scripted: Callable[..., Script]) -> None:
    script = scripted(*HELLO, "250 ok", "250 ok", "354 go on", None)
    with pytest.raises(UnknownFailure):
        plain(script.port).deliver(letter())
    assert "DATA" in script.heard


def test_silence_after_the_letter_was_handed_over_is_unknown(scripted: Callable[..., Script]) -> None:
    script = scripted(*HELLO, "250 ok", "250 ok", "354 go on", "", "")
    with pytest.raises(UnknownFailure):
        plain(script.port, timeout=0.3).deliver(letter())


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(("",), id="silent from the start"),
        pytest.param(("421 too busy",), id="too busy to greet"),
        pytest.param((*HELLO, ""), id="silent after MAIL"),
        pytest.param((*HELLO, "250 ok", None), id="dropped after MAIL"),
        pytest.param((*HELLO, "421 going down"), id="going down at MAIL"),
        pytest.param((*HELLO, "250 ok", "421 going down"), id="going down at RCPT"),
        pytest.param((*HELLO, "250 ok", "250 ok", "451 not now", "250 reset"), id="no 354"),
    ],
)
def test_whatever_breaks_before_the_letter_is_handed_over_is_temporary(
    scripted: Callable[..., Script], lines: tuple[str | None, ...]
) -> None:
    with pytest.raises(TemporaryFailure):
        plain(scripted(*lines).port, timeout=0.3).deliver(letter())


PIPELINING = ("220 mail ESMTP", "250-mail\r\n250 PIPELINING")


def at_once(*answers: str) -> tuple[str, ...]:
    """A server that says nothing before it has heard all of the envelope."""
    return (*[""] * (len(answers) - 1), "\r\n".join(answers))


def test_a_server_that_can_take_it_hears_the_envelope_in_one_go(scripted: Callable[..., Script]) -> None:
    script = scripted(*PIPELINING, *at_once("250 ok", "250 ok", "550 5.1.1 no", "354 go on"), "250 2.0.0 queued as 7")
    receipt = plain(script.port, timeout=1).deliver(letter(copies=(HE_PING,)))
    assert receipt.answer == "250 2.0.0 queued as 7"
    assert receipt.refused == (HE_PING.address,)
    assert [line.split(":")[0] for line in script.heard[1:6]] == ["MAIL FROM", "RCPT TO", "RCPT TO", "DATA", "Date"]


def test_a_refused_reader_leaves_the_connection_to_the_next_letter(scripted: Callable[..., Script]) -> None:
    refused = at_once("250 ok", "550 5.1.1 no such user", "554 5.5.1 no valid recipients")
    script = scripted(*PIPELINING, *refused, "250 reset", *at_once("250 ok", "250 ok", "354 go on"), "250 2.0.0 ok")
    transport = plain(script.port, timeout=1)
    with pytest.raises(PermanentFailure):
        transport.deliver(letter())
    assert transport.deliver(letter()).answer == "250 2.0.0 ok"


def test_a_copy_does_not_get_the_letter_of_a_refused_reader(scripted: Callable[..., Script]) -> None:
    """The server waits for it, for the sake of the copy: the line is closed instead."""
    script = scripted(*PIPELINING, *at_once("250 ok", "550 5.1.1 no such user", "250 ok", "354 go on"), "250 taken")
    transport = plain(script.port, timeout=1)
    with pytest.raises(PermanentFailure):
        transport.deliver(letter(copies=(HE_PING,)))
    assert transport.smtp is None
    assert "".join(script.heard[5:]) == ""


def test_a_server_that_says_goodbye_between_two_letters_gets_the_second_on_a_new_line(serve: Start) -> None:
    sink, port = serve()
    transport = plain(port)
    transport.deliver(letter())
    known = transport.smtp
    known.getreply = lambda: (421, b"4.3.2 closing")
    transport.deliver(letter())
    assert transport.smtp is not known
    assert len(sink.envelopes) == 2
    transport.close()


def test_the_time_between_a_letter_and_its_answer_is_ours(serve: Start) -> None:
    sink, port = serve()
    transport, seen = plain(port), []
    transport.deliver(letter(), lambda: seen.append("handed over"))
    assert seen == ["handed over"]
    sink.answers[LIN_LAN.address] = "550 5.1.1 no such user"
    with pytest.raises(PermanentFailure):
        transport.deliver(letter(), lambda: seen.append("nothing to wait for"))
    assert seen == ["handed over"]
    transport.close()


def test_nobody_listening_is_temporary(scripted: Callable[..., Script]) -> None:
    script = scripted()
    port = script.port
    script.listener.close()
    with pytest.raises(TemporaryFailure):
        plain(port).deliver(letter())


def test_a_sender_that_the_server_does_not_let_through_is_a_configuration_fault(
    scripted: Callable[..., Script],
) -> None:
    script = scripted(*HELLO, "553 5.7.1 sender must be the login <zwgk@example.gov.cn>")
    with pytest.raises(ConfigurationFailure, match="smtp-sender") as failure:
        plain(script.port).deliver(letter())
    assert "@" not in failure.value.answer


def test_a_connection_is_renewed_by_age_by_number_and_when_the_server_left(serve: Start) -> None:
    sink, port = serve()
    clock = [0.0]
    transport = SmtpTransport(Server("127.0.0.1", port, Security.NONE), None, seconds=lambda: clock[0])
    transport.deliver(letter())
    transport.deliver(letter())
    assert len(sink.connections) == 1
    clock[0] = 601.0
    transport.deliver(letter())
    assert len(sink.connections) == 2
    for _ in range(100):
        transport.deliver(letter())
    assert len(sink.connections) == 3
    transport.smtp.sock.shutdown(socket.SHUT_RDWR)
    transport.deliver(letter())
    assert len(sink.connections) == 4
    transport.close()
    transport.close()


def test_a_malformed_main_address_is_refused_before_anything_is_said(serve: Start) -> None:
    sink, port = serve()
    for address in ("林岚@例子.中国", "a@b.cn>\r\nRCPT TO:<x@y.cn", "no-at-sign", ""):
        with pytest.raises(PermanentFailure):
            plain(port).deliver(letter(to=Mailbox("林岚", address)))
    assert sink.connections == []


@pytest.mark.parametrize(
    ("url", "password", "code"),
    [
        ("", None, "smtp-url"),
        ("foo", None, "smtp-url"),
        ("mail.example.gov.cn:25", None, "smtp-url"),
        ("http://mail.example.gov.cn", None, "smtp-url"),
        ("smtp://", None, "smtp-url"),
        ("smtp://mail.example.gov.cn:99999", None, "smtp-url"),
        ("smtp://mail.example.gov.cn:abc", None, "smtp-url"),
        ("smtps://a@mail.example.gov.cn/inbox", "x", "smtp-url"),
        ("folder:", None, "smtp-url"),
        ("smtps://a:b@mail.example.gov.cn", None, "smtp-url-password"),
        ("smtps://a@mail.example.gov.cn", None, "smtp-password-missing"),
        ("smtp://a@mail.example.gov.cn", "x", "smtp-open-login"),
    ],
)
def test_a_url_that_cannot_work_is_a_problem_with_a_hint(url: str, password: str | None, code: str) -> None:
    with pytest.raises(ConfigurationFailure) as failure:
        transport_for(url, password, env={})
    (problem,) = failure.value.problems
    assert problem.code == code
    assert problem.hint.text()
    if code == "smtp-url":
        assert all(form in problem.hint.text() for form in ("smtps://", "smtp+starttls://", "smtp://", "folder:"))
    assert failure.value.exit_code == 4


@pytest.mark.parametrize("name", ["DUBAN_SMTP_PER_MINUTE", "DUBAN_SMTP_PER_CONNECTION"])
@pytest.mark.parametrize("text", ["many", "-1", "1.5", "１０", "10000000"])
def test_a_limit_must_be_a_whole_number(name: str, text: str) -> None:
    read = per_minute if "MINUTE" in name else partial(transport_for, password=None)
    with pytest.raises(ConfigurationFailure, match="smtp-limit"):
        read("smtp://127.0.0.1", env={name: text})


def test_a_limit_of_none_is_none() -> None:
    assert per_minute("smtp://127.0.0.1", {}) == 600
    assert per_minute("smtp://127.0.0.1", {"DUBAN_SMTP_PER_MINUTE": "0"}) is None
    assert per_minute("folder:mail", {"DUBAN_SMTP_PER_MINUTE": "5"}) is None


def test_a_check_logs_in_names_the_sender_and_sends_nothing(serve: Start, authority: Authority) -> None:
    sink, port = serve(tls_context=authority.server, require_starttls=True, auth_required=True)
    env = {"DUBAN_SMTP_CA": str(authority.ca)}
    url = f"smtp+starttls://zwgk@127.0.0.1:{port}"
    assert transport_for(url, "secret", env=env).check("zwgk@example.gov.cn").startswith("250")
    assert sink.logins == [b"zwgk"]
    assert sink.envelopes == []
    with pytest.raises(ConfigurationFailure, match="smtp-login"):
        transport_for(url, "wrong", env=env).check("zwgk@example.gov.cn")


def test_a_check_finds_a_sender_that_is_not_let_through_and_a_server_that_is_not_there(
    scripted: Callable[..., Script],
) -> None:
    script = scripted(*HELLO, "553 5.7.1 not your address")
    with pytest.raises(ConfigurationFailure, match="smtp-sender"):
        plain(script.port).check("zwgk@example.gov.cn")
    port = script.port
    script.listener.close()
    with pytest.raises(TemporaryFailure):
        plain(port).check("zwgk@example.gov.cn")


@pytest.mark.parametrize("seconds", ["0", "-1", "soon", "inf", "nan"])
def test_a_time_out_must_be_a_number_of_seconds(seconds: str) -> None:
    with pytest.raises(ConfigurationFailure, match="smtp-timeout"):
        transport_for("smtp://127.0.0.1", None, env={"DUBAN_SMTP_TIMEOUT": seconds})


def test_an_unreadable_authority_file_is_a_problem(tmp_path: Path) -> None:
    for content in (None, "not a certificate"):
        file = tmp_path / "ca.pem"
        if content:
            file.write_text(content)
        with pytest.raises(ConfigurationFailure, match="smtp-ca"):
            transport_for("smtps://127.0.0.1", None, env={"DUBAN_SMTP_CA": str(file)})


def test_the_moment_of_the_letter_is_its_date_header(serve: Start) -> None:
    sink, port = serve()
    transport = plain(port)
    transport.deliver(letter())
    transport.close()
    mail = message_from_bytes(sink.envelopes[0].content, policy=default)
    assert mail["Date"].datetime == datetime.fromisoformat("2026-12-31T10:00:00+08:00")
