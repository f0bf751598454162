"""The 321 duties of the five documents, each with its verbatim quote and the finer shape of its schedule."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DOCUMENTS = ("000", "001", "002", "003", "004")
# The first document is the sample office's own; its example is the table that ships.
EXAMPLES = {
    "000": ROOT / "obligations.yaml",
    "001": ROOT / "examples" / "001-anshan-water.yaml",
    "002": ROOT / "examples" / "002-zhaotong.yaml",
    "003": ROOT / "examples" / "003-nanan.yaml",
    "004": ROOT / "examples" / "004-tinghu.yaml",
}
PROOFS = {document: HERE / f"{document}.yaml" for document in DOCUMENTS}


class Duty(NamedTuple):
    """One row of the catalogue."""

    id: str
    clause: str
    shape: str
    title: str
    quote: str

    @property
    def document(self) -> str:
        """The first three digits of its id: which document it stands in."""
        return self.id[:3]


def duties(document: str | None = None) -> dict[str, Duty]:
    """All duties by id, in the order of the documents, or those of one document."""
    with (HERE / "obligations.csv").open(encoding="utf-8", newline="") as file:
        found = (Duty(**row) for row in csv.DictReader(file))
        return {duty.id: duty for duty in found if document in {None, duty.document}}
