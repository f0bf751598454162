"""The daemon: one beat after another until told to stop. A beat follows files and facts, queues what is owed, sends it.

It keeps nothing that the journal does not hold: killed between any two lines, the next start goes on where it was.
"""

from __future__ import annotations

import logging
import signal
import time
from bisect import bisect_right
from collections.abc import Callable
from datetime import datetime, timedelta
from types import FrameType

from scheduler.daemon.alarm import AlarmClock
from scheduler.daemon.desk import Desk
from scheduler.daemon.dispatch import Dispatch
from scheduler.daemon.duties import Duties
from scheduler.daemon.gathering import gather
from scheduler.daemon.lastword import LastWord
from scheduler.daemon.notify import notify, reloading, watchdog
from scheduler.daemon.returned import Returned
from scheduler.journal import OutboxState
from scheduler.mailing import Post
from scheduler.planning import Plan
from scheduler.planning.alarms import moments
from scheduler.planning.decide import owed
from scheduler.planning.messages import messages
from scheduler.planning.model import Decision, Slot, Verdict
from scheduler.problems import Problem, UnreachableError
from scheduler.words import say

log = logging.getLogger("duban")

LONGEST_QUIET = timedelta(minutes=10)  # however quiet the plan looks, what is owed is asked again after this
_PATIENCE = 3  # beats in a row, each after a wait for the limit per minute, in which no letter was accepted


