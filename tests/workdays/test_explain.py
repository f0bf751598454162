"""The steps behind a date, in Chinese, with the article and the notice."""

import pytest

from scheduler.workdays import Region, calendar
from scheduler.workdays.answers import evaluate
from scheduler.workdays.explain import explain
from scheduler.workdays.expr import parse

TWENTY_DAYS = (
    "02-22 02-23 02-24 02-26 02-27 02-28 03-01 03-02 03-05 03-06 "
    "03-07 03-08 03-09 03-12 03-13 03-14 03-15 03-16 03-19 03-20"
)
ENDS_OF_SIXTY_DAYS = (
    "01-04 01-05 01-06 01-07 01-08 01-09 01-12 01-13 01-14 01-15 … "
    "03-19 03-20 03-23 03-24 03-25 03-26 03-27 03-30 03-31 04-01"
)


def steps(expr, table=None):
    table = table or calendar()
    return [str(phrase) for phrase in explain(evaluate(parse(expr), table), table)]


def test_working_days_are_told_one_by_one_with_the_notice_of_the_make_up_day():
    assert steps("2018-02-14 + 20wd") == [
        "起点是2018-02-14（周三）",
        "开始的当日不计入，自下一日起计20个工作日（民法典第二百零一条）",
        f"计入的工作日：{TWENTY_DAYS}",
        "其间跳过普通周末7天",
        "跳过2018-02-15（周四）至2018-02-21（周三）（春节，国办发明电〔2017〕12号）",
        "2018-02-24（周六）上班（春节，国办发明电〔2017〕12号），计入",
        "第20个工作日是2018-03-20（周二）",
        "2018-03-20（周二）上班：工作日（国办发明电〔2017〕12号）",
        "所依据的日子都已公布",
    ]


def test_a_provisional_answer_names_the_first_open_day():
    assert steps("end of 2027-01 roll preceding") == [
        "期间的最后一日是2027-01-31（周日）",
        "2027-01-31（周日）休息：周末（2027年放假安排未公布）",
        "提前到此前最后一个工作日2027-01-29（周五），规定的最后一日不变",
        "其间跳过普通周末2天",
        "2027-01-29（周五）上班：工作日（2027年放假安排未公布）",
        "暂定：自2027-01-29（周五）起所依据的安排尚未公布（2027年放假安排未公布），公布后可能变动",
    ]


def test_the_strict_reading_is_mentioned_where_it_differs():
    told = steps("2024-07-29 + 6m roll following")
    assert "6个月到相应的对应日，没有对应日的为月末日（民法典第二百零二条）" in told
    assert "最后一日是休息日的，顺延到其后第一个工作日2025-02-05（周三）（民法典第二百零三条）" in told
    assert "若只把法定节假日当作法定休假日，则为2025-02-01（周六）；此处按各类休息日都顺延的通行做法" in told


@pytest.mark.parametrize(
    ("expr", "sentence"),
    [
        ("2026-01-04", "2026-01-04（周日）上班：调休上班，元旦（国办发明电〔2025〕7号）"),
        ("start of 2022-10 + 1wd", "起点是期间首日的前一日2022-09-30（周五），首日即第一天"),
        ("2026-01-30 - 5wd", "当日不计入，自前一日起往前计5个工作日"),
        ("2018-02-14 + 0wd", "0个工作日：就是当日2018-02-14（周三）"),
        ("2018-02-14 roll following", "2018-02-14（周三）不需顺延"),
        ("2018-02-14 roll preceding", "2018-02-14（周三）不需提前"),
        ("2018-02-14 + 15d", "开始的当日不计入，15日按自然日连续计算（民法典第二百零一条）"),
        ("2018-02-14T16:00 + 24h", "24小时按钟点连续计算，夜间和休息日不扣除（民法典第二百条）"),
        (
            "2025-01-10 + 20wd pausing 2025-01-15..2025-02-06",
            "2025-01-15（周三）至2025-02-06（周四）不计入期限，首尾都不计（政府信息公开条例第三十三条）",
        ),
        ("workdays 2025-01-24..2025-02-10", "共7个工作日"),
        ("2026-01-01 + 60wd", f"计入的工作日：{ENDS_OF_SIXTY_DAYS}"),
    ],
)  # fmt: skip
def test_each_rule_says_itself(expr, sentence):
    assert sentence in steps(expr)


def test_two_rests_of_one_name_stay_two():
    told = steps("2025-03-28 + 60wd", calendar(Region.XINJIANG))
    assert sum("古尔邦节" in step for step in told) == 2  # Friday, then Monday and Tuesday
    assert any(step.startswith("跳过2025-06-09（周一）至2025-06-10（周二）") for step in told)


def test_an_open_window_of_a_region_is_named():
    told = steps("2026-03-18 + 3wd", calendar(Region.NINGXIA))
    assert told[-1].startswith("暂定：自2026-03-19（周四）起")
    assert "宁夏2026年开斋节放假安排未公布或未收录" in told[-1]
