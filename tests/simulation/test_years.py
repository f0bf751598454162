"""Some office-years under their seeds, in every run of the tests; `make simulate` plays two hundred."""

from .play import play, told

SEEDS = range(4)


def test_every_promise_is_kept_whatever_happens():
    played = play(SEEDS)
    assert [year.wrong for year in played] == [()] * len(SEEDS), told(played)