class Daemon:
    """`beat` is all of the work; `run` repeats it on the alarm clock's rings."""

    def __init__(
        self,
        desk: Desk,
        dispatch: Dispatch,
        post: Post,
        tell_time: Callable[[], datetime],
        domain: str,
        *,
        returned: Returned,
    ) -> None:
        self.desk = desk
        self._dispatch = dispatch
        self._returned = returned
        self._last_word = LastWord(desk, post, domain)
        self._tell_time = tell_time
        self._domain = domain
        self._duties = Duties(desk, post, domain)
        self._quiet: tuple[datetime, datetime] | None = None  # from when until when nothing can become owed
        self._ringing: tuple[Slot, ...] | None = None  # those whose moments the alarm clock has
        self._reload = False
        self._stopping = False

    @property
    def outage(self) -> Problem | None:
        """What keeps all mail back: a login, a certificate, the sender."""
        return self._dispatch.outage

    @property
    def faults(self) -> tuple[Problem, ...]:
        """The broken templates for which mail waits."""
        return self._dispatch.faults

    def beat(self) -> int:
        """One round. Returns how many letters were accepted. Raises UnreachableError."""
        now = self._tell_time()
        if self._follow(now) and self._dispatch.tidy(self.desk.plan, now):
            self._follow(now)  # what was taken out makes way for what waits behind it
        self._queue(now)
        self._duties.run(now)
        gather(self.desk.journal, self.desk.plan, now, self._domain)
        accepted = self._dispatch.run(self._current, self._tell_time, self._progress)
        self._returned.run(self._tell_time())
        outage, faults = self._dispatch.trouble()
        self._last_word.leave(self._dispatch.outage, self._tell_time())
        self._duties.report(outage, (*faults, *self._returned.trouble), self._tell_time())
        return accepted

    def once(self, sleep: Callable[[float], None] = time.sleep) -> int:
        """Send what is owed now, and what the admin must hear of it, as fast as the limit per minute allows.

        It gives up on a server that takes nothing for minutes. Returns how many letters were accepted.
        """
        accepted, in_vain = self.beat() + self.beat(), 0
        while in_vain < _PATIENCE and (pause := self._dispatch.pause(self._tell_time())) and self._has_due():
            sleep(pause.total_seconds())
            went = self.beat()
            accepted, in_vain = accepted + went, 0 if went else in_vain + 1
        self._dispatch.close()
        return accepted

    def _has_due(self) -> bool:
        waiting, now = self.desk.journal.outbox(OutboxState.PENDING, OutboxState.RETRY), self._tell_time()
        return any(row.not_before <= now for row in waiting)

    def run(self, beat: timedelta, ready: Callable[[], None] = lambda: None) -> None:
        """Beat until SIGTERM or SIGINT; SIGHUP reads the table again. An unforeseen error ends the process.

        `ready` is called before the first beat, when the supervisor has been told: for what nothing has to wait for.
        """
        patience = watchdog()
        alarm = AlarmClock(lambda: self._rung(alarm), min(beat, patience / 3) if patience else beat)
        before = {s: signal.signal(s, self._on_signal(alarm)) for s in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
        try:
            self._set(alarm)
            notify(READY=1, STATUS=self._status())
            ready()
            alarm.start()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            notify(STOPPING=1)
            self._dispatch.close()

    def _rung(self, alarm: AlarmClock) -> None:
        if not self._stopping:
            try:
                self.beat()
                self._set(alarm)
                notify(WATCHDOG=1, STATUS=self._status())
            except UnreachableError as error:
                # Nothing was sent without a record; the next beat tries again, and the watchdog is not fed meanwhile.
                log.warning("journal unreachable %s", error.problems[0].text().replace("\n", " "))
                notify(STATUS=error.problems[0].message.text())
        if self._stopping:
            alarm.shutdown()

    def _set(self, alarm: AlarmClock) -> None:
        """Let the jobs follow the plan, if it was made anew."""
        if self._ringing is not self.desk.plan.slots:
            alarm.set_moments(moments(self.desk.plan))
            self._ringing = self.desk.plan.slots

    def _follow(self, now: datetime) -> bool:
        """Take in edits and facts; of a reload the supervisor hears its begin and, once it is done, its end."""
        if reload := self._reload:  # only then: a SIGHUP between a look and an unconditional reset would be lost
            self._reload = False
            reloading()
        try:
            changed = self.desk.follow(now, reload=reload)
        except UnreachableError:
            self._reload = self._reload or reload
            raise
        if reload:
            notify(READY=1)
        if changed:
            self._quiet = None
        return changed

    def _current(self) -> Plan:
        """The plan with all that is recorded up to this moment: a `done` counts up to the last one before the mail."""
        self._follow(self._tell_time())
        return self.desk.plan

    def _queue(self, now: datetime) -> None:
        """Give each notice whose moment has come a place in the outbox, or a recorded reason not to have one."""
        if self._quiet is not None and self._quiet[0] <= now < self._quiet[1]:  # else the clock was set back
            return
        plan = self.desk.plan
        decisions = owed(plan, now)
        skipped = [d for d in decisions if d.verdict is Verdict.SKIP]
        queued = messages(decisions, plan, now)
        self._quiet = None
        if not queued and not skipped:
            self._quiet = now, self._next_moment(decisions, now)
            return
        self.desk.journal.enqueue(queued, skipped, now=now, domain=self._domain)
        for decision in skipped:
            log.info("skipped %s reason=%s", decision.notice.key, decision.reason)
        self._follow(now)

    def _next_moment(self, held: list[Decision], now: datetime) -> datetime:
        coming = (at for times in moments(self.desk.plan).values() for at in times[bisect_right(times, now) :][:1])
        return min([*coming, *(d.at for d in held if d.at is not None), now + LONGEST_QUIET])

    def _progress(self) -> bool:
        notify(WATCHDOG=1)
        return not self._stopping

    def _on_signal(self, alarm: AlarmClock) -> Callable[[int, FrameType | None], None]:
        def handle(number: int, _frame: FrameType | None) -> None:
            if number == signal.SIGHUP:
                self._reload = True
            else:
                self._stopping = True
            alarm.ring()

        return handle

    def _status(self) -> str:
        """One line for `systemctl status`."""
        said = [
            say("{n}项事项", n=len(self.desk.register.obligations)),
            say("待发邮件{n}封", n=self.desk.journal.pending_count()),
        ]
        if self.desk.refused:
            said.append(say("台账有{n}个问题，按上一张运行", n=len(self.desk.refused)))
        said += [problem.message for problem in (self._dispatch.outage, *self._dispatch.faults[:1]) if problem]
        lang = self.desk.services.settings.lang
        return "，".join(phrase.text(lang) for phrase in said).replace("\n", " ")
