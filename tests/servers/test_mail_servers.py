"""The real duban through a real Postfix, read back from a real mailbox by IMAP."""

import re
import signal
import time

import icalendar
import pytest
from mail_house import DOMAIN, FORWARDED, GREY, NOBODY, REFUSED

ADMIN, ZHOU, HU, ZWGK = (f"{name}@{DOMAIN}" for name in ("heping", "zhoumin", "hubo", "zwgk"))
FRI_9 = "2026-01-23 09:00:00"  # five working days before the target, Friday 30 January
THU_9 = "2026-01-29 09:00:00"
MON_9 = "2026-02-02 09:00:00"  # a working day after it
TUE_9 = "2026-02-03 09:00:00"
LATER = "2026-01-23 09:10:00"
TITLE = "报送2025年度政府信息公开工作年度报告"


def body(mail, kind):
    return mail.get_body((kind,)).get_content()


@pytest.mark.parametrize("service", ["starttls", "implicit"])
def test_a_reminder_in_chinese_arrives_whole_over_tls_and_with_a_login(house, office, service):
    done = office.once(FRI_9, DUBAN_SMTP=house.url(service))
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    (mail,) = house.wait(ZHOU, 1)
    assert mail["Subject"].startswith("【提醒】报送2025年度")
    assert mail["From"].addresses[0].display_name == "云岭州政务公开科"
    assert mail["To"].addresses[0].display_name.startswith("周敏")
    assert mail["Message-ID"] == office.message_ids("zhou.min")[0]
    assert "周敏同志" in body(mail, "plain")
    assert TITLE in body(mail, "plain")
    assert TITLE in body(mail, "html")
    (attached,) = mail.iter_attachments()
    (event,) = icalendar.Calendar.from_ical(attached.get_content()).walk("VEVENT")
    assert TITLE[4:] in str(event["SUMMARY"])
    assert event["DTSTART"].dt.isoformat()[:10] == "2026-01-30"
    assert "with ESMTPSA id " in mail["Received"]
    assert "TLSv1.3" in mail["Received"]
    state, answer = office.outbox()["zhou.min"]
    queue_id = re.search(r"queued as (\w+)", answer)[1]
    assert state == "sent"
    assert f"{queue_id}: to=<{ZHOU}>" in house.log()


def test_the_mails_of_a_task_are_one_thread_to_a_mail_program(house, office):
    for moment in (FRI_9, THU_9, MON_9):
        office.once(moment)
    mails = house.wait(ZHOU, 3)
    assert [mail["Subject"][:4] for mail in mails] == ["【提醒】", "【提醒】", "【催办】"]
    assert len({mail["Message-ID"] for mail in mails}) == 3
    with house.client(ZHOU) as imap:
        (threads,) = imap.uid("THREAD", "REFERENCES", "UTF-8", "ALL")[1]
    assert threads.count(b"((") + len(re.findall(rb"^\(\d", threads)) == 1, threads  # all below one root
    assert sorted(re.findall(rb"\d+", threads)) == [b"1", b"2", b"3"]


def test_an_escalation_goes_to_the_deputy_of_whom_it_concerns(house, office):
    for moment in (FRI_9, THU_9, MON_9, TUE_9):
        office.once(moment)
    (mail,) = house.wait(HU, 1)
    assert mail["Subject"].startswith("【督办】")
    assert "安泉市" in body(mail, "plain")


def test_the_daemon_sends_by_itself_and_ends_when_told(house, office):
    daemon = office.start("2026-01-23 08:59:57")
    try:
        (mail,) = house.wait(ZHOU, 1)
        assert mail["Date"].datetime.isoformat()[:16] == "2026-01-23T09:00"
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(20) == 0
    finally:
        daemon.kill()
        daemon.wait(20)
    assert "Traceback" not in (office.folder / "daemon.log").read_text("utf-8")


def test_a_refused_address_is_told_of_with_its_reason_and_holds_up_nobody(house, office):
    office.has(REFUSED)
    assert office.once(FRI_9).returncode == 0
    house.wait(ZHOU, 1)
    assert office.outbox()["someone"][0] == "dead"
    (told,) = house.wait(ADMIN, 1)
    assert REFUSED in body(told, "plain")
    assert "550 5.1.1" in body(told, "plain")
    assert REFUSED in office.duban(LATER, "status").stdout


def test_a_greylisting_server_is_tried_again_and_gets_it_once(house, office):
    office.has(GREY)
    office.once(FRI_9)
    assert office.outbox()["someone"][0] == "retry"
    assert "450 4.2.0" in office.outbox()["someone"][1]
    office.once("2026-01-23 09:02:00")
    house.wait(GREY, 1)
    office.once(LATER)
    assert len(house.mails(GREY)) == len(house.mails(ZHOU)) == 1


def test_a_domain_that_the_server_will_not_relay_to_holds_that_mail_alone(house, office):
    office.has("someone@elsewhere.example.com")
    office.once(FRI_9)
    house.wait(ZHOU, 1)
    state, said = office.outbox()["someone"]
    assert (state, "Relay access denied" in said) == ("retry", True)
    (told,) = house.wait(ADMIN, 1)
    assert "smtp-relay" in body(told, "plain")
    assert "error[smtp-relay]" in office.duban(LATER, "status").stdout


def test_a_server_that_refuses_everybody_makes_no_mail_dead(house, office):
    done = office.once(FRI_9, DUBAN_SMTP=house.url("nobody"))
    assert done.returncode == 4
    assert {state for state, _ in office.outbox().values()} <= {"retry", "pending"}
    office.once("2026-01-23 11:00:00")
    house.wait(ZHOU, 1)
    assert {state for state, _ in office.outbox().values()} == {"sent"}


