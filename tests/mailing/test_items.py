"""What the tasks of a slot share is put into words once a day: one maker of views says what a fresh one says."""

from msgspec.structs import replace
from story import TABLE, at, notice, plan_at

from scheduler.mailing.items import Items
from scheduler.planning import Calendars
from scheduler.register import parse

REPORT = "annual-report.submit/wanghe-county/2026"
SHIDU = "annual-report.submit/shidu-county/2026"
MOMENTS = ("2027-01-22", "2027-01-25", "2027-01-29", "2027-01-30", "2027-02-01", "2027-02-22")


def test_a_view_is_that_of_its_day_and_its_calendars():
    plan = plan_at(at("2027-01-22T10:00"))
    closed = parse([("obligations.yaml", f"{TABLE}calendar: {{rest: [2027-01-26, 2027-02-03]}}\n".encode())]).register
    items, spans = Items(), set()
    for calendars in (plan.calendars, Calendars(closed)):
        shown = replace(plan, calendars=calendars)
        for moment in MOMENTS:
            now = at(f"{moment}T10:00")
            for task in (REPORT, SHIDU):
                due = notice(shown, task, "chase-1")
                reader = shown.directory.route(due.task.bearer, None, now.date()).recipient
                view = items.view(due, shown, now, reader)
                assert view == Items().view(due, shown, now, reader)
                spans.add((task, view.span))
    assert len(spans) > 2 * len(MOMENTS)  # each day has its own, and some days one more by the other calendar
