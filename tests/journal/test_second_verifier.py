"""The program that the documents print checks an export as the product does, without any of the product's code."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest

from scheduler.clock import BEIJING
from scheduler.journal import Entry, Journal
from scheduler.planning.model import FactKind

PAGE = Path(__file__).parents[2] / "docs" / "verify.md"
NOW = datetime(2026, 11, 23, 9, tzinfo=BEIJING)
ENTRIES = (
    Entry(FactKind.TABLE, "duban", data={"digest": "ab", "files": (), "changed": ("新增事项报送“年报”",)}),
    Entry(FactKind.EVENT, "何平", on=date(2026, 11, 20), data={"event": "issued", "ref": "昌-1", "planned": False}),
    Entry(
        FactKind.DONE, "he.ping", task="report/city/once", on=NOW, data={"evidence": '引号"和\\反斜线\t', "note": None}
    ),
    Entry(FactKind.VOID, "he.ping", data={"seq": 2, "reason": "日期录错"}),
    Entry(FactKind.HEARTBEAT, "duban", data={"due": 3}),
)


def program():
    return re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]


def test_the_program_is_short_enough_to_be_read():
    assert len(program().splitlines()) <= 50


@pytest.fixture(scope="module")
def journal(tmp_path_factory):
    with Journal.open(f"sqlite:///{tmp_path_factory.mktemp('record') / 'duban.db'}") as found:
        found.append(ENTRIES, now=NOW)
        yield found


@pytest.fixture(scope="module")
def fault():
    names = {"__name__": "verify"}
    exec(compile(program(), "verify.py", "exec"), names)
    return names["fault"]


def changed(line, **values):
    fact = json.loads(line) | values
    return json.dumps(fact, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def rewritten(lines, fault):
    """All of it written anew by somebody who knows the rule, with another reason."""
    import hashlib

    previous, found = "0" * 64, []
    for line in lines:
        fact = json.loads(line)
        del fact["hash"], fact["previous"]
        fact["by"] = "somebody"
        text = json.dumps(fact, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256((previous + text).encode()).hexdigest()
        found.append(json.dumps(fact | {"hash": digest, "previous": previous}, ensure_ascii=False))
        previous = digest
    assert fault(found, None) is None
    return found


def test_it_has_at_most_fifty_lines_and_needs_nothing_but_python():
    assert len(program().splitlines()) <= 50
    assert set(re.findall(r"^import (\w+)", program(), re.MULTILINE)) <= set(sys.stdlib_module_names)


def test_it_finds_a_good_export_sound(journal, fault):
    lines, head = list(journal.export()), journal.head()
    for noted in (None, str(head), head.short, f"2:{json.loads(lines[1])['hash']}"):
        assert fault(lines, noted) is None


@pytest.mark.parametrize("number", range(len(ENTRIES)))
@pytest.mark.parametrize("key", ["kind", "entered", "on", "by", "task", "data", "hash", "previous"])
def test_it_finds_every_value_that_was_edited(journal, fault, number, key):
    lines = list(journal.export())
    lines[number] = changed(lines[number], **{key: "0"})
    assert fault(lines, None) == f"{number + 1} is not as it was written"


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (lambda lines: [*lines[:1], *lines[2:]], "2 is missing, 3 stands in its place"),
        (lambda lines: lines[1:], "1 is missing, 2 stands in its place"),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], "2 is missing, 3 stands in its place"),
        (lambda lines: [*lines[:2], lines[1], *lines[2:]], "3 is missing, 2 stands in its place"),
        (lambda lines: [*lines[:2], "{", *lines[2:]], "after 2: a line that is no entry"),
        (lambda lines: lines[:-1], "the end is cut off: 5 was there"),
        (lambda _: [], "the end is cut off: 5 was there"),
    ],
)
def test_it_finds_what_was_taken_out_moved_or_cut_off(journal, fault, tamper, said):
    assert fault(tamper(list(journal.export())), journal.head().short) == said


def test_a_record_that_was_written_anew_does_not_fit_a_head_that_was_noted(journal, fault):
    forged = rewritten(list(journal.export()), fault)
    assert fault(forged, journal.head().short) == "all up to 5 was written anew"


@pytest.mark.parametrize(("tampered", "code", "said"), [(False, 0, "sound"), (True, 1, "3 is not as it was written")])
def test_it_runs_as_a_program(journal, tmp_path, tampered, code, said):
    (tmp_path / "verify.py").write_text(program(), encoding="utf-8")
    lines = list(journal.export())
    if tampered:
        lines[2] = changed(lines[2], by="somebody")
    (tmp_path / "facts.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    call = [sys.executable, "-W", "error", "verify.py", "facts.jsonl", journal.head().short]
    done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (code, f"{said}\n", "")
