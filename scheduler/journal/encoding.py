"""How values stand in the tables: moments as Beijing ISO text of one length, recipients and sentences as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import asdict

from scheduler.clock import BEIJING
from scheduler.journal.chain import canonical
from scheduler.planning.model import Moment, Recipient, Scalar
from scheduler.words import Phrase, say

if TYPE_CHECKING:
    from scheduler.journal.values import Body


_DATA = msgspec.json.Decoder(dict[str, Scalar | tuple[str, ...]])


def stamp(moment: datetime) -> str:
    """`2026-11-22T10:30:00.000000+08:00`. Raises ValueError for a naive moment, which could mean anything."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {moment}")
    return moment.astimezone(BEIJING).isoformat(timespec="microseconds")


@lru_cache(1024)  # facts are entered by the hundred in one moment
def moment(text: str) -> datetime:
    """The aware moment in Beijing time behind a stamp."""
    return datetime.fromisoformat(text).astimezone(BEIJING)


def maybe(text: str | None) -> datetime | None:
    """The moment behind a stamp, if there is one."""
    return None if text is None else moment(text)


def written_on(on: Moment | None) -> str | None:
    """A day as `2026-11-22`, a moment as a stamp."""
    if on is None:
        return None
    return stamp(on) if isinstance(on, datetime) else on.isoformat()


def read_on(text: str | None) -> Moment | None:
    """The reverse of `written_on`."""
    if text is None:
        return None
    return date.fromisoformat(text) if len(text) == len("2026-11-22") else moment(text)


def written_data(data: Mapping[str, Scalar | tuple[str, ...]]) -> str:
    """The canonical JSON of a fact's data. Raises ValueError for what is no scalar and no list of them."""
    for name, value in data.items():
        items = value if isinstance(value, tuple) else (value,)
        if not all(item is None or isinstance(item, str | int) for item in items):
            raise ValueError(f"no value for a fact: {name}={value!r}")
    return canonical(dict(data))


@lru_cache(1024)  # tasks of one slot have the same dates
def read_data(text: str) -> Mapping[str, Scalar | tuple[str, ...]]:
    """The reverse of `written_data`; lists come back as tuples. Raises ValueError for what that would not write."""
    try:
        return MappingProxyType(_DATA.decode(text))
    except msgspec.DecodeError as error:
        raise ValueError(text[:60]) from error


def written_recipient(recipient: Recipient) -> str:
    """A recipient as JSON, with the sentence that says why it is he."""
    return canonical(_recipient(recipient))


def written_recipients(recipients: Iterable[Recipient]) -> str:
    """Several recipients as a JSON list."""
    return canonical([_recipient(recipient) for recipient in recipients])


def read_recipient(text: str) -> Recipient:
    """The reverse of `written_recipient`."""
    return _as_recipient(json.loads(text))


def read_recipients(text: str) -> tuple[Recipient, ...]:
    """The reverse of `written_recipients`."""
    return tuple(_as_recipient(item) for item in json.loads(text))


def written_body(body: Body | None) -> str | None:
    """A rendered body as JSON."""
    return None if body is None else canonical(asdict(body))


def _recipient(recipient: Recipient) -> dict[str, object]:
    plain: dict[str, object] = {name: getattr(recipient, name) for name in ("who", "name", "post", "unit", "address")}
    return plain if recipient.note is None else plain | {"note": _phrase(recipient.note)}


def _as_recipient(plain: dict[str, Any]) -> Recipient:
    note = plain.pop("note", None)
    return Recipient(**plain, note=None if note is None else _as_phrase(note))


def _phrase(phrase: Phrase) -> dict[str, object]:
    return {"say": phrase.template, "values": {name: _plain(value) for name, value in phrase.values.items()}}


def _plain(value: object) -> object:
    if isinstance(value, Phrase):
        return _phrase(value)
    return value if isinstance(value, int) else str(value)


def _as_phrase(plain: dict[str, Any]) -> Phrase:
    values = {name: _as_phrase(value) if isinstance(value, dict) else value for name, value in plain["values"].items()}
    return say(plain["say"], **values)
