"""The sample office in February 2027, its files, and these files as other programs print them.

`make test-office` runs these tests and fails where LibreOffice, poppler or Chromium is missing; elsewhere they rest.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from office.printing import Printed, Printer

from scheduler.cli.app import duban
from scheduler.clock import BEIJING

ASKED = os.environ.get("DUBAN_OFFICE") == "1"
ROOT = Path(__file__).parents[2]
NEEDED = ("soffice", "pdftoppm", "pdftotext", "pdffonts", "pdfinfo", "fc-list", "chromium")
REPORT = "annual-report.submit/{}/2026"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not ASKED:
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="only `make test-office` prints"))


class Sample:
    """The shipped table in a folder of its own, called at moments that the test says."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self._patch = folder, patch
        shutil.copy(ROOT / "obligations.yaml", folder)

    def __call__(self, moment: str, *words: str) -> str:
        now = datetime.fromisoformat(moment).replace(tzinfo=BEIJING)
        self._patch.setattr("scheduler.clock.now", lambda: now)
        known = {"DUBAN_TABLE": str(self.folder / "obligations.yaml"), "DUBAN_STATE": str(self.folder / "state")}
        unset = dict.fromkeys(("DUBAN_DATABASE", "DUBAN_LANG", "DUBAN_SMTP", "DUBAN_TEMPLATES", "DUBAN_FROM"))
        result = CliRunner(env=unset | known).invoke(duban, list(words))
        assert result.exit_code == 0, result.output
        return result.stdout


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """Six weeks of the office: some reported in time, one late, one waits, one was extended; the plan was frozen."""
    with pytest.MonkeyPatch.context() as patch:
        office = Sample(tmp_path_factory.mktemp("office"), patch)
        office("2026-12-31T10:31", "run", "--once")
        office("2027-01-04T10:00", "plan", "--year", "2027", "--freeze", "--by-whom", "he.ping")
        for unit in ("changji-city", "fukang-city", "education", "finance", "justice"):
            _tell(office, "2027-01-27T15:00", "done", REPORT.format(unit), "--evidence", "收文第0128号")
        office("2027-01-29T10:31", "run", "--once")
        office("2027-02-01T10:31", "run", "--once")
        _tell(office, "2027-02-02T15:00", "done", REPORT.format("hutubi-county"), "--evidence", "收文第0131号")
        _tell(office, "2027-02-02T15:30", "report", REPORT.format("manas-county"), "--note", "已通过公文交换系统报送")
        office("2027-02-03T10:31", "run", "--once")
        yield office


def _tell(office: Sample, moment: str, *words: str) -> None:
    office(moment, *words, "--by-whom", "he.ping")


CALLS: dict[str, Sequence[str]] = {
    "status.xlsx": ("status", "--category", "年度报告及数据统计"),
    "ledger.xlsx": ("ledger", "--category", "年度报告及数据统计"),
    "plan.xlsx": ("plan", "--year", "2027"),
    "assessment.xlsx": ("assess", "2027", "--mid"),
    "bulletin.docx": ("bulletin", "--month", "2027-01"),
    "order.docx": ("order", REPORT.format("qitai-county")),
    "status.html": ("status",),
    "wall.html": ("page", "--year", "2027"),
    "yearplan.html": ("plan", "--year", "2027"),
}


@pytest.fixture(scope="session")
def files(sample: Sample) -> dict[str, Path]:
    """One file of each kind, as of the evening of 3 February 2027."""
    found = {name: sample.folder / name for name in CALLS}
    for name, words in CALLS.items():
        sample("2027-02-03T18:00", *words, "-o", str(found[name]))
    return found


@pytest.fixture(scope="session")
def printer(tmp_path_factory: pytest.TempPathFactory) -> Printer:
    """LibreOffice, Chromium and the fonts of this folder."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    assert not missing, f"make test-office needs {', '.join(missing)}: see .ci/run for the packages"
    return Printer(tmp_path_factory.mktemp("printer"), Path(__file__).with_name("fonts.conf"))


@pytest.fixture(scope="session")
def papers(files: dict[str, Path], printer: Printer) -> dict[str, Printed]:
    """The Excel and Word files as LibreOffice prints them."""
    return printer.office([path for name, path in files.items() if not name.endswith(".html")])


@pytest.fixture(scope="session")
def pages(files: dict[str, Path], printer: Printer) -> dict[str, Printed]:
    """The pages as Chromium prints them."""
    return {name: printer.browser(path) for name, path in files.items() if name.endswith(".html")}


@pytest.fixture(scope="session")
def pictures(printer: Printer) -> Iterator[Path]:
    """Where the pictures of this run are; DUBAN_PICTURES keeps those of the docs."""
    yield printer.folder
    keep = os.environ.get("DUBAN_PICTURES")
    for path in printer.folder.glob("*.png") if keep else ():
        shutil.copy(path, str(keep))
