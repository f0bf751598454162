"""Servers on loopback, and certificates of an authority of our own."""

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from post_office import Authority, Script, Sink, Start


@pytest.fixture
def serve() -> Iterator[Start]:
    """Start a real SMTP server on a free loopback port; keywords go to aiosmtpd."""
    running: list[Controller] = []

    def start(*, implicit: ssl.SSLContext | None = None, **options: object) -> tuple[Sink, int]:
        sink = Sink()
        if "auth_required" in options:
            options["authenticator"] = sink.authenticate
        controller = Controller(sink, hostname="127.0.0.1", port=_free_port(), ssl_context=implicit, **options)
        controller.start()
        running.append(controller)
        return sink, controller.port

    yield start
    for controller in running:
        controller.stop(no_assert=True)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def scripted() -> Iterator[Callable[..., Script]]:
    """A server that misbehaves as told."""
    listeners: list[socket.socket] = []

    def start(*lines: str | None) -> Script:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        script = Script(listener, lines)
        threading.Thread(target=script.run, daemon=True).start()
        return script

    yield start
    for listener in listeners:
        listener.close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("authority")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30"]
    _openssl(folder, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Yunling test CA",
             "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip
    _openssl(folder, "req", "-x509", *key, "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "server.key", "-out",
             "server.pem", "-subj", "/CN=mail", "-addext", "subjectAltName=IP:127.0.0.1")  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    return Authority(folder / "ca.pem", context)


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
