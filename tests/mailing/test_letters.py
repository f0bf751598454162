"""Whole letters of one story, compared with golden texts; write them anew with DUBAN_GOLDEN=write and read the diff."""

import os
import re
from collections.abc import Callable
from datetime import date
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from msgspec.structs import replace
from story import TABLE, Facts, at, message, notice, plan_at, task, to_admin

from scheduler.mailing import Letter, Post, Wrong, change_view
from scheduler.planning.coming import Coming
from scheduler.planning.model import FactKind, MessageKind, Notice
from scheduler.planning.notices import named
from scheduler.problems import Place, Problem
from scheduler.words import say

GOLDEN = Path(__file__).parent / "golden"
TEMPLATES = Path(__file__).parents[2] / "templates"
POST = Post(TEMPLATES)
ID = "<m1@example.gov.cn>"
REPORT = "annual-report.submit/wanghe-county/2026"
SHIDU = "annual-report.submit/shidu-county/2026"
GAOXIN = "annual-report.submit/gaoxin/2026"


def reminded() -> Facts:
    plan = plan_at(at("2026-12-31T10:00"))
    facts = Facts()
    for moment, step in (("2026-12-31", "20wd"), ("2027-01-22", "5wd"), ("2027-01-28", "1wd")):
        due = [notice(plan, one, f"remind-{step}") for one in (REPORT, SHIDU, GAOXIN)]
        facts.mailed(f"{moment}T10:00", *due)
    return facts


def chased() -> Facts:
    facts, plan = reminded(), plan_at(at("2027-02-01T10:00"))
    for moment, step in (("2027-02-01", "chase-1"), ("2027-02-03", "chase-3")):
        facts.mailed(f"{moment}T10:30", *(notice(plan, one, step) for one in (REPORT, SHIDU, GAOXIN)))
    facts.add(FactKind.ACK, at("2027-02-02T15:00"), task=REPORT)
    facts.add(FactKind.DONE, at("2027-01-25T15:00"), task="annual-report.submit/anquan-city/2026")
    facts.add(FactKind.DONE, at("2027-01-26T15:00"), task="annual-report.submit/xishan-county/2026")
    return facts


def written(on: str, *steps: tuple[str, str], facts: Facts | None = None, table: str = TABLE, **more: object) -> Letter:
    now = at(on)
    plan = plan_at(now, facts, table)
    due: list[Notice] = [notice(plan, one, step) for one, step in steps]
    return POST.compose(message(plan, now, due, **more), plan, now, message_id=ID)


def event(name: str, ref: str, unit: str, on: str, title: str) -> Facts:
    moment = at(on)
    return Facts().add(FactKind.EVENT, moment, on=moment, event=name, ref=ref, unit=unit, title=title)


def reminder() -> Letter:
    return written("2026-12-31T10:00", (REPORT, "remind-20wd"))


def chaser() -> Letter:
    return written("2027-02-01T10:00", (REPORT, "chase-1"), facts=reminded())


def chaser_without_a_reminder() -> Letter:
    return written("2027-02-01T17:30", (REPORT, "chase-1"))


def escalation_within_the_unit() -> Letter:
    return written("2027-02-02T10:30", (REPORT, "escalate-after-2wd"), facts=chased())


def escalation_before_the_target() -> Letter:
    return written("2027-01-27T10:00", (REPORT, "escalate-before-2wd"), facts=reminded())


def escalation_to_the_superior() -> Letter:
    step = "escalate-after-4wd"
    return written("2027-02-04T10:30", (REPORT, step), (SHIDU, step), (GAOXIN, step), facts=chased())


def digest() -> Letter:
    training = "staff-training/yunling/2026"
    own = "annual-report.publish/yunling/2026"
    return written("2026-12-24T10:00", (training, "remind-5wd"), (own, "remind-20wd"))


def digest_with_overdue() -> Letter:
    return written("2027-02-01T10:00", (REPORT, "chase-1"), (SHIDU, "chase-1"), facts=reminded())


