"""Drafts for signature: words from a template, a .docx that is never overwritten, a trace in the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from scheduler.daemon.services import Services
from scheduler.journal import Anchor, Drawn, Entry, File
from scheduler.mailing.templates import Templates
from scheduler.planning.model import Fact, FactKind, Scalar
from scheduler.problems import Problem, RefusedError
from scheduler.reports import paper
from scheduler.words import say


@dataclass(frozen=True, slots=True)
class Draft:
    """A document's lines and what the journal is to know of it; `figures` are kept beside it."""

    document: str
    title: str
    lines: tuple[paper.Line, ...]
    data: Mapping[str, Scalar | tuple[str, ...]]
    task: str | None = None
    figures: bytes | None = None


def lines(desk: Services, template: str, view: object, head: str | None) -> tuple[paper.Line, ...]:
    """The words: the template with the fields of `view` (a dataclass), and `head` as 数据校验码."""
    context = {field.name: getattr(view, field.name) for field in fields(view)}  # type: ignore[arg-type]  # a dataclass
    return paper.read(Templates(desk.settings.templates).page(template, {**context, "head": short(head)}))


def short(head: str | None) -> str:
    """The head as it is printed, 1234-7c1e09d2…a904; — while nothing is recorded."""
    if head is None:
        return "—"
    anchor = Anchor.parse(head)
    return f"{anchor.seq}-{anchor.start[:8]}…{anchor.start[-4:]}"


def save(desk: Services, compose: Callable[[Sequence[Fact]], Draft], file: Path, by: str, now: datetime) -> Fact:
    """Write the file of a draft, keep it whole and note it in the journal; the fact that does.

    `compose` sees the drafts so far, and nobody adds one meanwhile. RefusedError where the file is there.
    """

    def drawn(drafts: Sequence[Fact]) -> Drawn:
        draft = compose(drafts)
        content = paper.written(draft.lines, title=draft.title, author=desk.register.office.name, now=now)
        files = [File(draft.document, file.name, content)]
        if draft.figures is not None:
            files.append(File(f"{draft.document}-figures", f"{file.stem}.json", draft.figures))
        data = {"document": draft.document, **draft.data, "digest": files[0].digest}
        entry = Entry(FactKind.DRAFT, by, task=draft.task, data={**data, "files": tuple(one.digest for one in files)})
        return Drawn(entry, tuple(files))

    journal = desk.journal
    with _claimed(file) as out:
        fact = journal.draw([FactKind.DRAFT], drawn, now=now)
        out.write(journal.kept(str(fact.data["digest"])))
    return fact


@contextmanager
def _claimed(file: Path) -> Iterator[BinaryIO]:
    """A new file, which is gone again if nothing came of it."""
    try:
        out = file.open("xb")
    except FileExistsError:
        message = say("{file} 已经有了，里面可能有人改过", file=str(file))
        raise RefusedError(Problem("draft-exists", message, say("换一个文件名，或先把它移走"))) from None
    try:
        with out:
            yield out
    except BaseException:
        file.unlink(missing_ok=True)
        raise
