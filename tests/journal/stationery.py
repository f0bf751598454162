"""Notices, messages and facts for the tests of the journal, and the hand that tampers with its tables."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, text

from scheduler.journal import Journal
from scheduler.planning.model import (
    Bearer,
    Dates,
    Decision,
    Entry,
    FactKind,
    Message,
    MessageKind,
    Notice,
    NoticeKind,
    Recipient,
    Slot,
    Step,
    Task,
    Verdict,
)
from scheduler.register import Obligation
from scheduler.register.model import Selector
from scheduler.words import say

BEIJING = ZoneInfo("Asia/Shanghai")
MON_2026_11_23 = datetime(2026, 11, 23, 9, tzinfo=BEIJING)
MINUTE = timedelta(minutes=1)
LEASE = 5 * MINUTE
DOMAIN = "example.gov.cn"
ZHOU = Recipient("zhou.min", "周敏", "科员", "changji-city", "zhoumin@example.gov.cn")
HU = Recipient(
    "hu.bo", "胡波", "副主任", "changji-city", "hubo@example.gov.cn", say("{name}出差，由您代收", name="周敏")
)


def notice(name: str = "remind-5wd", *, unit: str = "changji-city", target: date = date(2026, 12, 31)) -> Notice:
    """One notice of the annual report."""
    obligation = Obligation(id="annual-report.submit", title="年度报告", owed_by=Selector())
    step = Step(NoticeKind.REMINDER, name, MON_2026_11_23, None)
    dates = Dates(date(2026, 1, 1), target, target, target, None, provisional=False)
    return Notice(Task(Slot(obligation, "2026", None, dates, (step,)), Bearer(unit, unit)), step)


def message(*notices: Notice, key: str = "m1", moment: datetime = MON_2026_11_23, to: Recipient = ZHOU) -> Message:
    """A reminder with these notices."""
    return Message(key, MessageKind.REMINDER, to, (), moment, notices)


def preview(cause: str = "2026-11-24", to: Recipient = HU) -> Message:
    """A message without notices."""
    return Message(f"preview-{cause}", MessageKind.PREVIEW, to, (), MON_2026_11_23, (), cause=cause)


def skip(which: Notice, reason: str = "already-done") -> Decision:
    """The decision not to send a notice."""
    return Decision(which, Verdict.SKIP, reason)


def entries(number: int) -> list[Entry]:
    """Facts with something in every column."""
    return [
        Entry(
            (FactKind.DONE, FactKind.EVENT, FactKind.ACK)[n % 3],
            "he.ping",
            on=date(2026, 11, 20) if n % 2 else MON_2026_11_23,
            task=f"annual-report.submit/changji-city/{2000 + n}",
            data={"evidence": f"函〔2026〕{n}号", "tags": ("a", "b"), "count": n, "open": None, "yes": True},
        )
        for n in range(number)
    ]


def queue(journal: Journal, number: int) -> None:
    """Put so many messages of one notice each into the outbox."""
    ready = [message(notice(unit=f"unit-{n}"), key=f"m{n}", to=ZHOU) for n in range(number)]
    journal.enqueue(ready, [], now=MON_2026_11_23, domain=DOMAIN)


def kinds(journal: Journal) -> list[FactKind]:
    """The kinds of all facts."""
    return [fact.kind for fact in journal.facts()]


def tamper(url: str, *statements: str, **values: object) -> None:
    """Change the database as somebody with its password would: without its guards."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        if url.startswith("sqlite"):
            for table in ("fact", "kept"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_update"))
                connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_delete"))
        else:
            connection.execute(text("SET session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement), values)
    engine.dispose()
