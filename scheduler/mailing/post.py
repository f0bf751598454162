"""Message → Letter: the views of its notices, the template of its kind, the headers. It sends nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from email.utils import parseaddr
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from scheduler.mailing import reader
from scheduler.mailing.errors import ConfigurationFailure
from scheduler.mailing.invitation import invitation
from scheduler.mailing.items import MARKS, Items, title_of
from scheduler.mailing.letter import Letter, Mailbox, deliverable, one_line
from scheduler.mailing.slotwords import span_of
from scheduler.mailing.templates import Rendered, Templates, fields
from scheduler.mailing.views import (
    ChangeView,
    ComingView,
    ItemView,
    LetterView,
    ProblemView,
    SummaryView,
    TallyView,
    WrongView,
)
from scheduler.mailing.wording import closed, full_width
from scheduler.planning import Plan, standing
from scheduler.planning.coming import Coming
from scheduler.planning.decide import late_since
from scheduler.planning.index import parts
from scheduler.planning.model import (
    BEIJING,
    Message,
    MessageKind,
    Notice,
    NoticeKind,
    Recipient,
    State,
)
from scheduler.planning.people import recipients
from scheduler.problems import Problem
from scheduler.words import say

_GRAVITY = (NoticeKind.ESCALATION, NoticeKind.CHASER, NoticeKind.REMINDER)
_REGISTERED = frozenset({State.DONE, State.DONE_LATE, State.REPORTED})
_REVIEW_AFTER = 3  # working days until a superior is proposed the next step


_MAILS = {
    **{MessageKind(kind): mark for kind, mark in MARKS.items()},
    MessageKind.DIGEST: "汇总",
    MessageKind.WEEKLY: "每周汇总",
    MessageKind.PREVIEW: "拟发",
    MessageKind.WARNING: "运行提示",
    MessageKind.MOVED: "时限变更",
    MessageKind.CORRECTION: "更正",
    MessageKind.SUMMARY: "工作情况",
}


class Wrong(Struct, frozen=True):
    """A mail that went and was wrong: its kind, when it was sent (aware), and the ids of the tasks that it told of."""

    kind: MessageKind
    sent: datetime
    tasks: tuple[str, ...] = ()


class _Draft(Struct, frozen=True):
    """What a letter is made of; `now` is the moment of sending."""

    message: Message
    plan: Plan
    now: datetime
    message_id: str


class Post:
    """Renders the letters of one office. `sender` is DUBAN_FROM, else the admin's address under the office's name.

    A sender that cannot be one raises ConfigurationFailure. Each method raises TemplateFaultError for a broken template
    and ConfigurationFailure where the office has no sender.
    """

    def __init__(self, templates: Path, sender: str | None = None) -> None:
        self._templates = Templates(templates)
        self._items = Items()
        self._sender = None if sender is None else named(sender)

    def compose(self, message: Message, plan: Plan, now: datetime, *, message_id: str) -> Letter:
        """The letter of a message with notices, everything counted as of `now` (aware), when it is sent."""
        draft = _Draft(message, plan, now, message_id)
        view = _letter_view(draft, self._items)
        name = _template(message.kind, view.items)
        letter = self._letter(draft, name, fields(view))
        attached = self._invitation(draft, view.items[0]) if name == MessageKind.REMINDER else None
        return replace(letter, thread=thread_of((n.task.id for n in message.notices), message_id), invitation=attached)

    def preview(
        self, message: Message, plan: Plan, now: datetime, *, message_id: str, coming: Sequence[Coming], head: str
    ) -> Letter:
        """What will go by the end of the next working day, for the admin; `head` is the journal's, as 数据校验码."""
        draft = _Draft(message, plan, now, message_id)
        sheet = tuple(_coming_view(one, plan) for one in coming)
        return self._letter(
            draft, "preview", {**fields(_letter_view(draft, self._items)), "coming": sheet, "head": head}
        )

    def warning(
        self, message: Message, plan: Plan, now: datetime, *, message_id: str, problems: Sequence[Problem]
    ) -> Letter:
        """What is wrong, for the admin: a refused table, an address that bounces, a calendar not announced."""
        draft = _Draft(message, plan, now, message_id)
        sheet = tuple(
            ProblemView(str(p.place) if p.place else None, p.code, p.message.text(), p.hint.text()) for p in problems
        )
        return self._letter(draft, "warning", {**fields(_letter_view(draft, self._items)), "problems": sheet})

    def moved(
        self, message: Message, plan: Plan, now: datetime, *, message_id: str, changes: Sequence[ChangeView]
    ) -> Letter:
        """时限变更: deadlines that moved, old → new with the reason."""
        draft = _Draft(message, plan, now, message_id)
        return self._letter(draft, "moved", {**fields(_letter_view(draft, self._items)), "changes": tuple(changes)})

    def correction(
        self, message: Message, plan: Plan, now: datetime, *, message_id: str, wrong: Wrong, text: str
    ) -> Letter:
        """更正: which earlier mail was wrong, and what is right, in the words of whoever corrects it."""
        draft = _Draft(message, plan, now, message_id)
        words = {"wrong": _wrong_view(wrong, plan), "text": closed(full_width(one_line(text)))}
        return self._letter(draft, "correction", {**fields(_letter_view(draft, self._items)), **words})

    def summary(
        self, message: Message, plan: Plan, now: datetime, *, message_id: str, summary: SummaryView, head: str
    ) -> Letter:
        """工作情况 of a period; `head` is the journal's, as 数据校验码."""
        draft = _Draft(message, plan, now, message_id)
        return self._letter(
            draft, "summary", {**fields(_letter_view(draft, self._items)), "summary": summary, "head": head}
        )

    def written(
        self,
        message: Message,
        plan: Plan,
        now: datetime,
        *,
        message_id: str,
        rendered: Rendered,
        references: Sequence[str] = (),
    ) -> Letter:
        """A letter whose words were written when its message was formed (preview, warning, 时限变更, 更正).

        `references` are the thread that it belongs to, its root first, and the mail that it is about.
        """
        letter = self._addressed(_Draft(message, plan, now, message_id), rendered)
        thread, answers = (*references, None, None)[:2]
        return replace(letter, thread=thread, answers=answers)

    def _letter(self, draft: _Draft, name: str, context: Mapping[str, object]) -> Letter:
        return self._addressed(draft, self._templates.render(name, context))

    def _addressed(self, draft: _Draft, rendered: Rendered) -> Letter:
        sender = self._from(draft.plan)
        return Letter(
            message_id=draft.message_id,
            date=draft.now,
            sender=sender,
            reply_to=_office_mailbox(draft.plan) or sender,
            to=_mailbox(draft.message.recipient, draft),
            copies=tuple(_mailbox(copy, draft) for copy in draft.message.copies),
            subject=f"{rendered.subject}{_trial_mark(draft)}",
            text=rendered.text,
            html=rendered.html,
        )

    def _invitation(self, draft: _Draft, item: ItemView) -> bytes:
        task = draft.message.notices[0].task
        target = task.dates.target
        earlier = {key.partition("@")[2].partition(">")[0] for key in draft.plan.history.outcomes(task.id)}
        return invitation(
            item,
            target,
            uid=f"{_digest(task.id)}@{_domain(draft.message_id)}",
            sequence=len(earlier - {target.isoformat()}),
            sender=self._from(draft.plan),
            now=draft.now,
        )

    def _from(self, plan: Plan) -> Mailbox:
        if self._sender is not None:
            name, address = self._sender
            return Mailbox(name or _signature(plan), address)
        if (found := _office_mailbox(plan)) is None:
            message = say("没有发件地址：管理员在台账中没有邮箱，也没有设置 DUBAN_FROM")
            raise ConfigurationFailure("mail-from", message, say("请设置 DUBAN_FROM，或者给 office.admin 登记邮箱"))
        return found


