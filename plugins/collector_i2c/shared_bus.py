"""One bus and what all chips on it share: the adapter, the multiplexers, the lock, the patience."""

import threading
from collections.abc import Callable
from typing import TypeVar

from collector import Clock, Deadline, SourceUnavailableError
from collector_i2c.bus import Bus, TransferError
from collector_i2c.muxes import Muxes, Path
from collector_i2c.patience import Patience
from collector_i2c.refusal import RefusedError

T = TypeVar("T")

_SLOW_S = 0.5
"""A transfer that fails after so long was timed out by the adapter: the bus is held."""

_LOOK_AGAIN_S = 0.01


class SharedBus:
    """Used by one thread at a time, that of the link.

    The adapter is opened when it is needed, and again after it was gone. A bus that is held, or
    whose adapter is gone, is left alone for a while (see `Patience`); meanwhile every chip on it
    fails at once.

    Args:
        name: What people call it: ``/dev/i2c-1``.
        open_bus: Opens the adapter.
        clock: The time.
    """

    def __init__(self, name: str, open_bus: Callable[[], Bus], clock: Clock) -> None:
        self.name = name
        self._open_bus = open_bus
        self._clock = clock
        self._bus: Bus | None = None
        self._muxes = Muxes(self._transfer)
        self._is_locked = False
        self._patience = Patience()
        self._trouble = ""
        self._waiting = threading.Condition()

    def learn(self, path: Path) -> None:
        """Take note of the multiplexers on the way to a chip."""
        self._muxes.learn(path)

    def transfer(self, path: Path, address: int, data: bytes, count: int) -> bytes:
        """Write bytes to a chip, then read some, as one transaction.

        Raises:
            TransferError: It failed, and it is about this chip.
            SourceUnavailableError: It failed, and it is about the bus.
            RefusedError: A multiplexer did not take its channel.
        """
        return self._reach(path, address, lambda: self._transfer(address, data, count))

    def touch(self, path: Path, address: int) -> None:
        """Address a chip, and write nothing; see `transfer`."""
        self._reach(path, address, lambda: self._opened().touch(address))

    def lock(self, deadline: Deadline) -> None:
        """Take the bus against other processes, until `rest`.

        Raises:
            SourceUnavailableError: Another process has it all the time.
        """
        if self._is_locked:
            return
        while not self._opened().try_to_lock():
            if deadline.has_passed():
                raise SourceUnavailableError(f"{self.name}: another process keeps the bus")
            self.pause(self._clock.monotonic_s() + _LOOK_AGAIN_S)
        self._is_locked = True

    def rest(self) -> None:
        """Disconnect all multiplexers and let other processes have the bus."""
        bus = self._bus
        if bus is None:
            return
        try:
            self._muxes.connect(())
        except (TransferError, SourceUnavailableError):
            self._muxes.forget()
        if self._is_locked:  # not if the adapter was closed just now
            bus.unlock()
        self._is_locked = False

    def pause(self, until_s: float) -> None:
        """Wait until an instant of the monotonic clock."""
        with self._waiting:
            while (rest_s := until_s - self._clock.monotonic_s()) > 0:
                self._clock.wait(self._waiting, rest_s)

    def close(self) -> None:
        """Close the adapter; the next transfer opens it again."""
        if self._bus is not None:
            self._bus.close()
        self._bus = None
        self._is_locked = False
        self._muxes.forget()

    def _reach(self, path: Path, address: int, work: Callable[[], T]) -> T:
        began_s = self._clock.monotonic_s()
        try:
            self._muxes.connect(path)
            result = work()
        except RefusedError:
            self._muxes.forget()
            raise
        except TransferError as error:
            self._muxes.forget()
            now_s = self._clock.monotonic_s()
            if error.meaning.is_of_bus or now_s - began_s >= _SLOW_S:
                self._trouble = f"{self.name} is left alone: {error}"
                retry_in_s = self._patience.failed((path, address), now_s)
                self.close()
                raise SourceUnavailableError(self._trouble, retry_in_s=retry_in_s) from error
            raise
        self._patience.worked((path, address))
        return result

    def _transfer(self, address: int, data: bytes, count: int) -> bytes:
        bus = self._bus or self._opened()
        return bus.transfer(address, data, count)

    def _opened(self) -> Bus:
        rest_s = self._patience.until_s - self._clock.monotonic_s()
        if rest_s > 0:
            raise SourceUnavailableError(self._trouble, retry_in_s=rest_s)
        if self._bus is None:
            self._bus = self._open_bus()
        return self._bus
