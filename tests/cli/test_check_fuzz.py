"""Whatever 64 kB stand in the table: `duban check` answers, soon and in little memory."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from register.good_table import GOOD

from scheduler.cli.app import duban

SIZE, SECONDS, MEGABYTES = 64_000, 1, 200
BEGINNING = GOOD[: GOOD.index("obligations:\n")] + "obligations:\n"
DUE = "due: {by: end of 2030, roll: none}"
WEEKLY = "due: {every: week, by: fri, roll: preceding}"


def of(piece: str) -> str:
    """The piece, as often as it fits."""
    return piece * (SIZE // len(piece.encode()))


def rows(more: str, who: str = "{unit: changji-city}") -> str:
    """As many rows as fit; `more` may count with {n}, {next}, {ring}."""
    found, size, n = [BEGINNING], len(BEGINNING.encode()), 0
    while size < SIZE - 300:
        said = more.replace("{n}", str(n)).replace("{next}", str(n + 1)).replace("{ring}", str((n + 1) % 300))
        found.append(f"  - {{id: r{n}, title: x, owed_by: {who}, {said}}}\n")
        size, n = size + len(found[-1].encode()), n + 1
    return "".join(found)


def put(old: str, new: str) -> str:
    """The good table with one thing blown up."""
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


def listed(piece: str, n: int) -> str:
    return "[" + ", ".join(piece.replace("{n}", str(k)) for k in range(n)) + "]"


def bombed(first: str, link: str) -> str:
    """A few lines that a reader which follows aliases would unfold to more than there are atoms."""
    return first + "".join(link.format(n=n, refs=", ".join([f"*a{n - 1}"] * 9)) for n in range(1, 900))


BOMBS = {
    "aliases": bombed("a0: &a0 [x]\n", "a{n}: &a{n} [{refs}]\n")[:SIZE],
    "merges": bombed("a0: &a0 {k: v}\n", "a{n}: &a{n} {{<<: [{refs}]}}\n")[:SIZE],
    "brackets": of("["),
    "braces": of("{a: "),
    "dashes": of("- "),
    "question marks": of("? "),
    "quotes": of('"'),
    "backslashes": '"' + of("\\")[1:],
    "spaces": of(" "),
    "nulls": of("\0"),
    "byte-order marks": of("\ufeff"),
    "documents": of("---\n"),
    "one long key": of("k")[:-4] + ": 1\n",
    "one key again and again": "version: 1\n" + of("a: 1\n")[12:],
    "a thousand unknown keys": "version: 1\n" + "".join(f"offic{n}: 1\n" for n in range(4900)),
    "a thousand weekly rows": rows(WEEKLY),
    "daily rules": rows('due: {rrule: "FREQ=DAILY", roll: none}'),
    "rules without a day": rows('due: {rrule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", roll: none}'),
    "rules by the second": rows('due: {rrule: "FREQ=SECONDLY", roll: none}'),
    "rows in force long ago": rows(f"{WEEKLY}, effective: {{until: 2010-01-01}}"),
    "thousands of working days": rows("due: {every: year, by: end + 5000wd, roll: preceding}"),
    "weekly quotas": rows(
        "quota: {of: interpretation, at_least: 1, every: week}", "{role: leader, of: {kind: county}}"
    ),
    "weekly coverages": rows("coverage: {of: training, roster: {role: officer}, every: week, share: 100%}"),
    "preparation of preparation": rows("due: {before: r{next}, lead: 1wd}") + f"  - {{id: r9999, {DUE}}}\n",
    "a ring of rows": rows("due: {before: r{ring}, lead: 1wd}"),
    "a ring of successors": rows(f"{DUE}, superseded_by: r{{ring}}"),
    "names that are nearly right": rows(DUE, "{unit: changji-ctychangji-ctychangji-cty{n}}").replace("{n}", "9"),
    "a union of thousands": put("[{kind: office}, {tag: site}]", listed("{kind: county}", 3500)),
    "a ladder of thousands": put("remind: [20wd, 5wd, 1wd]", f"remind: {listed('{n}d', 7000)}"),
    "thousands of references": put("refs: [000-18]", f"refs: {listed('r{n}', 8000)}"),
    "thousands of leaders": put(
        "leader: [{person: sun.li, to: 2026-02-28}, {person: ma.yu, from: 2026-03-01}]",
        f"leader: {listed('{person: sun.li}', 3000)}",
    ),
    "thousands of absences": put(
        "away: [{from: 2026-12-07, to: 2026-12-11, delegate: hu.bo}]",
        f"away: {listed('{from: 2026-12-07, to: 2026-12-07, delegate: hu.bo}', 1100)}",
    ),
    "thousands of files": put("version: 1\n", f"version: 1\ninclude: {listed('f{n}.yaml', 5000)}\n"),
    "a chain of mailboxes": BEGINNING.replace(
        "events:\n", "".join(f"  - {{id: p{n}, name: x, via: p{n + 1}}}\n" for n in range(1500)) + "events:\n"
    ),
    "a long number": put("at_least: 3,", f"at_least: {of('9')},"),
    "a long duration": put("5个工作日", of("9") + "个工作日"),
    "a long address": put("heping@example.gov.cn", of("a.") + "@example.gov.cn"),
    "ligatures": put("5个工作日", of("ﷺ") + "个工作日"),
    "accents": put("  - id: annual-report\n", f"  - id: a{of(chr(0x301))}\n"),
}

# Runs all tables in one process and says how each went; the memory is the most that the process ever had (ru_maxrss
# would count what the process that started it had, too).
CHILD = """
import json, re, sys, time
from pathlib import Path
from click.testing import CliRunner
from scheduler.cli.app import duban
for path in sys.argv[1:]:
    began = time.process_time()
    result = CliRunner().invoke(duban, ["check", path])
    took = time.process_time() - began
    most = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
    print(json.dumps([path, result.exit_code, repr(result.exception), took, most]))
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bombs")
    paths = {}
    for name, text in BOMBS.items():
        path = folder / f"{name}.yaml"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        paths[str(path)] = name
    good = folder / "good.yaml"  # so that nobody waits for imports
    good.write_text(GOOD, encoding="utf-8")
    called = [sys.executable, "-c", CHILD, str(good), *paths]
    done = subprocess.run(called, check=True, capture_output=True, text=True, env={"DUBAN_STATE": str(folder)})
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {paths.get(path, "good"): rest for path, *rest in lines}


