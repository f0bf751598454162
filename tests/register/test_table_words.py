"""Single words of the rule language: what each says, and what is said to somebody who writes it wrong."""

from __future__ import annotations

from datetime import date, time

import pytest

from scheduler.register import moments, scalars
from scheduler.register.mistakes import Code, UnreadableError
from scheduler.register.scalars import half_width
from scheduler.register.values import Anchor, Duration, Every, Moment, Share, Target, Unit
from scheduler.workdays import Region


@pytest.mark.parametrize(
    ("text", "n", "unit"),
    [
        ("5wd", 5, Unit.WORKDAY),
        ("5 wd", 5, Unit.WORKDAY),
        ("5个工作日", 5, Unit.WORKDAY),
        ("5 个工作日", 5, Unit.WORKDAY),
        ("5工作日", 5, Unit.WORKDAY),
        ("0wd", 0, Unit.WORKDAY),
        ("20d", 20, Unit.DAY),
        ("20日", 20, Unit.DAY),
        ("20天", 20, Unit.DAY),
        ("24h", 24, Unit.HOUR),
        ("24小时", 24, Unit.HOUR),
        ("24个小时", 24, Unit.HOUR),
        ("2w", 2, Unit.WEEK),
        ("2周", 2, Unit.WEEK),
        ("1m", 1, Unit.MONTH),
        ("1个月", 1, Unit.MONTH),
        ("1y", 1, Unit.YEAR),
        ("1年", 1, Unit.YEAR),
        ("010d", 10, Unit.DAY),  # YAML 1.1 would have read an octal number
    ],
)
def test_a_duration_is_read_in_english_and_chinese(text: str, n: int, unit: Unit) -> None:
    assert scalars.duration(text) == Duration(n, unit)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("5", "缺少单位"),
        ("5月", "5个月请写 5m"),
        ("30min", "最短的单位是小时"),
        ("-5wd", "例如 5wd"),
        ("", "例如 5wd"),
        ("五个工作日", "例如 5wd"),
        ("5workdays", "单位可以是"),
        ("99999d", "最长不超过7300日"),
        ("9" * 5000 + "d", "最长不超过7300日"),
        ("every 5wd", "chase 的最后一项"),
    ],
)
def test_no_duration_comes_with_a_hint(text: str, hint: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        scalars.duration(text)
    assert caught.value.code is Code.BAD_DURATION
    assert hint in caught.value.hint.text()


@pytest.mark.parametrize(
    ("parse", "text", "plain"),
    [
        (scalars.duration, "５个工作日", "5个工作日"),
        (scalars.duration, "５ｗｄ", "5wd"),
        (scalars.clock_time, "10：30", "10:30"),
        (scalars.share, "80％", "80%"),
        (moments.day, "２０１８-１２-３１", "2018-12-31"),
        (moments.moment, "end ＋ 10wd", "end + 10wd"),
    ],
)
def test_full_width_characters_are_named_and_put_right(parse: object, text: str, plain: str) -> None:
    assert callable(parse)
    with pytest.raises(UnreadableError) as caught:
        half_width(parse, text)
    assert caught.value.code is Code.FULL_WIDTH
    assert plain in caught.value.hint.text()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2018-12-31", date(2018, 12, 31)),
        ("2018-1-5", date(2018, 1, 5)),
        ("2018/1/5", date(2018, 1, 5)),
        ("2018/12/31", date(2018, 12, 31)),
        ("2018年12月31日", date(2018, 12, 31)),
        ("2018年1月5日", date(2018, 1, 5)),
        ("end of 2018-07", date(2018, 7, 31)),
        ("end of 2018", date(2018, 12, 31)),
        ("end of 2024-02", date(2024, 2, 29)),
        ("2018年底", date(2018, 12, 31)),
        ("2018年7月底", date(2018, 7, 31)),
        ("2017年9月末", date(2017, 9, 30)),
    ],
)
def test_a_single_day_is_read_in_english_and_chinese(text: str, day: date) -> None:
    assert moments.once(text) == day


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2026-02-30", "2026年2月只有28天"),
        ("2026-13-01", "月份是 1 到 12"),
        ("end of 2026-13", "月份是 1 到 12"),
        ("2026/02/30", "2026年2月只有28天"),
        ("2026/02-28", "2026-02-28"),
        ("2026.2.8", "2026-02-08"),
        ("20260228", "2026-02-28"),
        ("0026-02-28", "1990"),
        ("28.02", "2018-12-31"),
        ("tomorrow", "2018-12-31"),
    ],
)
def test_a_day_that_does_not_exist_comes_with_a_hint(text: str, hint: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        moments.once(text)
    assert caught.value.code is Code.BAD_DATE
    assert hint in caught.value.hint.text()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("11月23日", "缺少年份"),
        ("11-23", "缺少年份"),
        ("46000", "请写成 2025-12-09"),
        ("2026.11.23", "请写成 2026-11-23"),
        ("明天", "请写成 2018-12-31"),
    ],
)
def test_another_way_of_writing_a_day_is_not_called_a_day_that_does_not_exist(text: str, hint: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        moments.day(text)
    assert caught.value.message.text() == f"看不懂日期“{text}”"
    assert hint in caught.value.hint.text()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2027/3/31", "每年的不写年份：03-31"),
        ("2027-03-31", "每年的不写年份：03-31"),
        ("2027年3月31日", "每年的不写年份：3月31日"),
        ("end of 2027-03", "每年的不写年份：end of 03"),
        ("2027年3月底", "每年的不写年份：3月底"),
        ("月底", "1月底"),
        ("soon", "end of 01"),
        ("2月30日", "2月底"),
        ("02-30", "end of 02"),
    ],
)
def test_the_hint_for_a_moment_speaks_as_the_text_does(text: str, hint: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        moments.moment(text)
    assert hint in caught.value.hint.text()
    assert ("end of" in caught.value.hint.text()) == ("end of" in hint)


@pytest.mark.parametrize(
    ("every", "chinese"), [(Every.YEAR, "1月底"), (Every.QUARTER, "期末 + 15日"), (Every.MONTH, "25日")]
)
def test_what_fits_a_period_is_told_in_chinese_too(every: Every, chinese: str) -> None:
    hint = moments.misfit(Moment(Anchor.WEEKDAY, day=0), every)
    assert hint is not None
    assert chinese in hint.text()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("start", Moment(Anchor.START)),
        ("end", Moment(Anchor.END)),
        ("期初", Moment(Anchor.START)),
        ("期末", Moment(Anchor.END)),
        ("start + 3wd", Moment(Anchor.START, offset=Duration(3, Unit.WORKDAY))),
        ("end+10wd", Moment(Anchor.END, offset=Duration(10, Unit.WORKDAY))),
        ("end - 5d", Moment(Anchor.END, offset=Duration(5, Unit.DAY), sign=-1)),
        ("期末 + 10个工作日", Moment(Anchor.END, offset=Duration(10, Unit.WORKDAY))),
        ("01-31", Moment(Anchor.DATE, month=1, day=31)),
        ("1月31日", Moment(Anchor.DATE, month=1, day=31)),
        ("02-29", Moment(Anchor.DATE, month=2, day=29)),
        ("01-31 - 5wd", Moment(Anchor.DATE, 1, 31, Duration(5, Unit.WORKDAY), -1)),
        ("end of 01", Moment(Anchor.MONTH_END, month=1)),
        ("1月底", Moment(Anchor.MONTH_END, month=1)),
        ("end of 11 + 1w", Moment(Anchor.MONTH_END, month=11, offset=Duration(1, Unit.WEEK))),
        ("25", Moment(Anchor.DAY, day=25)),
        ("05", Moment(Anchor.DAY, day=5)),
        ("31日", Moment(Anchor.DAY, day=31)),
        ("mon", Moment(Anchor.WEEKDAY, day=0)),
        ("sun", Moment(Anchor.WEEKDAY, day=6)),
        ("周一", Moment(Anchor.WEEKDAY, day=0)),
        ("星期天", Moment(Anchor.WEEKDAY, day=6)),
        ("周日", Moment(Anchor.WEEKDAY, day=6)),
    ],
)
def test_a_moment_of_a_period_is_read_in_english_and_chinese(text: str, moment: Moment) -> None:
    assert moments.moment(text) == moment


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("02-30", Code.BAD_MOMENT),
        ("13-01", Code.BAD_MOMENT),
        ("end of 13", Code.BAD_MOMENT),
        ("32", Code.BAD_MOMENT),
        ("0", Code.BAD_MOMENT),
        ("end + 24h", Code.BAD_MOMENT),
        ("end + 5", Code.BAD_DURATION),
        ("end +", Code.BAD_MOMENT),
        ("周末", Code.BAD_MOMENT),
        ("月底", Code.BAD_MOMENT),  # of which month a yearly row does not say
        ("soon", Code.BAD_MOMENT),
    ],
)
def test_what_is_no_moment_is_refused(text: str, code: Code) -> None:
    with pytest.raises(UnreadableError) as caught:
        moments.moment(text)
    assert caught.value.code is code


