"""The systemd notification protocol, as far as a service needs it; silent where systemd does not listen."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from datetime import timedelta


def notify(**state: str | int) -> None:
    """Send `KEY=value` lines (READY, STATUS, WATCHDOG, RELOADING, STOPPING) to $NOTIFY_SOCKET."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    lines = "\n".join(f"{key}={value}" for key, value in state.items())
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
        try:
            sock.sendto(lines.encode(), address)
        except OSError:
            return  # the supervisor went away; the work goes on


def reloading() -> None:
    """Say that a reload has begun; systemd 253 and later want the monotonic clock with it."""
    notify(RELOADING=1, MONOTONIC_USEC=time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000)


def watchdog(env: Mapping[str, str] = os.environ) -> timedelta | None:
    """How long the supervisor waits for the next WATCHDOG=1; None where it does not wait for any."""
    microseconds = env.get("WATCHDOG_USEC", "")
    return timedelta(microseconds=int(microseconds)) if microseconds.isdecimal() else None
