"""An office's mail server inside the machine: STARTTLS and a login first, each mail kept as a file.

`python3 relay.py FOLDER PORT LOGIN PASSWORD`: FOLDER has server.pem and server.key, and gets a file per mail.
"""

import signal
import ssl
import sys
from itertools import count
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Keeper:
    def __init__(self, folder):
        self.folder, self.numbers = folder, count()

    async def handle_DATA(self, _server, _session, envelope):
        (self.folder / f"{next(self.numbers):03d}.eml").write_bytes(envelope.content)
        return "250 2.0.0 Ok: kept"


def main(folder, port, login, password):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/server.pem", f"{folder}/server.key")

    def asked(_server, _session, _envelope, _mechanism, data):
        return AuthResult(success=(data.login, data.password) == (login.encode(), password.encode()), handled=False)

    Controller(
        Keeper(Path(folder)), hostname="127.0.0.1", port=int(port), tls_context=context, require_starttls=True,
        auth_required=True, authenticator=asked,
    ).start()  # fmt: skip
    signal.pause()


if __name__ == "__main__":
    main(*sys.argv[1:])
