"""The domain that our mails bear in their Message-IDs, and calendar entries in their UIDs. It opens nothing."""

from __future__ import annotations

from email.utils import parseaddr

from scheduler.register import Register


def sender_domain(sender: str | None, register: Register) -> str:
    """That of the sender (DUBAN_FROM), else of the admin's address."""
    admin = next((p.email for p in register.people if p.id == register.office.admin and p.email), None)
    address = parseaddr(sender)[1] if sender else admin
    return (address or "").rpartition("@")[2] or "duban.invalid"
