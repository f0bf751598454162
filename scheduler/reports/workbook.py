"""What our Excel files hold: sheets, columns, cells, and whose file it is. It knows no task and makes no file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from scheduler.words import Lang, Phrase, say


class Kind(StrEnum):
    """What stands in a column."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"


class Tone(StrEnum):
    """A colour; printed in black and white the sign, the weight and the shade still tell it."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    GREY = "grey"
    SUM = "sum"


class Toned(Struct, frozen=True):
    """A cell with a colour of its own."""

    value: str | int | Phrase | None
    tone: Tone


Cell = str | int | Decimal | date | datetime | Phrase | Toned | None


class Column(Struct, frozen=True):
    """A column: what stands above it, how wide it is (in digits), what it holds."""

    head: Phrase | str
    width: float
    kind: Kind = Kind.TEXT


class Sheet(Struct, frozen=True):
    """One sheet: a title, notes below it, a header and rows.

    `repeated` columns stand on each printed page; a new page begins before each column of `page_columns` and each row
    of `page_rows` (numbers of columns, and of rows of the table, both from 0).
    """

    name: str
    title: Phrase
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    notes: Sequence[Phrase] = ()
    after: Sequence[Phrase] = ()
    repeated: int = 0
    page_columns: Sequence[int] = ()
    page_rows: Sequence[int] = ()
    scale: int | None = None  # per cent; None: as wide as one page
    filtered: bool = True


class Imprint(Struct, frozen=True):
    """Whose file it is, as of when, and the head of the journal (数据校验码) that it was made from."""

    office: str
    at: datetime
    head: str | None
    lang: Lang

    @property
    def code(self) -> str:
        """The head in its short form; `audit verify --head` takes it."""
        number, _, digest = (self.head or "").partition(":")
        return f"{number}-{digest[:8]}…{digest[-4:]}" if digest else "—"

    @property
    def note(self) -> Phrase:
        """The line below each title."""
        return say("统计截至{at:%Y-%m-%d %H:%M}　　数据校验码：{head}", at=self.at, head=self.code)

    @property
    def notes(self) -> tuple[Phrase, Phrase]:
        """The same in two lines, for a sheet of which each page repeats its first few columns only."""
        return say("统计截至{at:%Y-%m-%d %H:%M}", at=self.at), say("数据校验码：{head}", head=self.code)


class Book(Struct, frozen=True):
    """A file: its sheets and its imprint."""

    sheets: Sequence[Sheet]
    imprint: Imprint
