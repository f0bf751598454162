"""The next letter is written while the server has the one before; it goes only if it still says what is so."""

from datetime import timedelta

import pytest
from small_office import CITY, COUNTY, LIN, ZHOU, at

from scheduler.planning.model import FactKind

FRI_9 = at("2026-01-23 09:00")  # two reminders are owed
TASKS = {ZHOU: CITY, LIN: COUNTY}


@pytest.fixture
def watched(office):
    """The office, its daemon, and what happened in which order: `wrote` and `took`, each with an address."""
    daemon, seen = office.daemon(), []
    ahead = daemon._dispatch._ahead
    compose = ahead._compose

    def written(row, *more):
        seen.append(("wrote", row.recipient.address))
        return compose(row, *more)

    ahead._compose = written
    office.server.on_delivery = lambda letter: seen.append(("took", letter.to.address))
    office.now = FRI_9
    return office, daemon, seen


def while_the_first_is_on_its_way(office, seen, do):
    """Do something once, when the first letter was taken and the second is written."""

    def taken(letter):
        seen.append(("took", letter.to.address))
        if len(office.server.came) == 1:
            (other,) = TASKS.keys() - {letter.to.address}
            do(office, TASKS[other])

    office.server.on_delivery = taken


def test_the_second_letter_is_written_before_the_first_is_answered_and_only_once(watched):
    _, daemon, seen = watched
    daemon.beat()
    (_, first), (_, second) = seen[:2]
    assert {first, second} == {ZHOU, LIN}
    assert seen == [("wrote", first), ("wrote", second), ("took", first), ("took", second)]


def a_while_passes(office, _task):
    office.now += timedelta(seconds=6)


def somebody_telephones(office, task):
    office.tell(FactKind.CALL, task, note="打过电话")


def the_title_is_edited(office, _task):
    office.edit("报送工作年度报告", "报送年度报告")
    office.now += timedelta(seconds=2)  # how often the table is looked at


@pytest.mark.parametrize("do", [a_while_passes, somebody_telephones, the_title_is_edited])
def test_what_may_change_its_words_has_it_written_again(watched, do):
    office, daemon, seen = watched
    while_the_first_is_on_its_way(office, seen, do)
    daemon.beat()
    (_, first), (_, second) = seen[:2]
    assert seen == [("wrote", first), ("wrote", second), ("took", first), ("wrote", second), ("took", second)]
    assert office.server.came[1].date == office.now


@pytest.mark.parametrize(("second", "wrote"), [(10, 2), (58, 3)])
def test_within_a_minute_what_was_written_goes_and_in_the_next_one_it_is_looked_at_again(watched, second, wrote):
    office, daemon, seen = watched
    office.now += timedelta(seconds=second)

    def three_seconds_pass(office, _task):
        office.now += timedelta(seconds=3)

    while_the_first_is_on_its_way(office, seen, three_seconds_pass)
    daemon.beat()
    assert len(office.server.came) == 2
    assert [what for what, _ in seen].count("wrote") == wrote


def it_is_done(office, task):
    office.tell(FactKind.DONE, task)


def it_is_withdrawn(office, task):
    (key,) = (key for row in office.outbox() for key in row.notices if key.startswith(f"{task}#"))
    office.tell(FactKind.WITHDRAW, None, notice=key.partition("@")[0], reason="已电话联系")


def a_later_one_has_its_place(office, task):
    (key,) = (key for row in office.outbox() for key in row.notices if key.startswith(f"{task}#"))
    later = key.replace("#remind-5wd@", "#remind-1wd@")
    assert later != key
    office.tell(FactKind.QUEUED, None, notices=(later,), message="m", to=("zhou.min",))


@pytest.mark.parametrize("do", [it_is_done, it_is_withdrawn, a_later_one_has_its_place])
def test_what_is_not_wanted_any_more_meanwhile_does_not_go(watched, do):
    office, daemon, seen = watched
    while_the_first_is_on_its_way(office, seen, do)
    daemon.beat()
    assert [what for what, _ in seen] == ["wrote", "wrote", "took"]
    assert len(office.server.came) == 1


def test_a_fault_in_the_second_letter_does_not_keep_the_first_from_being_settled(watched):
    office, daemon, _ = watched
    ahead = daemon._dispatch._ahead
    compose, asked = ahead._compose, []

    def broken(*arguments):
        asked.append(arguments)
        if len(asked) == 1:
            return compose(*arguments)
        raise RuntimeError

    ahead._compose = broken
    with pytest.raises(RuntimeError):  # nobody foresaw it: the process ends, with the first letter on record
        daemon.beat()
    assert sorted(row.state for row in office.outbox()) == ["leased", "sent"]
