"""Writes docs/catalogue.md: what became of each of the 321 duties of the five documents, by the example tables.

python -m tools.catalogue
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from scheduler.register import load
from scheduler.reports.whereabouts import Whereabouts, whereabouts

_ROOT = Path(__file__).parents[1]
_PAGE = _ROOT / "docs" / "catalogue.md"
_DUTIES = _ROOT / "tests" / "language" / "obligations.csv"
_TABLES = {
    "000": ("昌吉回族自治州2017年《自治州全面推进政务公开重点工作实施细则》", "obligations.yaml"),
    "001": ("鞍山市水利局《2023年政务公开工作落实方案》", "examples/001-anshan-water.yaml"),
    "002": ("《昭通市2017年政务公开工作要点分工方案》", "examples/002-zhaotong.yaml"),
    "003": ("重庆市南岸区2017年政务公开工作通知", "examples/003-nanan.yaml"),
    "004": ("2018年《盐城市亭湖区全面推进政务公开工作实施方案》", "examples/004-tinghu.yaml"),
}
_HEAD = """\
# 五份文件的321项要求，各到了哪里

五份公开文件逐项分解为321项要求。每份文件有一张示例台账，每项要求要么是台账里的一个事项，由程序按期提醒，
要么列入 `not_tracked`，写明由什么承担。**不列入自动提醒，不等于不履行。** 核对一张台账：

    duban where --table examples/002-zhaotong.yaml

`tests/language/` 另把321项逐项写成事项，只为证明台账的语言说得出每一种要求，不是推荐的写法。
本页由 `python -m tools.catalogue` 写成，有测试核对。
"""


def page() -> str:
    """The whole page: a table for each document."""
    with _DUTIES.open(encoding="utf-8", newline="") as file:
        known = {row["id"]: row for row in csv.DictReader(file)}
    found = {document: _found(path) for document, (_, path) in _TABLES.items()}
    return "\n".join([_HEAD, *_overview(found), *(line for d in found for line in _table(d, found[d], known))])


def _found(path: str) -> tuple[Whereabouts, ...]:
    register = load(_ROOT / path).register
    if register is None:
        raise SystemExit(path)
    return whereabouts(register)


def _overview(found: Mapping[str, tuple[Whereabouts, ...]]) -> Iterator[str]:
    yield from ("| 文件 | 台账 | 项 | 自动提醒 | 其中早于启用日期 | 不列入 |", "|---|---|---|---|---|---|")
    for document, rows in found.items():
        title, path = _TABLES[document]
        tracked, past = sum(r.tracked for r in rows), sum(r.past for r in rows)
        link = f"[`{path}`](../{path})"
        yield f"| {document} {title} | {link} | {len(rows)} | {tracked} | {past} | {len(rows) - tracked} |"
    yield ""


def _table(document: str, rows: tuple[Whereabouts, ...], known: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    yield from (f"## {document} {_TABLES[document][0]}", "", "| 编号 | 条款 | 要求 | 去向 |", "|---|---|---|---|")
    for row in rows:
        duty = known[row.ref]
        where = row.by.value if row.by else "、".join(f"`{name}`" for name in row.obligations)
        yield f"| {row.ref} | {duty['clause']} | {duty['title']} | {where} |"
    yield ""


if __name__ == "__main__":
    _PAGE.write_text(page(), encoding="utf-8")
