"""What the journal kept whole, read again: tables and holiday notices that went into force. It writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scheduler.planning.index import effective
from scheduler.planning.model import Entry, Fact, FactKind
from scheduler.problems import Problem, UnreachableError
from scheduler.register import Loaded, Register, parse
from scheduler.register.sections import included, read_file
from scheduler.words import say
from scheduler.workdays import Notice, Region

if TYPE_CHECKING:
    from scheduler.workdays.notice import Parsed

WHOLE = "in-force"  # the kind under which the calendars in force are kept, and the mark of the fact that says so
Kept = Callable[[str], bytes]  # what was kept under a digest


class Given(Struct, frozen=True):
    """What an admin says of a notice beyond its text; None where the text says it."""

    year: int | None = None
    published: date | None = None
    region: Region | None = None
    number: str | None = None


def read_notice(content: bytes, file: str, given: Given, earlier: Sequence[Notice] = ()) -> Parsed:
    """A notice from its bytes; `earlier` are those already imported, on which a prolonged holiday builds."""
    from scheduler.workdays.notice import decoded, parse_notice  # noqa: PLC0415 - most offices import none in a year

    parsed = parse_notice(
        decoded(content), file=file, year=given.year, published=given.published, region=given.region, earlier=earlier
    )
    if parsed.notice is None or given.number is None:
        return parsed
    return replace(parsed, notice=replace(parsed.notice, number=given.number))


def entry_of(notice: Notice, file: str, digest: str, by: str) -> Entry:
    """The entry by which a notice goes into force; its text is kept under `digest`."""
    return Entry(
        FactKind.CALENDAR,
        by,
        data={
            "digest": digest,
            "files": (digest,),
            "name": Path(file).name,
            "number": notice.number,
            "year": notice.year,
            "region": notice.region.value if notice.region else None,
            "published": notice.published.isoformat() if notice.published else None,
        },
    )


def notices(facts: Sequence[Fact], kept: Kept) -> tuple[Notice, ...]:
    """The notices that were imported and not voided, in the order in which they went into force."""
    found: tuple[Notice, ...] = ()
    for fact in effective(facts):
        if fact.kind is FactKind.CALENDAR and "number" in fact.data:
            found = (*found, _notice(fact, kept, found))
    return found


def is_whole(fact: Fact) -> bool:
    """Whether a fact only says that the calendars in force were kept whole: it changes no date by itself."""
    return fact.kind is FactKind.CALENDAR and WHOLE in fact.data


def table(digests: Sequence[str], kept: Kept, path: Path) -> Register | None:
    """The table of these kept files, the main one first, as if it stood at `path`; None where it is unreadable."""
    return loaded(digests, kept, path).register if digests else None


def loaded(digests: Sequence[str], kept: Kept, path: Path) -> Loaded:
    """The same with its files and problems; there must be a main file."""
    contents = [kept(digest) for digest in digests]
    names = [name for name, _ in included(str(path), read_file(str(path), contents[0])[0])]
    return parse([(str(path), contents[0]), *zip(dict.fromkeys(names), contents[1:], strict=False)])


def _notice(fact: Fact, kept: Kept, earlier: Sequence[Notice]) -> Notice:
    data = {key: str(value) for key, value in fact.data.items() if value is not None}
    published = date.fromisoformat(data["published"]) if "published" in data else None
    region = Region(data["region"]) if "region" in data else None
    given = Given(int(data["year"]), published, region, data["number"])
    notice = read_notice(kept(data["digest"]), data["name"], given, earlier).notice
    if notice is None:
        message = say("记录中第{seq}号放假通知（{number}）读不出来", seq=fact.seq, number=given.number)
        raise UnreachableError(Problem("calendar-unreadable", message, say("用 duban audit verify 核对记录")))
    return notice
