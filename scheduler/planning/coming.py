"""What would go if nothing more were done: the rulings of the future, one by one. It records and sends nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import cached_property
from operator import itemgetter

from msgspec import Struct
from msgspec.structs import replace

from scheduler.planning.cases import Cases
from scheduler.planning.crowds import Crowds, Reader
from scheduler.planning.messages import message_key
from scheduler.planning.model import Notice, NoticeKind, Recipient, Slot, Task
from scheduler.planning.plan import Plan
from scheduler.planning.tracks import Going, Track, tracks
from scheduler.planning.windows import Window

Box = tuple[str, datetime]  # a mailbox and a moment: what goes together


class Coming(Struct, frozen=True):
    """One notice to come: when, to whom, in which message; `message` is None for one that waits for a release."""

    notice: Notice
    at: datetime
    recipient: Recipient
    copies: tuple[Recipient, ...]
    message: str | None


class Load(Struct, frozen=True):
    """How many messages one recipient gets in one ISO week, `2027-W04`."""

    who: str
    week: str
    messages: int


def coming(plan: Plan, since: datetime, until: datetime, *, endless: bool = False) -> Iterator[Coming]:
    """What would go from `since` to `until`, both included, in the order of time, if nothing more were recorded.

    It starts from what is recorded, at the earlier of the plan's moment and `since`: what is owed then goes first. Of
    the repeating chasers only the first two appear, unless `endless`.
    """
    return Outlook(plan, min(plan.now, since), until, since=since, endless=endless).coming()


def preview(plan: Plan, now: datetime) -> list[Coming]:
    """The chasers and escalations that would go up to the end of the office's next working day, and those that wait."""
    calendar = plan.calendars.of(plan.register.office.region)
    last = Window(calendar, plan.register.office.send_at).on(calendar.add(now.date(), 1))
    until = last.replace(hour=23, minute=59, second=59)
    grave = frozenset({NoticeKind.CHASER, NoticeKind.ESCALATION})
    return list(Outlook(plan, now, until, endless=True, kinds=grave).coming())


def load(plan: Plan, since: datetime, until: datetime, *, endless: bool = False) -> list[Load]:
    """The messages per recipient and week, by week and then by recipient."""
    return Outlook(plan, min(plan.now, since), until, since=since, endless=endless).load()


class Outlook:
    """What would go up to a moment. Crowds share their tracks; a single notice is made when it is asked for.

    So the load of a year costs little more than its slots do, and listing it holds no more than one moment at a time.
    It starts from what is recorded at `start`; what would go before `since` is left out.
    """

    def __init__(
        self,
        plan: Plan,
        start: datetime,
        until: datetime,
        *,
        since: datetime | None = None,
        endless: bool = False,
        kinds: AbstractSet[NoticeKind] = frozenset(NoticeKind),
    ) -> None:
        self._cases = Cases(plan)
        self._crowds = Crowds(self._cases)
        self._since, self._kinds = since, kinds
        self._tracks = list(tracks(self._cases, self._crowds, start, until, endless=endless))

    def coming(self) -> Iterator[Coming]:
        """Each notice, in the order of time and then of its key."""
        moments: defaultdict[datetime, list[tuple[Track, Going]]] = defaultdict(list)
        for track in self._tracks:
            for going in self._asked(track):
                moments[going.at].append((track, going))
        for at in sorted(moments):
            yield from _together([c for track, going in moments[at] for c in self._expanded(track, going)])

    def of(self, slot: Slot) -> Iterator[tuple[Task, tuple[Coming, ...]]]:
        """The tasks of a slot, each with its notices, in the order of time."""
        goings: dict[str, list[Going]] = {}
        for track in self._by_slot.get(id(slot), ()):
            ordered = sorted(self._asked(track), key=lambda going: (going.at, going.step.name))
            goings |= {bearer.id: ordered for bearer in track.crowd.bearers}
        for task in self._cases.plan.tasks_of(slot):
            found = [self._one(task, going) for going in goings.get(task.bearer.id, ())]
            yield task, tuple(self._in_its_message(one) for one in found if one is not None)

    def load(self) -> list[Load]:
        """The messages per recipient and week, by week and then by recipient."""
        readers: defaultdict[datetime, set[Reader]] = defaultdict(set)
        for track in self._tracks:
            for going in self._asked(track):
                if not going.waits:
                    readers[going.at] |= self._crowds.readers(track.crowd, going.step.to, going.at)
        weeks: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for at, reading in readers.items():
            # Those who share a mailbox get one message; it counts for the first of them.
            weeks[f"{at:%G-W%V}"].update(dict(sorted(reading, reverse=True)).values())
        return [Load(who, week, n) for week in sorted(weeks) for who, n in sorted(weeks[week].items())]

    def _asked(self, track: Track) -> Iterator[Going]:
        for going in track.goings:
            if going.step.kind in self._kinds and (self._since is None or going.at >= self._since):
                yield going

    def _expanded(self, track: Track, going: Going) -> Iterator[Coming]:
        for bearer in track.crowd.bearers:
            if (one := self._one(Task(track.slot, bearer), going)) is not None:
                yield one

    def _one(self, task: Task, going: Going) -> Coming | None:
        """The notice; its message is not made out yet, but None where it waits."""
        route = self._cases.route(task, going.step, going.at)
        if route.recipient is None:
            return None
        message = None if going.waits else ""
        return Coming(Notice(task, going.step), going.at, route.recipient, route.copies, message)

    def _in_its_message(self, one: Coming) -> Coming:
        return one if one.message is None else replace(one, message=self._messages[_box(one)])

    @cached_property
    def _messages(self) -> dict[Box, str]:
        """The keys of all messages, by mailbox and moment."""
        return {_box(one): one.message for one in self.coming() if one.message is not None}

    @cached_property
    def _by_slot(self) -> dict[int, list[Track]]:
        found: defaultdict[int, list[Track]] = defaultdict(list)
        for track in self._tracks:
            found[id(track.slot)].append(track)
        return found


def _box(one: Coming) -> Box:
    return one.recipient.address.casefold(), one.at


def _together(found: list[Coming]) -> Iterator[Coming]:
    """The notices of one moment by their keys, each with the key of the message that it would stand in."""
    keyed = sorted(((one.notice.key, one) for one in found), key=itemgetter(0))
    boxes: defaultdict[Box, list[str]] = defaultdict(list)
    for key, one in keyed:
        if one.message is not None:
            boxes[_box(one)].append(key)
    messages = {box: message_key(*box, keys) for box, keys in boxes.items()}
    for _, one in keyed:
        yield one if one.message is None else replace(one, message=messages[_box(one)])
