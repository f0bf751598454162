"""The mail server was away: what waited for a reader goes as one message, marked late, and nothing of it is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from small_office import ADMIN, LIN, TABLE, ZHOU, Office, at

from scheduler.journal import Entry, OutboxState
from scheduler.mailing import PermanentFailure, TemporaryFailure, UnknownFailure
from scheduler.planning.model import FactKind, MessageKind

DOWN = TemporaryFailure("connection refused")
HU, TANG = "hubo@example.gov.cn", "tangyu@example.gov.cn"
DUTIES = "".join(
    f"  - {{id: paper-{day}, title: 材料{day}, owed_by: {{kind: county}},"
    f" due: {{by: 2026-01-{day}, roll: preceding}}, ladder: plain}}\n"
    for day in (20, 21, 22, 23, 26, 27, 28, 29)
)
HOURS = "  - {id: answer, title: 回应关切, owed_by: event.unit, due: {within: 24h, after: paper.issued}}\n"


@pytest.fixture
def busy(tmp_path) -> Office:
    """Nine duties for each of two counties, due one after the other; on Monday the 12th nothing has been sent yet."""
    office = Office(tmp_path, "2026-01-12 08:00")
    office.table.write_text(TABLE + DUTIES + HOURS, encoding="utf-8")
    return office


def pass_days(office, daemon, since, until, hours=("09:00", "10:30", "16:40")):
    """A beat at some hours of each day."""
    day = at(f"{since} 00:00")
    while day <= at(f"{until} 00:00"):
        for hour in hours:
            office.beat(daemon, f"{day:%Y-%m-%d} {hour}")
        day += timedelta(1)


def settled(office, *tasks):
    """The notices that were sent, and those dropped or skipped with their reason."""
    found = {}
    for task in tasks:
        found |= {f"{task}#{step}": outcome for step, outcome in office.outcomes(task).items()}
    return found


def test_after_three_weeks_without_a_server_each_reader_gets_one_message(busy):
    daemon = busy.daemon()
    busy.server.trouble = DOWN
    pass_days(busy, daemon, "2026-01-12", "2026-01-30")
    assert busy.server.letters == []
    busy.server.trouble = None
    pass_days(busy, daemon, "2026-02-01", "2026-02-01")  # a Sunday: only the admin is written to at any hour
    assert {letter.to.address for letter in busy.server.letters} <= {ADMIN}
    for minute in range(5):
        busy.beat(daemon, f"2026-02-02 09:0{minute}")
    assert sorted(letter.to.address for letter in busy.server.letters) == [ADMIN, HU, LIN, TANG, ZHOU]
    mail = [letter for letter in busy.server.letters if letter.to.address != ADMIN]  # whose preview is of the day
    assert all("迟发" in letter.text for letter in mail)
    with busy.journal as journal:
        assert journal.verify().sound


def test_no_notice_of_the_outage_is_without_an_answer(busy):
    daemon = busy.daemon()
    busy.server.trouble = DOWN
    pass_days(busy, daemon, "2026-01-12", "2026-01-30")
    busy.server.trouble = None
    pass_days(busy, daemon, "2026-02-02", "2026-02-02")
    with busy.journal as journal:
        outcomes = journal.outcomes()
        waiting = journal.pending_count()
    assert waiting == 0
    assert {o.kind for o in outcomes.values()} <= {"sent", "dropped", "skipped"}
    assert all(o.reason for o in outcomes.values() if o.kind != "sent")
    late = [key for key, o in outcomes.items() if o.kind == "sent" and key.startswith("paper-20/city")]
    assert {key.partition("#")[2].partition("@")[0] for key in late} == {"chase-2", "escalate-after-2wd"}
    letter = next(one for one in busy.server.letters if one.to.address == ZHOU)
    for day in (20, 21, 22, 23, 26, 27, 28, 29):
        assert f"材料{day}" in letter.text


def test_every_step_of_the_merging_is_in_the_record(busy):
    daemon = busy.daemon()
    busy.server.trouble = DOWN
    pass_days(busy, daemon, "2026-01-13", "2026-01-15")
    queued = {f.data["message"]: f for f in busy.facts(FactKind.QUEUED)}
    merged = [f for f in queued.values() if f.data.get("merged")]
    assert merged
    for fact in merged:
        before = [queued[key] for key in fact.data["merged"]]
        assert set(fact.data["notices"]) <= {key for old in before for key in old.data["notices"]}
        assert {tuple(old.data["to"]) for old in before} == {fact.data["to"]}
    rows = {row.key: row for row in busy.outbox()}
    for key in (old for f in merged for old in f.data["merged"]):
        assert (rows[key].state, rows[key].last_error, rows[key].notices) == (OutboxState.DROPPED, "merged", ())
    assert len({row.message_id for row in rows.values()}) == len(rows)


def test_what_is_about_hours_stands_first_and_goes_first(busy):
    daemon = busy.daemon()
    busy.server.trouble = DOWN
    pass_days(busy, daemon, "2026-01-13", "2026-01-15")
    _issue(busy, "2026-01-15 17:00")
    busy.beat(daemon, "2026-01-15 17:01")
    pass_days(busy, daemon, "2026-01-16", "2026-01-16", hours=("09:00", "13:30"))
    busy.server.trouble = None
    busy.beat(daemon, "2026-01-16 14:30")
    first = busy.server.letters[0]
    assert first.to.address == ZHOU
    assert first.text.index("回应关切") < first.text.index("材料20")


def test_a_letter_whose_fate_is_unknown_is_sent_again_as_it_is(busy):
    daemon = busy.daemon()
    busy.beat(daemon, "2026-01-12 09:00")
    busy.server.letters.clear()
    handed = []

    def drop(letter):
        if letter.to.address == ZHOU and not handed:
            handed.append(letter)
            raise UnknownFailure("connection reset")

    busy.server.on_delivery = drop
    busy.beat(daemon, "2026-01-13 09:00")
    busy.server.trouble = DOWN
    pass_days(busy, daemon, "2026-01-14", "2026-01-15", hours=("09:00",))
    busy.server.trouble = None
    busy.now = at("2026-01-15 10:30")
    daemon.beat()
    mine = [letter for letter in busy.server.came if letter.to.address == ZHOU]
    assert len(mine) == 2
    assert mine[0].message_id == handed[0].message_id
    assert mine[1].message_id != handed[0].message_id


def test_one_refused_for_good_is_not_merged_and_holds_up_nothing(busy):
    daemon = busy.daemon()
    busy.server.refuses[ZHOU] = PermanentFailure("550 5.1.1 no such user")
    pass_days(busy, daemon, "2026-01-13", "2026-01-15")
    assert all(not f.data.get("merged") for f in busy.facts(FactKind.QUEUED))
    assert LIN in {letter.to.address for letter in busy.server.letters}


def test_what_must_not_go_at_this_hour_is_not_merged(busy):
    daemon = busy.daemon()
    busy.server.trouble = DOWN
    pass_days(busy, daemon, "2026-01-13", "2026-01-13")
    _issue(busy, "2026-01-13 20:00")
    busy.server.trouble = None
    busy.beat(daemon, "2026-01-14 08:10")  # twelve hours before its end; the window of the others is closed
    assert [letter.to.address for letter in busy.server.letters] == [ZHOU]
    assert "材料" not in busy.server.letters[0].text


def test_what_is_about_hours_does_not_wait_for_the_morning_with_what_counts_in_days(busy):
    busy.edit("ladders:", "ladders:\n  urgent: {clock: any, remind: [4h], chase: [2h], escalate: []}")
    busy.edit("within: 24h, after: paper.issued}", "within: 24h, after: paper.issued}, ladder: urgent")
    daemon = busy.daemon()
    busy.server.trouble = DOWN
    pass_days(busy, daemon, "2026-01-13", "2026-01-15")
    _issue(busy, "2026-01-15 17:00")
    pass_days(busy, daemon, "2026-01-16", "2026-01-16", hours=("09:00", "13:30", "19:00"))
    with busy.journal as journal:
        assert len([row for row in journal.outbox(OutboxState.RETRY) if row.recipient.address == ZHOU]) == 1
    busy.server.trouble = None
    busy.beat(daemon, "2026-01-17 10:00")  # a Saturday
    (urgent,) = (letter.text for letter in busy.server.letters if letter.to.address == ZHOU)
    assert ("回应关切" in urgent, "材料" in urgent) == (True, False)
    busy.beat(daemon, "2026-01-19 09:00")
    _, rest = (letter.text for letter in busy.server.letters if letter.to.address == ZHOU)
    assert ("回应关切" in rest, "材料20" in rest) == (False, True)
    with busy.journal as journal:
        assert journal.verify().sound
        assert journal.pending_count() == 0


def test_in_the_trial_the_mails_of_different_readers_stay_apart(busy):
    busy.edit('send_at: "09:00"', 'send_at: "09:00", trial: true')
    daemon = busy.daemon()
    busy.server.trouble = DOWN
    pass_days(busy, daemon, "2026-01-13", "2026-01-15")
    busy.server.trouble = None
    busy.beat(daemon, "2026-01-16 09:00")
    rows = [r for r in busy.outbox(MessageKind.DIGEST, MessageKind.REMINDER) if r.state is OutboxState.SENT]
    assert sorted(row.recipient.note.text() for row in rows) == [
        f"试运行：本邮件原送{name}（{address}）。" for name, address in sorted([("周敏", ZHOU), ("林岚", LIN)])
    ]


def test_two_daemons_that_merge_at_once_make_one_message(busy, monkeypatch):
    """The second one looks while the first one has merged already."""
    one, two = busy.daemon(), busy.daemon()
    busy.server.trouble = DOWN
    busy.beat(one, "2026-01-13 09:00")
    busy.now = at("2026-01-14 08:59")
    seen = []
    reform = type(one.desk.journal).reform

    def late(journal, *arguments, **keywords):
        if not seen:
            seen.append(1)
            reform(journal, *arguments, **keywords)
        return reform(journal, *arguments, **keywords)

    monkeypatch.setattr(type(one.desk.journal), "reform", late)
    busy.beat(two, "2026-01-14 09:00")
    busy.beat(one, "2026-01-14 09:00")
    waiting = [r.recipient.address for r in busy.outbox() if r.state in {OutboxState.PENDING, OutboxState.RETRY}]
    assert seen
    assert sorted(waiting) == [LIN, ZHOU]
    with busy.journal as journal:
        assert journal.verify().sound


def test_a_letter_that_was_formed_in_time_and_goes_late_says_so(office):
    daemon = office.daemon()
    office.server.trouble = DOWN
    office.beat(daemon, "2026-01-23 09:00")
    office.server.trouble = None
    office.beat(daemon, "2026-01-23 09:10")
    assert "迟发" not in office.server.letters[0].text
    office.server.letters.clear()
    office.server.trouble = DOWN
    office.beat(daemon, "2026-01-29 09:00")
    office.server.trouble = None
    office.beat(daemon, "2026-01-29 10:00")
    assert all("迟发，原定2026年1月29日" in letter.text for letter in office.server.letters)


def _issue(office, moment):
    office.now = at(moment)
    with office.journal as journal:
        data = {"event": "paper.issued", "ref": "A-1", "unit": "city"}
        journal.append([Entry(FactKind.EVENT, "he.ping", office.now, data=data)], now=office.now)
