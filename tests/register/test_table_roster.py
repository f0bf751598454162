"""Who is meant: selectors, roles over time, the tree of units, ladders by default."""

from __future__ import annotations

from datetime import date, time

import pytest
from good_table import register, table

from scheduler.register import Holder, Roster
from scheduler.register.model import Ladder, Selector
from scheduler.register.parts import fit
from scheduler.register.values import Duration, Follows, Unit
from scheduler.workdays import Region

BEFORE, AFTER = date(2026, 2, 28), date(2026, 3, 1)


@pytest.fixture(scope="module")
def roster() -> Roster:
    return Roster(register())


def selector(said: object) -> Selector:
    return fit(Selector, said)


@pytest.mark.parametrize(
    ("said", "units"),
    [
        ({"unit": "changji-city"}, ["changji-city"]),
        ({"unit": ["fukang-city", "changji-city"]}, ["changji-city", "fukang-city"]),
        ({"kind": "county"}, ["changji-city", "fukang-city"]),
        ({"kind": ["county", "office"]}, ["prefecture-office", "changji-city", "fukang-city"]),
        ({"kind": "county", "tag": "site"}, ["changji-city"]),  # keys of one mapping narrow each other
        ([{"kind": "office"}, {"tag": "site"}], ["prefecture-office", "changji-city"]),  # a list is a union
        ({"kind": "county", "except": {"tag": "site"}}, ["fukang-city"]),
        ({"role": "deputy"}, ["prefecture-office", "changji-city"]),
        ({"role": "deputy", "of": {"kind": "county"}}, ["changji-city"]),
        ({"role": "deputy", "kind": "county"}, ["changji-city"]),
        ({"unit": "nowhere"}, []),
        ({}, []),
        ("event.unit", ["fukang-city"]),
        ({"role": "officer", "of": "event.unit"}, []),  # it has no officer
    ],
)
def test_a_selector_means_units_in_the_order_of_the_table(roster: Roster, said: object, units: list[str]) -> None:
    assert roster.units(selector(said), event_unit="fukang-city") == tuple(units)


def test_without_an_event_no_unit_is_meant_by_it(roster: Roster) -> None:
    assert roster.units(selector("event.unit")) == ()


def test_units_owe_as_units_and_roles_as_persons(roster: Roster) -> None:
    leaders = selector({"role": "leader", "of": {"kind": "county"}})
    assert roster.bearers(selector({"tag": "site"}), AFTER) == (Holder("changji-city"),)
    assert roster.bearers(leaders, BEFORE) == (Holder("changji-city", "sun.li", "leader"),)
    assert roster.bearers(leaders, AFTER) == (Holder("changji-city", "ma.yu", "leader"),)


def test_a_vacant_post_owes_only_where_the_count_follows_the_post() -> None:
    vacant = Roster(register(table(", {person: ma.yu, from: 2026-03-01}", "")))
    leaders = selector({"role": "leader"})
    assert vacant.bearers(leaders, AFTER) == ()
    assert vacant.bearers(leaders, AFTER, follows=Follows.POST) == (Holder("changji-city", None, "leader"),)


def test_a_person_with_two_posts_owes_once_but_each_post_for_itself() -> None:
    twice = Roster(register(table("mail: fukang@example.gov.cn}", "people: {officer: zhou.min}}")))
    officers = selector({"role": "officer", "of": {"kind": "county"}})
    assert [h.person for h in twice.bearers(officers, AFTER)] == ["zhou.min"]
    assert len(twice.bearers(officers, AFTER, follows=Follows.POST)) == 2
    assert twice.posts("zhou.min", AFTER) == (("changji-city", "officer"), ("fukang-city", "officer"))


def test_an_exception_holds_for_persons_too(roster: Roster) -> None:
    said = {"role": "officer", "of": {"kind": ["county", "office"], "except": {"unit": "changji-city"}}}
    assert roster.persons(selector(said), AFTER) == ("he.ping",)


def test_the_persons_of_a_unit_are_all_with_a_post_there(roster: Roster) -> None:
    assert roster.persons(selector({"unit": "changji-city"}), AFTER) == ("zhou.min", "hu.bo", "an.ping", "ma.yu")


def test_a_role_changes_hands_overnight(roster: Roster) -> None:
    assert roster.holder("changji-city", "leader", BEFORE) == "sun.li"
    assert roster.holder("changji-city", "leader", AFTER) == "ma.yu"
    assert roster.holder("changji-city", "mayor", AFTER) is None
    assert roster.ever("changji-city", "leader") == ("sun.li", "ma.yu")


def test_the_tree_is_walked_upwards_and_downwards(roster: Roster) -> None:
    assert list(roster.above("changji-city")) == ["prefecture-office"]
    assert roster.below("prefecture-office") == ("changji-city", "fukang-city")


def test_a_region_comes_from_the_unit_or_from_above_or_from_the_office() -> None:
    own = Roster(register(table("    kind: office\n", "    kind: office\n    region: lhasa\n")))
    assert own.region("changji-city") is Region.LHASA
    assert Roster(register()).region("changji-city") is Region.XINJIANG


def test_a_send_time_comes_from_the_unit_or_from_the_office() -> None:
    own = Roster(register(table("    tags: [site]\n", "    tags: [site]\n    send_at: 09:00\n")))
    assert (own.send_at("changji-city"), own.send_at("fukang-city")) == (time(9), time(10, 30))


def test_a_row_without_a_ladder_uses_standard_or_for_hours_the_ladder_of_hours(roster: Roster) -> None:
    assert roster.ladder(roster.obligation("annual-report")) == roster.register.ladders["standard"]
    assert roster.ladder(roster.obligation("publish")) == roster.register.ladders["statutory"]
    hourly = Roster(register(table("due: {before: meeting, lead: 5wd}", "due: {within: 24小时, after: meeting}")))
    assert hourly.ladder(hourly.obligation("prepare")) == hourly.register.ladders["hours"]


def test_the_last_chaser_of_a_list_repeats() -> None:
    ladder = fit(Ladder, {"chase": ["1wd", "3wd", "every 5wd"]})
    assert ladder.chase == (Duration(1, Unit.WORKDAY), Duration(3, Unit.WORKDAY))
    assert ladder.chase_every == Duration(5, Unit.WORKDAY)
    assert fit(Ladder, {"chase": "every 1wd"}).chase_every == Duration(1, Unit.WORKDAY)


def test_rows_are_found_by_id(roster: Roster) -> None:
    assert roster.unit("changji-city").name == "昌吉市人民政府"
    assert roster.person("zhou.min").post == "科员"
    assert roster.event("meeting").title == "常务会议"
    assert roster.record("training").title == "培训"
    with pytest.raises(KeyError):
        roster.unit("nowhere")
