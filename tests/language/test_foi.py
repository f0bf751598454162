"""An application for information from its receipt to the reply: `examples/foi.md`, done command by command."""

from __future__ import annotations

import json
import re
import shlex
from datetime import date, datetime, time
from pathlib import Path
from typing import NamedTuple

import pytest
import second_opinion as opinion
from catalogue import ROOT
from click.testing import CliRunner

from scheduler.cli.app import duban
from scheduler.clock import BEIJING

GUIDE = (ROOT / "examples" / "foi.md").read_text(encoding="utf-8")
REFUSED = ("办结要有办结依据", "不能再延")


class Command(NamedTuple):
    """What is typed on a day, and what the answer says."""

    day: date
    words: tuple[str, ...]
    answer: tuple[str, ...]


def _commands() -> list[Command]:
    found: list[Command] = []
    for section in GUIDE.split("\n## ")[1:]:
        day = re.search(r"（(\d{4}-\d\d-\d\d)）", section.splitlines()[0])
        assert day
        for block in re.findall(r"```console\n(.*?)```", section, re.DOTALL):
            for typed, answer in re.findall(r"\$ duban (.*)\n((?:(?!\$).*\n)*)", block):
                said = tuple(answer.splitlines())
                found.append(Command(date.fromisoformat(day[1]), tuple(shlex.split(typed)), said))
    return found


def test_the_guide_s_commands_answer_as_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "obligations.yaml"
    sample = (ROOT / "obligations.yaml").read_text(encoding="utf-8")
    table.write_text(re.sub(r"start: 2026-11-23", "start: 2026-03-02", sample), encoding="utf-8")
    environment = {"DUBAN_TABLE": str(table), "DUBAN_STATE": str(tmp_path / "state"), "DUBAN_LANG": "zh"}
    commands = _commands()
    assert len(commands) == 16
    for command in commands:
        now = datetime.combine(command.day, time(15), BEIJING)
        monkeypatch.setattr("scheduler.clock.now", lambda now=now: now)
        result = CliRunner(env=environment).invoke(duban, list(command.words))
        assert result.exit_code == (3 if command.answer[0].endswith(REFUSED) else 0), (command, result.output)
        assert [said for said in command.answer if said not in _flowing(result.output)] == [], result.output


def test_nobody_is_chased_for_a_reply_while_the_office_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.clock.now", lambda: datetime(2026, 9, 8, 15, tzinfo=BEIJING))
    table = tmp_path / "obligations.yaml"
    sample = (ROOT / "obligations.yaml").read_text(encoding="utf-8")
    table.write_text(re.sub(r"start: 2026-11-23", "start: 2026-03-02", sample), encoding="utf-8")
    environment = {"DUBAN_TABLE": str(table), "DUBAN_STATE": str(tmp_path / "state"), "DUBAN_LANG": "zh"}

    def told(*words: str) -> dict[str, int]:
        answer = CliRunner(env=environment).invoke(duban, shlex.split(" ".join(words)))
        assert answer.exit_code == 0, answer.output
        return {t["task"]: len(t["notices"]) for t in json.loads(answer.stdout)["tasks"]} if "json" in words else {}

    of, forecast = "--unit natural-resources --ref ZRZY-2026-018", "plan --from 2026-09-08 --to 2026-12-31 --format"
    reply = "foi.reply/natural-resources/ZRZY-2026-018"
    told(f"event foi.received {of} --at 2026-09-01")
    assert told(forecast, "json")[reply] > 0
    told(f"event foi.unclear {of} --at 2026-09-01")
    assert told(forecast, "json")[reply] == 0
    told(f"event foi.completed {of} --at 2026-09-08")
    assert told(forecast, "json")[reply] > 0


def _flowing(text: str) -> str:
    """Without the breaks that a narrow terminal makes."""
    return re.sub(r"\n +(?=\S)", "", text)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-09-01", 7, "2026-09-10"),  # article 30: to ask for completion
        ("2026-09-01", 20, "2026-09-29"),  # article 33: to reply
        ("2026-09-15", 20, "2026-10-19"),  # article 30: anew from the completed application
        ("2026-09-18", 15, "2026-10-15"),  # article 32: the third party
        ("2026-10-09", 17, "2026-11-02"),  # article 33: what was left when the clock stopped
        ("2026-11-02", 20, "2026-11-30"),  # article 33: extended from the old due day
    ],
)
def test_the_guide_s_days_are_those_of_the_list_of_working_days(start: str, days: int, end: str) -> None:
    assert str(opinion.add(date.fromisoformat(start), days)) == end
    assert end in GUIDE


def test_what_was_left_when_the_clock_stopped_is_kept() -> None:
    stopped, due = date(2026, 9, 18), date(2026, 10, 19)
    assert opinion.add(stopped, 17) == due
