"""`duban doctor` against real servers and spoiled disks: each line tries what it speaks of, and says what to do."""

import errno
import json
import os
import sqlite3
from contextlib import closing, contextmanager
from email import message_from_bytes
from email.policy import default

import pytest
from post_office import Authority, Sink, free_port, listening

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")
ADMIN = "heping@example.gov.cn"


def line(result, what):
    """What is said of one thing: its first line."""
    return next(text for text in result.stdout.splitlines() if text.startswith(f"{what}："))


@contextmanager
def server(**options):
    sink = Sink()
    with listening(sink, **options) as port:
        yield sink, port


def test_a_server_that_lets_us_in_is_sound_and_gets_no_mail(office):
    with server(auth_required=True, auth_require_tls=False) as (sink, port):
        result = office("doctor", DUBAN_SMTP=f"smtp://zwgk@127.0.0.1:{port}", DUBAN_SMTP_PASSWORD="secret")
    assert line(result, "邮件服务器") == "邮件服务器：正常"
    assert sink.logins == [b"zwgk"]
    assert sink.envelopes == []


def test_a_server_that_is_not_there_is_an_error_and_not_sound(office):
    result = office("doctor", DUBAN_SMTP=f"smtp://127.0.0.1:{free_port()}")
    assert "error[smtp-unreachable]" in line(result, "邮件服务器")
    assert "IPAddressAllow" in result.stdout
    assert result.exit_code == 1


def test_a_wrong_password_is_found(office):
    with server(auth_required=True, auth_require_tls=False) as (_, port):
        result = office("doctor", DUBAN_SMTP=f"smtp://zwgk@127.0.0.1:{port}", DUBAN_SMTP_PASSWORD="guessed")
    assert "error[smtp-login]" in line(result, "邮件服务器")
    assert "guessed" not in result.output


def test_a_certificate_that_nobody_vouches_for_is_found(office, tmp_path_factory):
    authority = Authority.made_in(tmp_path_factory.mktemp("authority"))
    with server(ssl_context=authority.server) as (_, port):
        result = office("doctor", DUBAN_SMTP=f"smtps://127.0.0.1:{port}")
    assert "error[smtp-tls]" in line(result, "邮件服务器")


def test_a_sender_that_is_not_let_through_is_found(office):
    class Strict(Sink):
        async def handle_MAIL(self, _server, _session, _envelope, address, _options):
            return f"553 5.7.1 <{address}> is not you"

    with listening(Strict()) as port:
        result = office("doctor", DUBAN_SMTP=f"smtp://127.0.0.1:{port}")
    assert "error[smtp-sender]" in line(result, "邮件服务器")


def test_a_sender_in_other_letters_than_mail_servers_know_is_a_mistake(office):
    with listening(Sink()) as port:
        result = office("doctor", DUBAN_SMTP=f"smtp://127.0.0.1:{port}", DUBAN_FROM="zwgk@例子.cn")
    assert "error[mail-from]" in line(result, "邮件服务器")


@pytest.mark.parametrize(
    ("env", "code"),
    [
        ({"DUBAN_SMTP": "foo"}, "smtp-url"),
        ({"DUBAN_SMTP": "smtps://zwgk@127.0.0.1"}, "smtp-password-missing"),
        ({"DUBAN_FROM": "政务公开科"}, "mail-from"),
    ],
)
def test_a_setting_that_cannot_work_is_told_of_beside_all_the_rest(office, env, code):
    result = office("doctor", **env)
    assert f"error[{code}]" in line(result, "邮件服务器")
    assert line(result, "收件人")


@pytest.mark.parametrize(
    ("url", "code"), [("foo", "bounces-url"), ("folder:/nowhere/at/all", "bounces-folder"), ("imaps://", "bounces-url")]
)
def test_the_mailbox_of_returned_mail_is_opened(office, url, code):
    assert f"error[{code}]" in line(office("doctor", DUBAN_BOUNCES=url), "退信邮箱")
    assert line(office("doctor", DUBAN_BOUNCES=f"folder:{office.folder}"), "退信邮箱") == "退信邮箱：正常"
    assert "退信邮箱" not in office("doctor").stdout


def test_a_mailbox_that_nobody_answers_for_is_told_of(office):
    url = f"imaps://zwgk@127.0.0.1:{free_port()}/INBOX"
    result = office("doctor", DUBAN_BOUNCES=url, DUBAN_IMAP_PASSWORD="secret")
    assert "error[imap-unreachable]" in line(result, "退信邮箱")


# -- the test mail -----------------------------------------------------------------------------------------------------


