"""An open I2C adapter. The one place of the plugin that talks to smbus2."""

import contextlib
import errno
import fcntl
from typing import Any, Protocol

import smbus2

from collector import SourceFaultError, SourceUnavailableError
from collector_i2c.errnos import Meaning, meaning_of

_SMBUS_BLOCK = 32


class Library(Protocol):
    """What is used of smbus2: the installed one, or an instance of it with a simulated bus."""

    @property
    def SMBus(self) -> Any:  # noqa: ANN401, N802 - typed too narrowly for a second instance
        """Opens an adapter."""
        ...

    @property
    def i2c_msg(self) -> Any:  # noqa: ANN401 - as above
        """Makes messages."""
        ...


class TransferError(Exception):
    """A transfer failed; nothing of it can be used.

    Attributes:
        address: Whom it went to.
        number: The kernel's error number.
        meaning: What that says.
    """

    def __init__(self, address: int, error: OSError) -> None:
        self.address = address
        self.number = error.errno
        self.meaning: Meaning = meaning_of(error.errno)
        name = errno.errorcode.get(error.errno or 0, str(error.errno))
        super().__init__(f"{address:#04x}: {self.meaning.text} ({name})")


class Bus:
    """One adapter, opened. Used by one thread.

    Every transfer is one I2C_RDWR: the address is part of it, and nothing of another process can
    come between the writing of a register's number and the reading of its content. Adapters that
    cannot do that, as SMBus controllers of PCs, make the transfers that SMBus has.

    Args:
        path: The device node.
        library: What makes the transfers.

    Raises:
        SourceUnavailableError: There is no such node, or it cannot be opened now.
        SourceFaultError: This process may not open it.
    """

    def __init__(self, path: str, library: Library = smbus2) -> None:
        self._new_read = library.i2c_msg.read
        self._new_write = library.i2c_msg.write
        try:
            self._smbus = library.SMBus(path)
        except FileNotFoundError as error:
            raise SourceUnavailableError(
                f"there is no {path}: switch I2C on (raspi-config) or load i2c-dev"
            ) from error
        except PermissionError as error:
            raise SourceFaultError(
                f"{path} may not be opened: put the collector's user into its group (i2c)"
            ) from error
        except OSError as error:
            raise SourceUnavailableError(f"{path} cannot be opened: {error.strerror}") from error
        has_i2c = self._smbus.funcs & smbus2.I2cFunc.I2C
        self._make_transfer = self._combined if has_i2c else self._by_smbus

    def transfer(self, address: int, data: bytes, count: int) -> bytes:
        """Write bytes, then read some, as one transaction; either may be none.

        Raises:
            TransferError: It failed.
        """
        try:
            answer = self._make_transfer(address, data, count)
        except OSError as error:
            raise TransferError(address, error) from error
        if len(answer) != count:  # adapters of SMBus may give fewer
            raise TransferError(address, OSError(errno.EPROTO, "not all bytes came"))
        return answer

    def _combined(self, address: int, data: bytes, count: int) -> bytes:
        messages = []
        if data or not count:
            messages.append(self._new_write(address, data))
        if count:
            messages.append(self._new_read(address, count))
        self._smbus.i2c_rdwr(*messages)
        return bytes(messages[-1]) if count else b""

    def _by_smbus(self, address: int, data: bytes, count: int) -> bytes:
        """Make a transfer with an adapter that knows no others than those of SMBus, as on PCs."""
        bus = self._smbus
        match len(data), count:
            case 1, 0:
                bus.write_byte(address, data[0])
            case 2, 0:
                bus.write_byte_data(address, *data)
            case _, 0 if data:
                bus.write_i2c_block_data(address, data[0], list(data[1:]))
            case 0, 1:
                return bytes((bus.read_byte(address),))
            case 1, _ if count <= _SMBUS_BLOCK:
                return bytes(bus.read_i2c_block_data(address, data[0], count))
            case _:
                raise OSError(errno.EOPNOTSUPP, "no transfer of SMBus")
        return b""

    def touch(self, address: int) -> None:
        """Address a chip for writing, and write nothing: the gentlest way to see if it is there.

        Raises:
            TransferError: Nothing acknowledges, or a kernel driver has the address.
        """
        try:
            self._smbus.write_quick(address)
        except OSError as error:
            raise TransferError(address, error) from error

    def try_to_lock(self) -> bool:
        """Take the bus against other processes that do the same; false if one has it."""
        try:
            fcntl.flock(self._smbus.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def unlock(self) -> None:
        """Let others have the bus."""
        with contextlib.suppress(OSError):  # the adapter is gone, and the lock with it
            fcntl.flock(self._smbus.fd, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the node. May be called twice."""
        with contextlib.suppress(OSError):
            self._smbus.close()
