"""The annotations of a row, understood: each part reads what an admin wrote, or says all that is wrong with it.

It takes text, lists and mappings, and a value that is ready as it is; it knows no row, no file and no place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum, StrEnum
from functools import cache, cached_property
from types import MappingProxyType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

from msgspec import Struct
from msgspec.structs import FieldInfo, fields, replace

from scheduler.register.mistakes import Code, UnreadableError
from scheduler.register.rows import INNER, Chosen, Inside, Json, Least, Reads, Row
from scheduler.register.scalars import half_width
from scheduler.register.tree import Path
from scheduler.words import say

R = TypeVar("R", bound=Row)


class Kind(Enum):
    """What can be wrong with a value, apart from text that cannot be read."""

    UNREADABLE = "unreadable"
    UNKNOWN_KEY = "unknown-key"
    MISSING = "missing"
    NO_CHOICE = "no-choice"
    TOO_SMALL = "too-small"
    NO_MAPPING = "no-mapping"


class Fault(Struct, frozen=True):
    """One thing that is wrong, at the end of a path from the row."""

    kind: Kind
    path: Path = ()
    cause: UnreadableError | None = None
    values: tuple[str, ...] = ()  # that would do: keys, or values of a closed set
    least: int = 0


class UnfitError(Exception):
    """What was written makes no value; all that is wrong with it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        super().__init__()
        self.faults = tuple(faults)


def fit(model: type[R], said: object) -> R:
    """The row that a mapping says. Raises UnfitError."""
    try:
        row: R = part(model).read(said)
    except UnreadableError as error:
        raise UnfitError(_faults(error)) from None
    return row


def known_keys(model: type[Row], path: Path) -> tuple[str, ...]:
    """The keys that the language has at a path of a row; none where any name may stand."""
    found: Part | None = part(model)
    for step in path:
        found = found.below(step) if found else None
    return found.keys if found else ()


def _faults(error: UnreadableError | UnfitError, *path: str | int) -> list[Fault]:
    if isinstance(error, UnreadableError):
        return [Fault(Kind.UNREADABLE, path, error)]
    return [replace(fault, path=(*path, *fault.path)) for fault in error.faults]


class Part:
    """What stands behind a key."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that a file may use here, where this is a mapping with keys of its own."""
        return ()

    def read(self, said: Any) -> Any:
        """The value. Raises UnreadableError or UnfitError."""
        raise NotImplementedError

    def below(self, step: str | int) -> Part | None:
        """What stands behind a key or a number of it; None where nothing does."""
        del step
        return None


class TextPart(Part):
    """A word."""

    def __init__(self, reads: Reads, least: int | None) -> None:
        self.form: Mapping[str, Json] = reads.form if least is None else {"minimum": least, **reads.form}
        self._parse, self._least = reads.parse, least

    def read(self, said: Any) -> Any:
        value = said
        if isinstance(said, str):
            value = half_width(self._parse, said)
        elif isinstance(said, list | dict):
            raise UnreadableError(Code.BAD_VALUE, say("这里应是一个词，不是列表或分项"), say("请把值直接写在冒号后面"))
        if self._least is not None and value < self._least:
            raise UnfitError([Fault(Kind.TOO_SMALL, least=self._least)])
        return value


class ChoicePart(Part):
    """One of a closed set; `name` is None where it has none."""

    def __init__(self, values: Mapping[str, object], name: str | None) -> None:
        self.values, self.name = values, name

    def read(self, said: Any) -> Any:
        if not isinstance(said, str) or said not in self.values:
            raise UnfitError([Fault(Kind.NO_CHOICE, values=tuple(self.values))])
        return self.values[said]


class ReadyPart(Part):
    """What Python fills in."""

    def read(self, said: Any) -> Any:
        return said


class ListPart(Part):
    """A list, or its only item without the brackets."""

    def __init__(self, item: Part) -> None:
        self.item = item

    @property
    def keys(self) -> tuple[str, ...]:
        return self.item.keys

    def read(self, said: Any) -> Any:
        items = said if isinstance(said, list | tuple) else [said]
        return tuple(_each(self.item.read, enumerate(items)).values())

    def below(self, step: str | int) -> Part | None:
        return self.item if isinstance(step, int) else self.item.below(step)


class NamedPart(Part):
    """A mapping from names that are free."""

    def __init__(self, item: Part) -> None:
        self.item = item

    def read(self, said: Any) -> Any:
        if not isinstance(said, Mapping):
            raise UnfitError([Fault(Kind.NO_MAPPING)])
        return MappingProxyType(_each(self.item.read, said.items()))

    def below(self, step: str | int) -> Part | None:
        del step
        return self.item


