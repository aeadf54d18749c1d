"""What the spool asks of a file system: the seam at which tests let it fail."""

from typing import Protocol


class SpoolFile(Protocol):
    """One open file. Every method may raise `OSError`."""

    def append(self, data: bytes | memoryview) -> int:
        """Write at the end; returns how many bytes it took, which may be fewer than were given."""
        ...

    def cut(self, size: int) -> None:
        """Shorten the file to so many bytes."""
        ...

    def sync(self) -> None:
        """Have everything that was written survive a power cut."""
        ...

    def reserve(self, size: int) -> None:
        """Have the disk keep room for so many bytes; the file is no longer for it.

        Spares every later sync the file system's lists of what is free.
        """
        ...

    def read(self, offset: int, size: int) -> bytes:
        """Return up to so many bytes from there; fewer at the end of the file."""
        ...

    def is_linked(self) -> bool:
        """Tell whether the file still has a name."""
        ...

    def close(self) -> None:
        """Let go of it. Safe to call twice."""
        ...


class Folder(Protocol):
    """One directory that the spool has for itself. Every method may raise `OSError`."""

    def take(self) -> None:
        """Make the directory where it is missing, and keep other processes out of it.

        Raises:
            BlockingIOError: Another process has it.
        """
        ...

    def release(self) -> None:
        """Let others in. Safe to call twice."""
        ...

    def is_taken(self) -> bool:
        """Tell whether it is ours and still the directory that was taken."""
        ...

    def names(self) -> list[str]:
        """Return the names of all files."""
        ...

    def create(self, name: str) -> SpoolFile:
        """Make a new, empty file to append to."""
        ...

    def open(self, name: str) -> SpoolFile:
        """Open a file to read from."""
        ...

    def size(self, name: str) -> int:
        """Return how long a file is."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file; one that is missing is no error."""
        ...

    def rename(self, name: str, new_name: str) -> None:
        """Give a file another name."""
        ...

    def sync(self) -> None:
        """Have the names of files survive a power cut."""
        ...

    def free_bytes(self) -> int:
        """Return how much may still be written on this file system."""
        ...
