"""What the daemon says by itself: tomorrow's mails, a refused table or address, a missing notice, moved deadlines.

Each of these mails has a cause that makes it unique, so that asking at every beat makes one mail. It sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time

from scheduler.clock import BEIJING
from scheduler.daemon.admin import AdminMail
from scheduler.daemon.changes import Changes
from scheduler.daemon.corrections import Corrections
from scheduler.daemon.desk import PROGRAM, Desk
from scheduler.daemon.restoring import warning
from scheduler.daemon.services import TROUBLE
from scheduler.daemon.summaries import Summaries
from scheduler.daemon.undelivered import told
from scheduler.journal import Entry
from scheduler.mailing import ConfigurationFailure, Post, TemplateFaultError
from scheduler.planning.coming import coming, preview
from scheduler.planning.index import Gap
from scheduler.planning.model import Fact, FactKind, MessageKind
from scheduler.planning.windows import Window
from scheduler.problems import Problem
from scheduler.register import gaps
from scheduler.reports.unsettled import missing

PREVIEW_AT = time(16, 30)  # Beijing time, on working days of the operating office
_REFUSED = "refused"  # the mark with the number of the last refusal of which the admin was told


class Duties:
    """Runs at each beat; does at most a look at the clock when there is nothing to say."""

    def __init__(self, desk: Desk, post: Post, domain: str) -> None:
        self._desk = desk
        self._mail = AdminMail(desk, post, domain)
        self._looked = int(desk.journal.mark(_REFUSED) or 0)
        self._previewed: date | None = None
        self._reported: tuple[date, str] | None = None
        self._nagged = ""
        self._gap: Gap | None = None
        self._faults: list[Problem] = []
        changes = Changes(desk, post, domain)
        self._all: tuple[Callable[[datetime], None], ...] = (
            *(self._heartbeat, Corrections(desk, post, domain).run, changes.run, self._preview),
            Summaries(desk, post, domain).run,
            *(self._missing_notice, self._refused_table, self._refused_mail, self._restored),
        )

    def run(self, now: datetime) -> None:
        """All of it, each when it is time; what a broken template or sender keeps back is tried again."""
        self._faults.clear()
        for duty in self._all:
            try:
                duty(now)
            except (TemplateFaultError, ConfigurationFailure) as error:
                self._faults += error.problems

    def report(self, outage: Problem | None, faults: Sequence[Problem], now: datetime) -> None:
        """Keep where `status` finds it what is wrong with mail. Where mail can leave the admin is written to as well:
        of each problem at most once a day.
        """
        found = {problem.text(): problem for problem in (*([outage] if outage else []), *faults, *self._faults)}
        said = "\n".join(found)
        if self._reported != (now.date(), said):
            self._note_trouble(said, list(found.values()), now)
            self._reported = now.date(), said
        for fault in found.values() if outage is None else ():
            self._mail.daily(f"{fault.code}:{fault.place or ''}", [fault], now)

    def _note_trouble(self, said: str, problems: Sequence[Problem], now: datetime) -> None:
        journal = self._desk.journal
        if said != (journal.mark(TROUBLE) or ""):
            journal.put_mark(TROUBLE, said)
            failed = [Entry(FactKind.FAILED, PROGRAM, data={"reason": p.code, "final": False}) for p in problems]
            journal.append(failed, now=now)

    def _heartbeat(self, now: datetime) -> None:
        """Once a day a line in the journal that the daemon lives, and how much it is to do today."""
        last = self._desk.latest.get(FactKind.HEARTBEAT)
        if last is None or last.entered.astimezone(BEIJING).date() != now.date():
            due = len(list(coming(self._desk.plan, now, datetime.combine(now.date(), time.max, BEIJING))))
            self._desk.journal.append([Entry(FactKind.HEARTBEAT, PROGRAM, data={"due": due})], now=now)

    def _preview(self, now: datetime) -> None:
        local = now.astimezone(BEIJING)
        calendar = self._desk.plan.calendars.of(self._desk.register.office.region)
        if self._previewed == local.date() or local.time() < PREVIEW_AT or not calendar.works(local.date()):
            return
        if sheet := preview(self._desk.plan, now):
            self._mail.preview(local.date().isoformat(), sheet, now)
        self._previewed = local.date()

    def _missing_notice(self, now: datetime) -> None:
        """Once a week, on its first working day: next year's arrangement not known yet, days with nobody on duty."""
        office, today = self._desk.register.office, now.astimezone(BEIJING)
        week = f"{today:%G-W%V}"
        window = Window(self._desk.plan.calendars.of(office.region), office.send_at)
        if self._nagged != week and window.is_open(today):
            problems = *missing(self._desk.plan, today.date()), *gaps(self._desk.loaded, today.date())
            if problems:
                self._mail.warn(f"calendar:{week}", problems, now)
            self._nagged = week

    def _refused_table(self, now: datetime) -> None:
        if self._desk.refused:
            self._mail.warn(f"table:{self._desk.refused_as}", self._desk.refused, now)

    def _refused_mail(self, now: datetime) -> None:
        """Tell in one mail of all that a server refused for good since the admin was last told."""
        journal, failed = self._desk.journal, self._desk.latest.get(FactKind.FAILED)
        if failed is None or failed.seq <= self._looked:
            return
        last = failed.seq
        refused = [
            (f, problem) for f in journal.facts(self._looked, kinds=[FactKind.FAILED]) if (problem := self._of(f))
        ]
        if refused:
            first, latest = refused[0][0].seq, refused[-1][0].seq
            # With both ends: after a crash in front of the mark what was refused since is told too.
            self._mail.warn(f"refused:{first}-{latest}", [problem for _, problem in refused], now)
            journal.put_mark(_REFUSED, str(latest))
            last = max(last, latest)
        self._looked = last

    def _restored(self, now: datetime) -> None:
        """Once, that the journal was put back from a copy, and how much waits because of it."""
        gap = self._desk.plan.history.gap
        if gap != self._gap and (problem := warning(self._desk.plan, now)) is not None and gap is not None:
            self._mail.warn(f"restored:{gap.until.isoformat()}", [problem], now)
        self._gap = gap

    def _of(self, fact: Fact) -> Problem | None:
        """What an admin has to know of a failure; of a warning that was refused there is nobody left to tell."""
        if not (fact.data.get("final") or fact.data.keys() & {"copies", "bounce"}):
            return None
        row = self._desk.journal.message(str(fact.data.get("message")))
        return None if row is None or row.kind is MessageKind.WARNING else told(row, fact)