def digest_for_a_deputy() -> Letter:
    facts = event("normative-document.issued", "YL-2027-001", "wanghe-county", "2027-01-22T09:00", "某某办法")
    facts.told += [f for f in chased().told if f.kind is FactKind.SENT]
    document = "normative-document.publish/wanghe-county/YL-2027-001"
    return written("2027-02-02T10:00", (REPORT, "escalate-after-2wd"), (document, "escalate-after-2wd"), facts=facts)


def weekly() -> Letter:
    return written("2027-02-01T10:00", (REPORT, "chase-1"), (SHIDU, "chase-1"), kind=MessageKind.WEEKLY)


def law_and_second_limit() -> Letter:
    return written("2027-01-25T10:00", ("annual-report.publish/archive/2026", "remind-20wd"))


def hours_in_xinjiang() -> Letter:
    facts = event("policy.published", "国发〔2026〕9号", "xishan-county", "2026-12-01T16:00", "关于做好某项工作的意见")
    return written("2026-12-02T12:00", ("policy.repost/xishan-county/国发〔2026〕9号", "remind-4h"), facts=facts)


def application() -> Letter:
    ref = "依申请〔2026〕第6号"
    facts = event("foi.received", ref, "wanghe-county", "2026-11-23T09:00", "张某某申请公开某地块征收材料")
    facts.add(
        FactKind.EXTEND,
        at("2026-12-10T10:00"),
        task=f"foi.reply/wanghe-county/{ref}",
        by="20wd",
        reason="征求第三方意见",
    )
    return written("2027-01-12T10:00", (f"foi.reply/wanghe-county/{ref}", "remind-5wd"), facts=facts)


def quota_through_the_officer() -> Letter:
    facts = Facts().add(FactKind.RECORD, at("2026-11-25T10:00"), record="interpretation", person="sun.li")
    return written("2026-12-24T10:00", ("leader-interpretation/sun.li/2026", "remind-5wd"), facts=facts)


def coverage_that_names_the_missing() -> Letter:
    facts = Facts().add(FactKind.RECORD, at("2026-11-25T10:00"), record="training", person="lin.lan")
    return written("2026-12-24T10:00", ("staff-training/yunling/2026", "remind-5wd"), facts=facts)


def delegate() -> Letter:
    return written("2026-12-31T10:00", (SHIDU, "remind-20wd"))


def delegate_of_some() -> Letter:
    """To the delegate: her own item, and one of the colleague who is away."""
    return written("2026-12-31T10:00", (REPORT, "remind-20wd"), (SHIDU, "remind-20wd"))


def late_after_an_outage() -> Letter:
    return written("2027-01-25T10:00", (REPORT, "remind-5wd"), late=True, moment=at("2027-01-22T10:00"))


def late_after_weeks() -> Letter:
    """The moment of the message is that of the sweep which formed it; its notices should have gone on other days."""
    steps = ((REPORT, "chase-1"), (SHIDU, "escalate-after-4wd"))
    return written("2027-02-23T10:05", *steps, facts=reminded(), late=True, moment=at("2027-02-23T10:00"))


def trial() -> Letter:
    now = at("2027-02-02T10:00")
    plan = plan_at(now, chased(), TABLE.replace("admin: he.ping", "admin: he.ping\n  trial: true"))
    meant = message(plan, now, [notice(plan, REPORT, "escalate-after-2wd")])
    note = say("试运行：本邮件原送{name}（{address}）。", name=meant.recipient.name, address=meant.recipient.address)
    admin = replace(to_admin(plan, now, MessageKind.PREVIEW).recipient, note=note)
    return POST.compose(replace(meant, recipient=admin, copies=()), plan, now, message_id=ID)


def preview() -> Letter:
    now = at("2027-02-01T16:30")
    plan = plan_at(now, reminded())
    coming = []
    for one, step, moment, ask in (
        (REPORT, "escalate-after-2wd", "2027-02-02T10:00", False),
        (SHIDU, "chase-3", "2027-02-03T10:00", True),
    ):
        due = notice(plan, one, step)
        due = replace(due, step=replace(due.step, ask=ask))
        found = message(plan, now, [due])
        coming.append(Coming(due, at(moment), found.recipient, (), None if ask else "k"))
    return POST.preview(
        to_admin(plan, now, MessageKind.PREVIEW), plan, now, message_id=ID, coming=coming, head="412:7c1e…a904"
    )


