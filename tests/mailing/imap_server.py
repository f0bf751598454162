"""A small IMAP server on loopback, over TLS from the first byte: one mailbox, and what its clients said."""

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class _Dialogue(socketserver.StreamRequestHandler):
    """One client."""

    def handle(self) -> None:
        self._say("* OK ready")
        for line in self.rfile:
            tag, _, said = line.decode().strip().partition(" ")
            self.server.heard.append(said)
            answer = self._answer(said)
            self._say(f"{tag} {answer}")

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def _answer(self, said: str) -> str:
        server: ImapServer = self.server
        match said.split():
            case ["CAPABILITY"]:
                self._say("* CAPABILITY IMAP4REV1 ID")
            case ["LOGIN", _, password] if password.strip('"') != "secret":
                return "NO [AUTHENTICATIONFAILED] zwgk@example.gov.cn: wrong"
            case ["EXAMINE", name]:
                if name != '"INBOX"':
                    return "NO no such mailbox"
                self._say(f"* OK [UIDVALIDITY {server.validity}] valid")
                self._say(f"* {len(server.mails)} EXISTS")
            case ["UID", "SEARCH", *words]:
                self._say("* SEARCH " + " ".join(map(str, server.found(words))))
            case ["UID", "FETCH", uid, *_] if int(uid) in server.damaged:
                return "NO [SERVERBUG] cannot be read"
            case ["UID", "FETCH", uid, *what]:
                self._fetch(server.mails[int(uid)], int(uid), " ".join(what))
        return "OK done"

    def _fetch(self, mail: bytes, uid: int, what: str) -> None:
        part = mail[: mail.index(b"\n\n") + 2] if "HEADER" in what else mail
        if limit := re.search(r"<0\.(\d+)>", what):
            part = part[: int(limit[1])]
        self.wfile.write(f"* 1 FETCH (UID {uid} BODY[] {{{len(part)}}}\r\n".encode() + part + b")\r\n")


class ImapServer(socketserver.ThreadingTCPServer):
    """`mails` by UID; those `damaged` it will not give; `heard` is every command."""

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Dialogue)
        self.context = context
        self.validity = 7
        self.mails: dict[int, bytes] = {}
        self.damaged: set[int] = set()
        self.heard: list[str] = []

    def get_request(self) -> tuple[ssl.SSLSocket, object]:
        """The handshake waits until the dialogue begins, in a thread of its own."""
        plain, address = super().get_request()
        return self.context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False), address

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def found(self, words: list[str]) -> list[int]:
        """Since a day: all; `UID n:*`: from n on, and the last one in any case, as the standard wants it."""
        if words[0] != "UID":
            return list(self.mails)
        first = int(words[1].partition(":")[0])
        return [uid for uid in self.mails if uid >= first or uid == max(self.mails)]

    def handle_error(self, *_: object) -> None:
        """A client that turned away is no news."""


@contextmanager
def mailbox(context: ssl.SSLContext) -> Iterator[ImapServer]:
    """It runs while the block does."""
    with ImapServer(context) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            with suppress(OSError):
                server.shutdown()
