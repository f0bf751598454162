"""Servers on loopback, and certificates of an authority of our own."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from post_office import Authority, Script, Sink, Start, listening


@pytest.fixture
def serve() -> Iterator[Start]:
    """Start a real SMTP server on a free loopback port; keywords go to aiosmtpd."""
    with ExitStack() as running:

        def start(*, implicit: ssl.SSLContext | None = None, **options: object) -> tuple[Sink, int]:
            sink = Sink()
            return sink, running.enter_context(listening(sink, ssl_context=implicit, **options))

        yield start


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
    return Authority.made_in(tmp_path_factory.mktemp("authority"))
