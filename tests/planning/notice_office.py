"""An invented office for stories about notices, and a small daemon that records what it would have sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from scheduler.planning import Calendars, History, Plan, compile_plan
from scheduler.planning.decide import owed
from scheduler.planning.messages import messages
from scheduler.planning.model import BEIJING, Decision, Fact, FactKind, Message, Moment, Scalar, Verdict
from scheduler.register import Register, parse

TABLE = """
version: 1
office: {{name: 云岭州人民政府办公室, unit: office, admin: he.ping, send_at: "09:00", start: 2025-01-01{office}}}
units:
  - {{id: office, name: 州人民政府办公室, kind: office, people: {{officer: he.ping, deputy: xu.wen}}}}
  - id: city
    name: 安泉市人民政府
    kind: county
    reports_to: office
    people:
      officer: zhou.min
      deputy: hu.bo{city}
      office-head: an.ping
      leader: [{{person: lu.he, to: 2026-02-28}}, {{person: sun.li, from: 2026-03-01}}]
  - id: county
    name: 望河县人民政府
    kind: county
    reports_to: office
    people: {{officer: lin.lan, deputy: lin.lan}}
  - id: town
    name: 石渡镇人民政府
    kind: town
    reports_to: city
    mail: shidu@example.gov.cn
    people: {{deputy: tang.yu}}
people:
  - {{id: he.ping, name: 何平, email: heping@example.gov.cn}}
  - {{id: xu.wen, name: 许文, post: 副主任, email: xuwen@example.gov.cn}}
  - id: zhou.min
    name: 周敏
    email: zhoumin@example.gov.cn
    away: [{{from: 2026-01-26, to: 2026-01-28, delegate: an.ping}}]
  - {{id: hu.bo, name: 胡波, email: hubo@example.gov.cn}}
  - {{id: an.ping, name: 安平, email: anping@example.gov.cn}}
  - {{id: lu.he, name: 陆禾, post: 市长, email: luhe@example.gov.cn{leader}}}
  - {{id: sun.li, name: 孙立, post: 市长, via: zhou.min}}
  - {{id: lin.lan, name: 林岚, email: linlan@example.gov.cn}}
  - {{id: tang.yu, name: 唐宇, email: shidu@example.gov.cn}}
events:
  - {{id: paper.issued, title: 文件印发}}
records:
  - {{id: talk, title: 政策解读}}
ladders:
  same-day: {{remind: [1wd], chase: [0wd], escalate: [{{after: 0wd, to: deputy}}]}}
  afternoon: {{remind: [5wd], send_at: "14:30"}}
  plain: {{remind: [20wd, 5wd, 1wd], chase: [1wd, 3wd, 5wd, every 5wd]}}
  line:
    remind: [1wd]
    chase: [1wd]
    escalate: [{{before: 1wd, to: deputy}}, {{after: 1wd, to: office-head}}, {{after: 2wd, to: reports_to.officer}}]
  asking:
    remind: [1wd]
    chase: [1wd]
    escalate: [{{after: 1wd, to: deputy, ask: true}}, {{after: 3wd, to: office-head}}]
  upward: {{remind: [1wd], chase: [1wd], escalate: [{{after: 1wd, to: leader}}]}}
  round-the-clock:
    clock: any
    remind: [12h, 4h, 1h]
    escalate: [{{before: 1h, to: deputy}}, {{after: 0h, to: office-head}}]
obligations:
{rows}
{more}"""
ROW = "  - {{id: {id}, title: 报送材料{id}, owed_by: {owed_by}, due: {{by: {by}, roll: preceding}}, ladder: {ladder}}}"
FRI_JAN_30 = date(2026, 1, 30)


def row(by: str = "2026-01-30", ladder: str = "plain", owed_by: str = "{unit: city}", id: str = "paper") -> str:  # noqa: A002
    """One line of the table: a duty that is due once."""
    return ROW.format(id=id, owed_by=owed_by, by=by, ladder=ladder)


def register(*rows: str, office: str = "", leader: str = "", more: str = "", city: str = "") -> Register:
    """The register of the invented office with these duties; `more` are further sections of the table, `city` roles."""
    text = TABLE.format(rows="\n".join(rows or (row(),)), office=office, leader=leader, more=more, city=city)
    loaded = parse([("obligations.yaml", text.encode())])
    assert loaded.register is not None, "\n".join(p.text() for p in loaded.problems)
    return loaded.register


def at(text: str) -> datetime:
    """`2026-01-23 09:00` in Beijing."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


class Story:
    """One office, told day by day. `beat` is the daemon's: what is owed is recorded as sent or as skipped."""

    def __init__(self, *rows: str, since: str = "2025-06-02 09:00", office: str = "", leader: str = "") -> None:
        self.register = register(*rows, office=office, leader=leader)
        self.facts: list[Fact] = []
        for obligation in self.register.obligations:
            self.tell(FactKind.ROW, since, obligation=obligation.id)

    def tell(
        self,
        kind: FactKind,
        when: str,
        task: str | None = None,
        on: Moment | None = None,
        **data: Scalar | tuple[str, ...],
    ) -> None:
        """Something is entered into the record."""
        self.facts.append(Fact(len(self.facts) + 1, kind, at(when), on, "he.ping", task, data))

    def plan(self, now: datetime) -> Plan:
        """The plan as the daemon has it at `now`."""
        history, day = History.of(self.facts), now.date()
        return compile_plan(
            self.register, Calendars(self.register), history, now=now, since=day, until=day + timedelta(90)
        )

    def owed(self, when: str) -> list[Decision]:
        """What is owed, without recording it."""
        return owed(self.plan(at(when)), at(when))

    def beat(self, when: str) -> list[Message]:
        """What goes at that moment; it is recorded."""
        now = at(when)
        plan = self.plan(now)
        decisions = owed(plan, now)
        found = messages(decisions, plan, now)
        for decision in decisions:
            if decision.verdict is Verdict.SKIP:
                self.tell(FactKind.SKIPPED, when, notice=decision.notice.key, reason=str(decision.reason))
        for message in found:
            keys = tuple(n.key for n in message.notices)
            self.tell(FactKind.SENT, when, notices=keys, message=message.key, to=(message.recipient.who,))
        return found

    def days(self, first: str, last: str, hour: str = "09:00") -> dict[str, list[str]]:
        """The daemon runs once on every day: who got which steps when."""
        found: dict[str, list[str]] = {}
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last):
            sent = self.beat(f"{day} {hour}")
            if sent:
                found[f"{day:%a %m-%d}"] = told(sent)
            day += timedelta(1)
        return found

    def skipped(self) -> dict[str, str]:
        """The steps that were skipped, with the reason."""
        return {
            str(f.data["notice"]).partition("#")[2].partition("@")[0]: str(f.data["reason"])
            for f in self.facts
            if f.kind is FactKind.SKIPPED
        }


def told(sent: Sequence[Message]) -> list[str]:
    """`zhou.min: remind-5wd` for each message, `(late)` after a late one."""
    return sorted(
        f"{m.recipient.who}: {'+'.join(n.step.name for n in m.notices)}{' (late)' if m.late else ''}" for m in sent
    )


def verdicts(decisions: Sequence[Decision]) -> dict[str, str]:
    """`{"chase-1": "skip overtaken"}`."""
    return {d.notice.step.name: f"{d.verdict} {d.reason}" for d in decisions}
