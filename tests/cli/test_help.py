from __future__ import annotations

from importlib import import_module

import click
import pytest

from scheduler.cli.app import duban
from scheduler.cli.index import COMMANDS, attribute
from scheduler.cli.options import Command, Group
from scheduler.reports.text import cells


def commands() -> list[tuple[str, Command]]:
    found: list[tuple[str, Command]] = []
    for name, line in COMMANDS.items():
        made = getattr(import_module(f"scheduler.cli.{line.module}"), attribute(name))
        found.append((name, made))
        if isinstance(made, Group):
            found += [(f"{name} {below}", command) for below, command in made.commands.items()]
    return found


@pytest.mark.parametrize(("name", "command"), commands(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_command_has_a_line_of_help_an_example_and_the_common_options(name, command, office):
    said = office(*name.split(), "--help").output
    assert command.words.text() in said
    assert any(line.strip().startswith(f"duban {name}") for line in said.splitlines())
    for option in ("--table", "--database", "--lang", "--format", "DUBAN_TABLE", "DUBAN_DATABASE", "DUBAN_LANG"):
        assert option in said


@pytest.mark.parametrize("name", ["", *(name for name, _ in commands())])
def test_help_fits_into_eighty_columns(name, office):
    lines = office(*name.split(), "--help").output.splitlines()
    assert [line for line in lines if cells(line) > 80 and not line.strip().startswith("duban ")] == []


def test_an_option_has_words_of_its_own_never_clicks():
    options = [p for _, command in commands() for p in command.params if isinstance(p, click.Option)]
    assert all(hasattr(option, "words") for option in options)


def test_with_no_command_it_shows_the_help(office):
    assert office().output == office("--help").output


def test_the_version(office):
    assert office("--version").output.startswith("duban ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chekc"], "error[usage] 没有命令 chekc；您是不是要找 check、chase？"),
        (["date", "--asof", "2020-01-01"], "error[usage] 没有选项 --asof；您是不是要找 --as-of？"),
        (["date", "2020-01-01", "--as-of", "2020-02-30"], "error[usage] --as-of：没有这一天或这个时刻：2020-02-30"),
        (["status", "--as-of", "1999-12-31"], "error[usage] --as-of：日历只有2004年至2050年：1999-12-31"),
        (["status", "--as-of", "9999-12-31"], "error[usage] --as-of：日历只有2004年至2050年：9999-12-31"),
        (["status", "--as-of", "2026-11-23T25:00"], "error[usage] --as-of：没有这一天或这个时刻：2026-11-23T25:00"),
        (
            ["status", "--as-of", "soon"],
            "error[usage] --as-of：看不懂日期“soon”，请写成 2026-11-23，或 2026-11-23T09:30",
        ),
        (
            ["extend", "a/b/c", "--by", "20xx", "--reason", "x", "--approved-by", "y"],
            "error[usage] --by：“20xx”不是一段时间",
        ),
        (["--lang", "fr", "date", "2020-01-01"], "error[usage] --lang 只能是 zh、en"),
        (["date", "2020-01-01", "--format", "csv"], "error[usage] --format 只能是 text、json"),
        (["--format", "csv", "date", "2020-01-01"], "error[usage] duban date 没有 csv 格式"),
        (["event", "document.issued", "--at", "2026-01-05"], "error[usage] 缺少 --ref"),
    ],
)
def test_a_wrong_call_is_one_clear_line_and_exit_code_2(office, words, said):
    result = office(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[0] == said
    assert result.stderr.splitlines()[1].startswith("  hint: ")


def test_common_options_stand_before_or_after_the_command(office):
    before = office("--format", "json", "date", "2026-02-28")
    after = office("date", "2026-02-28", "--format", "json")
    assert before.stdout == after.stdout
    assert before.stdout.startswith("{")


def test_a_name_in_the_index_is_a_command():
    context = click.Context(duban)
    assert all(duban.get_command(context, name) for name in COMMANDS)


@pytest.mark.parametrize(
    ("lang", "heads"), [("zh", ("用法：duban", "选项：", "命令：")), ("en", ("Usage: duban", "Options:", "Commands:"))]
)
def test_a_heading_has_the_colon_of_its_language(office, lang, heads):
    lines = office("calendar", "--help", "--lang", lang).output.splitlines()
    assert lines[0].startswith(heads[0])
    assert set(heads[1:]) <= set(lines)
