"""An instance of smbus2 of our own, whose system calls lead to a simulated bus.

smbus2 reaches the kernel by two names of its module: ``os.open`` (and ``close``) and ``ioctl``. The
module is executed a second time, under no name that anybody could import, and in this instance
alone the two lead elsewhere. Its marshalling is the real one; the smbus2 that real buses are opened
with is another object, and is not touched.
"""

import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any, Protocol

from collector_i2c.bus import Library


class Kernel(Protocol):
    """What stands in for the kernel's I2C subsystem."""

    def open(self, path: str, flags: int) -> int:
        """Return a file descriptor, as `os.open` does."""
        ...

    def close(self, descriptor: int) -> None:
        """Close it, as `os.close` does."""
        ...

    def ioctl(self, descriptor: int, request: int, argument: Any) -> int:  # noqa: ANN401 - ctypes
        """Do what ``ioctl(2)`` on an I2C node does."""
        ...


@dataclass(frozen=True, slots=True)
class _Instance:
    SMBus: Any
    i2c_msg: Any


def library_on(kernel: Kernel) -> Library:
    """Return an smbus2 that makes its system calls to this kernel."""
    module = _fresh()
    calls: dict[str, Callable[..., int] | SimpleNamespace] = {
        "ioctl": kernel.ioctl,
        "os": SimpleNamespace(open=kernel.open, close=kernel.close, O_RDWR=os.O_RDWR),
    }
    vars(module).update(calls)
    return _Instance(module.SMBus, module.i2c_msg)


def _fresh() -> ModuleType:
    spec = importlib.util.find_spec("smbus2.smbus2")
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError("smbus2 is not installed")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
