"""The file that a recording is written to."""

import os
from pathlib import Path
from typing import Self

from collector.errors import UsageError


class RecordFile:
    """Takes each line at once, and is only its owner's to read. A context manager.

    Args:
        descriptor: Open for writing; closed at the end of the ``with``.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def create(cls, file: Path) -> Self:
        """Make it; nothing is ever written over.

        Raises:
            UsageError: There is such a file already, or it cannot be made.
        """
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            return cls(os.open(file, flags, 0o600))
        except FileExistsError:
            raise UsageError(f"{file} is there already: take another name, or remove it") from None
        except OSError as error:
            raise UsageError(f"{file} cannot be made: {error.strerror}") from error

    def write(self, line: bytes) -> None:
        """Write a whole line.

        Raises:
            OSError: It cannot be written.
        """
        left = memoryview(line)
        while left:
            left = left[os.write(self._descriptor, left) :]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)
