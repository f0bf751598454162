"""Opens the files of a table. The only module of the register that touches the disk; it understands nothing of them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from scheduler.problems import Place, Problem
from scheduler.register.mistakes import Code, problem
from scheduler.register.parsing import File, Loaded, understand
from scheduler.register.reader import MAX_BYTES
from scheduler.register.sections import included, read_file
from scheduler.words import say


def load(path: Path) -> Loaded:
    """The table at `path` with all that it includes; nothing is raised, every trouble is a Problem."""
    with _unsearched():
        return _loaded(path)


def _loaded(path: Path) -> Loaded:
    name = str(path)
    content = _content(path)
    if isinstance(content, Problem):
        return Loaded(None, (content,), ())
    table, problems = read_file(name, content)
    contents = {other: _content(Path(other)) for other, _ in included(name, table) if other != name}
    files: tuple[File, ...] = tuple((other, more) for other, more in contents.items() if isinstance(more, bytes))
    absent = tuple(other for other, more in contents.items() if not isinstance(more, bytes))
    return replace(understand(((name, content), *files), table, problems), absent=absent)


@contextmanager
def _unsearched() -> Iterator[None]:
    """No search for garbage meanwhile: nearly all that is made stays, and each search would walk through it again."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()


def _content(path: Path) -> bytes | Problem:
    """The bytes of a file, one more than allowed at most."""
    place = Place(str(path), 1, 1)
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        hint = say("用 --table 指明台账文件，或设环境变量 DUBAN_TABLE")
        return problem(Code.FILE_MISSING, say("找不到文件"), hint, place)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = say("打不开文件（{reason}）", reason=reason)
        return problem(Code.FILE_UNREADABLE, message, say("检查文件的读取权限"), place)
