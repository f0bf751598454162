"""Dates, titles, spans and forms of address, in tables."""

from datetime import date, datetime

import pytest
from msgspec.structs import replace
from story import TABLE, Facts, at, notice, plan_at, task

from scheduler.mailing import reader, wording
from scheduler.mailing.items import span_of
from scheduler.mailing.reader import asked_by
from scheduler.planning.model import FactKind, Recipient
from scheduler.planning.people import recipients
from scheduler.register import Region

REPORT = "annual-report.submit/wanghe-county/2026"
FRI_2027_01_29 = date(2027, 1, 29)


def test_a_deadline_has_year_and_weekday_and_no_leading_zero() -> None:
    assert wording.cn_date(FRI_2027_01_29) == "2027年1月29日（星期五）"
    assert wording.cn_moment(at("2027-02-01T09:05")) == "2027年2月1日（星期一）09:05"
    assert wording.cn_moment(datetime.fromisoformat("2027-02-01T16:30:00+00:00")) == "2027年2月2日（星期二）00:30"


def test_a_list_of_days_says_year_or_month_at_the_first_mention() -> None:
    days = [date(2026, 12, 31), date(2027, 1, 22), date(2027, 1, 28)]
    assert wording.cn_dates(days) == "2026年12月31日、2027年1月22日、1月28日"
    assert wording.cn_days([date(2027, 2, 1), date(2027, 2, 3), date(2027, 3, 1)]) == "2月1日、3日、3月1日"


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("2026", "2026年度"),
        ("2026H1", "2026年上半年"),
        ("2026H2", "2026年下半年"),
        ("2026Q3", "2026年第三季度"),
        ("2026-03", "2026年3月"),
        ("2026-W09", "2026年第9周"),
        ("2026-03-05", "2026年3月5日"),
        ("once", ""),
        ("CJ-2026-017", "CJ-2026-017"),
    ],
)
def test_a_period_in_words(label: str, words: str) -> None:
    assert wording.period_words(label) == words


@pytest.mark.parametrize(
    ("title", "label", "dated"),
    [
        ("报送上一年度政府信息公开工作年度报告", "2026", "报送2026年度政府信息公开工作年度报告"),
        ("自查上年度情况", "2026", "自查2026年度情况"),
        ("主要负责人本年度解读重要政策不少于2次", "2026", "主要负责人2026年度解读重要政策不少于2次"),
        ("核对更新主动公开基本目录", "2026Q4", "核对更新主动公开基本目录（2026年第四季度）"),
        ("报送2026年度报告", "2026", "报送2026年度报告"),
        ("编制主动公开基本目录并公布", "once", "编制主动公开基本目录并公布"),
        ("答复政府信息公开申请", "依申请〔2027〕第6号", "答复政府信息公开申请（依申请〔2027〕第6号）"),
    ],
)
def test_the_title_of_one_period(title: str, label: str, dated: str) -> None:
    assert wording.dated_title(title, label) == dated


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("一(四)", "一（四）"),
        ("各县市、园区,各部门;每年1月底前", "各县市、园区，各部门；每年1月底前"),
        ("共3,500份", "共3,500份"),
        ("(试行)", "（试行）"),
    ],
)
def test_punctuation_of_a_quotation_is_full_width(text: str, printed: str) -> None:
    assert wording.full_width(text) == printed


@pytest.mark.parametrize(
    ("now", "span"),
    [
        ("2026-12-31T10:00", "剩20个工作日"),
        ("2027-01-28T10:00", "剩1个工作日"),
        ("2027-01-29T10:00", "当日到期"),
        ("2027-01-30T10:00", "已过办理时限"),  # Saturday, between the target and the printed day
        ("2027-01-31T10:00", "当日到期"),
        ("2027-02-01T00:00", "逾期1个工作日"),
        ("2027-02-04T10:30", "逾期4个工作日"),
    ],
)
def test_the_span_is_counted_in_working_days_as_of_the_sending(now: str, span: str) -> None:
    plan = plan_at(at("2026-12-31T10:00"))
    assert span_of(task(plan, REPORT), plan, at(now)) == span


@pytest.mark.parametrize(
    ("now", "span"),
    [
        ("2026-12-01T16:00", "剩24小时"),
        ("2026-12-02T12:01", "剩3小时"),
        ("2026-12-02T15:30", "剩30分钟"),
        ("2026-12-02T16:10", "逾期10分钟"),
        ("2026-12-02T18:10", "逾期2小时"),
    ],
)
def test_a_limit_in_hours_is_counted_in_hours(now: str, span: str) -> None:
    moment = at("2026-12-01T16:00")
    facts = Facts().add(FactKind.EVENT, moment, on=moment, event="policy.published", ref="P-1", unit="wanghe-county")
    plan = plan_at(at("2026-12-01T17:00"), facts)
    assert span_of(task(plan, "policy.repost/wanghe-county/P-1"), plan, at(now)) == span


