"""Write the tables of moving festivals that it ships, from the `holidays` library; run by hand, once in years.

`python tools/almanac.py` rewrites both files under scheduler/workdays/data; a test holds them against the library.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from holidays.calendars.chinese import _ChineseLunisolar
from holidays.calendars.islamic import _IslamicLunar
from holidays.calendars.tibetan import _TibetanLunisolar

DATA = Path(__file__).parents[1] / "scheduler" / "workdays" / "data"
YEARS = range(2004, 2051)
LIBRARY = "vacanza/holidays（MIT）"

Row = tuple[date, str, str]


def statutory() -> Iterator[Row]:
    """The four festivals of the Chinese calendar that the whole country keeps; 除夕 is the eve of spring_festival."""
    lunar = _ChineseLunisolar()
    for year in YEARS:
        yield _day(lunar.lunar_new_year_date(year)), "spring_festival", f"{LIBRARY}，农历正月初一"
        yield _day(lunar.qingming_date(year)), "qingming", f"{LIBRARY}，清明"
        yield _day(lunar.dragon_boat_date(year)), "dragon_boat", f"{LIBRARY}，农历五月初五"
        yield _day(lunar.mid_autumn_date(year)), "mid_autumn", f"{LIBRARY}，农历八月十五"


def regional() -> Iterator[Row]:
    """About when the festivals of the regions fall: the moon is sighted, the Tibetan schools differ by a day."""
    lunar, islamic, tibetan = _ChineseLunisolar(), _IslamicLunar(), _TibetanLunisolar()
    for year in YEARS:
        for day, _ in islamic.eid_al_fitr_dates(year):
            if day.year == year:
                yield day, "eid_al_fitr", f"{LIBRARY}，伊斯兰历十月一日，推算，差一两日"
        for day, _ in islamic.eid_al_adha_dates(year):
            if day.year == year:
                yield day, "eid_al_adha", f"{LIBRARY}，伊斯兰历十二月十日，推算，差一两日"
        yield _day(lunar.hung_kings_date(year)) - timedelta(7), "third_of_third", f"{LIBRARY}，农历三月初十减七日"
        yield _day(tibetan.losar_date(year)), "losar", f"{LIBRARY}，藏历正月初一，推算，差一日"
        sermon = _day(tibetan.buddha_first_sermon_date(year))
        yield sermon + timedelta(26), "shoton", f"{LIBRARY}，藏历六月初四加二十六日，推算，差一日"


def _day(answer: tuple[date | None, bool]) -> date:
    day = answer[0]
    if day is None:
        raise LookupError("the library has no date for one of the years")
    return day


def write(path: Path, rows: Iterator[Row]) -> None:
    """One row per festival and year, in order of date."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("date", "festival", "source"))
        out.writerows(sorted(rows))


if __name__ == "__main__":
    write(DATA / "statutory.csv", statutory())
    write(DATA / "regional_festivals.csv", regional())
