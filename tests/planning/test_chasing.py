"""催办 by hand: one chaser more, asked for by a person, at most one a working day and none beside the ladder's own."""

from __future__ import annotations

from datetime import date

import pytest
from notice_office import Story, at, row, told

from scheduler.planning.alarms import moments
from scheduler.planning.chasing import chase
from scheduler.planning.coming import coming, preview
from scheduler.planning.model import FactKind
from scheduler.planning.statements import void, withdraw
from scheduler.problems import RefusedError, UsageError

TASK = "paper/city/once"
HAND = f"{TASK}#chase-by-hand"


def ask(story: Story, when: str, task: str = TASK) -> str:
    """Somebody asks for a chaser; what he is told."""
    accepted = chase(story.plan(at(when)), "he.ping", at(when), task=task)
    entry = accepted.entry
    story.tell(entry.kind, when, entry.task, **dict(entry.data))
    return accepted.said.text()


def refused(story: Story, when: str) -> tuple[str, str, str]:
    with pytest.raises(RefusedError) as caught:
        ask(story, when)
    (problem,) = caught.value.problems
    assert caught.value.exit_code == 3
    return problem.code, problem.message.text().removeprefix(f"{TASK} "), problem.hint.text()


def test_a_chaser_goes_at_once_where_the_send_time_has_come():
    story = Story(row("2026-03-06"))
    story.beat("2026-02-04 09:00")
    assert ask(story, "2026-02-04 15:20") == f"{TASK}：已登记催办，随即发给周敏"
    (message,) = story.beat("2026-02-04 15:20")
    assert told([message]) == ["zhou.min: chase-by-hand-2026-02-04"]
    assert (message.kind.value, message.moment, message.late) == ("chaser", at("2026-02-04 15:20"), False)
    assert story.beat("2026-02-04 15:21") == []


@pytest.mark.parametrize(
    ("asked", "said", "before", "goes"),
    [
        # Wednesday morning, before the send time
        (
            "2026-02-04 08:00",
            "今天的发送时间还没有到，2026-02-04 09:00发给周敏",
            "2026-02-04 08:59",
            "2026-02-04 09:00",
        ),
        # Sunday, 8 February
        ("2026-02-08 12:00", "今天休息，2026-02-09 09:00发给周敏", "2026-02-08 23:00", "2026-02-09 09:00"),
        # Saturday, 14 February works; the Spring Festival is from the 15th to the 23rd
        ("2026-02-16 12:00", "今天休息，2026-02-24 09:00发给周敏", "2026-02-23 09:00", "2026-02-24 09:00"),
    ],
)
def test_else_it_goes_at_the_next_send_moment_and_says_so(asked: str, said: str, before: str, goes: str):
    story = Story(row("2026-03-06"))
    story.beat(asked)
    assert ask(story, asked) == f"{TASK}：已登记催办，{said}"
    plan = story.plan(at(asked))
    assert at(goes) in moments(plan)["paper"]
    assert [c.notice.name for c in coming(plan, at(asked), at(goes)) if HAND in c.notice.name] == [
        f"{HAND}-{goes[:10]}"
    ]
    assert not any("by-hand" in line for line in told(story.beat(before)))
    assert any("by-hand" in line for line in told(story.beat(goes)))


def test_the_preview_shows_one_that_was_asked_for_on_a_rest_day():
    story = Story(row("2026-03-06"))
    ask(story, "2026-02-08 12:00")
    assert [c.notice.name for c in preview(story.plan(at("2026-02-08 12:00")), at("2026-02-08 12:00"))] == [
        f"{HAND}-2026-02-09"
    ]


def test_a_second_one_on_the_same_day_is_refused_and_it_says_when_it_is_possible_again():
    story = Story(row("2026-03-06"))
    ask(story, "2026-02-06 10:00")  # a Friday
    story.beat("2026-02-06 10:01")
    again = ("chased-already", "2026-02-06已经登记过催办", "没有登记；2026-02-09 09:00以后可以再催")
    assert refused(story, "2026-02-06 17:00") == again
    ask(story, "2026-02-07 10:00")  # for Monday
    assert refused(story, "2026-02-08 10:00")[1:] == (
        "2026-02-09已经登记过催办",
        "没有登记；2026-02-10 09:00以后可以再催",
    )


@pytest.mark.parametrize(
    ("when", "beaten", "why", "again"),
    [
        ("2026-02-02 08:00", None, "2026-02-02按提醒办法催办（chase-1）", "2026-02-03 09:00"),  # it will go today
        ("2026-02-02 10:00", "2026-02-02 09:00", "2026-02-02已经催办（chase-1）", "2026-02-03 09:00"),
        ("2026-02-01 10:00", None, "2026-02-02按提醒办法催办（chase-1）", "2026-02-03 09:00"),  # a Sunday
        ("2026-02-03 10:00", None, "2026-02-03按提醒办法催办（chase-1）", "2026-02-05 09:00"),  # owed since yesterday
    ],
)
def test_none_goes_on_a_day_on_which_the_ladder_chases(when: str, beaten: str | None, why: str, again: str):
    story = Story(row("2026-01-30"))  # chasers on 2, 4 and 6 February
    if beaten:
        story.beat(beaten)
    assert refused(story, when) == ("chased-already", why, f"没有登记；{again}以后可以再催")


def test_the_endless_chasers_count_too():
    story = Story(row("2026-01-30"))
    story.days("2026-02-02", "2026-03-04")
    assert refused(story, "2026-03-05 10:00")[1] == "2026-03-05按提醒办法催办（chase-6）"
    assert "chase-6" in str(story.days("2026-03-05", "2026-03-05"))


