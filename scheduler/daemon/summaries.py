"""工作情况: the mail of figures that `summaries:` of the table asks for, once a period. It sends nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from scheduler.clock import BEIJING
from scheduler.daemon.desk import Desk
from scheduler.journal import Body
from scheduler.mailing import CountView, Post, SummaryView
from scheduler.planning import Plan, compile_plan
from scheduler.planning.messages import on_trial
from scheduler.planning.model import Bearer, Message, MessageKind, Recipient
from scheduler.planning.people import DUTY, Directory
from scheduler.planning.periods import Period, day_in
from scheduler.planning.windows import Window
from scheduler.register.model import SummaryRow
from scheduler.reports.bulletin import MARGIN, Bulletin, Cells, bulletin_of, of_period

log = logging.getLogger("duban")


class Turn(Struct, frozen=True):
    """When one summary is to go, and the period that it is about."""

    at: datetime
    period: Period


def latest(row: SummaryRow, window: Window, now: datetime) -> Turn | None:
    """The last turn of a row that has come at `now`.

    A moment at the end of a period or after it (`end`, `end + 3wd`) is about that period, any earlier one (`start +
    3wd`, `05`) about the one before.
    """
    period = Period.holding(row.every, now.astimezone(BEIJING).date())
    for _ in range(3):
        day = day_in(period, row.by, window.calendar)
        at = window.next(day)
        if at <= now:
            return Turn(at, period if day >= period.last else period.previous())
        period = period.previous()
    return None


class Summaries:
    """Runs at each beat. What went is read from the outbox, so a restart repeats nothing."""

    def __init__(self, desk: Desk, post: Post, domain: str) -> None:
        self._desk = desk
        self._post = post
        self._domain = domain
        self._went: dict[int, Turn] = {}  # by the number of the row: what need not be looked at again

    def run(self, now: datetime) -> None:
        """Queue each summary whose turn has come while the program was in use. Raises TemplateFaultError."""
        office, plan = self._desk.register.office, self._desk.plan
        window = Window(plan.calendars.of(office.region), office.send_at)
        if not self._desk.register.summaries or not window.is_open(now.astimezone(BEIJING)):
            return
        loaded, gap = plan.history.loaded or now, plan.history.gap
        for n, row in enumerate(self._desk.register.summaries):
            turn = latest(row, window, now)
            # Whether it went before the journal was put back from a copy nobody knows.
            restored = gap is not None and turn is not None and turn.at <= gap.until
            if turn is not None and turn.at >= loaded and not restored and self._went.get(n) != turn:
                self._queue([m for m in self._messages(row, turn, now) if self._is_new(m)], turn, now)
                self._went[n] = turn

    def _messages(self, row: SummaryRow, turn: Turn, now: datetime) -> Iterator[Message]:
        """One per reader; in the trial to the admin, with a line that says for whom."""
        directory, on = Directory(self._desk.plan.roster), now.astimezone(BEIJING).date()
        admin = directory.admin(on)
        for who in row.to:
            reader = _reader(directory, who, self._desk.plan, turn)
            if reader is None:
                continue
            cause = f"{turn.period.label}:{who}"
            message = Message(f"summary:{cause}", MessageKind.SUMMARY, reader, (), now, (), cause=cause)
            if not self._desk.register.office.trial:
                yield message
            elif admin is not None:
                yield on_trial(message, admin)

    def _is_new(self, message: Message) -> bool:
        """The cause names the reader; the recipient may be another since: a trial ended, a delegate stands in."""
        return not self._desk.journal.has_cause(message.kind, message.cause or "")

    def _queue(self, found: list[Message], turn: Turn, now: datetime) -> None:
        if not found:
            return
        view, head = _view(self._figures(turn.period, now)), self._desk.journal.head().short
        bodies = {}
        for message in found:
            letter = self._post.summary(
                message,
                self._desk.plan,
                now,
                message_id=f"<draft@{self._domain}>",  # the journal gives the real one
                summary=view,
                head=head,
            )
            bodies[message.key] = Body(letter.subject, letter.text, letter.html)
        self._desk.journal.enqueue(found, [], now=now, domain=self._domain, bodies=bodies)
        log.info("summary period=%s letters=%d", turn.period.label, len(found))

    def _figures(self, period: Period, now: datetime) -> Bulletin:
        """The same numbers as the bulletin's, from a plan that reaches back."""
        desk = self._desk
        since, until = period.first - MARGIN[0], max(period.last, now.date()) + MARGIN[1]
        old = desk.plan
        plan = compile_plan(desk.register, old.calendars, old.history, now=now, since=since, until=until)
        return bulletin_of(of_period(plan, period, now), plan, period, now)


def _reader(directory: Directory, who: str, plan: Plan, turn: Turn) -> Recipient | None:
    """A person or a unit's officer as all their mail goes, or whoever is on duty."""
    if who == DUTY:
        return directory.on_duty(turn.at).recipient
    bearer = Bearer(who, who) if plan.roster.has_unit(who) else Bearer(who, plan.register.office.unit, person=who)
    return directory.route(bearer, None, turn.at).recipient


def _view(found: Bulletin) -> SummaryView:
    return SummaryView(
        label=found.label,
        cut_off=found.now,
        total=_count("合计", "once", found.total),
        rows=tuple(_count(row.title, row.period, row.cells) for row in found.rows),
        units=tuple(_count(unit.name, "once", unit.cells) for unit in found.units),
    )


def _count(name: str, period: str, cells: Cells) -> CountView:
    return CountView(
        name, period, cells.due, cells.on_time, cells.late, cells.open, cells.extended, cells.waived, cells.rate
    )
