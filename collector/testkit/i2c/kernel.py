"""The system calls of a bus: what ``ioctl(2)`` on ``/dev/i2c-N`` does, with transfers of a fake."""

import ctypes
import os
import tempfile
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from collector.testkit.i2c import smbus
from collector.testkit.i2c.transfer import Message, Transfer

# linux/i2c-dev.h, linux/i2c.h
_I2C_SLAVE, _I2C_SLAVE_FORCE, _I2C_FUNCS = 0x0703, 0x0706, 0x0705
_I2C_RDWR, _I2C_SMBUS = 0x0707, 0x0720
_I2C_M_RD = 0x0001
I2C_AND_SMBUS = 0x0EFF0009
"""What adapters with plain I2C can do: that, and SMBus made of it."""

SMBUS_ALONE = 0x0EFF0008
"""What SMBus controllers can do."""


class FakeI2cKernel:
    """What smbus2 calls in place of the kernel.

    Args:
        transfer: Makes the transfers.
        functions: What the adapter can do, as I2C_FUNCS tells it.
    """

    def __init__(self, transfer: Transfer, functions: int = I2C_AND_SMBUS) -> None:
        self._make_transfer = transfer
        self._functions = functions
        self._address = 0
        self._calls: Mapping[int, Callable[[Any], None]] = MappingProxyType(
            {
                _I2C_SLAVE: self._set_address,
                _I2C_SLAVE_FORCE: self._set_address,
                _I2C_FUNCS: self._tell_functions,
                _I2C_RDWR: self._transfer,
                _I2C_SMBUS: self._smbus,
            }
        )

    def open(self, path: str, flags: int) -> int:
        """See `Kernel`. The descriptor is a real one, of a nameless file, so it can be locked."""
        del path, flags
        with tempfile.TemporaryFile() as file:
            return os.dup(file.fileno())

    def close(self, descriptor: int) -> None:
        """See `Kernel`."""
        os.close(descriptor)

    def ioctl(self, descriptor: int, request: int, argument: Any) -> int:  # noqa: ANN401 - ctypes
        """See `Kernel`."""
        del descriptor
        self._calls[request](argument)
        return 0

    def _set_address(self, argument: Any) -> None:  # noqa: ANN401
        self._address = int(argument)

    def _tell_functions(self, argument: Any) -> None:  # noqa: ANN401
        argument.value = self._functions

    def _transfer(self, argument: Any) -> None:  # noqa: ANN401
        places = [argument.msgs[number] for number in range(argument.nmsgs)]
        answers = self._make_transfer([_message_of(place) for place in places])
        for place, answer in zip(places, answers, strict=True):
            if place.flags & _I2C_M_RD:
                ctypes.memmove(place.buf, answer, place.len)

    def _smbus(self, argument: Any) -> None:  # noqa: ANN401
        smbus.emulate(argument, self._address, self._make_transfer)


def _message_of(place: Any) -> Message:  # noqa: ANN401 - ctypes
    if place.flags & _I2C_M_RD:
        return Message(place.addr, count=place.len)
    return Message(place.addr, ctypes.string_at(place.buf, place.len))
