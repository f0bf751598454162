"""Letters: what is said and how it leaves. Templates become mails here; it never decides what is owed to whom."""

from __future__ import annotations

from scheduler.mailing.errors import (
    ConfigurationFailure,
    DeliveryError,
    PermanentFailure,
    TemporaryFailure,
    UnknownFailure,
)
from scheduler.mailing.letter import Letter, Mailbox, Receipt
from scheduler.mailing.transport import FolderTransport, MemoryTransport, Transport
from scheduler.mailing.urls import transport_for

__all__ = [
    "ConfigurationFailure",
    "DeliveryError",
    "FolderTransport",
    "Letter",
    "Mailbox",
    "MemoryTransport",
    "PermanentFailure",
    "Receipt",
    "TemporaryFailure",
    "Transport",
    "UnknownFailure",
    "transport_for",
]
