"""A mail server that takes everything and keeps nothing: `python -m bench.sink [--pause 0.01]`, on loopback.

It prints its port, and ends when its standard input does. `--pause` is what it takes to accept a letter, in seconds:
a real server writes it to disk first. It is a process of its own, so that it competes with nobody for an interpreter.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bench.process import ROOT

_PATIENCE = 10.0  # seconds until a sink that does not end by itself is ended


class _Session(asyncio.Protocol):
    """One connection: as much of SMTP as a client can tell apart from the whole."""

    def __init__(self, pause: float) -> None:
        self._pause, self._rest, self._body, self._taken = pause, b"", False, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._out = transport
        self._out.write(b"220 sink.example.gov.cn ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while self._step():
            pass

    def _step(self) -> bool:
        if self._body:
            _, found, rest = self._rest.partition(b"\r\n.\r\n")
            if not found:
                return False
            self._body, self._rest, self._taken = False, rest, self._taken + 1
            said = b"250 2.0.0 Ok: queued as %X\r\n" % (id(self) * 1000 + self._taken)
            if self._pause:
                asyncio.get_running_loop().call_later(self._pause, self._out.write, said)
            else:
                self._out.write(said)
            return True
        line, found, rest = self._rest.partition(b"\r\n")
        if not found:
            return False
        self._rest = rest
        self._answer(line[:4].upper())
        return True

    def _answer(self, word: bytes) -> None:
        if word == b"EHLO":
            self._out.write(b"250-sink.example.gov.cn\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")
        elif word == b"DATA":
            self._body = True
            self._out.write(b"354 go on\r\n")
        elif word == b"QUIT":
            self._out.write(b"221 bye\r\n")
            self._out.close()
        else:
            self._out.write(b"250 2.1.0 Ok\r\n")


async def _serve(pause: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Session(pause), "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await loop.run_in_executor(None, sys.stdin.read)


@contextmanager
def sink(pause: float = 0.0) -> Iterator[int]:
    """A sink while the block lasts; gives its port."""
    asked = [sys.executable, "-m", "bench.sink", "--pause", str(pause)]
    with subprocess.Popen(asked, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        late = threading.Timer(_PATIENCE, child.kill)
        try:
            yield int(child.stdout.readline())
        finally:
            late.start()
            child.stdin.close()
            child.wait()
            late.cancel()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.sink")
    parser.add_argument("--pause", type=float, default=0.0)
    asyncio.run(_serve(parser.parse_args().pause))


if __name__ == "__main__":
    main()
