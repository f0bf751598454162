"""The check of the office's templates: each is compiled and rendered with made-up letters. It sends nothing."""

from __future__ import annotations

from pathlib import Path

from scheduler.mailing.samples import samples
from scheduler.mailing.templates import TemplateFaultError, Templates
from scheduler.problems import Problem


def check_templates(folder: Path) -> list[Problem]:
    """What is wrong with the mail templates in `folder`, one problem per place: template-missing, template-broken."""
    templates, found = Templates(folder), list[Problem]()
    for name, context in samples():
        try:
            templates.render(name, context)
        except TemplateFaultError as fault:
            found += [problem for problem in fault.problems if problem not in found]
    return found
