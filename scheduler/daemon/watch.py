"""Whether the files of a table are still as they were read. It reads no table and keeps nothing but their stamps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import Struct

from scheduler.clock import BEIJING
from scheduler.register import Loaded

_BEING_WRITTEN = timedelta(seconds=2)


class _Stamp(Struct, frozen=True):
    """What changes when a file is written or replaced."""

    inode: int
    size: int
    written: datetime


class Watch(Struct, frozen=True):
    """The files that a table was read from, those that were missing too (None). A file written since is `unread`."""

    seen: Mapping[Path, _Stamp | None]
    unread: bool

    @classmethod
    def of(cls, table: Path, loaded: Loaded) -> Watch:
        """What to watch after `loaded` was read from `table`."""
        paths = [table, *map(Path, loaded.absent), *(Path(name) for name, _ in loaded.files)]
        seen = {path: _stamp(path) for path in paths}  # before the second look, so that no change falls between
        return cls(seen, not all(_is_still(Path(name), content) for name, content in loaded.files))

    def moved(self, now: datetime) -> bool:
        """Whether to read again; a file that is being written this very moment waits for the next look."""
        found = {path: _stamp(path) for path in self.seen}
        return (self.unread or found != self.seen) and not _fresh(found.values(), now)


def _fresh(stamps: Iterable[_Stamp | None], now: datetime) -> bool:
    return any(stamp is not None and timedelta() <= now - stamp.written < _BEING_WRITTEN for stamp in stamps)


def _stamp(path: Path) -> _Stamp | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return _Stamp(stat.st_ino, stat.st_size, datetime.fromtimestamp(stat.st_mtime_ns / 1e9, BEIJING))


def _is_still(path: Path, content: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(content) or 1) == content
    except OSError:
        return False
