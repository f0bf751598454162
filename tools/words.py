"""Collect the sentences of the program, keep their English, compile the catalogue; it translates nothing itself.

`make words` runs it: new sentences appear in duban.po with an empty msgstr, sentences that are gone leave it. The files
carry no date and no version, so that they change only when a sentence does.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
PO = ROOT / "scheduler" / "locale" / "en" / "LC_MESSAGES" / "duban.po"
MO = PO.with_suffix(".mo")
_NOTE = "# The English of duban; `make words` keeps it in step with the program."


class _Plain(Catalog):
    """A catalogue whose header says what a reader of it needs, and nothing of when and by whom."""

    mime_headers = [("Language", "en"), ("Content-Type", "text/plain; charset=utf-8")]  # noqa: RUF012 - never written


def sentences(folder: Path) -> Iterator[str]:
    """Every template that stands in a `say(…)` below the folder, in the order of files and lines."""
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="say"), args=[ast.Constant(value=str(template)), *_]):
                    yield template


def english() -> dict[str, str]:
    """The translations on file."""
    if not PO.exists():
        return {}
    with PO.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id}


def written(translations: dict[str, str], wanted: Iterable[str]) -> tuple[bytes, bytes]:
    """The .po and the .mo of the wanted sentences, sorted; what has no translation stays empty and is not compiled."""
    catalogue = _Plain(charset="utf-8", header_comment=_NOTE, fuzzy=False)
    for sentence in sorted(set(wanted)):
        catalogue.add(sentence, translations.get(sentence, "")).flags.clear()
    po, mo = BytesIO(), BytesIO()
    write_po(po, catalogue, width=120)
    write_mo(mo, catalogue)
    return po.getvalue(), mo.getvalue()


def main() -> int:
    """Rewrite both files; 1 if a sentence lacks its English."""
    known = english()
    wanted = set(sentences(ROOT / "scheduler"))
    PO.parent.mkdir(parents=True, exist_ok=True)
    for file, content in zip((PO, MO), written(known, wanted), strict=True):
        file.write_bytes(content)
    missing = sorted(sentence for sentence in wanted if not known.get(sentence))
    for sentence in missing:
        sys.stderr.write(f"{PO.relative_to(ROOT)}: no English for {sentence!r}\n")
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
