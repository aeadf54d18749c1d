"""The state directory: made, locked and laid out."""

import fcntl
import os
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from collector.errors import StateError
from collector.service.owners import other_owner


class Mode(StrEnum):
    """What a run reads and whom it delivers to.

    REAL: real sources, the configured agent. EMBEDDED: real sources, an agent of our own. SIMULATE:
    simulated devices, an agent of our own.
    """

    REAL = "real"
    EMBEDDED = "embedded"
    SIMULATE = "simulate"


class StateDirectory:
    """Where one run keeps what has to survive it. One process at a time may hold it.

    The modes keep apart everything they write, so that nothing simulated, and no identity of an
    embedded agent, can ever meet the configured agent.
    """

    def __init__(self, base: Path, mode: Mode) -> None:
        self._base = base
        self.path = base if mode is Mode.REAL else base / mode.value
        self._lock: int | None = None

    @property
    def identity(self) -> Path:
        """Where key, certificate and client id lie."""
        return self.path / "identity"

    @property
    def agent(self) -> Path:
        """The embedded agent's own directory."""
        return self.path / "agent"

    @property
    def inventory_file(self) -> Path:
        """What is where at the agent."""
        return self.path / "inventory.json"

    @property
    def spool(self) -> Path:
        """Readings that are not confirmed yet."""
        return self.path / "spool"

    @property
    def socket(self) -> Path:
        """Where a running collector answers questions."""
        return self.path / "run" / "status.sock"

    @property
    def answered_file(self) -> Path:
        """Holds the client ids whose pushes an agent has answered."""
        return self.path / "answered"

    @property
    def time_file(self) -> Path:
        """Holds about the newest time at which readings were sent."""
        return self.path / "time"

    def take(self) -> None:
        """Make the directory and lock it.

        Raises:
            StateError: It cannot be made or written, another collector runs in it, or we are root
                and it is somebody else's, to whom what we write would be closed.
        """
        owner = other_owner(self.path)
        if owner is not None:
            raise StateError(
                f"{self.path} belongs to the user {owner.pw_name}: run it as that user "
                f"(sudo -u {owner.pw_name} collector ...), or set another state_dir in [collector]"
            )
        try:
            for directory in (self._base, self.path, self.socket.parent):
                directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StateError(
                f"{self.path}: {error.strerror}; set state_dir in [collector] to a directory "
                "that this user can write"
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise StateError(
                f"another collector is running in {self.path}; stop it first"
            ) from error
        self._lock = descriptor

    def release(self) -> None:
        """Unlock it. Safe to call twice."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()
