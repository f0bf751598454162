"""An office of its own for each story."""

import pytest
from small_office import Office


@pytest.fixture
def office(tmp_path):
    """On Monday 19 January 2026 at eight: nothing is owed before Friday."""
    return Office(tmp_path)