@pytest.mark.parametrize("service", ["expired", "other_name", "stranger"])
def test_a_certificate_that_does_not_verify_stops_all_mail_and_nothing_goes_without_it(house, office, service):
    env = {"DUBAN_SMTP": house.url("starttls" if service == "stranger" else service)}
    if service == "stranger":
        env["DUBAN_SMTP_CA"] = ""
    begun = len(house.log())
    done = office.once(FRI_9, **env)
    assert done.returncode == 4
    assert "error[smtp-tls]" in done.stderr
    assert "Traceback" not in done.stderr
    assert "sasl_method" not in house.log()[begun:]  # no password was offered
    assert "error[smtp-tls]" in office.duban(LATER, "status").stdout
    assert "error[smtp-tls]" in office.duban(LATER, "doctor", **env).stdout
    assert house.mails(ZHOU) == []
    office.once("2026-01-23 11:00:00")
    house.wait(ZHOU, 1)


def test_a_login_that_is_refused_is_told_of_by_every_way_left(house, office):
    done = office.once(FRI_9, DUBAN_SMTP_PASSWORD="guessed-wrong")
    assert done.returncode == 4
    assert "error[smtp-login]" in done.stderr  # with systemd: the journal of the machine
    assert "error[smtp-login]" in office.duban(LATER, "status").stdout
    assert "error[smtp-login]" in office.duban(LATER, "doctor", DUBAN_SMTP_PASSWORD="guessed-wrong").stdout
    assert "smtp-login" in office.duban(LATER, "audit", "log", "--kind", "failed").stdout
    (word,) = (office.folder / "state" / "mail").glob("*.eml")
    assert "guessed-wrong" not in done.stderr + word.read_text()
    assert house.mails(ZHOU) == []
    office.once("2026-01-23 11:00:00")
    house.wait(ZHOU, 1)


def test_a_server_slower_than_the_time_out_is_tried_again_later(house, office):
    begun = time.monotonic()
    done = office.once(FRI_9, DUBAN_SMTP=house.url("slow"), DUBAN_SMTP_TIMEOUT="1")
    assert time.monotonic() - begun < 30
    assert done.returncode == 4
    assert office.outbox()["zhou.min"][0] == "retry"
    office.once(LATER)
    house.wait(ZHOU, 1)
    office.once("2026-01-23 11:00:00")
    assert len(house.mails(ZHOU)) == 1


@pytest.mark.parametrize(("address", "status"), [(NOBODY, "5.1.1"), (FORWARDED, "5.1.2")])
def test_a_mail_that_comes_back_is_read_from_the_mailbox_told_of_once_and_left_as_it_was(
    house, office, address, status
):
    """Postfix takes it, finds that it cannot deliver it, and writes the report itself."""
    office.has(address)
    env = {
        "DUBAN_BOUNCES": f"imaps://zwgk%40{DOMAIN}@127.0.0.1:{house.ports['imaps']}/INBOX",
        "DUBAN_IMAP_PASSWORD": "secret",
    }
    office.once(FRI_9, **env)
    assert office.outbox()["someone"][0] == "sent"
    (report,) = house.wait(ZWGK, 1)
    assert report.get_content_type() == "multipart/report"
    for moment in (LATER, "2026-01-23 09:20:00"):
        done = office.once(moment, **env)
        assert "Traceback" not in done.stderr
    (told,) = house.wait(ADMIN, 1)
    assert "mail-bounced" in body(told, "plain")
    assert address in body(told, "plain")
    assert status in body(told, "plain")
    failed = office.duban("2026-01-23 09:21:00", "audit", "log", "--kind", "failed", "--format", "jsonl").stdout
    assert failed.count('"bounce"') == 1
    for command in ("status", "check"):
        assert address in office.duban("2026-01-23 09:21:00", command).stdout
    with house.client(ZWGK) as imap:
        assert b"\\Seen" not in imap.uid("FETCH", "1:*", "(FLAGS)")[1][0]


@pytest.mark.parametrize(
    ("port", "password", "code"), [("imaps", "wrong", "imap-unreachable"), ("imap", "secret", "imap-tls")]
)
def test_a_mailbox_that_cannot_be_read_hurts_no_mail(house, office, port, password, code):
    scheme = "imaps" if port == "imaps" else "imap+starttls"
    env = {"DUBAN_BOUNCES": f"{scheme}://zwgk%40{DOMAIN}@127.0.0.1:{house.ports[port]}/INBOX"}
    env["DUBAN_IMAP_PASSWORD"] = password
    if port == "imap":
        env |= {"DUBAN_SMTP_CA": "", "DUBAN_SMTP": house.url("plain")}
    done = office.once(FRI_9, **env)
    assert done.returncode == 0, done.stderr
    house.wait(ZHOU, 1)
    assert f"error[{code}]" in office.duban(LATER, "doctor", **env).stdout


def test_the_test_mail_of_doctor_arrives_and_the_answer_names_it_in_the_servers_log(house, office):
    done = office.duban(FRI_9, "doctor", "--send-test")
    (mail,) = house.wait(ADMIN, 1)
    assert mail["Subject"].startswith("【试验邮件】")
    queue_id = re.search(r"queued as (\w+)", done.stdout)[1]
    assert f"{queue_id}: to=<{ADMIN}>" in house.log()
    assert "邮件服务器：正常" in done.stdout
