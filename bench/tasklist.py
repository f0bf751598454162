"""`duban status` beside `task list` of Taskwarrior, with as many tasks."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.process import LIMIT, Measured, repeated, run
from bench.scale import LATER, Work

NOTE = """\
The same tasks, imported into Taskwarrior in one go; `verbose=nothing`, no colour, no garbage collection, no hooks.
"""


def compared(work: Work) -> tuple[int, dict[str, Measured]]:
    """How many tasks are listed, and what each of the two takes from a cold start to the last line."""
    shown_ = work.folder / "status.json"
    got = _duban(work, "json", shown_)
    if got.fault:
        return 0, {"duban": got, "taskwarrior": Measured(fault="—")}
    tasks = json.loads(shown_.read_text(encoding="utf-8"))["tasks"]
    found = {"duban": repeated(lambda: _duban(work, "text", work.folder / "status.txt"))}
    found["taskwarrior"] = _taskwarrior(work.folder / "taskwarrior", tasks)
    return len(tasks), found


def _duban(work: Work, form: str, output: Path) -> Measured:
    asked = [sys.executable, "-m", "bench.duban", LATER, "status", "--format", form]
    return run(asked, env=work.env, output=output)


def _taskwarrior(folder: Path, tasks: list[Mapping[str, str]]) -> Measured:
    """The same tasks, imported in one go; all are listed, on a page wide enough, without colour."""
    if shutil.which("task") is None:
        return Measured(fault="not installed")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "taskrc").write_text(
        f"data.location={folder}\nconfirmation=off\nverbose=nothing\ncolor=off\ngc=off\ndefaultwidth=200\n"
        "hooks=off\nrecurrence=off\n",
        encoding="utf-8",
    )
    given = [
        {
            "description": f"{task['title']} {task['bearer']}",
            "project": task["obligation"],
            "due": task["due"][:10].replace("-", "") + "T160000Z",
            "status": "pending",
            "entry": "20260323T000000Z",
        }
        for task in tasks
    ]
    (folder / "tasks.json").write_text(json.dumps(given), encoding="utf-8")
    env = {"TASKRC": str(folder / "taskrc"), "TASKDATA": str(folder)}
    imported = run(["task", "import", str(folder / "tasks.json")], env=env, limit=2 * LIMIT)
    if imported.fault:
        return Measured(fault=f"import: {imported.fault}")
    return repeated(lambda: run(["task", "list"], env=env, output=folder / "list.txt"))


def shown(found: Mapping[int, Mapping[str, Measured]]) -> Iterator[str]:
    """The table."""
    yield "| tasks listed | `duban status` | `task list` | × duban |"
    yield "|---|---:|---:|---:|"
    for n, by in found.items():
        own, other = by["duban"], by["taskwarrior"]
        times = f"{other.wall / own.wall:,.2f}" if not own.fault and not other.fault else ""
        cells = [one.fault or f"{one.wall:,.2f} s ({one.runs}), {one.peak / 1e6:,.0f} MB" for one in (own, other)]
        yield f"| {n:,} | {cells[0]} | {cells[1]} | {times} |"