def test_where_the_ladder_chases_every_day_no_more_is_asked_for():
    story = Story(row("2026-01-30", ladder="statutory"))
    assert refused(story, "2026-02-04 10:00")[2] == "没有登记；按提醒办法每个工作日都催办，不必再催"


def test_one_asked_for_yesterday_neither_overtakes_nor_delays_the_ladder():
    story = Story(row("2026-01-30"))
    story.beat("2026-02-02 09:00")
    ask(story, "2026-02-03 10:00")
    story.beat("2026-02-03 10:01")
    assert story.days("2026-02-04", "2026-02-06") == {
        "Wed 02-04": ["zhou.min: chase-2"],
        "Fri 02-06": ["zhou.min: chase-3"],
    }


def test_after_an_outage_the_ladders_own_speaks_for_it():
    story = Story(row("2026-01-30"))
    story.beat("2026-02-02 09:00")
    ask(story, "2026-02-03 10:00")
    assert told(story.beat("2026-02-05 09:00")) == ["zhou.min: chase-2 (late)"]
    assert story.skipped()["chase-by-hand-2026-02-03"] == "overtaken"


@pytest.mark.parametrize(
    ("kind", "data", "hint"),
    [
        (FactKind.DONE, {}, "确需再办的，先用 duban reopen 重新打开"),
        (FactKind.WAIVE, {"reason": "x", "approved_by": "xu.wen"}, "确需再办的，先用 duban reopen 重新打开"),
        (FactKind.PAUSE, {"reason": "x"}, "恢复计算用 duban resume"),
        (FactKind.REPORT, {}, "先核实；未办结的用 duban return 退回"),
    ],
)
def test_a_task_that_asks_for_nothing_is_not_chased(kind: FactKind, data: dict[str, str], hint: str):
    story = Story(row("2026-03-06"))
    story.beat("2026-02-03 09:00")
    story.tell(kind, "2026-02-03 10:00", TASK, date(2026, 2, 3), **data)
    assert refused(story, "2026-02-04 10:00")[::2] == ("not-to-be-chased", hint)


def test_what_is_done_before_it_goes_is_not_chased_any_more():
    story = Story(row("2026-03-06"))
    ask(story, "2026-02-08 12:00")
    story.tell(FactKind.DONE, "2026-02-08 15:00", TASK, date(2026, 2, 8))
    assert story.beat("2026-02-09 09:00") == []
    assert story.skipped()["chase-by-hand-2026-02-09"] == "done"


def test_one_that_waits_can_be_withdrawn_and_the_day_is_spent():
    story = Story(row("2026-03-06"))
    story.beat("2026-02-02 09:00")
    ask(story, "2026-02-08 12:00")
    name = f"{HAND}-2026-02-09"
    withdraw(story.plan(at("2026-02-08 13:00")), "he.ping", name=name, reason="已电话联系")
    story.tell(FactKind.WITHDRAW, "2026-02-08 13:00", TASK, notice=name, reason="已电话联系")
    assert refused(story, "2026-02-08 14:00")[0] == "chased-already"
    assert story.beat("2026-02-09 09:00") == []


def test_a_moved_target_renews_none_that_went_and_drops_one_that_waits():
    extension = "extension: {up_to: 10wd, times: 1}"
    story = Story(f"{row('2026-03-06')}".replace("ladder: plain}", f"ladder: plain, {extension}}}"))
    story.beat("2026-02-02 09:00")
    ask(story, "2026-02-04 10:00")
    story.beat("2026-02-04 10:01")
    ask(story, "2026-02-07 10:00")  # a Saturday, for Monday
    story.tell(FactKind.EXTEND, "2026-02-07 11:00", TASK, by="5wd", reason="x", approved_by="xu.wen")
    went = [line for day in ("09", "10", "11") for line in told(story.beat(f"2026-02-{day} 09:00"))]
    assert went == ["zhou.min: remind-20wd"]  # the first reminder before the new target
    assert ask(story, "2026-02-11 10:00").endswith("随即发给周敏")


def test_one_that_was_voided_never_goes():
    story = Story(row("2026-03-06"))
    story.beat("2026-02-02 09:00")
    ask(story, "2026-02-08 12:00")
    seq = story.facts[-1].seq
    void(story.facts, "he.ping", seq=seq, reason="错任务")
    story.tell(FactKind.VOID, "2026-02-08 13:00", TASK, seq=seq, reason="错任务")
    assert story.beat("2026-02-09 09:00") == []


def test_for_work_counted_in_hours_it_goes_on_a_sunday_night():
    hourly = "  - {id: repost, title: 转载, owed_by: event.unit, due: {within: 48h, after: paper.issued}}"
    story = Story(hourly, since="2026-02-01 09:00")
    story.tell(
        FactKind.EVENT, "2026-02-07 20:00", None, at("2026-02-07 20:00"), event="paper.issued", ref="P", unit="city"
    )
    assert ask(story, "2026-02-08 03:00", "repost/city/P").endswith("随即发给周敏")
    assert told(story.beat("2026-02-08 03:00")) == ["zhou.min: chase-by-hand-2026-02-08"]


def test_a_leader_who_reads_one_sheet_a_week_is_chased_by_hand_at_once():
    story = Story(row("2026-02-27", owed_by="{role: leader, of: {unit: city}}"), leader=", mail: weekly")
    story.beat("2026-02-02 09:00")
    ask(story, "2026-02-04 10:00", "paper/lu.he/once")
    assert told(story.beat("2026-02-04 10:00")) == ["lu.he: chase-by-hand-2026-02-04"]


def test_a_task_that_nobody_knows_is_answered_with_those_near():
    with pytest.raises(UsageError):
        ask(Story(row()), "2026-02-04 10:00", "paper/nobody/once")
