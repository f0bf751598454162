"""The program itself: finds a command by name and imports only that one; turns every error into an exit code."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from scheduler.cli.errors import failed, misused, unreadable
from scheduler.cli.index import COMMANDS, attribute
from scheduler.cli.options import FORMATS, LANG, Group, Option, spoken
from scheduler.problems import DubanError
from scheduler.words import Lang, say

INTERRUPTED = 130


class Root(Group):
    """`duban`: its commands are imported when they are called, not before."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Find `--lang` wherever it stands, so that help and errors speak it too."""
        for word, following in zip(args, [*args, ""][1:], strict=True):
            said = following if word == "--lang" else word.removeprefix("--lang=")
            if word.startswith("--lang") and said in set(Lang):
                ctx.meta[LANG] = said
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of the index."""
        del ctx
        return list(COMMANDS)

    def line(self, ctx: click.Context, name: str) -> str:
        """The index has it; nothing is imported."""
        return COMMANDS[name].words.text(spoken(ctx))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module and take the command from it."""
        del ctx
        found = COMMANDS.get(cmd_name)
        if found is None:
            return None
        made: click.Command = getattr(import_module(f"scheduler.cli.{found.module}"), attribute(cmd_name))
        return made

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; an unknown one is answered with the names that are near."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.exceptions.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a user's mistake becomes lines on stderr, a reader who left early is no mistake."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except DubanError as error:
            return failed(error)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except OSError as error:
            return unreadable(error, spoken(ctx))
        return code

    def main(  # type: ignore[override]  # click tells its two modes apart by overloads; here it is always the second
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> Any:
        """Parse, run and leave with the exit code of the design: 0, 1, 2, 3 or 4."""
        words = list(sys.argv[1:] if args is None else args)
        try:
            code = super().main(words, prog_name or "duban", **{**extra, "standalone_mode": False})
        except click.exceptions.Abort:
            sys.exit(INTERRUPTED)
        except click.ClickException as error:
            sys.exit(misused(error, _asked(words)))
        sys.exit(code if isinstance(code, int) else 0)


def _asked(words: Sequence[str]) -> Lang:
    """The language that the words of a call ask for, for errors that come before there is a context."""
    said = [w for w in (*words[1:], "") if w in set(Lang)] if "--lang" in words else []
    said += [w.removeprefix("--lang=") for w in words if w.startswith("--lang=")]
    return Lang(said[0]) if said and said[0] in set(Lang) else spoken()


@click.group(
    "duban",
    cls=Root,
    words=say("督办：按台账计算政务公开各项任务的期限，到时提醒、催办、督办，并留下记录"),
    more=say(
        "选项可以写在命令之前或之后。\n退出码：0 完成，1 发现问题，2 用法不对，3 状态不允许，4 连不上数据库或邮件。"
    ),
    example="duban check\nduban plan --from 2027-01-01 --to 2027-01-31\nduban status",
    formats=FORMATS,
    invoke_without_command=True,
)
@click.option("--version", is_flag=True, cls=Option, words=say("显示版本"))
@click.pass_context
def duban(ctx: click.Context, version: bool) -> None:
    if version:
        from importlib.metadata import version as installed  # noqa: PLC0415 - it costs more than all of --help

        click.echo(f"duban {installed('duban')}")
        ctx.exit()
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> None:
    """The entry point of the `duban` command. A terminal that lacks a character gets a question mark, no traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    gc.disable()  # a command is over before it has garbage worth a search; the daemon searches again
    atexit.register(gc.freeze)  # nor is there any at the end, when Python would walk through all of it once more
    duban.main()