def test_a_test_mail_is_marked_goes_to_the_admin_and_the_answer_is_told(office):
    with server() as (sink, port):
        result = office("doctor", "--send-test", DUBAN_SMTP=f"smtp://127.0.0.1:{port}")
    (envelope,) = sink.envelopes
    mail = message_from_bytes(envelope.content, policy=default)
    assert envelope.rcpt_tos == [ADMIN]
    assert mail["Subject"].startswith("【试验邮件】")
    assert "不用办理" in mail.get_body(("plain",)).get_content()
    assert "250 2.0.0 Ok: queued as 4F1C2" in result.stdout
    assert mail["Message-ID"] in result.stdout
    assert not (office.folder / "state").exists()  # it is no part of the record


def test_the_answer_is_told_as_json_too(office):
    with server() as (_, port):
        result = office("doctor", "--send-test", "--format", "json", DUBAN_SMTP=f"smtp://127.0.0.1:{port}")
    assert json.loads(result.stdout)["sent"]["to"] == ADMIN


def test_a_test_mail_that_is_refused_says_why_and_ends_with_4(office):
    with server() as (sink, port):
        sink.answers[ADMIN] = "550 5.1.1 no such user"
        result = office("doctor", "--send-test", DUBAN_SMTP=f"smtp://127.0.0.1:{port}")
    assert result.exit_code == 4
    assert "550 5.1.1 no such user" in result.stderr
    assert "台账：" in result.stdout


def test_without_a_server_the_test_mail_is_a_file(office):
    result = office("doctor", "--send-test")
    assert len(list((office.folder / "state" / "mail").glob("*.eml"))) == 1
    assert result.exit_code == 0


# -- disk and database -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, "disk-full"), (errno.EROFS, "state-read-only"), (errno.EIO, "state-read-only")]
)
def test_the_disk_is_written_to(office, monkeypatch, number, code):
    office("run", "--once")

    def fail(_file):
        raise OSError(number, os.strerror(number))

    assert line(office("doctor"), "磁盘") == "磁盘：正常"
    with monkeypatch.context() as patch:
        patch.setattr("scheduler.cli.checkup.os.fsync", fail)
        assert f"error[{code}]" in line(office("doctor"), "磁盘")


def test_a_database_that_another_program_holds_is_told_of(office, monkeypatch):
    office("run", "--once")
    monkeypatch.setattr("scheduler.journal.database.WAIT_SECONDS", 0.05)
    with closing(sqlite3.connect(office.folder / "state" / "duban.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "error[database-locked]" in line(office("doctor"), "数据库")
    assert line(office("doctor"), "数据库") == "数据库：正常"


def test_a_record_that_somebody_touched_is_told_of(office):
    office("run", "--once")
    with closing(sqlite3.connect(office.folder / "state" / "duban.db")) as database:
        database.execute("DROP TRIGGER IF EXISTS fact_no_update")
        database.execute("UPDATE fact SET \"by\" = 'somebody' WHERE seq = 1")
        database.commit()
    assert "error[record-damaged]" in line(office("doctor"), "数据库")


# -- recipients --------------------------------------------------------------------------------------------------------


def test_an_address_outside_the_domains_is_told_of_under_recipients(office):
    office.edit(ADMIN, "heping@example.com")
    office.edit('send_at: "09:00"', 'send_at: "09:00"\n  mail_domains: [example.gov.cn]')
    checks = {c["check"]: c for c in json.loads(office("doctor", "--format", "json").stdout)["checks"]}
    assert [p["code"] for p in checks["recipients"]["problems"]] == ["address-domain"]
    assert checks["table"]["problems"] == []


def test_an_address_that_was_refused_is_told_of_by_doctor_check_and_status_until_it_is_mended(office):
    with server() as (sink, port):
        sink.answers[ADMIN] = "550 5.1.1 no such user"
        office("run", "--once", DUBAN_SMTP=f"smtp://127.0.0.1:{port}")  # that next year's notice is missing
    told = line(office("doctor"), "收件人")
    assert "warning[address-refused]" in told
    assert ADMIN in told
    assert "550 5.1.1" in told
    for words in (["check"], ["status"]):
        assert ADMIN in office(*words).stdout
    assert office("check", "--strict").exit_code == 1
    office.edit(ADMIN, "he.ping@example.gov.cn")
    assert line(office("doctor"), "收件人") == "收件人：正常"
    assert ADMIN not in office("status").stdout


def test_mail_that_waits_is_told_of_with_its_reason(office):
    office("run", "--once", DUBAN_SMTP=f"smtp://127.0.0.1:{free_port()}")
    with server() as (_, port):
        result = office("doctor", DUBAN_SMTP=f"smtp://127.0.0.1:{port}")
    assert "warning[mail-waiting]" in line(result, "邮件服务器")
    assert result.exit_code == 0
