"""The daemon: one beat after another until told to stop. A beat follows files and facts, queues what is owed, sends it.

It keeps nothing that the journal does not hold: killed between any two lines, the next start goes on where it was.
"""

from __future__ import annotations

import logging
import signal
from bisect import bisect_right
from collections.abc import Callable
from datetime import datetime, timedelta
from types import FrameType

from scheduler.daemon.alarm import AlarmClock
from scheduler.daemon.desk import Desk
from scheduler.daemon.dispatch import Dispatch
from scheduler.daemon.duties import Duties
from scheduler.daemon.notify import notify, reloading
from scheduler.mailing import Post
from scheduler.planning.alarms import moments
from scheduler.planning.decide import owed
from scheduler.planning.messages import messages
from scheduler.planning.model import Decision, Verdict
from scheduler.problems import UnreachableError

log = logging.getLogger("duban")

LONGEST_QUIET = timedelta(minutes=10)  # however quiet the plan looks, what is owed is asked again after this


class Daemon:
    """`beat` is all of the work; `run` repeats it on the alarm clock's rings."""

    def __init__(
        self, desk: Desk, dispatch: Dispatch, post: Post, tell_time: Callable[[], datetime], domain: str
    ) -> None:
        self.desk = desk
        self._dispatch = dispatch
        self._tell_time = tell_time
        self._domain = domain
        self._duties = Duties(desk, post, domain)
        self._quiet_until: datetime | None = None
        self._reload = False
        self._stopping = False
        self._accepted = 0

    def beat(self) -> bool:
        """One round. Returns whether the plan was made anew. Raises UnreachableError."""
        now = self._tell_time()
        reload, self._reload = self._reload, False
        if reload:
            reloading()
        changed = self.desk.follow(now, reload=reload)
        if changed:
            self._quiet_until = None
        self._queue(now)
        self._duties.run(now)
        self._accepted = self._dispatch.run(self.desk.plan, self._tell_time, self._progress)
        self._duties.report(self._dispatch.trouble, self._tell_time())
        if reload:
            notify(READY=1)
        return changed

    def once(self) -> int:
        """Send what is owed now. Returns how many letters were accepted."""
        self.beat()
        self._dispatch.close()
        return self._accepted

    def run(self, beat: timedelta) -> None:
        """Beat until SIGTERM or SIGINT; SIGHUP reads the table again. An unforeseen error ends the process."""
        alarm = AlarmClock(lambda: self._rung(alarm), beat)
        alarm.set_moments(moments(self.desk.plan))
        before = {s: signal.signal(s, self._on_signal(alarm)) for s in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
        notify(READY=1, STATUS=self._status())
        try:
            alarm.start()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            self._dispatch.close()
            notify(STOPPING=1)

    def _rung(self, alarm: AlarmClock) -> None:
        try:
            changed = self.beat()
        except UnreachableError as error:
            # Nothing was sent without a record; the next beat tries again, and the watchdog is not fed meanwhile.
            log.warning("journal unreachable %s", error.problems[0].text().replace("\n", " "))
            notify(STATUS=error.problems[0].message.text())
        else:
            if changed:
                alarm.set_moments(moments(self.desk.plan))
            notify(WATCHDOG=1, STATUS=self._status())
        if self._stopping:
            alarm.shutdown()

    def _queue(self, now: datetime) -> None:
        """Give each notice whose moment has come a place in the outbox, or a recorded reason not to have one."""
        if self._quiet_until is not None and now < self._quiet_until:
            return
        plan = self.desk.plan
        decisions = owed(plan, now)
        skipped = [d for d in decisions if d.verdict is Verdict.SKIP]
        queued = messages(decisions, plan, now)
        if queued or skipped:
            self.desk.journal.enqueue(queued, skipped, now=now, domain=self._domain)
            for decision in skipped:
                log.info("skipped %s reason=%s", decision.notice.key, decision.reason)
            self.desk.follow(now)
        self._quiet_until = None if queued or skipped else self._next_moment(decisions, now)

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
        waiting = self.desk.journal.pending_count()
        rows = len(self.desk.register.obligations)
        faults = f"，台账有 {len(self.desk.refused)} 个问题，按上一张运行" if self.desk.refused else ""
        return f"{rows} 项事项，待发邮件 {waiting} 封{faults}"
