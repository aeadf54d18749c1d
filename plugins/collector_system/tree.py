"""Reads the kernel's text files, below roots that can be moved for containers and simulations."""

import os
from dataclasses import dataclass
from pathlib import Path

_CHUNK_BYTES = 65536


@dataclass(frozen=True, slots=True)
class Tree:
    """A directory of small text files, such as ``/proc`` or ``/sys``.

    Paths are given without a leading slash. Safe to use from several threads.

    Attributes:
        root: Where the directory is.
    """

    root: str

    def text(self, path: str) -> str:
        """Return a file's whole text, with bytes that are no UTF-8 as Python keeps them in paths.

        Raises:
            OSError: It is not there or cannot be read; the error names it.
        """
        return self._bytes(path).decode("utf-8", "surrogateescape")

    def optional(self, path: str) -> str | None:
        """Return a file's text without outer blanks; None when the kernel has none to give.

        Attributes come and go with hardware, drivers and states (a cable, a sensor at rest), so
        not being readable is an answer and not a fault.
        """
        try:
            return self._bytes(path).decode("utf-8", "replace").strip()
        except OSError:
            return None

    def number(self, path: str) -> int | None:
        """Return a file's integer; None when there is no file or no integer in it."""
        text = self.optional(path)
        try:
            return None if text is None else int(text)
        except ValueError:
            return None

    def names(self, path: str) -> list[str]:
        """Return the sorted names in a directory; none when it is not there."""
        try:
            with os.scandir(f"{self.root}/{path}") as entries:
                return sorted(entry.name for entry in entries)
        except OSError:
            return []

    def target(self, path: str) -> str | None:
        """Return the last name of where a symbolic link leads; None when there is no link."""
        try:
            return Path(self.root, path).readlink().name
        except OSError:
            return None

    def has(self, path: str) -> bool:
        """Tell whether there is something at a path."""
        return Path(self.root, path).exists()

    def _bytes(self, path: str) -> bytes:
        chunks = []
        handle = os.open(f"{self.root}/{path}", os.O_RDONLY | os.O_CLOEXEC)
        try:
            # A read returns at most what the kernel has in hand, so the end is an empty one.
            while chunk := os.read(handle, _CHUNK_BYTES):
                chunks.append(chunk)
        finally:
            os.close(handle)
        return b"".join(chunks)