class FieldPart(NamedTuple):
    """A field of a row."""

    name: str
    part: Part
    required: bool
    optional: bool  # None where its key is absent


class RowPart(Part):
    """A mapping with the keys of a row. The parts of its fields are looked at late: a selector holds selectors."""

    def __init__(self, model: type[Row]) -> None:
        self.model = model

    @cached_property
    def fields(self) -> Mapping[str, FieldPart]:
        """The fields by their keys."""
        return {_key(one.name, one.type): _field(one) for one in fields(self.model)}

    @cached_property
    def required(self) -> frozenset[str]:
        """The keys that must be there."""
        return frozenset(key for key, field in self.fields.items() if field.required)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key for key in self.fields if not key.startswith(INNER))

    def read(self, said: Any) -> Any:
        written, said = said, self.model.spelled_out(said)
        if not isinstance(said, dict):
            if isinstance(said, self.model):
                return said
            raise UnfitError([Fault(Kind.NO_MAPPING)])
        known = self.fields
        values: dict[str, object] = {}
        faults: list[Fault] = []
        for key, value in said.items():
            if key not in known or (key.startswith(INNER) and said is written):
                faults.append(Fault(Kind.UNKNOWN_KEY, (key,), values=self.keys))
                continue
            field = known[key]
            try:
                values[field.name] = field.part.read(value)
            except (UnreadableError, UnfitError) as error:
                faults += _faults(error, key)
        if not self.required.issubset(said):
            faults += [Fault(Kind.MISSING, (key,)) for key in self.required.difference(said)]
        if faults:
            order = {key: number for number, key in enumerate(known)}
            raise UnfitError(sorted(faults, key=lambda fault: order.get(str(fault.path[0]), len(order))))
        return self.model(**values)

    def below(self, step: str | int) -> Part | None:
        if isinstance(step, int):
            return self  # a selector may be written as a list of them
        return self.fields[step].part if step in self.fields else None


class ChosenPart(Part):
    """One of several rows."""

    def __init__(self, kind: Callable[[object], type[Row]], rows: Iterable[Part]) -> None:
        self.rows = tuple(rows)
        self._kind = kind

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(key for row in self.rows for key in row.keys))

    def read(self, said: Any) -> Any:
        return part(self._kind(said)).read(said)

    def below(self, step: str | int) -> Part | None:
        return next((found for row in self.rows if (found := row.below(step))), None)


def _each(read: Callable[[Any], Any], said: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    """What is read of each, by its name or number; all that is wrong with any of them."""
    found: dict[Any, Any] = {}
    faults: list[Fault] = []
    for step, one in said:
        try:
            found[step] = read(one)
        except (UnreadableError, UnfitError) as error:
            faults += _faults(error, step)
    if faults:
        raise UnfitError(faults)
    return found


def _field(one: FieldInfo) -> FieldPart:
    return FieldPart(one.name, part(one.type), one.required, one.default is None)


def _key(name: str, kind: Any) -> str:
    inside = get_origin(kind) is Annotated and any(isinstance(note, Inside) for note in kind.__metadata__)
    return INNER + name if inside else name.removesuffix("_")


@cache
def part(kind: Any) -> Part:
    """The part behind an annotation."""
    notes = kind.__metadata__ if get_origin(kind) is Annotated else ()
    bare = get_args(kind)[0] if notes else kind
    origin, arguments = get_origin(bare), get_args(bare)
    if reads := _note(Reads, notes):
        least = _note(Least, notes)
        return TextPart(reads, least.n if least else None)
    if origin in (Union, UnionType):
        arms = [arm for arm in arguments if arm is not type(None)]
        chosen = _note(Chosen, notes)
        return ChosenPart(chosen.kind, map(part, arms)) if chosen else part(arms[0])
    if origin is tuple:
        return ListPart(part(arguments[0]))
    if origin is Literal:
        return ChoicePart({said: said for said in arguments}, None)
    if origin is not None and issubclass(origin, Mapping):
        return NamedPart(part(arguments[-1]))
    return _of_class(bare)


def _of_class(kind: type) -> Part:
    if issubclass(kind, Row):
        return RowPart(kind)
    if issubclass(kind, StrEnum):
        return ChoicePart({one.value: one for one in kind}, kind.__name__)
    return ReadyPart()


N = TypeVar("N")


def _note(kind: type[N], notes: Iterable[object]) -> N | None:
    return next((note for note in notes if isinstance(note, kind)), None)
