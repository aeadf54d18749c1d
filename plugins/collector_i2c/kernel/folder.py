"""A device's directory below ``/sys``, of which every read is noted, or played."""

import errno
from collections import defaultdict, deque
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Protocol

from collector import RecordedTape, Tape, TapeEvent
from collector_i2c.errnos import number_of


class Folder(Protocol):
    """What a device shows of itself, in small files that the kernel fills when they are read."""

    @property
    def place(self) -> str:
        """Where it is, for people."""
        ...

    def names(self) -> AbstractSet[str]:
        """Return the names in it.

        Raises:
            OSError: It is gone.
        """
        ...

    def text(self, file: str) -> str:
        """Return what a file says.

        Raises:
            OSError: It is gone, or the driver gives nothing now.
        """
        ...


class KernelFolder:
    """The real one.

    Args:
        path: Where it is.
        tape: Gets what is read: on a file's path what it says, on the directory's, which ends in a
            slash, the names in it, a line each.
    """

    def __init__(self, path: Path, tape: Tape) -> None:
        self._path = path
        self._tape = tape

    @property
    def place(self) -> str:
        """See `Folder`."""
        return str(self._path)

    def names(self) -> AbstractSet[str]:
        """See `Folder`."""
        names = {file.name for file in self._path.iterdir()}
        self._tape.note(f"{self._path}/", "in", "\n".join(sorted(names)).encode(errors="replace"))
        return names

    def text(self, file: str) -> str:
        """See `Folder`."""
        path = self._path / file
        try:
            said = path.read_bytes()
        except OSError as error:
            self._tape.note(
                str(path), "error", errno.errorcode.get(error.errno or 0, "EIO").encode()
            )
            raise
        self._tape.note(str(path), "in", said)
        return said.decode("utf-8", "replace")


class PlayedFolder:
    """One that says what was recorded, file by file in its order, and then the last for ever.

    Args:
        tape: What was recorded. No name on it is ever opened.
    """

    def __init__(self, tape: RecordedTape) -> None:
        self._tape = tape
        self._said: defaultdict[str, deque[TapeEvent]] = defaultdict(deque)
        for event in tape.events:
            file = event.channel.rpartition("/")[2]
            self._said[file].append(event)

    @property
    def place(self) -> str:
        """See `Folder`."""
        return "the recording"

    def names(self) -> AbstractSet[str]:
        """See `Folder`."""
        return {*self._next("", "the names in the directory").splitlines()}

    def text(self, file: str) -> str:
        """See `Folder`."""
        return self._next(file, f"a read of {file}")

    def _next(self, file: str, what: str) -> str:
        said = self._said.get(file)
        if not said:
            self._tape.miss(what)
            raise FileNotFoundError(errno.ENOENT, "is not on the recording", file)
        event = said.popleft() if len(said) > 1 else said[0]
        if event.direction == "error":
            raise OSError(number_of(event.data), "as it was recorded", file)
        return event.data.decode("utf-8", "replace")
