"""Pages made of the office's templates: how things stand, and a year on one sheet. It chooses no task."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import asdict

from scheduler.cli.options import spoken
from scheduler.cli.situation import Situation
from scheduler.mailing.templates import Templates
from scheduler.reports.page import LONGEST
from scheduler.reports.page import page as page_of
from scheduler.reports.status import Row


def status_page(found: Situation, kept: Sequence[Row]) -> str:
    """The status page of these tasks, one file."""
    return rendered(found, "page.html.j2", page_of(kept, found.plan, found.now, head=found.head, lang=spoken()))


def rendered(found: Situation, template: str, view: Struct) -> str:
    """A template with the fields of `view`."""
    return Templates(found.desk.settings.templates).page(template, asdict(view), LONGEST)
