"""Drafts for signature: words from a template, a .docx that is never overwritten, a trace in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

from scheduler.daemon.services import Services
from scheduler.journal import Anchor, Entry
from scheduler.mailing.templates import Templates
from scheduler.planning.model import FactKind, Scalar
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


def save(desk: Services, draft: Draft, file: Path, by: str, now: datetime) -> str:
    """Write the file, keep it whole and note it in the journal; its digest. RefusedError where the file is there."""
    content = paper.written(draft.lines, title=draft.title, author=desk.register.office.name, now=now)
    try:
        with file.open("xb") as out:
            out.write(content)
    except FileExistsError:
        message = say("{file} 已经有了，里面可能有人改过", file=str(file))
        raise RefusedError(Problem("draft-exists", message, say("换一个文件名，或先把它移走"))) from None
    journal = desk.journal
    digest = journal.keep(draft.document, file.name, content, now)
    kept = [digest]
    if draft.figures is not None:
        kept.append(journal.keep(f"{draft.document}-figures", f"{file.stem}.json", draft.figures, now))
    data = {"document": draft.document, **draft.data, "digest": digest, "files": tuple(kept)}
    journal.append([Entry(FactKind.DRAFT, by, task=draft.task, data=data)], now=now)
    return digest
