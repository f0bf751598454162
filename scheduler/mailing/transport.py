"""The edge where letters leave: the protocol, and the transports without a server. It decides nothing about content."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol

from msgspec import Struct, field

from scheduler.clock import BEIJING
from scheduler.mailing.errors import ConfigurationFailure, MalformedFailure, TemporaryFailure
from scheduler.mailing.letter import Letter, Receipt, deliverable
from scheduler.mailing.mime import mime
from scheduler.words import say


def nothing() -> None:
    """What is done while the other side thinks, where there is nothing to do."""


class Transport(Protocol):
    """Delivers letters one at a time, from one thread."""

    def deliver(self, letter: Letter, meanwhile: Callable[[], object] = nothing) -> Receipt:
        """Hand `letter` over once, with no retry of its own; raises one of the four DeliveryErrors.

        `meanwhile` is called, at most once, when the letter has been handed over and the answer is still to come; it
        raises nothing.
        """
        ...

    def check(self, sender: str) -> str:
        """Whether mail from `sender` could leave, without sending any: what the other side says; DeliveryErrors too."""
        ...

    def close(self) -> None:
        """Let go of what is held open; a later `deliver` opens it again."""
        ...


def sound(letter: Letter) -> tuple[Letter, tuple[str, ...]]:
    """The letter with deliverable addresses only, and those of the copies left out.

    Raises MalformedFailure where the main recipient's own address cannot be delivered to by anyone.
    """
    if not deliverable(letter.to.address):
        raise MalformedFailure("553 5.1.3 malformed address")
    return letter.without_bad_copies(), tuple(c.address for c in letter.copies if not deliverable(c.address))


class MemoryTransport(Struct):
    """Keeps what it delivers; for tests and for looking at what would go."""

    letters: list[Letter] = field(default_factory=list)

    def deliver(self, letter: Letter, meanwhile: Callable[[], object] = nothing) -> Receipt:  # noqa: ARG002 - it answers at once
        """Keep the letter; the same Message-ID once."""
        letter, refused = sound(letter)
        mime(letter)
        if all(kept.message_id != letter.message_id for kept in self.letters):
            self.letters.append(letter)
        return Receipt("250 kept in memory", refused)

    def check(self, sender: str) -> str:
        """It always could."""
        return f"250 {sender}"

    def close(self) -> None:
        """Nothing is held open."""


class FolderTransport:
    """Writes each mail as an .eml file that any mail program opens; names sort by moment. One file per Message-ID."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: dict[str, str] = {}  # of the files, by what makes a Message-ID part of them
        self._as_of = -1  # when the folder was last changed as we know it, in nanoseconds

    def deliver(self, letter: Letter, meanwhile: Callable[[], object] = nothing) -> Receipt:  # noqa: ARG002 - as above
        """Write the file, whole or not at all, and on disk before the receipt is given."""
        letter, refused = sound(letter)
        key = hashlib.sha256(letter.message_id.encode()).hexdigest()[:12]
        with self._told():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._look()
            if key not in self._names:
                self._names[key] = self._write(f"{letter.date.astimezone(BEIJING):%Y%m%dT%H%M%S}-{key}.eml", letter)
                self._as_of = self._folder.stat().st_mtime_ns
        return Receipt(f"250 {self._names[key]}", refused)

    def check(self, sender: str) -> str:  # noqa: ARG002 - a folder takes mail from anybody
        """Write an empty file and take it away; of a folder that is not there yet, look whether it could be made."""
        with self._told():
            place = next(place for place in (self._folder, *self._folder.absolute().parents) if place.exists())
            if not os.access(place, os.W_OK | os.X_OK):
                raise PermissionError
            if place == self._folder:
                with NamedTemporaryFile(dir=place, prefix="."):
                    pass
        return "250"

    def close(self) -> None:
        """Nothing is held open."""

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (PermissionError, NotADirectoryError, FileExistsError) as error:
            message = say("邮件文件夹不能写入：{folder}", folder=self._folder)
            hint = say("请检查该文件夹的属主和权限，或者用 DUBAN_SMTP=folder:PATH 另选一个")
            raise ConfigurationFailure("mail-folder", message, hint) from error
        except OSError as error:
            raise TemporaryFailure(error.strerror or type(error).__name__) from error

    def _look(self) -> None:
        """Learn the names, if somebody else has changed the folder since; of a hundred thousand that takes a while."""
        changed = self._folder.stat().st_mtime_ns
        if changed != self._as_of:
            self._names = {file.name[-16:-4]: file.name for file in self._folder.iterdir() if file.suffix == ".eml"}
            self._as_of = changed

    def _write(self, name: str, letter: Letter) -> str:
        unfinished = self._folder / f".{name}.{os.getpid()}"
        with unfinished.open("wb") as file:
            file.write(mime(letter))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._folder / name)
        directory = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        return name
