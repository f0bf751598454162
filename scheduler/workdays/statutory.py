"""The statutory festival days of any year, as the decree then in force fixes them; it knows nothing of 调休."""

from __future__ import annotations

from datetime import date, timedelta

from msgspec import Struct

from scheduler.workdays.facts import festival_dates


class Decree(Struct, frozen=True):
    """One revision of 全国年节及纪念日放假办法: from which year it rules, since when it is known."""

    number: str
    from_year: int
    published: date
    days: int


# 全国年节及纪念日放假办法 第二条, in the wording of each revision.
DECREES = (
    Decree("国务院令第270号", 2000, date(1999, 9, 18), 10),
    Decree("国务院令第513号", 2008, date(2007, 12, 16), 11),
    Decree("国务院令第644号", 2014, date(2013, 12, 11), 11),
    Decree("国务院令第795号", 2025, date(2024, 11, 12), 13),
)


def decree(year: int, as_of: date | None = None) -> Decree:
    """The revision that rules `year`, as far as it was published by the end of `as_of`."""
    known = [d for d in DECREES if d.from_year <= year and (as_of is None or d.published <= as_of)]
    return known[-1] if known else DECREES[0]


def statutory_days(year: int, as_of: date | None = None) -> dict[date, str]:
    """The festival days of `year` with their names; two festivals may fall on one day."""
    rule = decree(year, as_of)
    eve, third_of_may = rule.from_year in {2008, 2025}, rule.from_year == 2000
    moving = festival_dates(year)
    spring = moving["spring_festival"]
    first, length = (spring - timedelta(1) if eve else spring), 4 if rule.days == 13 else 3
    named = [(date(year, 1, 1), "元旦")]
    named += [(first + timedelta(n), "春节") for n in range(length)]
    named += [(date(year, 5, n), "劳动节") for n in range(1, 4 if third_of_may else 3 if rule.days == 13 else 2)]
    if rule.days > 10:
        lunar = {"qingming": "清明节", "dragon_boat": "端午节", "mid_autumn": "中秋节"}
        named += [(moving[key], name) for key, name in lunar.items()]
    named += [(date(year, 10, n), "国庆节") for n in (1, 2, 3)]
    days: dict[date, str] = {}
    for day, name in named:
        days[day] = f"{days[day]}、{name}" if day in days else name
    return dict(sorted(days.items()))
