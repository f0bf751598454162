"""What would go if nothing more were done: the rulings of the future, one by one. It records and sends nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import cache, cached_property

from msgspec import Struct

from scheduler.planning.cases import Cases
from scheduler.planning.crowds import Crowds, Reader
from scheduler.planning.messages import message_key
from scheduler.planning.model import Bearer, Notice, NoticeKind, Recipient, Slot, Task, tail
from scheduler.planning.plan import Plan
from scheduler.planning.tracks import Going, Track, tracks
from scheduler.planning.windows import Window


class Coming(Struct, frozen=True):
    """One notice to come: when, to whom, in which message; `message` is None for one that waits for a release."""

    notice: Notice
    at: datetime
    recipient: Recipient
    copies: tuple[Recipient, ...]
    message: str | None


Way = tuple[Going, Recipient, tuple[Recipient, ...]]  # a step that goes, to whom, and who gets a copy


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
        self._mailbox = cache(str.casefold)  # each spelt once: a million messages name it
        self._tracks = list(tracks(self._cases, self._crowds, start, until, endless=endless))

    def coming(self) -> Iterator[Coming]:
        """Each notice, in the order of time and then of its key."""
        for at, found in self._moments.items():
            messages, ready = self._at(at), list[Coming]()
            for track, going in found:
                for bearer, who, copies in self._told(track, going):
                    message = None if going.waits else messages[self._mailbox(who.address)]
                    ready.append(Coming(Notice(Task(track.slot, bearer), going.step), at, who, copies, message))
            yield from sorted(ready, key=lambda one: one.notice.key)

    def of(self, slot: Slot) -> Iterator[tuple[Bearer, Sequence[Way]]]:
        """Who owes the tasks of a slot, each with what goes to whom, in the order of time."""
        found: defaultdict[str, list[Way]] = defaultdict(list)
        for track in self._by_slot.get(id(slot), ()):
            for going in sorted(self._asked(track), key=lambda going: (going.at, going.step.name)):
                for bearer, recipient, copies in self._told(track, going):
                    found[bearer.id].append((going, recipient, copies))
        for name, bearer in self._cases.plan.owing.of(slot).items():
            yield bearer, found.get(name, ())

    def message(self, going: Going, recipient: Recipient) -> str | None:
        """The key of the message that a notice stands in; None where it waits."""
        return None if going.waits else self._messages[going.at][self._mailbox(recipient.address)]

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

    def _told(self, track: Track, going: Going) -> Iterator[tuple[Bearer, Recipient, tuple[Recipient, ...]]]:
        """Those of a crowd for whom somebody is told, and who."""
        routes = self._crowds.routes(track.crowd, going.step.to, going.at)
        for bearer, route in zip(track.crowd.bearers, routes, strict=True):
            if route.recipient is not None:
                yield bearer, route.recipient, route.copies

    def _at(self, at: datetime) -> dict[str, str]:
        """The keys of the messages of a moment, by mailbox."""
        boxes: defaultdict[str, list[str]] = defaultdict(list)
        for track, going in self._moments[at]:
            if not going.waits:
                row, end = _parts(track, going)
                for bearer, recipient, _ in self._told(track, going):
                    boxes[self._mailbox(recipient.address)].append(f"{row}{bearer.id}{end}")
        return {box: message_key(box, at, keys) for box, keys in boxes.items()}

    @cached_property
    def _messages(self) -> dict[datetime, dict[str, str]]:
        return {at: self._at(at) for at in self._moments}

    @cached_property
    def _moments(self) -> dict[datetime, list[tuple[Track, Going]]]:
        """What goes at each moment, in the order of time."""
        found: defaultdict[datetime, list[tuple[Track, Going]]] = defaultdict(list)
        for track in self._tracks:
            for going in self._asked(track):
                found[going.at].append((track, going))
        return {at: found[at] for at in sorted(found)}

    @cached_property
    def _by_slot(self) -> dict[int, list[Track]]:
        found: defaultdict[int, list[Track]] = defaultdict(list)
        for track in self._tracks:
            found[id(track.slot)].append(track)
        return found


def _parts(track: Track, going: Going) -> tuple[str, str]:
    """What stands before and behind the bearer in the keys of notices."""
    slot = track.slot
    return f"{slot.obligation.id}/", f"/{slot.period}{tail(going.step, slot.dates.target)}"
