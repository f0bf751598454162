"""Letters: what is said and how it leaves. Templates become mails here; it never decides what is owed to whom."""

from __future__ import annotations

from scheduler.mailing.bounces import Bounce, Failure, read_bounce
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
from scheduler.mailing.inbox import Inbox, InboxFailure, Unread, inbox_for
from scheduler.mailing.items import change_view
from scheduler.mailing.letter import Letter, Mailbox, Receipt
from scheduler.mailing.post import Post, Wrong
from scheduler.mailing.templates import Rendered, TemplateFaultError
from scheduler.mailing.transport import FolderTransport, MemoryTransport, Transport
from scheduler.mailing.urls import patience, per_minute, transport_for
from scheduler.mailing.views import ChangeView, CountView, SummaryView

__all__ = [
    "Bounce",
    "ChangeView",
    "ConfigurationFailure",
    "CountView",
    "DeliveryError",
    "Failure",
    "FolderTransport",
    "Inbox",
    "InboxFailure",
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
    "Unread",
    "Wrong",
    "change_view",
    "check_templates",
    "inbox_for",
    "patience",
    "per_minute",
    "read_bounce",
    "transport_for",
]
