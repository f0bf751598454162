"""Tells the owners, once, of the deadlines that a table or a calendar moved. It decides no date and sends nothing."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import datetime

from msgspec import Struct

from scheduler.clock import BEIJING
from scheduler.daemon.desk import Desk
from scheduler.daemon.kept import table
from scheduler.daemon.services import HORIZON
from scheduler.journal import Body
from scheduler.mailing import Post, change_view
from scheduler.mailing.views import ChangeView
from scheduler.mailing.wording import with_chinese_days
from scheduler.planning import Calendars, Plan, compile_plan
from scheduler.planning.model import Moment
from scheduler.planning.moves import Move, Telling, moved, tellings
from scheduler.planning.windows import Window
from scheduler.workdays.keeping import restored

log = logging.getLogger("duban")

TOLD = "told"  # the mark that names the table and the calendars by which the owners last knew their deadlines


class _State(Struct, frozen=True):
    """The files by which the owners know their deadlines; `number` counts the times that this changed."""

    number: int
    table: tuple[str, ...]
    calendar: str

    @classmethod
    def read(cls, text: str | None) -> _State | None:
        said = json.loads(text) if text else None
        return cls(said["number"], tuple(said["table"]), said["calendar"]) if said else None

    def written(self) -> str:
        return json.dumps({"number": self.number, "table": self.table, "calendar": self.calendar})

    @property
    def cause(self) -> str:
        return f"{self.number}-{hashlib.sha256(self.written().encode()).hexdigest()[:12]}"


class Changes:
    """Runs at each beat. What the owners knew last is read from the journal, so a restart forgets nothing.

    It waits for the office's send time of a working day, and then tells what the changes since come to: an edit that
    was taken back in between is no news. A crash between outbox and mark repeats only what the outbox has already.
    """

    def __init__(self, desk: Desk, post: Post, domain: str) -> None:
        self._desk = desk
        self._post = post
        self._domain = domain
        self._told = _State.read(desk.journal.mark(TOLD))
        self._plan: Plan | None = None  # the last one by what they were told: the desk's own, until something changes

    def run(self, now: datetime) -> None:
        """Tell of what moved since the owners were last told, if it is time."""
        desk, told = self._desk, self._told
        state = _State(told.number + 1 if told else 1, desk.table_files, desk.calendar_file)
        if told is not None:
            if (told.table, told.calendar) == (state.table, state.calendar):
                self._plan = desk.plan
                return
            if not self._is_time(now):
                return
            if (old := self._known(told, now)) is not None:
                self._queue(tellings(moved(old, desk.plan, now), desk.plan, now, state.cause), now)
        desk.journal.put_mark(TOLD, state.written())
        self._told, self._plan = state, desk.plan

    def _is_time(self, now: datetime) -> bool:
        office, calendars = self._desk.register.office, self._desk.plan.calendars
        return Window(calendars.of(office.region), office.send_at).is_open(now.astimezone(BEIJING))

    def _known(self, told: _State, now: datetime) -> Plan | None:
        """The plan by the table and the calendars of then, with all that has been recorded since.

        A `like` of any age will do: what it knows it knows by the day, and it is soon let go.
        """
        journal, settings, like = self._desk.journal, self._desk.services.settings, self._plan
        register = like.register if like is not None else table(told.table, journal.kept, settings.table)
        if register is None:  # written in a form that this version does not read any more
            return None
        calendars = Calendars(register, known=restored(journal.kept(told.calendar)))
        history = self._desk.plan.history
        until = now.date() + HORIZON
        return compile_plan(register, calendars, history, now=now, since=now.date(), until=until, like=like)

    def _queue(self, found: list[Telling], now: datetime) -> None:
        bodies = {}
        for telling in found:
            message = telling.message
            changes = [_view(move, self._desk.plan) for move in telling.moves]
            letter = self._post.moved(
                message,
                self._desk.plan,
                max(now, message.moment),
                message_id=f"<draft@{self._domain}>",  # the journal gives the real one
                changes=changes,
            )
            bodies[message.key] = Body(letter.subject, letter.text, letter.html)
            for move in telling.moves:
                log.info("moved %s %s -> %s", move.task.id, move.before.target, move.after.target)
        if found:
            self._desk.journal.enqueue([t.message for t in found], [], now=now, domain=self._domain, bodies=bodies)


def _view(move: Move, plan: Plan) -> ChangeView:
    before, after = _shown(move)
    return change_view(move.task, plan, before=before, after=after, reason=with_chinese_days(move.reason.text()))


def _shown(move: Move) -> tuple[Moment, Moment]:
    """The day to work to; where it stands and only the limit behind it moved, the limit."""
    if move.before.target != move.after.target:
        return move.before.target, move.after.target
    return move.before.due, move.after.due
