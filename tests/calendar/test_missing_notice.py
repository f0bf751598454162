"""From 1 November on, while next year's arrangement is missing: a mail a week to the admin, with what hangs on it."""

from calendar_office import PEOPLE, text

TABLE = (
    """\
version: 1
office: {name: 望河州人民政府办公室, unit: office, admin: he.ping, send_at: "09:00", start: 2026-01-01}
obligations:
  - {id: report, title: 报送年度报告, owed_by: {kind: county}, due: {every: year, by: end of 01, roll: preceding}}
  - {id: plan, title: 报送工作要点, owed_by: {unit: office}, due: {every: year, by: end of 03, roll: preceding}}
"""
    + PEOPLE
)


def nags(office):
    return [mail for mail in office.mails("运行提示") if "calendar-next-year" in text(mail)]


def test_the_admin_is_told_once_a_week_on_its_first_working_day(new_office):
    office = new_office(TABLE, "2026-10-30T10:00")
    for moment, count in (
        ("2026-10-30T10:00", 0),  # Friday
        ("2026-11-02T08:59", 0),  # Monday, before the send time
        ("2026-11-02T09:00", 1),
        ("2026-11-06T09:00", 1),
        ("2026-11-08T09:00", 1),  # Sunday
        ("2026-11-10T09:00", 2),  # it was down on Monday
    ):
        office.at(moment)
        assert len(nags(office)) == count, moment
    office.daemon = office.started()
    office.at("2026-11-11T09:00")
    assert len(nags(office)) == 2
    assert {mail["To"].addresses[0].addr_spec for mail in nags(office)} == {"heping@example.gov.cn"}


def test_it_says_which_tasks_are_provisional_by_it(new_office):
    office = new_office(TABLE, "2026-11-02T10:00")
    office.at("2026-11-02T10:00")
    (mail,) = nags(office)
    body = text(mail)
    assert "2027年放假安排尚未公布" in body
    assert "任务3项" in body  # two counties and the office
    assert "报送年度报告（2027年1月29日）" in body or "报送年度报告（2027-01-29）" in body
    assert "duban calendar import" in body


def test_nobody_is_nagged_once_the_notice_is_known(new_office):
    office = new_office(TABLE, "2025-11-10T10:00")  # the notice for 2026 came on 4 November 2025
    office.at("2025-11-10T10:00")
    assert nags(office) == []


def test_the_new_year_does_not_silence_it(new_office):
    office = new_office(TABLE, "2027-01-11T10:00")
    office.at("2027-01-11T10:00")
    assert "2027年放假安排尚未公布" in text(nags(office)[0])
