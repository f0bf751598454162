"""What holds for every day and every number."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.workdays import Calendar, Convention, Kind, Region, calendar, counted_through, rolled_over
from scheduler.workdays.answers import evaluate
from scheduler.workdays.expr import parse

HORIZON = date(2026, 12, 28)

DAYS = st.dates(date(2010, 1, 1), date(2040, 12, 31))
STEPS = st.integers(1, 400)
TABLES = st.sampled_from(
    [calendar(), calendar(Region.XINJIANG), calendar(as_of=date(2019, 3, 1)), Calendar.custom({4})]
)


@given(TABLES, DAYS, STEPS)
def test_counting_to_the_nth_working_day_gives_n_in_both_directions(table, day, n):
    assert table.count(day, table.add(day, n)) == n
    assert table.count(day, table.add(day, -n)) == -n


@given(TABLES, DAYS, STEPS, STEPS)
def test_two_steps_are_one(table, day, a, b):
    assert table.add(table.add(day, a), b) == table.add(day, a + b)
    assert table.add(table.add(day, -a), -b) == table.add(day, -a - b)


@given(TABLES, DAYS, DAYS, STEPS)
def test_a_later_start_never_ends_earlier(table, one, other, n):
    first, last = sorted((one, other))
    assert table.add(first, n) <= table.add(last, n)
    assert table.add(first, -n) <= table.add(last, -n)


@given(TABLES, DAYS, STEPS)
def test_the_result_is_a_working_day_strictly_on_its_side(table, day, n):
    assert table.works(table.add(day, n))
    assert table.add(day, -n) < day < table.add(day, n)


@settings(deadline=None)
@given(TABLES, DAYS, STEPS)
def test_the_tables_agree_with_counting_on_fingers(table, day, n):
    n, found = n % 30 + 1, day
    for _ in range(n):
        found += timedelta(1)
        while not table.works(found):
            found += timedelta(1)
    assert table.add(day, n) == found


@given(TABLES, DAYS, st.sampled_from(Convention))
def test_a_roll_ends_on_the_nearest_working_day_of_its_direction(table, day, convention):
    found = table.roll(day, convention)
    if convention is Convention.NONE or table.works(day):
        assert found == day
    else:
        assert table.works(found)
        assert abs(table.count(day, found)) == 1
        assert convention is not Convention.PRECEDING or found < day
        assert convention is not Convention.FOLLOWING or found > day


@given(DAYS, STEPS)
def test_nothing_that_touches_a_day_after_the_horizon_is_announced(day, n):
    table = calendar(as_of=date(2026, 11, 22))
    for expr in (f"{day} + {n}wd", f"{day} - {n}wd", f"{day} roll following", f"{day} roll modified-preceding"):
        found = evaluate(parse(expr), table)
        touched = max(found.date, *(leg.last for leg in found.legs))
        assert (found.status == "announced") is (touched <= HORIZON)


@given(TABLES, DAYS, DAYS)
def test_a_span_is_announced_when_each_of_its_days_is(table, one, other):
    first, last = min(one, other), min(max(one, other), min(one, other) + timedelta(60))
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    assert table.span_announced(last, first) is all(map(table.announced, days))


@given(DAYS, STEPS, st.sampled_from(Convention))
def test_what_a_date_rests_on_holds_its_result(day, n, convention):
    table = calendar()
    end = table.add(day, n)
    assert counted_through(day, end) == (day + timedelta(1), end)
    first, last = rolled_over(day, table.roll(day, convention), convention)
    assert first <= min(day, table.roll(day, convention))
    assert last >= max(day, table.roll(day, convention))


@given(DAYS)
def test_a_day_works_as_its_kind_says(day):
    found = calendar().day(day)
    assert found.works is (found.kind in {Kind.WORKDAY, Kind.MAKE_UP})
    assert found.works is calendar().works(day)
