"""The targets, what was measured, and whether it is met. It measures nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bench.mail import rate
from bench.moments import Compared
from bench.process import Measured
from bench.scale import Work


@dataclass
class Findings:
    """What the parts have found so far."""

    arithmetic: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    commands: Mapping[str, Measured] = field(default_factory=dict)
    province: Measured | None = None
    idle: Measured | None = None
    moments: dict[int, Compared] = field(default_factory=dict)
    naive: Mapping[int, Mapping[str, Measured]] = field(default_factory=dict)
    mail: Mapping[float, Mapping[str, Measured]] = field(default_factory=dict)
    scale: Mapping[int, Work] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """One target: in words, what was measured (None: nothing yet), and whether that is enough."""

    words: str
    measured: str | None
    met: bool | None


def targets(found: Findings) -> Iterator[str]:
    """The table of targets; what was not measured in this run says so."""
    yield "## Targets"
    yield ""
    yield "| target | measured | |"
    yield "|---|---|---|"
    for make in (_arithmetic, _moments, _naive, _mail, _plan, _load, _cold, _idle):
        for one in make(found):
            verdict = {True: "met", False: "**not met**", None: "not measured"}[one.met]
            yield f"| {one.words} | {one.measured or ''} | {verdict} |"


def _arithmetic(found: Findings) -> Iterator[Target]:
    for words, name, least in (
        ("working-day add ≥ 1,000 × find_workday(20)", "`chinese_calendar.find_workday`", 1_000),
        ("… ≥ 10 × numpy's scalar busday_offset", "`numpy.busday_offset`, scalar", 10),
    ):
        own, other = found.arithmetic.get("duban `Calendar.add`"), found.arithmetic.get(name)
        if not own or not other:
            yield Target(words, None, None)
            continue
        times = other["20"] / own["20"]
        yield Target(words, f"{times:,.0f} ×", times >= least)


def _moments(found: Findings) -> Iterator[Target]:
    n = max(found.moments, default=0)
    one = found.moments.get(n)
    for words, key, least in (
        ("a year of moments for 10,000 obligations ≥ 50 × faster than Remind with make-up days", "true", 50),
        ("… and faster than Remind without them", "plain", 1),
    ):
        for form, how in (("-s12", "its calendar of a year"), ("-n", "`-n`, given each occurrence by us")):
            if one is None or one.took["duban"].fault or one.ratio(f"{form} {key}") is None:
                yield Target(f"{words}: {how}", None, None)
                continue
            own, alone = one.took["duban"].wall, one.took["duban"].n["calendar"]
            theirs = one.took[f"{form} {key}"].wall
            said = f"{n:,} obligations: {own:.2f} s and {theirs:,.2f} s: {theirs / own:,.1f} ×"
            if form == "-n":
                said += f"; the dates alone {theirs / alone:,.0f} ×"
            yield Target(f"{words}: {how}", said, theirs / own >= least)


def _naive(found: Findings) -> Iterator[Target]:
    words = "load and start of 100,000 tasks ≥ 50 × faster than one job per notice"
    work, size = found.scale.get(100_000), 100_000
    if work is None or size not in found.naive or {"forecast", "first"} - work.done.keys():
        yield Target(words, None, None)
        return
    own, other = work.done["first"], found.naive[size]
    if own.fault or other["load"].fault or other["start"].fault:
        yield Target(words, own.fault or other["load"].fault or other["start"].fault, own.fault is None or None)
        return
    reminders = work.done["forecast"].n.get("reminders", 0)
    each = (other["load"].wall + other["start"].wall) / size
    theirs = each * reminders
    said = (
        f"{own.wall:.1f} s until READY; {theirs:,.0f} s with a job for each of the {reminders:,} reminders alone: "
        f"{theirs / own.wall:,.0f} × (with one for each task {each * work.office.tasks / own.wall:,.0f} ×)"
    )
    yield Target(words, said, theirs / own.wall >= 50)


def _mail(found: Findings) -> Iterator[Target]:
    words = "mail ≥ 0.7 of plain smtplib on one connection, rendering included"
    for pause, by in found.mail.items():
        own, plain, several, alike = (rate(by[way]) for way in ("duban", "plain", "several", "durable"))
        how = f"a server that takes {pause * 1000:.0f} ms" if pause else "a server that accepts at once"
        if not own or not plain:
            yield Target(f"{words}, {how}", by["duban"].fault, None)
            continue
        more = f"; several connections bring smtplib {several / plain:.1f} ×" if several else ""
        alike_too = f" ({own / alike:.2f} where smtplib renders and records, too)" if alike else ""
        said = f"{own:,.0f} of {plain:,.0f} letters a second: {own / plain:.2f}{alike_too}{more}"
        yield Target(f"{words}, {how}", said, own / plain >= 0.7)
    if not found.mail:
        yield Target(words, None, None)


def _plan(found: Findings) -> Iterator[Target]:
    words = "the plan of a year for 1,000,000 tasks, with the load per recipient and week, in 10 s and 1 GB"
    work = found.scale.get(1_000_000)
    one = work.done.get("forecast") if work else None
    if one is None:
        yield Target(words, None, None)
    elif one.fault:
        yield Target(words, one.fault, met=False)
    else:
        yield Target(words, f"{one.wall:.1f} s, {one.peak / 1e6:,.0f} MB", one.wall < 10 and one.peak < 1e9)


def _load(found: Findings) -> Iterator[Target]:
    words = "load + check of 2,000 obligations and 5,000 units in 2 s"
    one = found.province
    if one is None or one.fault:
        yield Target(words, one.fault if one else None, None)
    else:
        yield Target(words, f"{one.wall:.2f} s", one.wall < 2)


def _cold(found: Findings) -> Iterator[Target]:
    for words, name, most in (
        ("`duban status` on the sample office from a cold shell in 0.6 s", "`duban status`, the sample office", 0.6),
        ("`duban --help` in 0.3 s", "`duban --help`", 0.3),
    ):
        one = found.commands.get(name)
        if one is None or one.fault:
            yield Target(words, one.fault if one else None, None)
        else:
            yield Target(words, f"{one.wall:.2f} s", one.wall < most)


def _idle(found: Findings) -> Iterator[Target]:
    words = "the idle daemon: < 80 MB, < 0.1 % of a core"
    one = found.idle
    if one is None or one.fault:
        yield Target(words, one.fault if one else None, None)
    else:
        share = 100 * one.cpu / one.wall
        yield Target(words, f"{one.peak / 1e6:,.0f} MB, {share:.3f} %", one.peak < 80e6 and share < 0.1)