def preview_of_nothing() -> Letter:
    now = at("2026-11-24T16:30")
    plan = plan_at(now)
    return POST.preview(
        to_admin(plan, now, MessageKind.PREVIEW), plan, now, message_id=ID, coming=(), head="7:7c1e…a904"
    )


def warning() -> Letter:
    now = at("2026-11-24T16:30")
    plan = plan_at(now)
    problems = [
        Problem("owner-missing", say("未指定责任单位"), say("请写 owed_by"), Place("obligations.yaml", 12, 5)),
        Problem("calendar-unannounced", say("2027年放假安排尚未公布"), say("公布后运行 duban calendar import")),
    ]
    return POST.warning(to_admin(plan, now, MessageKind.WARNING), plan, now, message_id=ID, problems=problems)


def changed(kind: MessageKind) -> Letter:
    now = at("2026-12-10T10:00")
    plan = plan_at(now)
    one = task(plan, REPORT)
    moved = change_view(
        one, plan, before=one.dates.target, after=one.dates.printed, reason="2027年1月31日（星期日）调为工作日"
    )
    letter = message(plan, now, [notice(plan, REPORT, "remind-20wd")], kind=kind, notices=(), cause="test")
    return POST.moved(letter, plan, now, message_id=ID, changes=[moved])


def moved() -> Letter:
    return changed(MessageKind.MOVED)


def corrected(kind: MessageKind, *tasks: str, text: str) -> Letter:
    now = at("2027-02-02T10:00")
    plan = plan_at(now)
    due = [notice(plan, REPORT, "chase-1")]
    letter = message(plan, now, due, kind=MessageKind.CORRECTION, notices=(), cause="test")
    wrong = Wrong(kind, at("2027-02-01T10:30"), tasks)
    return POST.correction(letter, plan, now, message_id=ID, wrong=wrong, text=text)


def correction() -> Letter:
    return corrected(MessageKind.CHASER, REPORT, text="你单位年度报告已于2027年1月29日收文登记,不需再次报送")


def correction_of_a_digest() -> Letter:
    text = "规范性文件系误登记，不需办理；年度报告仍请于2027年1月29日前报送。"
    return corrected(MessageKind.DIGEST, REPORT, "normative-document.publish/wanghe-county/YL-2027-001", text=text)


def chaser_by_hand() -> Letter:
    facts = Facts()
    entry = {"step": "chase-by-hand-2027-01-27", "at": "2027-01-27T15:00+08:00", "target": "2027-01-29"}
    facts.add(FactKind.CHASE, at("2027-01-27T15:00"), task=REPORT, **entry)
    now = at("2027-01-27T15:00")
    plan = plan_at(now, facts)
    (due,) = named(f"{REPORT}#chase-by-hand-2027-01-27", plan)
    return POST.compose(message(plan, now, [due]), plan, now, message_id=ID)


def chaser_by_hand_after_a_reminder_and_a_call() -> Letter:
    """On one day: the reminder in the morning, a call, and the chaser that was asked for after it."""
    facts = reminded()
    facts.add(FactKind.CALL, at("2027-01-28T11:00"), task=REPORT, on=date(2027, 1, 28), note="请再发一次")
    entry = {"step": "chase-by-hand-2027-01-28", "at": "2027-01-28T15:00+08:00", "target": "2027-01-29"}
    facts.add(FactKind.CHASE, at("2027-01-28T15:00"), task=REPORT, **entry)
    now = at("2027-01-28T15:00")
    plan = plan_at(now, facts)
    (due,) = named(f"{REPORT}#chase-by-hand-2027-01-28", plan)
    return POST.compose(message(plan, now, [due]), plan, now, message_id=ID)


QUOTA, TRAINING = "leader-interpretation/sun.li/2026", "staff-training/yunling/2026"


def chaser_of_a_quota_whose_year_is_over() -> Letter:
    return written("2027-01-04T10:00", (QUOTA, "chase-1"))


