"""A mail server for tests: aiosmtpd on loopback, plain or with STARTTLS and a login; it keeps what it takes."""

import socket
import ssl
import subprocess
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

_CERTIFICATE = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30000", "-subj", "/CN=localhost")
_CERTIFICATE += ("-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost")
USER, PASSWORD = "zwgk", "correct horse"


class Mailserver:
    """`with Mailserver(tls=True, folder=…) as server:` → `server.url`, `server.ca`, `server.taken` (raw mails)."""

    def __init__(self, *, tls: bool = False, folder: Path):
        self.taken: list[bytes] = []
        self.ca = folder / "ca.pem" if tls else None
        options = {"hostname": "127.0.0.1", "port": _free_port(), "enable_SMTPUTF8": True}
        if self.ca:
            key = folder / "key.pem"
            subprocess.run(
                [*_CERTIFICATE, "-keyout", key, "-out", self.ca],
                check=True,
                capture_output=True,
            )
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.ca, key)
            options |= {"tls_context": context, "require_starttls": True, "auth_required": True}
            options |= {"authenticator": _authenticate}
        self._controller = Controller(self, **options)

    async def handle_DATA(self, server: SMTP, session, envelope):
        del server, session
        self.taken.append(envelope.content)
        return f"250 2.0.0 Ok: queued as {len(self.taken):06X}"

    @property
    def url(self) -> str:
        port = self._controller.port
        return f"smtp+starttls://{USER}@127.0.0.1:{port}" if self.ca else f"smtp://127.0.0.1:{port}"

    def __enter__(self):
        self._controller.start()
        return self

    def __exit__(self, *_):
        self._controller.stop()


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _authenticate(server, session, envelope, mechanism, data):
    del server, session, envelope, mechanism
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=good)
