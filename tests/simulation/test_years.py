"""Office-years under their seeds: `make test` plays two hundred, `make simulate` two thousand, a bare pytest a few."""

import os

from .play import play, told

YEARS = int(os.environ.get("DUBAN_YEARS", "6"))


def test_every_promise_is_kept_whatever_happens(record_property):
    played = list(play(range(YEARS)))
    record_property("summary", told(played))
    assert len(played) == YEARS
    assert [wrong for year in played for wrong in year.wrong] == [], told(played)