def escalation_of_a_coverage_whose_year_is_over() -> Letter:
    return written("2027-01-05T10:00", (TRAINING, "escalate-after-2wd"))


def escalation_to_the_superior_of_a_quota_whose_year_is_over() -> Letter:
    return written("2027-01-07T10:00", (QUOTA, "escalate-after-4wd"))


def escalation_after_an_outage() -> Letter:
    """Two reminders and a chaser waited until they were of no more use."""
    facts, plan = Facts(), plan_at(at("2027-01-20T10:00"))
    back = at("2027-02-03T10:00")
    for step, reason in (("remind-5wd", "target-passed"), ("remind-1wd", "target-passed"), ("chase-1", "overtaken")):
        key = notice(plan, REPORT, step).key
        facts.add(FactKind.DROPPED, back, task=REPORT, message="m", notice=key, reason=reason)
    return written("2027-02-03T10:00", (REPORT, "escalate-after-2wd"), facts=facts)


def digest_of_what_can_be_mended_and_what_cannot() -> Letter:
    return written("2027-02-01T10:00", (REPORT, "chase-1"), (QUOTA, "chase-1"))


def telephoned() -> Facts:
    facts = chased()
    facts.add(FactKind.CALL, at("2027-02-02T11:00"), task=REPORT, on=date(2027, 2, 2), note="统计数据核对中")
    return facts.add(FactKind.CALL, at("2027-02-03T11:00"), task=GAOXIN, on=date(2027, 2, 3), note="已签收")


def escalation_after_a_call() -> Letter:
    return written("2027-02-03T10:30", (REPORT, "escalate-after-2wd"), facts=telephoned())


def escalation_to_the_superior_after_calls() -> Letter:
    step = "escalate-after-4wd"
    return written("2027-02-04T10:30", (REPORT, step), (SHIDU, step), (GAOXIN, step), facts=telephoned())


SINGLE: tuple[Callable[[], Letter], ...] = (
    reminder,
    chaser,
    chaser_without_a_reminder,
    escalation_within_the_unit,
    escalation_before_the_target,
    digest,
    digest_with_overdue,
    digest_for_a_deputy,
    weekly,
    law_and_second_limit,
    hours_in_xinjiang,
    application,
    quota_through_the_officer,
    coverage_that_names_the_missing,
    delegate,
    delegate_of_some,
    late_after_an_outage,
    late_after_weeks,
    trial,
    preview,
    preview_of_nothing,
    warning,
    moved,
    correction,
    correction_of_a_digest,
    chaser_by_hand,
    chaser_by_hand_after_a_reminder_and_a_call,
    escalation_after_a_call,
    chaser_of_a_quota_whose_year_is_over,
    escalation_of_a_coverage_whose_year_is_over,
    digest_of_what_can_be_mended_and_what_cannot,
    escalation_after_an_outage,
)
ALL = (
    *SINGLE,
    escalation_to_the_superior,
    escalation_to_the_superior_after_calls,
    escalation_to_the_superior_of_a_quota_whose_year_is_over,
)


@cache
def letter_of(write: Callable[[], Letter]) -> Letter:
    return write()


@pytest.mark.parametrize("write", ALL, ids=lambda w: w.__name__)
def test_a_letter_reads_as_agreed(write: Callable[[], Letter]) -> None:
    letter = letter_of(write)
    copies = "".join(f"抄　送：{c.name} <{c.address}>\n" for c in letter.copies)
    said = f"收件人：{letter.to.name} <{letter.to.address}>\n{copies}主　题：{letter.subject}\n\n{letter.text}"
    file = GOLDEN / f"{write.__name__}.txt"
    if os.environ.get("DUBAN_GOLDEN") == "write":
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("pace", "skipped", "counted"),
    [
        ("daily", "2027-02-03T10:00", False),  # Wednesday: its own moment
        ("daily", "2027-02-09T10:00", True),  # overtaken on Tuesday, after the festival
        ("weekly", "2027-02-09T10:00", False),  # with the sheet of that week, which brings the next chaser
        ("weekly", "2027-02-09T11:00", True),  # the sheet did not go either
    ],
)
def test_only_what_could_have_gone_before_it_was_overtaken_counts_as_not_sent(
    pace: str, skipped: str, counted: bool
) -> None:
    table = TABLE.replace("email: linlan@example.gov.cn", f"email: linlan@example.gov.cn, mail: {pace}")
    key = notice(plan_at(at("2027-02-03T10:00")), REPORT, "chase-2").key
    facts = Facts().add(FactKind.DROPPED, at(skipped), task=REPORT, message="m", notice=key, reason="overtaken")
    letter = written("2027-02-09T12:00", (REPORT, "escalate-after-2wd"), facts=facts, table=table)
    assert ("另有1次因故没有发出" in letter.text) is counted


