"""Drafts for signature: words from a template, a .docx that is never overwritten, a trace in the journal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import asdict

from scheduler.cli.files import claimed, taken
from scheduler.daemon.services import Services
from scheduler.journal import Anchor, Drawn, Entry, File
from scheduler.mailing.templates import Templates
from scheduler.planning.model import Fact, FactKind, Scalar
from scheduler.reports import paper

if TYPE_CHECKING:
    from scheduler.journal import Journal


class Draft(Struct, frozen=True):
    """A document's lines and what the journal is to know of it; `figures` are kept beside it."""

    document: str
    title: str
    lines: tuple[paper.Line, ...]
    data: Mapping[str, Scalar | tuple[str, ...]]
    task: str | None = None
    figures: bytes | None = None


def lines(desk: Services, template: str, view: Struct, head: str | None) -> tuple[paper.Line, ...]:
    """The words: the template with the fields of `view`, and `head` as 数据校验码."""
    return paper.read(Templates(desk.settings.templates).page(template, {**asdict(view), "head": short(head)}))


def short(head: str | None) -> str:
    """The head as it is printed, 1234-7c1e09d2…a904; — while nothing is recorded."""
    if head is None:
        return "—"
    anchor = Anchor.parse(head)
    return f"{anchor.seq}-{anchor.start[:8]}…{anchor.start[-4:]}"


def save(desk: Services, compose: Callable[[Sequence[Fact]], Draft], file: Path, by: str, now: datetime) -> Fact:
    """Write the file of a draft, keep it whole and note it in the journal; the fact that does.

    `compose` sees the drafts so far; where another draft came meanwhile, it is asked again. RefusedError where the file
    is there.
    """
    journal, fact = desk.journal, None
    with claimed(file, taken(file)) as out:
        while fact is None:
            drafts = tuple(journal.facts(kinds=[FactKind.DRAFT]))
            made = _made(compose(drafts), file, desk.register.office.name, by, now)
            fact = _noted(journal, made, len(drafts), now)
        out.write(made.files[0].content)
    return fact


def _made(draft: Draft, file: Path, office: str, by: str, now: datetime) -> Drawn:
    content = paper.written(draft.lines, title=draft.title, author=office, now=now)
    files = [File(draft.document, file.name, content)]
    if draft.figures is not None:
        files.append(File(f"{draft.document}-figures", f"{file.stem}.json", draft.figures))
    data = {"document": draft.document, **draft.data, "digest": files[0].digest}
    entry = Entry(FactKind.DRAFT, by, task=draft.task, data={**data, "files": tuple(one.digest for one in files)})
    return Drawn(entry, tuple(files))


class _OvertakenError(Exception):
    """Somebody else drew a draft first."""


def _noted(journal: Journal, made: Drawn, known: int, now: datetime) -> Fact | None:
    """Written down if no draft came after the `known` ones; None else. The pen is held only for that."""

    def unless_overtaken(drafts: Sequence[Fact]) -> Drawn:
        if len(drafts) > known:
            raise _OvertakenError
        return made

    try:
        return journal.draw([FactKind.DRAFT], unless_overtaken, now=now)
    except _OvertakenError:
        return None
