"""The agent's directory: private modes, atomic writes, one process at a time."""

import contextlib
import fcntl
import os
import secrets
import stat
from pathlib import Path

from collector.errors import IdentityError, StateError

PRIVATE = 0o600
PUBLIC = 0o644

_FORBIDDEN = stat.S_IRWXG | stat.S_IRWXO


def open_directory(path: Path, *, known_by: str) -> None:
    """Make the directory, readable for its owner alone.

    One that is already there is made private when it is empty or holds the file `known_by`; any
    other, a home for instance, keeps its mode.

    Raises:
        StateError: It is no directory, or it cannot be made or written.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (path / known_by).exists() or not any(path.iterdir()):
            path.chmod(0o700)
    except OSError as error:
        raise StateError(f"{path}: cannot be the agent's directory: {_reason(error)}") from error
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise StateError(f"{path}: cannot be the agent's directory: it is not writable")


def write_file(path: Path, content: bytes, mode: int = PRIVATE) -> None:
    """Write a file so that after a crash either all of it is there or the former one.

    Raises:
        StateError: It cannot be written.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(draft, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise StateError(f"{path}: cannot be written: {_reason(error)}") from error


def read_secret(path: Path) -> bytes:
    """Read a file that only its owner may read.

    Raises:
        IdentityError: It cannot be read, or others may read it too.
    """
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except OSError as error:
        raise IdentityError(f"{path}: cannot be read: {_reason(error)}") from error
    if mode & _FORBIDDEN:
        raise IdentityError(
            f"{path}: others may read this key (mode {stat.S_IMODE(mode):04o}); "
            f"make sure nobody has, then run chmod 600 {path}"
        )
    return content


class DirectoryLock:
    """Keeps a second agent out of a directory until `release` or the end of the process.

    Raises:
        StateError: Another process holds it.
    """

    def __init__(self, directory: Path) -> None:
        path = directory / "lock"
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
        except OSError as error:
            raise StateError(f"{path}: cannot be opened: {_reason(error)}") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._descriptor)
            raise StateError(
                f"{directory}: another agent is running in it; stop it first"
            ) from None

    def release(self) -> None:
        """Let others in. Safe to call twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
