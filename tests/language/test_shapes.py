"""The 46 shapes of schedule, each by one row of the documents: what happens, and where its task then stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache

import pytest
import second_opinion as opinion
from catalogue import PROOFS, duties

from scheduler.planning import Calendars, History, Plan, compile_plan, standing
from scheduler.planning.model import BEIJING, Fact, FactKind, Moment, Scalar, State
from scheduler.register import Obligation, Register, load
from scheduler.register.model import Before, Measure, With, Within


@dataclass(frozen=True)
class Look:
    """On that day the task of that bearer and period stands so (None: there is none) and is to be done by `target`."""

    now: str
    task: str
    state: State | None = State.OPEN
    target: str | None = None
    reckoned: Moment | None = None  # the same target by the second opinion
    due: str | None = None  # where it is not the target
    done: int | None = None


@dataclass(frozen=True)
class Said:
    """A fact, in the words of the command that records it."""

    kind: FactKind
    on: str
    entered: str
    what: str
    data: Mapping[str, Scalar]


@dataclass(frozen=True)
class Story:
    """A row, what is recorded, and what is seen."""

    row: str
    facts: tuple[Said, ...]
    looks: tuple[Look, ...]


def story(row: str, *rest: Said | Look) -> Story:
    return Story(
        row, tuple(r for r in rest if isinstance(r, Said)), tuple(r for r in rest if isinstance(r, Look))
    )  # fmt: skip


def event(on: str, unit: str | None = None, entered: str | None = None, of: str = "", **data: Scalar) -> Said:
    """`of` names the event; without it the one that the row hangs on."""
    who = {} if unit is None else {"unit": unit}
    return Said(FactKind.EVENT, on, entered or on, of, {"ref": "R-1", **who, **data})


def record(on: str, who: str, **data: Scalar) -> Said:
    return Said(FactKind.RECORD, on, on, "", {("person" if "." in who else "unit"): who, **data})


def done(on: str, task: str) -> Said:
    return Said(FactKind.DONE, on, on, task, {})


def day(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    """A moment in Beijing; of a whole day 10:00."""
    if len(text) == 10:
        return datetime.combine(day(text), time(10), BEIJING)
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def moment(text: str) -> Moment:
    return day(text) if len(text) == 10 else at(text)


DONE, LATE, OVERDUE, NOT_OPEN = State.DONE, State.DONE_LATE, State.OVERDUE, State.NOT_OPEN
PAUSED, NONE = State.PAUSED, None

STORIES = {
    # -- fixed calendar ----------------------------------------------------------------------------------------------
    "one-off:date": story(  # 2017年底前: a Sunday
        "000-07",
        Look(
            "2017-10-09", "county-a/once", NOT_OPEN, target="2017-12-29", reckoned=opinion.preceding(day("2017-12-31"))
        ),
        Look("2017-12-31", "county-a/once", target="2017-12-29", due="2017-12-31"),
        Look("2018-01-01", "county-a/once", OVERDUE),
    ),
    "one-off:self-set": story("002-108", Look("2017-07-03", "county-a/once", NOT_OPEN, target="2017-12-29")),
    "one-off:external-trigger": story(  # nothing is asked until the document from above is there
        "002-059",
        event("2018-07-31", "environment"),
        Look("2018-07-30", "environment/R-1", NONE),
        Look("2018-07-31", "environment/R-1", target="2018-10-31"),
        Look("2018-07-31", "water/R-1", target="2018-10-31"),
    ),
    "annual:date": story(  # 每年3月底前: a Saturday
        "002-062",
        Look("2018-03-01", "county-a/2018", target="2018-03-30", reckoned=opinion.preceding(day("2018-03-31"))),
        Look("2018-03-31", "county-a/2018", due="2018-03-31"),
    ),
    "annual:no-date": story(  # the house's 30 April lies in a rest; the Saturday before it works
        "000-15",
        Look("2018-04-02", "county-a/2018", target="2018-04-28", reckoned=opinion.preceding(day("2018-04-30"))),
    ),
    "annual:phase": story(  # 年中抓进度
        "002-010",
        Look("2018-05-31", "city-office/2018", NOT_OPEN),
        Look("2018-06-01", "city-office/2018", target="2018-07-13", reckoned=opinion.preceding(day("2018-07-15"))),
    ),
    "annual:implied": story(
        "002-034",
        Look("2018-12-03", "state-assets/2017", target="2018-12-29", reckoned=opinion.preceding(day("2018-12-31"))),
    ),
    "annual:with-report": story(  # rides on the report of 31 January, over Spring Festival
        "001-04",
        Look("2023-01-13", "construction/2022", target="2023-01-19", reckoned=opinion.add(day("2023-01-31"), -5)),
    ),
    "annual:batches": story(
        "002-048",
        Look("2018-08-20", "finance/2018-08-25", target="2018-08-24", reckoned=opinion.preceding(day("2018-08-25"))),
        Look("2018-12-20", "finance/2018-12-25", target="2018-12-25"),
    ),
    "annual:after-event": story(
        "002-049",
        event("2018-04-10", "industry"),
        Look("2018-04-10", "industry/R-1", target="2018-05-09", reckoned=opinion.add(day("2018-04-10"), 20)),
    ),
    "window:month": story(
        "004-34",
        Look("2018-10-31", "education/2018", NOT_OPEN),
        Look("2018-11-01", "education/2018", target="2018-11-30", reckoned=opinion.preceding(day("2018-11-30"))),
        Look("2018-12-01", "education/2018", OVERDUE),
    ),
    "window:per-event": story(  # each consultation has its own days; the last one is told as planned, and moves
        "001-22.close",
        event("2023-05-31", "bureau", entered="2023-05-10", planned=True),
        event("2023-06-09", "bureau", entered="2023-05-25", planned=True),
        Look("2023-05-11", "bureau/R-1", NOT_OPEN, target="2023-05-31"),
        Look("2023-06-02", "bureau/R-1", target="2023-06-09"),
    ),
    "monthly": story(  # 20 February 2018 lies in Spring Festival
        "002-016",
        Look("2018-02-05", "finance/2018-01", target="2018-02-22", reckoned=opinion.following(day("2018-02-20"))),
    ),
    "quarterly": story(  # ten working days, over National Day
        "002-056",
        Look("2018-10-08", "tourism/2018Q3", target="2018-10-19", reckoned=opinion.add(day("2018-09-30"), 10)),
    ),
    # -- elapsed from an event ---------------------------------------------------------------------------------------
    "event+Nwd": story(  # issued on a Saturday that works
        "002-006",
        event("2017-05-27", "city-office"),
        Look("2017-05-31", "county-a/R-1", target="2017-07-11", reckoned=opinion.add(day("2017-05-27"), 30)),
        Look("2017-07-12", "county-a/R-1", OVERDUE),
    ),
    "event+Nwd:law": story(
        "002-115",
        event("2019-09-16", "finance"),
        event("2019-09-20", "finance", of="foi.third-party-consulted"),
        Look("2019-09-16", "finance/R-1", target="2019-10-17", reckoned=opinion.add(day("2019-09-16"), 20)),
        Look("2019-09-23", "finance/R-1", PAUSED),
    ),
    "event+Nwd:elsewhere": story(
        "002-054",
        event("2018-09-28", "science"),
        Look("2018-09-28", "science/R-1", target="2018-10-12", reckoned=opinion.add(day("2018-09-28"), 7)),
    ),
    "event+Nh": story(  # New Year's Eve: hours do not rest
        "002-100",
        event("2018-02-15 22:30", "county-a"),
        Look("2018-02-16 03:00", "county-a/R-1", target="2018-02-16 03:30"),
        Look("2018-02-16 03:31", "county-a/R-1", OVERDUE),
    ),
    "event+Nh:none": story(
        "001-18",
        event("2023-07-01 20:00", "construction"),
        Look("2023-07-01 21:00", "construction/R-1", target="2023-07-02 00:00"),
    ),
    "event+Nh:elsewhere": story(
        "000-47",
        event("2018-05-04 16:00", "county-a"),
        Look("2018-05-05 10:00", "county-a/R-1", target="2018-05-06 16:00"),
    ),
    "sync": story(  # published on a Saturday: the interpretation too
        "000-25",
        event("2018-03-10", "justice", entered="2018-03-05", planned=True),
        Look("2018-03-06", "justice/R-1", target="2018-03-10"),
    ),
    "sync:live": story(
        "002-089",
        event("2018-03-17", "county-a", entered="2018-03-12", planned=True),
        Look("2018-03-13", "county-a/R-1", target="2018-03-17"),
    ),
    "sync:external-schedule": story(
        "004-22",
        event("2018-09-20", "office"),
        Look("2018-09-20", "office/R-1", target="2018-09-20"),
    ),
    "gate:before": story(  # the meeting is put off to a Saturday
        "000-08",
        event("2018-03-12", "justice", entered="2018-03-01", planned=True),
        event("2018-03-17", "justice", entered="2018-03-08", planned=True),
        Look("2018-03-02", "justice/R-1", NOT_OPEN, target="2018-03-12"),
        Look("2018-03-09", "justice/R-1", target="2018-03-16", reckoned=opinion.preceding(day("2018-03-17"))),
    ),
    "gate:with": story(
        "000-01",
        event("2018-03-12", "justice"),
        Look("2018-03-12", "justice/R-1", target="2018-03-12"),
        Look("2018-03-13", "justice/R-1", OVERDUE),
    ),
    # -- counts and states -------------------------------------------------------------------------------------------
    "quota:person": story(
        "002-095",
        record("2018-03-01", "lu.he"),
        record("2018-11-20", "lu.he"),
        Look("2018-06-01", "lu.he/2018", target="2018-12-29", done=1),
        Look("2018-11-21", "lu.he/2018", DONE, done=2),
        Look("2018-11-21", "sun.li/2018", done=0),
        Look("2019-01-01", "sun.li/2018", OVERDUE),
    ),
    "quota:unit": story(
        "003-30",
        record("2017-10-20", "office"),
        Look("2017-09-29", "office/2017", target="2017-12-29", reckoned=opinion.preceding(day("2017-12-31"))),
        Look("2017-10-20", "office/2017", DONE, done=1),
    ),
    "quota:unnumbered": story(  # 加大: more than the four of the year before
        "002-094",
        *(record(f"2018-0{month}-15", "education") for month in (2, 3, 4, 5)),
        Look("2018-06-01", "education/2018", target="2018-12-29", done=4),
    ),
    "cycle:annual-100": story(
        "004-12",
        record("2018-09-05", "xu.ting"),
        Look("2018-10-08", "office/2018", target="2018-12-29", done=1),
    ),
    "cycle:100-by-date": story(
        "003-31",
        *(record("2018-05-08", who) for who in ("bai.lu", "chang.ning", "zou.min")),
        Look("2018-05-07", "office/once", NOT_OPEN, target="2018-12-29", done=0),
        Look("2018-05-08", "office/once", DONE, done=3),
    ),
    "headcount:min": story(  # one leaves: a task at once, until there are three again
        "002-001",
        record("2018-02-01", "county-a", value="3"),
        record("2018-05-02", "county-a", value="2"),
        record("2018-05-10", "county-a", value="3"),
        Look("2018-02-01", "county-a/2018Q1", DONE),
        Look("2018-05-01", "county-a/2018-05-02", NONE),
        Look("2018-05-03", "county-a/2018-05-02", OVERDUE, target="2018-05-02"),
        Look("2018-05-10", "county-a/2018-05-02", LATE),
    ),
    "headcount:exact": story(
        "002-111",
        record("2018-05-02", "finance", value="0"),
        Look("2018-05-02", "finance/2018-05-02", target="2018-05-02"),
    ),
    "headcount:unnumbered": story(
        "000-32",
        record("2018-05-02", "egov-office", value="1"),
        Look("2018-05-02", "egov-office/2018Q2", DONE),
        Look("2018-05-02", "justice/2018Q2", target="2018-06-29", reckoned=opinion.preceding(day("2018-06-30"))),
    ),
    "count:things": story(
        "004-73",
        record("2019-03-01", "education", value="1"),
        Look("2019-03-01", "education/2019", DONE),
        Look("2019-03-01", "government-services/2019", target="2019-03-29"),
    ),
    "percent:floor": story(
        "000-55",
        record("2018-06-01", "county-a", value="3.5%"),
        record("2018-06-20", "county-a", value="4%"),
        Look("2018-06-01", "county-a/2018-06-01"),
        Look("2018-06-20", "county-a/2018", DONE, target="2018-12-29"),
    ),
    "percent:target-by-date": story(
        "004-68",
        record("2018-07-02", "government-services", value="399/500"),
        record("2018-11-02", "government-services", value="400/500"),
        Look("2018-07-02", "government-services/2018", target="2018-12-29", done=0),
        Look("2018-11-02", "government-services/2018", DONE),
    ),
    "percent:100-by-date": story(
        "002-029",
        record("2017-10-20", "finance"),
        Look("2017-10-20", "development-reform/once", NOT_OPEN, target="2017-12-29", done=1),
        Look("2018-01-02", "development-reform/once", OVERDUE),
    ),
    # -- standing, with a review -------------------------------------------------------------------------------------
    "standing:prompt-event": story(
        "000-43",
        event("2018-09-21", "county-a"),
        Look("2018-09-21", "county-a/R-1", target="2018-10-18", reckoned=opinion.add(day("2018-09-21"), 15)),
    ),
    "standing:prompt-flow": story(
        "000-33",
        Look("2018-09-03", "justice/2018-09", target="2018-09-30", reckoned=opinion.preceding(day("2018-09-30"))),
    ),
    "standing:periodic": story(
        "002-023",
        Look("2018-07-02", "human-resources/2018H1", target="2018-07-27", reckoned=opinion.add(day("2018-06-30"), 20)),
    ),
    "standing:discretionary": story(  # 适时: asked, lapses, never overdue
        "002-012",
        Look("2018-06-01", "city-office/2018H1", target="2018-06-29"),
        Look("2018-07-02", "city-office/2018H1", State.DORMANT),
    ),
    "standing:live-update": story(
        "000-14",
        Look("2018-09-03", "county-a/2018Q3", target="2018-09-30", reckoned=opinion.preceding(day("2018-09-30"))),
    ),
    "standing:continuous": story(  # the Friday lies in National Day; the Saturday before works
        "002-103",
        Look("2017-09-29", "county-a/2017-W40", target="2017-09-30", reckoned=opinion.preceding(day("2017-10-06"))),
    ),
    "standing:post-event": story(  # a series from the first release until the event is closed
        "002-102",
        event("2018-03-05", "county-a"),
        event("2018-03-20", "county-a", of="emergency.closed"),
        Look("2018-03-05", "county-a/2018-W10", target="2018-03-09"),
        Look("2018-03-12", "county-a/2018-W11", target="2018-03-16"),
        Look("2018-03-20", "county-a/2018-W12", NONE),
    ),
    "standing:cyclic-unnumbered": story(
        "000-46",
        Look("2018-10-08", "county-a/2018", target="2018-10-31", reckoned=opinion.preceding(day("2018-10-31"))),
    ),
    "standing:external-schedule": story(  # the paper from above brings its own day: a Sunday
        "004-71",
        event("2018-10-15", "office", due="2018-10-28"),
        Look("2018-10-15", "office/R-1", target="2018-10-26", reckoned=opinion.preceding(day("2018-10-28"))),
        Look("2018-10-28", "office/R-1", due="2018-10-28"),
    ),
}


def test_there_is_a_story_for_every_shape() -> None:
    assert len(STORIES) == 46
    assert set(STORIES) == {duty.shape for duty in duties().values()}
    assert [told.row for shape, told in STORIES.items() if duties()[told.row.split(".")[0]].shape != shape] == []


@pytest.mark.parametrize("shape", STORIES)
def test_the_language_says_the_shape(shape: str) -> None:
    told = STORIES[shape]
    for look in told.looks:
        found = _seen(told, look)
        expected = (look.state, moment(look.target) if look.target else found[1], look.done)
        assert (found[0], found[1], found[2] if look.done is not None else None) == expected, look
        if look.due:
            assert found[3] == moment(look.due)


@pytest.mark.parametrize("shape", [shape for shape, told in STORIES.items() if any(x.reckoned for x in told.looks)])
def test_the_days_of_the_shape_are_those_of_the_list_of_working_days(shape: str) -> None:
    looks = [look for look in STORIES[shape].looks if look.reckoned]
    assert [look.target for look in looks] == [str(look.reckoned) for look in looks]


# -- shapes that need more than one row ------------------------------------------------------------------------------


def test_the_three_phases_of_a_year_follow_one_another() -> None:
    plan = _plan("002", (), "2018-01-02")
    days = [plan.task(f"row.{row}/city-office/2018") for row in ("002-009", "002-010", "002-011")]
    assert [str(task.dates.target) for task in days if task] == ["2018-03-30", "2018-07-13", "2018-12-29"]


def test_two_clocks_run_from_one_event() -> None:
    plan = _plan("002", _facts("002-100", (event("2018-02-15 22:30", "county-a"),)), "2018-02-15 23:00")
    clocks = [plan.task(f"row.{row}/county-a/R-1") for row in ("002-100", "002-101")]
    assert [task.dates.target for task in clocks if task] == [at("2018-02-16 03:30"), at("2018-02-16 22:30")]


@pytest.mark.parametrize(
    ("received", "rule", "target"),
    [("2019-05-14", "002-115.until-2019", "2019-06-04"), ("2019-05-15", "002-115", "2019-06-13")],
)
def test_a_request_is_answered_by_the_regulation_of_its_day(received: str, rule: str, target: str) -> None:
    plan = _plan("002", _facts("002-115", (event(received, "finance"),)), received)
    asked = {t.slot.obligation.id: t.dates.target for t in plan.tasks() if t.bearer.id == "finance" and t.slot.event}
    assert asked == {f"row.{rule}": day(target)}
    assert opinion.add(day(received), 15 if "until" in rule else 20) == day(target)


def test_what_is_checked_each_quarter_is_published_after_the_check() -> None:
    facts = _facts("002-104", (done("2018-09-28", "row.002-104/county-a/2018Q3"),))
    task = _plan("002", facts, "2018-09-28").task("row.002-105/county-a/2018Q3")
    assert task is not None
    assert task.dates.target == opinion.add(day("2018-09-28"), 10) == day("2018-10-17")


def test_each_leader_s_hearing_is_published_after_it() -> None:
    facts = _facts("000-49", (record("2018-09-28", "lu.he"),))
    plan = _plan("000", facts, "2018-09-28")
    heirs = [task.id for task in plan.tasks() if task.slot.obligation.id == "row.000-50"]
    assert heirs == ["row.000-50/lu.he/2018"]


# -- compiling -------------------------------------------------------------------------------------------------------


@cache
def _table(document: str) -> Register:
    loaded = load(PROOFS[document])
    assert loaded.register is not None
    return loaded.register


def _row(name: str) -> Obligation:
    return next(row for row in _table(name[:3]).obligations if row.id == f"row.{name}")


def _trigger(row: Obligation) -> str:
    """The event that a row hangs on, or the record that it counts."""
    match row.schedule:
        case Within(after=str() as found) | With(with_=found) | Before(before=found):
            return found
        case Measure(of=found):
            return found
        case other:
            return row.starts or getattr(other, "of", "")


def _facts(name: str, told: tuple[Said, ...]) -> tuple[Fact, ...]:
    row = _row(name)
    start = datetime.combine(_table(name[:3]).office.start or date.min, time(8), BEIJING)
    found = [
        Fact(1, FactKind.TABLE, start, None, "guan.li", None, {"digest": "0" * 64}),
        Fact(2, FactKind.ROW, start, None, "guan.li", None, {"obligation": row.id}),
    ]
    for seq, said in enumerate(sorted(told, key=lambda s: s.entered), start=3):
        task = said.what if said.kind is FactKind.DONE else None
        data = said.data if task else {said.kind.value: said.what or _trigger(row), **said.data}
        found.append(Fact(seq, said.kind, at(said.entered), moment(said.on), "guan.li", task, data))
    return tuple(found)


def _plan(document: str, facts: tuple[Fact, ...], now: str) -> Plan:
    register, moment_now = _table(document), at(now)
    first, last = date(moment_now.year, 1, 1), date(moment_now.year, 12, 31)
    history = History.of(facts).until(moment_now)
    return compile_plan(register, Calendars(register), history, now=moment_now, since=first, until=last)


def _seen(told: Story, look: Look) -> tuple[State | None, Moment | None, int | None, Moment | None]:
    plan = _plan(told.row[:3], _facts(told.row, told.facts), look.now)
    task = plan.task(f"row.{told.row}/{look.task}")
    if task is None:
        return None, None, None, None
    found = standing(task, plan, at(look.now))
    return found.state, task.dates.target, found.progress.done if found.progress else None, task.dates.due
