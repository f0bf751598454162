"""Reports that are files: to `-o FILE`, all or nothing, or to a pipe. They choose no content."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from io import TextIOWrapper
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO

import click

from scheduler.cli.options import output_format, tell
from scheduler.problems import Problem, RefusedError, UsageError
from scheduler.words import say

if TYPE_CHECKING:
    from scheduler.reports.workbook import Book

_ENDINGS = {"text": "txt"}  # of the formats that files are not named after


def asked_format(output: Path | None, formats: tuple[str, ...], default: str) -> str:
    """What `--format` says, else what the ending of the file says, else `default`.

    `formats` are those that a file can have. UsageError for a name that ends otherwise.
    """
    said = click.get_current_context().find_root().meta.get("duban.format")
    if output is None or _is_device(output) or (said is not None and not output.suffix):
        return output_format() if said is not None else default
    ending = _fitting(output, (said,) if said in formats else formats)
    return output_format() if said is not None else ending


def ending_in(*formats: str) -> Callable[[click.Context, click.Parameter, Path | None], Path | None]:
    """For an option `-o` whose file is of one kind: UsageError before anything is done where its name says another."""

    def checked(ctx: click.Context, param: click.Parameter, output: Path | None) -> Path | None:
        del ctx, param
        if output is not None and not _is_device(output):
            _fitting(output, formats)
        return output

    return checked


def _is_device(output: Path) -> bool:
    """Whether the name is one of a device or a pipe, whose end says nothing of what it holds."""
    return output.exists() and not output.is_file()


def _fitting(output: Path, formats: Sequence[str]) -> str:
    endings = {_ENDINGS.get(form, form): form for form in formats}
    form = endings.get(output.suffix.lower().removeprefix("."))
    if form is None:
        allowed = tuple(f".{ending}" for ending in endings)
        message = say("不能写成 {file}：文件名要以 {endings} 结尾", file=output.name, endings=allowed)
        raise UsageError(Problem("output-ending", message, say("请改文件名，如 {name}", name=output.stem + allowed[0])))
    return form


def deliver(book: Book, output: Path | None) -> None:
    """Write an Excel file, as `put` does."""
    from scheduler.reports.xlsx import written  # noqa: PLC0415 - no other report needs the library

    put(written(book), output)


def put(content: bytes, output: Path | None) -> None:
    """Write the bytes; a file that is there is replaced only by a whole one. UsageError where they flood a screen."""
    if output is None:
        if sys.stdout.isatty():
            hint = say("写 -o 文件名；交给别的程序的，用管道")
            raise UsageError(Problem("output-missing", say("这是文件的内容，不显示在屏幕上"), hint))
        sys.stdout.buffer.write(content)
        return
    with _instead(output) as part:
        part.write(content)


@contextmanager
def printed_to(output: Path | None, *, mark: bool = False) -> Iterator[None]:
    """What is printed meanwhile goes into the file, if there is one; with a `mark` that tells Excel of UTF-8."""
    if output is None:
        yield
        return
    with _instead(output) as part:
        text = TextIOWrapper(part, encoding="utf-8-sig" if mark else "utf-8", newline="")
        with redirect_stdout(text):
            yield
        text.flush()


def put_lines(lines: Iterable[str], output: Path | None) -> None:
    """Write the lines as they come; a file that is there is replaced only by a whole one."""
    if output is None:
        for line in lines:
            click.echo(line)
        return
    with _instead(output) as part:
        part.writelines(f"{line}\n".encode() for line in lines)


def taken(file: Path) -> Problem:
    """Of a file that is there, and is not replaced."""
    message = say("{file} 已经有了，里面可能有人改过", file=str(file))
    return Problem("draft-exists", message, say("换一个文件名，或先把它移走"))


@contextmanager
def claimed(file: Path, refusal: Problem) -> Iterator[BinaryIO]:
    """A new file, which is gone again if nothing came of it. RefusedError where there is one."""
    try:
        out = file.open("xb")
    except FileExistsError:
        raise RefusedError(refusal) from None
    try:
        with out:
            yield out
    except BaseException:
        file.unlink(missing_ok=True)
        raise


@contextmanager
def _instead(output: Path) -> Iterator[IO[bytes]]:
    """A file that takes the place of `output` when it is whole, and says so; a device or a pipe keeps its place."""
    if output.exists() and not output.is_file():
        with output.open("wb") as out:
            yield out
        return
    from tempfile import NamedTemporaryFile  # noqa: PLC0415 - four compressors and random, for who writes a file

    with NamedTemporaryFile(dir=output.parent, prefix=f".{output.name}.", delete=False) as part:
        try:
            yield part
            part.close()
            mask = os.umask(0)
            os.umask(mask)
            Path(part.name).chmod(0o666 & ~mask)
            Path(part.name).replace(output)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
    click.echo(tell(say("已写入 {file}", file=str(output))), err=True)
