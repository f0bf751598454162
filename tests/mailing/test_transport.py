"""The two transports without a server, and what a mail looks like to the program that opens it."""

from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from post_office import LIN_LAN, OFFICE, letter

from scheduler.clock import BEIJING
from scheduler.mailing import (
    ConfigurationFailure,
    FolderTransport,
    Letter,
    Mailbox,
    MemoryTransport,
    PermanentFailure,
    Transport,
    transport_for,
)
from scheduler.mailing.mime import mime

MORNING = datetime(2026, 12, 31, 10, 0, tzinfo=BEIJING)


def read_back(one: Letter) -> EmailMessage:
    mail = message_from_bytes(mime(one), policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


@pytest.fixture(params=["folder", "memory"])
def transport(request: pytest.FixtureRequest, tmp_path: Path) -> Transport:
    return FolderTransport(tmp_path / "mail") if request.param == "folder" else MemoryTransport()


def test_a_letter_is_taken_once_whatever_happens(transport: Transport) -> None:
    first = transport.deliver(letter())
    # The same letter later, as after a crash between delivery and settlement.
    second = transport.deliver(letter(date=MORNING + timedelta(hours=1)))
    transport.close()
    assert first == second


def test_bad_copies_are_noted_and_a_bad_recipient_is_refused(transport: Transport) -> None:
    receipt = transport.deliver(letter(copies=(Mailbox("谁", "谁@例子.中国"),)))
    assert receipt.refused == ("谁@例子.中国",)
    with pytest.raises(PermanentFailure):
        transport.deliver(letter(to=Mailbox("谁", "谁@例子.中国")))


def test_the_files_of_a_folder_sort_by_moment_and_open_in_any_mail_program(tmp_path: Path) -> None:
    transport = transport_for(f"folder:{tmp_path}/mail")
    for minutes in (30, 0, 15):
        date = MORNING + timedelta(minutes=minutes)
        transport.deliver(letter(message_id=f"<{minutes}@example.gov.cn>", date=date, subject=f"第{minutes}"))
    files = sorted((tmp_path / "mail").iterdir())
    assert [f.name[:15] for f in files] == ["20261231T100000", "20261231T101500", "20261231T103000"]
    subjects = [message_from_bytes(f.read_bytes(), policy=default)["Subject"] for f in files]
    assert subjects == ["第0", "第15", "第30"]
    assert (tmp_path / "mail").stat().st_mode & 0o777 == 0o700


def test_a_letter_written_by_another_daemon_or_before_a_restart_is_not_written_again(tmp_path: Path) -> None:
    first, second = FolderTransport(tmp_path / "mail"), FolderTransport(tmp_path / "mail")
    second.deliver(letter(message_id="<other@example.gov.cn>"))
    told = first.deliver(letter())
    later = letter(date=MORNING + timedelta(hours=1))
    assert second.deliver(later) == FolderTransport(tmp_path / "mail").deliver(later) == told
    assert len(list((tmp_path / "mail").iterdir())) == 2


def test_the_folder_is_read_once_however_many_letters_it_gets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    transport = FolderTransport(tmp_path)
    reads = []
    real = Path.iterdir
    monkeypatch.setattr(Path, "iterdir", lambda self: reads.append(self) or real(self))
    for number in range(20):
        transport.deliver(letter(message_id=f"<{number}@example.gov.cn>"))
    assert len(reads) == 1


def test_a_check_of_a_folder_leaves_nothing_behind(tmp_path: Path) -> None:
    assert FolderTransport(tmp_path / "mail").check("") == "250"  # it could be made
    assert list(tmp_path.iterdir()) == []
    assert FolderTransport(tmp_path).check("") == "250"
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationFailure, match="mail-folder"):
        FolderTransport(tmp_path / "file").check("")


def test_a_folder_that_is_a_file_stops_all_sending(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("")
    with pytest.raises(ConfigurationFailure, match="mail-folder"):
        FolderTransport(tmp_path / "mail").deliver(letter())


def test_headers_texts_and_addresses_come_back_as_written() -> None:
    one = letter(copies=(Mailbox("何平", "heping@example.gov.cn"),), thread="<task.1@example.gov.cn>")
    mail = read_back(one)
    assert mail["Subject"] == one.subject
    assert mail["From"].addresses[0].display_name == OFFICE.name
    assert mail["To"].addresses[0].addr_spec == LIN_LAN.address
    assert mail["Cc"].addresses[0].display_name == "何平"
    assert mail["Reply-To"].addresses[0].addr_spec == OFFICE.address
    assert (mail["In-Reply-To"], mail["References"]) == ("<task.1@example.gov.cn>",) * 2
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert body(mail, "plain") == one.text
    assert body(mail, "html").strip() == one.html
    assert mail.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize("size", [1, 10, 25, 26, 27, 60, 200])
def test_a_subject_of_any_length_is_folded_and_read_back_whole(size: int) -> None:
    subject = ("【督办】3个单位2026年度 annual report 逾期" * 20)[:size].strip()
    raw = mime(letter(subject=subject))
    assert read_back(letter(subject=subject))["Subject"] == subject
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "evil",
    [
        "提醒\r\nBcc: x@y.cn",
        "提醒\n\n<p>body</p>",
        "提醒\rX: y",
        "提醒\x00\x1b[31m",
        "提醒\u2028Bcc: x@y.cn",
        "提\u202e醒",
    ],
)
def test_nothing_can_be_smuggled_into_the_headers(evil: str) -> None:
    mail = read_back(letter(subject=evil, to=Mailbox(evil, LIN_LAN.address)))
    assert mail["Bcc"] is None
    assert mail["X"] is None
    assert "<p>body" not in body(mail, "plain")
    assert [a.addr_spec for a in mail["To"].addresses] == [LIN_LAN.address]
    for field in ("message_id", "thread"):
        with pytest.raises(ValueError, match="提"):
            mime(letter(**{field: evil}))


def test_control_characters_leave_the_body_and_line_ends_are_one_kind() -> None:
    mail = read_back(letter(text="一\r\n二\r三\x00\x07\n四\t五\n"))
    assert body(mail, "plain") == "一\n二\n三\n四\t五\n"


def test_the_calendar_file_is_an_attachment_with_its_method() -> None:
    mail = read_back(letter(invitation=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"))
    (part,) = mail.iter_attachments()
    assert part.get_content_type() == "text/calendar"
    assert part.get_param("method") == "PUBLISH"
    assert part.get_filename() == "deadline.ics"
    assert part.is_attachment()


@pytest.mark.parametrize("name", ["林岚", "林" * 15, "林" * 17, "政务公开科" * 12, "Lin Lan", "林 Lan"])
@pytest.mark.parametrize("copies", [0, 1, 20])
def test_a_mail_is_what_the_standards_want(name: str, copies: int) -> None:
    many = tuple(Mailbox(name, f"copy{n}@example.gov.cn") for n in range(copies))
    to, office = Mailbox(name, LIN_LAN.address), Mailbox(name, OFFICE.address)
    one = letter(to=to, reply_to=office, copies=many, invitation=b"X")
    raw, mail = mime(one), read_back(one)
    assert [part.defects for part in mail.walk()] == [[], [], [], [], []]
    assert all(not mail[header].defects for header in mail)
    assert max(map(len, raw.split(b"\r\n"))) <= 76
    shown = [a.display_name for h in ("To", "Reply-To", "Cc") if mail[h] for a in mail[h].addresses]
    # Of a name in two words the package that reads it shows the joint, against RFC 2047.
    assert [one.replace(" ", "") for one in shown] == [name.replace(" ", "")] * (2 + copies)
