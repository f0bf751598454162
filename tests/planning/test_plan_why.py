"""What `why` says: basis, counts with skipped and make-up days, articles, notices, recorded facts, 暂定."""

from __future__ import annotations

import pytest
from task_office import Book, office, plan, task

from scheduler.planning.model import FactKind
from scheduler.planning.why import why


def said(row: str, task_id: str, book: Book | None = None, **when: str) -> str:
    found = plan(office(row), book or Book(), **when)
    return "\n".join(step.text() for step in why(task(found, task_id), found))


def test_a_count_over_a_holiday_names_the_days_the_article_and_the_notice() -> None:
    basis = "basis: {document: 实施细则, clause: 一(一), quote: 印发后5个工作日内}"
    row = f"due: {{within: 5wd, after: paper}}\nowed_by: event.unit\n{basis}"
    text = said(row, "row/city/R-1", Book().event("2026-09-30"), now="2026-09-30")
    for words in (
        "依据：《实施细则》一(一)：“印发后5个工作日内”",
        "登记编号 R-1",
        "起算：事件的时间2026-09-30（周三）",
        "民法典第二百零一条",
        "2026-10-10（周六）上班",
        "国庆节",
        "国办发明电〔2025〕7号",
        "办理时限：2026-10-13（周二）",
    ):
        assert words in text
    assert "暂定" not in text


def test_a_roll_and_an_unannounced_day_are_said() -> None:
    row = "due: {every: year, by: end of 01, covers: previous, roll: preceding}"
    text = said(row, "row/city/2026", now="2026-11-22", until="2027-03-01", as_of="2026-11-22")
    assert "所属期间：2026，在其后一期办理" in text
    assert "提前到此前最后一个工作日2027-01-29（周五）" in text
    assert "暂定：自2027-01-29（周五）起" in text
    assert text.index("字面日期：2027-01-31") < text.index("规定期限：2027-01-31") < text.index("办理时限：2027-01-29")


def test_pauses_and_extensions_are_said_with_their_reasons() -> None:
    row = "due: {within: 20wd, after: paper}\nowed_by: event.unit"
    book = Book().event("2025-01-10").add(FactKind.PAUSE, "2025-01-14", "row/city/R-1", reason="征求第三方意见")
    book.add(FactKind.RESUME, "2025-02-06", "row/city/R-1")
    book.add(FactKind.EXTEND, "2025-02-20", "row/city/R-1", by="5wd", reason="需要检索", approved_by="he.ping")
    text = said(row, "row/city/R-1", book, now="2025-02-20")
    assert "2025-01-14（周二）之后至2025-02-06（周四）（含）停止计算" in text
    assert "延长：自原规定期限2025-03-03（周一）起，延长到2025-03-10（周一）" in text
    assert "理由：需要检索，批准人：he.ping" in text
    assert "理由：征求第三方意见" in text


@pytest.mark.parametrize(
    ("row", "lawful"),
    [
        ("basis: {document: 中华人民共和国政府信息公开条例, clause: 第三十三条}", True),
        (
            "basis: {document: 《政府信息公开条例》}\neffective: {until: 2019-05-14}",
            False,
        ),  # the articles of 2008 differ
        ("basis: {document: 政务公开工作要点分工方案, clause: 六(五)}", False),
    ],
)
def test_articles_are_named_where_the_row_rests_on_the_regulation(row: str, lawful: bool) -> None:
    clock = "due: {within: 20wd, after: paper}\nowed_by: event.unit\nstops_for: [asked]\nrestarts_on: [completed]"
    book = Book().event("2019-01-10").event("2019-01-14", event="completed").event("2019-01-16", event="asked")
    book.add(FactKind.RESUME, "2019-01-22", "row/city/R-1")
    text = said(f"{clock}\n{row}", "row/city/R-1", book, now="2019-01-22")
    assert "自2019-01-14（周一）重新起算" in text
    assert "停止计算，不计入期限" in text
    assert ("重新起算（政府信息公开条例第三十条）" in text) is lawful
    assert ("不计入期限（政府信息公开条例第三十三条）；" in text) is lawful


def test_hours_overrides_outer_limits_and_sleep_are_said() -> None:
    hours = said("due: {within: 24h, after: paper}", "row/city/R-1", Book().event("2026-10-01 22:30"), now="2026-10-01")
    assert "24小时按钟点连续计算，夜间和休息日不扣除（民法典第二百条）：到2026-10-02（周五）22:30" in hours
    outer = "outer: {by: 03-31, basis: {document: 条例, clause: 第四十九条}}"
    row = f"due: {{every: year, by: end of 02, covers: previous, roll: preceding}}\n{outer}\nstarts: paper"
    text = said(row, "row/city/2025")
    assert "另一依据的期限：2026-03-31（周二）；两者以较早的为准" in text
    assert "最迟期限：2026-03-31（周二）" in text
    assert "事件 paper 登记以前不启动" in text
    dated = "dates:\n  2025: {by: 2026-02-20, basis: {document: 当年工作通知}}"
    text = said(f"due: {{every: year, by: end of 02, covers: previous, roll: preceding}}\n{dated}", "row/city/2025")
    assert "该期另有规定的日子：2026-02-20（周五）" in text
    assert "依据：《当年工作通知》" in text


def test_every_kind_of_row_can_be_explained() -> None:
    rows = (
        "id: once\ndue: {by: 2026-09-30, roll: none}",
        'id: rule\ndue: {rrule: "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1", from: 2026-01-01, roll: following}',
        "id: draft\ndue: {before: once, lead: 10wd}",
        "id: gate\ndue: {before: paper, lead: 2wd}",
        "id: sync\ndue: {with: paper}",
        "id: count\nowed_by: {kind: county}\nquota: {of: talk, at_least: 2, every: year}",
        "id: cover\ncoverage: {of: talk, roster: {role: officer}, every: year, share: 100%}",
        "id: floor\nmeasure: {of: staff, at_least: 3, check: {every: year, by: end}}",
        "id: look\nreview: {every: quarter, by: end, soft: true}",
    )
    book = Book().loaded("2025-12-01", "once").event("2026-03-02").record("2026-03-05", "staff", unit="city", value="1")
    found = plan(office(*rows), book, now="2026-03-05", since="2026-01-01", until="2026-12-31")
    told = {t.slot.obligation.id: [step.text() for step in why(t, found)] for t in found.tasks()}
    assert set(told) == {"once", "rule", "draft", "gate", "sync", "count", "cover", "floor", "look"}
    assert all(any(line.startswith("办理时限：") for line in lines) for lines in told.values())
    assert "适时办理：只作提示，当日（当期）过后不再提示，不算逾期" in told["look"]
