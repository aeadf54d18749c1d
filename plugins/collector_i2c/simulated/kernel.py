"""The system calls of a simulated bus: what ``ioctl(2)`` on ``/dev/i2c-N`` does, on models."""

import ctypes
import os
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from collector_i2c.simulated import smbus
from collector_i2c.simulated.model import Model, no_acknowledge
from collector_i2c.simulated.wiring import Segment

# linux/i2c-dev.h, linux/i2c.h
_I2C_SLAVE, _I2C_SLAVE_FORCE, _I2C_FUNCS = 0x0703, 0x0706, 0x0705
_I2C_RDWR, _I2C_SMBUS = 0x0707, 0x0720
_I2C_M_RD = 0x0001
I2C_AND_SMBUS = 0x0EFF0009
"""What adapters with plain I2C can do: that, and SMBus made of it."""

SMBUS_ALONE = 0x0EFF0008
"""What SMBus controllers can do."""


class SimulatedKernel:
    """One simulated bus with its wiring.

    Args:
        functions: What the adapter can do, as I2C_FUNCS tells it.

    Attributes:
        wires: What hangs on the bus.
    """

    def __init__(self, functions: int = I2C_AND_SMBUS) -> None:
        self._functions = functions
        self.wires = Segment()
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
        begun: set[int] = set()
        for number in range(argument.nmsgs):
            message = argument.msgs[number]
            models = self._models_at(message.addr)
            if message.addr not in begun:
                begun.add(message.addr)
                for model in models:
                    model.begin()
            if message.flags & _I2C_M_RD:
                ctypes.memmove(message.buf, _read(models, message.len), message.len)
            else:
                _write(models, ctypes.string_at(message.buf, message.len))

    def _smbus(self, argument: Any) -> None:  # noqa: ANN401
        models = self._models_at(self._address)
        for model in models:
            model.begin()
        smbus.transfer(argument, partial(_write, models), partial(_read, models))

    def _models_at(self, address: int) -> list[Model]:
        models = list(self.wires.at(address))
        if not models:
            raise no_acknowledge()
        return models


def _write(models: list[Model], data: bytes) -> None:
    for model in models:
        model.write(data)


def _read(models: list[Model], count: int) -> bytes:
    # Open drain: where two answer, a 0 wins.
    answer = bytes(b"\xff" * count)
    for model in models:
        answer = bytes(a & b for a, b in zip(answer, model.read(count), strict=True))
    return answer
