"""From an error to one clear line on stderr and an exit code. A user's mistake never becomes a traceback."""

from __future__ import annotations

import re

import click

from scheduler.cli.options import spoken
from scheduler.problems import DubanError, Problem
from scheduler.words import Lang, Phrase, say

USAGE = 2
_TOO_MUCH = re.compile(r"Got unexpected extra arguments? \((.*)\)$")


def shown(problems: tuple[Problem, ...], lang: Lang) -> None:
    """Print problems to stderr."""
    for problem in problems:
        click.echo(problem.text(lang), err=True)


def failed(error: DubanError) -> int:
    """Say what went wrong; the exit code."""
    shown(error.problems, spoken())
    return error.exit_code


def misused(error: click.ClickException, lang: Lang) -> int:
    """Say what the command could not read; the exit code."""
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    path = ctx.command_path if ctx else "duban"
    hint = say("用法见 {command}", command=f"{path} --help")
    shown((Problem("usage", _sentence(error), hint),), lang)
    return USAGE


def unreadable(error: OSError, lang: Lang) -> int:
    """A file that cannot be read or written."""
    name = error.filename or "-"
    message = say("无法读写 {file}：{reason}", file=str(name), reason=error.strerror or str(error))
    shown((Problem("file", message, say("请检查路径和权限")),), lang)
    return 1


def _sentence(error: click.ClickException) -> Phrase:
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return say("缺少 {name}", name=_name(error.param))
    if isinstance(error, click.NoSuchOption):
        return _near(say("没有选项 {name}", name=error.option_name), error.possibilities)
    if isinstance(error, click.exceptions.NoSuchCommand):
        return _near(say("没有命令 {name}", name=error.command_name), error.possibilities)
    if isinstance(error, click.BadParameter) and error.param is not None:
        return _misfit(error, error.param)
    said = error.format_message()
    if (found := _TOO_MUCH.match(said)) is not None:
        return say("多出了 {what}；有空格的内容要加引号", what=found[1])
    return say("{message}", message=said)


def _misfit(error: click.BadParameter, param: click.Parameter) -> Phrase:
    if isinstance(param.type, click.Choice):
        choices = tuple(str(choice) for choice in param.type.choices)
        return say("{name} 只能是 {choices}", name=_name(param), choices=choices)
    if isinstance(param.type, click.IntRange) and param.type.max is not None:
        first, last = str(param.type.min), str(param.type.max)
        return say("{name} 应是{first}至{last}的整数", name=_name(param), first=first, last=last)
    if isinstance(param.type, click.types.IntParamType):
        return say("{name} 应是整数，且在允许的范围内", name=_name(param))
    return say("{name}：{message}", name=_name(param), message=error.message)


def _near(phrase: Phrase, possibilities: list[str] | None) -> Phrase:
    if not possibilities:
        return phrase
    return say("{said}；您是不是要找 {near}？", said=phrase, near=tuple(possibilities))


def _name(param: click.Parameter) -> str:
    return param.opts[0] if isinstance(param, click.Option) else param.human_readable_name
