"""A letter to send, and servers that take it, answer as told, or misbehave."""

import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from scheduler.clock import BEIJING
from scheduler.mailing import Letter, Mailbox

OFFICE = Mailbox("云岭州人民政府办公室政务公开科", "zwgk@example.gov.cn")
LIN_LAN = Mailbox("林岚（望河县人民政府办公室）", "linlan@example.gov.cn")


def letter(**changes: object) -> Letter:
    fields: dict[str, object] = {
        "message_id": "<n1@example.gov.cn>",
        "date": datetime(2026, 12, 31, 10, 0, tzinfo=BEIJING),
        "sender": OFFICE,
        "reply_to": OFFICE,
        "to": LIN_LAN,
        "copies": (),
        "subject": "【提醒】报送2026年度政府信息公开工作年度报告和统计数据（1月29日前，剩20个工作日）",
        "text": "林岚同志：\n\n你单位有1项政务公开工作进入办理期，请提前安排。\n",
        "html": "<p>林岚同志：</p>",
    }
    return Letter(**{**fields, **changes})  # type: ignore[arg-type]  # tests change one field at a time


@dataclass
class Sink:
    """An aiosmtpd handler that keeps envelopes and answers by address."""

    answers: dict[str, str] = field(default_factory=dict)
    data_answer: str = "250 2.0.0 Ok: queued as 4F1C2"
    envelopes: list[Envelope] = field(default_factory=list)
    logins: list[bytes] = field(default_factory=list)
    connections: list[object] = field(default_factory=list)
    protected: list[bool] = field(default_factory=list)

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _o: object) -> str:
        if address not in self.answers:
            envelope.rcpt_tos.append(address)
        return self.answers.get(address, "250 OK")

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:
        self.envelopes.append(envelope)
        self.protected.append(session.ssl is not None)
        if session.peer not in self.connections:
            self.connections.append(session.peer)
        return self.data_answer

    def authenticate(
        self, _s: SMTP, _session: Session, _e: Envelope, _mechanism: str, data: LoginPassword
    ) -> AuthResult:
        self.logins.append(data.login)
        return AuthResult(success=data.password == b"secret", handled=False)


Start = Callable[..., tuple[Sink, int]]


@dataclass
class Script:
    """A server that says prepared lines, one after each line it hears; None drops the connection, "" stays silent."""

    listener: socket.socket
    lines: Sequence[str | None]
    heard: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def run(self) -> None:
        with suppress(OSError):
            peer, _ = self.listener.accept()
            with peer, peer.makefile("rwb") as stream:
                for line in self.lines:
                    if line is None:
                        return
                    if line:
                        stream.write(line.encode() + b"\r\n")
                        stream.flush()
                    self._listen(stream.readline, to_a_letter="354" in line)

    def _listen(self, read: Callable[[], bytes], *, to_a_letter: bool) -> None:
        said = read().decode().strip()
        self.heard.append(said)
        while said and to_a_letter and said != ".":
            said = read().decode().strip()


@dataclass(frozen=True)
class Authority:
    """An office's own certificate authority, and a server certificate for 127.0.0.1."""

    ca: Path
    server: ssl.SSLContext

    @classmethod
    def made_in(cls, folder: Path, env: Mapping[str, str] | None = None) -> "Authority":
        """Certificates valid from the present on; `env` may tell openssl another present."""

        def openssl(*arguments: str) -> None:
            subprocess.run(["openssl", *arguments], cwd=folder, env=env, check=True, capture_output=True)

        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1000"]
        openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Yunling test CA",
                "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip
        openssl("req", "-x509", *key, "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "server.key", "-out",
                "server.pem", "-subj", "/CN=mail", "-addext", "subjectAltName=IP:127.0.0.1")  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem", folder / "server.key")
        return cls(folder / "ca.pem", context)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def listening(sink: Sink, **options: object) -> Iterator[int]:
    """A real SMTP server on loopback that hands its mail to `sink`; keywords go to aiosmtpd. Gives the port."""
    if "auth_required" in options:
        options["authenticator"] = sink.authenticate
    controller = Controller(sink, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop(no_assert=True)
