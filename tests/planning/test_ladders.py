"""How ladders become steps: names, moments, rests, late births, repeats. The dates are those of announced calendars."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from msgspec.structs import replace
from notice_office import FRI_JAN_30, at

from scheduler.planning.ladders import Repeats, steps, window
from scheduler.planning.model import Dates, Moment, Step
from scheduler.register.ladders import built_in
from scheduler.register.model import Ladder
from scheduler.register.parts import fit
from scheduler.workdays import calendar

STANDARD, STATUTORY, HOURS = (built_in()[name] for name in ("standard", "statutory", "hours"))


def dates(target: Moment) -> Dates:
    return Dates(date(2026, 1, 1), target, target, target, None, provisional=False)


def made(ladder: Ladder, target: Moment, known: datetime | None = None, **more: object) -> tuple[Step, ...]:
    return steps(ladder, dates(target), calendar(), time(9), known=known, **more)  # type: ignore[arg-type]


def spoken(found: tuple[Step, ...]) -> list[str]:
    return [f"{s.name} {s.at:%a %m-%d %H:%M}" for s in found]


def test_the_standard_ladder_before_and_after_friday_30_january() -> None:
    assert spoken(made(STANDARD, FRI_JAN_30)) == [
        "remind-20wd Sun 01-04 09:00",  # a make-up working day
        "remind-5wd Fri 01-23 09:00",
        "remind-1wd Thu 01-29 09:00",
        "chase-1 Mon 02-02 09:00",
        "chase-2 Wed 02-04 09:00",
        "escalate-after-3wd Wed 02-04 09:00",
        "chase-3 Fri 02-06 09:00",
        "escalate-after-5wd Fri 02-06 09:00",
        "chase-4 Fri 02-13 09:00",
        "chase-5 Fri 02-27 09:00",  # five working days, over Spring Festival
    ]


def test_the_statutory_ladder_warns_the_line_before_saturday_28_february_which_works() -> None:
    assert spoken(made(STATUTORY, date(2026, 2, 28))) == [
        "remind-10wd Mon 02-09 09:00",
        "remind-5wd Sat 02-14 09:00",
        "escalate-before-3wd Wed 02-25 09:00",
        "remind-2wd Thu 02-26 09:00",
        "escalate-before-1wd Fri 02-27 09:00",
        "chase-1 Mon 03-02 09:00",
        "escalate-after-1wd Mon 03-02 09:00",
        "chase-2 Tue 03-03 09:00",
    ]


def test_only_the_last_reminder_is_the_last() -> None:
    assert [s.name for s in made(STANDARD, FRI_JAN_30) if s.last] == ["remind-1wd"]


def test_targets_and_asking_are_those_of_the_rungs() -> None:
    rungs = {s.name: (str(s.to), s.ask, s.ahead) for s in made(STATUTORY, FRI_JAN_30) if s.to}
    assert rungs == {
        "escalate-before-3wd": ("deputy", False, True),
        "escalate-before-1wd": ("office-head", False, True),
        "escalate-after-1wd": ("reports_to.officer", False, False),
    }


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (date(2026, 2, 24), None),  # Tuesday after the festival: the reminder of the day before falls on Sat 02-14
        (date(2026, 2, 25), "Sat 02-14"),
        (date(2026, 2, 26), "Sat 02-14"),  # the third working day after the rest
        (date(2026, 2, 27), None),
        (date(2026, 10, 8), None),  # National Day: 1wd before is Wed 09-30
        (date(2026, 10, 9), "Wed 09-30"),
        (date(2026, 10, 10), "Wed 09-30"),  # a Saturday that works
        (date(2026, 10, 12), None),
        (date(2026, 4, 7), None),  # Qingming rests three days only
    ],
)
def test_a_reminder_goes_before_a_long_rest_that_leaves_little_time(target: date, expected: str | None) -> None:
    ladder = fit(Ladder, {"remind": ["20wd", "1wd"]})
    found = [f"{s.at:%a %m-%d}" for s in made(ladder, target) if s.name == "remind-before-rest"]
    assert found == ([expected] if expected else [])


def test_a_reminder_before_the_rest_stands_for_itself() -> None:
    ladder = fit(Ladder, {"remind": ["2wd"]})  # before Wed 02-25 that is Sat 02-14
    assert spoken(made(ladder, date(2026, 2, 25))) == ["remind-2wd Sat 02-14 09:00"]


def test_off_working_days_reminders_move_back_and_chasers_forward() -> None:
    ladder = fit(Ladder, {"remind": ["1d", "5d"], "chase": ["2d"], "escalate": [{"after": "1d", "to": "deputy"}]})
    assert spoken(made(ladder, date(2026, 3, 1))) == [  # Sunday
        "remind-5d Tue 02-24 09:00",
        "remind-1d Sat 02-28 09:00",
        "escalate-after-1d Mon 03-02 09:00",
        "chase-1 Tue 03-03 09:00",
    ]


def test_reminders_of_one_moment_are_one() -> None:
    ladder = fit(Ladder, {"remind": ["2d", "1d", "1wd"]})  # before Mon 02-02: Sat, Sun and Fri
    assert spoken(made(ladder, date(2026, 2, 2))) == ["remind-1wd Fri 01-30 09:00"]


def test_the_send_time_of_the_ladder_wins() -> None:
    ladder = fit(Ladder, {"remind": ["1wd"], "send_at": "14:30"})
    assert spoken(made(ladder, FRI_JAN_30)) == ["remind-1wd Thu 01-29 14:30"]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ("2026-01-04 09:00", ["remind-20wd Sun 01-04", "remind-5wd Fri 01-23", "remind-1wd Thu 01-29"]),
        ("2026-01-04 09:01", ["remind-now Mon 01-05", "remind-5wd Fri 01-23", "remind-1wd Thu 01-29"]),
        ("2026-01-26 15:00", ["remind-now Tue 01-27", "remind-1wd Thu 01-29"]),
        ("2026-01-24 15:00", ["remind-now Mon 01-26", "remind-1wd Thu 01-29"]),  # Saturday
        ("2026-01-28 15:00", ["remind-1wd Thu 01-29"]),  # the next reminder is the next send moment
        ("2026-01-29 15:00", ["remind-now Fri 01-30"]),
        ("2026-01-30 15:00", []),  # too late to remind, too early to chase
    ],
)
def test_what_lies_before_the_task_was_known_is_one_reminder(known: str, expected: list[str]) -> None:
    ladder = replace(STANDARD, chase=(), chase_every=None, escalate=())
    found = made(ladder, FRI_JAN_30, at(known))
    assert [s.removesuffix(" 09:00") for s in spoken(found)] == expected
    assert [s.last for s in found] == [False] * (len(found) - 1) + [True] * bool(found)


def test_a_task_that_is_overdue_at_birth_gets_one_chaser_and_its_escalations_one_a_day() -> None:
    assert spoken(made(STANDARD, FRI_JAN_30, at("2026-03-07 10:00"))) == [  # Saturday
        "chase-6 Mon 03-09 09:00",
        "escalate-after-3wd Mon 03-09 09:00",
        "escalate-after-5wd Tue 03-10 09:00",
        "chase-7 Thu 03-12 09:00",
        "chase-8 Thu 03-19 09:00",
    ]


def test_passed_warnings_keep_their_moment_so_that_the_skip_is_recorded() -> None:
    found = made(STATUTORY, FRI_JAN_30, at("2026-01-28 10:00"))
    assert [s for s in spoken(found) if "before" in s] == [
        "escalate-before-3wd Tue 01-27 09:00",
        "escalate-before-1wd Thu 01-29 09:00",
    ]


def test_two_rungs_on_one_day_move_apart_unless_they_are_one_step_to_two_roles() -> None:
    rungs = [
        {"after": "3wd", "to": "deputy"},
        {"after": "3wd", "to": "reports_to.officer"},
        {"after": "5d", "to": "office-head"},  # Wednesday as well
    ]
    found = made(fit(Ladder, {"remind": ["1wd"], "escalate": rungs}), FRI_JAN_30)
    assert [f"{s.name}>{s.to} {s.at:%a}" for s in found if s.to] == [
        "escalate-after-3wd>deputy Wed",
        "escalate-after-3wd>reports_to.officer Wed",
        "escalate-after-5d>office-head Thu",
    ]


def test_warnings_on_one_day_move_back_and_a_rung_that_asks_delays_none() -> None:
    rungs = [
        {"before": "3d", "to": "office-head"},  # Fri 01-30 before Mon 02-02
        {"before": "1wd", "to": "deputy"},  # Fri 01-30
        {"after": "3wd", "to": "deputy", "ask": True},  # Thu 02-05
        {"after": "3d", "to": "office-head"},  # Thu 02-05
    ]
    found = made(fit(Ladder, {"remind": ["1wd"], "escalate": rungs}), date(2026, 2, 2))
    assert [s for s in spoken(found) if "escalate" in s] == [
        "escalate-before-3d Thu 01-29 09:00",
        "escalate-before-1wd Fri 01-30 09:00",
        "escalate-after-3wd Thu 02-05 09:00",
        "escalate-after-3d Thu 02-05 09:00",
    ]


def test_hours_go_by_night_and_through_a_holiday() -> None:
    assert spoken(made(HOURS, at("2026-02-17 06:00"))) == [  # New Year's Day of the lunar calendar
        "remind-12h Mon 02-16 18:00",
        "remind-4h Tue 02-17 02:00",
        "remind-1h Tue 02-17 05:00",
        "escalate-before-1h Tue 02-17 05:00",
        "escalate-after-0h Tue 02-17 06:00",
    ]


def test_an_hour_scale_task_that_becomes_known_late_reminds_at_once() -> None:
    assert spoken(made(HOURS, at("2026-02-17 06:00"), at("2026-02-17 03:10")))[0] == "remind-now Tue 02-17 03:10"


def test_days_before_an_hour_scale_target_count_from_its_day_and_never_after_it() -> None:
    ladder = fit(Ladder, {"remind": ["1wd", "0wd"], "chase": ["1wd"]})
    assert spoken(made(ladder, at("2026-01-30 08:00"))) == ["remind-0wd Thu 01-29 09:00", "chase-1 Mon 02-02 09:00"]


def test_a_soft_prompt_only_reminds() -> None:
    assert {s.kind for s in made(STANDARD, FRI_JAN_30, soft=True)} == {"reminder"}


def test_pace_days_are_reminders_with_the_number_that_should_be_there() -> None:
    found = made(STANDARD, date(2026, 12, 31), paces=[(date(2026, 6, 28), 1)])
    assert [(s.name, f"{s.at:%a %m-%d}", s.needs) for s in found if s.needs] == [("pace-06-28", "Fri 06-26", 1)]


def test_every_repeats_without_end_and_each_has_its_ordinal() -> None:
    ladder = fit(Ladder, {"chase": ["1wd", "3wd", "every 5wd"]})
    assert ladder.chase_every is not None
    repeats = Repeats(ladder, ladder.chase_every, FRI_JAN_30, window(ladder, calendar(), time(9)))
    assert [repeats.latest(at(t)) for t in ("2026-01-30 10:00", "2026-02-11 08:59", "2026-02-11 09:00")] == [
        None,
        None,
        3,
    ]
    assert spoken((repeats.step(3), repeats.step(4), repeats.following(at("2026-12-01 09:00")))) == [
        "chase-3 Wed 02-11 09:00",  # 8wd after the target
        "chase-4 Wed 02-25 09:00",
        "chase-43 Fri 12-04 09:00",
    ]
    assert repeats.latest(at("2026-12-04 09:00")) == 43


@pytest.mark.parametrize("every", ["1wd", "1d", "1w", "1m", "36h"])
def test_the_latest_repeat_is_found_however_long_ago_the_target_was(every: str) -> None:
    ladder = fit(Ladder, {"chase": f"every {every}"})
    assert ladder.chase_every is not None
    repeats = Repeats(ladder, ladder.chase_every, date(2024, 3, 29), window(ladder, calendar(), time(9)))
    now = at("2026-11-20 12:00")
    latest = repeats.latest(now)
    assert latest is not None
    assert repeats.step(latest).at <= now < repeats.step(latest + 1).at
    assert repeats.following(now) == repeats.step(latest + 1)
