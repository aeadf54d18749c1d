"""One chip on one bus, as its sequence sees it."""

from errno import errorcode
from typing import Protocol

from collector import SourceUnavailableError, Tape
from collector_i2c.bus import TransferError
from collector_i2c.muxes import Path
from collector_i2c.refusal import RefusedError

RETRIES = 2
"""Of a reading: transfers that are made again, and sequences, all together."""


class Wires(Protocol):
    """What carries transfers: a `SharedBus`."""

    def transfer(self, path: Path, address: int, data: bytes, count: int) -> bytes:
        """See `SharedBus.transfer`."""
        ...


class Port:
    """Transfers to one address, each tried again while the reading's retries last.

    Args:
        bus: The bus.
        path: The multiplexers on the way.
        address: The chip's address.
        retries: How often, in one reading, something is tried once more.
        tape: Where transfers are noted; None for nowhere.

    Attributes:
        address: The chip's address.
        retried: How often something was tried once more, since the start.
        left_out: Why a reading lacks some of its values.
    """

    def __init__(
        self,
        bus: Wires,
        path: Path,
        address: int,
        retries: int = RETRIES,
        tape: Tape | None = None,
    ) -> None:
        self._tape = tape
        self._channel = f"i2c {address:#04x}"
        self.address = address
        self.retried = 0
        self.left_out: list[RefusedError] = []
        self._bus = bus
        self._path = path
        self._retries = self._left = retries

    def renew(self) -> None:
        """Begin a reading, with all its retries."""
        self._left = self._retries
        self.left_out.clear()

    def leave_out(self, refused: RefusedError) -> None:
        """Note why one value is not in the reading, although others are."""
        self.left_out.append(refused)

    def may_retry(self) -> bool:
        """Take one of the reading's retries; false if none is left."""
        if self._left == 0:
            return False
        self._left -= 1
        self.retried += 1
        return True

    def write(self, data: bytes) -> None:
        """Write bytes."""
        self._transfer(data, 0)

    def read(self, count: int) -> bytes:
        """Read bytes, without a register's number or a command before them."""
        return self._transfer(b"", count)

    def ask(self, data: bytes, count: int) -> bytes:
        """Write a register's number or a command and read what it gives, in one transaction."""
        return self._transfer(data, count)

    def _transfer(self, data: bytes, count: int) -> bytes:
        while True:
            try:
                return self._noted(data, count)
            except TransferError as error:
                if not error.meaning.may_pass or not self.may_retry():
                    raise

    def _noted(self, data: bytes, count: int) -> bytes:
        if self._tape is None:
            return self._bus.transfer(self._path, self.address, data, count)
        try:
            answer = self._bus.transfer(self._path, self.address, data, count)
        except (TransferError, SourceUnavailableError) as error:
            failure = error if isinstance(error, TransferError) else error.__cause__
            if isinstance(failure, TransferError):  # else it was not even tried
                self._tape.note(self._channel, "out", data)
                name = errorcode.get(failure.number or 0, "EIO")
                self._tape.note(self._channel, "error", name.encode())
            raise
        self._tape.note(self._channel, "out", data)
        if count:
            self._tape.note(self._channel, "in", answer)
        return answer
