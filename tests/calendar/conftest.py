"""The fixture of this folder: an office of its own per test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from calendar_office import Office

from scheduler.clock import BEIJING


@pytest.fixture
def new_office(tmp_path: Path) -> Callable[..., Office]:
    def make(table: str, now: str, as_of: date | None = None) -> Office:
        moment = datetime.fromisoformat(now).replace(tzinfo=BEIJING)
        return Office(tmp_path, table, moment, as_of)

    return make