def named(sender: str) -> tuple[str, str]:
    """Name and address of DUBAN_FROM. Raises ConfigurationFailure."""
    name, address = parseaddr(sender)
    if not deliverable(address):
        message = say("发件人写得不对：DUBAN_FROM")
        raise ConfigurationFailure("mail-from", message, say("请写成 名称 <地址> 或者只写地址"))
    return name, address


def _letter_view(draft: _Draft, make: Items) -> LetterView:
    message, plan, now = draft.message, draft.plan, draft.now
    notices, meant = _one_per_task(message.notices), _meant(message, plan)
    banner = message.recipient.note if meant != message.recipient else None
    first = notices[0].task if notices else None
    region = first.slot.region if first else plan.register.office.region
    calendar = plan.calendars.of(region)
    today = now.astimezone(BEIJING).date()
    ask, explain = reader.asked_by(now, calendar, region)
    upward = any(n.step.to is not None and n.step.to.upward for n in notices)
    whys = reader.redirections(meant, notices, plan, message.moment)
    shared = len(set(whys)) <= 1
    return LetterView(
        office=reader.office_view(plan),
        reader=reader.reader_view(
            meant if shared else replace(meant, note=None), notices, plan, today, banner.text() if banner else None
        ),
        now=now.astimezone(BEIJING),
        beijing=reader.beijing(region),
        late_from=_late_from(draft),
        items=tuple(
            make.view(n, plan, now, meant, note=None if shared else why) for n, why in zip(notices, whys, strict=True)
        ),
        ask=ask,
        explain=explain,
        review_day=calendar.add(today, _REVIEW_AFTER),
        upward=upward,
        released=bool(notices) and all(n.name in plan.history.released for n in notices),
        tally=_tally(notices, plan, now) if upward else None,
        mark=_mark(notices),
    )