FITTING = {
    Every.YEAR: {"start", "end", "01-31", "end of 01"},
    Every.HALF_YEAR: {"start", "end"},
    Every.QUARTER: {"start", "end"},
    Every.MONTH: {"start", "end", "25"},
    Every.WEEK: {"start", "end", "fri"},
}


@pytest.mark.parametrize("every", Every)
@pytest.mark.parametrize("text", ["start", "end", "01-31", "end of 01", "25", "fri"])
def test_each_period_takes_only_moments_of_its_own(every: Every, text: str) -> None:
    fits = moments.misfit(moments.moment(text), every) is None
    assert fits == (text in FITTING[every])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2018-12-31", date(2018, 12, 31)),
        ("end of 2018", date(2018, 12, 31)),
        ("2019年3月底", date(2019, 3, 31)),
        ("03-31", Moment(Anchor.DATE, 3, 31)),
        ("end of 02", Moment(Anchor.MONTH_END, 2)),
        ("end", Moment(Anchor.END)),
    ],
)
def test_a_limit_with_a_year_is_a_day_and_without_one_a_moment(text: str, value: object) -> None:
    assert moments.day_or_moment(text) == value


@pytest.mark.parametrize("text", ["a", "annual-report.submit", "昌吉市", "000-18", "unit_7"])
def test_an_id_may_be_chinese(text: str) -> None:
    assert scalars.identifier(text) == text


