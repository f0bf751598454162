"""Puts a journal back from a copy, so that nothing goes a second time: what may have gone since waits for a person."""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from scheduler.daemon.changes import TOLD
from scheduler.daemon.desk import Desk
from scheduler.daemon.services import Services
from scheduler.journal import Entry, Journal, Reading, glance
from scheduler.journal.chain import Head
from scheduler.journal.copies import file_of, flaw, in_use, put_in_place, taken_in, url_of
from scheduler.journal.errors import failure
from scheduler.journal.sharing import alone
from scheduler.planning import Plan
from scheduler.planning.decide import held
from scheduler.planning.model import Fact, FactKind
from scheduler.problems import DubanError, Problem, RefusedError, TableError, UnreachableError
from scheduler.words import Phrase, say


class Restored(Struct, frozen=True):
    """What came of it: the fact, the head and the last moment of the copy, and where the old database is.

    `lost` counts the entries that the old database had beyond the copy; None where it had none or cannot be read.
    `strange`: the copy is not of this database. `held` are the names of the notices that wait for a person.
    """

    fact: Fact
    head: Head
    since: datetime
    lost: int | None
    strange: bool
    aside: Path | None
    held: tuple[str, ...]


def restore(
    services: Services, copy: Path, by: str, now: datetime, *, head: str | None = None, force: bool = False
) -> Restored:
    """Check the copy, prepare it, and put it in the place of the database in one step; a crash leaves the old one.

    `head` is a 数据校验码 that the copy must fit. Raises DubanError for a copy that will not do, RefusedError while the
    database is in use and, without `force`, for a copy that shares no entry with it, UnreachableError for a database
    that is no file, and OSError.
    """
    database = file_of(services.settings.database)
    if database is None:
        raise failure("backup-elsewhere", services.settings.database.partition(":")[0])
    if copy.exists() and database.exists() and copy.samefile(database):
        raise _unfit(copy, say("它就是正在使用的数据库"))
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(database) as is_alone:
        if not is_alone:
            raise in_use(database)
    with taken_in(copy, database) as draft:
        if wrong := flaw(draft):
            raise _unfit(copy, say("{what}", what=wrong))
        with _opened(draft, copy, head) as journal:
            lost, strange = _beyond(glance(services.settings.database), journal)
            if strange and not force:
                raise _alien(copy)
            found = note(_on(services, journal, draft), by, now, name=copy.name, lost=lost)
        aside = put_in_place(draft, database, now)
    return replace(found, aside=aside, strange=strange)


def note(services: Services, by: str, now: datetime, *, name: str | None = None, lost: int | None = None) -> Restored:
    """Write into a journal that was put back, here or by other means, that it was; nothing has been sent since.

    The table is taken in first: which of its rows are new since the copy nobody can tell, so they count as known.
    """
    journal = services.journal
    head, last = journal.head(), tuple(journal.facts(after=journal.head().seq - 1))
    since = last[-1].entered if last else now
    desk = _desk(services, now)
    said: dict[str, str | int | None] = {"name": name, "since": since.isoformat(), "head": str(head), "lost": lost}
    fact = journal.restored(Entry(FactKind.RESTORED, by, data=said), [TOLD], now=now)
    waiting: tuple[str, ...] = ()
    if desk is not None:
        desk.follow(now)
        waiting = tuple(dict.fromkeys(decision.notice.name for decision in held(desk.plan, now)))
    return Restored(fact, head, since, lost, strange=False, aside=None, held=waiting)


def warning(plan: Plan, now: datetime) -> Problem | None:
    """What the admin must know of a journal that was put back; None where it never was."""
    gap = plan.history.gap
    if gap is None:
        return None
    since, until = f"{gap.since:%Y-%m-%d %H:%M}", f"{gap.until:%Y-%m-%d %H:%M}"
    message = say(
        "数据库已从备份恢复，{since}到{until}的记录不在其中；可能已经发出的{n}个通知等待放行",
        since=since,
        until=until,
        n=len(held(plan, now)),
    )
    hint = say("缺的记录请重新登记；等待的通知见 duban outbox，用 duban release 或 duban withdraw 加 --restored 处理")
    return Problem("journal-restored", message, hint)


def _beyond(old: Reading | None, journal: Journal) -> tuple[int | None, bool]:
    """How many entries the old database has that the copy has not, and whether the copy is of another database."""
    if old is None:
        return None, False
    try:
        last = old.head().seq
        same = bisect_left(range(1, min(last, journal.head().seq) + 1), x=True, key=lambda n: _differ(old, journal, n))
    except UnreachableError:  # that is why it is replaced
        return None, False
    finally:
        old.close()
    return last - same, last > 0 and same == 0


def _differ(one: Reading, other: Reading, seq: int) -> bool:
    return one.hash_of(seq) != other.hash_of(seq)


def _opened(draft: Path, copy: Path, head: str | None) -> Journal:
    """The draft as a journal, brought up to date and found sound."""
    try:
        journal = Journal.open(url_of(draft))
        fault = journal.verify(head).fault
    except UnreachableError as error:
        raise _unfit(copy, error.problems[0].message) from error
    if fault is not None:
        journal.close()
        raise _unfit(copy, fault.message)
    return journal


def _on(services: Services, journal: Journal, draft: Path) -> Services:
    """The services of the draft."""
    found = replace(services, settings=replace(services.settings, database=url_of(draft)))
    found.__dict__["journal"] = journal
    return found


def _desk(services: Services, now: datetime) -> Desk | None:
    """The desk with the table taken in; None where it has errors and none was in force before: nothing can wait."""
    try:
        return Desk(services, now)
    except TableError:
        return None


def _alien(copy: Path) -> RefusedError:
    message = say("备份 {file} 与现在的数据库没有一条相同的记录，可能是别的单位的，没有恢复", file=str(copy))
    hint = say("核对文件；确实要换成这一份的，加 --force，现在的数据库另存")
    return RefusedError(Problem("backup-strange", message, hint))


def _unfit(copy: Path, what: Phrase) -> DubanError:
    message = say("备份 {file} 不能用：{what}", file=str(copy), what=what)
    return DubanError(Problem("backup-unfit", message, say("换一份更早的备份；现在的数据库没有改动")))