@pytest.mark.parametrize("name", BOMBS)
def test_a_table_made_to_hurt_is_answered_within_a_second_and_200_megabytes(outcomes, name):
    exit_code, exception, seconds, megabytes = outcomes[name]
    assert (exit_code, exception) in {(0, "None"), (1, "SystemExit(1)")}
    assert seconds < SECONDS
    assert megabytes < MEGABYTES


LARGE = rows(DUE).encode()[: SIZE - 4000].decode("utf-8", "ignore")
TRAPS = ["- ", ": ", ",", "{", "}", "[", "]", "&a ", "*a", "<<: ", "!!x ", "'", '"', "#", "|", "：", "\t", "\0", "\n"]
CUTS = st.tuples(st.integers(0, SIZE), st.integers(0, 2000), st.sampled_from([*TRAPS, *GOOD.split()[:60]]))


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(CUTS, min_size=1, max_size=6))
def test_a_large_table_with_pieces_cut_out_and_put_in_is_answered(cuts):
    text = GOOD + LARGE[len(BEGINNING) :]
    for at, length, piece in cuts:
        text = text[: at % len(text)] + piece + text[at % len(text) + length :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "obligations.yaml")
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        began = time.process_time()
        result = CliRunner(env={"DUBAN_STATE": folder, "DUBAN_DATABASE": None}).invoke(duban, ["check", str(path)])
        assert time.process_time() - began < SECONDS
    assert result.exit_code in {0, 1}
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.stdout or result.exit_code == 0