@pytest.mark.parametrize("write", SINGLE, ids=lambda w: w.__name__)
def test_both_alternatives_say_the_same(write: Callable[[], Letter]) -> None:
    letter = letter_of(write)
    body = letter.html.partition("<body")[2].partition(">")[2]
    html = unescape(re.sub(r"<[^>]+>", "", body))
    text = re.sub(r"(?m)^- ", "", letter.text)
    assert re.sub(r"\s", "", html) == re.sub(r"\s", "", text)


def test_what_somebody_typed_as_the_title_of_an_event_stays_in_its_line_and_is_cut() -> None:
    title = "关于做好\x1b某项\n\n请汇款到\u202e某处\n" + "工作的意见" * 40
    facts = event("policy.published", "国发〔2026〕9号", "xishan-county", "2026-12-01T16:00", title)
    letter = written("2026-12-02T12:00", ("policy.repost/xishan-county/国发〔2026〕9号", "remind-4h"), facts=facts)
    assert "：关于做好某项 请汇款到某处 工作的意见" in letter.subject
    assert letter.subject.endswith("…（12月2日16:00前，剩4小时）")
    assert len(letter.subject) < 120
    assert letter.text.startswith("叶尔兰同志：")


def test_the_table_for_a_superior_has_a_row_per_unit_in_the_order_of_the_register() -> None:
    html = letter_of(escalation_to_the_superior).html
    rows = [re.sub(r"\s|<[^>]+>", "", row) for row in re.findall(r"<tr>((?:(?!<tr).)*?)</tr>", html, re.DOTALL)]
    assert "序号单位已提醒已催办单位反馈" in rows
    assert "1望河县人民政府3次2次（2月1日、3日）2月2日已签收" in rows
    assert "3云岭高新技术产业开发区管委会3次2次（2月1日、3日）尚未反馈" in rows


def test_after_telephone_calls_the_table_for_a_superior_has_a_column_of_their_days() -> None:
    html = letter_of(escalation_to_the_superior_after_calls).html
    rows = [re.sub(r"\s|<[^>]+>", "", row) for row in re.findall(r"<tr>((?:(?!<tr).)*?)</tr>", html, re.DOTALL)]
    assert "序号单位已提醒已催办电话联系单位反馈" in rows
    assert "1望河县人民政府3次2次（2月1日、3日）2月2日2月2日已签收" in rows
    assert "2石渡县人民政府3次2次（2月1日、3日）尚未反馈" in rows


def test_a_late_letter_names_the_earliest_moment_of_its_late_notices() -> None:
    assert "本邮件因故迟发，原定2027年2月1日（星期一）10:00发送；" in letter_of(late_after_weeks).text


def test_what_is_true_of_some_items_alone_stands_beside_them() -> None:
    head, _, listed = letter_of(delegate_of_some).text.partition("截至")
    assert "原送" not in head
    own, _, meant_for_another = listed.partition("2. 【提醒】")
    assert "原送" not in own
    assert "本项原送马俊（其2026年12月28日至2027年1月8日不在岗），现送您处理。" in meant_for_another


def test_each_item_of_a_list_says_how_grave_it_is() -> None:
    letter = letter_of(late_after_weeks)
    assert letter.subject.startswith("【督办】")
    assert re.findall(r"(?m)^\d\. 【(..)】", letter.text) == ["催办", "督办"]


