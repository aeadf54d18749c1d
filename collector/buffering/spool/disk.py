"""The spool's directory on a real file system."""

import ctypes
import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path

from collector.buffering.spool.names import LOCK

_KEEP_SIZE = 1
"""FALLOC_FL_KEEP_SIZE, include/uapi/linux/falloc.h."""

_PRIVATE = 0o600
_PRIVATE_DIRECTORY = 0o700


class DiskFile:
    """See `SpoolFile`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def append(self, data: bytes | memoryview) -> int:
        """See `SpoolFile`."""
        return os.write(self._descriptor, data)

    def cut(self, size: int) -> None:
        """See `SpoolFile`."""
        os.ftruncate(self._descriptor, size)

    def sync(self) -> None:
        """See `SpoolFile`. Data and length; times do not matter."""
        os.fdatasync(self._descriptor)

    def reserve(self, size: int) -> None:
        """See `SpoolFile`. `os.posix_fallocate` would make the file longer, and may write to it."""
        fallocate = getattr(ctypes.CDLL(None, use_errno=True), "fallocate64", None)
        if fallocate is None:
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
        if fallocate(self._descriptor, _KEEP_SIZE, ctypes.c_int64(0), ctypes.c_int64(size)):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    def read(self, offset: int, size: int) -> bytes:
        """See `SpoolFile`."""
        return os.pread(self._descriptor, size, offset)

    def is_linked(self) -> bool:
        """See `SpoolFile`."""
        return os.fstat(self._descriptor).st_nlink > 0

    def close(self) -> None:
        """See `SpoolFile`."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)


class DiskFolder:
    """See `Folder`.

    Args:
        path: The directory.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = -1

    def __str__(self) -> str:
        return str(self._path)

    def take(self) -> None:
        """See `Folder`."""
        self.release()
        self._make()
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        descriptor = os.open(self._path / LOCK, flags, _PRIVATE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise
        self._lock = descriptor

    def release(self) -> None:
        """See `Folder`."""
        if self._lock >= 0:
            descriptor, self._lock = self._lock, -1
            os.close(descriptor)

    def is_taken(self) -> bool:
        """See `Folder`. The directory may have been deleted, or its disk changed for another."""
        if self._lock < 0:
            return False
        try:
            there = (self._path / LOCK).stat()
        except OSError:
            return False
        return os.path.samestat(there, os.fstat(self._lock))

    def names(self) -> list[str]:
        """See `Folder`."""
        with os.scandir(self._path) as entries:
            return sorted(entry.name for entry in entries if entry.is_file())

    def create(self, name: str) -> DiskFile:
        """See `Folder`."""
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        return DiskFile(os.open(self._path / name, flags, _PRIVATE))

    def open(self, name: str) -> DiskFile:
        """See `Folder`."""
        return DiskFile(os.open(self._path / name, os.O_RDONLY | os.O_CLOEXEC))

    def size(self, name: str) -> int:
        """See `Folder`."""
        return (self._path / name).stat().st_size

    def remove(self, name: str) -> None:
        """See `Folder`."""
        with suppress(FileNotFoundError):
            (self._path / name).unlink()

    def rename(self, name: str, new_name: str) -> None:
        """See `Folder`."""
        (self._path / name).rename(self._path / new_name)

    def sync(self) -> None:
        """See `Folder`."""
        _sync_names(self._path)

    def free_bytes(self) -> int:
        """See `Folder`. What a user without privileges may take."""
        status = os.statvfs(self._path)
        return status.f_bavail * status.f_frsize

    def _make(self) -> None:
        """Make the directory where it is missing, so that it survives a power cut itself."""
        missing = [path for path in (self._path, *self._path.parents) if not path.exists()]
        self._path.mkdir(mode=_PRIVATE_DIRECTORY, parents=True, exist_ok=True)
        for path in missing:
            with suppress(PermissionError):  # some may be entered and written, but not read
                _sync_names(path.parent)


def _sync_names(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