def person(who: str, unit: str | None = None, **more: object) -> Recipient:
    plan = plan_at(at("2026-12-31T10:00"))
    one = plan.roster.person(who)
    return replace(Recipient(who, one.name, one.post, unit, f"{who}@example.gov.cn"), **more)


@pytest.mark.parametrize(
    ("step", "salutation"),
    [("remind-20wd", "林岚同志"), ("escalate-after-2wd", "胡波副主任"), ("escalate-after-4wd", "许文副主任")],
)
def test_a_colleague_is_addressed_by_name_and_a_leader_by_his_post(step: str, salutation: str) -> None:
    plan = plan_at(at("2026-12-31T10:00"))
    due = notice(plan, REPORT, step)
    recipient, _ = recipients(due, plan.roster, date(2026, 12, 31))
    assert recipient is not None
    view = reader.reader_view(recipient, [due], plan, date(2026, 12, 31), None)
    assert view.salutation == salutation


def test_a_superior_who_is_no_leader_stays_a_colleague() -> None:
    plan = plan_at(at("2026-12-31T10:00"))
    due = notice(plan, REPORT, "escalate-after-4wd")
    view = reader.reader_view(person("he.ping", "yunling"), [due], plan, date(2026, 12, 31), None)
    assert view.salutation == "何平同志"


def test_a_shared_mailbox_is_addressed_by_the_full_name_of_the_unit() -> None:
    plan = plan_at(at("2026-12-31T10:00"))
    box = Recipient("wanghe-county", "望河县人民政府", None, "wanghe-county", "wanghe@example.gov.cn")
    view = reader.reader_view(box, [notice(plan, REPORT, "remind-20wd")], plan, date(2026, 12, 31), None)
    assert view.salutation == "望河县人民政府"


@pytest.mark.parametrize(
    ("who", "bearer", "said"),
    [
        ("lin.lan", "wanghe-county", "你单位"),
        ("cao.yang", "archive", "贵单位"),
        ("qi.yue", "province", "云岭省人民政府办公厅"),
        ("he.ping", "yunling", "我办"),
        ("he.ping", "wanghe-county", "望河县人民政府"),
        ("lin.lan", "shidu-county", "石渡县人民政府"),
    ],
)
def test_the_bearer_is_named_by_his_relation_to_the_office(who: str, bearer: str, said: str) -> None:
    table = TABLE.replace("owed_by: {unit: [yunling, archive]}", "owed_by: {unit: [yunling, archive, province]}")
    plan = plan_at(at("2026-12-31T10:00"), table=table)
    row = "annual-report.submit" if bearer.endswith("county") else "annual-report.publish"
    owing = task(plan, f"{row}/{bearer}/2026").bearer
    assert reader.whose(owing, person(who), plan, date(2026, 12, 31)) == said


def test_a_leader_who_owes_it_himself_is_spoken_to_in_person() -> None:
    plan = plan_at(at("2026-12-24T10:00"))
    owing = task(plan, "leader-interpretation/sun.li/2026").bearer
    assert reader.whose(owing, person("sun.li"), plan, date(2026, 12, 24)) == "您"


@pytest.mark.parametrize(
    ("now", "region", "ask", "explain"),
    [
        ("2026-12-01T10:30", None, "12月1日18:00前", "12月1日12:00前"),
        ("2026-12-01T11:30", None, "12月1日18:00前", "12月2日12:00前"),
        ("2026-12-01T17:30", None, "12月2日18:00前", "12月2日12:00前"),
        ("2026-12-01T17:30", Region.XINJIANG, "12月1日19:30前（北京时间）", "12月2日12:00前（北京时间）"),
        ("2026-12-04T18:30", None, "12月7日18:00前", "12月7日12:00前"),  # a Friday evening
        ("2026-12-05T10:00", None, "12月7日18:00前", "12月7日12:00前"),  # a Saturday
    ],
)
def test_what_is_asked_leaves_an_hour_at_least_and_falls_on_a_working_day(
    now: str, region: Region | None, ask: str, explain: str
) -> None:
    plan = plan_at(at("2026-12-01T10:00"))
    found = asked_by(at(now), plan.calendars.of(region), region)
    assert tuple(wording.cn_short(one.day) + one.tail for one in found) == (ask, explain)
