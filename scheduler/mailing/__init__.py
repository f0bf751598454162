"""Letters: what is said and how it leaves. Templates become mails here; it never decides what is owed to whom."""

from __future__ import annotations

from scheduler.mailing.checking import check_templates
from scheduler.mailing.errors import (
    ConfigurationFailure,
    DeliveryError,
    MalformedFailure,
    PermanentFailure,
    PolicyFailure,
    TemporaryFailure,
    UnknownFailure,
)
from scheduler.mailing.items import change_view
from scheduler.mailing.letter import Letter, Mailbox, Receipt
from scheduler.mailing.post import Post
from scheduler.mailing.templates import Rendered, TemplateFaultError
from scheduler.mailing.transport import FolderTransport, MemoryTransport, Transport
from scheduler.mailing.urls import patience, per_minute, transport_for
from scheduler.mailing.views import ChangeView, CountView, SummaryView

__all__ = [
    "ChangeView",
    "ConfigurationFailure",
    "CountView",
    "DeliveryError",
    "FolderTransport",
    "Letter",
    "Mailbox",
    "MalformedFailure",
    "MemoryTransport",
    "PermanentFailure",
    "PolicyFailure",
    "Post",
    "Receipt",
    "Rendered",
    "SummaryView",
    "TemplateFaultError",
    "TemporaryFailure",
    "Transport",
    "UnknownFailure",
    "change_view",
    "check_templates",
    "patience",
    "per_minute",
    "transport_for",
]