def test_what_was_said_on_the_same_day_is_not_said_to_lie_before_it() -> None:
    text = letter_of(chaser_by_hand_after_a_reminder_and_a_call).text
    assert "此前已于2026年12月31日、2027年1月22日提醒，今日已发邮件提醒，今日已电话联系。" in text


@pytest.mark.parametrize(
    "write",
    [
        chaser_of_a_quota_whose_year_is_over,
        escalation_of_a_coverage_whose_year_is_over,
        escalation_to_the_superior_of_a_quota_whose_year_is_over,
    ],
)
def test_of_a_period_that_is_over_nobody_is_asked_to_finish_it(write: Callable[[], Letter]) -> None:
    text = letter_of(write).text
    assert not re.search(r"前(办结|完成|解读)|预计", text)
    assert re.search("期内(是否)?已经完成、尚未登记", text)
    assert re.search("(说明|了解)原因和后续安排", text)


def test_a_digest_asks_of_each_what_can_still_be_done() -> None:
    text = letter_of(digest_of_what_can_be_mended_and_what_cannot).text
    assert "尚未办结的，请于2027年2月1日（星期一）18:00前办结" in text
    assert "统计期已经结束的事项，请于2027年2月1日（星期一）18:00前回复" in text


UNFIT = re.compile(
    r"务必|必须|立即|限期|问责|追责|约谈|批评|严肃处理|尊敬的|您好|女士|先生|未报(?!送|备)|拒不|拖延|推诿|至今|竟|仍然|尽快|明天|下周|近期|本系统|系统判定|机器人|！|!(?!--)|你办"
)


@pytest.mark.parametrize("write", ALL, ids=lambda w: w.__name__)
def test_no_letter_holds_a_word_that_the_office_does_not_use(write: Callable[[], Letter]) -> None:
    letter = letter_of(write)
    assert UNFIT.findall(letter.subject + letter.text) == []
    assert not re.search(r"\d年0|月0\d日", letter.text)
    assert "本邮件不涉密。" in letter.text
    assert "督办程序duban" in letter.text
    assert not re.search(r"[,;:?]", re.sub(r"[\w.:/#-]+:[\w.:/#-]+|\d\d:\d\d|《.*?》", "", letter.subject))


@pytest.mark.parametrize("write", ALL, ids=lambda w: w.__name__)
def test_only_a_date_is_bold_or_red_and_nothing_is_fetched(write: Callable[[], Letter]) -> None:
    html = letter_of(write).html
    for bold in re.findall(r"<b[ >].*?</b>", html):
        assert re.fullmatch(r'<b style="color:#b3131b;">\d{4}年\d+月\d+日（星期.）(（暂定）)?</b>', bold)
    assert not re.search(r"<(img|link|script|a|strong|font)\b|https?:|url\(", html)
    assert html.count("#b3131b") == len(re.findall(r"<b ", html))


def test_the_wording_of_an_application_never_reaches_a_mail() -> None:
    letter = letter_of(application)
    assert "依申请〔2026〕第6号" in letter.subject
    assert "张某某" not in letter.text + letter.html + letter.subject
    assert "征求第三方意见" not in letter.text + letter.html


def test_an_event_shows_its_title_only_where_the_table_says_so() -> None:
    assert "关于做好某项工作的意见" in letter_of(hours_in_xinjiang).text
    facts = event("normative-document.issued", "YL-2026-001", "wanghe-county", "2026-12-01T09:00", "某某管理办法")
    letter = written(
        "2026-12-04T10:00", ("normative-document.publish/wanghe-county/YL-2026-001", "remind-1wd"), facts=facts
    )
    assert "某某管理办法" not in letter.subject + letter.text + letter.html
    assert "公开规范性文件（YL-2026-001）" in letter.subject


def test_markup_in_the_table_stays_text() -> None:
    table = TABLE.replace("title: 公布上一年度", "title: 公布<b>上一年度</b>{{ 7 * 7 }}")
    letter = written("2027-01-25T10:00", ("annual-report.publish/archive/2026", "remind-20wd"), table=table)
    assert "公布<b>2026年度</b>{{ 7 * 7 }}" in letter.text
    assert "公布&lt;b&gt;2026年度&lt;/b&gt;{{ 7 * 7 }}" in letter.html