def _late_from(draft: _Draft) -> datetime | None:
    """When the longest overdue of a late mail's notices should have gone, each by its own moment."""
    message = draft.message
    if not message.late:
        return None
    since = late_since(message.notices, draft.plan, draft.now)
    return (since or message.moment).astimezone(BEIJING)


def _meant(message: Message, plan: Plan) -> Recipient:
    """Whom the letter speaks to: during the trial the one who would have got it."""
    if not plan.register.office.trial or not message.notices:
        return message.recipient
    found, _ = recipients(message.notices[0], plan.roster, message.moment.astimezone(BEIJING))
    return found or message.recipient


def _trial_mark(draft: _Draft) -> str:
    """For the admin, whose mailbox gets all mail of the trial: whose it would have been."""
    meant = _meant(draft.message, draft.plan)
    return "" if meant == draft.message.recipient else f"〔试运行，应发{meant.name}〕"


def _one_per_task(notices: Sequence[Notice]) -> tuple[Notice, ...]:
    """A task that has several notices in one mail is told about once, by the gravest."""
    found: dict[str, Notice] = {}
    for notice in notices:
        known = found.get(notice.task.id)
        if known is None or _GRAVITY.index(notice.step.kind) < _GRAVITY.index(known.step.kind):
            found[notice.task.id] = notice
    return tuple(found.values())


def _template(kind: MessageKind, items: Sequence[ItemView]) -> str:
    """Reminders and chasers are letters about one task; more of them make a list."""
    if kind in {MessageKind.REMINDER, MessageKind.CHASER} and len(items) > 1:
        return MessageKind.DIGEST.value
    return kind.value


def _mark(notices: Sequence[Notice]) -> str:
    kinds = {n.step.kind for n in notices}
    return next((MARKS[kind] for kind in _GRAVITY if kind in kinds), "")


def _tally(notices: Sequence[Notice], plan: Plan, now: datetime) -> TallyView:
    """How the same duty stands at all who owe it under the same superior."""
    task = notices[0].task
    above = plan.roster.unit(task.bearer.unit).reports_to
    alike = [s for s in plan.slots_of(task.slot.obligation.id) if s.period == task.slot.period]
    states = [
        standing(other, plan, now).state
        for slot in alike
        for other in plan.tasks_of(slot)
        if plan.roster.unit(other.bearer.unit).reports_to == above
    ]
    owing = [state for state in states if state not in {State.WAIVED, State.DORMANT}]
    done = sum(state in _REGISTERED for state in owing)
    return TallyView(title_of(task, plan), len(owing), done, len(owing) - done)


def _coming_view(one: Coming, plan: Plan) -> ComingView:
    task = one.notice.task
    return ComingView(
        at=one.at.astimezone(BEIJING),
        kind=MARKS[one.notice.step.kind],
        reader=one.recipient.name if one.recipient is not None else "—",
        title=title_of(task, plan),
        unit=plan.roster.unit(task.bearer.unit).name,
        span=span_of(task, plan, one.at),
        name=one.notice.name,
        asks=one.notice.step.ask and one.notice.name not in plan.history.released,
    )


def _mailbox(recipient: Recipient, draft: _Draft) -> Mailbox:
    """林岚（望河县人民政府）: the name with the unit of the person's own, also where he stands in for another's."""
    if recipient.who == recipient.unit:
        return Mailbox(recipient.name, recipient.address)
    units = reader.home(recipient, draft.plan, draft.now.astimezone(BEIJING).date())
    of = f"（{draft.plan.roster.unit(units[0]).name}）" if units else ""
    return Mailbox(f"{recipient.name}{of}", recipient.address)


def _signature(plan: Plan) -> str:
    return f"{plan.register.office.name}{plan.register.office.section or ''}"


def _office_mailbox(plan: Plan) -> Mailbox | None:
    """Where a person reads the replies: the admin's mailbox, under the office's name."""
    email = plan.roster.person(plan.register.office.admin).email
    return Mailbox(_signature(plan), email) if email else None


def thread_of(tasks: Iterable[str], message_id: str) -> str | None:
    """The synthetic root of the thread: one per task, or per row and period where one mail tells of several bearers.

    None for a mail about tasks of different rows.
    """
    ids = tuple(dict.fromkeys(tasks))
    rows = {f"{row}//{period}" for row, _, period in map(parts, ids)}
    root = next(iter(ids if len(ids) == 1 else rows), None)
    if root is None or (len(ids) > 1 and len(rows) > 1):
        return None
    return f"<thread.{_digest(root)}@{_domain(message_id)}>"


def _wrong_view(wrong: Wrong, plan: Plan) -> WrongView:
    tasks = [(plan.task(one), one) for one in dict.fromkeys(wrong.tasks)]
    titles = tuple(dict.fromkeys(title_of(task, plan) if task is not None else one for task, one in tasks))
    return WrongView(wrong.sent.astimezone(BEIJING), _MAILS[wrong.kind], titles, tuple(one for _, one in tasks))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _domain(message_id: str) -> str:
    return message_id.strip("<>").rpartition("@")[2]
