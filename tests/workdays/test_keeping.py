"""A calendar written down whole comes back as it was, every day of it."""

from datetime import date, timedelta

import pytest

from scheduler.workdays import Closures, Region, calendar
from scheduler.workdays.keeping import restored, written

CLOSED = Closures(frozenset({date(2026, 12, 1)}), frozenset({date(2026, 12, 5)}))
TABLES = [
    calendar(),
    calendar(Region.XINJIANG, closures=CLOSED),
    calendar(Region.GUANGXI, as_of=date(2020, 1, 26)),
]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: f"{table.region}-{table.as_of}")
def test_every_day_comes_back_with_its_status_and_source(table):
    found = restored(written([table]))[table.region]
    days = [table.first + timedelta(n) for n in range((table.last - table.first).days + 1)]
    assert [d for d in days if found.day(d) != table.day(d)] == []
    assert (found.digest, found.announced_until, found.as_of) == (table.digest, table.announced_until, table.as_of)


def test_the_same_calendars_are_the_same_bytes_in_any_order():
    regions = [calendar(), calendar(Region.XINJIANG)]
    assert written(regions) == written(regions[::-1])
    assert set(restored(written(regions))) == {None, Region.XINJIANG}
