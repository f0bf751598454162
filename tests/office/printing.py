"""How a file looks on paper: other programs make a PDF of it, and pictures of its pages. It judges nothing."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

LONGEST = 240  # seconds for one program


@dataclass(frozen=True)
class Picture:
    """A page in shades of grey, 0 black to 255 white, row by row."""

    width: int
    height: int
    greys: bytes

    def shades(self, least: int) -> set[int]:
        """The greys of at least so many dots."""
        return {grey for grey in range(256) if self.greys.count(grey) >= least}


@dataclass(frozen=True)
class Printed:
    """A PDF, asked by poppler's programs."""

    path: Path
    env: dict[str, str]

    def _said(self, *command: str) -> str:
        done = subprocess.run(command, check=True, capture_output=True, timeout=LONGEST, env=self.env)
        return done.stdout.decode()

    @cached_property
    def about(self) -> dict[str, str]:
        """What the PDF says of itself."""
        lines = (line.partition(":") for line in self._said("pdfinfo", str(self.path)).splitlines())
        return {key.strip(): value.strip() for key, _, value in lines}

    @property
    def count(self) -> int:
        """How many pages."""
        return int(self.about["Pages"])

    @cached_property
    def sizes(self) -> set[tuple[int, int]]:
        """The sizes of its pages in millimetres, width first."""
        said = self._said("pdfinfo", "-f", "1", "-l", str(self.count), str(self.path))
        found = re.findall(r"Page +\d+ size: +([\d.]+) x ([\d.]+)", said)
        return {(round(float(w) / 72 * 25.4), round(float(h) / 72 * 25.4)) for w, h in found}

    @cached_property
    def fonts(self) -> list[tuple[str, bool]]:
        """Its fonts, and whether each is embedded."""
        rows = self._said("pdffonts", str(self.path)).splitlines()[2:]
        return [(row.split()[0].partition("+")[2] or row.split()[0], row.split()[-5] == "yes") for row in rows]

    def text(self, first: int = 1, last: int = 0, *, laid_out: bool = False) -> str:
        """The text of some pages (all of them)."""
        span = ["-f", str(first), *(["-l", str(last)] if last else []), *(["-layout"] if laid_out else [])]
        return self._said("pdftotext", "-enc", "UTF-8", *span, str(self.path), "-")

    def picture(self, page: int, dots: int = 60) -> Picture:
        """One page as a grey print shows it."""
        command = ["pdftoppm", "-r", str(dots), "-f", str(page), "-l", str(page), "-gray", str(self.path)]
        made = subprocess.run(command, check=True, capture_output=True, timeout=LONGEST, env=self.env).stdout
        head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", made)
        assert head is not None
        return Picture(int(head[1]), int(head[2]), made[head.end() :])

    def save(self, page: int, name: Path, dots: int = 60) -> None:
        """One page as a coloured picture for the docs."""
        at = ["-r", str(dots), "-f", str(page), "-l", str(page), "-singlefile", "-png"]
        self._said("pdftoppm", *at, str(self.path), str(name.with_suffix("")))


class Printer:
    """LibreOffice and Chromium, headless, each with a profile of its own, and the same fonts for both."""

    def __init__(self, folder: Path, fonts: Path) -> None:
        self.folder = folder
        self.env = os.environ | {
            "FONTCONFIG_FILE": str(fonts),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "LANG": "C.UTF-8",
        }

    @cached_property
    def covered(self) -> list[range]:
        """The characters for which some font has a glyph."""
        said = self._run(["fc-list", "--format", "%{charset}\\n"])
        spans = [span.partition("-") for line in set(said.splitlines()) for span in line.split()]
        return [range(int(first, 16), int(last or first, 16) + 1) for first, _, last in spans]

    def lacking(self, text: str) -> set[str]:
        """The characters of a text for which no font has a glyph."""
        return {sign for sign in set(text) if ord(sign) > 32 and not any(ord(sign) in span for span in self.covered)}

    def office(self, files: Sequence[Path]) -> dict[str, Printed]:
        """Each file as LibreOffice prints it."""
        profile = f"-env:UserInstallation={(self.folder / 'profile').as_uri()}"
        command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(self.folder)]
        self._run([*command, *map(str, files)])
        return {path.name: Printed(self.folder / f"{path.stem}.pdf", self.env) for path in files}

    def browser(self, file: Path) -> Printed:
        """A page as Chromium prints it."""
        made = self.folder / f"{file.stem}-page.pdf"
        self._chromium(file, "--no-pdf-header-footer", f"--print-to-pdf={made}")
        return Printed(made, self.env)

    def shot(self, file: Path, name: str, size: tuple[int, int], anchor: str = "") -> Path:
        """What a window of that size shows."""
        made = self.folder / name
        self._chromium(
            file, f"--screenshot={made}", f"--window-size={size[0]},{size[1]}", "--hide-scrollbars", anchor=anchor
        )
        return made

    def dom(self, file: Path, size: tuple[int, int] = (800, 600)) -> str:
        """The page after the browser has read it in a window of that size."""
        return self._chromium(file, "--dump-dom", f"--window-size={size[0]},{size[1]}")

    def _chromium(self, file: Path, *words: str, anchor: str = "") -> str:
        profile = f"--user-data-dir={self.folder / 'browser'}"
        command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", profile]
        return self._run([*command, "--no-first-run", "--disable-extensions", *words, file.as_uri() + anchor])

    def _run(self, command: Iterable[str]) -> str:
        done = subprocess.run([*command], check=True, capture_output=True, timeout=LONGEST, env=self.env)
        return done.stdout.decode()
