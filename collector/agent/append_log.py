"""A file that only grows, each piece written whole before the caller goes on."""

import os
from pathlib import Path

from collector.agent.private import PRIVATE
from collector.errors import StateError


class AppendLog:
    """Hands each piece to the operating system at once, so a killed process loses none.

    Args:
        path: The file; it is created when it is not there.

    Raises:
        StateError: It cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        try:
            self._descriptor = os.open(path, flags, PRIVATE)
            self._size = os.fstat(self._descriptor).st_size
        except OSError as error:
            raise StateError(f"{path}: cannot be opened: {error.strerror}") from error

    @property
    def size_bytes(self) -> int:
        """How much the file holds."""
        return self._size

    def append(self, piece: bytes) -> None:
        """Write a piece whole, or nothing of it.

        Raises:
            StateError: It cannot be written, for want of space usually.
        """
        written = 0
        try:
            # A full disk takes a part without an error; the next write tells the reason.
            while written < len(piece):
                written += os.write(self._descriptor, piece[written:] if written else piece)
        except OSError as error:
            self._take_back(written)
            raise StateError(f"{self._path}: cannot be written: {error.strerror}") from error
        self._size += written

    def take_back(self, piece: bytes) -> None:
        """Remove the piece that was appended last."""
        self._take_back(len(piece))
        self._size -= len(piece)

    def _take_back(self, written: int) -> None:
        # Asked anew, for somebody may have cut the file short since it was opened.
        if written:
            os.ftruncate(self._descriptor, os.fstat(self._descriptor).st_size - written)

    def clear(self) -> None:
        """Start again with an empty file."""
        os.ftruncate(self._descriptor, 0)
        self._size = 0

    def close(self) -> None:
        """Release the file. Safe to call twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