@pytest.mark.parametrize("text", ["a b", "a/b", "a#b", "-a", ".a", "a:b", "a@b", "a>b", "", "x" * 101, "a，b"])
def test_an_id_has_no_character_that_a_task_id_is_built_with(text: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        scalars.identifier(text)
    assert caught.value.code is Code.BAD_ID


@pytest.mark.parametrize(
    ("text", "value"),
    [("80%", Share(80, 100)), ("4%", Share(4, 100)), ("99.5%", Share(995, 1000)), ("100%", Share(100, 100))],
)
def test_a_share_is_exact(text: str, value: Share) -> None:
    assert scalars.share(text) == value


@pytest.mark.parametrize("text", ["0.8", "80", "0%", "101%", "-5%", "%", "八成"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match="比例"):
        scalars.share(text)


@pytest.mark.parametrize(("text", "value"), [("10:30", time(10, 30)), ("9:00", time(9)), ("09:00", time(9))])
def test_a_time_of_day_is_read(text: str, value: time) -> None:
    assert scalars.clock_time(text) == value


@pytest.mark.parametrize("text", ["24:00", "10:60", "1080", "10", "10.30", "上午十点"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match="时刻"):
        scalars.clock_time(text)


def test_a_target_is_a_role_of_the_own_or_the_superior_unit() -> None:
    assert scalars.target("deputy") == Target("deputy")
    assert scalars.target("duty") == Target("duty")
    assert scalars.target("reports_to.officer") == Target("officer", upward=True)


@pytest.mark.parametrize("text", ["xinjiang", "CN-XJ", "新疆"])
def test_a_region_has_several_names(text: str) -> None:
    assert scalars.region(text) is Region.XINJIANG
