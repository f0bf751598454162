"""Tables for an 80-column terminal: columns aligned by the cells that characters take, no colour. It knows no task."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from unicodedata import east_asian_width

# A word of letters with the blanks after it, or any one character, with the number that it names (待核12); no line
# begins with a closing mark or ends with an opening one (避头尾).
_PIECES = re.compile(r"[（“《〔]*(?:[!-~]+ *|.(?:\d+(?![!-~]))?)[，。；：、）”》〕！？…]*", re.DOTALL)

# What somebody typed must neither end a line, so that it looks like another entry, nor steer a terminal.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")


def cells(text: str) -> int:
    """How many columns of a terminal the text takes: a Chinese character takes two."""
    if text.isascii():
        return len(text)
    widths = "".join(map(east_asian_width, text))
    return len(text) + widths.count("W") + widths.count("F")


def clipped(text: str, room: int) -> str:
    """The text in one line, cut to `room` cells with a mark where something is missing."""
    text = _CONTROLS.sub(" ", text)
    if cells(text) <= room:
        return text
    kept, used = "", 1
    for letter in text:
        used += cells(letter)
        if used > room:
            break
        kept += letter
    return f"{kept}…"


def folded(text: str, room: int) -> list[str]:
    """The text in lines of at most `room` cells, words of letters kept whole; an empty text is one empty line."""
    lines, used = [""], 0  # the cells of the last line, with the blanks at its end
    for piece in _PIECES.findall(_CONTROLS.sub(" ", text)):
        for part in [piece] if cells(piece.rstrip()) <= room else piece:
            if lines[-1] and (bare := cells(part.rstrip())) and used + bare > room:
                lines.append("")
                used = 0
            lines[-1] += part
            used += cells(part)
    return [line.rstrip() for line in lines]


def padded(text: str, room: int) -> str:
    """The text, filled with blanks to `room` cells."""
    return text + " " * max(0, room - cells(text))


def aligned(rows: Iterable[Sequence[str]], widths: Sequence[int] = (), gap: str = "  ") -> list[str]:
    """One line per row, its columns aligned; a width that is given and not 0 clips its column."""
    table = [
        [
            clipped(cell, room) if room else _CONTROLS.sub(" ", cell)
            for cell, room in zip(row, _rooms(widths, len(row)), strict=True)
        ]
        for row in rows
    ]
    if not table:
        return []
    taken = [max(map(cells, column)) for column in zip(*table, strict=True)]
    return [gap.join(padded(cell, room) for cell, room in zip(row, taken, strict=True)).rstrip() for row in table]


def _rooms(widths: Sequence[int], columns: int) -> Sequence[int]:
    return [*widths, *[0] * columns][:columns]
