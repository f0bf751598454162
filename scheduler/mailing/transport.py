"""The edge where letters leave: the protocol, and the transports without a server. It decides nothing about content."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from scheduler.clock import BEIJING
from scheduler.mailing.errors import ConfigurationFailure, PermanentFailure, TemporaryFailure
from scheduler.mailing.letter import Letter, Receipt, deliverable
from scheduler.mailing.mime import mime
from scheduler.words import say


class Transport(Protocol):
    """Delivers letters one at a time, from one thread."""

    def deliver(self, letter: Letter) -> Receipt:
        """Hand `letter` over once, with no retry of its own; raises one of the four DeliveryErrors."""
        ...

    def close(self) -> None:
        """Let go of what is held open; a later `deliver` opens it again."""
        ...


def sound(letter: Letter) -> tuple[Letter, tuple[str, ...]]:
    """The letter with deliverable addresses only, and those of the copies left out.

    Raises PermanentFailure where the main recipient's own address cannot be delivered to by anyone.
    """
    if not deliverable(letter.to.address):
        raise PermanentFailure("553 5.1.3 malformed address")
    return letter.without_bad_copies(), tuple(c.address for c in letter.copies if not deliverable(c.address))


@dataclass(slots=True)
class MemoryTransport:
    """Keeps what it delivers; for tests and for looking at what would go."""

    letters: list[Letter] = field(default_factory=list)

    def deliver(self, letter: Letter) -> Receipt:
        """Keep the letter; the same Message-ID once."""
        letter, refused = sound(letter)
        mime(letter)
        if all(kept.message_id != letter.message_id for kept in self.letters):
            self.letters.append(letter)
        return Receipt("250 kept in memory", refused)

    def close(self) -> None:
        """Nothing is held open."""


class FolderTransport:
    """Writes each mail as an .eml file that any mail program opens; names sort by moment. One file per Message-ID."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, letter: Letter) -> Receipt:
        """Write the file, whole or not at all, and on disk before the receipt is given."""
        letter, refused = sound(letter)
        key = hashlib.sha256(letter.message_id.encode()).hexdigest()[:12]
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = next(self._folder.glob(f"*-{key}.eml"), None) or self._write(letter, key)
        except (PermissionError, NotADirectoryError, FileExistsError) as error:
            message = say("邮件文件夹不能写入：{folder}", folder=self._folder)
            hint = say("请检查该文件夹的属主和权限，或者用 DUBAN_SMTP=folder:PATH 另选一个")
            raise ConfigurationFailure("mail-folder", message, hint) from error
        except OSError as error:
            raise TemporaryFailure(error.strerror or type(error).__name__) from error
        return Receipt(f"250 {path.name}", refused)

    def close(self) -> None:
        """Nothing is held open."""

    def _write(self, letter: Letter, key: str) -> Path:
        path = self._folder / f"{letter.date.astimezone(BEIJING):%Y%m%dT%H%M%S}-{key}.eml"
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        with unfinished.open("wb") as file:
            file.write(mime(letter).as_bytes())
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        directory = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        return path
