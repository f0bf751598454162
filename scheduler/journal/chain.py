r"""The hash chain of the journal, in a form that a second program can check. It touches no database.

Every fact is one JSON object with the keys `seq` (integer from 1, without gaps), `kind`, `entered`, `on`, `by`, `task`
and `data`. Its *canonical form* is that object as JSON with the keys of every object sorted by code point, no white
space, every character but the control characters, `"` and `\` written as itself, in UTF-8; there are no floats. Then

    hash(0) = 64 times the character 0
    hash(n) = lower-case hex of SHA-256( hash(n-1) as its 64 ASCII characters, then the canonical form of fact n )

`duban audit export` prints each fact in canonical form with two keys more, `hash` and `previous`: a checker takes them
out, computes the hash anew from the one of the line before and compares. The head is `seq:hash` of the last fact.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from msgspec import Struct

from scheduler.problems import Problem, UsageError
from scheduler.words import Phrase, say

GENESIS = "0" * 64
COLUMNS = ("seq", "kind", "entered", "on", "by", "task", "data")

_HEAD = re.compile(
    r"(?P<seq>\d{1,18})[:\-](?P<start>[0-9a-f]{4,64})(?:(?:…|\.{2,3})(?P<end>[0-9a-f]{4,60}))?", re.IGNORECASE
)
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def canonical(value: object) -> str:
    """The canonical JSON of plain values (see above)."""
    return _encode(value)


def link(previous: str, fact: Mapping[str, object]) -> str:
    """The hash of a fact (exactly the keys of `COLUMNS`) after the fact whose hash is `previous`."""
    return hashlib.sha256(f"{previous}{canonical(fact)}".encode()).hexdigest()


class Head(Struct, frozen=True):
    """The last entry of a journal: its number and hash. Whoever notes it can prove that nothing before it changed."""

    seq: int
    hash: str

    @property
    def short(self) -> str:
        """What is printed in mails and bulletins: `1234-7c1e09d2…a904`."""
        return f"{self.seq}-{self.hash[:8]}…{self.hash[-4:]}"

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


EMPTY = Head(0, GENESIS)


class Anchor(Struct, frozen=True):
    """A head as somebody noted it, perhaps in its short form: a number and the start and end of a hash."""

    seq: int
    start: str
    end: str

    @classmethod
    def parse(cls, text: str) -> Anchor:
        """Read the full or the short form (three full stops will do for `…`). Raises UsageError."""
        found = _HEAD.fullmatch(text.strip())
        if not found:
            raise UsageError(
                Problem(
                    "head-unreadable",
                    say("看不懂校验码“{text}”", text=text),
                    say("写成“序号:64位哈希”，或邮件中的短形式，例如 1234-7c1e09d2…a904"),
                )
            )
        return cls(int(found["seq"]), found["start"].lower(), (found["end"] or "").lower())

    def fits(self, hash_: str) -> bool:
        """Whether this is the hash that was noted."""
        return hash_.startswith(self.start) and hash_.endswith(self.end)


class FaultKind(StrEnum):
    """What may be wrong with a journal."""

    EDITED = "edited"
    DELETED = "deleted"
    REORDERED = "reordered"
    CUT = "cut"
    REWRITTEN = "rewritten"
    KEPT_EDITED = "kept-edited"
    KEPT_MISSING = "kept-missing"
    OUTBOX_EDITED = "outbox-edited"
    OUTBOX_MISSING = "outbox-missing"
    OUTBOX_STRANGE = "outbox-strange"


_SAID = {
    FaultKind.EDITED: say("内容被改动"),
    FaultKind.DELETED: say("记录被删除"),
    FaultKind.REORDERED: say("记录次序被调换"),
    FaultKind.CUT: say("末尾的记录被截去"),
    FaultKind.REWRITTEN: say("与给定的校验码不符：校验码抄错了，或者其前的记录被整体重写"),
    FaultKind.KEPT_EDITED: say("所引用的存档文件被改动"),
    FaultKind.KEPT_MISSING: say("所引用的存档文件不见了"),
    FaultKind.OUTBOX_EDITED: say("发件箱中的这一条被改动"),
    FaultKind.OUTBOX_MISSING: say("发件箱中的这一条不见了"),
    FaultKind.OUTBOX_STRANGE: say("发件箱中有一条没有登记过"),
}


class Fault(Struct, frozen=True):
    """The first entry that is not as it was written."""

    kind: FaultKind
    seq: int
    row: str = ""  # of the outbox: the key of the message or notice

    @property
    def message(self) -> Phrase:
        """One sentence for the auditor."""
        if not self.row:
            return say("第{seq}条：{what}", seq=self.seq, what=_SAID[self.kind])
        return say("第{seq}条：{what}（{row}）", seq=self.seq, what=_SAID[self.kind], row=self.row)


class Audit(Struct, frozen=True):
    """The result of a check: the last good entry, and the first fault if there is one."""

    head: Head
    fault: Fault | None

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return self.fault is None


class Raw(Struct, frozen=True):
    """A fact as it stands in the database, believed in nothing: `data` is text, any column may hold anything."""

    seq: int
    kind: str
    entered: str
    on: str | None
    by: str
    task: str | None
    data: str
    previous: str
    hash: str

    def content(self) -> dict[str, object]:
        """What is hashed. Raises ValueError if `data` is no canonical JSON."""
        try:
            data = json.loads(self.data)
            honest = canonical(data) == self.data
        except (TypeError, RecursionError) as error:
            raise ValueError(self.data) from error
        if not honest:
            raise ValueError(self.data)
        return {name: getattr(self, name) for name in COLUMNS} | {"data": data}

    def hashed(self, previous: str) -> str | None:
        """The hash of this content after `previous`; None if it cannot be hashed."""
        try:
            return link(previous, self.content())
        except (ValueError, TypeError):  # UnicodeEncodeError is a ValueError
            return None

    def line(self) -> str:
        """The line of the export. Raises ValueError if `data` is no canonical JSON."""
        return canonical(self.content() | {"hash": self.hash, "previous": self.previous})


def audit(rows: Iterable[Raw], seq_of: Callable[[str], int | None], anchor: Anchor | None = None) -> Audit:
    """Check rows in the order of their numbers, up to the first fault. `seq_of` finds the row with a hash, if any."""
    head = EMPTY
    for row in rows:
        if fault := _fault(row, head, seq_of):
            return Audit(head, fault)
        if anchor and anchor.seq == row.seq and not anchor.fits(row.hash):
            return Audit(head, Fault(FaultKind.REWRITTEN, row.seq))
        head = Head(row.seq, row.hash)
    if anchor and anchor.seq > head.seq:
        return Audit(head, Fault(FaultKind.CUT, head.seq + 1))
    return Audit(head, None)


def _fault(row: Raw, head: Head, seq_of: Callable[[str], int | None]) -> Fault | None:
    expected = head.seq + 1
    if row.seq != expected:
        return Fault(FaultKind.DELETED, expected) if row.seq > expected else Fault(FaultKind.REORDERED, row.seq)
    if row.hashed(head.hash) == row.hash:
        return None if row.previous == head.hash else Fault(FaultKind.EDITED, row.seq)
    if row.previous == head.hash:
        return Fault(FaultKind.EDITED, row.seq)
    if seq_of(row.previous) is not None:  # it was written after an entry that now stands elsewhere
        return Fault(FaultKind.REORDERED, row.seq)
    if row.hashed(row.previous) == row.hash:  # true to itself: the entry before it is no longer the one it followed
        return Fault(FaultKind.EDITED, max(head.seq, 1))
    return Fault(FaultKind.DELETED, expected)
