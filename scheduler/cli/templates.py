"""What is wrong with the office's templates: of the mails, the drafts and the pages. It renders for nobody."""

from __future__ import annotations

from pathlib import Path

from scheduler.mailing.checking import check_templates
from scheduler.mailing.templates import TemplateFaultError, Templates
from scheduler.problems import Problem
from scheduler.reports.specimens import specimens


def faulty_templates(folder: Path) -> tuple[Problem, ...]:
    """A problem for each place, with file and line: template-missing, template-broken."""
    mails = check_templates(folder)
    return (*mails, *(problem for problem in faulty_pages(folder) if problem not in mails))


def faulty_pages(folder: Path, only: str | None = None) -> tuple[Problem, ...]:
    """The same of what is no mail; `only` one file."""
    templates, found = Templates(folder), list[Problem]()
    for name, context in specimens():
        if only not in {None, name}:
            continue
        try:
            templates.page(name, context)
        except TemplateFaultError as fault:
            found += [problem for problem in fault.problems if problem not in found]
    return tuple(found)
