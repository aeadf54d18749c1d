"""Files that are whole or not there, and nobody else's business."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from collector.errors import StateError

_FILE_MODE = 0o600
_DIRECTORY_MODE = 0o700


def make_private_directory(directory: Path) -> None:
    """Make a directory that only its owner can enter; its parents as the system has it.

    Raises:
        StateError: It cannot be made.
    """
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        directory.mkdir(mode=_DIRECTORY_MODE, exist_ok=True)
        directory.chmod(_DIRECTORY_MODE)
        sync_directory(directory.parent)
    except OSError as error:
        raise StateError(f"the directory {directory} cannot be made: {error.strerror}") from error


def write_private(file: Path, content: bytes) -> None:
    """Write a file that only its owner can read; after a power cut it is the old one or the new.

    Raises:
        StateError: It cannot be written.
    """
    temporary = file.with_name(f".{file.name}.new")
    try:
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
        with open(descriptor, "wb") as writing:  # noqa: PTH123 - an open descriptor
            writing.write(content)
            writing.flush()
            os.fsync(descriptor)
        temporary.replace(file)
        sync_directory(file.parent)
    except OSError as error:
        raise StateError(f"{file} cannot be written: {error.strerror}") from error


@contextmanager
def held(directory: Path, *, waits: bool) -> Iterator[bool]:
    """Hold a directory against whoever else holds it, in this process or another.

    Args:
        directory: It has to be there.
        waits: Whether to wait for it.

    Yields:
        Whether it is held, which it always is after waiting.

    Raises:
        OSError: It cannot be.
    """
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
            is_held = True
        except BlockingIOError:
            is_held = False
        yield is_held
    finally:
        os.close(descriptor)


def sync_directory(directory: Path) -> None:
    """Make renames in a directory survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
