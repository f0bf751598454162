"""Commands and options that speak both languages, and the options that all have. They parse and do nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from scheduler.cli.index import COMMANDS
from scheduler.reports.text import folded
from scheduler.words import Lang, Phrase, say

F = TypeVar("F", bound=Callable[..., object])
LANG, TABLE, DATABASE, FORMAT = "duban.lang", "duban.table", "duban.database", "duban.format"
FORMATS = ("text", "json", "jsonl", "csv", "xlsx", "html")


def spoken(ctx: click.Context | None = None) -> Lang:
    """The language of this call: `--lang`, else DUBAN_LANG, else Chinese."""
    ctx = ctx or click.get_current_context(silent=True)
    word = (ctx.find_root().meta.get(LANG) if ctx else None) or os.environ.get("DUBAN_LANG") or "zh"
    return Lang(word) if word in set(Lang) else Lang.ZH


def tell(phrase: Phrase) -> str:
    """The phrase in the language of this call."""
    return phrase.text(spoken())


def output_format() -> str:
    """What `--format` said, before or after the command; text if nothing."""
    return str(click.get_current_context().find_root().meta.get(FORMAT) or "text")


class Option(click.Option):
    """An option whose help is a Phrase; the environment variable is part of the help."""

    def __init__(self, *args: Any, words: Phrase, **attrs: Any) -> None:
        attrs["help"] = words.template
        super().__init__(*args, **attrs)
        self.words = words

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option and its help in the language of this call."""
        record = super().get_help_record(ctx)
        if record is None:
            return None
        lang = spoken(ctx)
        words = self.words.text(lang)
        if isinstance(self.envvar, str):
            words += say("（环境变量 {name}）", name=self.envvar).text(lang)
        return record[0], words


def option(*names: str, words: Phrase, **attrs: Any) -> Callable[[F], F]:
    """`click.option` with a Phrase for its help."""
    return click.option(*names, cls=Option, words=words, **attrs)


def written(value: str) -> str:
    """Words that somebody typed, without blanks around them; raises BadParameter where there are none."""
    if not value.strip():
        raise click.BadParameter(tell(say("内容是空的")))
    return value.strip()


def _kept(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.find_root().meta[f"duban.{param.name}"] = value


def _common(formats: Sequence[str]) -> list[click.Parameter]:
    kept: dict[str, Any] = {"expose_value": False, "callback": _kept}
    return [
        Option(["--table"], metavar="PATH", envvar="DUBAN_TABLE", words=say("台账文件"), **kept),
        Option(["--database"], metavar="URL", envvar="DUBAN_DATABASE", words=say("数据库"), **kept),
        Option(
            ["--lang"], type=click.Choice([lang.value for lang in Lang]), envvar="DUBAN_LANG", words=say("语言"), **kept
        ),
        Option(["--format"], type=click.Choice(list(formats)), words=say("输出格式"), **kept),
    ]


class Command(click.Command):
    """A command with its words, an example, and the common options; it answers with its exit code, or None for 0."""

    def __init__(
        self,
        *args: Any,
        words: Phrase,
        example: str,
        formats: Sequence[str] = ("text",),
        more: Phrase | None = None,
        **attrs: Any,
    ) -> None:
        super().__init__(*args, **attrs)
        self.words, self.more, self.example, self.formats = words, more, example, formats
        self.params.extend(_common(formats))

    def invoke(self, ctx: click.Context) -> Any:
        """Run it, unless a format was asked (before the command's name) that it does not have."""
        wanted = ctx.find_root().meta.get(FORMAT)
        if wanted is not None and wanted not in self.formats and not isinstance(self, click.Group):
            message = say("{command} 没有 {format} 格式", command=ctx.command_path, format=wanted)
            raise click.UsageError(message.text(spoken(ctx)), ctx)
        return super().invoke(ctx)

    def get_short_help_str(self, limit: int = 45) -> str:
        """The one line, whole: it is written short."""
        return self.words.text(spoken()) if limit else ""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """`--help`, in the language of this call."""
        found = super().get_help_option(ctx)
        if found is not None:
            found.help = say("显示本说明").text(spoken(ctx))
        return found

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """用法: …"""
        prefix = say("用法：").text(spoken(ctx))
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What it does, what else there is to know, and an example."""
        lang = spoken(ctx)
        lines = [self.words.text(lang)]
        if self.more:
            lines += ["", *self.more.text(lang).splitlines()]
        lines += ["", say("例：").text(lang), *(f"  {line}" for line in self.example.splitlines())]
        formatter.write("\n")
        for line in lines:
            command = line.startswith("  ")  # an example stays on one line, to be copied
            for part in [line] if command else folded(line, formatter.width - 2):
                formatter.write(f"  {part}\n" if part else "\n")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """选项: …"""
        records = [p.get_help_record(ctx) for p in self.get_params(ctx) if isinstance(p, click.Option)]
        _section(formatter, say("选项：").text(spoken(ctx)), [record for record in records if record])
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)


def _section(formatter: click.HelpFormatter, heading: str, rows: Sequence[tuple[str, str]]) -> None:
    """As click's own, but for the colon, which is that of the language."""
    formatter.write(f"\n{heading}\n")
    with formatter.indentation():
        formatter.write_dl(rows)


class Group(Command, click.Group):
    """A command with commands below it."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """命令: …"""
        rows = [(name, self.line(ctx, name)) for name in self.list_commands(ctx)]
        _section(formatter, say("命令：").text(spoken(ctx)), rows)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they were written down."""
        del ctx
        return list(self.commands)

    def line(self, ctx: click.Context, name: str) -> str:
        """The one line of help of a command below."""
        command = self.get_command(ctx, name)
        return command.get_short_help_str() if command else ""


def command(
    name: str,
    *,
    example: str,
    words: Phrase | None = None,
    more: Phrase | None = None,
    formats: Sequence[str] = ("text",),
    group: click.Group | None = None,
) -> Callable[[Callable[..., object]], Command]:
    """Make a command of a function; a top-level one takes its line of help from the index."""
    line = words or COMMANDS[name].words

    def wrap(function: Callable[..., object]) -> Command:
        made: Command = click.command(
            name, cls=Command, words=line, example=example, more=more, formats=formats, help=line.template
        )(function)
        if group is not None:
            group.add_command(made, name)
        return made

    return wrap
